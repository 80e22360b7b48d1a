package contract

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// weighed is the sample with a data-driven share, which weighs by these effects.
func weighed(t testing.TB, effects string) string {
	return edited(t, closed(t), []string{"model: w-shaped\n", "model: data-driven\n" + effects})
}

func TestRemovalEffectsAreRead(t *testing.T) {
	terms := parsed(t, weighed(t, "      removal_effects:\n        from: 2025-10-01\n        through: 2025-12-31\n        order: 2\n        channels:\n          - {channel: Webinar, effect: 41.666666667 %}\n          - {channel: Paid search, effect: 20 %}\n"))
	var share RevenueShare
	for _, c := range terms.Clauses {
		if r, ok := c.(RevenueShare); ok && r.ID == "new-business" {
			share = r
		}
	}
	e := share.Attribution.Effects
	if share.Attribution.Model != DataDriven || e == nil || e.Order != 2 || e.Learned.From.String() != "2025-10-01" || e.Learned.Last().String() != "2025-12-31" || len(e.Channels) != 2 {
		t.Fatalf("%+v", share.Attribution)
	}
	if e.Channels[1].Channel != "Paid search" || e.Channels[1].Effect.Cmp(money.NewRatio(1, 5)) != 0 || e.Channels[0].Effect.Cmp(money.NewRatio(41666666667, 100_000_000_000)) != 0 {
		t.Errorf("%+v", e.Channels)
	}
	const want = "Each channel weighs its removal effect, learned by a chain of order 2 of the deals from 1 Oct 2025 through 31 Dec 2025 and fixed here: Webinar 41.666666667 %, Paid search 20 %; any other channel weighs nothing"
	if words := share.Words(terms); !strings.Contains(words, want) {
		t.Error(words)
	}
}

func TestRemovalEffectsThatCannotBe(t *testing.T) {
	for effects, code := range map[string]string{
		"": "removal-effects",
		"      removal_effects: {from: 2025-10-02, through: 2025-10-01, order: 1, channels: [{channel: Webinar, effect: 40 %}]}\n":                                       "effects-days",
		"      removal_effects: {from: 2025-10-01, through: 2025-12-31, order: 1, channels: [{channel: Webinar, effect: 40 %}, {channel: Webinar, effect: 1 %}]}\n":      "effect-twice",
		"      removal_effects: {from: 2025-10-01, through: 2025-12-31, order: 1, channels: [{channel: Webinar, effect: 101 %}]}\n":                                      "",
		"      removal_effects: {from: 2025-10-01, through: 2025-12-31, order: 1, channels: []}\n":                                                                       "effects-none",
		"      removal_effects: {from: 2025-10-01, through: 2025-12-31, order: 1, channels: [{channel: Webinar, effect: 0 %}]}\n":                                        "effects-none",
		"      removal_effects: {from: 2025-10-01, through: 2025-12-31, order: 5, channels: [{channel: Webinar, effect: 4 %}]}\n":                                        "",
		"      removal_effects: {from: 2025-10-01, through: 2025-12-31, order: 1, channels: [{channel: Webinar, effect: -4 %}]}\n":                                       "",
		"      removal_effects: {from: 2025-10-01, through: 2025-12-31, order: 1, channels: [{channel: Webinar, effect: 0.00000000000000000000000000000000000001 %}]}\n": "",
	} {
		_, err := Parse([]byte(weighed(t, effects)))
		if err == nil {
			t.Errorf("accepted:\n%s", effects)
		}
		for _, f := range fault.All(err) {
			if code != "" && f.Code != code {
				t.Errorf("%s\n%+v", effects, f)
			}
		}
	}
}
