package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// hoursPart is the days of a fee period on which a retainer includes the same hours.
type hoursPart struct {
	retainer contract.Retainer
	terms    contract.Terms
	inForce  cal.Period
}

// hoursPeriod is a fee period in which a retainer includes hours, over all versions. The version in force on its last day governs it; a
// version that changes the hours inside it adds its part of them.
type hoursPeriod struct {
	fee   cal.Period
	parts []hoursPart
	terms contract.Terms
	governs
}

// governs is the clause that governs a fee period.
type governs struct {
	retainer contract.Retainer
	hours    contract.Hours
}

func (p hoursPeriod) inForce() cal.Period {
	return cal.Period{From: p.parts[0].inForce.From, To: p.parts[len(p.parts)-1].inForce.To}
}

func (p hoursPeriod) contains(day cal.Date) bool {
	return slices.ContainsFunc(p.parts, func(part hoursPart) bool { return part.inForce.Contains(day) })
}

// base is the minutes that the fee of the period includes. Each version's part is prorated and rounded to a whole minute; without proration
// the hours are those of the version that the period began under, as the fee is.
func (p hoursPeriod) base() int64 {
	if first := p.parts[0].retainer; first.Hours.Partial == "whole" || first.Proration == contract.NoProration {
		return first.Hours.Minutes
	}
	var sum int64
	for _, part := range p.parts {
		r := part.retainer
		if r.Hours.Partial == "whole" || r.Proration == contract.NoProration {
			continue // they apply from the next fee period
		}
		share := Prorate(r.Proration, r.Every, p.fee, part.inForce)
		sum += money.MulDiv(r.Hours.Minutes, share.Num, share.Den, part.terms.Rounding)
	}
	return sum
}

// hoursPeriods are the fee periods with hours that begin before the end of the statement's period, in order.
func (d *drafter) hoursPeriods(id string) []hoursPeriod {
	var out []hoursPeriod
	for _, run := range hoursRuns(d.agreement, id) {
		cycle := feeCycle(run.retainer, run.terms)
		until := cal.Earlier(run.inForce.To, d.facts.Period.To)
		for k := cycle.Index(run.inForce.From); cycle.Start(k).Before(until); k++ {
			part := run
			part.inForce = cycle.At(k).Overlap(run.inForce)
			if n := len(out); n > 0 && out[n-1].fee == cycle.At(k) {
				out[n-1].parts = append(out[n-1].parts, part)
				continue
			}
			out = append(out, hoursPeriod{fee: cycle.At(k), parts: []hoursPart{part}})
		}
	}
	for i := range out {
		out[i].terms, _ = d.agreement.InForce(out[i].inForce().Last())
		c, _ := out[i].terms.Clause(id)
		out[i].retainer = c.(contract.Retainer)
		out[i].hours = *out[i].retainer.Hours
	}
	return out
}

// hoursRuns joins neighbouring versions that include the same hours in the same fee periods.
func hoursRuns(a contract.Agreement, id string) []hoursPart {
	var runs []hoursPart
	for _, s := range a.Segments(a.Running()) {
		c, _ := s.Terms.Clause(id)
		r, ok := c.(contract.Retainer)
		if !ok || r.Hours == nil {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].inForce.To == s.Period.From && sameHours(runs[n-1].retainer, r) {
			runs[n-1].inForce.To = s.Period.To
			continue
		}
		runs = append(runs, hoursPart{r, s.Terms, s.Period})
	}
	return runs
}

func sameHours(a, b contract.Retainer) bool {
	return a.Every == b.Every && a.AnchorDay == b.AnchorDay && a.Proration == b.Proration && a.Hours.Minutes == b.Hours.Minutes && a.Hours.Partial == b.Hours.Partial
}

// hoursBook carries the hours of one retainer from fee period to fee period.
type hoursBook struct {
	*drafter
	clause  string
	periods []hoursPeriod
	settled map[cal.Period]HoursSum // by fee period: as locked statements of other periods closed it
	handled map[string]bool         // entries that locked statements dealt with
	count   timeCount
	entries []crm.TimeEntry
	late    []lateEntry // of settled fee periods, for the next that is open
	lots    []Lot
	debt    int64
	guessed bool             // an earlier fee period was computed from the evidence as it is now
	sums    map[int]HoursSum // by number of the fee period

	now       entriesNow
	changes   []Evident    // what the evidence says otherwise of entries that closed fee periods counted
	corrected bool         // locked statements corrected the hours: entries that are as they were counted first are back from what they were then
	restated  map[int]bool // closed fee periods that count otherwise, by number
}

type lateEntry struct {
	crm.TimeEntry
	lost bool
}

// retainerHours puts the hours of the fee periods that end in this statement's month on it. A fee period that a locked statement closed stands
// as it was closed: what came later counts in the next open one, or not at all.
func (d *drafter) retainerHours(id string) {
	b := d.book(id)
	if b == nil {
		return
	}
	b.readChanges()
	for i, p := range b.periods {
		if !p.inForce().Last().Before(d.facts.Period.To) {
			break // it ends later
		}
		if s, closed := b.settled[p.fee]; closed {
			b.reopen(i, s)
			continue
		}
		sum, lost := b.close(i)
		b.sums[i] = sum
		if late, here := d.onThisStatement(p.inForce().Last()); here {
			b.put(i, late, lost)
		} else {
			b.guessed = true
		}
	}
	b.approvedLate()
	b.correctOverage()
	b.correctReconciliations()
	b.afterTheEnd()
}

