package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) specialistRoutes() []web.Route {
	const all = "/clients/{client}/relationship/specialists"
	return []web.Route{
		get(all, access.SpecialistSee, p.specialists),
		get(all+"/new", access.ContractEdit, p.showEngage),
		post(all+"/new", access.ContractEdit, p.engage),
	}
}

func specialistsPath(client string) string { return Path(client) + "/specialists" }

// specialists tells the agency who works under it for the client, on which terms, and what came of it.
func (p *Pages) specialists(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	all, err := p.Ops.Specialists(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	var begin templ.Component = templ.NopComponent
	if access.Decide(actor(r), access.ContractEdit, access.Of(client)).Allowed {
		begin = kit.Button(kit.ButtonView{Text: "Engage a specialist", Kind: kit.Primary, Href: specialistsPath(client) + "/new"})
	}
	view := kit.PageView{Title: "Specialists", Room: Room, Crumbs: []kit.Link{{Text: "Relationship", Href: Path(client)}},
		Lede: "Who works under the agency for this client, each by a contract of its own. Only the agency sees this page; a specialist sees its own contract and statements, and the client neither."}
	if len(all) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Nobody is engaged", Action: begin,
			Text: "A specialist's contract says what the agency pays it, for whose touches and hours, and how fast it hands back. The agency drafts its statements each month, from the same evidence as the client's; the specialist accepts or disputes them."}))
	}
	view.Actions = []templ.Component{begin}
	parts := []templ.Component{kit.Table(engagedTable(client, all))}
	for _, s := range all {
		if s.Terms == nil {
			continue
		}
		parts = append(parts, section(s.With.Name+": "+s.Contract.Name, kit.Group(chainOf(s), usedOf(s), kit.Figures(scoreOf(s)...), monthsOf(client, s))))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

func engagedTable(client string, all []ops.Specialist) kit.TableView {
	v := kit.TableView{Caption: "Contracts with specialists", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Organisation"}, {Title: "Contract"}, {Title: "State"}, {Title: "Until"}, {Title: "Promises held"}}}
	for _, s := range all {
		c := s.Contract
		state, until, held := "draft", kit.Quiet("–"), kit.Quiet("–")
		if _, ok := c.Open(); ok {
			state = "proposed"
		}
		if s.Terms != nil {
			state, until, held = "accepted", kit.Text("notice is given"), kit.Text(heldWords(s))
			if end, ok := s.Terms.End(); ok {
				until = kit.DateText(end.AddDays(-1))
			}
		}
		v.Rows = append(v.Rows, kit.Row{ID: c.ID, Cells: []templ.Component{kit.TwoLines(kit.OneLine(s.With.Name), string(s.With.Kind)),
			kit.Anchor(kit.Link{Text: c.Name, Href: "/clients/" + url.PathEscape(client) + "/contract/" + url.PathEscape(c.ID)}), kit.Pill(state), until, held}})
	}
	return v
}

func heldWords(s ops.Specialist) string {
	if len(s.Chain) == 0 {
		return "the client is promised nothing"
	}
	return fmt.Sprintf("%d of %d", len(s.Chain)-len(s.Gaps()), len(s.Chain))
}

// chainOf shows each promise to the client with what the specialist promised under it.
func chainOf(s ops.Specialist) templ.Component {
	if len(s.Chain) == 0 {
		text := "The client's contract promises nothing of how fast, so there is nothing for " + s.With.Name + " to hold."
		promised := engagement.Promises(*s.Terms)
		if len(promised) == 0 {
			return kit.Text(text)
		}
		return kit.Group(kit.Text(text+" It has promised all the same:"), sentences(promised))
	}
	var notices []templ.Component
	for _, l := range s.Gaps() {
		notices = append(notices, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: upper(string(l.Priority)) + ": " + string(l.Held) + ".", Text: upper(l.Words()) + "."}))
	}
	v := kit.TableView{Caption: "What the client is promised, and what holds it", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Priority"}, {Title: "Promised to the client"}, {Title: "Expected of specialists"}, {Title: "Promised by " + s.With.Name}, {Title: "It holds"}}}
	for _, l := range s.Chain {
		own, under := kit.Quiet("not said"), kit.Quiet("nothing")
		if !l.Own.IsZero() {
			own = kit.OneLine(l.Own.String())
		}
		if l.Provider != "" {
			under = kit.TwoLines(kit.OneLine(l.Within.String()), l.Provider)
		}
		row := kit.Row{Cells: []templ.Component{kit.OneLine(string(l.Priority)), kit.TwoLines(kit.OneLine(l.To.String()), l.Client), own, under, kit.Text(string(l.Held))}}
		if l.Held.Gap() {
			row.Tone = kit.Attend
		}
		v.Rows = append(v.Rows, row)
	}
	return kit.Group(append(notices, kit.Table(v))...)
}

// usedOf is how long each side had the requests that were given to the specialist; the parts add up to the whole.
func usedOf(s ops.Specialist) templ.Component {
	if len(s.Used) == 0 {
		return kit.Quiet("No request was given to " + s.With.Name + " under the contract, so nobody has used any of the time promised.")
	}
	v := kit.TableView{Caption: "Working time that each side had its requests", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Priority"}, {Title: "Requests", Align: kit.End}, {Title: "Client", Align: kit.End},
		{Title: "Agency", Align: kit.End}, {Title: s.With.Name, Align: kit.End}, {Title: "Other specialists", Align: kit.End}, {Title: "Together", Align: kit.End}}}
	for _, u := range s.Used {
		row := kit.Row{Cells: []templ.Component{kit.OneLine(string(u.Priority)), kit.Text(strconv.Itoa(u.Requests))}}
		for _, d := range []time.Duration{u.Client, u.Agency, u.Specialist, u.Others, u.Whole()} {
			row.Cells = append(row.Cells, kit.OneLine(cal.Length(d)))
		}
		v.Rows = append(v.Rows, row)
	}
	return kit.Table(v)
}

