package fees_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// pricing is a worked example to be priced over months.
func pricing(t *testing.T, name, from, to string) fees.Pricing {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	a := agreementNamed(t, name)
	facts, _, err := pack.ReadFacts(folder(files, ""), a)
	if err != nil {
		t.Fatal(err)
	}
	first, err := cal.ParseMonth(from)
	if err != nil {
		t.Fatal(err)
	}
	last, err := cal.ParseMonth(to)
	if err != nil {
		t.Fatal(err)
	}
	return fees.Pricing{Agreement: a, Evidence: facts.Evidence, Months: fees.MonthsBetween(first, last), AsOf: longAfter}
}

// readings are the totals of a choice's readings, what is written among them.
func readings(t *testing.T, p fees.Prices, path string) map[string]string {
	t.Helper()
	for _, c := range p.Choices {
		if c.Path != path {
			continue
		}
		out := map[string]string{c.Written: p.Written.Total.String()}
		for _, r := range c.Readings {
			out[r.Other] = r.Total.String()
			if r.Difference != r.Total.Sub(p.Written.Total) {
				t.Errorf("%s: the difference is %s", r.Other, r.Difference)
			}
		}
		return out
	}
	t.Fatalf("%s has no other reading", path)
	return nil
}

// The worked numbers of choices that are known to pay differently.
func TestWhatEachChoiceIsWorth(t *testing.T) {
	for _, c := range []struct {
		example, from, to, path string
		want                    map[string]string
	}{
		{"hours-rollover-oldest-first", "2026-01", "2026-03", "clauses.team.rollover.burn", map[string]string{"oldest-first": "13000.00", "base-first": "14600.00"}},
		{"hours-reconciled-whole", "2026-01", "2026-03", "clauses.team.reconcile.beyond", map[string]string{"whole": "36000.00", "excess": "31500.00"}},
		{"proration-actual-days", "2026-02", "2026-02", "clauses.team.proration",
			map[string]string{"actual-days": "5142.86", "30-day-month": "4800.00", "30/360": "5600.00", "annual-365": "4734.25", "none": "12000.00"}},
		{"lookback-drop", "2026-08", "2026-08", "clauses.share.attribution.edge", map[string]string{"drop": "1200.00", "renormalise": "1714.29", "re-path": "2100.00"}},
		{"scorecard-missing-renormalise", "2026-01", "2026-03", "clauses.bonus.missing_metric",
			map[string]string{"renormalise": "17550.00", "zero": "14040.00", "hold": "0.00", "carry": "0.00"}},
		{"scorecard-half-at-threshold", "2026-01", "2026-03", "clauses.bonus.payout.at_threshold", map[string]string{"50 %": "14040.00", "25 %": "12780.00", "0 %": "11520.00"}},
		{"lead-silence-rejects", "2026-03", "2026-03", "clauses.leads.acceptance.after_window", map[string]string{"rejected": "85.00", "accepted": "255.00"}},
		{"commission-of-10-percent-of-net", "2026-03", "2026-03", "clauses.media.of", map[string]string{"net": "187000.00", "gross": "190000.00"}},
		{"milestone-by-part", "2026-03", "2026-03", "clauses.launch.partial", map[string]string{"by-part": "2050.01", "whole-only": "0.00"}},
	} {
		p, err := fees.Price(pricing(t, c.example, c.from, c.to))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, readings(t, p, c.path)); diff != "" {
			t.Errorf("%s: %s", c.example, diff)
		}
	}
}

// What is priced as written is what the statements would say, one month after the other.
func TestThePriceAsWrittenIsThatOfTheStatements(t *testing.T) {
	all := agreements(t)
	rapid.Check(t, func(rt *rapid.T) {
		c := draw(rt)
		a, e := all[c.IntN(len(all))], c.evidence()
		months := fees.MonthsBetween(cal.Month{Year: 2026, Month: time.January}, cal.Month{Year: 2026, Month: time.June})
		var settled []fees.SettledStatement
		var want []string
		func() {
			defer func() { _ = recover() }() // sums beyond any money
			for m := cal.MonthOf(a.First().Effective); !m.First().After(months[5].First()); m = m.Next() {
				s, _ := fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: e, Settled: settled}, longAfter)
				settled = append(settled, fees.Settle(m.String(), s, nil))
				if !m.First().Before(months[0].First()) {
					want = append(want, s.Total.String())
				}
			}
		}()
		if len(want) < len(months) {
			return
		}
		var got []string
		for _, total := range (fees.Pricing{Agreement: a, Evidence: e, Months: months, AsOf: longAfter}).CourseForTest().Totals {
			got = append(got, total.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("%s: %s", a.First().Key, diff)
		}
	})
}

