package paths

import (
	"math/big"
	"math/bits"
	"strings"
)

// Decimal is a number with 18 decimals, from -1.7e20 to 1.7e20: a whole number of 10^-18 in 128 bits. Sums of them are exact in any order.
type Decimal struct {
	hi int64
	lo uint64
}

const (
	places = 18
	unit   = 1_000_000_000_000_000_000
)

// Whole is a decimal without decimals.
func Whole(n int64) Decimal {
	hi, lo := bits.Mul64(uint64(max(n, -n)), unit)
	d := Decimal{int64(hi), lo}
	if n < 0 {
		return d.Negative()
	}
	return d
}

// ParseDecimal reads "-12.5"; more than 18 decimals are rounded to the nearest, half away from zero. An empty text is 0.
func ParseDecimal(text string) (Decimal, bool) {
	body, negative := strings.CutPrefix(text, "-")
	whole, parts, _ := strings.Cut(body, ".")
	if text == "" {
		return Decimal{}, true
	}
	if whole+parts == "" || strings.Trim(whole+parts, "0123456789") != "" {
		return Decimal{}, false
	}
	up := len(parts) > places && parts[places] >= '5'
	parts = parts[:min(len(parts), places)]
	var d Decimal
	for _, digit := range []byte(whole + parts + strings.Repeat("0", places-len(parts))) {
		over, lo := bits.Mul64(d.lo, 10)
		top, hi := bits.Mul64(uint64(d.hi), 10)
		hi, carry := bits.Add64(hi, over, 0)
		lo, more := bits.Add64(lo, uint64(digit-'0'), 0)
		if hi += more; top != 0 || carry != 0 || hi > 1<<62 {
			return Decimal{}, false
		}
		d = Decimal{int64(hi), lo}
	}
	if up {
		d = d.Plus(Decimal{0, 1})
	}
	if negative {
		d = d.Negative()
	}
	return d, true
}

// Plus wraps around beyond the range; who sums many numbers has looked at the sum of their sizes before.
func (d Decimal) Plus(e Decimal) Decimal {
	lo, carry := bits.Add64(d.lo, e.lo, 0)
	hi, _ := bits.Add64(uint64(d.hi), uint64(e.hi), carry)
	return Decimal{int64(hi), lo}
}

// Negative is the number below zero that is as far from it.
func (d Decimal) Negative() Decimal {
	lo, borrow := bits.Sub64(0, d.lo, 0)
	hi, _ := bits.Sub64(0, uint64(d.hi), borrow)
	return Decimal{int64(hi), lo}
}

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.hi < 0:
		return -1
	case d == Decimal{}:
		return 0
	}
	return 1
}

func (d Decimal) big() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(d.hi), 64)
	return n.Add(n, new(big.Int).SetUint64(d.lo))
}

// Float64 is the nearest float64.
func (d Decimal) Float64() float64 {
	out, _ := new(big.Rat).SetFrac(d.big(), big.NewInt(unit)).Float64()
	return out
}

// exactly is the largest whole number up to which a float64 knows all.
const exactly = 1 << 53

// whole is the number where it is a whole one that a float64 knows.
func (d Decimal) whole() (float64, bool) {
	if d.hi < 0 || d.hi >= unit {
		return 0, d == Decimal{}
	}
	n, rest := bits.Div64(uint64(d.hi), d.lo, unit)
	return float64(n), rest == 0 && n <= exactly
}

// ratio is a / b, rounded once; 0 where b is.
func ratio(a, b Decimal) float64 {
	if b.Sign() == 0 {
		return 0
	}
	if x, ok := a.whole(); ok {
		if y, ok := b.whole(); ok {
			return x / y
		}
	}
	out, _ := new(big.Rat).SetFrac(a.big(), b.big()).Float64()
	return out
}