// scoreOf is what was done and paid beside what came of it.
func scoreOf(s ops.Specialist) []kit.FigureView {
	if s.Score == nil {
		return nil
	}
	sc := *s.Score
	paid := kit.FigureView{Label: "Paid by locked statements", Value: "unknown", Note: "none is locked yet"}
	if sc.Statements > 0 {
		paid.Value, paid.Unit, paid.Note = sc.Paid.Format(), string(sc.Paid.Currency), countedOf(sc.Statements, "statement")
	}
	out := []kit.FigureView{paid}
	margin := kit.FigureView{Label: "Left of the client's fees", Value: "unknown", Note: "no month is locked with both"}
	if left, ok := sc.Margin(); ok {
		margin.Value, margin.Unit, margin.Note = left.Format(), string(left.Currency), fmt.Sprintf("of %s in %s, before the agency's own work", sc.Charged.Format(), countedOf(sc.ForMonth, "month"))
	}
	out = append(out, margin)
	if !sc.Known {
		return append(out, kit.FigureView{Label: "Work", Value: "unknown", Note: "nothing is imported yet"})
	}
	const none = "none recorded"
	hours := kit.FigureView{Label: "Hours", Value: none, Note: "no time entry names a clause of the contract"}
	if sc.Minutes > 0 {
		hours.Value, hours.Note = hoursWords(sc.Minutes), "by time entries that name its clauses"
	}
	deliveries := kit.FigureView{Label: "Deliveries accepted", Value: none, Note: "no delivery names a milestone or piece of it"}
	if sc.Handed > 0 {
		deliveries.Value, deliveries.Unit, deliveries.Note = strconv.Itoa(sc.Accepted), "of "+strconv.Itoa(sc.Handed), ""
	}
	missed := kit.FigureView{Label: "Promises missed", Value: none, Note: "but for those excused"}
	if sc.Missed > 0 {
		missed.Value = strconv.Itoa(sc.Missed)
	}
	out = append(out, hours, deliveries, missed)
	return append(out, outcomeOf(sc.Credited)...)
}

