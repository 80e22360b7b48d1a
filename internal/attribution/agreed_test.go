package attribution

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// TestAPercentageOfAFrozenEffectGivesItBack: what is frozen as nine decimal places of a percentage is written as them, and agreed on as what was frozen.
func TestAPercentageOfAFrozenEffectGivesItBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frozen := money.MulDiv(rapid.Int64Range(0, 100_000_000_000).Draw(t, "places"), EffectUnit, 100_000_000_000, money.HalfUp)
		written, err := money.ParsePercent(Percent(frozen))
		if err != nil {
			t.Fatal(err)
		}
		m, err := Agreed(contract.Attribution{Model: contract.DataDriven, Effects: &contract.RemovalEffects{Order: 1, Channels: []contract.ChannelEffect{{Channel: "a", Effect: written}}}})
		if got, _ := m.Effect("a"); err != nil || got != frozen {
			t.Fatalf("%d is written as %s and read as %d, %v", frozen, Percent(frozen), got, err)
		}
	})
	for frozen, want := range map[int64]string{0: "0 %", EffectUnit: "100 %", EffectUnit / 2: "50 %", 458_129_844_907: "41.666666667 %"} {
		if got := Percent(frozen); got != want {
			t.Errorf("%d is %s, not %s", frozen, got, want)
		}
	}
}

func TestAgreedModels(t *testing.T) {
	for _, c := range []struct {
		agreed contract.Attribution
		want   string
	}{
		{contract.Attribution{Model: "linear"}, "linear"},
		{contract.Attribution{Model: "last-non-direct", Direct: []string{"Direct", "Mail, own"}}, "last-non-direct:Direct,Mail%2C own"},
		{contract.Attribution{Model: contract.DataDriven}, ""},
		{contract.Attribution{Model: "clever"}, ""},
	} {
		m, err := Agreed(c.agreed)
		if (err != nil) != (c.want == "") || err == nil && m.String() != c.want {
			t.Errorf("%+v: %s, %v", c.agreed, m, err)
		}
	}
}
