package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// contractRoom is the room of the navigation that the pages about a contract mark.
const contractRoom = "contract"

func (p *Pages) worthOfAgreement(w http.ResponseWriter, r *http.Request) error {
	return p.worth(w, r, ops.WorthInput{})
}

func (p *Pages) worthOfVersion(w http.ResponseWriter, r *http.Request) error {
	return p.worth(w, r, ops.WorthInput{Version: r.PathValue("version")})
}

func (p *Pages) worthOfDraft(w http.ResponseWriter, r *http.Request) error {
	return p.worth(w, r, ops.WorthInput{Draft: true})
}

// worth is what a text leaves open and, once it is asked for, what each of its choices is worth.
func (p *Pages) worth(w http.ResponseWriter, r *http.Request, in ops.WorthInput) error {
	in.Contract, in.Price = r.PathValue("contract"), r.URL.Query().Get("price") != ""
	found, err := p.Ops.Worth(r.Context(), actor(r), in)
	if err == nil && found.Contract.Client != r.PathValue("client") {
		err = fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	if err != nil {
		return err
	}
	f := face{Worth: found, path: r.URL.Path, asked: in.Price}
	view := kit.PageView{Title: "What each choice is worth", Eyebrow: found.Contract.Name, Room: contractRoom, Tabs: f.tabs(),
		Crumbs: []kit.Link{{Text: "Contract", Href: f.contract()}},
		Lede:   "Where two readings of the contract would pay differently, it names one. This is what the others would have paid, month by month, on the client's own history."}
	return web.Render(w, r, view, f.body())
}

// face is the page of what a text is worth.
type face struct {
	ops.Worth
	path  string
	asked bool // for prices
}

func (f face) contract() string { return contractPath(f.Contract.Client, f.Contract.ID) }

func (f face) versionPath(v contract.Version) string {
	return f.contract() + "/versions/" + url.PathEscape(v.ID) + "/worth"
}

// tabs lead from what is agreed to what is proposed and to the draft, where there is more than one of them.
func (f face) tabs() []kit.Tab {
	var out []kit.Tab
	if len(f.Contract.Accepted()) > 0 {
		out = append(out, kit.Tab{Text: "As agreed", Href: f.contract() + "/worth", Current: !f.Draft && f.Version == nil})
	}
	open, proposed := f.Contract.Open()
	if proposed {
		out = append(out, kit.Tab{Text: "Version " + strconv.Itoa(open.Number) + ", proposed", Href: f.versionPath(open), Current: f.Version != nil && f.Version.ID == open.ID})
	}
	if f.Version != nil && (!proposed || f.Version.ID != open.ID) {
		out = append(out, kit.Tab{Text: "Version " + strconv.Itoa(f.Version.Number), Href: f.versionPath(*f.Version), Current: true})
	}
	if f.HasDraft {
		out = append(out, kit.Tab{Text: "Draft", Href: f.contract() + "/edit/worth", Current: f.Draft})
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

func (f face) body() templ.Component {
	if len(f.Problems) > 0 {
		n := kit.NoticeView{Level: kit.Warning, Title: counted(len(f.Problems), "thing") + " to mend first.", Text: "A text with problems has no price. The editor names each with its line and the words to write.",
			Links: []kit.Link{{Text: "Open the draft", Href: f.contract() + "/edit"}}}
		return kit.Notice(n)
	}
	var parts []templ.Component
	switch {
	case f.Prices != nil:
		parts = append(parts, kit.Figures(f.figures()...), section("What each choice is worth", kit.Table(f.choices())))
		if still := f.still(); len(still) > 0 {
			parts = append(parts, section("Nothing on this history hangs on", listing(still)))
		}
	case !f.asked:
		parts = append(parts, section("What each choice is worth", kit.Group(
			paragraph("The last twelve months that the newest import covers whole are drafted again from the newest import: once as the text is written, then once for each other reading of each choice. The names in the text, of channels, lists and metrics, are compared with those of the evidence. It takes a few seconds, longer the longer the contract has run, and nothing is kept."),
			kit.Button(kit.ButtonView{Text: "Price the choices", Kind: kit.Primary, Href: f.path + "?price=yes"}))))
	case f.Import == 0:
		parts = append(parts, kit.Empty(kit.EmptyView{Title: "There is no history yet", Text: "What a choice is worth is told by what the client's CRM says of the last twelve months. Import it, and the text can be priced before anybody signs it.",
			Action: kit.Button(kit.ButtonView{Text: "Open the evidence", Kind: kit.Primary, Href: clientPath(f.Contract.Client) + "/evidence"})}))
	default:
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "This text cannot be tried on months before it begins.", Text: "Write each date and each choice on one line, and save it again."}))
	}
	return kit.Group(append(parts, section(f.openTitle(), f.open()))...)
}

func (f face) openTitle() string {
	if len(f.Findings) == 0 {
		return "What it leaves open"
	}
	return "What it leaves open: " + counted(len(f.Findings), "thing")
}

func (f face) open() templ.Component {
	if len(f.Findings) == 0 {
		return kit.Notice(kit.NoticeView{Level: kit.Done, Text: "Nothing that the program looks for."})
	}
	var issues []kit.IssueView
	for _, one := range f.Findings {
		level := kit.Info
		if one.Severity == contract.Warning {
			level = kit.Warning
		}
		issues = append(issues, kit.IssueView{Level: level, Where: one.Where(), Text: one.Words()})
	}
	return kit.Issues(issues)
}

