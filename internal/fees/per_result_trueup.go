package fees

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// A ruling is final only as long as the evidence has it: one that is changed bills again what it gave back, or gives back the fee of the dispute.
// Everything else that the evidence says otherwise of a billed result counts where the contract says so (restated: corrected).

// What corrections of results move.
const (
	priceOfResults = "results"
	feeOfDisputes  = "dispute fees"
)

// movedSince is what credits and corrections of locked statements moved of each billed result, of its price or of the fee for its dispute.
func (m *resultMonth) movedSince(what string) map[string]int64 {
	out := map[string]int64{}
	for _, s := range m.facts.Settled {
		for _, l := range s.Lines {
			ids := l.Events
			switch {
			case s.Period == m.facts.Period || l.Clause != m.id:
				continue
			case l.Kind.corrects() && len(l.Events) > 2 && l.Events[1] == what:
				ids = l.Events[2:]
			case l.Kind != KindResultCredit || what != priceOfResults || len(ids) == 0:
				continue
			}
			for _, id := range ids {
				out[id] += (l.Minor + l.GivenUp) / int64(len(ids))
			}
		}
	}
	return out
}

// takesBack says whether the clause that billed a result corrects it by whatever the evidence says.
func (d *drafter) takesBack(b billedResult) bool {
	if d.sameEvidence || b.conceded || b.price.IsZero() {
		return false
	}
	_, c := d.clauseFor(&settledCharge{period: b.period}, b.clause)
	clause, ok := c.(contract.PerResult)
	return ok && clause.Restated == "corrected"
}

// billedElsewhere leaves out results that another clause billed and gives back now, because they belong to this one.
func (m *resultMonth) billedElsewhere() {
	maps.DeleteFunc(m.billed, func(_ string, b billedResult) bool { return b.clause != m.id && m.takesBack(b) })
}

// movedResult is a billed result of which something else is owed now.
type movedResult struct {
	result
	of   billedResult
	what string // is moved: the price, or the fee for a dispute
	move int64
	why  string
}

// correct brings what was billed of results, and charged for their disputes, to what is owed for them now.
func (m *resultMonth) correct() {
	if m.sameEvidence {
		return
	}
	known := rowsOf(m.results, func(r result) string { return r.ID })
	var moved []movedResult
	since, fees := m.movedSince(priceOfResults), m.movedSince(feeOfDisputes)
	for _, id := range slices.Sorted(maps.Keys(m.billed)) {
		b := m.billed[id]
		late, here := m.onThisStatement(b.period.From)
		if b.clause != m.id || b.conceded || b.price.IsZero() || !late || !here {
			continue
		}
		r, there := known[id]
		if !there {
			r = m.lost(id, b)
		}
		paid := b.price.Minor + since[id]
		due, why, held := m.owedFor(r, there, b, paid)
		if held {
			m.issue(Problem, "correction-held", "clause "+m.id, "What was billed for %s can be neither kept nor corrected: %s. Mend the evidence and import again.", id, why)
			continue
		}
		if due != paid {
			moved = append(moved, movedResult{r, b, priceOfResults, due - paid, why})
		}
	}
	for id, f := range m.feesCharged() {
		r, there := known[id]
		if !there {
			r = m.lost(id, f)
		}
		late, here := m.onThisStatement(f.period.From)
		paid := f.price.Minor + fees[id]
		if due, why := m.feeOwedFor(r, there, f, paid); late && here && due != paid {
			moved = append(moved, movedResult{r, f, feeOfDisputes, due - paid, why})
		}
	}
	m.put(moved)
}

// lost is a billed result that the clause has no more, under the terms that billed it.
func (m *resultMonth) lost(id string, b billedResult) result {
	terms, c := m.clauseFor(&settledCharge{period: b.period}, m.id)
	clause, _ := c.(contract.PerResult)
	return result{Lead: crm.Lead{ID: id}, terms: terms, clause: clause}
}

