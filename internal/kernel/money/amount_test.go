package money

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"pgregory.net/rapid"
)

func TestParseAndFormat(t *testing.T) {
	for _, c := range []struct {
		text     string
		currency Currency
		minor    int64
		plain    string
		grouped  string
	}{
		{"14000.00", "USD", 1_400_000, "14000.00", "14,000.00"},
		{"14,000.00", "USD", 1_400_000, "14000.00", "14,000.00"},
		{" -3.5 ", "EUR", -350, "-3.50", "-3.50"},
		{"0.05", "EUR", 5, "0.05", "0.05"},
		{"-0.00", "EUR", 0, "0.00", "0.00"},
		{"1234567", "JPY", 1_234_567, "1234567", "1,234,567"},
		{"100.00", "JPY", 100, "100", "100"},
		{"1.234", "KWD", 1234, "1.234", "1.234"},
		{"1.20000", "USD", 120, "1.20", "1.20"},
		{"007", "USD", 700, "7.00", "7.00"},
		{"100000000000.00", "USD", MaxMinor, "100000000000.00", "100,000,000,000.00"},
	} {
		a, err := Parse(c.text, c.currency)
		if err != nil || a != New(c.minor, c.currency) || a.String() != c.plain || a.Format() != c.grouped {
			t.Errorf("%q %s: %v (%s, %s), %v", c.text, c.currency, a.Minor, a, a.Format(), err)
		}
	}
	for _, bad := range []string{
		"", "-", ".", "1.", ".5", "1.234", "1,00", "1,0000", "1000,000", ",000", "1,,000", "1.000,00", "1.0,00", "1e3", "+5", "--5", "5-", "(5)", "$5", "5 USD",
		"1 000", "0x10", "NaN", "Inf", "١", "0,500", "00,500", "100000000000.01", "99999999999999999999999999", "-100000000000.01",
	} {
		if a, err := Parse(bad, "USD"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q reads %s, %v; want a refusal", bad, a, err)
		}
	}
	if _, err := Parse("0.5", "JPY"); !fault.Is(err, fault.Invalid) {
		t.Error("yen have no decimals")
	}
}

func TestFormatsOfExtremes(t *testing.T) {
	if got := New(math.MinInt64, "USD").Format(); got != "-92,233,720,368,547,758.08" {
		t.Error(got)
	}
	if got := New(-1, "KWD").FormatWith(); got != "KWD -0.001" {
		t.Error(got)
	}
}

var (
	anyCurrency = rapid.SampledFrom([]Currency{"USD", "EUR", "JPY", "KRW", "KWD", "TND"})
	anyAmount   = rapid.Custom(func(t *rapid.T) Amount {
		return New(rapid.Int64Range(-MaxMinor, MaxMinor).Draw(t, "minor"), anyCurrency.Draw(t, "currency"))
	})
)

func TestAmountsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyAmount.Draw(t, "amount")
		for _, text := range []string{a.String(), a.Format()} {
			if b, err := Parse(text, a.Currency); err != nil || b != a {
				t.Fatalf("%q reads %v, %v", text, b, err)
			}
		}
		var b Amount
		text, err := json.Marshal(a)
		if err == nil {
			err = json.Unmarshal(text, &b)
		}
		if err != nil || a != b {
			t.Fatalf("%s reads %v, %v", text, b, err)
		}
	})
}

func TestAmountJSON(t *testing.T) {
	text, err := json.Marshal(New(1_400_000, "USD"))
	if err != nil || string(text) != `{"amount":"14000.00","currency":"USD"}` {
		t.Fatalf("%s, %v", text, err)
	}
	var zero Amount
	if text, err = json.Marshal(zero); err != nil || json.Unmarshal(text, &zero) != nil || zero != (Amount{}) {
		t.Fatalf("no amount writes %s and reads %v", text, zero)
	}
	for _, bad := range []string{`{"amount":14000,"currency":"USD"}`, `{"amount":"1","currency":""}`, `{"amount":"1","currency":"QQQ"}`, `{"amount":"","currency":"USD"}`, `5`, `"5"`} {
		var a Amount
		if err := json.Unmarshal([]byte(bad), &a); err == nil {
			t.Errorf("%s reads %v", bad, a)
		}
	}
}

