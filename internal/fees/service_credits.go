package fees

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// serviceCredits gives back what the misses of the statement's month cost, and, for locked months before it that this statement speaks for,
// what the evidence now says otherwise of their misses, and what was corrected of their fees, moves their credit by.
func (d *drafter) serviceCredits(id string) {
	for m := cal.MonthOf(d.agreement.First().Effective); m.First().Before(d.facts.Period.To); m = m.Next() {
		late, here := d.onThisStatement(m.First())
		if !here || d.agreement.Running().Overlap(m.Period()).IsEmpty() {
			continue
		}
		if c, ok := d.creditMonth(id, m, late); ok {
			c.give(d)
		}
	}
}

// creditMonth is the misses of one month and the fee that their credit is taken of.
type creditMonth struct {
	month   cal.Month
	late    bool
	terms   contract.Terms
	clause  contract.ServiceCredits
	counted []crm.SLAMiss
	excused []crm.SLAMiss
	base    money.Amount
	before  money.Amount // what locked statements gave for the month
	given   bool         // they gave something
	known   []string     // misses that they counted
	unnamed bool         // nobody said whether a target counts
}

func (d *drafter) creditMonth(id string, m cal.Month, late bool) (creditMonth, bool) {
	running := d.agreement.Running().Overlap(m.Period())
	terms, ok := d.agreement.InForce(running.Last())
	if !ok {
		return creditMonth{}, false
	}
	found, _ := terms.Clause(id)
	clause, ok := found.(contract.ServiceCredits)
	if !ok {
		return creditMonth{}, false
	}
	c := creditMonth{month: m, late: late, terms: terms, clause: clause, base: money.New(0, d.currency), before: money.New(0, d.currency)}
	d.misses(&c, running)
	c.settled(d)
	return c, true
}

// fees sums what counts in the month under the clauses of the base, on whatever statement it stands.
func (c *creditMonth) fees(d *drafter) {
	take := func(of cal.Period, lines []SettledLine) {
		for _, l := range lines {
			if cal.MonthOf(d.dayIn(l.CountsOn, of)) == c.month && slices.Contains(c.clause.Base, l.Clause) && !l.Kind.AtCost() && l.Kind != KindReleased {
				c.base = c.base.Add(money.New(l.Minor, d.currency))
			}
		}
	}
	for _, s := range d.facts.Settled {
		if s.Period != d.facts.Period {
			take(s.Period, s.Lines)
		}
	}
	take(d.facts.Period, Settle("", d.statement, nil).Lines)
}

// settled sums what locked statements gave for the month. What the agency gave up of a correction counts as made.
func (c *creditMonth) settled(d *drafter) {
	for _, l := range d.linesUnder(c.clause.ID) {
		if l.Kind == KindServiceCredit && len(l.Events) > 0 && l.Events[0] == c.month.String() {
			c.before, c.given = c.before.Add(money.New(l.Minor+l.GivenUp, d.currency)), true
			c.known = append(c.known, l.Events[1:]...)
		}
	}
}

// misses sorts those of the month by what the contract says of their target.
func (d *drafter) misses(c *creditMonth, days cal.Period) {
	unnamed := map[string][]string{}
	var order []string
	for _, miss := range d.index.slaMisses {
		switch {
		case !days.Contains(miss.MissedOn) || contract.Names(c.clause.NotCounted, miss.Target):
		case !contract.Names(c.clause.Targets, miss.Target):
			if unnamed[miss.Target] == nil {
				order = append(order, miss.Target)
				c.unnamed = true
			}
			unnamed[miss.Target] = append(unnamed[miss.Target], miss.ID)
		case miss.Excused:
			c.excused = append(c.excused, miss)
		default:
			c.counted = append(c.counted, miss)
		}
	}
	for _, target := range order {
		d.issue(Problem, "target-unnamed", "clause "+c.clause.ID, "The clause does not say whether misses of %q count, so these of %s are held: %s. Name the target in targets or not_counted of the next version, or correct the rows.",
			target, c.month.Words(), listed(unnamed[target], 8))
	}
}

// give charges the month's credit, less what was given for it before: more of it, or, where misses were withdrawn, some of it back.
func (c creditMonth) give(d *drafter) {
	if c.given && (d.sameEvidence || c.held(d)) {
		return
	}
	part, rungs := c.part()
	if part.Sign() == 0 && !c.given {
		return
	}
	c.fees(d)
	if c.base.Minor <= 0 && !c.given {
		d.issue(Info, "credit-without-fee", "clause "+c.clause.ID, "Misses of %s give a credit, but the month charges no fee that it could be taken of.", c.month.Words())
		return
	}
	c.base.Minor = max(0, c.base.Minor)
	rate := money.NewRatio(-part.Num(), part.Den())
	owed := c.base.Mul(rate, c.terms.Rounding)
	if owed.Cmp(c.before) == 0 {
		return
	}
	l := c.line(rate, rungs, owed)
	if c.late {
		l.CountsOn = d.firstDay(c.month.Period())
	}
	if c.given {
		move := owed.Sub(c.before)
		l.Text += ", corrected"
		l.Quantity, l.Unit, l.Rate, l.RateText, l.Amount = "1", "correction", move.String(), move.Format(), move
		l.Basis.Formula = fmt.Sprintf("%s; %s (owed) - %s (given before) = %s", l.Basis.Formula, owed.Format(), c.before.Format(), move.Format())
		l.Basis.Inputs = append(l.Basis.Inputs, Input{"credit owed for the month", owed.Format()}, Input{"given by locked statements", c.before.Format()})
		c.withdrawn(d, &l)
		l.Basis.Notes = append(l.Basis.Notes, d.rowStory(l.Basis.Evidence, c.month)...)
	}
	d.line(l)
}