// readSettled finds the fee periods that locked statements of other periods closed.
func (b *hoursBook) readSettled() {
	for _, s := range b.facts.Settled {
		if s.Period == b.facts.Period {
			continue
		}
		for _, l := range s.Lines {
			if l.Clause != b.clause || l.Kind != KindHours || l.Hours == nil || l.Hours.Account == nil {
				continue
			}
			b.settled[l.Hours.Account.Fee] = *l.Hours
		}
	}
}

// reopen goes on from a fee period as it was closed, or as its entries count now.
func (b *hoursBook) reopen(i int, s HoursSum) {
	p := b.periods[i]
	if len(b.changes) > 0 || b.corrected {
		s = b.restate(i, s)
	} else {
		for _, e := range s.Entries {
			if !e.Lost {
				b.count.had(b.roundingOn(e.On, p), e, "")
			}
		}
	}
	for _, e := range b.entries {
		if p.contains(e.WorkedOn) && !b.handled[e.ID] {
			b.late = append(b.late, lateEntry{e, p.hours.LateEntries == "written-off"})
		}
	}
	b.lots, b.debt, b.sums[i] = s.Account.Carried, s.Account.Owed, s
}

// roundingOn is the rounding in force on the day of an entry, or else that of the fee period.
func (b *hoursBook) roundingOn(day cal.Date, p hoursPeriod) contract.TimeRounding {
	terms, _ := b.agreement.InForce(day)
	c, _ := terms.Clause(b.clause)
	if r, ok := c.(contract.Retainer); ok && r.Hours != nil {
		return r.Hours.Round
	}
	return p.hours.Round
}

// close computes a fee period from the evidence.
func (b *hoursBook) close(i int) (sum HoursSum, lost []WorkedEntry) {
	p := b.periods[i]
	var spent []Spent
	var nobody []string
	take := func(e lateEntry, day cal.Date) {
		w := WorkedEntry{ID: e.ID, On: e.WorkedOn, Person: e.Person, Role: e.Role, Minutes: e.Minutes, Lost: e.lost}
		round := b.roundingOn(e.WorkedOn, p)
		switch {
		case needsPerson(round) && e.Person == "" && !e.lost:
			nobody = append(nobody, e.ID)
			return
		case e.lost:
			lost = append(lost, w)
		default:
			w.Counted = b.count.add(round, e.TimeEntry, "")
			spent = append(spent, Spent{day, w.Counted})
		}
		sum.Entries = append(sum.Entries, w)
	}
	for _, e := range b.late {
		take(e, p.inForce().From)
	}
	for _, e := range b.entries {
		if p.contains(e.WorkedOn) && !b.handled[e.ID] {
			take(lateEntry{TimeEntry: e}, e.WorkedOn)
		}
	}
	if _, here := b.onThisStatement(p.inForce().Last()); here {
		b.nobody(b.clause, nobody)
	}
	account := Account(p.fee, p.inForce(), p.base(), b.lots, b.debt, spent, b.rules(p))
	sum.Window, sum.Account = p.fee, &account
	b.lots, b.debt, b.late = account.Carried, account.Owed, nil
	return sum, lost
}

// rules are the choices of the version that governs the fee period.
func (b *hoursBook) rules(p hoursPeriod) HoursRules {
	h := p.hours
	r := HoursRules{BaseFirst: h.Rollover.Burn == "base-first", CarryDebt: h.Deficit == "carried", BillRest: h.Overage.Set, Last: b.last(p)}
	if h.Deficit == "carried" {
		r.StartsWith = h.StartsWith
	}
	if h.Rollover.Set && (p.inForce() == p.fee || h.Rollover.Partial == "allowed") {
		r.Roll = &RollRule{Cap: rollCap(p), Balance: h.Rollover.CapOn == "balance", Expires: expiry(p)}
	}
	return r
}

// last says whether no fee period with hours follows.
func (b *hoursBook) last(p hoursPeriod) bool {
	return !slices.Contains(counting(b.agreement, p.inForce().To), b.clause)
}

func rollCap(p hoursPeriod) *int64 {
	r := p.hours.Rollover
	if r.CapOn == "" {
		return nil
	}
	bound := r.CapMinutes
	if r.CapShare.Sign() > 0 {
		bound = money.MulDiv(p.base(), r.CapShare.Num(), r.CapShare.Den(), p.terms.Rounding)
	}
	return &bound
}

// lastLotDay is when lots expire that end with the contract.
var lastLotDay = cal.MustDate("2199-12-31")

// expiry counts from the end of the fee period in which the hours were earned.
func expiry(p hoursPeriod) cal.Date {
	switch r := p.hours.Rollover; {
	case r.Periods > 0:
		cycle := feeCycle(p.retainer, p.terms)
		return cal.Earlier(cycle.Start(cycle.Index(p.fee.From)+1+r.Periods), lastLotDay)
	case r.Days > 0:
		return cal.Earlier(p.fee.To.AddDays(r.Days), lastLotDay)
	default:
		return lastLotDay
	}
}
