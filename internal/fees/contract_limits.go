package fees

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// jointLimit is a limit over several clauses for the window of a month, up to the month. Like every limit it is computed on the whole window to
// date less what was charged before.
type jointLimit struct {
	*drafter
	toDate
	clause   contract.Clause
	terms    contract.Terms
	coverage contract.Coverage
	over     []string // the clauses that it covers, in the order in which they are charged
	before   int64    // what other months of the window charge under them
	limited  int64    // what other months of the window charge under the limit itself
	now      int64    // what this statement charges under them
	moved    int64    // what it charges under the limit itself for months before
}

// closing is the clause as the version in force on a month's last day under the contract has it.
func (d *drafter) closing(id string, month cal.Period) (contract.Terms, contract.Clause, bool) {
	terms, ok := d.agreement.InForce(cal.Earlier(month.Last(), d.agreement.Running().Last()))
	if !ok {
		return terms, nil, false
	}
	c, ok := terms.Clause(id)
	return terms, c, ok
}

// jointLimit is a limit for the window of a month.
func (d *drafter) jointLimit(t contract.Terms, c contract.Clause, coverage contract.Coverage, w toDate) *jointLimit {
	l := &jointLimit{drafter: d, toDate: w, clause: c, terms: t, coverage: coverage, over: d.coveredBy(c.ClauseID(), coverage)}
	var unlocked []cal.Period
	h := d.history()
	for _, s := range h.months {
		covered, own := l.sums(s.Period, s.Lines)
		l.before, l.limited = l.before+covered, l.limited+own
		if h.computed[s.Period] && (covered != 0 || own != 0) {
			unlocked = append(unlocked, s.Period)
		}
	}
	l.now, l.moved = l.soFar()
	if len(unlocked) > 0 {
		d.issueOnce(Warning, "limit-on-unlocked", "clause "+c.ClauseID(), "A limit counts months without a locked statement as the evidence now says: %s.",
			monthsWords(cal.MonthOf(unlocked[0].From), cal.MonthOf(unlocked[len(unlocked)-1].From)))
	}
	return l
}

// dayIn is the day in whose window of limits a line of a statement counts: its own, or else the first of the statement's month.
func (d *drafter) dayIn(counts cal.Date, statement cal.Period) cal.Date {
	if counts.IsZero() {
		return d.firstDay(statement)
	}
	return counts
}

// limitedMonths are the windows of a joint limit up to each of the months that the statement moves, its own among them, as far as the clause is in
// force in them.
func (d *drafter) limitedMonths(id string, per func(contract.Clause) (contract.Every, bool), each func(contract.Terms, contract.Clause, toDate)) {
	days := d.daysMoved(d.facts.Period, d.statement.Lines)
	for _, month := range d.monthsMoved(d.facts.Period, days) {
		terms, c, _ := d.closing(id, month)
		if every, ok := per(c); ok {
			if w := d.toDate(every, terms, month, d.facts.Period); w.movedOn(days) {
				each(terms, c, w)
			}
		}
	}
}

