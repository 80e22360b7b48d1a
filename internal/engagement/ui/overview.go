package ui

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) overviewRoutes() []web.Route {
	return []web.Route{get("/clients/{client}/relationship", access.AppointmentSee, p.overview)}
}

// toContract leads to where what this room tells is agreed; nil for who does not see that.
func toContract(r *http.Request, client string) templ.Component {
	if !access.Decide(actor(r), access.ContractSee, access.Of(client)).Allowed {
		return nil
	}
	return kit.Button(kit.ButtonView{Text: "Open the contract", Href: "/clients/" + url.PathEscape(client) + "/contract"})
}

// overview is the head of the room: who is of record for what, and whether both sides keep it.
func (p *Pages) overview(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	found, err := p.Ops.Relationship(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := roomView(r, "Relationship", "", "")
	view.Lede = "Who is of record for what, until when, and whether what was promised is kept."
	if len(found.Contracts) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No contract yet",
			Text: "Who is of record for what, until when, and what follows at the end is read from the contract that both sides have accepted. It will stand here then.", Action: toContract(r, client)}))
	}
	view.Actions = []templ.Component{kit.Button(kit.ButtonView{Text: "Who gets this?", Href: Path(client) + "/who"})}
	offers, err := p.Ops.FirstRefusals(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Offers", Href: offersPath(client)}))
	parts := []templ.Component{under("Promised", promised(r, client, found))}
	if len(found.Lines) == 0 {
		parts = append(parts, under("Of record", kit.Empty(kit.EmptyView{Title: "Nothing is promised by category",
			Text: "The contract says nothing of which categories, brands and markets go to whom. The section appointments of its next version can: exclusive, preferred or of a roster.", Action: toContract(r, client)})))
		return web.Render(w, r, view, kit.Group(append(parts, keptSection(found, offers, nil))...))
	}
	var leak *engagement.Leak
	if access.Decide(actor(r), access.LeakageSee, access.Of(client)).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Leakage", Href: leakagePath(client)}))
		l, err := p.Ops.Leakage(r.Context(), actor(r), client)
		if err != nil {
			return err
		}
		leak = &l
	}
	parts = append(parts, under("Of record on "+found.Today.Words(), kit.Table(ofRecordTable(r, client, found))), keptSection(found, offers, leak), under("Over time", kit.Table(overTime(found))))
	return web.Render(w, r, view, kit.Group(parts...))
}

// under puts components under a heading.
func under(title string, parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return kit.Section(title).Render(templ.WithChildren(ctx, kit.Group(parts...)), w)
	})
}

// promised is each contract in one sentence.
func promised(r *http.Request, client string, found ops.Relationship) templ.Component {
	var items []kit.Definition
	mayOpen := access.Decide(actor(r), access.ContractSee, access.Of(client)).Allowed
	for _, c := range found.Contracts {
		terms := c.TermsOn(found.Today)
		words := fmt.Sprintf("%s appoints %s from %s.", terms.Client, terms.Agency, terms.Term.Start.Words())
		if !mayOpen {
			items = append(items, kit.Definition{Term: c.Name, Value: kit.Text(words)})
			continue
		}
		items = append(items, kit.Definition{Term: c.Name, Value: kit.Group(kit.Text(contract.Pays(terms)+". "+found.Ends[c.ID]+" "), kit.Anchor(kit.Link{Text: "Open the contract", Href: contractPath(client, c.ID)}))})
	}
	return kit.DefinitionList(items...)
}

func contractPath(client, id string) string { return "/clients/" + client + "/contract/" + id }

