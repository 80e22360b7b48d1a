package ui

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// newestImport is the number of the newest import of the client whose statement was read. The comparison with it has a page of its own,
// because it computes the whole statement again.
func (p *Pages) newestImport(ctx context.Context, st ops.Statement) (newest int64, err error) {
	err = p.Ops.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		newest, err = p.Ops.NewestImport(ctx, tx, st.Client)
		return err
	})
	return newest, err
}

// tabs are the two faces of a statement once there is newer evidence than its own.
func (s sheet) tabs(later bool) []kit.Tab {
	if s.newest <= s.Import {
		return nil
	}
	return []kit.Tab{{Text: "Statement", Href: s.path(""), Current: !later}, {Text: "Later evidence", Href: s.path("/later"), Current: later}}
}

// later says what the newest evidence says otherwise.
func (p *Pages) later(w http.ResponseWriter, r *http.Request) error {
	st, err := p.read(r)
	if err != nil {
		return err
	}
	d, err := p.Ops.Difference(r.Context(), actor(r), st.ID)
	if err != nil {
		return err
	}
	s := sheet{Statement: st, who: actor(r), newest: d.To}
	view := kit.PageView{
		Title: st.Name(), State: kit.Pill(s.stateWord()), Room: Room, Crumbs: crumbs(st.Client), Tabs: s.tabs(true),
		Eyebrow: st.Document.Statement.Agency + " to " + st.Document.Statement.Client,
		Lede:    "What the newest import says otherwise than the evidence that the statement is computed on, by the same terms. A locked statement never changes: what differs is charged or taken back by the next statement, as a correction.",
	}
	return web.Render(w, r, view, s.difference(d))
}

func (s sheet) difference(d ops.Difference) templ.Component {
	if d.Nothing() {
		return kit.Empty(kit.EmptyView{Title: "Nothing differs", Text: "As of import " + strconv.FormatInt(d.To, 10) + " the evidence says the same of everything that decides this statement."})
	}
	unit := string(d.Total.Currency)
	parts := []templ.Component{kit.Figures(
		kit.FigureView{Label: "Total of this statement", Value: figures(d.Total), Unit: unit, Period: "as of import " + strconv.FormatInt(d.From, 10)},
		kit.FigureView{Label: "Computed again", Value: figures(d.Now), Unit: unit, Period: "as of import " + strconv.FormatInt(d.To, 10)},
		kit.FigureView{Label: "Difference", Value: change(d.Now.Sub(d.Total)), Unit: unit, Period: s.consequence(d)},
	)}
	if len(d.Carried) > 0 {
		parts = append(parts, section("Corrected already", kit.Table(s.carried(d))))
	}
	if len(d.Lines) > 0 {
		parts = append(parts, section("Effect on lines", kit.Diff("Effect of later evidence on lines", s.lineChanges(d))))
	}
	if len(d.Facts) > 0 {
		parts = append(parts, section("What changed in the evidence: "+counted(len(d.Facts), "value"), kit.Table(s.factChanges(d)), importLink(s.Client, d.To)))
	}
	return kit.Group(parts...)
}

// consequence says what can come of a difference.
func (s sheet) consequence(d ops.Difference) string {
	switch {
	case d.Now == d.Total && len(d.Carried) == 0:
		return "no line changes in sum"
	case s.State == fees.Locked && !d.Earlier.IsZero():
		return change(d.Earlier) + " of it corrects earlier months, whose statements tell it; of this month " + change(d.Left()) + " is left for the next statement"
	case s.State == fees.Locked && d.Left().IsZero():
		return "all of it is carried by later statements"
	case s.State == fees.Locked && len(d.Carried) > 0:
		return change(d.Left()) + " of it is left for the next statement"
	case s.State == fees.Locked:
		return "the next statement carries it"
	case s.State == fees.Drafted:
		return "draft again to take it in"
	case s.State == fees.Submitted:
		return "withdraw and draft again to take it in"
	}
	return ""
}

// carried are the later statements that corrected this one's month.
func (s sheet) carried(d ops.Difference) kit.TableView {
	v := kit.TableView{Caption: "Corrections of this month on later statements", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Statement"}, {Title: "Corrected", Align: kit.End}}}
	for _, c := range d.Carried {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: c.Period.Words(), Href: statementPath(s.Client, c.Statement)}), kit.Text(change(c.Amount))}})
	}
	return v
}

func (s sheet) lineChanges(d ops.Difference) []kit.DiffRow {
	var out []kit.DiffRow
	for _, c := range d.Lines {
		row, effect := kit.DiffRow{Field: c.Text}, s.amount(0)
		if c.Before != nil {
			row.Before, effect = figures(*c.Before), effect.Sub(*c.Before)
		}
		if c.After != nil {
			row.After, effect = figures(*c.After), effect.Add(*c.After)
		}
		row.Effect = change(effect)
		out = append(out, row)
	}
	return out
}

// mostFacts is how many changed values the page lists.
const mostFacts = 100

// factChanges are the facts with links to their deals.
func (s sheet) factChanges(d ops.Difference) kit.TableView {
	v := kit.TableView{Caption: "What changed in the evidence", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Of"}, {Title: "What"}, {Title: "Before"}, {Title: "Now"}}}
	for i, f := range d.Facts {
		if i == mostFacts {
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Quiet("and " + strconv.Itoa(len(d.Facts)-i) + " more, in the imports since"), nil, nil, nil}})
			break
		}
		of := kit.Text(f.Name)
		if f.Deal != "" {
			of = s.ofEvidence(kit.Link{Text: f.Name, Href: dealPath(s.Client, f.Deal)})
		}
		what := strings.ReplaceAll(string(f.Kind), "_", " ")
		if f.Field != "" {
			what += ": " + strings.ReplaceAll(f.Field, "_", " ")
		}
		if f.Import > 0 {
			what += ", import " + strconv.FormatInt(f.Import, 10)
		}
		before, after := f.Sides(s.Terms.Zone)
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(of, f.ID), kit.Text(what), orNone(before, "not there"), orNone(after, "gone")}})
	}
	return v
}

func orNone(value, none string) templ.Component {
	if value == "" {
		return kit.Quiet(none)
	}
	return kit.Text(value)
}
