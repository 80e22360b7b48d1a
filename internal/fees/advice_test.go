package fees_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// measuredAt is a history with 40 deals, of so many points of hygiene, so many per cent of clarity and as many days between the first and the third
// quartile of a median of 100.
func measuredAt(hygiene, clarity, between int64) fees.Measured {
	usd := func(units int64) money.Amount { return money.New(100*units, "USD") }
	on := cal.MustDate("2026-06-30")
	cycle := crm.Cycle{On: on, Deals: 40, Forecast: 40, Quartiles: [3]crm.Days{crm.Days(4*100 - 2*between), 400, crm.Days(4*100 + 2*between)}}
	return fees.Measured{
		Hygiene: crm.HygieneScore{On: on, Deals: 40, Checks: []crm.Check{{Code: crm.Complete, Weight: 25, Met: hygiene, Of: 100}, {Code: crm.Fresh, Weight: 20}}},
		Clarity: attribution.Clarity{Period: fees.ClarityPeriod(cycle), Deals: 12, Clear: usd(clarity), Unknown: usd(0), Of: usd(100),
			Failing: []attribution.Unclear{{Deal: crm.Deal{Amount: usd(100 - clarity)}, Why: []string{"no source"}}}},
		Cycle: cycle, Spread: 1000, SpreadOK: true, Version: 1, Versions: 1,
	}
}

// Which model fits, at both sides of each line that the grades are drawn by.
func TestAdvice(t *testing.T) {
	slips := func(n int) func(*fees.Measured) {
		return func(m *fees.Measured) { m.Cycle.Slipped = make([]crm.Failing, n) }
	}
	share, bonus, milestones := contract.RetainerAndShare, contract.FixedAndBonus, contract.MilestonesOnly
	for _, c := range []struct {
		name                       string
		hygiene, clarity, between  int64
		change                     func(*fees.Measured)
		model                      contract.PayModel
		hygieneIs, clarityIs, days fees.Grade
	}{
		{"all at the line of good", 80, 70, 50, nil, share, fees.Good, fees.Good, fees.Good},
		{"hygiene below it", 79, 70, 50, nil, bonus, fees.Fair, fees.Good, fees.Good},
		{"clarity below it", 80, 69, 50, nil, bonus, fees.Good, fees.Fair, fees.Good},
		{"a cycle above it", 80, 70, 51, nil, bonus, fees.Good, fees.Good, fees.Fair},
		{"the models differ by 25 points", 80, 70, 50, func(m *fees.Measured) { m.Spread = 2500 }, share, fees.Good, fees.Good, fees.Good},
		{"and by more", 80, 70, 50, func(m *fees.Measured) { m.Spread = 2501 }, bonus, fees.Good, fees.Fair, fees.Good},
		{"a fifth slipped", 80, 70, 50, slips(8), share, fees.Good, fees.Good, fees.Good},
		{"more than a fifth", 80, 70, 50, slips(9), bonus, fees.Good, fees.Good, fees.Fair},
		{"more than two fifths", 80, 70, 50, slips(17), bonus, fees.Good, fees.Good, fees.Poor},
		{"half of the forecasts are known", 80, 70, 50, func(m *fees.Measured) { m.Cycle.Forecast = 20 }, share, fees.Good, fees.Good, fees.Good},
		{"fewer are", 80, 70, 50, func(m *fees.Measured) { m.Cycle.Forecast = 19 }, bonus, fees.Good, fees.Good, fees.Fair},
		{"clarity at the line of fair", 60, 40, 100, nil, bonus, fees.Fair, fees.Fair, fees.Fair},
		{"all but hygiene poor", 60, 39, 101, nil, bonus, fees.Fair, fees.Poor, fees.Poor},
		{"hygiene poor", 59, 70, 50, nil, milestones, fees.Poor, fees.Good, fees.Good},
		{"all poor", 59, 39, 101, nil, milestones, fees.Poor, fees.Poor, fees.Poor},
		{"too few deals", 100, 70, 50, func(m *fees.Measured) { m.Hygiene.Deals = 19 }, "", fees.Insufficient, fees.Good, fees.Good},
		{"too few won", 100, 70, 50, func(m *fees.Measured) { m.Clarity.Deals = 9 }, bonus, fees.Good, fees.Insufficient, fees.Good},
		{"nothing to spread", 100, 70, 50, func(m *fees.Measured) { m.SpreadOK = false }, bonus, fees.Good, fees.Insufficient, fees.Good},
		{"too few with a cycle", 100, 70, 50, func(m *fees.Measured) { m.Cycle.Deals = 19 }, bonus, fees.Good, fees.Good, fees.Insufficient},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := measuredAt(c.hygiene, c.clarity, c.between)
			if c.change != nil {
				c.change(&m)
			}
			a := fees.Advise(m)
			if got := [3]fees.Grade{a.Graded[0].Grade, a.Graded[1].Grade, a.Graded[2].Grade}; got != [3]fees.Grade{c.hygieneIs, c.clarityIs, c.days} {
				t.Errorf("graded %v", got)
			}
			if a.Model != c.model || len(a.Why) == 0 || (a.Model != "") != (len(a.Terms) > 0) {
				t.Errorf("advised %q: %v, %v", a.Model, a.Why, a.Terms)
			}
			for _, g := range a.Graded {
				if len(g.Why) == 0 || (g.Grade == fees.Good) != (len(g.Better) == 0) {
					t.Errorf("%s is %s: %q, and better by %q", g.Name, g.Grade, g.Why, g.Better)
				}
			}
		})
	}
}