// A reading that asks for facts of which the history has none is unknown, not zero, and stands behind those that are known.
func TestAReadingThatLacksItsFactsIsUnknown(t *testing.T) {
	p, err := fees.Price(pricing(t, "worked-month", "2026-03", "2026-03"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Choices {
		if c.Path != "clauses.share.base.revenue" {
			continue
		}
		if r := c.Readings[0]; r.Other != "collected" || len(r.Needs) != 1 || r.Needs[0] != "payments" || c.Path == p.Choices[0].Path || !p.Moves(c) {
			t.Errorf("%+v", r)
		}
		return
	}
	t.Error("the choice has no other reading")
}

func TestPricingStopsWhenAsked(t *testing.T) {
	p := pricing(t, "lookback-drop", "2026-02", "2026-03")
	var asked, after int
	p.Stop = func() bool { asked++; return asked > after }
	after = math.MaxInt
	if _, err := fees.Price(p); err != nil {
		t.Fatal(err)
	}
	all, made := asked, asked-len(p.Agreement.Readings(nil)) // made: readings were made by then
	for _, after = range []int{3, made + 1, all - 1} {
		asked = 0
		if _, err := fees.Price(p); !errors.Is(err, fees.ErrStopped) || asked > after+2 {
			t.Errorf("%v after %d, to be stopped after %d", err, asked, after)
		}
	}
}

func TestSumsBeyondAnyMoneyAreAnErrorOfThePricing(t *testing.T) {
	p := pricing(t, "lookback-drop", "2026-02", "2026-03")
	p.Agreement.Versions[0].Clauses = append(p.Agreement.Versions[0].Clauses, nil)
	if _, err := fees.Price(p); err == nil {
		t.Error("a defect of the terms is priced")
	}
}

func TestTheMonthsThatArePriced(t *testing.T) {
	a := agreementNamed(t, "worked-month")
	start := a.First().Effective
	for _, c := range []struct {
		today string
		want  int
	}{{start.String(), 0}, {start.AddMonths(2, 1).AddDays(14).String(), 2}, {start.AddMonths(30, 1).String(), 12}} {
		months := fees.PricedMonths(a, cal.MustDate(c.today))
		if _, ends := a.First().End(); len(months) > c.want || !ends && len(months) != c.want {
			t.Errorf("on %s: %v", c.today, months)
		}
		for _, m := range months {
			if !m.Next().First().Before(cal.MustDate(c.today).AddDays(1)) {
				t.Errorf("%s is not over on %s", m, c.today)
			}
		}
	}
	b, ok := fees.Backdated(a.First(), cal.MustDate("2028-05-01"))
	if !ok || b.First().Effective != cal.MustDate("2028-05-01") || b.First().Term.Start != b.First().Effective {
		t.Errorf("%v %+v", ok, b.First().Effective)
	}
}

func TestNamesOfTheEvidence(t *testing.T) {
	known := fees.Known(crm.Evidence{Snapshot: crm.Snapshot{
		Deals:          []crm.Deal{{ID: "d"}},
		Touches:        []crm.Touch{{Channel: "Webinar", Provider: "Northlight"}, {Channel: "Direct"}, {Channel: "Webinar"}, {Channel: "gone", Deleted: true}},
		MetricReadings: []crm.MetricReading{{Metric: "mql"}},
		TimeEntries:    []crm.TimeEntry{{Role: "designer", Clause: "extra"}, {Role: "intern"}},
		Spend:          []crm.Spend{{Category: "media"}},
		SLAMisses:      []crm.SLAMiss{{Target: "launch"}},
	}})
	want := contract.Known{Channels: []string{"Direct", "Webinar"}, Providers: []string{"Northlight"}, Lists: []string{}, Metrics: []string{"mql"}, Categories: []string{"media"},
		Came: []contract.Came{{Imported: "Webinar"}, {Imported: "Direct"}}, Targets: []string{"launch"}, Roles: map[string][]string{"extra": {"designer"}, "": {"intern"}}}
	if diff := cmp.Diff(want, known); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(contract.Known{}, fees.Known(crm.Evidence{})); diff != "" {
		t.Error(diff)
	}
}

// One question that is asked in every month counts once, and what the history lacks altogether is told beside the total.
func TestWhatIsHeldAndWhatIsLacking(t *testing.T) {
	p := pricing(t, "scorecard-missing-hold", "2026-01", "2026-06")
	prices, err := fees.Price(p)
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	var settled []fees.SettledStatement
	for _, m := range p.Months {
		s, issues := fees.Draft(p.Agreement, fees.Facts{Period: m.Period(), Evidence: p.Evidence, Settled: settled}, longAfter)
		settled = append(settled, fees.Settle(m.String(), s, nil))
		for _, i := range issues {
			if i.Severity == fees.Problem {
				asked[i.Code+i.Subject]++
			}
		}
	}
	if prices.Written.Held != len(asked) || len(asked) == 0 {
		t.Errorf("%d questions are held out, of %v", prices.Written.Held, asked)
	}
	p = pricing(t, "deliverables-carried", "2026-01", "2026-03")
	p.Evidence.Deliveries = nil
	if prices, err = fees.Price(p); err != nil || len(prices.Needs) != 1 || prices.Needs[0].Words() != "content needs deliveries" {
		t.Errorf("%+v, %v", prices.Needs, err)
	}
}
