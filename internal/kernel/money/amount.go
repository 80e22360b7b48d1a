package money

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// MaxMinor bounds every amount that is read from outside: ten million million minor units.
const MaxMinor = 10_000_000_000_000

// Amount is an exact sum of money. The zero Amount has no currency and may be added to any.
type Amount struct {
	Minor    int64
	Currency Currency
}

// New is minor units of a currency: New(1050, "USD") is 10.50.
func New(minor int64, c Currency) Amount { return Amount{Minor: minor, Currency: c} }

// Parse reads a plain decimal: "14000.00", "14,000.00" (commas only between groups of three), "-3.5". It refuses more digits
// than the currency has, and never guesses a convention: text from files goes through csvin first. Fault: Invalid.
func Parse(text string, c Currency) (Amount, error) { return parse(text, c, MaxMinor) }

// ParseSum reads back what String or Format wrote of a sum, which may be larger than the largest amount that is read from outside. Fault: Invalid.
func ParseSum(text string, c Currency) (Amount, error) { return parse(text, c, math.MaxInt64) }

func parse(text string, c Currency, largest int64) (Amount, error) {
	digits, err := plainDecimal(text)
	if err != nil {
		return Amount{}, err
	}
	negative := strings.HasPrefix(digits, "-")
	whole, frac, _ := strings.Cut(strings.TrimPrefix(digits, "-"), ".")
	if len(strings.TrimRight(frac, "0")) > c.Digits() {
		return Amount{}, fault.New(fault.Invalid, "amount-digits", "%q has more decimal places than %s, which has %d", text, c, c.Digits())
	}
	for len(frac) < c.Digits() {
		frac += "0"
	}
	var minor int64
	for _, d := range whole + frac[:c.Digits()] {
		digit := int64(d - '0')
		if minor > (largest-digit)/10 {
			return Amount{}, fault.New(fault.Invalid, "amount-range", "%q is larger than the largest amount, %s", text, New(largest, c).Format())
		}
		minor = minor*10 + digit
	}
	if negative {
		minor = -minor
	}
	return Amount{minor, c}, nil
}

// plainDecimal removes grouping commas and checks the form -?digits[.digits].
func plainDecimal(text string) (string, error) {
	bad := func() (string, error) {
		return "", fault.New(fault.Invalid, "amount", "%q is not an amount; write it as 14000.00 or 14,000.00", text)
	}
	s := strings.TrimSpace(text)
	body := strings.TrimPrefix(s, "-")
	whole, frac, dotted := strings.Cut(body, ".")
	if dotted && !allDigits(frac) || strings.ContainsAny(frac, ",") {
		return bad()
	}
	groups := strings.Split(whole, ",")
	if len(groups) > 1 && groups[0] != "" && groups[0][0] == '0' { // "0,500" is half of something where the comma is a decimal sign
		return bad()
	}
	for i, g := range groups {
		if !allDigits(g) || (len(groups) > 1 && i > 0 && len(g) != 3) || (len(groups) > 1 && i == 0 && len(g) > 3) {
			return bad()
		}
	}
	out := strings.Join(groups, "")
	if dotted {
		out += "." + frac
	}
	if len(s) != len(body) {
		out = "-" + out
	}
	return out, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// Add is the sum. It panics when the currencies differ or the sum leaves int64: both are defects of the caller.
func (a Amount) Add(b Amount) Amount {
	c := a.same(b)
	sum := a.Minor + b.Minor
	if (a.Minor > 0 && b.Minor > 0 && sum < 0) || (a.Minor < 0 && b.Minor < 0 && sum >= 0) {
		panic(fmt.Sprintf("money: %d + %d overflows", a.Minor, b.Minor))
	}
	return Amount{sum, c}
}

// Sub is a minus b, with the same conditions as Add.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Neg is the amount with the other sign. It panics for the smallest int64, which has no mirror.
func (a Amount) Neg() Amount {
	if a.Minor == math.MinInt64 {
		panic(fmt.Sprintf("money: -(%d) overflows", a.Minor))
	}
	return Amount{-a.Minor, a.Currency}
}

// Cmp is -1, 0 or 1 as a is less than, equal to or more than b. It panics when the currencies differ.
func (a Amount) Cmp(b Amount) int {
	a.same(b)
	switch {
	case a.Minor < b.Minor:
		return -1
	case a.Minor > b.Minor:
		return 1
	default:
		return 0
	}
}

// IsZero reports whether it is nothing, in any currency.
func (a Amount) IsZero() bool { return a.Minor == 0 }

func (a Amount) same(b Amount) Currency {
	switch {
	case a.Currency == b.Currency || b.Currency == "":
		return a.Currency
	case a.Currency == "":
		return b.Currency
	default:
		panic(fmt.Sprintf("money: %s met %s", a.Currency, b.Currency))
	}
}

// String is the plain decimal without grouping or currency: "14000.00". Parse reads it back.
func (a Amount) String() string { return decimal(a.Minor, a.Currency.Digits(), "") }

// Append appends String.
func (a Amount) Append(b []byte) []byte { return appendDecimal(b, a.Minor, a.Currency.Digits(), "") }

// Format is the decimal with thousands grouped by commas: "14,000.00".
func (a Amount) Format() string { return decimal(a.Minor, a.Currency.Digits(), ",") }

// AppendFormat appends Format.
func (a Amount) AppendFormat(b []byte) []byte {
	return appendDecimal(b, a.Minor, a.Currency.Digits(), ",")
}

// FormatWith is Format with the currency code in front: "USD 14,000.00".
func (a Amount) FormatWith() string { return string(a.Currency) + " " + a.Format() }

func decimal(minor int64, digits int, group string) string {
	var buffer [48]byte // 20 digits, their commas, sign and point
	return string(appendDecimal(buffer[:0], minor, digits, group))
}

func appendDecimal(b []byte, minor int64, digits int, group string) []byte {
	rest := magnitude(minor)
	if minor < 0 {
		b = append(b, '-')
	}
	var reversed [20]byte
	n := 0
	for ; rest > 0 || n <= digits; n++ {
		reversed[n], rest = byte('0'+rest%10), rest/10
	}
	for i := n - 1; i >= 0; i-- {
		b = append(b, reversed[i])
		switch {
		case i == digits && i > 0:
			b = append(b, '.')
		case group != "" && i > digits && (i-digits)%3 == 0:
			b = append(b, group...)
		}
	}
	return b
}

type amountJSON struct {
	Amount   string   `json:"amount"`
	Currency Currency `json:"currency"`
}

// MarshalJSON writes {"amount": "14000.00", "currency": "USD"}: a decimal string, never a float.
func (a Amount) MarshalJSON() ([]byte, error) {
	return json.Marshal(amountJSON{a.String(), a.Currency})
}

// UnmarshalJSON reads what MarshalJSON writes, sums beyond ±MaxMinor too.
func (a *Amount) UnmarshalJSON(b []byte) error {
	var j amountJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	if j.Currency == "" && j.Amount == "0.00" {
		*a = Amount{}
		return nil
	}
	c, err := ParseCurrency(string(j.Currency))
	if err != nil {
		return err
	}
	*a, err = ParseSum(j.Amount, c)
	return err
}
