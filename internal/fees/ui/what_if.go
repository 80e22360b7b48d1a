package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// trialSeed draws the same resamples for everybody who looks.
const trialSeed = 1

func (p *Pages) showWhatIf(w http.ResponseWriter, r *http.Request) error {
	return p.whatIf(w, r, ops.WhatIfInput{}, url.Values{"models": {"yes"}})
}

// runWhatIf computes, or, when a text was chosen to go on with, shows it in the form.
func (p *Pages) runWhatIf(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := ops.WhatIfInput{Run: values.Get("do") != "edit", Source: values.Get("source"), Models: values.Get("models") != "", Seed: trialSeed,
		Numbers: ops.ModelNumbers{Yearly: values.Get("yearly"), Fixed: values.Get("fixed"), Reduced: values.Get("reduced"), Share: values.Get("share")}}
	if in.Source != "" {
		in.Source += "\n"
	}
	var faults fault.List
	for field, to := range map[string]*cal.Month{"from": &in.From, "to": &in.To} {
		if text := values.Get(field); text != "" {
			if *to, err = cal.ParseMonth(text); err != nil {
				faults.Add(fault.New(fault.Invalid, "month", "write the month as 2026-03").At(field))
			}
		}
	}
	if len(faults) > 0 {
		in.Run = false
	}
	return p.whatIf(w, r, in, values, faults...)
}

// whatIf is the page: what came of a trial, and the form for the next.
func (p *Pages) whatIf(w http.ResponseWriter, r *http.Request, in ops.WhatIfInput, values url.Values, faults ...*fault.Fault) error {
	in.Contract = r.PathValue("contract")
	if len(faults) > 0 {
		in.From, in.To = cal.Month{}, cal.Month{}
	}
	found, err := p.Ops.WhatIf(r.Context(), actor(r), in)
	read := found.Terms.Source != ""
	if read && found.Contract.Client != r.PathValue("client") {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	if err != nil && (!read || !web.Correctable(err) && !fault.Is(err, fault.TooLarge)) {
		return err
	}
	f := trialFace{WhatIf: found, values: values, asked: in.Run, path: contractPath(found.Contract.Client, found.Contract.ID)}
	f.input = f.inputOf(err, faults)
	view := kit.PageView{Title: "What if", Eyebrow: found.Contract.Name, Room: contractRoom, Status: f.input.Status(), Crumbs: []kit.Link{{Text: "Contract", Href: f.path}},
		Lede: "Change terms on a copy, and see what past months would have come to: the contract as it stands, your copy, and the three usual ways to pay, on one history. Nothing is kept."}
	if access.Decide(actor(r), access.MonthEndSee, access.Scope{}).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Month end", Href: MonthEndPath}))
	}
	return web.Render(w, r, view, f.body())
}

// trialFace is the page of a trial.
type trialFace struct {
	ops.WhatIf
	values url.Values
	input  kit.Input
	asked  bool
	path   string // of the contract
}

// inputOf is what was typed, with what was wrong with it: the months and numbers at their fields, the text at its lines.
func (f trialFace) inputOf(err error, faults []*fault.Fault) kit.Input {
	var all fault.List
	for _, one := range append(append(faults, f.Problems...), fault.All(err)...) {
		switch one.Field {
		case "months":
			one = one.At("source")
		case "currency":
			if one.Line == 0 {
				one = one.At("source")
			}
		}
		all.Add(one)
	}
	return kit.Input{Values: f.filled(), Err: all.Err()}
}

// filled are the values with those to begin with in the place of what was not sent.
func (f trialFace) filled() url.Values {
	out := url.Values{"source": {f.Begin}, "from": {f.From.String()}, "to": {f.To.String()}}
	usual := contract.UsualNumbers(money.Amount{})
	for name, part := range map[string]string{"fixed": usual.Fixed.String(), "reduced": usual.Reduced.String(), "share": usual.Share.String()} {
		out.Set(name, part)
	}
	for name := range f.values {
		out.Set(name, f.values.Get(name))
	}
	return out
}

