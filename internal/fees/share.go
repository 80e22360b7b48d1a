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
	past := newCharges(d.facts.Settled)
	var computed []cal.Month
	for _, s := range d.facts.Settled {
		if s.Period != d.facts.Period {
			past.settled(s, id)
		}
	}
	last := cal.MonthOf(d.facts.Period.From)
	var room []Line
	for m := cal.MonthOf(d.agreement.First().Effective); m.First().Before(last.First()); m = m.Next() {
		if _, locked := d.settledIn(m.Period()); locked {
			continue
		}
		month := &shareMonth{drafter: d, clause: id, period: m.Period(), past: past, lines: room[:0]}
		month.run()
		if slices.ContainsFunc(month.lines, func(l Line) bool { return l.Amount.Minor != 0 }) {
			computed = append(computed, m)
		}
		past.computed(month)
		room = month.lines
	}
	now := &shareMonth{drafter: d, clause: id, period: d.facts.Period, past: past, current: true}
	now.run()
	now.commit()
	switch {
	case len(computed) == 0:
	case !now.limited:
		d.issue(Info, "months-not-locked", "clause "+id, "Months before this one have no locked statement and owe something: %s. It stands on their own statements, not on this one.",
			monthsWords(computed[0], computed[len(computed)-1]))
	default:
		d.issue(Warning, "limit-on-unlocked", "clause "+id, "A limit counts months without a locked statement as the evidence now says: %s.",
			monthsWords(computed[0], computed[len(computed)-1]))
	}
}

// settledIn is the locked statement of a period.
func (d *drafter) settledIn(p cal.Period) (SettledStatement, bool) {
	if d.settledAt == nil {
		d.settledAt = make(map[cal.Period]int, len(d.facts.Settled))
		for i, s := range slices.Backward(d.facts.Settled) {
			d.settledAt[s.Period] = i
		}
	}
	if i, ok := d.settledAt[p]; ok {
		return d.facts.Settled[i], true
	}
	return SettledStatement{}, false
}

// event is one dated fact that moves the revenue of a deal.
type event struct {
	id      string // "won", or the id of the payment
	at      int    // the place of the deal
	date    cal.Date
	counted cal.Date // the day on which it counts: its date, or, when a locked statement charged it, a day of that statement's month
	minor   int64
	moves   int64        // what it adds to the deal's revenue; 0 when it is not eligible
	part    int          // of a refund that gives back revenue of several months: which of its parts, from 0
	gives   cal.Date     // of a refund: the first day of the month whose revenue it gives back; zero: of none
	cut     bool         // it gives back revenue of several months
	empty   bool         // a refund of revenue that there is not
	refused *refusal     // why it is not eligible
	payment *crm.Payment // nil for "won"
	rate    string       // how an amount in another currency was converted; empty: it was not
	governs *sharing
	terms   *contract.Terms        // of governs
	clause  *contract.RevenueShare // of governs
}

// wonEvent is the id of a deal's closing.
const wonEvent = "won"

// findEvents finds the events of a deal under the clause, by the day on which they count: for revenue closed the closing, for revenue collected each
// payment, and refunds where they are deducted. The version in force on the day the deal was won governs all of them, so that an amendment never
// charges a deal by two rules. Money received before the deal was won counts on that day. What a locked statement charged stays in its month, so
// that a date that moves never pays twice.
func (s *sharedDeals) findEvents(at int, out []event) []event {
	d, deal := s.drafter, s.index.deals[at]
	if !deal.Won || deal.ClosedOn.IsZero() {
		return out
	}
	g := s.sharingOn(deal.ClosedOn)
	if g == nil {
		return out
	}
	out = s.found(out, g, deal, event{id: wonEvent, at: at, date: deal.ClosedOn})
	for _, p := range s.index.paymentsOf(at) {
		out = s.found(out, g, deal, event{id: p.ID, at: at, date: cal.Later(p.PaidOn, deal.ClosedOn), minor: p.Amount.Minor, payment: p})
	}
	if len(out) > 1 {
		slices.SortStableFunc(out, func(a, b event) int { return a.date.Cmp(b.date) })
	}
	d.moves(deal, out)
	if len(out) > 1 {
		afterTheirRevenue(out)
		slices.SortStableFunc(out, func(a, b event) int { return cmp.Or(a.counted.Cmp(b.counted), a.date.Cmp(b.date)) })
		out = givingBack(out)
	}
	return out
}

