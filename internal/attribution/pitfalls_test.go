package attribution

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Each test here is a mistake that a public attribution engine was seen to make on the credit of a single deal.

func TestTouchAfterTheConversionIsNotCredited(t *testing.T) {
	j := path(2)
	j.Touches = append(j.Touches, Touch{ID: "late", Channel: "late", At: closed.Add(time.Nanosecond)})
	r := Credit(j, must(ParseModel("last")), Lookback{}, usd("10.00"))
	if show(r) != "a 0.00 b 10.00 | 0.00" || len(r.Ignored) != 1 || r.Ignored[0].Reason != AfterClose {
		t.Fatalf("%s, ignored %v", show(r), r.Ignored)
	}
}

func TestEmptyPathIsUnattributedAndNobodysElse(t *testing.T) {
	m := must(ParseModel("last"))
	rows := Aggregate([]Result{
		Credit(path(1), m, Lookback{}, usd("10.00")),
		Credit(Journey{Deal: "empty", End: closed}, m, Lookback{}, usd("5.00")),
	}, ByChannel)
	want := []Row{{Named, "a", usd("10.00"), 1}, {Unattributed, "", usd("5.00"), 1}}
	if !slices.Equal(rows, want) {
		t.Fatalf("%v", rows)
	}
}

func TestRareChannelKeepsTheMoneyOfItsOwnDeal(t *testing.T) {
	j := path(1)
	j.Touches[0].Channel = "rare"
	if r := Credit(j, must(ParseModel("time-decay:7d")), Lookback{}, usd("1000000.00")); r.Credits[0].Minor != 100_000_000 {
		t.Fatal(show(r))
	}
}

func TestEachDealOfACustomerIsItsOwn(t *testing.T) {
	linear := must(ParseModel("linear"))
	one := path(4)
	one.End = at(one, "b")
	two := path(4)
	two.Deal, two.Since = "deal-2", one.End
	if got := show(Credit(one, linear, Lookback{}, usd("10.00"))); got != "a 5.00 b 5.00 | 0.00" {
		t.Error(got)
	}
	r := Credit(two, linear, Lookback{}, usd("30.00"))
	if show(r) != "c 15.00 d 15.00 | 0.00" || r.Ignored[1].Reason != EarlierDeal {
		t.Error("a reset path starts after the earlier deal:", show(r))
	}
	two.Since = time.Time{}
	if got := show(Credit(two, linear, Lookback{}, usd("30.00"))); got != "a 7.50 b 7.50 c 7.50 d 7.50 | 0.00" {
		t.Error("touches used again:", got)
	}
}

func TestDealsOfTheSameSecondStayApart(t *testing.T) {
	m := must(ParseModel("linear"))
	one, two := path(2), path(2)
	two.Deal = "deal-2"
	rows := Aggregate([]Result{Credit(one, m, Lookback{}, usd("10.00")), Credit(two, m, Lookback{}, usd("10.00"))}, ByChannel)
	if rows[0].Amount != usd("10.00") || rows[0].Deals != 2 {
		t.Fatalf("%v", rows)
	}
}

func TestNamesAreNeverNormalisedOrSplit(t *testing.T) {
	j := path(5)
	for i, name := range []string{"campaign 1", "campaign 2", "a > b", "Campaign 1", ""} {
		j.Touches[i].Campaign = name
	}
	r := Credit(j, must(ParseModel("linear")), Lookback{}, usd("5.00"))
	rows := Aggregate([]Result{r}, ByCampaign)
	var labels []string
	for _, row := range rows {
		labels = append(labels, row.Label())
	}
	if want := []string{"Campaign 1", "a > b", "campaign 1", "campaign 2", "(not recorded)", "(unattributed)"}; !slices.Equal(labels, want) {
		t.Fatalf("%q", labels)
	}
	if p := r.Portion(Among(ByCampaign, "campaign 1", "b")); p.Amount != usd("1.00") || p.Touches != 1 {
		t.Fatalf("%v", p)
	}
}

