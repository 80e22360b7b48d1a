package fees

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// What locked statements charged for spend, work, a bonus, results and milestones is trued up as deals are: what is owed for the charge as the
// evidence now says, less what was charged for it, is a correction on the first statement after it that is not locked. What was charged
// stays in its month, whatever day the evidence gives it now; where another clause charges it now, it is given back here and charged there.

// settledCharge is what locked statements charged under one name, with what corrections moved of it since. What the agency gave up counts as
// charged.
type settledCharge struct {
	name    string     // of the charge, the same for good: it is on its corrections
	period  cal.Period // of the statement that charged it first
	lines   []SettledLine
	first   int64 // what its lines charged
	since   int64 // and what corrections moved
	stands  int64 // what stands charged to date
	gross   int64 // the most that stood charged
	givenUp int64
}

func (c *settledCharge) add(l SettledLine) int64 {
	minor := l.Minor + l.GivenUp
	c.stands += minor
	c.gross = max(c.gross, c.stands)
	c.givenUp += l.GivenUp + l.Waived
	return minor
}

// conceded: the agency gave up all of it before the lock. It is charged no more, whatever becomes of it.
func (c *settledCharge) conceded() bool {
	return !slices.ContainsFunc(c.lines, func(l SettledLine) bool { return !l.Conceded })
}

// month names the month of the statement that a correction of the charge belongs to.
func (c *settledCharge) month() string { return cal.MonthOf(c.period.From).String() }

// settledCharges are the charges of a clause that this statement corrects, in the order in which they were made: those that the function names, of
// locked months whose first open month after them is this one.
func (d *drafter) settledCharges(clause string, name func(SettledLine) string) []*settledCharge {
	if d.sameEvidence {
		return nil
	}
	var all []*settledCharge
	byName := map[string]*settledCharge{}
	locked := d.linesUnder(clause)
	for _, l := range locked {
		if l.Kind.corrects() {
			continue
		}
		name := name(*l.SettledLine)
		if name == "" {
			continue
		}
		c := byName[name]
		if c == nil {
			c = &settledCharge{name: name, period: l.of}
			byName[c.name] = c
			all = append(all, c)
		}
		c.lines = append(c.lines, *l.SettledLine)
		c.first += c.add(*l.SettledLine)
	}
	for _, l := range locked {
		if !l.Kind.corrects() || len(l.Events) < 2 {
			continue
		}
		if c := byName[l.Events[1]]; c != nil {
			c.since += c.add(*l.SettledLine)
		}
	}
	return kept(all, func(c *settledCharge) bool {
		late, here := d.onThisStatement(c.period.From)
		return late && here && !c.conceded()
	})
}

// corrects says whether a line of the kind is a correction.
func (k LineKind) corrects() bool { return k == KindCorrection || k == KindSpendCorrection }

// Corrects says whether the line moves what a locked statement charged.
func (l Line) Corrects() bool {
	return l.Kind.corrects() || l.Kind == KindServiceCredit && l.Unit == "correction"
}

// CorrectsBefore says whether the line, of a statement of a month, moves what was charged for another one.
func (l Line) CorrectsBefore(own cal.Month) bool {
	return l.Corrects() && len(l.Events) > 0 && l.Events[0] != own.String()
}

// AtCost says whether a line of the kind passes on what was bought: it is no fee of the agency.
func (k LineKind) AtCost() bool { return k == KindSpend || k == KindSpendCorrection }

// CorrectsMonth says whether the line, of a statement of another month, moves what was charged for the month.
func (l SettledLine) CorrectsMonth(month cal.Month) bool {
	return (l.Kind.corrects() || l.Kind == KindServiceCredit) && len(l.Events) > 0 && l.Events[0] == month.String()
}

// owedNow is what is owed for a settled charge as the evidence now says.
type owedNow struct {
	minor    int64
	kind     LineKind
	text     string
	version  int
	clause   string
	how      []Input
	evidence []Evident
	notes    []string
	hours    *HoursSum
	event    string // what later statements must know of the correction
}

