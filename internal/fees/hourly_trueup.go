package fees

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// An entry that was charged is owed as the timesheet has it now: its minutes, at the rate of its role on its day. It stays on the statement
// that charged it. Where late entries are written off, so are minutes that are added after the lock.

// hourlyName names a line of work by its first entry: a clause charges an entry once.
func hourlyName(l SettledLine) string {
	if l.Kind != KindHourly || l.Hours == nil || len(l.Events) == 0 {
		return ""
	}
	return string(l.Kind) + " " + l.Events[0]
}

// entryNow is what became of an entry that a locked statement counted.
type entryNow struct {
	entry  crm.TimeEntry
	counts bool   // under the same clause
	why    string // why it does not, or what must be known first
	held   bool
}

// entriesNow looks up what the evidence now says of entries.
type entriesNow struct {
	*drafter
	rows map[string]crm.TimeEntry
}

func (d *drafter) entriesNow() entriesNow {
	return entriesNow{d, rowsOf(d.index.timeEntries, func(t crm.TimeEntry) string { return t.ID })}
}

// of is what became of an entry that the clause counted.
func (n entriesNow) of(w WorkedEntry, clause string) entryNow {
	e, there := n.rows[w.ID]
	if !there {
		if n.index.goneRows[rowKey{crm.KindTimeEntry, w.ID}] {
			return entryNow{why: "deleted"}
		}
		return entryNow{held: true, why: fmt.Sprintf("entry %s is not in the evidence any more, and nothing says that it was deleted", w.ID)}
	}
	switch id, code := clauseOfEntry(n.agreement, e); {
	case id == clause:
		return entryNow{entry: e, counts: true}
	case code == "entry-clause-missing" || code == "entry-clause-unknown":
		return entryNow{entry: e, held: true, why: fmt.Sprintf("nobody can tell which clause entry %s belongs to now", w.ID)}
	case id == "":
		return entryNow{entry: e, why: "no clause counts hours on that day"}
	default:
		return entryNow{entry: e, why: "belongs to " + id + " now"}
	}
}

// same says whether the entry is as it was counted.
func (n entryNow) same(w WorkedEntry, role string) bool {
	return n.counts && n.entry.Minutes == w.Minutes && n.entry.WorkedOn == w.On && n.entry.Person == w.Person && role == w.Role
}

// owedWork is a charged line of work, counted again.
type owedWork struct {
	groups   []*hourlyLine
	evidence []Evident
	held     string // what must be known first
}

// recount counts the charged entries again when any of them changed since, or was corrected: what is as it was first may be back from what it was
// then. nil: none did.
func (b *hourlyBook) recount() map[string]*owedWork {
	if b.sameEvidence {
		return nil
	}
	now, changed := b.entriesNow(), false
	out := map[string]*owedWork{}
	for _, l := range b.before {
		changed = changed || l.Kind.corrects()
		name := hourlyName(l)
		if name == "" || l.Conceded {
			continue
		}
		o := &owedWork{}
		out[name] = o
		for _, w := range l.Hours.Entries {
			n := now.of(w, b.clause)
			role := n.entry.Role
			if n.counts {
				_, clause, _ := b.inForce(n.entry.WorkedOn)
				of, _, known := clause.RateOf(role)
				role = of
				switch {
				case !known:
					n.held, n.why = true, fmt.Sprintf("entry %s is of a role without a rate now", w.ID)
				case needsPerson(clause.Round) && n.entry.Person == "":
					n.held, n.why = true, fmt.Sprintf("time is rounded by person, and entry %s names none now", w.ID)
				}
			}
			changed = changed || n.held || !n.same(w, role)
			if n.held {
				o.held = cmp.Or(o.held, n.why)
			}
		}
	}
	if !changed {
		return nil
	}
	b.countAgain(now, out)
	return out
}

