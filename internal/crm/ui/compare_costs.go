package ui

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// costs are what the difference costs, and what the newest evidence would make of statements on earlier evidence. Without any such statement they are offered to
// whoever may see statements: a month that no statement is of yet costs, too.
func (c comparePage) costs() []templ.Component {
	if len(c.Touched) == 0 && !c.costly {
		return nil
	}
	title := "Statements on earlier evidence, and what it costs"
	if len(c.Touched) == 0 {
		title = "What it costs"
	}
	var inside []templ.Component
	switch {
	case len(c.Touched)+len(c.toldMonths()) > 0:
		inside = append(inside, kit.Table(c.statementTable()), kit.Quiet(c.costWords()))
	case c.priced:
		inside = append(inside, kit.Quiet("It changes what is charged of no month up to the later evidence."))
	}
	if c.Uncosted > 0 {
		inside = append(inside, kit.Quiet("Not computed, and in no sum: "+counted(int64(c.Uncosted), "older month")+". The command ofrecord evidence compare computes more with --costs."))
	}
	return []templ.Component{part(title, kit.Group(inside...), c.costLink())}
}

// toldMonths are the months without a touched statement of which the difference costs something, or may.
func (c comparePage) toldMonths() (out []ops.MonthCost) {
	for _, m := range c.Months {
		if m.Tells() {
			out = append(out, m)
		}
	}
	return out
}

// statementTable are the statements that were given before the later evidence, what it would make of them, and what the difference costs of each month.
func (c comparePage) statementTable() kit.TableView {
	v := kit.TableView{Caption: "Statements that were given on earlier evidence, and what the difference costs", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Statement"}, {Title: "State"},
		{Title: "Its records that differ", Align: kit.End}, {Title: "As given", Align: kit.End}, {Title: "This difference costs", Align: kit.End}, {Title: "Computed again", Align: kit.End},
		{Title: "Still to correct", Align: kit.End}, {Title: "Why"}}}
	for _, t := range c.Touched {
		v.Rows = append(v.Rows, c.statementRow(t))
	}
	for _, m := range c.toldMonths() {
		name, state := kit.Text(m.Name), kit.Quiet("no statement yet")
		line := kit.Quiet("–")
		if m.Statement != "" {
			path := c.statementPath(m.Statement)
			name = kit.TwoLines(kit.Anchor(kit.Link{Text: m.Name, Href: path}), "on import "+strconv.FormatInt(m.Import, 10))
			state, line = kit.TwoLines(kit.Pill(m.State), "holds it already"), kit.Anchor(kit.Link{Text: "Line by line", Href: path + "/later"})
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{name, state, kit.Quiet("–"), kit.Quiet("–"), differs(&m), kit.Quiet("–"), kit.Quiet("–"), line}})
	}
	if len(v.Rows) > 0 {
		v.Rows[0].ID = "statements"
	}
	v.Foot = c.together()
	return v
}

func (c comparePage) statementPath(id string) string {
	return "/clients/" + url.PathEscape(c.in.Client) + "/statements/" + url.PathEscape(id)
}

func (c comparePage) statementRow(t ops.Touched) kit.Row {
	path := c.statementPath(t.ID)
	row := kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Anchor(kit.Link{Text: t.Name, Href: path}), "on import "+strconv.FormatInt(t.Import, 10)), kit.Pill(t.State),
		number(int64(t.Rows)), kit.Money(t.Total), differs(t.This), kit.Quiet("not computed"), kit.Quiet("not computed"), kit.Anchor(kit.Link{Text: "Line by line", Href: path + "/later"})}}
	if t.Rows > 0 {
		row.Tone = kit.Attend
		row.Cells[2] = kit.Anchor(kit.Link{Text: count(int64(t.Rows)), Href: c.with("statement", t.ID) + "#rows"})
	}
	if t.Draft() {
		row.Cells[1] = kit.TwoLines(kit.Pill(t.State), "not locked")
	}
	if t.Cost != nil {
		row.Cells[5], row.Cells[6] = kit.Money(t.Cost.Now), kit.Money(t.Cost.Left)
	}
	if t.Cost != nil && t.Draft() {
		row.Cells[6] = kit.Quiet("nothing: draft it again")
	}
	return row
}

// differs is what the difference costs of a month; what is held out of it is said.
func differs(m *ops.MonthCost) templ.Component {
	switch {
	case m == nil:
		return kit.Quiet("not computed")
	case len(m.Held) > 0:
		return kit.TwoLines(kit.Money(m.Differs), heldWords(len(m.Held)))
	}
	return kit.Money(m.Differs)
}

func heldWords(n int) string {
	return "without " + counted(int64(n), "thing") + " held for want of a fact"
}

// together are the sums, one row a currency.
func (c comparePage) together() (out []kit.Row) {
	this, left := c.ThisCosts(), c.Together()
	in := func(sums []money.Amount, currency money.Currency) *money.Amount {
		for _, s := range sums {
			if s.Currency == currency {
				return &s
			}
		}
		return nil
	}
	var currencies []money.Currency
	for _, s := range slices.Concat(this, left) {
		if !slices.Contains(currencies, s.Currency) {
			currencies = append(currencies, s.Currency)
		}
	}
	for _, currency := range currencies {
		row := kit.Row{Cells: []templ.Component{kit.Text("Together"), nil, nil, nil, nil, nil, nil, nil}}
		if s := in(this, currency); s != nil {
			row.Cells[4] = differs(&ops.MonthCost{Differs: *s, Held: make([]string, c.Unknown())})
		}
		if s := in(left, currency); s != nil {
			row.Cells[6] = kit.Money(*s)
		}
		out = append(out, row)
	}
	return out
}

func (c comparePage) costWords() string {
	newest := "the newest evidence"
	if c.To.No < c.Latest {
		newest = "import " + strconv.FormatInt(c.Latest, 10) + ", the newest,"
	}
	return strings.Join([]string{
		"This difference costs: what is charged for the month by the same terms on the later of the two moments, less on the earlier. It stays the same whatever is imported afterwards.",
		"Computed again is on " + newest + " and still to correct is what that differs of the month, less what later statements corrected already: what the next statement carries. What a statement corrects of earlier months is told at those, so that rows can be added.",
		"A locked statement never changes, and what it rests on is never deleted. A draft has nothing to correct: drafted again, it rests on the newest evidence. A new record can cost, too, though no statement rested on it: only computing tells.",
	}, " ")
}

func (c comparePage) costLink() templ.Component {
	switch {
	case !c.costly:
		return kit.Quiet("")
	case c.priced:
		_, query, _ := strings.Cut(c.with("cost", "yes"), "?")
		return kit.Anchor(kit.Link{Text: "Costs as CSV", Href: base(c.r) + "/compare-costs.csv?" + query})
	}
	return kit.Button(kit.ButtonView{Text: "Compute what it would cost", Href: c.with("cost", "yes") + "#statements"})
}
