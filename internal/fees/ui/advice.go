package ui

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// adviceLimits is what the advisor cannot know.
const adviceLimits = "That the choice of a pay model hangs on the hygiene of the CRM, the clarity of attribution and the predictability of the sales cycle is the field's experience. Where good ends and poor begins is this program's own choice: each figure names its line, so that you can draw another one."

// showAdvice is the page of the advisor.
func (p *Pages) showAdvice(w http.ResponseWriter, r *http.Request) error {
	found, err := p.Ops.Advise(r.Context(), actor(r), r.PathValue("contract"))
	if err != nil {
		return err
	}
	if found.Contract.Client != r.PathValue("client") {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	f := adviceFace{found, contractPath(found.Contract.Client, found.Contract.ID)}
	view := kit.PageView{Title: "Which pay model fits", Eyebrow: found.Contract.Name, Room: contractRoom, Crumbs: []kit.Link{{Text: "Contract", Href: f.path}},
		Lede: "What the client's evidence can carry: 70/30, a reduced retainer with a share of revenue, or milestones. Nothing is kept."}
	view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "What if", Href: f.path + "/what-if"}))
	return web.Render(w, r, view, f.body())
}

type adviceFace struct {
	ops.Advice
	path string
}

func (f adviceFace) evidence() string { return clientPath(f.Contract.Client) + "/evidence" }

func (f adviceFace) body() templ.Component {
	if f.Import == 0 {
		return kit.Empty(kit.EmptyView{Title: "There is no evidence yet", Text: "The advisor measures what the client's CRM says. Import it first.",
			Action: kit.Button(kit.ButtonView{Text: "Open the evidence", Kind: kit.Primary, Href: f.evidence()})})
	}
	parts := []templ.Component{
		kit.Figures(f.figures()...),
		section("Why", listing(append(append([]string{}, f.Advice.Advice.Why...), f.Advice.Advice.Terms...))),
		section("What it rests on", kit.Table(f.measures())),
		section("What each model would have paid", f.paid()),
	}
	if f.Untried == nil {
		if months := f.trial().byMonth(); months != nil {
			parts = append(parts, section("Month by month", months))
		}
	}
	return kit.Group(append(parts, section("How to read it", kit.Group(paragraph(f.Ran), paragraph(adviceLimits))))...)
}

func (f adviceFace) figures() []kit.FigureView {
	a := f.Advice.Advice
	fits := kit.FigureView{Label: "What fits", Value: fees.ModelWords(a.Model), Period: "measured on " + f.On.Words() + ", as of import " + strconv.FormatInt(f.Import, 10)}
	out := []kit.FigureView{fits}
	for _, g := range a.Graded {
		out = append(out, kit.FigureView{Label: g.Name, Value: string(g.Grade), Note: g.Value, Tone: gradeTone(g.Grade)})
	}
	return out
}

func gradeTone(g fees.Grade) kit.Tone {
	switch g {
	case fees.Good:
		return kit.Good
	case fees.Fair:
		return kit.Attend
	case fees.Poor:
		return kit.Bad
	}
	return kit.Plain
}

// measures are the three with their reasons, and what would have to improve.
func (f adviceFace) measures() kit.TableView {
	v := kit.TableView{Caption: "The three measures", Quiet: true, Columns: []kit.Column{{Title: "Measure"}, {Title: "Measured"}, {Title: "Grade", Align: kit.End}}}
	for i, g := range f.Advice.Advice.Graded {
		below := []templ.Component{listing(typesetAll(g.Why))}
		if len(g.Better) > 0 {
			below = append(below, kit.Quiet("What would have to improve, the most first"), listing(g.Better))
		}
		switch i {
		case 0:
			below = append(below, kit.Anchor(kit.Link{Text: "The checks, and the records to mend", Href: f.evidence() + "/hygiene"}))
		case 1:
			if len(f.Measured.Earned) > 0 {
				below = append(below, opening("What marketing earns by each model", g.Name, kit.Group(kit.Table(f.earned()), paragraph(termsAside), acts(f.comparisons()))))
			}
			if f.Measured.Versions > 1 && len(f.Measured.Agreed.Versions) > 0 {
				below = append(below, opening("By the text in force when each deal was won", g.Name, kit.Group(kit.Table(f.agreedClarity()), kit.Table(f.agreedEarned()))))
			}
			if table := f.unclear(); len(table.Rows) > 0 {
				below = append(below, opening("The deals that are not clear", g.Name, kit.Table(table)))
			}
		default:
			if table := f.quartiles(); len(table.Rows) > 0 {
				below = append(below, opening("How long deals took", g.Name, kit.Table(table)))
			}
			below = append(below, kit.Anchor(kit.Link{Text: "The won deals as of this import", Href: f.evidence() + "/deals?" + url.Values{"outcome": {"won"}, "as_of": {strconv.FormatInt(f.Import, 10)}}.Encode()}))
			if table := f.slipped(); len(table.Rows) > 0 {
				below = append(below, opening("The deals that slipped", g.Name, kit.Table(table)))
			}
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(g.Name), kit.Text(g.Value), kit.PillIn(string(g.Grade), gradeTone(g.Grade))}, Below: kit.Group(below...)})
	}
	return v
}

