package fees

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// share charges one revenue share clause. It runs through the months from the start of the contract, so that limits over a window and a
// deal's life are cumulative: a month with a locked statement counts as it was charged, any other as the evidence now says. What the evidence
// now says of a locked month is charged as a correction (see corrections).
func (d *drafter) share(id string) {
	past := &charges{}
	var computed []cal.Month
	for _, s := range d.facts.Settled { // locked before this one is drafted, though they come after it
		if s.Period.From.After(d.facts.Period.From) {
			past.add(chargesOf(s, id)...)
		}
	}
	last := cal.MonthOf(d.facts.Period.From)
	for m := cal.MonthOf(d.agreement.First().Effective); m.First().Before(last.First()); m = m.Next() {
		if s, ok := d.settledIn(m.Period()); ok {
			past.add(chargesOf(s, id)...)
			continue
		}
		month := &shareMonth{drafter: d, clause: id, period: m.Period(), past: past}
		month.run()
		if len(month.lines) > 0 {
			computed = append(computed, m)
		}
		past.add(month.charges()...)
	}
	now := &shareMonth{drafter: d, clause: id, period: d.facts.Period, past: past, current: true}
	now.run()
	now.commit()
	switch {
	case len(computed) == 0:
	case !now.limited:
		d.issue(Info, "months-not-locked", "clause "+id, "Months before this one have no locked statement and owe something: %s to %s. It stands on their own statements, not on this one.",
			computed[0].Words(), computed[len(computed)-1].Words())
	default:
		d.issue(Warning, "limit-on-unlocked", "clause "+id, "A limit counts months without a locked statement as the evidence now says: %s to %s.",
			computed[0].Words(), computed[len(computed)-1].Words())
	}
}

func (d *drafter) settledIn(p cal.Period) (SettledStatement, bool) {
	for _, s := range d.facts.Settled {
		if s.Period == p {
			return s, true
		}
	}
	return SettledStatement{}, false
}

// charge is one line of an earlier month, as far as limits and corrections need it.
type charge struct {
	period cal.Period
	kind   LineKind
	deal   string
	events []string
	minor  int64
	given  int64    // what the agency gave up of it before the lock: not in minor
	waived int64    // what it gave up after the lock: in minor
	counts cal.Date // in whose window of limits it counts; zero: the month's own

	credited int64 // of a share with tiers or a baseline: the revenue that it credits, unless the agency gave it up before the lock
	forgone  int64 // and that of a line that it gave up
}

// charges are those of other months, with those of a deal at hand.
type charges struct {
	all    []charge
	ofDeal map[string][]charge
}

func (c *charges) add(more ...charge) {
	c.all = append(c.all, more...)
	for _, m := range more {
		if m.deal == "" {
			continue
		}
		if c.ofDeal == nil {
			c.ofDeal = map[string][]charge{}
		}
		c.ofDeal[m.deal] = append(c.ofDeal[m.deal], m)
	}
}

func (c *charges) of(deal string) []charge { return c.ofDeal[deal] }

func chargesOf(s SettledStatement, clause string) []charge {
	var out []charge
	for _, l := range s.Lines {
		if l.Clause == clause && l.Kind != KindReleased {
			c := charge{s.Period, l.Kind, l.Deal, l.Events, l.Minor, l.GivenUp, l.Waived, l.CountsOn, l.Credited, 0}
			if l.Conceded {
				c.credited, c.forgone = 0, l.Credited
			}
			out = append(out, c)
		}
	}
	return out
}

// event is one dated fact that moves the revenue of a deal.
type event struct {
	id      string // "won", or the id of the payment
	date    cal.Date
	counted cal.Date // the day on which it counts: its date, or, when a locked statement charged it, a day of that statement's month
	minor   int64
	moves   int64        // what it adds to the deal's revenue; 0 when it is not eligible
	empty   bool         // a refund of revenue that there is not
	payment *crm.Payment // nil for "won"
	rate    string       // how an amount in another currency was converted; empty: it was not
	governs *sharing
	terms   *contract.Terms        // of governs
	clause  *contract.RevenueShare // of governs
}

// sharing is a version with its clause of a share, and the clause in words.
type sharing struct {
	terms contract.Terms
	share contract.RevenueShare
	words string
}

// sharingKey names the clause of a version.
type sharingKey struct {
	clause  string
	version int
}