// coveredBy are the clauses of all versions that count for a limit and are charged before it.
func (d *drafter) coveredBy(limit string, c contract.Coverage) []string {
	var out []string
	for _, r := range rules() {
		for _, id := range d.clausesOf(r.kind) {
			if id == limit {
				return out
			}
			if c.Covers(id) && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// sums are what lines charge under the clauses that the limit covers, and under the limit itself. What a settled dispute puts on a statement was
// counted where it was charged.
func (l *jointLimit) sums(statement cal.Period, lines []SettledLine) (covered, own int64) {
	for i := range lines {
		line := &lines[i]
		ofLine, ofLimit := l.counts(line.Clause, line.Kind, l.dayIn(line.CountsOn, statement))
		if ofLine {
			covered += line.Minor
		}
		if ofLimit {
			own += line.Minor
		}
	}
	return covered, own
}

// counts says whether a line counts for the limit, or is one of its own.
func (l *jointLimit) counts(clause string, kind LineKind, on cal.Date) (covered, own bool) {
	if !l.holds(on) || kind == KindReleased || kind.AtCost() && !l.coverage.Costs {
		return false, false
	}
	own = clause == l.clause.ClauseID()
	return !own && slices.Contains(l.over, clause), own
}

// soFar is what lines of this statement charge under the clauses that the limit covers, and under the limit itself.
func (l *jointLimit) soFar() (covered, own int64) {
	for i := range l.statement.Lines {
		line := &l.statement.Lines[i]
		ofLine, ofLimit := l.counts(line.Clause, line.Kind, l.dayIn(line.CountsOn, l.facts.Period))
		if ofLine {
			covered += line.Amount.Minor
		}
		if ofLimit {
			own += line.Amount.Minor
		}
	}
	return covered, own
}

// mayMoveLater says whether lines of this statement count in the window of a later month.
func (l *jointLimit) mayMoveLater() bool {
	return l.later() && slices.ContainsFunc(l.statement.Lines, func(line Line) bool {
		covered, _ := l.counts(line.Clause, line.Kind, l.dayIn(line.CountsOn, l.facts.Period))
		return covered
	})
}

// add puts the limit on the statement as a line of its own, when it moves anything.
func (l *jointLimit) add(kind LineKind, text string, sum LimitSum, move int64, inputs ...Input) {
	if move == 0 && !l.mayMoveLater() && (kind != KindMinimum || !l.on.IsZero()) {
		return
	}
	sum.Window, sum.Until, sum.Over, sum.NoCosts, sum.ByDay = l.toDate.window, l.until, l.over, !l.coverage.Costs, true
	sum.Before, sum.Charged = money.New(l.before, l.currency).String(), money.New(l.before+l.limited, l.currency).String()
	line := limitLine(l.terms, l.clause, kind, l.name(text), sum, limitMove{move, l.now, l.moved})
	line.CountsOn, line.Basis.Notes = l.on, l.notes()
	what := strings.Join(l.over, ", ")
	if !l.coverage.Costs {
		what += ", without what is billed at cost"
	}
	line.Basis.Inputs = slices.Concat([]Input{{"what counts", what}}, inputs, line.Basis.Inputs)
	l.line(line)
}

// notToExceed takes off what is charged to date above the limit.
func (d *drafter) notToExceed(id string) {
	per := func(c contract.Clause) (contract.Every, bool) {
		limit, ok := c.(contract.NotToExceed)
		return limit.Every, ok
	}
	d.limitedMonths(id, per, func(terms contract.Terms, c contract.Clause, w toDate) {
		limit := c.(contract.NotToExceed)
		l := d.jointLimit(terms, limit, limit.Coverage, w)
		_, down := adjustments(l.before+l.now, nil, &limit.Amount.Minor)
		l.add(KindNotToExceed, fmt.Sprintf("Not to exceed %s per %s", limit.Amount.Format(), limit.Every), LimitSum{Cap: limit.Amount.String()}, down-l.limited-l.moved)
	})
}

// minimum tops up what is charged to date, in the last month of the window or of the contract; a window that is over is brought to what it needs
// after corrections.
func (d *drafter) minimum(id string) {
	per := func(c contract.Clause) (contract.Every, bool) {
		clause, ok := c.(contract.Minimum)
		return clause.Every, ok
	}
	d.limitedMonths(id, per, func(terms contract.Terms, c contract.Clause, w toDate) { d.minimumOf(terms, c.(contract.Minimum), w) })
}

func (d *drafter) minimumOf(terms contract.Terms, clause contract.Minimum, w toDate) {
	running, window := d.agreement.Running(), w.window
	if w.month.To.Before(cal.Earlier(window.To, running.To)) {
		return
	}
	l := d.jointLimit(terms, clause, clause.Coverage, w)
	if clause.Every == contract.EveryContractYear { // owed from the very day, not from the month of it
		window = cal.Cycle{Anchor: terms.Term.Start, Months: 12}.Containing(window.Last())
	}
	inForce := window.Overlap(running)
	if inForce.IsEmpty() {
		return
	}
	part := Prorate(clause.Proration, clause.Every, window, inForce)
	floor := clause.Amount.Mul(money.NewRatio(part.Num, part.Den), terms.Rounding)
	var inputs []Input
	if inForce != window {
		inputs = append(inputs,
			Input{"in force", fmt.Sprintf("%s (%d of the %d days of the window)", inForce.Words(), inForce.Days(), window.Days())},
			Input{"minimum", fmt.Sprintf("%s x %s = %s", clause.Amount.Format(), part, floor.Format())})
	}
	up, _ := adjustments(l.before+l.now, &floor.Minor, nil)
	l.add(KindMinimum, fmt.Sprintf("Minimum of %s per %s", clause.Amount.Format(), clause.Every), LimitSum{Floor: floor.String()}, up-l.limited-l.moved, inputs...)
}
