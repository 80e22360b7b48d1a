package money

import (
	"math"
	"math/big"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"pgregory.net/rapid"
)

func TestRoundingModes(t *testing.T) {
	for _, c := range []struct {
		mode Rounding
		want [8]int64 // of -2.5, -1.5, -0.5, -0.25, 0.25, 0.5, 1.5, 2.5
	}{
		{HalfUp, [8]int64{-3, -2, -1, 0, 0, 1, 2, 3}},
		{HalfDown, [8]int64{-2, -1, 0, 0, 0, 0, 1, 2}},
		{HalfEven, [8]int64{-2, -2, 0, 0, 0, 0, 2, 2}},
		{Up, [8]int64{-3, -2, -1, -1, 1, 1, 2, 3}},
		{Down, [8]int64{-2, -1, 0, 0, 0, 0, 1, 2}},
		{Ceiling, [8]int64{-2, -1, 0, 0, 1, 1, 2, 3}},
		{Floor, [8]int64{-3, -2, -1, -1, 0, 0, 1, 2}},
	} {
		for i, quarters := range []int64{-10, -6, -2, -1, 1, 2, 6, 10} {
			if got := MulDiv(quarters, 1, 4, c.mode); got != c.want[i] {
				t.Errorf("%s of %d/4: %d, want %d", c.mode, quarters, got, c.want[i])
			}
		}
		if parsed, err := ParseRounding(string(c.mode)); err != nil || parsed != c.mode {
			t.Errorf("%s: %v", c.mode, err)
		}
	}
	if _, err := ParseRounding("bankers"); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

// reference rounds n*num/den by the words of each mode, over big integers.
func reference(n, num, den int64, mode Rounding) *big.Int {
	exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(n), big.NewInt(num)), big.NewInt(den))
	floor := new(big.Int).Div(exact.Num(), exact.Denom()) // Euclidean: toward minus infinity for a positive denominator
	if exact.IsInt() {
		return floor
	}
	ceiling := new(big.Int).Add(floor, big.NewInt(1))
	toward, away := floor, ceiling
	if exact.Sign() < 0 {
		toward, away = ceiling, floor
	}
	rest := new(big.Rat).Sub(exact, new(big.Rat).SetInt(toward))
	half := rest.Abs(rest).Cmp(big.NewRat(1, 2))
	nearest := toward
	if half > 0 {
		nearest = away
	}
	switch mode {
	case Up:
		return away
	case Down:
		return toward
	case Floor:
		return floor
	case Ceiling:
		return ceiling
	case HalfUp:
		if half == 0 {
			return away
		}
	case HalfEven:
		if half == 0 && toward.Bit(0) == 1 {
			return away
		}
	}
	return nearest
}

func TestRoundingAgreesWithBigIntegers(t *testing.T) {
	number := rapid.OneOf(rapid.Int64Range(-20, 20), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, 0}))
	positive := rapid.OneOf(rapid.Int64Range(1, 20), rapid.Int64Range(1, math.MaxInt64))
	rapid.Check(t, func(t *rapid.T) {
		n, num, den := number.Draw(t, "n"), number.Draw(t, "num"), positive.Draw(t, "den")
		for _, mode := range Roundings() {
			want := reference(n, num, den, mode)
			got, overflow := tryMulDiv(n, num, den, mode)
			if tooLarge := want.CmpAbs(big.NewInt(math.MaxInt64)) > 0; tooLarge != overflow {
				t.Fatalf("%s: want %s, got %d, panicked %t", mode, want, got, overflow)
			}
			if !overflow && want.Cmp(big.NewInt(got)) != 0 {
				t.Fatalf("%s: want %s, got %d", mode, want, got)
			}
		}
	})
}

func tryMulDiv(n, num, den int64, mode Rounding) (got int64, overflow bool) {
	defer func() { overflow = recover() != nil }()
	return MulDiv(n, num, den, mode), false
}

func TestMulDivRefusesDefects(t *testing.T) {
	mustPanic(t, "denominator 0", func() { MulDiv(1, 1, 0, Down) })
	mustPanic(t, "denominator -1", func() { MulDiv(1, 1, -1, Down) })
	mustPanic(t, "no mode", func() { MulDiv(1, 1, 3, "") })
	// The product is 3*2^64 - 2: the quotient 2^64 - 1 with a rest, where rounding up would wrap to nothing.
	mustPanic(t, "wraps", func() { MulDiv(177942868878227186, 311, 3, Up) })
}

func TestFeesOfTheDomainReference(t *testing.T) {
	for base, fee := range map[string]string{"160000.00": "4800.00", "40000.00": "1200.00", "57142.86": "1714.29", "70000.00": "2100.00", "-10000.00": "-300.00"} {
		a, err := Parse(base, "USD")
		if got := a.Mul(Percent(3), HalfUp).String(); err != nil || got != fee {
			t.Errorf("3 %% of %s is %s, want %s", base, got, fee)
		}
	}
	gross, _ := Parse("1000.00", "USD")
	if got := gross.Mul(NewRatio(100, 85), HalfUp).String(); got != "1176.47" {
		t.Errorf("15 %% commission on gross: %s", got)
	}
}
