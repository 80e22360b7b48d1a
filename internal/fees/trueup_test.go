package fees_test

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Of 1,000.00 of commission that was charged the agency gave 400.00 up after a dispute: 600.00 stay when 700.00 are owed now, 500.00 when 500.00 are, and 700.00
// when 1,100.00 are. What it gave up whole stays so.
func TestWhatWasGivenUpOfSpendStaysGivenUp(t *testing.T) {
	a := agreementNamed(t, "commission-of-10-percent-of-gross")
	march, april := cal.Month{Year: 2026, Month: 3}.Period(), cal.Month{Year: 2026, Month: 4}.Period()
	for _, c := range []struct {
		gross, waived int64
		conceded      bool
		want          int64
	}{
		{1_000_000, 40_000, false, 0}, {700_000, 40_000, false, 0}, {500_000, 40_000, false, -10_000}, {1_100_000, 40_000, false, 10_000},
		{700_000, 0, false, -30_000}, {700_000, 0, true, 0}, {1_100_000, 0, true, 0},
	} {
		line := fees.SettledLine{Clause: "media", Kind: fees.KindCommission, Events: []string{"S1"}, Minor: 100_000, Waived: c.waived}
		if c.conceded {
			line.Conceded, line.GivenUp, line.Minor = true, line.Minor, 0
		}
		cost := fees.SettledLine{Clause: "media", Kind: fees.KindSpend, Events: []string{"S1"}, Minor: c.gross * 85 / 100}
		f := fees.Facts{Period: april, Settled: []fees.SettledStatement{{ID: "s", Period: march, Lines: []fees.SettledLine{cost, line}}}}
		f.Evidence.Spend = []crm.Spend{{ID: "S1", SpentOn: cal.MustDate("2026-03-10"), Vendor: "Paper", Category: "media", Gross: money.New(c.gross, "USD"), GrossKnown: true}}
		s, _ := fees.Draft(a, f, longAfter)
		wantSound(t, a, s)
		if s.Total.Minor != c.want {
			t.Errorf("%+v: got %s", c, s.Total)
		}
	}
}

// What another provider bought stands in the evidence and is charged by no clause; a row that names the agency, or nobody, is.
func TestWhatAnotherBoughtIsNotCharged(t *testing.T) {
	a := agreementNamed(t, "commission-of-10-percent-of-gross")
	march := cal.Month{Year: 2026, Month: 3}.Period()
	draft := func(provider, category string) (fees.Statement, []fees.Issue) {
		f := fees.Facts{Period: march}
		f.Evidence.Spend = []crm.Spend{{ID: "S1", SpentOn: cal.MustDate("2026-03-10"), Vendor: "Paper", Category: category, Provider: provider, Gross: money.New(1_000_000, "USD"), GrossKnown: true}}
		return fees.Draft(a, f, longAfter)
	}
	unsaid, _ := draft("", "media")
	own, _ := draft(" "+a.First().Agency, "media")
	if unsaid.Total.IsZero() || own.Total != unsaid.Total {
		t.Errorf("the agency's own purchase: %s, %s", unsaid.Total, own.Total)
	}
	if other, _ := draft("Roster Two", "media"); !other.Total.IsZero() || len(other.Lines) > 0 {
		t.Errorf("%+v", other.Lines)
	}
	if _, issues := draft("Roster Two", "events"); len(issues) > 0 {
		t.Errorf("a category of another's work is asked for: %+v", issues)
	}
}

// A row that was charged and turns out to be another's work is given back.
func TestWhatTurnsOutToBeAnothersIsGivenBack(t *testing.T) {
	a := agreementNamed(t, "commission-of-10-percent-of-gross")
	march, april := cal.Month{Year: 2026, Month: 3}.Period(), cal.Month{Year: 2026, Month: 4}.Period()
	f := fees.Facts{Period: april, Settled: []fees.SettledStatement{{ID: "s", Period: march, Lines: []fees.SettledLine{
		{Clause: "media", Kind: fees.KindSpend, Events: []string{"S1"}, Minor: 850_000}, {Clause: "media", Kind: fees.KindCommission, Events: []string{"S1"}, Minor: 100_000}}}}}
	f.Evidence.Spend = []crm.Spend{{ID: "S1", SpentOn: cal.MustDate("2026-03-10"), Vendor: "Paper", Category: "media", Provider: "Roster Two", Gross: money.New(1_000_000, "USD"), GrossKnown: true}}

	s, _ := fees.Draft(a, f, longAfter)

	if s.Total.Minor != -950_000 {
		t.Errorf("got %s", s.Total)
	}
}
