package attribution

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// EffectUnit is the whole of a frozen effect: a channel without which nobody would have converted.
const EffectUnit = 1 << 40

// Effects are the removal effects of channels over a closed period, in parts of EffectUnit. Once frozen they are not computed again: what is learned
// later about the period changes no credit that rests on them.
type Effects struct {
	Order       int              `json:"order"`       // of the chain that they are of
	Conversions int64            `json:"conversions"` // journeys with a deal that it was made of
	Others      int64            `json:"others"`      // journeys without one
	Unit        int64            `json:"unit"`        // EffectUnit
	Channels    map[string]int64 `json:"channels"`
}

// Text is the one form of the effects, as a file has it. ParseEffects reads it back.
func (e Effects) Text() []byte {
	var out bytes.Buffer
	w := json.NewEncoder(&out)
	w.SetEscapeHTML(false)
	w.SetIndent("", "  ")
	if err := w.Encode(e); err != nil { // keys of a map are sorted
		panic("attribution: " + err.Error())
	}
	return out.Bytes()
}

// ParseEffects reads a file of effects. Fault: Invalid.
func ParseEffects(data []byte) (Effects, error) {
	var e Effects
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(&e); err != nil {
		return Effects{}, fault.New(fault.Invalid, "effects", "this is no file of frozen effects: %s", err).Because(err)
	}
	bad := func(format string, args ...any) (Effects, error) {
		return Effects{}, fault.New(fault.Invalid, "effects", "the frozen effects are damaged: %s; freeze them again, or take the file that was frozen", fmt.Sprintf(format, args...))
	}
	switch {
	case e.Order < 1 || e.Order > 4:
		return bad("a chain of order %d", e.Order)
	case e.Unit != EffectUnit:
		return bad("the unit is %d, not %d", e.Unit, int64(EffectUnit))
	case len(e.Channels) == 0:
		return bad("they name no channel")
	}
	for _, channel := range slices.Sorted(maps.Keys(e.Channels)) {
		if n := e.Channels[channel]; n < 0 || n > EffectUnit {
			return bad("channel %q has the effect %d", channel, n)
		}
	}
	if !bytes.Equal(e.Text(), data) {
		return bad("the file was changed by hand, or names something twice")
	}
	return e, nil
}

// Percent of an effect: the one with nine decimal places that is frozen as it, without zeros at its end.
func Percent(effect int64) string {
	const places = 100_000_000_000
	n := money.MulDiv(effect, places, EffectUnit, money.HalfUp)
	text := fmt.Sprintf("%d.%09d", n/1_000_000_000, n%1_000_000_000)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + " %"
}

// Hash is SHA-256 of the text, in hexadecimal digits.
func (e Effects) Hash() string {
	sum := sha256.Sum256(e.Text())
	return hex.EncodeToString(sum[:])
}

// ByEffects is the data-driven model: the removal effect of a channel is its weight in each deal's own path, so the money of a deal stays with the
// channels of that deal. A channel weighs once, however often it is touched: its touches share its weight equally. A channel without a frozen effect
// weighs nothing.
func ByEffects(e Effects) Model {
	return Model{kind: DataDriven, effects: &e, frozen: e.Hash()}
}

// Effect of a channel; false where none was frozen.
func (m Model) Effect(channel string) (int64, bool) {
	if m.effects == nil {
		return 0, false
	}
	n, ok := m.effects.Channels[channel]
	return n, ok
}

// frozenDigits of the hash tell in a text which effects were used.
const frozenDigits = 16

func (m *Model) weighByEffect(path []Holding, r *Result) {
	touches := map[string]int64{}
	for i := range path {
		touches[path[i].Touch.Channel]++
	}
	unknown := false
	for i := range path {
		channel := path[i].Touch.Channel
		effect, known := m.Effect(channel)
		unknown = unknown || !known
		path[i].Weight = effect / touches[channel]
	}
	if unknown {
		r.note(noteNoEffect)
	}
}
