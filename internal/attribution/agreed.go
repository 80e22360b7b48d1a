package attribution

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Agreed is the model that a contract agrees on. An error: the contract was not read by its rules.
func Agreed(a contract.Attribution) (Model, error) {
	if a.Model == contract.DataDriven {
		if a.Effects == nil {
			return Model{}, fmt.Errorf("the contract agrees on %s without removal effects", a.Model)
		}
		return ByEffects(agreedEffects(*a.Effects)), nil
	}
	m, err := ParseModel(a.Model)
	if len(a.Direct) > 0 {
		m = m.WithDirect(a.Direct...)
	}
	return m, err
}

// agreedEffects are the percentages of the text in parts of EffectUnit, rounded half up. Nine decimal
// places of a percentage give back what was frozen.
func agreedEffects(e contract.RemovalEffects) Effects {
	out := Effects{Order: e.Order, Unit: EffectUnit, Channels: make(map[string]int64, len(e.Channels))}
	for _, c := range e.Channels {
		out.Channels[c.Channel] = money.MulDiv(c.Effect.Num(), EffectUnit, c.Effect.Den(), money.HalfUp)
	}
	return out
}
