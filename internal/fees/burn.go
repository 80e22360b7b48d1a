package fees

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Burning is the hours of a retainer in the fee period that runs, as far as its entries are known.
type Burning struct {
	Clause  string
	Account HoursAccount // Carried and what lapses are as if nothing more were worked
	Alerts  contract.Alerts
}

// BurningHours are the hours of each retainer that includes some, in the fee period that holds now; of f only the evidence and the settled statements count. It is the account that the
// statement of the period will have, if nothing more is worked.
func BurningHours(a contract.Agreement, f Facts, now time.Time) []Burning {
	today := cal.DateOf(now, a.First().Zone)
	f.Settled = inOrder(f.Settled)
	f.Period = cal.Period{From: cal.MonthOf(today).First(), To: today.AddDays(1)} // what happened today is known
	d := newDrafter(a, f)
	d.index = newIndex(f.Evidence)
	d.statement.AsOf = f.Period.To
	var out []Burning
	for _, id := range d.clausesOf("retainer") {
		b := d.book(id)
		if b == nil {
			continue
		}
		for i, p := range b.periods {
			if s, closed := b.settled[p.fee]; closed {
				b.reopen(i, s)
			} else {
				b.sums[i], _ = b.close(i)
			}
			if account := b.sums[i].Account; account != nil && p.inForce().Contains(today) {
				out = append(out, Burning{Clause: id, Account: *account, Alerts: p.hours.Alerts})
			}
		}
	}
	return out
}

// book is the hours of a retainer from its first fee period on, with what locked statements closed; nil when it includes none.
func (d *drafter) book(id string) *hoursBook {
	periods := d.hoursPeriods(id)
	if len(periods) == 0 {
		return nil
	}
	b := &hoursBook{drafter: d, clause: id, periods: periods, settled: map[cal.Period]HoursSum{}, handled: d.entriesSettled(id),
		count: newTimeCount(), entries: d.entriesOf(id), sums: map[int]HoursSum{}, restated: map[int]bool{}}
	b.readSettled()
	return b
}