func (f trialFace) body() templ.Component {
	var parts []templ.Component
	switch {
	case f.Tried != nil:
		parts = append(parts, f.figures(), section("Side by side", kit.Group(kit.Table(f.sides()), f.locked())))
		if grounds := fees.GroundWords(*f.Tried); len(grounds) > 0 {
			parts = append(parts, section("What the models rest on", listing(typesetAll(grounds))))
		}
		parts = append(parts, section("How sure it is", kit.Group(paragraph(fees.RangeWords(f.Tried.Comparison)), paragraph(whatStands))))
	case f.asked && f.Import == 0 && f.input.Err == nil:
		parts = append(parts, kit.Empty(kit.EmptyView{Title: "There is no history yet", Text: "Terms are tried on what the client's CRM says of past months. Import it first.",
			Action: kit.Button(kit.ButtonView{Text: "Open the evidence", Kind: kit.Primary, Href: clientPath(f.Contract.Client) + "/evidence"})}))
	}
	parts = append(parts, section("Try other terms", kit.Form(f.form())))
	if len(f.Problems) > 0 {
		parts = append(parts, section("The text by line", kit.Code(kit.CodeView{Label: "The text that was tried, by line", Text: strings.TrimRight(f.Source, "\n")})))
	}
	return kit.Group(parts...)
}

// whatStands says what a resample leaves as it was.
const whatStands = "The dearest month is the client's worst, the leanest the agency's. What is not paid for a deal stands in every resample as it was: retainers, hours, readings of metrics, leads, deliveries, purchases. So a bonus or a milestone shows no range here. That is no promise that it is certain: the history has too few of them to draw from."

func (f trialFace) form() kit.FormView {
	return kit.FormView{Action: f.path + "/what-if", Submit: "See what it comes to", Cancel: f.path, Input: f.input, Fields: []kit.Field{
		{Kind: kit.Source, Name: "source", Label: "A copy of the contract", Rows: 24, Optional: true, Hint: "Change it as you like. It is tried as if it had been in force since the contract began. Empty it to compare with the models alone."},
		{Kind: kit.Month, Name: "from", Label: "First month", Optional: true, Hint: "As 2026-01."},
		{Kind: kit.Month, Name: "to", Label: "Last month", Optional: true, Hint: "Months in which the contract did not run are left out."},
		{Kind: kit.Checkbox, Name: "models", Label: "Compare with the three pay models", Optional: true},
		{Kind: kit.Decimal, Name: "yearly", Label: "What a year of them pays at target", Optional: true, Unit: string(f.Terms.Currency), Hint: "Empty: what the contract as it stands came to, to the nearest 1,000."},
		{Kind: kit.Decimal, Name: "fixed", Label: "Fixed part beside a bonus", Optional: true},
		{Kind: kit.Decimal, Name: "reduced", Label: "Retainer beside a share of revenue", Optional: true, Hint: "Of the year's amount."},
		{Kind: kit.Decimal, Name: "share", Label: "Share of revenue", Optional: true, Hint: "2 % to 5 % are usual."},
	}}
}

// figures tell the contract as it stands and what the copy changes.
func (f trialFace) figures() templ.Component {
	t, unit := f.Tried, string(f.Tried.Currency)
	now := t.Sides[0]
	period := monthsWords(t.Months) + ", as of import " + strconv.FormatInt(f.Import, 10)
	first := kit.FigureView{Label: "As it stands", Value: figures(now.Total), Unit: unit, Period: period, Note: between(now)}
	if !t.AsIfFrom.IsZero() {
		first.Note = "all as if they had begun on " + t.AsIfFrom.Words()
	}
	if len(now.Needs) > 0 {
		first.Value, first.Unit, first.Note = "unknown", "", "needs "+now.Needs[0].What
	}
	out := []kit.FigureView{first}
	if s, ok := f.copied(); ok && len(s.Needs) == 0 && len(now.Needs) == 0 {
		out = append(out, kit.FigureView{Label: "Your copy", Value: change(s.Total.Sub(now.Total)), Unit: unit, Period: figures(s.Total) + " in the same months", Note: between(s)})
		if of := f.Tried.Sides[1]; f.Tried.Throughout && len(of.Needs) == 0 {
			out = append(out, kit.FigureView{Label: "Of it by your changes", Value: change(s.Total.Sub(of.Total)), Unit: unit, Period: "the rest by the latest version in place of those before it"})
		}
	}
	return kit.Figures(out...)
}

func (f trialFace) copied() (fees.SidePrice, bool) {
	if f.Source == "" {
		return fees.SidePrice{}, false
	}
	return f.Tried.Sides[1+f.throughout()], true
}