// One deal has, was and is; several have, were and are.
func TestAdviceSaysOneDealAsOne(t *testing.T) {
	m := measuredAt(80, 70, 50)
	m.Clarity.Deals, m.Cycle.Deals = 1, 1
	a := fees.Advise(m)
	for _, words := range []string{"1 deal with an amount was won from", "1 deal won in the last 12 months has a day of creation"} {
		if got := fmt.Sprint(a.Graded[1].Why, a.Graded[2].Why); !strings.Contains(got, words) {
			t.Errorf("it does not say %q:\n%s", words, got)
		}
	}
}

// The words name the figures and the lines, and what costs the most comes first.
func TestAdviceExplainsItself(t *testing.T) {
	m := measuredAt(70, 40, 60)
	m.Hygiene.Checks = append(m.Hygiene.Checks, crm.Check{Code: crm.Linked, Weight: 15, Met: 1, Of: 4})
	m.Clarity.Unknown = money.New(1_000, "USD")
	m.Clarity.LeftOut = []crm.Failing{{Why: "no amount"}, {Why: "in EUR"}, {Why: "no amount"}}
	m.Cycle.Undated, m.Cycle.Forecast = make([]crm.Failing, 2), 37
	usd := func(units int64) money.Amount { return money.New(100*units, "USD") }
	m.Earned = []attribution.EarnedBy{{Model: attribution.FirstTouch, Amount: usd(30)}, {Model: attribution.LastTouch, Amount: usd(20)}, {Model: attribution.Linear, Amount: usd(25)}, {Model: attribution.WShaped, Amount: usd(26)}}
	a := fees.Advise(m)
	got := fmt.Sprint(a.Why, a.Graded[0].Why, a.Graded[0].Better, a.Graded[1].Why, a.Graded[1].Better, a.Graded[2].Why, a.Graded[2].Better, a.Cadence)
	for _, words := range []string{
		"The score of 40 deals is 53.1: good from 80, fair from 60.", "Links: 1 of 4, which costs 28.1 points. Required fields: 70 of 100, which costs 18.8 points.",
		"USD 40.00 of USD 100.00 won from 13 Dec 2025 to 30 Jun 2026 is clear, 40 %: good from 70 %, fair from 40 %.", "differ by 10 points", "That is (30.00 by first touch - 20.00 by last touch) / 100.00 = 10 points.",
		"from 13 Dec 2025 to 30 Jun 2026, the day of the import: 2 x 100 days, the median cycle, are 200 days.", "Counted are 12 of 15 deals won in these days; not counted are 1 (in EUR), 2 (no amount).",
		"Measured are 40 of 42 deals won from 1 Jul 2025 to 30 Jun 2026; of 2 nobody knows when they were created.", "open on 30 Jun 2026 or closed in the 12 months before",
		"USD 10.00 more lacks nothing but a history", "up to 50 %",
		"No source: USD 60.00, 1 deal.", "Half of 40 deals took between 70 and 130 days: 60 % of the median; good up to 50 %", "Left out of that are 3 of the 40 deals: neither an import", "0 of 37 deals closed more than 30 days after",
		"The median cycle is 100 days: up to a year, so a plan of a year fits, of which each quarter is charged to date.",
	} {
		if !strings.Contains(got, words) {
			t.Errorf("it does not say %q:\n%s", words, got)
		}
	}
	if a.Model != contract.MilestonesOnly {
		t.Errorf("advised %q", a.Model)
	}
}

