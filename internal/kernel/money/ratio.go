package money

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Ratio is an exact fraction with a positive denominator, in lowest terms. The zero Ratio is 0/1.
type Ratio struct {
	num int64
	den int64
}

// NewRatio is num/den in lowest terms. It panics when den is zero or the lowest terms leave int64: defects of the caller.
func NewRatio(num, den int64) Ratio {
	if den == 0 {
		panic("money: ratio with denominator 0")
	}
	n, d := magnitude(num), magnitude(den)
	g := gcd(n, d)
	n, d = n/g, d/g
	if n > math.MaxInt64 || d > math.MaxInt64 {
		panic(fmt.Sprintf("money: ratio %d/%d overflows", num, den))
	}
	if (num < 0) != (den < 0) {
		return Ratio{-int64(n), int64(d)}
	}
	return Ratio{int64(n), int64(d)}
}

// Percent is n hundredths: Percent(3) is 3 %.
func Percent(n int64) Ratio { return NewRatio(n, 100) }

// ParsePercent reads "3 %", "3%", "2.5 %" as an exact ratio. Fault: Invalid.
func ParsePercent(text string) (Ratio, error) {
	bad := fault.New(fault.Invalid, "percent", "%q is not a percentage; write it as 3 %% or 2.5 %%", text)
	body, ok := strings.CutSuffix(strings.TrimSpace(text), "%")
	if !ok {
		return Ratio{}, bad
	}
	body = strings.TrimSpace(body)
	sign := int64(1)
	if strings.HasPrefix(body, "-") {
		sign, body = -1, body[1:]
	}
	whole, frac, dotted := strings.Cut(body, ".")
	if !allDigits(whole) || (dotted && !allDigits(frac)) || len(whole) > 6 || len(frac) > 9 {
		return Ratio{}, bad
	}
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil {
		return Ratio{}, bad
	}
	den := int64(100)
	for range frac {
		den *= 10
	}
	return NewRatio(sign*n, den), nil
}

// Num and Den are the lowest terms.
func (r Ratio) Num() int64 { return r.num }

// Den is always positive.
func (r Ratio) Den() int64 {
	if r.den == 0 {
		return 1
	}
	return r.den
}

// Sign is -1, 0 or 1.
func (r Ratio) Sign() int {
	switch {
	case r.num < 0:
		return -1
	case r.num > 0:
		return 1
	default:
		return 0
	}
}

// Cmp compares exactly: -1, 0 or 1.
func (r Ratio) Cmp(s Ratio) int {
	if r.Sign() != s.Sign() {
		return cmp.Compare(r.Sign(), s.Sign())
	}
	h1, l1 := bits.Mul64(magnitude(r.num), uint64(s.Den()))
	h2, l2 := bits.Mul64(magnitude(s.num), uint64(r.Den()))
	return r.Sign() * cmp.Or(cmp.Compare(h1, h2), cmp.Compare(l1, l2))
}

// String is "3 %" where the fraction ends within nine decimals of a percent, else "4/7".
func (r Ratio) String() string {
	if r.Den() == 1 && r.num == 0 {
		return "0 %"
	}
	for scale, places := int64(100), 0; places <= 9; scale, places = scale*10, places+1 {
		if scale%r.Den() != 0 {
			continue
		}
		hi, lo := bits.Mul64(magnitude(r.num), uint64(scale/r.Den()))
		if hi != 0 || lo > math.MaxInt64 {
			break
		}
		n := int64(lo)
		if r.num < 0 {
			n = -n
		}
		return decimal(n, places, "") + " %"
	}
	return strconv.FormatInt(r.num, 10) + "/" + strconv.FormatInt(r.Den(), 10)
}

// MarshalJSON writes the exact fraction as a string, "3/100".
func (r Ratio) MarshalJSON() ([]byte, error) {
	return json.Marshal(fmt.Sprintf("%d/%d", r.num, r.Den()))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Ratio) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	n, d, ok := strings.Cut(s, "/")
	num, err1 := strconv.ParseInt(n, 10, 64)
	den, err2 := strconv.ParseInt(d, 10, 64)
	if !ok || err1 != nil || err2 != nil || den <= 0 {
		return fault.New(fault.Invalid, "ratio", "%q is not a fraction such as 3/100", s)
	}
	*r = NewRatio(num, den)
	return nil
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