// sharingOn is the version that governs what is won on a day, with its clause; nil where it has none. It is put together once.
func (d *drafter) sharingOn(day cal.Date, id string) *sharing {
	versions := d.agreement.Versions
	for i := len(versions) - 1; i >= 0; i-- {
		if day.Before(versions[i].Effective) {
			continue
		}
		key := sharingKey{id, i}
		g, known := d.sharings[key]
		if !known {
			c, _ := versions[i].Clause(id)
			if share, ok := c.(contract.RevenueShare); ok {
				g = &sharing{versions[i], share, share.Words(versions[i])}
			}
			d.sharings[key] = g
		}
		return g
	}
	return nil
}

// wonEvent is the id of a deal's closing.
const wonEvent = "won"

// events of a deal under the clause, by the day on which they count: for revenue closed the closing, for revenue collected each payment, and
// refunds where they are deducted. The version in force on the day the deal was won governs all of them, so that an amendment never charges a
// deal by two rules. Money received before the deal was won counts on that day. What a locked statement charged stays in its month, so that
// a date that moves never pays twice.
func (d *drafter) events(deal crm.Deal, id string) []event {
	key := eventsKey{id, deal.ID}
	if _, found := d.known[key]; !found {
		d.known[key] = d.findEvents(deal, id)
	}
	return d.known[key]
}

// dealsOf are the deals, by their place in the index, that a month has to look at: those with an event that counts or is dated in it, those of which
// nobody knows whether they were won in it, and those that are won on a day that nobody knows.
func (d *drafter) dealsOf(clause string, month cal.Period) []int {
	byMonth, known := d.byMonth[clause]
	if !known {
		byMonth = map[cal.Date][]int{}
		note := func(day cal.Date, at int) {
			first := cal.Date{}
			if !day.IsZero() {
				first = cal.MonthOf(day).First()
			}
			if list := byMonth[first]; len(list) == 0 || list[len(list)-1] != at {
				byMonth[first] = append(list, at)
			}
		}
		for at, deal := range d.index.deals {
			if deal.Won && deal.ClosedOn.IsZero() || !deal.OutcomeKnown {
				note(deal.ClosedOn, at)
			}
			for _, e := range d.events(deal, clause) {
				note(e.counted, at)
				note(e.date, at)
			}
		}
		d.byMonth[clause] = byMonth
	}
	out := append(slices.Clone(byMonth[cal.Date{}]), byMonth[month.From]...)
	slices.Sort(out)
	return slices.Compact(out)
}

// eventsKey names the events of a deal under a clause.
type eventsKey struct{ clause, deal string }

func (d *drafter) findEvents(deal crm.Deal, id string) []event {
	if !deal.Won || deal.ClosedOn.IsZero() {
		return nil
	}
	g := d.sharingOn(deal.ClosedOn, id)
	if g == nil {
		return nil
	}
	terms, clause := &g.terms, &g.share
	all := []event{{id: wonEvent, date: deal.ClosedOn}}
	for _, p := range d.index.payments[deal.ID] {
		all = append(all, event{id: p.ID, date: cal.Later(p.PaidOn, deal.ClosedOn), minor: p.Amount.Minor, payment: &p})
	}
	var out []event
	for _, e := range all {
		if counts(clause.Base, e) {
			e.governs, e.terms, e.clause, e.counted = g, terms, clause, d.chargeDay(e.date, *clause, *terms)
			given, day := deal.Amount, e.date
			if e.payment == nil {
				amount, _ := d.amount(deal, *terms, *clause)
				e.minor = amount.Minor
			} else {
				given, day = e.payment.Amount, e.payment.PaidOn
			}
			if amount, words, ok := d.exchanged(given, deal, day, *terms, *clause); ok {
				e.minor, e.rate = amount.Minor, words
			}
			if b, ok := d.chargedOn(id, deal.ID, e); ok {
				in := d.facts.Settled[b.statement].Period
				e.counted = cal.Earlier(cal.Later(e.date, in.From), in.Last())
			}
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b event) int { return a.date.Cmp(b.date) })
	d.moves(deal, out)
	afterTheirRevenue(out)
	slices.SortStableFunc(out, func(a, b event) int { return cmp.Or(a.counted.Cmp(b.counted), a.date.Cmp(b.date)) })
	return out
}

