package fees

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// An entry that a closed fee period counted stays in it, with the minutes that the timesheet has now: the account of the period is computed
// again, so are those after it, and what overage and reconciliation come to otherwise is corrected. The hours that are carried on are those of
// the accounts as they are now. Where late entries are written off, so are minutes that are added after the lock.

// countedAgain is an entry of a closed fee period as it counts now.
type countedAgain struct {
	spent   []Spent
	entries []WorkedEntry
}

// readChanges finds the entries of closed fee periods that changed since.
func (b *hoursBook) readChanges() {
	if b.sameEvidence {
		return
	}
	b.now = b.entriesNow()
	b.corrected = slices.ContainsFunc(b.linesUnder(b.clause), func(l lockedLine) bool { return l.Kind == KindCorrection })
	for _, p := range b.periods {
		s, closed := b.settled[p.fee]
		if !closed {
			continue
		}
		for _, w := range s.Entries {
			if w.Lost {
				continue
			}
			n := b.entryNow(p, w)
			if n.held {
				b.issue(Problem, "correction-held", "clause "+b.clause, "The hours of %s stand as they were counted: %s. Mend the evidence and import again.", s.Account.InForce.Words(), n.why)
				continue
			}
			if n.same(w, w.Role) {
				continue
			}
			is := n.why
			if n.counts {
				is = evidentTime(WorkedEntry{On: n.entry.WorkedOn, Person: n.entry.Person, Role: n.entry.Role, Minutes: n.entry.Minutes, Counted: n.entry.Minutes}).Words
			}
			b.changes = append(b.changes, Evident{string(crm.KindTimeEntry), w.ID, evidentTime(w).Words + " when it was counted; now " + is})
		}
	}
}

// entryNow is what became of an entry of a fee period; its minutes are those that count.
func (b *hoursBook) entryNow(p hoursPeriod, w WorkedEntry) entryNow {
	n := b.now.of(w, b.clause)
	if !n.counts {
		return n
	}
	if needsPerson(b.roundingOn(n.entry.WorkedOn, p)) && n.entry.Person == "" {
		return entryNow{held: true, why: fmt.Sprintf("time is rounded by person, and entry %s names none now", w.ID)}
	}
	if p.hours.LateEntries == "written-off" {
		n.entry.Minutes = min(n.entry.Minutes, w.Minutes)
	}
	return n
}

// again counts the entries of a closed fee period as they are now.
func (b *hoursBook) again(p hoursPeriod, s HoursSum) (out countedAgain) {
	for _, w := range s.Entries {
		if w.Lost {
			out.entries = append(out.entries, w)
			continue
		}
		day := w.On
		switch n := b.entryNow(p, w); {
		case n.held:
			b.count.had(b.roundingOn(w.On, p), w, "")
		case !n.counts:
			continue
		default:
			e := n.entry
			day = e.WorkedOn
			w = WorkedEntry{ID: e.ID, On: e.WorkedOn, Person: e.Person, Role: e.Role, Minutes: e.Minutes, Counted: b.count.add(b.roundingOn(e.WorkedOn, p), e, "")}
		}
		if !p.contains(day) {
			day = p.inForce().From
		}
		out.spent, out.entries = append(out.spent, Spent{day, w.Counted}), append(out.entries, w)
	}
	return out
}

// restate computes a closed fee period again. It opens with what those before it leave now or, for the first that changed, with what it was opened
// with.
func (b *hoursBook) restate(i int, s HoursSum) HoursSum {
	p := b.periods[i]
	lots, debt := b.lots, b.debt
	if len(b.restated) == 0 {
		lots, debt = nil, s.Account.Debt
		for _, l := range s.Account.Lots {
			if l.Source == LotCarried {
				lots = append(lots, l.Lot)
			}
		}
	}
	counted := b.again(p, s)
	account := Account(s.Account.Fee, s.Account.InForce, s.Account.Base, lots, debt, counted.spent, b.rules(p))
	b.restated[i] = true
	return HoursSum{Window: s.Window, Account: &account, Entries: counted.entries}
}

// overageName names what is billed of the hours of a fee period; the account of the period itself is part of it, for it may bill nothing.
func overageName(l SettledLine) string {
	if l.Kind != KindOverage && l.Kind != KindHours || len(l.Events) == 0 {
		return ""
	}
	return string(KindOverage) + " " + l.Events[0]
}