// found adds an event where the clause counts its sort.
func (s *sharedDeals) found(out []event, g *sharing, deal *crm.Deal, e event) []event {
	if !counts(&g.share.Base, &e) {
		return out
	}
	e.governs, e.terms, e.clause, e.counted = g, &g.terms, &g.share, s.chargeDay(e.date, &g.share, &g.terms)
	given, day := deal.Amount, e.date
	if e.payment == nil {
		amount, _ := s.amount(deal, &g.terms, &g.share)
		e.minor = amount.Minor
	} else {
		given, day = e.payment.Amount, e.payment.PaidOn
	}
	if amount, words, ok := s.exchanged(given, deal, day, &g.terms, &g.share); ok {
		e.minor, e.rate = amount.Minor, words
	}
	if b, ok := s.chargedOn(&e); ok {
		in := s.facts.Settled[b.statement].Period
		e.counted = cal.Earlier(cal.Later(e.counted, in.From), in.Last())
	}
	return append(out, e)
}

// chargeDay is the day on which revenue of a date is charged: its own, or, where the contract charges by quarter or year, the last day of that;
// not later than the contract, or its tail, runs.
func (d *drafter) chargeDay(date cal.Date, clause *contract.RevenueShare, terms *contract.Terms) cal.Date {
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
func (d *drafter) moves(deal *crm.Deal, all []event) {
	var sum, least int64
	for i := range all {
		e := &all[i]
		if e.refused = d.eligible(deal, e); e.refused != nil {
			continue
		}
		if e.payment == nil {
			least = min(0, e.minor) // a deal may be worth less than nothing: a credit
		}
		before := max(sum, least)
		sum += e.minor
		e.moves = max(sum, least) - before
		e.empty = e.payment != nil && e.minor < 0 && e.moves == 0
	}
}

// givingBack tells of each refund which month's revenue it gives back: first what came last. One that gives back revenue of several months is cut into
// parts, so that each counts with the revenue that it takes back.
func givingBack(all []event) []event {
	type received struct {
		month cal.Date
		left  int64
	}
	var came []received // and not given back
	var out []event     // once a refund was cut
	for i := range all {
		e := all[i]
		var parts []event
		for back := -e.moves; back > 0 && len(came) > 0; {
			last := &came[len(came)-1]
			took := min(back, last.left)
			if n := len(parts); n > 0 && parts[n-1].gives == last.month {
				parts[n-1].moves -= took
			} else {
				part := e
				part.moves, part.gives, part.part = -took, last.month, n
				parts = append(parts, part)
			}
			back, last.left = back-took, last.left-took
			if last.left == 0 {
				came = came[:len(came)-1]
			}
			if back > 0 && len(came) == 0 {
				parts[len(parts)-1].moves -= back
			}
		}
		for k := range parts {
			parts[k].cut = len(parts) > 1
		}
		if e.moves > 0 {
			came = append(came, received{cal.MonthOf(e.counted).First(), e.moves})
		}
		switch {
		case len(parts) > 1 && out == nil:
			out = append(slices.Clone(all[:i]), parts...)
		case out != nil && len(parts) > 0:
			out = append(out, parts...)
		case out != nil:
			out = append(out, e)
		case len(parts) == 1:
			all[i] = parts[0]
		}
	}
	if out == nil {
		return all
	}
	return out
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

func counts(base *contract.Base, e *event) bool {
	switch {
	case e.payment == nil:
		return base.Revenue == "closed"
	case e.minor < 0:
		return base.Refunds == "deducted"
	default:
		return base.Revenue == "collected"
	}
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