func (f face) figures() []kit.FigureView {
	p := *f.Prices
	unit, months := string(p.Currency), monthsWords(p.Months)
	written := kit.FigureView{Label: "As written", Value: figures(p.Written.Total), Unit: unit, Period: months + ", as of import " + strconv.FormatInt(f.Import, 10)}
	if !f.AsIfFrom.IsZero() {
		written.Note = "as if it had begun on " + f.AsIfFrom.Words()
	}
	for _, n := range p.Needs {
		written.Note = strings.TrimPrefix(written.Note+"; "+n.Words()+", so what hangs on it is unknown", "; ")
	}
	out := []kit.FigureView{written}
	if len(p.Choices) > 0 && p.Moves(p.Choices[0]) && len(p.Choices[0].MovesMost().Needs) == 0 {
		choice := p.Choices[0]
		r := choice.MovesMost()
		out = append(out, kit.FigureView{Label: "Moves most", Value: change(r.Difference), Unit: unit, Note: choice.Name, Period: r.Other + " in place of " + choice.Written})
	}
	return append(out, kit.FigureView{Label: "Held out", Value: strconv.Itoa(p.Written.Held), Unit: strings.TrimPrefix(counted(p.Written.Held, "question"), strconv.Itoa(p.Written.Held)+" "),
		Period: "for want of a fact; what hangs on them is in no total"})
}

// choices are the readings that differ from what is written, the choice that moves most first.
func (f face) choices() kit.TableView {
	p := *f.Prices
	v := kit.TableView{Caption: "What each other reading would have paid", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Choice"}, {Title: "Written"}, {Title: "Other reading"}, {Title: "Difference", Align: kit.End, Hint: string(p.Currency) + ", over the months"}, {Title: "Held out", Align: kit.End, Hint: "questions"},
	}, Empty: kit.Empty(kit.EmptyView{Title: "No choice moves anything", Text: "On this history every reading of every choice comes to the same."})}
	for _, c := range p.Choices {
		if !p.Moves(c) {
			continue
		}
		for i, r := range c.Readings {
			name := kit.Text(c.Name)
			if i > 0 {
				name = kit.Quiet(c.Name)
			}
			row := kit.Row{Cells: []templ.Component{name, kit.Quiet(c.Written), kit.Text(r.Other), differs(r), kit.Quiet(more(r.Held - p.Written.Held))}}
			if i == len(c.Readings)-1 {
				row.Below = opening("Month by month", c.Name, kit.Table(f.months(c)))
			}
			v.Rows = append(v.Rows, row)
		}
	}
	return v
}

// differs is the difference of a reading, or what the history lacks to tell it.
func differs(r fees.ReadingPrice) templ.Component {
	if len(r.Needs) > 0 {
		return kit.Quiet("needs " + strings.Join(r.Needs, ", "))
	}
	return moved(r.Difference)
}

// moved is a difference; a reading that comes to the same is told quietly.
func moved(a money.Amount) templ.Component {
	if a.Minor == 0 {
		return kit.Quiet("0")
	}
	return kit.Text(change(a))
}

// more is how many more questions hold money out.
func more(n int) string {
	switch {
	case n == 0:
		return "–"
	case n > 0:
		return "+" + strconv.Itoa(n)
	}
	return trueMinus(strconv.Itoa(n))
}

// months puts the readings of a choice side by side.
func (f face) months(c fees.ChoicePrice) kit.TableView {
	p := *f.Prices
	readings := slices.DeleteFunc(slices.Clone(c.Readings), func(r fees.ReadingPrice) bool { return len(r.Needs) > 0 })
	v := kit.TableView{Caption: c.Name + ", month by month", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Month"}, {Title: "As written", Align: kit.End, Hint: c.Written}}}
	total := kit.Row{Total: true, Cells: []templ.Component{kit.Text("Together"), kit.Text(figures(p.Written.Total))}}
	for _, r := range readings {
		v.Columns = append(v.Columns, kit.Column{Title: r.Other, Align: kit.End})
		total.Cells = append(total.Cells, kit.Text(figures(r.Total)))
	}
	for i, m := range p.Months {
		row := kit.Row{Cells: []templ.Component{kit.Text(m.Words()), kit.Text(figures(p.Written.Totals[i]))}}
		for _, r := range readings {
			cell := kit.Text(figures(r.Totals[i]))
			if r.Totals[i] == p.Written.Totals[i] {
				cell = kit.Quiet(figures(r.Totals[i]))
			}
			row.Cells = append(row.Cells, cell)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Foot = []kit.Row{total}
	return v
}

// still are the choices of which every reading comes to the same on this history.
func (f face) still() []string {
	var out []string
	for _, c := range f.Prices.Choices {
		if !f.Prices.Moves(c) {
			others := make([]string, len(c.Readings))
			for i, r := range c.Readings {
				others[i] = r.Other
			}
			out = append(out, fmt.Sprintf("%s: %s, not %s", c.Name, c.Written, strings.Join(others, ", ")))
		}
	}
	return out
}
