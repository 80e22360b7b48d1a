package money

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"pgregory.net/rapid"
)

func TestPercentages(t *testing.T) {
	for text, want := range map[string]Ratio{
		"3 %": NewRatio(3, 100), "3%": Percent(3), " 2.5 % ": NewRatio(1, 40), "-1.5%": NewRatio(-3, 200), "0 %": {}, "22.50%": NewRatio(9, 40),
		"17.647058823%": NewRatio(17647058823, 100_000_000_000), "999999%": NewRatio(999999, 100), "100 %": NewRatio(1, 1),
	} {
		got, err := ParsePercent(text)
		if err != nil || got.Num() != want.Num() || got.Den() != want.Den() {
			t.Errorf("%q reads %d/%d, %v", text, got.Num(), got.Den(), err)
		}
	}
	for _, bad := range []string{"", "%", "3", "3 %%", "3,5 %", ".5 %", "5. %", "1e2 %", "+3 %", "- 3 %", "1234567 %", "0.1234567890 %", "three %", "3 % off"} {
		if r, err := ParsePercent(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q reads %s, %v; want a refusal", bad, r, err)
		}
	}
}

func TestRatioInWords(t *testing.T) {
	for want, r := range map[string]Ratio{
		"3 %": NewRatio(3, 100), "2.5 %": NewRatio(5, 200), "-0.5 %": NewRatio(1, -200), "4/7": NewRatio(40, 70), "-1/3": NewRatio(-1, 3),
		"0 %": {}, "100 %": NewRatio(7, 7), "9223372036854775807/1": NewRatio(math.MaxInt64, 1),
	} {
		if r.String() != want {
			t.Errorf("%d/%d is %q, want %q", r.Num(), r.Den(), r, want)
		}
	}
}

func TestRatiosAreInLowestTerms(t *testing.T) {
	number := rapid.OneOf(rapid.Int64Range(-60, 60), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64}))
	fits := func(r *big.Rat) bool {
		return r.Num().CmpAbs(big.NewInt(math.MaxInt64)) <= 0 && r.Denom().IsInt64()
	}
	rapid.Check(t, func(t *rapid.T) {
		num := number.Draw(t, "num")
		den := number.Filter(func(n int64) bool { return n != 0 }).Draw(t, "den")
		want := new(big.Rat).SetFrac(big.NewInt(num), big.NewInt(den))
		if !fits(want) {
			defer func() {
				if recover() == nil {
					t.Fatalf("%s does not fit and did not panic", want)
				}
			}()
		}
		r := NewRatio(num, den)
		if want.Cmp(big.NewRat(r.Num(), r.Den())) != 0 || r.Den() <= 0 || r.Sign() != want.Sign() || r != NewRatio(r.Num(), r.Den()) {
			t.Fatalf("%d/%d became %d/%d", num, den, r.Num(), r.Den())
		}
		var back Ratio
		text, err := json.Marshal(r)
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back != r {
			t.Fatalf("%s reads %v, %v", text, back, err)
		}
	})
}

func TestRatioJSONRefusesOtherThings(t *testing.T) {
	mustPanic(t, "denominator 0", func() { NewRatio(1, 0) })
	for _, bad := range []string{`"3"`, `"3/0"`, `"3/-4"`, `"a/b"`, `"3 %"`, `0.03`, `"1/2/3"`, `""`} {
		var r Ratio
		if err := json.Unmarshal([]byte(bad), &r); err == nil {
			t.Errorf("%s reads %v", bad, r)
		}
	}
	if text, err := json.Marshal(Ratio{}); err != nil || string(text) != `"0/1"` {
		t.Errorf("%s, %v", text, err)
	}
}

func FuzzParsePercent(f *testing.F) {
	for _, s := range []string{"3 %", "2.5%", "-1 %", "%", "999999.999999999%", "3 %%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParsePercent(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if back, err := ParsePercent(r.String()); err != nil || back != r {
			t.Fatalf("%q reads %q, which reads %v, %v", text, r, back, err)
		}
	})
}