// correctOverage brings what was billed of the hours of closed fee periods to what is owed for them now.
func (b *hoursBook) correctOverage() {
	charges := map[string]*settledCharge{}
	for _, c := range b.settledCharges(b.clause, overageName) {
		charges[c.name] = c
	}
	for i, p := range b.periods {
		c := charges[string(KindOverage)+" "+p.fee.String()]
		if _, closed := b.settled[p.fee]; !closed || c == nil {
			continue
		}
		a := *b.sums[i].Account
		over, readings, known := b.overageOwed(p, a)
		billed := b.billedBefore(p)
		switch {
		case over+a.Rest == billed || !b.restated[i] && over+a.Rest > billed:
		case !known:
			b.heldTrueUp(c, b.clause, fmt.Sprintf("no reading of %s says any more how many hours the client approved", p.hours.Overage.Approved))
		default:
			b.trueUp(c, b.overageNow(p, a, over, billed, readings))
		}
	}
}

// overageOwed is the minutes of overage that a fee period bills; known is false when nobody says how many were approved.
func (b *hoursBook) overageOwed(p hoursPeriod, a HoursAccount) (minutes int64, readings []Evident, known bool) {
	switch h := p.hours; {
	case a.Over == 0 || !h.Overage.Set || h.Deficit == "carried" && !b.last(p):
		return 0, nil, true
	case h.Overage.Approved == "":
		return a.Over, nil, true
	}
	approved, readings := b.approved(p)
	return min(a.Over, approved), readings, readings != nil
}

func (b *hoursBook) overageNow(p hoursPeriod, a HoursAccount, over, billed int64, readings []Evident) owedNow {
	rate := p.hours.Overage.Rate
	o := owedNow{
		kind: KindCorrection, text: "Overage " + a.InForce.Words(), version: p.terms.Version, clause: p.retainer.HoursWords(),
		evidence: slices.Concat(b.changes, readings), hours: &HoursSum{Window: p.fee, Billed: over + a.Rest - billed},
	}
	for _, part := range []struct {
		of      string
		minutes int64
	}{{"hours above those at hand", over}, {"debt", a.Rest}} {
		amount := rate.Mul(money.NewRatio(part.minutes, 60), p.terms.Rounding)
		o.minor += amount.Minor
		if part.minutes > 0 {
			o.how = append(o.how, Input{"how it is owed: " + part.of, fmt.Sprintf("%s x %s = %s", hoursOf(part.minutes), rate.Format(), amount.Format())})
		}
	}
	o.how = append(append(o.how, accountInputs(p, a)...), Input{"billed before", clock(billed)}, Input{"rate", rate.Format() + " per hour"})
	return o
}

// correctReconciliations brings what was moved for windows that are over to what their hours say now.
func (b *hoursBook) correctReconciliations() {
	last := map[string]int{} // window -> its last fee period
	for i, p := range b.periods {
		if _, closed := b.settled[p.fee]; closed && b.closesWindow(p) {
			last[p.fee.String()] = i
		}
	}
	name := func(l SettledLine) string {
		switch i, closes := last[firstOf(l.Events)]; {
		case l.Kind == KindReconciliation:
			return string(KindReconciliation) + " " + firstOf(l.Events)
		case l.Kind == KindHours && closes:
			return string(KindReconciliation) + " " + b.windowOf(b.periods[i]).String()
		}
		return ""
	}
	for _, c := range b.settledCharges(b.clause, name) {
		for _, i := range last {
			if window := b.windowOf(b.periods[i]); string(KindReconciliation)+" "+window.String() == c.name && b.restatedIn(window) {
				b.trueUp(c, b.reconcileNow(i, window))
			}
		}
	}
}

func firstOf(events []string) string {
	if len(events) == 0 {
		return ""
	}
	return events[0]
}

func (b *hoursBook) restatedIn(window cal.Period) bool {
	for i := range b.restated {
		if window.Contains(b.periods[i].fee.From) {
			return true
		}
	}
	return false
}

func (b *hoursBook) reconcileNow(i int, window cal.Period) owedNow {
	p := b.periods[i]
	worked, included, each := b.windowHours(i, window)
	minutes := Reconciled(worked, included, p.hours.Reconcile, p.terms.Rounding)
	l := b.reconcileLine(p, window, worked, included, minutes, each)
	return owedNow{
		minor: l.Amount.Minor, kind: KindCorrection, text: l.Text, version: l.Basis.Version, clause: l.Basis.Clause,
		how: append([]Input{{"how it is owed", l.Basis.Formula}}, l.Basis.Inputs...), evidence: b.changes,
	}
}