func TestNameOfASpecialRowStaysAName(t *testing.T) {
	j := path(1)
	j.Touches[0].Channel = "(unattributed)"
	rows := Aggregate([]Result{Credit(j, must(ParseModel("first")), Lookback{}, usd("1.00"))}, ByChannel)
	if len(rows) != 2 || rows[0].Kind != Named || !rows[1].Amount.IsZero() {
		t.Fatalf("%v", rows)
	}
}

func TestTiesAreOrderedBySequenceThenID(t *testing.T) {
	j := Journey{Deal: "d", End: closed, Touches: []Touch{
		{ID: "z", At: closed, Seq: 1}, {ID: "b", At: closed, Seq: 2}, {ID: "a", At: closed.In(time.FixedZone("", 3600)), Seq: 2},
	}}
	for range 6 {
		j.Touches = append(j.Touches[1:], j.Touches[0])
		if got := show(Credit(j, must(ParseModel("custom:20/20/60")), Lookback{}, usd("1.00"))); got != "z 0.20 a 0.20 b 0.60 | 0.00" {
			t.Fatal(got)
		}
	}
}

func TestTheSameTouchGivenTwiceCountsOnce(t *testing.T) {
	j := path(2)
	j.Touches = append(j.Touches, j.Touches[0])
	r := Credit(j, must(ParseModel("linear")), Lookback{}, usd("1.00"))
	if show(r) != "a 0.50 b 0.50 | 0.00" || r.Ignored[0].Reason != Duplicate {
		t.Fatal(show(r))
	}
}

func TestUnknownTimesAreNoTimes(t *testing.T) {
	j := path(2)
	j.Touches[0].At = time.Time{}
	r := Credit(j, must(ParseModel("first")), Lookback{}, usd("1.00"))
	if show(r) != "b 1.00 | 0.00" || r.Ignored[0].Reason != Undated {
		t.Error("an undated touch is not the first:", show(r))
	}
	j.End = time.Time{}
	r = Credit(j, must(ParseModel("first")), must(ParseLookback("90 days", "re-path", nil)), usd("1.00"))
	if show(r) != "| 1.00" || !slices.Contains(r.Notes, noteNoEnd) || r.Ignored[1].Reason != NoEnd {
		t.Error("a deal without a closing date has no path:", show(r))
	}
}

func TestTimeDecayNeverUnderflowsToNothing(t *testing.T) {
	j := path(2)
	j.Touches[0].At, j.Touches[1].At = closed.AddDate(-120, 0, 0), closed.AddDate(-100, 0, 0)
	r := Credit(j, must(ParseModel("time-decay:1m")), Lookback{}, usd("7.00"))
	if show(r) != "a 0.00 b 7.00 | 0.00" {
		t.Fatal("weights are relative to the newest touch:", show(r))
	}
	j.Touches[0].At = j.Touches[1].At.Add(-time.Second)
	if r = Credit(j, must(ParseModel("time-decay:1m")), Lookback{}, usd("7.00")); show(r) != "a 3.48 b 3.52 | 0.00" {
		t.Fatal("age counts in full, not in whole half-lives:", show(r))
	}
}

func TestDecayAgreesWithExactPowers(t *testing.T) {
	const life = 7 * 24 * time.Hour
	worst := 0.0
	for _, age := range []time.Duration{0, 1, time.Second, time.Hour, life - 1, life, life + 1, 3*life + 12345678, 20*life - 7, 39 * life, 40 * life, 41 * life, math.MaxInt64} {
		want, _ := power(age, life).Float64()
		if diff := math.Abs(float64(decay(age, life)) - want); diff > worst {
			worst = diff
		}
	}
	if worst > 1.5 {
		t.Fatalf("off by %g steps of 2^-40", worst)
	}
	previous := decay(0, life)
	for age := time.Duration(0); age < 2*life; age += 977 * time.Second {
		if w := decay(age, life); w > previous {
			t.Fatalf("weight rises at age %s", age)
		} else {
			previous = w
		}
	}
	for i, h := range halves {
		root := big.NewFloat(0.5).SetPrec(300)
		for range i + 1 {
			root.Sqrt(root)
		}
		exact := root.SetMantExp(root, 64)
		if off := new(big.Float).Sub(exact, new(big.Float).SetPrec(300).SetUint64(h)); off.Abs(off).Cmp(big.NewFloat(0.5)) > 0 {
			t.Errorf("table entry %d is off by %s", i, off)
		}
	}
}