// monthsOf are the statements under the contract, with the next one to draft.
func monthsOf(client string, s ops.Specialist) templ.Component {
	if s.Score == nil {
		return templ.NopComponent
	}
	room := "/clients/" + url.PathEscape(client) + "/statements/"
	v := kit.TableView{Caption: "Statements of " + s.With.Name, Cards: true, Columns: []kit.Column{{Title: "Period"}, {Title: "State"}, {Title: "Total", Align: kit.End}},
		Empty: kit.Empty(kit.EmptyView{Title: "No statement yet", Text: "You draft it from the same evidence as the client's, submit it, and " + s.With.Name + " accepts or disputes each line."})}
	for _, m := range s.Score.Months {
		v.Rows = append(v.Rows, kit.Row{ID: m.ID, Cells: []templ.Component{kit.Anchor(kit.Link{Text: m.Period.Words(), Href: room + url.PathEscape(m.ID)}), kit.Pill(m.State), kit.Money(m.Total)}})
	}
	return kit.Group(kit.Table(v), kit.Button(kit.ButtonView{Text: "Draft a statement", Href: room + "draft?contract=" + url.QueryEscape(s.Contract.ID)}))
}

func outcomeOf(o *engagement.Brought) []kit.FigureView {
	if o == nil {
		return []kit.FigureView{{Label: "Revenue credited to its touches", Value: "unknown", Note: "no month under the contract is over and credited"}}
	}
	out := []kit.FigureView{{Label: "Revenue credited to its touches", Value: o.Revenue.Format(), Unit: string(o.Revenue.Currency), Period: o.In.Words(), Note: countedOf(o.Deals, "won deal")}}
	spend := kit.FigureView{Label: "Spend of its campaigns", Value: "unknown", Note: "no spend is recorded for them"}
	if o.Spend != nil {
		spend.Value, spend.Unit, spend.Note = o.Spend.Format(), string(o.Spend.Currency), ""
	}
	back := kit.FigureView{Label: "Credit for each unit of spend", Value: "unknown", Note: "needs spend that can be told to its campaigns"}
	if o.Return != nil {
		back.Value, back.Note = money.New(*o.Return, "USD").Format(), ""
	}
	return append(out, spend, back)
}

func countedOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (p *Pages) showEngage(w http.ResponseWriter, r *http.Request) error {
	return p.engagePage(w, r, kit.Input{})
}

func (p *Pages) engagePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	orgs, err := p.Ops.Organisations(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Engage a specialist", Narrow: true, Room: Room, Status: in.Status(), Crumbs: []kit.Link{{Text: "Relationship", Href: Path(client)}, {Text: "Specialists", Href: specialistsPath(client)}},
		Lede: "You write the text and propose it; people of the specialist accept, or you record its signature on paper. The client learns nothing of it."}
	if len(orgs) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "There is no specialist or vendor yet", Text: "Add the organisation first. Its people are invited to this client afterwards.",
			Action: kit.Button(kit.ButtonView{Text: "Add an organisation", Kind: kit.Primary, Href: "/organisations/new"})}))
	}
	var options []kit.Option
	for _, o := range orgs {
		options = append(options, kit.Option{Value: o.ID, Text: o.Name + " (" + string(o.Kind) + ")"})
	}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: specialistsPath(client) + "/new", Submit: "Begin the contract", Cancel: specialistsPath(client), Input: in, Fields: []kit.Field{
		{Name: "provider", Label: "With whom", Kind: kit.Select, Options: options},
		{Name: "name", Label: "Name of the contract", Autocomplete: "off", Hint: "Lower case with hyphens, such as brightpath-paid-social. It stays the same in every version."},
	}}))
}

func (p *Pages) engage(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	if !access.SeesInternal(actor(r), client) {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	c, err := p.Ops.Contracts.Engage(r.Context(), actor(r), client, values.Get("provider"), values.Get("name"))
	if web.Correctable(err) {
		return p.engagePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The contract is begun. Nothing is promised until both sides accept a version.")
	web.Redirect(w, r, "/clients/"+url.PathEscape(client)+"/contract/"+url.PathEscape(c.ID)+"/edit")
	return nil
}
