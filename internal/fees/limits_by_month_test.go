package fees_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

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

// byMonthKnown is what the CRM says at one time of deals, payments and missed service levels, each of them in the same month whatever it says.
func (c chance) byMonthKnown() crm.Evidence {
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

// wantMonthsOwed locks months in an order, the last of them on what is known last, and holds what counts in each month, on whatever statement, to what
// the month alone is charged on that.
func wantMonthsOwed(t *rapid.T, c chance, a contract.Agreement, order []cal.Month) {
	t.Helper()
	var settled, alone []fees.SettledStatement
	lock := func(m cal.Month, e crm.Evidence, before []fees.SettledStatement) []fees.SettledStatement {
		f := fees.Facts{Period: m.Period(), Evidence: e, Settled: before}
		want, s := drafted(t, a, f)
		wantSound(t, a, s)
		if got, _ := drafted(t, a, fees.Used(a, f)); !bytes.Equal(got, want) {
			t.Errorf("the part that is used gives another statement:\n%s\n%s", want, got)
		}
		wantDividedWhole(t, s)
		return append(before, fees.Settle("s"+m.String(), s, nil))
	}
	final := c.byMonthKnown()
	for i, m := range order {
		e := final
		if i < len(order)-1 {
			e = c.byMonthKnown()
		}
		settled = lock(m, e, settled)
	}
	inOrder := slices.SortedFunc(slices.Values(order), func(a, b cal.Month) int { return a.First().Cmp(b.First()) })
	for _, m := range inOrder {
		alone = lock(m, final, alone)
	}
	got, want := byMonth(settled), byMonth(alone)
	for _, m := range inOrder {
		if off := got[m] - want[m]; off < -roundings || off > roundings {
			t.Errorf("%s comes to %s, owed are %s; locked in the order %v", m, money.New(got[m], "USD"), money.New(want[m], "USD"), order)
		}
	}
}

// wantDividedWhole: where nothing is disputed all of a statement is payable, and its limits, computed again from its lines, are what they are.
func wantDividedWhole(t *rapid.T, s fees.Statement) {
	t.Helper()
	if split := fees.Divide(s, make([]fees.LineLife, len(s.Lines))); split.Payable != s.Total {
		t.Errorf("payable of %s are %s", s.Total, split.Payable)
	}
	for i, l := range fees.Settle("", s, nil).Lines {
		if l.Minor != s.Lines[i].Amount.Minor {
			t.Errorf("line %d, %s, of %s comes to %s when it is computed again", i+1, s.Lines[i].Text, s.Lines[i].Amount, money.New(l.Minor, "USD"))
		}
	}
}

// TestEveryMonthComesToWhatIsOwedForIt: whatever the CRM said when each month was locked, what counts in a month, on whatever statement, comes to
// what the month alone is charged on the last evidence. So a limit of a month sees of a longer window what belongs to the month, and the order of
// imports does not matter.
func TestEveryMonthComesToWhatIsOwedForIt(t *testing.T) {
	all := limitedByMonth(t)
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		wantMonthsOwed(t, c, all[c.IntN(len(all))], fees.MonthsBetween(cal.Month{Year: 2026, Month: 1}, cal.Month{Year: 2026, Month: 9}))
	})
}

// TestMonthsMayBeLockedInAnyOrder: nor does the order in which months are locked, once the month after all of them is.
func TestMonthsMayBeLockedInAnyOrder(t *testing.T) {
	all := limitedByMonth(t)
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		months := fees.MonthsBetween(cal.Month{Year: 2026, Month: 1}, cal.Month{Year: 2026, Month: 9})
		wantMonthsOwed(t, c, all[c.IntN(len(all))], append(shuffled(c, months), cal.Month{Year: 2026, Month: 10}))
	})
}

// 10 % of what closes, and not less than 5,000.00 a quarter. February's deal pays 3,000.00 and March's 2,000.00. March is locked first, and takes February for what
// the evidence says: the minimum is reached. Then February is given up: 3,000.00 of the minimum are missing in March, as they are where February is
// locked first. The statement of February owes them, for no later one computes the quarter again.
func TestAMonthThatIsGivenUpMovesTheLimitsOfMonthsLockedBefore(t *testing.T) {
	source := strings.Replace(agreementNamed(t, "share-charged-by-quarter").First().Source, "    charged: quarter\n", "", 1)
	source = strings.Replace(source, "rate: 3 %", "rate: 10 %", 1)
	for name, c := range map[string]struct{ limit, clauses string }{
		"minimum": {"period: {floor: none, cap: none}", "  - minimum: commitment\n    amount: 5,000.00 per quarter\n    clauses: [share]\n    costs: not-counted\n    proration: actual-days\n"},
		"floor":   {"period:\n      floor: 5,000.00 per quarter\n      partial_floor: by-days\n      cap: none", ""},
	} {
		text := strings.Replace(strings.Replace(source, "period: {floor: none, cap: none}", c.limit, 1), "statements:\n", c.clauses+"statements:\n", 1)
		terms, err := contract.Parse([]byte(text))
		if err != nil {
			t.Fatal(name, err)
		}
		a, err := contract.NewAgreement(terms)
		if err != nil {
			t.Fatal(name, err)
		}
		var e crm.Evidence
		for _, d := range []struct {
			id, on string
			minor  int64
		}{{"A", "2026-02-10", 3_000_000}, {"B", "2026-03-10", 2_000_000}} {
			e.Deals = append(e.Deals, crm.Deal{ID: d.id, Amount: money.New(d.minor, "USD"), AmountKnown: true, CreatedAt: cal.MustDate("2026-01-02").Start(time.UTC), ClosedOn: cal.MustDate(d.on), Won: true, Closed: true, OutcomeKnown: true})
		}
		for _, order := range [][]time.Month{{2, 3, 4}, {3, 2, 4}} {
			var settled []fees.SettledStatement
			for _, n := range order {
				s, _ := fees.Draft(a, fees.Facts{Period: cal.Month{Year: 2026, Month: n}.Period(), Evidence: e, Settled: settled}, longAfter)
				lines := make([]fees.LineLife, len(s.Lines))
				for i, l := range s.Lines {
					if l.Deal == "A" {
						lines[i].State = fees.LineConceded
					}
				}
				settled = append(settled, fees.Settle(n.String(), s, lines))
			}
			if got := byMonth(settled); got[cal.Month{Year: 2026, Month: 2}] != 0 || got[cal.Month{Year: 2026, Month: 3}] != 500_000 {
				t.Errorf("%s, locked in the order %v: %v", name, order, got)
			}
		}
	}
}