// countAgain counts what each charged line counts now, in the order in which it was counted first.
func (b *hourlyBook) countAgain(now entriesNow, out map[string]*owedWork) {
	b.count = newTimeCount()
	type worked struct {
		WorkedEntry
		line string
	}
	for _, s := range b.facts.Settled {
		var entries []worked
		for _, l := range s.Lines {
			if s.Period == b.facts.Period || l.Clause != b.clause || hourlyName(l) == "" {
				continue
			}
			for _, w := range l.Hours.Entries {
				entries = append(entries, worked{WorkedEntry: w, line: hourlyName(l)})
			}
		}
		slices.SortStableFunc(entries, func(x, y worked) int { return cmp.Or(x.On.Cmp(y.On), cmp.Compare(x.ID, y.ID)) })
		for _, w := range entries {
			o := out[w.line]
			if o == nil || o.held != "" {
				if _, clause, ok := b.inForce(w.On); ok {
					b.count.had(clause.Round, w.WorkedEntry, w.Role)
				}
				continue
			}
			b.countEntry(o, w.WorkedEntry, now.of(w.WorkedEntry, b.clause))
		}
	}
}

func (b *hourlyBook) countEntry(o *owedWork, w WorkedEntry, n entryNow) {
	if !n.counts {
		o.evidence = append(o.evidence, Evident{string(crm.KindTimeEntry), w.ID, evidentTime(w).Words + " then; " + n.why})
		return
	}
	terms, clause, _ := b.inForce(n.entry.WorkedOn)
	role, rate, _ := clause.RateOf(n.entry.Role)
	e, lost := n.entry, ""
	if clause.LateEntries == "written-off" && e.Minutes > w.Minutes {
		lost = fmt.Sprintf("; %s of it came late and are written off", clock(e.Minutes-w.Minutes))
		e.Minutes = w.Minutes
	}
	again := WorkedEntry{ID: e.ID, On: e.WorkedOn, Person: e.Person, Role: role, Minutes: e.Minutes, Counted: b.count.add(clause.Round, e, role)}
	words := evidentTime(again).Words + lost
	if !n.same(w, role) {
		words += "; then " + evidentTime(w).Words
	}
	o.evidence = append(o.evidence, Evident{string(crm.KindTimeEntry), e.ID, words})
	i := slices.IndexFunc(o.groups, func(g *hourlyLine) bool { return g.role == role && g.rate == rate })
	if i < 0 {
		i = len(o.groups)
		o.groups = append(o.groups, &hourlyLine{role: role, rate: rate})
	}
	g := o.groups[i]
	g.terms, g.clause, g.minutes = terms, clause, g.minutes+again.Counted
}

// correct puts what the charged work of a month is owed otherwise on the statement.
func (b *hourlyBook) correct(charges []*settledCharge) {
	for _, c := range charges {
		work := b.again[c.name]
		if work.held != "" {
			b.heldTrueUp(c, b.clause, work.held)
			continue
		}
		o := owedNow{kind: KindCorrection, evidence: work.evidence, hours: &HoursSum{Window: c.lines[0].Hours.Window}}
		terms, clause := b.clauseFor(c, b.clause)
		o.version, o.clause = terms.Version, clause.Words(terms)
		var roles []string
		for _, g := range work.groups {
			amount := g.rate.Mul(money.NewRatio(g.minutes, 60), g.terms.Rounding)
			o.minor += amount.Minor
			o.version, o.clause = g.terms.Version, g.clause.Words(g.terms)
			o.how = append(o.how, Input{"how it is owed: " + g.role, fmt.Sprintf("%s = %s hours; %s x %s = %s", clock(g.minutes), hoursOf(g.minutes), hoursOf(g.minutes), g.rate.Format(), amount.Format())})
			roles = append(roles, g.role)
		}
		if roles == nil {
			roles = []string{"Work"}
		}
		o.text = strings.Join(roles, " and ") + ", " + c.workMonth().Words()
		b.trueUp(c, o)
	}
}