// throughout is how many sides stand between the contract and the copy.
func (f trialFace) throughout() int {
	if f.Tried.Throughout {
		return 1
	}
	return 0
}

// between is the range in words; empty where there is none.
func between(s fees.SidePrice) string {
	if s.Range == nil || !s.Varies {
		return ""
	}
	return "range " + figures(s.Range.Low) + " to " + figures(s.Range.High)
}

func (f trialFace) sides() kit.TableView {
	unit := string(f.Tried.Currency)
	v := kit.TableView{Caption: "What each would have come to", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Terms"}, {Title: "On this history", Align: kit.End, Hint: unit}, {Title: "Expected", Align: kit.End, Hint: "mean"}, {Title: "10 % to 90 %", Hint: "mark: expected"},
		{Title: "Difference", Align: kit.End, Hint: "expected"}, {Title: "Dearest, leanest month", Align: kit.End},
	}}
	for i, s := range f.Tried.Sides {
		below := opening("By clause and month, and the text", s.Name, f.detail(i, s))
		if len(s.Needs) > 0 {
			below = kit.Group(listing(fees.Notes(*f.Tried, s)), below)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: f.cells(s), Below: below})
	}
	return v
}

// locked says how the contract as it stands hangs together with its locked statements, each linked.
func (f trialFace) locked() templ.Component {
	all := fees.BesideLocked(*f.Tried, f.Locked)
	if len(all) == 0 {
		return kit.Group()
	}
	unit := string(f.Tried.Currency)
	v := kit.TableView{Caption: "As it stands beside the locked statements", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Locked statement"}, {Title: "It charged", Align: kit.End, Hint: unit},
		{Title: "As it stands", Align: kit.End, Hint: unit}, {Title: "Difference", Align: kit.End, Hint: unit}}}
	for _, a := range all {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: a.Month.Words(), Href: statementPath(f.Contract.Client, a.Statement)}), kit.Text(figures(a.Charged)), kit.Text(figures(a.Here)), moved(a.Difference())}})
	}
	return kit.Group(kit.Quiet("Beside the locked statements"), listing(typesetAll(fees.LockedWords(all))), opening("Each month beside its locked statement", fees.NowName, kit.Table(v)))
}

func (f trialFace) cells(s fees.SidePrice) []templ.Component {
	none := kit.Quiet("–")
	if len(s.Needs) > 0 {
		return []templ.Component{kit.Text(s.Name), kit.Unknown(""), none, none, none, none}
	}
	cells := []templ.Component{kit.Text(s.Name), kit.Text(figures(s.Total)), none, none, none}
	if s.Held > 0 {
		cells[0] = kit.TwoLines(cells[0], counted(s.Held, "question")+" held out")
	}
	if s.Range != nil {
		cells[2], cells[3] = kit.Text(figures(s.Range.Expected)), kit.TwoLines(kit.Bar(f.bar(s)), spread(s.Range))
	}
	if s.Against != nil && s.Name != fees.NowName {
		cells[4] = kit.TwoLines(moved(s.Against.Expected), fmt.Sprintf("less in %d of %d resamples", s.Cheaper, f.Tried.Resamples))
	}
	return append(cells, kit.TwoLines(kit.Text(f.month(s, s.Dearest())), f.month(s, s.Leanest())))
}

func (f trialFace) month(s fees.SidePrice, at int) string {
	return figures(s.Totals[at]) + " in " + f.Tried.Months[at].Words()
}

// bar goes from the 10th to the 90th percentile on the scale of all sides, marked at what is expected.
func (f trialFace) bar(s fees.SidePrice) kit.BarView {
	most := int64(1)
	for _, other := range f.Tried.Sides {
		if other.Range != nil {
			most = max(most, other.Range.High.Minor)
		}
	}
	part := func(minor int64) int { return int(money.MulDiv(max(0, minor), 1000, most, money.Down)) }
	return kit.BarView{Label: fmt.Sprintf("%s: expected %s, 10 %% %s, 90 %% %s", s.Name, figures(s.Range.Expected), figures(s.Range.Low), figures(s.Range.High)),
		From: part(s.Range.Low.Minor), Fill: part(s.Range.High.Minor), Mark: part(s.Range.Expected.Minor), Tone: kit.Active}
}