// corrected names the correction of a line, with its month where the line does not say it itself.
func corrected(text string, month cal.Month) string {
	if strings.Contains(text, month.Words()) {
		return text + ", corrected"
	}
	return text + ", correction of " + month.Words()
}

// trueUp puts the difference between what is owed for a charge and what was charged for it on the statement. It says whether there is one.
func (d *drafter) trueUp(c *settledCharge, o owedNow) bool {
	charged := c.first + c.since
	amount := settleUp(o.minor, charged, c.gross, c.givenUp)
	if amount == 0 {
		return false
	}
	due, first, since, move := money.New(o.minor, d.currency), money.New(c.first, d.currency), money.New(c.since, d.currency), money.New(amount, d.currency)
	l := Line{
		Clause: "", Kind: o.kind, Text: corrected(o.text, cal.MonthOf(c.period.From)), Events: []string{c.month(), c.name},
		CountsOn: d.dayIn(c.lines[0].CountsOn, c.period), Quantity: "1", Unit: "correction", Rate: move.String(), RateText: move.Format(), Amount: move,
		Basis: Basis{
			Version: o.version, Clause: o.clause, Rounding: "none: sums of whole amounts", Evidence: o.evidence, Hours: o.hours,
			Inputs: []Input{{"owed as the evidence now says", due.Format()}, {"charged by locked statements", first.Format()}},
			Notes:  o.notes,
		},
	}
	l.Clause = c.lines[0].Clause
	if o.event != "" {
		l.Events = append(l.Events, o.event)
	}
	l.Basis.Formula = fmt.Sprintf("%s (owed) - %s (charged) = %s", due.Format(), first.Format(), move.Format())
	if c.since != 0 {
		l.Basis.Inputs = append(l.Basis.Inputs, Input{"corrected since", since.Format()})
		l.Basis.Formula = fmt.Sprintf("%s (owed) - %s (charged) - %s (corrected since) = %s", due.Format(), first.Format(), since.Format(), move.Format())
	}
	if c.givenUp != 0 {
		left, paid := money.New(amount+charged-c.givenUp, d.currency), money.New(charged-c.givenUp, d.currency)
		l.Basis.Inputs = append(l.Basis.Inputs, Input{"of that given up by the agency", money.New(c.givenUp, d.currency).Format()}, Input{"owed without what was given up", left.Format()})
		l.Basis.Formula = fmt.Sprintf("%s (owed without what was given up) - %s (charged and not given up) = %s", left.Format(), paid.Format(), move.Format())
		l.Basis.Notes = append(l.Basis.Notes, "What the agency gave up stays given up: it is neither charged again nor taken back.")
	}
	l.Basis.Inputs = append(l.Basis.Inputs, o.how...)
	l.Basis.Notes = append(append(l.Basis.Notes, d.rowStory(o.evidence, cal.MonthOf(c.period.From))...), lockedNote)
	d.line(l)
	return true
}

const lockedNote = "A locked statement never changes: this line brings what was charged for its month to what is owed for it now."

// rowStory is what changed of rows since the statements that last charged or corrected the month, where the facts tell.
func (d *drafter) rowStory(rows []Evident, month cal.Month) []string {
	var out []string
	for _, c := range d.facts.Changes {
		of := func(e Evident) bool { return e.Kind == string(c.Kind) && e.ID == c.ID }
		if c.Deal == "" && c.tells(month) && slices.ContainsFunc(rows, of) {
			out = append(out, c.Words())
		}
	}
	return out
}

// heldTrueUp tells that a charge is neither kept nor corrected for want of a fact.
func (d *drafter) heldTrueUp(c *settledCharge, clause, why string) {
	d.issueOnce(Problem, "correction-held", "clause "+clause, "What was charged for %s can be neither kept nor corrected: %s. Mend the evidence and import again.", cal.MonthOf(c.period.From).Words(), why)
}

// rowsOf are the rows of the evidence by id.
func rowsOf[T any](rows []T, id func(T) string) map[string]T {
	out := make(map[string]T, len(rows))
	for _, r := range rows {
		out[id(r)] = r
	}
	return out
}

// rowKey names a row of evidence.
type rowKey struct {
	kind crm.Kind
	id   string
}