// held tells of misses that a locked statement gave a credit for and that nobody can tell whether they still count.
func (c creditMonth) held(d *drafter) bool {
	rows := rowsOf(d.index.slaMisses, func(m crm.SLAMiss) string { return m.ID })
	var ids []string
	for _, id := range c.known {
		m, there := rows[id]
		lost := !there && !d.index.goneRows[rowKey{crm.KindSLAMiss, id}]
		unsaid := there && c.unnamed && !contract.Names(c.clause.Targets, m.Target) && !contract.Names(c.clause.NotCounted, m.Target)
		if (lost || unsaid) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return false
	}
	d.issue(Problem, "correction-held", "clause "+c.clause.ID, "The credit of %s can be neither kept nor corrected: nobody can tell whether these misses, for which it was given, still count: %s. Mend the evidence and import again.",
		c.month.Words(), listed(ids, 8))
	return true
}

// withdrawn names the misses that the credit was given for and that do not count any more.
func (c creditMonth) withdrawn(d *drafter, l *Line) {
	rows := rowsOf(d.index.slaMisses, func(m crm.SLAMiss) string { return m.ID })
	for _, id := range c.known {
		if slices.ContainsFunc(l.Basis.Evidence, func(e Evident) bool { return e.ID == id }) {
			continue
		}
		words := id + ": deleted"
		if m, there := rows[id]; there {
			words = fmt.Sprintf("%s: %s, %s, does not count any more", id, m.Target, m.MissedOn.Words())
			if m.Excused {
				words = fmt.Sprintf("%s: %s, %s, excused", id, m.Target, m.MissedOn.Words())
			}
		}
		l.Basis.Evidence = append(l.Basis.Evidence, Evident{"sla_miss", id, words})
	}
}

// part is the part of the base that is given back, and how each target came to its own.
func (c creditMonth) part() (money.Ratio, []Input) {
	sum, rungs := money.NewRatio(0, 1), []Input(nil)
	add := func(of string, misses, excused int) {
		words := fmt.Sprintf("%d", misses)
		if excused > 0 {
			words += fmt.Sprintf(" (and %d excused)", excused)
		}
		rung, reached := c.clause.Reached(misses)
		if reached {
			sum = plus(sum, rung.Credit)
			words += ", reaching " + rung.String()
		} else {
			words += ", reaching no rung"
		}
		rungs = append(rungs, Input{"misses" + of, words})
	}
	if c.clause.ByTarget {
		for _, t := range c.clause.Targets {
			add(" of "+t, countOf(c.counted, t), countOf(c.excused, t))
		}
	} else {
		add("", len(c.counted), len(c.excused))
	}
	most := money.NewRatio(1, 1)
	if c.clause.Limited {
		most = c.clause.Limit
		rungs = append(rungs, Input{"at most", most.String()})
	}
	if less(most, sum) {
		sum = most
	}
	return sum, rungs
}

func countOf(misses []crm.SLAMiss, target string) int {
	return len(kept(misses, func(m crm.SLAMiss) bool { return contract.Names([]string{target}, m.Target) }))
}

func plus(a, b money.Ratio) money.Ratio {
	return money.NewRatio(a.Num()*b.Den()+b.Num()*a.Den(), a.Den()*b.Den())
}

func less(a, b money.Ratio) bool { return a.Num()*b.Den() < b.Num()*a.Den() }

func (c creditMonth) line(rate money.Ratio, rungs []Input, owed money.Amount) Line {
	l := Line{
		Clause: c.clause.ID, Kind: KindServiceCredit, Text: "Service credit for " + c.month.Words(), Quantity: c.base.String(), Unit: string(c.terms.Currency) + " of fees",
		Rate: exactRate(rate), RateText: rate.String(), Amount: owed, Events: []string{c.month.String()},
		Basis: Basis{
			Version: c.terms.Version, Clause: c.clause.Words(c.terms), Rounding: roundingWords(c.terms),
			Formula: fmt.Sprintf("%s x %s = %s", c.base.Format(), rate, owed.Format()),
			Inputs:  append([]Input{{"fees of the month under " + strings.Join(c.clause.Base, ", "), c.base.Format()}}, rungs...),
		},
	}
	for _, m := range c.counted {
		words := m.ID + ": " + m.Target + ", " + m.MissedOn.Words()
		if m.Note != "" {
			words += ", " + m.Note
		}
		l.Events = append(l.Events, m.ID)
		l.Basis.Evidence = append(l.Basis.Evidence, Evident{"sla_miss", m.ID, words})
	}
	if c.late {
		l.Basis.Notes = append(l.Basis.Notes, c.month.Words()+" is locked; what became known of it since is credited here, or taken back.")
	}
	return l
}