func TestArithmetic(t *testing.T) {
	a, b := New(1000, "USD"), New(250, "USD")
	if a.Add(b) != New(1250, "USD") || a.Sub(b) != New(750, "USD") || b.Cmp(a) != -1 || a.Cmp(a) != 0 || a.Cmp(b) != 1 {
		t.Fatal("sums")
	}
	if a.Add(Amount{}) != a || (Amount{}).Add(a) != a || (Amount{}).Sub(a) != a.Neg() || !(Amount{}).IsZero() {
		t.Fatal("no amount takes the currency of the other")
	}
	largest, smallest := New(math.MaxInt64, "USD"), New(math.MinInt64, "USD")
	one := New(1, "USD")
	mustPanic(t, "too large", func() { largest.Add(one) })
	mustPanic(t, "too small", func() { smallest.Sub(one) })
	mustPanic(t, "two smallest", func() { smallest.Add(smallest) })
	mustPanic(t, "no mirror", func() { smallest.Neg() })
	mustPanic(t, "nothing less the smallest", func() { New(0, "USD").Sub(smallest) })
	mustPanic(t, "two currencies", func() { a.Add(New(1, "EUR")) })
	mustPanic(t, "two currencies compared", func() { a.Cmp(New(1, "EUR")) })
	if largest.Add(smallest) != New(-1, "USD") {
		t.Fatal("opposite signs never overflow")
	}
}

// Sums read back as they were written, to the last of int64, and no further.
func TestSumsReadBack(t *testing.T) {
	for _, minor := range []int64{0, -1, MaxMinor, 2*MaxMinor + 1, -3 * MaxMinor, math.MaxInt64, -math.MaxInt64} {
		for _, c := range []Currency{"JPY", "USD", "KWD"} {
			a := New(minor, c)
			for _, text := range []string{a.String(), a.Format()} {
				if got, err := ParseSum(text, c); err != nil || got != a {
					t.Errorf("%s %s: %v, %v", c, text, got, err)
				}
			}
			var back Amount
			if text, err := a.MarshalJSON(); err != nil || back.UnmarshalJSON(text) != nil || back != a {
				t.Errorf("%s is %s again", a.FormatWith(), back.FormatWith())
			}
			if _, err := Parse(a.String(), c); (err != nil) != (magnitude(minor) > MaxMinor) {
				t.Errorf("from outside %s: %v", a.FormatWith(), err)
			}
		}
	}
	for _, text := range []string{"92233720368547758.08", "-92233720368547758.08", "100000000000000000000.00", "1e3"} {
		if a, err := ParseSum(text, "USD"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s is %s", text, a)
		}
	}
}

func TestCurrencies(t *testing.T) {
	for code, digits := range map[Currency]int{"USD": 2, "EUR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "TND": 3, "XCG": 2} {
		c, err := ParseCurrency(" " + strings.ToLower(string(code)))
		if err != nil || c != code || c.Digits() != digits || c.Unit() != int64(math.Pow10(digits)) {
			t.Errorf("%s: %v, %d digits, %v", code, c, c.Digits(), err)
		}
	}
	for _, bad := range []string{"", "US", "USDX", "QQQ", "$", "€"} {
		if _, err := ParseCurrency(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is a currency", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"14000.00", "14,000.00", "-3.5", "0,500", "1.000,00", "", "-", "9999999999999", "1,2,3", " 7 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range []Currency{"JPY", "USD", "KWD"} {
			a, err := Parse(text, c)
			if err != nil {
				if !fault.Is(err, fault.Invalid) {
					t.Fatalf("%q: %v", text, err)
				}
				continue
			}
			if a.Minor > MaxMinor || a.Minor < -MaxMinor || a.Currency != c {
				t.Fatalf("%q reads %v", text, a)
			}
			if b, err := Parse(a.String(), c); err != nil || a != b {
				t.Fatalf("%q reads %v and back %v, %v", text, a, b, err)
			}
		}
	})
}

// TestDecimalsAreThoseOfTheNumber holds the decimal to the number that package fmt writes.
func TestDecimalsAreThoseOfTheNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor, digits := rapid.Int64().Draw(t, "minor"), rapid.IntRange(0, 3).Draw(t, "digits")
		plain, grouped := decimal(minor, digits, ""), decimal(minor, digits, ",")
		sign, rest := "", fmt.Sprint(minor)
		if minor < 0 {
			sign, rest = "-", rest[1:]
		}
		rest = strings.Repeat("0", max(0, digits+1-len(rest))) + rest
		want := sign + rest[:len(rest)-digits]
		if digits > 0 {
			want += "." + rest[len(rest)-digits:]
		}
		if plain != want || strings.ReplaceAll(grouped, ",", "") != want {
			t.Fatalf("%d with %d digits is %s and %s, want %s", minor, digits, plain, grouped, want)
		}
		if minor >= 0 && digits == 2 && minor < 1_000_00 == strings.Contains(grouped, ",") {
			t.Fatalf("%s is not grouped by thousands", grouped)
		}
	})
	if got := decimal(-1234567890123, 2, ","); got != "-12,345,678,901.23" {
		t.Errorf("grouped: %s", got)
	}
	if got := decimal(math.MinInt64, 0, ","); got != "-9,223,372,036,854,775,808" {
		t.Errorf("the least: %s", got)
	}
}