func ofRecordTable(r *http.Request, client string, found ops.Relationship) kit.TableView {
	v := kit.TableView{Caption: "Who is of record today", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Category"}, {Title: "Brand"}, {Title: "Market"}, {Title: "Of record"}, {Title: "Promise"}, {Title: "Until"}, {Title: "Clause"}}}
	for _, l := range found.Lines {
		cell := []templ.Component{kit.Text(l.Cell.Category), orAny(l.Cell.Brand, "any"), orAny(l.Cell.Market, "any")}
		none := true
		for _, s := range l.Stretches {
			if !s.Period.Contains(found.Today) {
				continue
			}
			for _, h := range s.Holders {
				none = false
				v.Rows = append(v.Rows, kit.Row{Cells: append(cell[:3:3], kit.Text(h.Provider), kit.TwoLines(kit.PillIn(string(h.Promise), promiseTone(h.Promise)), termsOf(h)), untilText(s.Period.To), clauseLink(r, client, h))})
			}
		}
		if none {
			v.Rows = append(v.Rows, kit.Row{Cells: append(cell[:3:3], kit.Unknown("nobody today"), kit.Text(""), kit.Text(""), kit.Text(""))})
		}
	}
	return v
}

func orAny(name, none string) templ.Component {
	if name == "" {
		return kit.Quiet(none)
	}
	return kit.Text(name)
}

func promiseTone(p engagement.Promise) kit.Tone {
	switch p {
	case engagement.Exclusive:
		return kit.Good
	default:
		return kit.Plain
	}
}

// termsOf is what a promise says besides its name.
func termsOf(a engagement.Appointment) string {
	if a.Promise != engagement.Preferred {
		return ""
	}
	words := "asked first, for " + a.FirstRefusal.String()
	if a.MinimumShare.Set {
		words += "; at least " + a.MinimumShare.String()
	}
	return words
}

func untilText(to cal.Date) templ.Component {
	if to == engagement.Forever {
		return kit.Quiet("no end")
	}
	return kit.DateText(to.AddDays(-1))
}

func clauseLink(r *http.Request, client string, a engagement.Appointment) templ.Component {
	words := fmt.Sprintf("%s, version %d, entry %d", a.Name, a.Version, a.Entry)
	if !access.Decide(actor(r), access.ContractSee, access.Of(client)).Allowed {
		return kit.Text(words)
	}
	return kit.Anchor(kit.Link{Text: words, Href: contractPath(client, a.Contract)})
}

// overTime is each cell with its stretches, the gaps too, and a bar for where each lies between the first and the last day of all.
func overTime(found ops.Relationship) kit.TableView {
	v := kit.TableView{Caption: "Who was, is and will be of record", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "For"}, {Title: "Of record"}, {Title: "First day"}, {Title: "Last day"}, {Title: "When", Hint: "the mark is today"}}}
	span := spanOf(found)
	for _, l := range found.Lines {
		for _, s := range l.Stretches {
			who, tone := kit.Unknown("nobody"), kit.Plain
			if !s.Gap() {
				var holders []templ.Component
				for _, h := range s.Holders {
					holders = append(holders, kit.TwoLines(kit.Text(h.Provider), string(h.Promise)))
				}
				who = kit.Group(holders...)
				tone = promiseTone(s.Holders[0].Promise)
			}
			until := untilText(s.Period.To)
			bar := kit.BarView{Label: fmt.Sprintf("from %s to %s", s.Period.From.Words(), s.Period.To.AddDays(-1).Words()), From: place(span, s.Period.From), Fill: place(span, s.Period.To), Mark: place(span, found.Today), Tone: tone}
			if s.Gap() {
				bar.Fill = bar.From
			}
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(l.Cell.Words()), who, kit.DateText(s.Period.From), until, kit.Bar(bar)}})
		}
	}
	return v
}

// spanOf is from the first day of any promise to the last, an open end being a year after today.
func spanOf(found ops.Relationship) cal.Period {
	open := cal.Earlier(engagement.Forever, found.Today.AddMonths(12, found.Today.Day()))
	span := cal.Period{From: found.Today, To: found.Today.AddDays(1)}
	for _, l := range found.Lines {
		for _, s := range l.Stretches {
			to := s.Period.To
			if to == engagement.Forever {
				to = cal.Later(open, s.Period.From)
			}
			span = cal.Period{From: cal.Earlier(span.From, s.Period.From), To: cal.Later(span.To, to)}
		}
	}
	return span
}

// place is where a day lies in the span, in thousandths.
func place(span cal.Period, d cal.Date) int {
	return max(0, min(1000, d.DaysSince(span.From)*1000/max(1, span.Days())))
}

var verdictWords = map[engagement.Verdict]string{engagement.VerdictKept: "kept", engagement.VerdictBroken: "not kept", engagement.VerdictOpen: "still open", engagement.VerdictUnknown: "not known"}

func verdictPill(v engagement.Verdict) templ.Component {
	tone := map[engagement.Verdict]kit.Tone{engagement.VerdictKept: kit.Good, engagement.VerdictBroken: kit.Bad}[v]
	return kit.PillIn(verdictWords[v], tone)
}

// keptSection is what was promised beside being of record, and whether it is kept. Leak is nil for those who do not see money.
func keptSection(found ops.Relationship, offers []ops.FirstRefusal, leak *engagement.Leak) templ.Component {
	v := kit.TableView{Caption: "Promises and whether they are kept", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Promise"}, {Title: "Of"}, {Title: "When"}, {Title: "So far"}, {Title: "Kept"}},
		Empty: kit.Notice(kit.NoticeView{Level: kit.Info, Text: "The contract promises no minimum share and nobody's time, and no work was offered first yet."})}
	if leak != nil {
		for _, s := range leak.Shares {
			so := s.Words()
			if s.Unplaced > 0 {
				so += fmt.Sprintf(". %s", rows(s.Unplaced, "row says", "rows say")) + " too little to be counted"
			} else if s.All.Minor <= 0 {
				so = "nothing spent is known; promised are " + s.Under.MinimumShare.String()
			}
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text("Minimum share of "+s.Under.Cell.Category), s.Under.Provider), kit.Text("the client"), kit.Text(s.Window.Words()), kit.Text(so), verdictPill(s.Verdict())}})
		}
	}
	for _, o := range offers[:min(len(offers), 5)] {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text("First refusal: "+o.Work), o.Provider), kit.Text("both"), kit.DateText(cal.DateOf(o.At, time.UTC)), kit.Text(offerWords[o.State]), kit.PillIn(string(o.State), offerTone(o.State))}})
	}
	for _, m := range found.Resources {
		so := fmt.Sprintf("%s of %s", hours(m.Worked), hours(m.Minutes))
		if !m.Known {
			so = "no time is known; promised are " + hours(m.Minutes)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(m.Promised.Who), string(m.Promised.Kind)+", "+m.Promised.Much()), kit.Text("the agency"), kit.Text(m.Month.Words()), kit.Text(so), verdictPill(m.Verdict())}})
	}
	return under("Whether it is kept", kit.Table(v))
}

func rows(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func hours(minutes int64) string {
	if minutes%60 == 0 {
		return fmt.Sprintf("%d h", minutes/60)
	}
	return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
}