// termsAside says why the page that compares models may show other figures.
const termsAside = "All deals are measured here by the latest text of the contract, by which the next deals would be paid. The comparison of models counts whole months (“On twelve months” opens those that the pay models are tried on), and, unless it is asked for one lookback and edge, each deal by the terms of its day. So its spread may be another, and on the other side of the line: ask it for both."

// earned is what the spread between the models is made of.
func (f adviceFace) earned() kit.TableView {
	c := f.Measured.Clarity
	return earnedTable("What marketing earns by each model, "+c.Period.Words(), attribution.Earning{By: f.Measured.Earned, Of: c.Of}, c.Deals)
}

// agreedEarned is the same with each deal by the text in force when it was won.
func (f adviceFace) agreedEarned() kit.TableView {
	deals, _, earned := f.Measured.Agreed.Together()
	return earnedTable("What marketing earns by the texts of their days, "+f.Measured.Clarity.Period.Words(), earned, deals)
}

func earnedTable(caption string, e attribution.Earning, deals int64) kit.TableView {
	v := kit.TableView{Caption: caption, Quiet: true, Columns: []kit.Column{{Title: "Model"}, {Title: "Earned", Align: kit.End, Hint: string(e.Of.Currency)}, {Title: "Of won revenue", Align: kit.End}}}
	for _, by := range e.By {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(sentence(fees.TouchWords(by.Model))), kit.Text(figures(by.Amount)), kit.Text(fees.PartWords(by.Amount, e.Of))}})
	}
	v.Foot = []kit.Row{{Total: true, Cells: []templ.Component{kit.Text(counted(int(deals), "deal") + " won"), kit.Text(figures(e.Of)), nil}}}
	return v
}

// agreedClarity is what is clear of the deals won under each version.
func (f adviceFace) agreedClarity() kit.TableView {
	deals, clear, earned := f.Measured.Agreed.Together()
	v := kit.TableView{Caption: "What is clear by the text of each deal's day", Quiet: true, Columns: []kit.Column{{Title: "Text"}, {Title: "Deals", Align: kit.End}, {Title: "Clear", Align: kit.End, Hint: string(earned.Of.Currency)}, {Title: "Won", Align: kit.End}, {Title: "Of won revenue", Align: kit.End}}}
	row := func(name string, deals int64, clear, of money.Amount) kit.Row {
		return kit.Row{Cells: []templ.Component{kit.Text(name), kit.Text(strconv.FormatInt(deals, 10)), kit.Text(figures(clear)), kit.Text(figures(of)), kit.Text(fees.PartWords(clear, of))}}
	}
	for _, u := range f.Measured.Agreed.Versions {
		v.Rows = append(v.Rows, row("Version "+strconv.Itoa(u.Version), u.Clarity.Deals, u.Clarity.Clear, u.Clarity.Of))
	}
	total := row("Together", deals, clear, earned.Of)
	total.Total = true
	v.Foot = []kit.Row{total}
	return v
}

