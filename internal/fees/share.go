package fees

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// share charges one revenue share clause. It runs through the months from the start of the contract, so that limits over a window and a
// deal's life are cumulative: a month with a locked statement counts as it was charged, any other as the evidence now says.
func (d *drafter) share(id string) {
	var past []charge
	var computed []cal.Month
	last := cal.MonthOf(d.facts.Period.From)
	for m := cal.MonthOf(d.agreement.First().Effective); m.First().Before(last.First()); m = m.Next() {
		if s, ok := d.settledIn(m.Period()); ok {
			past = append(past, chargesOf(s, id)...)
			continue
		}
		month := &shareMonth{drafter: d, clause: id, period: m.Period(), past: past}
		month.run()
		if len(month.lines) > 0 {
			computed = append(computed, m)
		}
		past = append(past, month.charges()...)
	}
	now := &shareMonth{drafter: d, clause: id, period: d.facts.Period, past: past, current: true}
	now.run()
	now.commit()
	if now.limited && len(computed) > 0 {
		d.issue(Warning, "limit-on-unlocked", "clause "+id, "A limit counts months without a locked statement as the evidence now says: %s to %s.",
			computed[0].Words(), computed[len(computed)-1].Words())
	}
	d.lateEvidence(id)
}

func (d *drafter) settledIn(p cal.Period) (SettledStatement, bool) {
	for _, s := range d.facts.Settled {
		if s.Period == p {
			return s, true
		}
	}
	return SettledStatement{}, false
}

// charge is one line of an earlier month, as far as limits need it.
type charge struct {
	period cal.Period
	kind   LineKind
	deal   string
	events []string
	minor  int64
}

func chargesOf(s SettledStatement, clause string) []charge {
	var out []charge
	for _, l := range s.Lines {
		if l.Clause == clause && l.Kind != KindReleased {
			out = append(out, charge{s.Period, l.Kind, l.Deal, l.Events, l.Minor})
		}
	}
	return out
}

// event is one dated fact that moves the revenue of a deal.
type event struct {
	id      string // "won", or the id of the payment
	date    cal.Date
	minor   int64
	payment *crm.Payment // nil for "won"
	terms   contract.Terms
	clause  contract.RevenueShare
}

// wonEvent is the id of a deal's closing.
const wonEvent = "won"

// events of a deal under the clause, by date: for revenue closed the closing, for revenue collected each payment, and refunds where they
// are deducted. The version in force on the day the deal was won governs all of them, so that an amendment never charges a deal by two rules.
// Money received before the deal was won counts on that day.
func (d *drafter) events(deal crm.Deal, id string) []event {
	key := eventsKey{id, deal.ID}
	if _, found := d.known[key]; !found {
		d.known[key] = d.findEvents(deal, id)
	}
	return d.known[key]
}

// eventsKey names the events of a deal under a clause.
type eventsKey struct{ clause, deal string }

func (d *drafter) findEvents(deal crm.Deal, id string) []event {
	if !deal.Won || deal.ClosedOn.IsZero() {
		return nil
	}
	terms, ok := d.agreement.InForce(deal.ClosedOn)
	if !ok {
		return nil
	}
	c, _ := terms.Clause(id)
	clause, ok := c.(contract.RevenueShare)
	if !ok {
		return nil
	}
	all := []event{{id: wonEvent, date: deal.ClosedOn}}
	for _, p := range d.index.payments[deal.ID] {
		all = append(all, event{id: p.ID, date: cal.Later(p.PaidOn, deal.ClosedOn), minor: p.Amount.Minor, payment: &p})
	}
	var out []event
	for _, e := range all {
		if counts(clause.Base, e) {
			e.terms, e.clause = terms, clause
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b event) int { return a.date.Cmp(b.date) })
	return out
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

// lateEvidence tells of revenue in months that are locked and did not charge it: it is not on this statement either.
func (d *drafter) lateEvidence(id string) {
	late := map[cal.Period][]string{}
	for _, deal := range d.index.deals {
		all := d.events(deal, id)
		for _, s := range d.facts.Settled {
			if s.Period != d.facts.Period && d.missed(id, deal, all, s.Period) {
				late[s.Period] = append(late[s.Period], deal.ID)
			}
		}
	}
	for _, s := range d.facts.Settled {
		if deals := late[s.Period]; len(deals) > 0 {
			d.issue(Warning, "late-evidence", "clause "+id, "%s is locked, and the evidence now holds revenue of that month that it did not charge: %s.",
				s.Period.Words(), listed(deals, 8))
		}
	}
}

// missed says whether the deal has revenue with credit in a locked month that no locked statement charged.
func (d *drafter) missed(id string, deal crm.Deal, all []event, month cal.Period) bool {
	var open []event
	for _, e := range inPeriod(all, month) {
		if _, charged := d.chargedOn(id, deal.ID, e); !charged && e.minor >= 0 && d.eligible(deal, e) == nil {
			open = append(open, e)
		}
	}
	m := &shareMonth{drafter: d, clause: id, period: month}
	return len(open) > 0 && m.credit(deal, all, open).moved != 0
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
				if e == wonEvent {
					continue
				}
				note(chargeKey{l.Clause, "", e}, before{i, l.Conceded})
				if l.Revenue > 0 {
					note(chargeKey{l.Clause, l.Deal, paidEvent}, before{i, l.Conceded})
				}
			}
		}
	}
	return out
}

// paidEvent stands for any payment that was charged on a deal.
const paidEvent = "(paid)"

// chargedOn finds the locked statement of another period that charged this event: as the event itself, as the same payment at another deal,
// or, when the rule of the deal has changed, by the other rule: its closing by payments, a payment by its closing.
func (d *drafter) chargedOn(clause, deal string, e event) (before, bool) {
	keys := []chargeKey{{clause, deal, e.id}}
	switch {
	case e.payment == nil:
		keys = append(keys, chargeKey{clause, deal, paidEvent})
	case e.minor > 0:
		keys = append(keys, chargeKey{clause, "", e.id}, chargeKey{clause, deal, wonEvent})
	default:
		keys = append(keys, chargeKey{clause, "", e.id})
	}
	for _, k := range keys {
		if b, ok := d.chargedEvents[k]; ok {
			return b, true
		}
	}
	return before{}, false
}

// settledShare is the revenue of a deal that locked statements charged, and what of it was credited to touches that earn.
func (d *drafter) settledShare(clause, deal string) (credited, revenue int64) {
	for _, s := range d.facts.Settled {
		for _, l := range s.Lines {
			if s.Period != d.facts.Period && l.Kind == KindDeal && l.Clause == clause && l.Deal == deal && !l.Conceded && l.Revenue > 0 {
				credited += l.Credited
				revenue += l.Revenue
			}
		}
	}
	return credited, revenue
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
