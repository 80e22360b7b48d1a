package fees

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// history is what other months of the contract charge.
type history struct {
	months   []SettledStatement // in order
	computed map[cal.Period]bool
}

// history is every locked statement of another month as it was charged, and every earlier month without one as the evidence now says. The
// latter are drafted from the first on, each as if those before it were locked, so that what is late or limited is told once.
func (d *drafter) history() history {
	if d.others != nil {
		return *d.others
	}
	h := history{computed: map[cal.Period]bool{}}
	for _, s := range d.facts.Settled {
		if s.Period != d.facts.Period {
			h.months = append(h.months, s)
		}
	}
	locked := len(h.months)
	for m := cal.MonthOf(d.agreement.First().Effective); m.First().Before(d.facts.Period.From); m = m.Next() {
		if slices.ContainsFunc(h.months[:locked], func(s SettledStatement) bool { return s.Period == m.Period() }) {
			continue
		}
		h.months = append(h.months, d.month(m.Period(), h.months))
		h.computed[m.Period()] = true
	}
	h.months = inOrder(h.months)
	d.others = &h
	return h
}

// month drafts another month from the same evidence.
func (d *drafter) month(period cal.Period, settled []SettledStatement) SettledStatement {
	facts := d.facts
	facts.Period, facts.Settled = period, inOrder(settled)
	other := newDrafter(d.agreement, facts)
	other.index = d.index
	other.charge()
	return Settle("", other.statement, nil)
}

// lockedLine is a line of a locked statement of another period.
type lockedLine struct {
	*SettledLine
	of cal.Period
}

// linesUnder are the lines that locked statements of other periods charge under a clause, in order.
func (d *drafter) linesUnder(clause string) []lockedLine {
	if d.lockedLines == nil {
		d.lockedLines = map[string][]lockedLine{}
		for i := range d.facts.Settled {
			s := &d.facts.Settled[i]
			if s.Period == d.facts.Period {
				continue
			}
			for k := range s.Lines {
				l := &s.Lines[k]
				d.lockedLines[l.Clause] = append(d.lockedLines[l.Clause], lockedLine{l, s.Period})
			}
		}
	}
	return d.lockedLines[clause]
}

// inOrder are the statements by period.
func inOrder(settled []SettledStatement) []SettledStatement {
	return slices.SortedFunc(slices.Values(settled), func(a, b SettledStatement) int {
		return cmp.Or(a.Period.From.Cmp(b.Period.From), cmp.Compare(a.ID, b.ID))
	})
}