// comparisons lead to the page that compares models, on the months that the days of clarity, or of the cycle, are in: by the lookback and edge that
// were measured by, and as agreed on each deal's day.
func (f adviceFace) comparisons() []templ.Component {
	lookback, edge := fees.RanBy(f.Terms).Window()
	to := func(text string, in cal.Period, latest bool) templ.Component {
		asked := url.Values{"from": {cal.MonthOf(in.From).String()}, "to": {cal.MonthOf(in.Last()).String()}, "as_of": {strconv.FormatInt(f.Import, 10)}}
		if latest && lookback != "" {
			asked.Set("lookback", lookback)
		}
		if latest && edge != "" {
			asked.Set("edge", edge)
		}
		return kit.Button(kit.ButtonView{Text: text, Href: f.evidence() + "/attribution?" + asked.Encode()})
	}
	year := cal.Period{From: f.Paid.From.First(), To: f.Paid.To.Next().First()} // whole months, as those that the models were tried on
	return []templ.Component{to("Compare the models on these months", f.Measured.Clarity.Period, true), to("On twelve months, "+year.Words(), year, true), to("As agreed on each deal's day", year, false)}
}

// quartiles are the days below which a quarter, half and three quarters of the deals closed.
func (f adviceFace) quartiles() kit.TableView {
	c := f.Measured.Cycle
	v := kit.TableView{Caption: "Days from creation to close, " + c.Period().Words(), Quiet: true, Columns: []kit.Column{{Title: "Of " + counted(int(c.Deals), "deal")}, {Title: "Took at most", Align: kit.End, Hint: "days"}}}
	if !c.Enough() {
		return v
	}
	for i, part := range [...]string{"A quarter", "Half (the median)", "Three quarters"} {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(part), kit.Text(c.Quartiles[i].String())}})
	}
	return v
}

// dealsShown is how many deals are listed below a measure.
const dealsShown = 100

func (f adviceFace) unclear() kit.TableView {
	c := f.Measured.Clarity
	v := kit.TableView{Caption: "Won deals that are not clear", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Deal"}, {Title: "Won", Align: kit.End, Hint: string(c.Of.Currency)}, {Title: "What it lacks"}}}
	for i, u := range c.Failing {
		if i == dealsShown {
			v.Foot = append(v.Foot, kit.Row{Cells: []templ.Component{kit.Quiet("and " + counted(len(c.Failing)-dealsShown, "more deal")), nil, nil}})
			break
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: nameOr(u.Deal.Name, u.Deal.ID), Href: dealPath(f.Contract.Client, u.Deal.ID)}), kit.Text(figures(u.Deal.Amount)), kit.Text(kit.Sentence(u.Words()))}})
	}
	for _, left := range c.LeftOut {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: nameOr(left.Name, left.ID), Href: dealPath(f.Contract.Client, left.ID)}), kit.Quiet("not counted"), kit.Text(kit.Sentence(left.Why))}})
	}
	return v
}

func (f adviceFace) slipped() kit.TableView {
	v := kit.TableView{Caption: "Deals that closed more than 30 days after their forecast", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Deal"}, {Title: "What happened"}}}
	for _, s := range f.Measured.Cycle.Slipped[:min(dealsShown, len(f.Measured.Cycle.Slipped))] {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: nameOr(s.Name, s.ID), Href: dealPath(f.Contract.Client, s.ID)}), kit.Text(kit.Sentence(s.Why))}})
	}
	return v
}

func nameOr(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

// paid is what the contract and the models come to on the history, and how often results can be paid for.
func (f adviceFace) paid() templ.Component {
	cadence := paragraph(f.Advice.Advice.Cadence.Words)
	if f.Untried != nil {
		return kit.Group(kit.Notice(kit.NoticeView{Level: kit.Info, Text: kit.Sentence(f.Untried.Message) + "."}), cadence)
	}
	return kit.Group(kit.Table(f.trial().sides()), f.trial().locked(), paragraph(fees.RangeWords(f.Paid.Tried.Comparison)), kit.Quiet("What the numbers of the models rest on"), listing(typesetAll(fees.GroundWords(*f.Paid.Tried))), cadence, paragraph(whatStands))
}

// trial is the comparison as the page of other terms shows it.
func (f adviceFace) trial() trialFace {
	return trialFace{WhatIf: f.Paid, values: url.Values{"models": {"yes"}}, path: f.path}
}