// detail is what stands behind a side: what its numbers do not tell, its clauses month by month, its text and what can be done with it.
func (f trialFace) detail(at int, s fees.SidePrice) templ.Component {
	var parts []templ.Component
	if notes := fees.Notes(*f.Tried, s); len(notes) > 0 && len(s.Needs) == 0 {
		parts = append(parts, listing(notes))
	}
	if len(s.Asked) > 0 {
		var held []kit.IssueView
		for _, i := range s.Asked {
			held = append(held, issueOf(i, f.Contract.Client, f.path))
		}
		parts = append(parts, kit.Quiet("Held out: money may be owed, but a fact is missing"), kit.Issues(held))
	}
	parts = append(parts, kit.Table(f.byClause(s)))
	if versions := f.Tried.Versions; at == 0 && len(versions) > 1 {
		parts = append(parts, paragraph("Each month follows the version of its days, so the months before the latest version follow earlier texts:"), listing(fees.VersionWords(*f.Tried)))
		for _, v := range versions {
			name := "version " + strconv.Itoa(v.Version)
			parts = append(parts, opening("The text of "+name, s.Name+", "+name, sourceText(v.Source)))
		}
		return kit.Group(parts...)
	}
	source := f.Tried.Texts[at].Source
	parts = append(parts, opening("The text", s.Name, sourceText(source)), acts(f.steps(at, source)))
	return kit.Group(parts...)
}

func (f trialFace) byClause(s fees.SidePrice) kit.TableView {
	v := kit.TableView{Caption: s.Name + ", by clause and month", Quiet: true, Columns: []kit.Column{{Title: "Month"}}}
	total := kit.Row{Total: true, Cells: []templ.Component{kit.Text("Together")}}
	for _, c := range s.Clauses {
		v.Columns = append(v.Columns, kit.Column{Title: c.Clause, Align: kit.End, Hint: strings.ToLower(contract.KindName(c.Kind))})
		if s.Unknown(c.Clause) {
			total.Cells = append(total.Cells, kit.Unknown(""))
			continue
		}
		total.Cells = append(total.Cells, kit.Text(figures(c.Total)))
	}
	v.Columns = append(v.Columns, kit.Column{Title: "Together", Align: kit.End, Hint: known(s)}, kit.Column{Title: "10 % to 90 %", Align: kit.End})
	total.Cells = append(total.Cells, kit.Text(figures(s.Total)), kit.Quiet(spread(s.Range)))
	for i, m := range f.Tried.Months {
		row := kit.Row{Cells: []templ.Component{kit.Text(m.Words())}}
		for _, c := range s.Clauses {
			cell := kit.Text(figures(c.Totals[i]))
			if s.Unknown(c.Clause) {
				cell = kit.Quiet("–")
			}
			row.Cells = append(row.Cells, cell)
		}
		var of *fees.Range
		if s.ByMonth != nil {
			of = &s.ByMonth[i]
		}
		row.Cells = append(row.Cells, kit.Text(figures(s.Totals[i])), kit.Quiet(spread(of)))
		v.Rows = append(v.Rows, row)
	}
	v.Foot = []kit.Row{total}
	return v
}

func known(s fees.SidePrice) string {
	if len(s.Needs) > 0 {
		return "of what is known"
	}
	return ""
}

// spread is a range in a cell.
func spread(r *fees.Range) string {
	switch {
	case r == nil:
		return "–"
	case r.Low == r.High:
		return "the same"
	}
	return figures(r.Low) + " to " + figures(r.High)
}

// steps lead from a text to the copy in the form, and to the agency's draft. Neither saves anything.
func (f trialFace) steps(at int, source string) []templ.Component {
	hidden := func(more ...string) []kit.Field {
		out := []kit.Field{{Name: "source", Value: source}}
		for i := 0; i < len(more); i += 2 {
			out = append(out, kit.Field{Name: more[i], Value: more[i+1]})
		}
		return out
	}
	var out []templ.Component
	if at > 0 {
		out = append(out, kit.Button(kit.ButtonView{Text: "Change this text", Post: f.path + "/what-if", Hidden: hidden("do", "edit", "from", f.From.String(), "to", f.To.String(), "models", f.values.Get("models"))}))
	}
	if at > 0 && f.MayEdit {
		out = append(out, kit.Button(kit.ButtonView{Text: "Take this as draft", Post: f.path + "/edit", Hidden: hidden("do", "check", "revision", strconv.Itoa(f.Revision))}))
	}
	return out
}
