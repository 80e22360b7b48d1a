package fees_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// comparing is worked examples side by side on the facts of the first.
func comparing(t *testing.T, from, to string, names ...string) fees.Comparing {
	t.Helper()
	p := pricing(t, names[0], from, to)
	c := fees.Comparing{Evidence: p.Evidence, Months: p.Months, AsOf: p.AsOf, Resamples: 500, Seed: 1}
	for _, name := range names {
		c.Sides = append(c.Sides, fees.Side{Name: name, Agreement: agreementNamed(t, name)})
	}
	return c
}

func compared(t interface {
	Helper()
	Fatal(...any)
}, c fees.Comparing) fees.Comparison {
	t.Helper()
	out, err := fees.SideBySide(c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The same deal of 100,000 under the three readings of a lookback: 1,200.00, 1,714.29 and 2,100.00 of domain knowledge, side by side.
func TestSidesAreDraftedOnOneHistory(t *testing.T) {
	got := compared(t, comparing(t, "2026-02", "2026-08", "lookback-drop", "lookback-renormalise", "lookback-re-path"))
	for i, want := range []string{"1200.00", "1714.29", "2100.00"} {
		s := got.Sides[i]
		if s.Total.String() != want || len(s.Totals) != 7 || len(s.Clauses) != 1 || s.Clauses[0].Total != s.Total || !slices.Equal(s.Clauses[0].Totals, s.Totals) {
			t.Errorf("%s: %s of %+v, want %s", s.Name, s.Total, s.Clauses, want)
		}
		if s.Dearest() != 6 || s.Leanest() != 0 || !s.Varies || s.Earning != 1 {
			t.Errorf("%s: %d %d %+v", s.Name, s.Dearest(), s.Leanest(), s)
		}
		// One company drawn once from one: every resample is the history.
		if got.Drawn != 1 || s.Range.Expected != s.Total || s.Range.Low != s.Total || s.Range.High != s.Total {
			t.Errorf("%s: %d drawn, %+v", s.Name, got.Drawn, *s.Range)
		}
	}
	if against := got.Sides[2].Against.Middle; against.String() != "900.00" || got.Sides[2].Cheaper != 0 || got.Sides[0].Against.Expected.Minor != 0 {
		t.Errorf("against the first: %s", against)
	}
}

// Three companies, of which one earned 1,800.00, one 2,100.00, one 900.00: the fee of a resample is what three draws from them come to.
func TestTheRangeOfAFee(t *testing.T) {
	c := comparing(t, "2026-02", "2026-03", "worked-month")
	c.Resamples = 2000
	got := compared(t, c)
	s := got.Sides[0]
	if s.Total.String() != "4800.00" || s.Earning != 3 {
		t.Fatalf("%s by %d companies", s.Total, s.Earning)
	}
	r := *s.Range
	if diff := r.Expected.Sub(s.Total).Minor; diff < -10_000 || diff > 10_000 {
		t.Errorf("expected %s of a fee of %s", r.Expected, s.Total)
	}
	if r.Low.Cmp(r.Middle) >= 0 || r.Middle.Cmp(r.High) >= 0 {
		t.Errorf("%+v", r)
	}
	if got.Drawn < 4 {
		t.Errorf("%d companies are drawn from; the one that was carved out belongs to them", got.Drawn)
	}
	if again := compared(t, c); !reflect.DeepEqual(again, got) {
		t.Error("the same seed draws otherwise")
	}
	c.Seed = 2
	if other := compared(t, c); reflect.DeepEqual(other.Sides[0].Range, s.Range) && reflect.DeepEqual(other.Sides[0].ByMonth, s.ByMonth) {
		t.Error("another seed draws the same")
	}
}

// A percentile is the least amount that is not below that part of the resamples, the mean is rounded half away from zero.
func TestRanks(t *testing.T) {
	for _, test := range []struct {
		minors []int64
		want   string
	}{
		{[]int64{5}, "0.05 0.05 0.05 0.05"},
		{[]int64{10, 1, 2, 9, 3, 8, 4, 7, 5, 6}, "0.06 0.01 0.05 0.09"}, // 5.5
		{[]int64{-1, -2}, "-0.02 -0.02 -0.02 -0.01"},
		{[]int64{11, 1, 2, 9, 3, 8, 4, 7, 5, 6, 10}, "0.06 0.02 0.06 0.10"},
		{slices.Repeat([]int64{money.MaxMinor}, 2000), "100000000000.00 100000000000.00 100000000000.00 100000000000.00"},
	} {
		r := fees.RangeOf(test.minors, "USD")
		if got := fmt.Sprint(r.Expected, " ", r.Low, " ", r.Middle, " ", r.High); got != test.want {
			t.Errorf("%v: %s, want %s", test.minors, got, test.want)
		}
	}
}

// What no deal moves is the same in every resample; what the history has no fact for is no number.
func TestWhatTheHistoryLacks(t *testing.T) {
	got := compared(t, comparing(t, "2026-01", "2026-03", "scorecard-half-at-threshold", "milestone-by-part", "lead-silence-rejects", "lookback-drop"))
	if s := got.Sides[0]; s.Needs != nil || s.Total.String() != "14040.00" || s.Varies {
		t.Errorf("%+v", s)
	}
	for i, want := range map[int]string{
		1: "deliveries of crm-cleanup, odd, whole", 2: "leads", 3: "deals",
	} {
		s := got.Sides[i]
		if len(s.Needs) != 1 || !strings.HasPrefix(s.Needs[0].What, strings.Split(want, ",")[0]) || s.Range != nil || !s.Unknown(s.Needs[0].Clause) {
			t.Errorf("%s: %+v", s.Name, s.Needs)
		}
	}
	other := compared(t, comparing(t, "2026-02", "2026-06", "worked-month", "scorecard-half-at-threshold"))
	s := other.Sides[1]
	if len(s.Needs) != 1 || s.Needs[0].What != "readings of mql, pipeline_value, cac_payback" || s.Needs[0].Most == nil {
		t.Fatalf("%+v", s.Needs)
	}
	if most, ok := s.Most(); !ok || most.String() != "54000.00" { // two quarters of 18,000.00 at 150 %
		t.Errorf("at most %s", most)
	}
}

func TestSidesThatCannotBeCompared(t *testing.T) {
	c := comparing(t, "2026-02", "2026-03", "worked-month", "worked-month")
	c.Sides[1].Agreement.Versions = slices.Clone(c.Sides[1].Agreement.Versions)
	c.Sides[1].Agreement.Versions[0].Currency = "EUR"
	if _, err := fees.SideBySide(c); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "two currencies") {
		t.Error(err)
	}
	c = comparing(t, "2026-02", "2026-03", "worked-month")
	c.Resamples = fees.MostResamples + 1
	if _, err := fees.SideBySide(c); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	for _, after := range []int{0, 5, 50} {
		c = comparing(t, "2026-02", "2026-03", "worked-month")
		asked := 0
		c.Stop = func() bool { asked++; return asked > after }
		if _, err := fees.SideBySide(c); !errors.Is(err, fees.ErrStopped) || asked != after+1 {
			t.Errorf("%v after %d", err, asked)
		}
	}
	c = comparing(t, "2026-02", "2026-03", "worked-month")
	c.Sides[0].Agreement.Versions[0].Clauses = append(c.Sides[0].Agreement.Versions[0].Clauses, nil)
	if _, err := fees.SideBySide(c); err == nil {
		t.Error("a defect of the terms is compared")
	}
}
