package fees_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// known is evidence in which nothing is missing: what varies is what a CRM restates. All of it happens until the end of August.
func (c chance) known() crm.Evidence {
	e := crm.Evidence{AsOf: 7}
	for i := range 5 {
		deal, contact := fmt.Sprintf("d%d", i), fmt.Sprintf("c%d", i)
		won := !c.oneIn(5)
		e.Deals = append(e.Deals, crm.Deal{ID: deal, Name: deal, Amount: money.New(c.between(1, 30_000_000), "USD"), AmountKnown: true,
			CreatedAt: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC), ClosedOn: cal.MustDate("2026-01-05").AddDays(c.IntN(230)),
			OutcomeKnown: true, Won: won, Closed: won, Deleted: c.oneIn(12), CustomerType: crm.CustomerNew})
		if !c.oneIn(8) {
			e.DealContacts = append(e.DealContacts, crm.DealContact{DealID: deal, ContactID: contact})
		}
		for n := range 1 + c.IntN(3) {
			e.Touches = append(e.Touches, crm.Touch{ID: fmt.Sprintf("t%d-%d", i, n), ContactID: contact, At: time.Date(2026, 1, 3+n, 12, 0, 0, 0, time.UTC), Channel: c.of("webinar", "sales call")})
		}
		for n := range c.IntN(3) {
			minor := c.between(1, 9_000_000)
			if c.oneIn(3) {
				minor = -minor
			}
			e.Payments = append(e.Payments, crm.Payment{ID: fmt.Sprintf("p%d-%d", i, n), DealID: deal, PaidOn: cal.MustDate("2026-01-10").AddDays(c.IntN(225)), Amount: money.New(minor, "USD"), Deleted: c.oneIn(10)})
		}
	}
	return e
}

// restatable are agreements whose limits run over one window, so that no date that moves changes the window.
func restatable(t testing.TB) []contract.Agreement {
	t.Helper()
	var out []contract.Agreement
	for _, name := range []string{"moved-close-date", "cap-and-clawback", "collected-in-parts", "moved-over-an-amendment-late", "per-deal-cap-over-its-life", "per-deal-floor-and-cap",
		"tiers-marginal", "tiers-whole", "baseline-of-a-year-and-tiers"} {
		out = append(out, agreementNamed(t, name))
	}
	return out
}

// roundings are the units by which the two may differ: each line is rounded once, so that it multiplies out, and a closing and its refund stand
// on one line or on two.
const roundings = 5 * 2

// TestPaidToDateAndCorrectionsAreWhatIsOwed: whatever the CRM said when each month was locked, and in whatever order it said it, all statements
// together come to what a computation on the last evidence alone gives. So a moved date never pays twice, and nothing is lost.
func TestPaidToDateAndCorrectionsAreWhatIsOwed(t *testing.T) {
	all := restatable(t)
	september := cal.Month{Year: 2026, Month: 9}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		final := c.known()
		var settled []fees.SettledStatement
		var paid int64
		for m := (cal.Month{Year: 2026, Month: 1}); m.First().Before(september.First()); m = m.Next() {
			if c.oneIn(6) {
				continue // a month that nobody locked is drafted after the last import
			}
			s, _ := fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: c.known(), Settled: settled}, longAfter)
			wantSound(t, a, s)
			settled = append(settled, fees.Settle("s"+m.String(), s, nil))
			paid += s.Total.Minor
		}
		var fresh int64
		var alone []fees.SettledStatement
		for m := (cal.Month{Year: 2026, Month: 1}); !m.First().After(september.First()); m = m.Next() {
			s, _ := fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: final, Settled: alone}, longAfter)
			alone = append(alone, fees.Settle("a"+m.String(), s, nil))
			fresh += s.Total.Minor
			for _, l := range s.Lines {
				if l.Kind == fees.KindCorrection {
					t.Fatalf("evidence that never changed is corrected: %s %s", l.Text, l.Amount)
				}
			}
			if isSettled(settled, m.Period()) {
				continue
			}
			s, _ = fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: final, Settled: settled}, longAfter)
			wantSound(t, a, s)
			settled = append(settled, fees.Settle("s"+m.String(), s, nil))
			paid += s.Total.Minor
		}
		if off := paid - fresh; off < -roundings || off > roundings {
			t.Errorf("paid to date with corrections %d, owed by the last evidence %d", paid, fresh)
		}
	})
}

func isSettled(all []fees.SettledStatement, p cal.Period) bool {
	for _, s := range all {
		if s.Period == p {
			return true
		}
	}
	return false
}