// owedFor is what is owed for a billed result now; held: nobody can tell.
func (m *resultMonth) owedFor(r result, there bool, b billedResult, paid int64) (due int64, why string, held bool) {
	corrected := m.takesBack(b)
	if there {
		corrected = r.clause.Restated == "corrected"
	}
	switch {
	case !there && !corrected:
		return paid, "", false
	case !there && m.index.goneRows[rowKey{crm.KindLead, r.ID}]:
		return 0, "deleted", false
	case !there && !m.index.hasLead(r.ID):
		return 0, "it is not in the evidence any more, and nothing says that it was deleted", true
	case !there:
		return 0, "this clause does not pay for it any more", false
	case r.life.state.billed() && corrected && r.Key == "" && r.clause.Duplicate.WithoutKey == "hold":
		return 0, "it has no key any more, so nobody can tell whether it is a duplicate", true
	case r.life.state.billed() && corrected:
		return r.clause.Price.Minor, r.story(), false
	case r.life.state.billed():
		return b.price.Minor, r.story(), false
	case r.life.state == leadUpheld || r.life.state == leadDisputed || !corrected:
		return paid, "", false // a credit of its own, or not ruled on yet
	default:
		return 0, r.story(), false
	}
}

// feeOwedFor is what is owed for a dispute that was charged its fee.
func (m *resultMonth) feeOwedFor(r result, there bool, f billedResult, paid int64) (due int64, why string) {
	switch {
	case !there && m.takesBack(f) && m.index.goneRows[rowKey{crm.KindLead, r.ID}]:
		return 0, "deleted"
	case !there && m.takesBack(f) && m.index.hasLead(r.ID):
		return 0, "this clause does not pay for it any more"
	case r.life.state == leadDenied:
		return f.price.Minor, r.story()
	case there && (r.clause.Restated == "corrected" || r.Ruling != crm.RulingDenied):
		return 0, r.story()
	}
	return paid, ""
}

// hasLead says whether the evidence has a row that is not deleted.
func (x *index) hasLead(id string) bool {
	return slices.ContainsFunc(x.leads, func(l crm.Lead) bool { return l.ID == id })
}

// feesCharged are the disputes that locked statements charged a fee for.
func (m *resultMonth) feesCharged() map[string]billedResult {
	out := map[string]billedResult{}
	for _, s := range m.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == m.facts.Period || l.Clause != m.id || l.Kind != KindDisputeFee || l.Conceded {
				continue
			}
			for _, e := range l.Events {
				out[e] = billedResult{clause: m.id, statement: s.ID, period: s.Period, price: money.New(l.Minor/int64(len(l.Events)), m.currency)}
			}
		}
	}
	return out
}

// put puts one line on the statement for each month, and each price that moves.
func (m *resultMonth) put(moved []movedResult) {
	type group struct {
		month   cal.Period
		what    string
		move    int64
		version int
	}
	groups := map[group][]movedResult{}
	for _, r := range moved {
		g := group{r.of.period, r.what, r.move, r.terms.Version}
		groups[g] = append(groups[g], r)
	}
	order := func(a, b group) int {
		return cmp.Or(a.month.From.Cmp(b.month.From), cmp.Compare(b.what, a.what), cmp.Compare(a.version, b.version), cmp.Compare(a.move, b.move))
	}
	for _, g := range slices.SortedFunc(maps.Keys(groups), order) {
		of := groups[g]
		slices.SortFunc(of, func(a, b movedResult) int { return cmp.Compare(a.ID, b.ID) })
		m.line(m.movedLine(of, g.move))
	}
}

func (m *resultMonth) movedLine(of []movedResult, move int64) Line {
	first, results, n := of[0], []result(nil), len(of)
	for _, r := range of {
		results = append(results, r.result)
	}
	if move < 0 {
		n = -n
	}
	noun := first.clause.Result
	if first.what == feeOfDisputes {
		noun = "dispute fee"
	}
	line := m.pieces(KindCorrection, results, n, plural(len(of), noun), money.New(max(move, -move), m.currency))
	line.Text = fmt.Sprintf("%s, correction of %s", capital(plural(len(of), noun)), cal.MonthOf(first.of.period.From).Words())
	line.Events = append([]string{cal.MonthOf(first.of.period.From).String(), first.what}, line.Events...)
	line.CountsOn = m.firstDay(first.of.period)
	line.Basis.Inputs = []Input{{"charged for each by locked statements", first.of.price.Format()}, {"moves for each now", money.New(move, m.currency).Format()}}
	for _, r := range of {
		line.Basis.Evidence = append(line.Basis.Evidence, Evident{string(crm.KindLead), r.ID, r.why})
	}
	line.Basis.Notes = append(m.rowStory(line.Basis.Evidence, cal.MonthOf(first.of.period.From)), lockedNote)
	return line
}