// chargeDay is the day on which revenue of a date is charged: its own, or, where the contract charges by quarter or year, the last day of that;
// not later than the contract, or its tail, runs.
func (d *drafter) chargeDay(date cal.Date, clause contract.RevenueShare, terms contract.Terms) cal.Date {
	if clause.Charged == contract.EveryMonth {
		return date
	}
	last := terms.Window(clause.Charged, date).Last()
	ends := []cal.Date{d.agreement.Running().Last()}
	if !clause.Tail.IsZero() {
		ends = append(ends, clause.Tail.After(d.agreement.Running().To, terms.Calendar).AddDays(-1))
	}
	for _, ends := range ends {
		if !date.After(ends) {
			last = cal.Earlier(last, ends)
		}
	}
	return last
}

// moves computes what each event adds to the deal's revenue, in the order in which they happened. Revenue is what was received less what was
// given back, and not below nothing: more given back than was received takes back what was received, and waits for what is received later.
func (d *drafter) moves(deal crm.Deal, all []event) {
	var sum, least int64
	for i, e := range all {
		if d.eligible(deal, e) != nil {
			continue
		}
		if e.payment == nil {
			least = min(0, e.minor) // a deal may be worth less than nothing: a credit
		}
		before := max(sum, least)
		sum += e.minor
		all[i].moves = max(sum, least) - before
		all[i].empty = e.payment != nil && e.minor < 0 && all[i].moves == 0
	}
}

// afterTheirRevenue lets no refund count before the revenue that it gives back, where that counts later than on its own day.
func afterTheirRevenue(all []event) {
	for i, refund := range all {
		if refund.minor >= 0 {
			continue
		}
		for _, e := range all[:i] {
			if e.minor >= 0 {
				all[i].counted = cal.Later(all[i].counted, e.counted)
			}
		}
	}
}

func counts(base contract.Base, e event) bool {
	switch {
	case e.payment == nil:
		return base.Revenue == "closed"
	case e.minor < 0:
		return base.Refunds == "deducted"
	default:
		return base.Revenue == "collected"
	}
}

// chargeKey names a charge of an event. A payment is charged once whatever deal it stands at: then the deal is empty.
type chargeKey struct{ clause, deal, event string }

// before is what locked statements of other periods did with an event: which statement it was, and whether its line was conceded.
type before struct {
	statement int
	conceded  bool
}

// chargesBefore are the events that locked statements of other periods carried.
func chargesBefore(f Facts) map[chargeKey]before {
	out := map[chargeKey]before{}
	note := func(k chargeKey, b before) {
		if _, known := out[k]; !known {
			out[k] = b
		}
	}
	for i, s := range f.Settled {
		if s.Period == f.Period {
			continue
		}
		for _, l := range s.Lines {
			if l.Kind != KindDeal {
				continue
			}
			for _, e := range l.Events {
				note(chargeKey{l.Clause, l.Deal, e}, before{i, l.Conceded})
				if e != wonEvent {
					note(chargeKey{l.Clause, "", e}, before{i, l.Conceded})
				}
				if l.Conceded && e == wonEvent {
					note(chargeKey{l.Clause, l.Deal, concededClosing}, before{i, true})
				} else if l.Conceded {
					note(chargeKey{l.Clause, l.Deal, concededPayment}, before{i, true})
				}
			}
		}
	}
	return out
}

// chargedOn finds the locked statement of another period that charged this event, as itself or as the same payment at another deal.
func (d *drafter) chargedOn(clause, deal string, e event) (before, bool) {
	if b, ok := d.chargedEvents[chargeKey{clause, deal, e.id}]; ok {
		return b, true
	}
	if e.payment == nil {
		return before{}, false
	}
	b, ok := d.chargedEvents[chargeKey{clause, "", e.id}]
	return b, ok
}

// What was conceded of a deal by one rule is not charged by the other: its closing, or a payment.
const (
	concededClosing = "(conceded closing)"
	concededPayment = "(conceded payment)"
)

// concededOn finds the locked statement on which the agency gave the event up.
func (d *drafter) concededOn(clause, deal string, e event) (before, bool) {
	if b, ok := d.chargedOn(clause, deal, e); ok {
		return b, b.conceded
	}
	other := concededClosing
	if e.payment == nil {
		other = concededPayment
	}
	b, ok := d.chargedEvents[chargeKey{clause, deal, other}]
	return b, ok && e.minor >= 0
}

// listed joins names, the first few of many.
func listed(names []string, most int) string {
	rest := ""
	if len(names) > most {
		names, rest = names[:most], fmt.Sprintf(" and %d more", len(names)-most)
	}
	out := ""
	for i, n := range names {
		if i > 0 {
			out += ", "
		}
		out += n
	}
	return out + rest
}