// power is 2^40 * 2^(-age/life) in 200 bits, by square roots.
func power(age, life time.Duration) *big.Float {
	x := new(big.Float).SetPrec(200).SetInt64(1 << 40)
	whole := age / life
	x.SetMantExp(x, -int(min(whole, 4000)))
	rest := new(big.Int).SetInt64(int64(age % life))
	half := big.NewFloat(0.5).SetPrec(200)
	for range 150 {
		half.Sqrt(half)
		rest.Lsh(rest, 1)
		if rest.Cmp(big.NewInt(int64(life))) >= 0 {
			rest.Sub(rest, big.NewInt(int64(life)))
			x.Mul(x, half)
		}
	}
	return x
}

func TestRemaindersFavourNoPosition(t *testing.T) {
	const deals = 30_000
	var units [3]int
	linear := must(ParseModel("linear"))
	for d := range deals {
		j := path(3)
		j.Deal = strconv.Itoa(d)
		for i := range j.Touches {
			j.Touches[i].ID = strconv.Itoa(3*d + i)
		}
		for i, c := range Credit(j, linear, Lookback{}, money.New(100, "USD")).Credits {
			units[i] += int(c.Minor) - 33
		}
	}
	for i, n := range units {
		if n < deals/3*95/100 || n > deals/3*105/100 {
			t.Errorf("position %d of 3 got %d of %d remainders", i, n, deals)
		}
	}
}

func TestRoundedPerDealNotAfterSumming(t *testing.T) {
	linear := must(ParseModel("linear"))
	var results []Result
	for d := range 1000 {
		j := path(3)
		j.Deal = strconv.Itoa(d)
		for i := range j.Touches {
			j.Touches[i].Campaign = strconv.Itoa((d + i) % 7)
		}
		results = append(results, Credit(j, linear, Lookback{}, usd("0.01")))
	}
	for _, by := range []By{ByChannel, ByCampaign, ByProvider} {
		var sum money.Amount
		for _, row := range Aggregate(results, by) {
			sum = sum.Add(row.Amount)
		}
		if sum != usd("10.00") {
			t.Errorf("by %s: %s", by, sum)
		}
	}
}

func TestUnattributedIsARowEvenWhenNothingIs(t *testing.T) {
	rows := Aggregate(nil, ByProvider)
	if len(rows) != 1 || rows[0].Kind != Unattributed {
		t.Fatalf("%v", rows)
	}
}

func TestCurrenciesKeepTheirDigits(t *testing.T) {
	linear := must(ParseModel("linear"))
	for code, want := range map[money.Currency]string{"JPY": "33", "USD": "0.33", "KWD": "0.033"} {
		r := Credit(path(3), linear, Lookback{}, money.New(100, code))
		got := []string{r.Amount(r.Credits[0].Minor).String(), r.Amount(r.Credits[1].Minor).String(), r.Amount(r.Credits[2].Minor).String()}
		if !slices.Contains(got, want) {
			t.Errorf("%s: %v", code, got)
		}
	}
}

func TestLargestAmountsStayExact(t *testing.T) {
	for _, minor := range []int64{math.MaxInt64, math.MinInt64 + 1, money.MaxMinor} {
		for _, model := range []string{"w-shaped", "time-decay:7d", "linear"} {
			r := Credit(d3(), must(ParseModel(model)), Lookback{}, money.New(minor, "USD"))
			sum := new(big.Int)
			for _, c := range r.Credits {
				sum.Add(sum, big.NewInt(c.Minor))
			}
			if sum.Cmp(big.NewInt(minor)) != 0 {
				t.Errorf("%s of %d: %s", model, minor, sum)
			}
		}
	}
}
