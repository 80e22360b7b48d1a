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

// settledSome settles a statement of which some lines of deals are conceded before the lock, and some waived after it.
func settledSome(c chance, s fees.Statement) fees.SettledStatement {
	lines := make([]fees.LineLife, len(s.Lines))
	for i, l := range s.Lines {
		switch {
		case l.With != 0:
			lines[i] = lines[l.With-1]
		case l.Deal != "" && l.Amount.Minor > 0 && c.oneIn(5):
			lines[i].State = fees.LineConceded
		}
	}
	out := fees.Settle("s"+s.Period.String(), s, lines)
	for i := range out.Lines {
		if l := &out.Lines[i]; l.Deal != "" && l.Minor > 0 && !l.Conceded && s.Lines[i].With == 0 && c.oneIn(6) {
			l.Waived = c.between(1, l.Minor)
		}
	}
	return out
}

// Whatever was conceded, waived, or could not be taken back any more: once the evidence stands still, so do the statements. Nothing is charged and
// given back in turns, and nobody pays more for a deal than it ever owed.
func TestWhatIsGivenUpLeavesTheMonthsThatFollowAlone(t *testing.T) {
	all := limitedByMonth(t)
	for _, a := range limitedByMonth(t) {
		terms, err := contract.Parse([]byte(strings.Replace(a.First().Source, "clawback: unlimited", "clawback: 60 days", 1)))
		if err != nil {
			t.Fatal(err)
		}
		short, err := contract.NewAgreement(terms)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, short)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		a := all[c.IntN(len(all))]
		known := func() crm.Evidence {
			e := c.known()
			for i := range e.Deals {
				e.Deals[i].ClosedOn = cal.MustDate("2026-01-05").AddDays(20*i + i*i)
			}
			return e
		}
		var settled []fees.SettledStatement
		final := known()
		for i, m := range fees.MonthsBetween(cal.Month{Year: 2026, Month: 1}, cal.Month{Year: 2026, Month: 12}) {
			e := final
			if i < 8 {
				e = known()
			}
			s, _ := fees.Draft(a, fees.Facts{Period: m.Period(), Evidence: e, Settled: settled}, longAfter)
			wantSound(t, a, s)
			if i < 8 {
				settled = append(settled, settledSome(c, s))
				continue
			}
			settled = append(settled, fees.Settle("s"+m.String(), s, nil))
			for _, l := range s.Lines {
				if i > 8 && l.Kind == fees.KindCorrection {
					t.Errorf("%s still moves: %s %s", m, l.Text, money.New(l.Amount.Minor, "USD"))
				}
			}
		}
	})
}
