package ui

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) scopeRoutes() []web.Route {
	return []web.Route{get("/clients/{client}/relationship/scope", access.ContractSee, p.scope)}
}

func scopePath(client string) string { return Path(client) + "/scope" }

// scope tells what work the fees cover, and answers whether a piece of work would be in scope.
func (p *Pages) scope(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	today, err := p.Ops.Today(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	ask, asked, err := askOf(query, today)
	in := kit.Input{Err: err}
	if asked {
		if query.Get("day") == "" {
			query.Set("day", today.String())
		}
		in.Values = query
	}
	all, err := p.Ops.Scope(r.Context(), actor(r), client, ask.Day)
	if err != nil {
		return err
	}
	view := roomView(r, "Scope", "scope", "")
	view.Status, view.Lede = in.Status(), "What the fees cover, what draws hours, and what needs an agreement of its own."
	if len(all) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No contract is in force on " + ask.Day.Words(),
			Text: "The scope is a section of the contract: kinds of work, each covered by a fee, drawn from a retainer's hours, by change order, or not offered."}))
	}
	var parts []templ.Component
	for _, s := range all {
		parts = append(parts, scopeOf(s, len(all) > 1))
	}
	parts = append(parts, section("Would it be in scope?", kit.Group(answers(r, all, ask, asked && in.Err == nil), askForm(client, all, ask, in))))
	return web.Render(w, r, view, kit.Group(parts...))
}

func scopeOf(s ops.Scoped, named bool) templ.Component {
	title := "What is agreed"
	if named {
		title = s.Name
	}
	if s.Terms.Scope == nil {
		return section(title, kit.Text("Version "+number(s.Terms.Version)+" says nothing of the scope, so each request needs a person's word and a reason."))
	}
	table := kit.TableView{Caption: "Kinds of work under " + s.Terms.Scope.SOW, Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Work"}, {Title: "Category"}, {Title: "How it is paid"}, {Title: "One request at most"}, {Title: "Hours left", Align: kit.End}}}
	for _, work := range s.Terms.Scope.Work {
		most, left := kit.Quiet("any size"), kit.Quiet("–")
		if work.EachAtMost > 0 {
			most = kit.OneLine(hoursWords(work.EachAtMost))
		}
		if work.Is == contract.ByChangeOrder || work.Is == contract.NotOffered {
			most = kit.Quiet("–")
		}
		if work.Of != "" {
			left = kit.Unknown("the hours worked are not known")
			if at, known := s.Positions[work.Of]; known {
				left = kit.OneLine(hoursWords(max(at.AtHand, 0)))
			}
		}
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.OneLine(work.Name), work.Covers), kit.OneLine(work.Category), kit.OneLine(paidWords(work)), most, left}})
	}
	other := "Other work needs a change order."
	if s.Terms.Scope.Otherwise == contract.NotOffered {
		other = "Other work is declined."
	}
	return section(title, kit.Group(kit.Text(s.Terms.Scope.SOW+", version "+number(s.Terms.Version)+" of the contract."), kit.Table(table), kit.Quiet(other)))
}

func paidWords(w contract.ScopeWork) string {
	switch w.Is {
	case contract.InScope:
		return "by the fees"
	case contract.DrawsRetainer:
		return "hours of " + w.Of
	case contract.ByChangeOrder:
		return "by change order"
	}
	return "not offered"
}

// askOf reads what is asked; asked is false on the page as it is opened.
func askOf(query url.Values, today cal.Date) (ask engagement.Ask, asked bool, err error) {
	ask = engagement.Ask{Day: today, Category: strings.TrimSpace(query.Get("category")), Work: query.Get("work")}
	asked = ask.Category != "" || ask.Work != ""
	var faults fault.List
	if text := query.Get("day"); text != "" {
		if day, bad := cal.ParseDate(text); bad != nil {
			faults.Add(fault.New(fault.Invalid, "day", "Write the day as 2026-04-07.").At("day"))
		} else {
			ask.Day = day
		}
	}
	if text := strings.TrimSpace(query.Get("hours")); text != "" {
		minutes, ok := engagement.ParseHours(text)
		if !ok {
			faults.Add(fault.New(fault.Invalid, "hours", "Write hours such as 7.5, at most 10,000.").At("hours"))
		}
		ask.Minutes, ask.Estimate = minutes, ok
	}
	return ask, asked, faults.Err()
}

func askForm(client string, all []ops.Scoped, ask engagement.Ask, in kit.Input) templ.Component {
	work := []kit.Option{{Value: "", Text: "by the category"}}
	for _, s := range all {
		if s.Terms.Scope != nil {
			for _, w := range s.Terms.Scope.Work {
				work = append(work, kit.Option{Value: w.Name, Text: w.Name + ": " + w.Covers})
			}
		}
	}
	return asking(scopePath(client), in.Fill([]kit.Field{
		{Name: "work", Label: "Work", Kind: kit.Select, Options: work, Value: ask.Work, Optional: true},
		{Name: "category", Label: "Or its category", Value: ask.Category, Optional: true, Hint: "As the contract names it, such as paid-media."},
		{Name: "hours", Label: "Estimated hours", Kind: kit.Decimal, Optional: true},
		{Name: "day", Label: "Asked on", Kind: kit.Date, Value: ask.Day.String(), Optional: true, Hint: "The terms in force on that day decide."},
	}))
}

// answers are what each contract with a scope says; nothing is kept.
func answers(r *http.Request, all []ops.Scoped, ask engagement.Ask, asked bool) templ.Component {
	if !asked {
		return kit.Text("Nothing is recorded here: it only tells what the contract says.")
	}
	var out []templ.Component
	for _, s := range all {
		if s.Terms.Scope == nil && len(all) > 1 {
			continue
		}
		in := engagement.Resolve(s.Terms, ask, s.Positions)
		n := kit.NoticeView{Level: kit.Info, Title: upper(in.Words()) + ".", Text: strings.Join(in.Reasons, " ") + in.Missing}
		switch in.Answer {
		case engagement.AnswerOpen, engagement.AnswerChangeOrder:
			n.Level = kit.Warning
		case engagement.AnswerInScope, engagement.AnswerDraws:
			n.Level = kit.Done
		}
		if len(all) > 1 {
			n.Title = s.Name + ": " + in.Words() + "."
		}
		if in.Answer == engagement.AnswerChangeOrder {
			if client := r.PathValue("client"); access.Decide(actor(r), access.ContractPropose, access.Of(client)).Allowed {
				n.Links = append(n.Links, kit.Link{Text: "Write a change order", Href: ordersPath(client) + "/new"})
			} else {
				n.Text += " The agency writes it; you read and answer it under change orders."
			}
		}
		out = append(out, kit.Notice(n))
	}
	return kit.Group(out...)
}
