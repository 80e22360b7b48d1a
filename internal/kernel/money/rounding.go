package money

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Rounding is a named way to bring an exact value to a whole minor unit. A contract names one.
type Rounding string

// The modes. "Half" modes differ only where the rest is exactly one half.
const (
	HalfUp   Rounding = "half-up"   // half away from zero: 0.5 -> 1, -0.5 -> -1
	HalfDown Rounding = "half-down" // half toward zero
	HalfEven Rounding = "half-even" // half to the even neighbour (bankers' rounding)
	Up       Rounding = "up"        // away from zero
	Down     Rounding = "down"      // toward zero
	Ceiling  Rounding = "ceiling"   // toward plus infinity
	Floor    Rounding = "floor"     // toward minus infinity
)

// Roundings are all modes, for messages and schemas.
func Roundings() []Rounding {
	return []Rounding{HalfUp, HalfDown, HalfEven, Up, Down, Ceiling, Floor}
}

// ParseRounding accepts the names above. Fault: Invalid.
func ParseRounding(name string) (Rounding, error) {
	if !slices.Contains(Roundings(), Rounding(name)) {
		names := make([]string, 0, 7)
		for _, r := range Roundings() {
			names = append(names, string(r))
		}
		return "", fault.New(fault.Invalid, "rounding", "%q is not a rounding mode; write one of %s", name, strings.Join(names, ", "))
	}
	return Rounding(name), nil
}

// Mul is the amount times the ratio, rounded once by the mode. The product is exact in 128 bits before it is rounded.
// It panics when the result leaves int64.
func (a Amount) Mul(r Ratio, mode Rounding) Amount {
	return Amount{MulDiv(a.Minor, r.num, r.Den(), mode), a.Currency}
}

// MulDiv is n*num/den rounded by the mode, exact before rounding. It panics when den is not positive or the result leaves int64.
func MulDiv(n, num, den int64, mode Rounding) int64 {
	if den <= 0 {
		panic(fmt.Sprintf("money: denominator %d", den))
	}
	negative := (n < 0) != (num < 0)
	hi, lo := bits.Mul64(magnitude(n), magnitude(num))
	if hi >= uint64(den) {
		panic(fmt.Sprintf("money: %d*%d/%d overflows", n, num, den))
	}
	quo, rem := bits.Div64(hi, lo, uint64(den))
	if quo <= math.MaxInt64 && rem != 0 && roundsAway(mode, negative, quo, rem, uint64(den)) {
		quo++
	}
	if quo > math.MaxInt64 {
		panic(fmt.Sprintf("money: %d*%d/%d overflows", n, num, den))
	}
	if negative {
		return -int64(quo)
	}
	return int64(quo)
}

// roundsAway says whether a value with a rest goes to the next magnitude.
func roundsAway(mode Rounding, negative bool, quo, rem, den uint64) bool {
	half := 0 // the rest against one half
	switch {
	case rem > den-rem:
		half = 1
	case rem < den-rem:
		half = -1
	}
	switch mode {
	case HalfUp:
		return half >= 0
	case HalfDown:
		return half > 0
	case HalfEven:
		return half > 0 || (half == 0 && quo%2 == 1)
	case Up:
		return true
	case Down:
		return false
	case Ceiling:
		return !negative
	case Floor:
		return negative
	default:
		panic(fmt.Sprintf("money: unknown rounding mode %q", mode))
	}
}
