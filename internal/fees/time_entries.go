package fees

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// counting are the clauses that count hours on a day, by the version in force.
func counting(a contract.Agreement, day cal.Date) []string {
	terms, ok := a.InForce(day)
	if !ok || !a.Running().Contains(day) {
		return nil
	}
	var ids []string
	for _, c := range terms.Clauses {
		if contract.CountsHours(c) {
			ids = append(ids, c.ClauseID())
		}
	}
	return ids
}

// clauseOfEntry is the clause that an entry belongs to: the one that it names, or, when it names none, the only one that counts hours on its
// day. Else it says why there is none.
func clauseOfEntry(a contract.Agreement, e crm.TimeEntry) (clause, code string) {
	ids := counting(a, e.WorkedOn)
	switch {
	case len(ids) == 0:
		return "", "entry-outside"
	case e.Clause == "" && len(ids) == 1:
		return ids[0], ""
	case e.Clause == "":
		return "", "entry-clause-missing"
	}
	for _, id := range ids {
		if id == e.Clause {
			return id, ""
		}
	}
	return "", "entry-clause-unknown"
}

// entriesOf are the time entries of a clause up to the end of the period, by day.
func (d *drafter) entriesOf(clause string) []crm.TimeEntry {
	return kept(d.index.timeEntries, func(e crm.TimeEntry) bool {
		id, _ := clauseOfEntry(d.agreement, e)
		return id == clause && e.WorkedOn.Before(d.facts.Period.To)
	})
}

// entriesSettled are the entries that a clause does not count again: those that locked statements of other periods counted, charged or wrote off
// under it, and those that the agency gave up under another. One that moves to another clause after the lock is given back by the first.
func (d *drafter) entriesSettled(clause string) map[string]bool {
	out := map[string]bool{}
	for _, s := range d.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == d.facts.Period || l.Hours == nil || l.Clause != clause && !l.Conceded {
				continue
			}
			for _, e := range l.Hours.Entries {
				out[e.ID] = true
			}
		}
	}
	return out
}

// checkEntries tells of time entries that belong to no clause. A contract that counts no hours does not look at them.
func (d *drafter) checkEntries() {
	found := map[string][]string{}
	minutes := map[string]int64{}
	if !countsAnyHours(d.agreement) {
		return
	}
	for _, e := range d.index.timeEntries {
		_, code := clauseOfEntry(d.agreement, e)
		if _, here := d.onThisStatement(e.WorkedOn); code != "" && here {
			found[code] = append(found[code], e.ID)
			minutes[code] += e.Minutes
		}
	}
	tell := func(severity Severity, code, why string) {
		if ids := found[code]; len(ids) > 0 {
			d.issue(severity, code, "time entries", "%s worked are not counted: %s. %s", clock(minutes[code]), listed(ids, 12), why)
		}
	}
	tell(Problem, "entry-clause-missing", "The contract has several clauses that count hours, and these entries name none. State the clause of each when importing.")
	tell(Warning, "entry-clause-unknown", "They name a clause that counts no hours on their day. If it belongs to this contract, correct its name when importing.")
	tell(Warning, "entry-outside", "No clause counts hours on their day.")
}

func countsAnyHours(a contract.Agreement) bool {
	for _, r := range rules() {
		if (r.kind == "retainer" || r.kind == "hourly") && r.usedIn(a) {
			return true
		}
	}
	return false
}

// evidentTimes lists the entries of a line for people.
func evidentTimes(entries []WorkedEntry) []Evident {
	out := make([]Evident, 0, len(entries))
	for _, w := range entries {
		out = append(out, evidentTime(w))
	}
	return out
}

// nobody names entries without a person where time is rounded by person: nobody can say with what they are rounded.
func (d *drafter) nobody(clause string, ids []string) {
	if len(ids) > 0 {
		d.issue(Problem, "entry-person-missing", "clause "+clause, "Time is rounded by person, and %s without one: %s. State who worked when importing; until then they are not counted.",
			entriesAre(len(ids)), listed(ids, 12))
	}
}

func entriesAre(n int) string {
	if n == 1 {
		return "1 entry is"
	}
	return fmt.Sprintf("%d entries are", n)
}

func needsPerson(r contract.TimeRounding) bool {
	return r.Per == contract.PerPersonDay || r.Per == contract.PerPersonMonth
}
