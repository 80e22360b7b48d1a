package ui

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func TestShareNeverReadsAsNothingOrAllWhereItIsNot(t *testing.T) {
	for want, share := range map[string]money.Ratio{
		"0.0 %": money.NewRatio(0, 1), "below 0.1 %": money.NewRatio(1, 100_000), "3.6 %": money.NewRatio(504_210, 14_020_610), "99.9 %": money.NewRatio(999, 1000),
		"above 99.9 %": money.NewRatio(99_999, 100_000), "100.0 %": money.NewRatio(1, 1), "133.3 %": money.NewRatio(4, 3),
	} {
		if got := percent(share); got != want {
			t.Errorf("%s reads as %s, want %s", share, got, want)
		}
	}
}
