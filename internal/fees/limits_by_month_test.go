package fees_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// limitedByMonth are shares whose own caps, floors, tiers and baselines run over other windows than the limits over them, and a credit that is taken of
// them.
func limitedByMonth(t interface {
	Helper()
	Fatal(...any)
}) []contract.Agreement {
	t.Helper()
	const over = `  - service_credits: service
    base: [share]
    targets: [first-response]
    not_counted: []
    counted: together
    ladder: [3 misses = 10 %]
    monthly_limit: none
  - minimum: commitment
    amount: 3,000.00 per quarter
    clauses: [share]
    costs: not-counted
    proration: actual-days
  - not_to_exceed: ceiling
    amount: 4,000.00 per month
    all_clauses_except: []
    costs: not-counted
  - not_to_exceed: quarterly
    amount: 9,000.00 per quarter
    all_clauses_except: []
    costs: not-counted
statements:
`
	var out []contract.Agreement
	for _, name := range []string{"not-to-exceed-per-month-under-a-cap-per-year", "not-to-exceed-per-month-under-tiers-per-year", "tiers-whole", "baseline-of-a-year-and-tiers", "baseline-shortfall-carried", "period-floor", "refund-above-the-last-payment-under-a-cap"} {
		source := agreementNamed(t, name).First().Source
		if at := strings.Index(source, "  - not_to_exceed"); at >= 0 {
			source = source[:at] + source[strings.Index(source, "statements:\n"):]
		}
		terms, err := contract.Parse([]byte(strings.Replace(source, "statements:\n", over, 1)))
		if err != nil {
			t.Fatal(name, err)
		}
		a, err := contract.NewAgreement(terms)
		if err != nil {
			t.Fatal(name, err)
		}
		out = append(out, a)
	}
	return out
}

// byMonth sums lines by the month in which they count.
func byMonth(all []fees.SettledStatement) map[cal.Month]int64 {
	out := map[cal.Month]int64{}
	for _, s := range all {
		for _, l := range s.Lines {
			on := l.CountsOn
			if on.IsZero() {
				on = s.Period.From
			}
			out[cal.MonthOf(on)] += l.Minor
		}
	}
	return out
}

// TestEveryMonthComesToWhatIsOwedForIt: whatever the CRM said when each month was locked, what counts in a month, on whatever statement, comes to
// what the month alone is charged on the last evidence. So a limit of a month sees of a longer window what belongs to the month, and the order of
// imports does not matter.
func TestEveryMonthComesToWhatIsOwedForIt(t *testing.T) {
	all := limitedByMonth(t)
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		known := func() crm.Evidence {
			e := c.known()
			for i := range e.Deals {
				e.Deals[i].ClosedOn = cal.MustDate("2026-01-05").AddDays(20*i + i*i) // a deal that moves stays in the month that charged it
			}
			for i := range 12 {
				e.SLAMisses = append(e.SLAMisses, crm.SLAMiss{ID: string(rune('a' + i)), MissedOn: cal.MustDate("2026-01-01").AddDays(20 * i), Target: "first-response", Deleted: c.oneIn(6)})
			}
			for i := range e.Payments {
				p := &e.Payments[i]
				p.PaidOn = cal.MustDate("2026-02-10").AddDays(17 * (2*int(p.ID[1]-'0') + int(p.ID[3]-'0')))
			}
			return e
		}
		final := known()
		var settled, alone []fees.SettledStatement
		months := fees.MonthsBetween(cal.Month{Year: 2026, Month: 1}, cal.Month{Year: 2026, Month: 9})
		for i, m := range months {
			e := known()
			if i == len(months)-1 {
				e = final
			}
			s, _ := fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: e, Settled: settled}, longAfter)
			wantSound(t, a, s)
			settled = append(settled, fees.Settle("s"+m.String(), s, nil))
			s, _ = fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: final, Settled: alone}, longAfter)
			alone = append(alone, fees.Settle("a"+m.String(), s, nil))
		}
		got, want := byMonth(settled), byMonth(alone)
		for _, m := range months {
			if off := got[m] - want[m]; off < -roundings || off > roundings {
				t.Errorf("%s comes to %s, owed are %s", m, money.New(got[m], "USD"), money.New(want[m], "USD"))
			}
		}
	})
}