// What is advised and what the text of the model says are one: there is no gate in it, and what one needs is told.
func TestTheGateIsToBeWrittenByHand(t *testing.T) {
	for readings, words := range map[int]string{0: "the history has no reading of sal yet", 1: "the history has 1 reading of sal", 3: "the history has 3 readings of sal"} {
		m := measuredAt(79, 70, 50)
		m.Accepted = readings
		if got := fees.Advise(m).Terms; len(got) != 1 || !strings.Contains(got[0], "by hand") || !strings.Contains(got[0], "has none (gates: [])") || !strings.Contains(got[0], words) {
			t.Errorf("of %d readings: %q", readings, got)
		}
	}
	readings := []crm.MetricReading{{Metric: " SAL", Value: "3"}, {Metric: "sal", Value: "4", Deleted: true}, {Metric: "sal", Broken: true}, {Metric: "mql", Value: "9"}}
	if m := fees.Measure(&crm.Snapshot{MetricReadings: readings}, nil, cal.MustDate("2026-06-30"), contract.Agreement{Versions: []contract.Terms{{Currency: "USD"}}}); m.Accepted != 1 || m.YearOK {
		t.Errorf("%d readings of sal", m.Accepted)
	}
	base, err := contract.Parse([]byte(contract.Template("a", "Client", "Agency", cal.MustDate("2026-01-01"))))
	if err != nil {
		t.Fatal(err)
	}
	text, err := contract.FixedAndBonus.Text(base, contract.UsualNumbers(money.New(24_000_000, base.Currency)))
	if err != nil || len(text.Clauses[1].(contract.Scorecard).Gates) != 0 || !strings.Contains(text.Source, "gates: [] # none yet") {
		t.Errorf("%v:\n%s", err, text.Source)
	}
}

// A year in which the models are further apart than in two cycles, or less far, is told beside the grade and does not change it.
func TestTheSpreadOfAYearBesideThatOfTwoCycles(t *testing.T) {
	for _, c := range []struct {
		cycles, year int64
		says         string
		is           fees.Grade
	}{{1890, 2540, "the four differ by 25.4 points, which is beyond 25: the grade rests on the two cycles alone", fees.Good}, {2510, 2500, "the four differ by 25 points, which is not beyond 25", fees.Fair}, {1890, 2000, "the four differ by 20 points.", fees.Good}} {
		m := measuredAt(80, 70, 50)
		m.Earned = []attribution.EarnedBy{{Model: attribution.Linear, Amount: money.New(1, "USD")}}
		m.Spread, m.Year, m.YearOK = c.cycles, c.year, true
		if g := fees.Advise(m).Graded[1]; g.Grade != c.is || !strings.Contains(strings.Join(g.Why, " "), c.says) {
			t.Errorf("%s: %s does not say %q", g.Grade, g.Why, c.says)
		}
	}
}

// The window is said to be rounded up, or to be the least that it takes, where it is.
func TestTheWindowOfClarity(t *testing.T) {
	for median, words := range map[crm.Days]string{4 * 50: "2 x 50 days, the median cycle, are 100 days.", 4*50 + 1: "2 x 50.25 days, the median cycle, are 101 days, rounded up.", 4 * 3: "2 x 3 days, the median cycle, are fewer than the 30 that it takes at least."} {
		m := measuredAt(80, 70, 0)
		m.Cycle.Quartiles = [3]crm.Days{median, median, median}
		m.Clarity.Period = fees.ClarityPeriod(m.Cycle)
		if got := strings.Join(fees.Advise(m).Graded[1].Why, " "); !strings.Contains(got, words) || !strings.Contains(got, "12 deals won in these days, all counted: each has an amount in USD.") {
			t.Errorf("%s does not say %q", got, words)
		}
	}
}

// The lookback and edge that the spread was measured by can be asked for elsewhere.
func TestTheWindowOfTheSpread(t *testing.T) {
	share := func(a contract.Attribution) contract.Terms {
		return contract.Terms{Clauses: []contract.Clause{contract.RevenueShare{Attribution: a}}}
	}
	days, err := cal.ParseSpan("180 days")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		terms          contract.Terms
		lookback, edge string
	}{{contract.Terms{}, "", ""}, {share(contract.Attribution{None: true}), "", ""}, {share(contract.Attribution{}), "none", ""}, {share(contract.Attribution{Lookback: days, Edge: "re-path"}), "180 days", "re-path"}} {
		if lookback, edge := fees.RanBy(c.terms).Window(); lookback != c.lookback || edge != c.edge {
			t.Errorf("%q, %q instead of %q, %q", lookback, edge, c.lookback, c.edge)
		}
	}
}

func TestCadenceByTheCycle(t *testing.T) {
	for _, c := range []struct {
		days   crm.Days
		every  contract.Every
		toDate bool
	}{{4*30 - 1, contract.EveryMonth, false}, {4 * 30, contract.EveryQuarter, false}, {4 * 91, contract.EveryQuarter, false}, {4*91 + 1, contract.EveryQuarter, true}, {4 * 365, contract.EveryQuarter, true}, {4*365 + 1, contract.EveryContractYear, false}} {
		if got := fees.CadenceOf(crm.Cycle{Deals: 20, Quartiles: [3]crm.Days{0, c.days, c.days}}); got.Every != c.every || got.ToDate != c.toDate {
			t.Errorf("%s days: %+v", c.days, got)
		}
	}
	if got := fees.CadenceOf(crm.Cycle{Deals: 19, Quartiles: [3]crm.Days{0, 4, 8}}); got.Every != "" || got.Words == "" {
		t.Errorf("of 19 deals: %+v", got)
	}
}
