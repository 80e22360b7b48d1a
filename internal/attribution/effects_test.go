package attribution

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func effectsOf(channels map[string]int64) Effects {
	return Effects{Order: 1, Conversions: 3, Others: 5, Unit: EffectUnit, Channels: channels}
}

// A channel weighs its effect once in a path, in equal parts to its touches.
func TestDataDrivenWeighsEachChannelOnce(t *testing.T) {
	m := ByEffects(effectsOf(map[string]int64{"ads": EffectUnit / 2, "mail": EffectUnit / 4, "fair": 0}))
	j := path(4)
	for i, channel := range []string{"ads", "mail", "ads", "fair"} {
		j.Touches[i].Channel = channel
	}
	r := Credit(j, m, Lookback{}, usd("90.00"))
	if got := show(r); got != "a 30.00 b 30.00 c 30.00 d 0.00 | 0.00" {
		t.Error(got)
	}
	if got := r.Why(1); got != `channel "mail" by its removal effect: 1/3 of 90.00 is 30.00` {
		t.Error(got)
	}
	for i := range j.Touches {
		j.Touches[i].Channel = "fair"
	}
	if got := show(Credit(j, m, Lookback{}, usd("90.00"))); got != "a 0.00 b 0.00 c 0.00 d 0.00 | 90.00" {
		t.Error("effects that sum to nothing divide nothing:", got)
	}
	j.Touches[0].Channel = "new"
	if r := Credit(j, m, Lookback{}, usd("90.00")); r.Notes[0] != noteNoEffect {
		t.Error(r.Notes)
	}
}

func TestFrozenEffectsStayWhatTheyWere(t *testing.T) {
	e := effectsOf(map[string]int64{"mail": 7, "a \"b\" <c>": EffectUnit})
	again, err := ParseEffects(e.Text())
	if err != nil || again.Hash() != e.Hash() {
		t.Fatal(again, err)
	}
	m := ByEffects(e)
	if want := "data-driven:1@" + e.Hash()[:16]; m.String() != want || !strings.Contains(m.Words(), e.Hash()[:16]) {
		t.Error(m, m.Words())
	}
	text := string(e.Text())
	for name, bad := range map[string]string{
		"nothing":          "",
		"another file":     `{"a": 1}`,
		"an order":         strings.Replace(text, `"order": 1`, `"order": 5`, 1),
		"a unit":           strings.Replace(text, "1099511627776,", "100,", 1),
		"below nothing":    strings.Replace(text, `"mail": 7`, `"mail": -7`, 1),
		"more than all":    strings.Replace(text, `"mail": 7`, `"mail": 1099511627777`, 1),
		"a channel twice":  strings.Replace(text, `"mail": 7`, `"mail": 7, "mail": 8`, 1),
		"another form":     strings.ReplaceAll(text, "  ", " "),
		"what comes after": text + "x",
		"no channel":       string(effectsOf(nil).Text()),
	} {
		if _, err := ParseEffects([]byte(bad)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
