package ui

import (
	"net/http"
	"net/url"
	"strconv"
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

func (p *Pages) orderRoutes() []web.Route {
	const all = "/clients/{client}/relationship/change-orders"
	return []web.Route{
		get(all, access.ContractSee, p.orders),
		get(all+"/new", access.ContractPropose, p.newOrder),
		post(all+"/new", access.ContractPropose, p.previewOrder),
		post(all+"/issue", access.ContractPropose, p.issueOrder),
		get(all+"/{order}", access.ContractSee, p.showOrder),
	}
}

func ordersPath(client string) string { return Path(client) + "/change-orders" }

func orderPath(o ops.ChangeOrder) string { return ordersPath(o.Client) + "/" + url.PathEscape(o.ID) }

func versionPath(o ops.ChangeOrder) string {
	return "/clients/" + url.PathEscape(o.Client) + "/contract/" + url.PathEscape(o.Contract) + "/versions/" + url.PathEscape(o.Version.ID)
}

func (p *Pages) orders(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	list, err := p.Ops.Orders(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := roomView(r, "Change orders", "change-orders", "")
	view.Lede = "Each states its cost, its schedule and what it does to the fee. When both sides have accepted it, it is the next version of the contract."
	var write templ.Component
	if access.Decide(actor(r), access.ContractPropose, access.Of(client)).Allowed {
		write = kit.Button(kit.ButtonView{Text: "Write a change order", Kind: kit.Primary, Href: ordersPath(client) + "/new"})
	}
	if len(list) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No change order yet",
			Text: "Work outside the scope, another fee, other hours or a later date are agreed in a change order, so that both sides see what it costs before it is done.", Action: write}))
	}
	if write != nil {
		view.Actions = append(view.Actions, write)
	}
	table := kit.TableView{Caption: "Change orders, the newest first", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Order"}, {Title: "State"}, {Title: "Effect on the fee"}, {Title: "From"}, {Title: "Issued"}}}
	for _, o := range list {
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: number(o.Number) + ". " + o.Title, Href: orderPath(o)}), o.Name), kit.Pill(stateWords(o)), kit.Text(o.Effect().Words()),
			kit.DateText(o.Terms.Effective), kit.TwoLines(kit.DateText(cal.DateOf(o.IssuedAt, o.Terms.Zone)), "by "+o.ByName)}})
	}
	return web.Render(w, r, view, kit.Table(table))
}

// stateWords is where the order stands: as the version that it is.
func stateWords(o ops.ChangeOrder) string {
	switch o.Version.State() {
	case contract.Accepted:
		return "accepted"
	case contract.Withdrawn:
		if o.Version.Withdrawal.Declined() {
			return "declined"
		}
		return "withdrawn"
	}
	return "waiting"
}

func (p *Pages) newOrder(w http.ResponseWriter, r *http.Request) error {
	in := kit.Input{}
	if query := r.URL.Query(); query.Get("request") != "" {
		in.Values = query
	}
	return p.orderForm(w, r, in)
}

func (p *Pages) orderForm(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	contracts, err := p.Ops.Binding(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Write a change order", Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "Relationship", Href: Path(client)}, {Text: "Change orders", Href: ordersPath(client)}},
		Lede: "Fill in what changes and leave the rest empty. You see the whole effect before anything is sent."}
	if len(contracts) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Nothing is agreed yet", Text: "A change order changes a contract that both sides have accepted."}))
	}
	waiting, err := p.waiting(r, contracts)
	if err != nil {
		return err
	}
	fields := []kit.Field{{Name: "request", Kind: kit.Hidden}}
	fields = append(fields, orderFields(contracts)...)
	return web.Render(w, r, view, kit.Group(append(waiting, kit.Form(kit.FormView{Action: ordersPath(client) + "/new", Fields: fields, Submit: "Look at the effect", Cancel: ordersPath(client), Input: in}))...))
}

// waiting leads to each proposal that stands in the way of another order.
func (p *Pages) waiting(r *http.Request, contracts []ops.Binding) ([]templ.Component, error) {
	var out []templ.Component
	for _, c := range contracts {
		open, ok := c.Open()
		if !ok {
			continue
		}
		orders, err := p.Ops.Orders(r.Context(), actor(r), c.Client)
		if err != nil {
			return nil, err
		}
		link := kit.Link{Text: "Version " + number(open.Number), Href: contractPath(c.Client, c.ID) + "/versions/" + url.PathEscape(open.ID)}
		for _, o := range orders {
			if o.Version.ID == open.ID {
				link = kit.Link{Text: "Change order " + number(o.Number), Href: orderPath(o)}
			}
		}
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "A proposal of " + c.Name + " waits for an answer.",
			Text: "Another order of this contract can be issued when it is accepted, declined or withdrawn.", Links: []kit.Link{link}}))
	}
	return out, nil
}

func (p *Pages) previewOrder(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	var o ops.ChangeOrder
	in, err := p.orderOf(r, values)
	if err == nil {
		o, err = p.Ops.PreviewOrder(r.Context(), actor(r), in)
	}
	if web.Correctable(err) {
		return p.orderForm(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	return p.confirmOrder(w, r, values, o)
}

// confirmOrder shows exactly what will be sent.
func (p *Pages) confirmOrder(w http.ResponseWriter, r *http.Request, values url.Values, o ops.ChangeOrder) error {
	client := r.PathValue("client")
	view := kit.PageView{Title: "Issue change order " + number(o.Number), Eyebrow: o.Name, Room: Room, Crumbs: []kit.Link{{Text: "Relationship", Href: Path(client)}, {Text: "Change orders", Href: ordersPath(client)}}}
	hidden := []kit.Field{{Name: "sha256", Value: o.Terms.SHA256}}
	for name := range values {
		if name != "sha256" && values.Get(name) != "" {
			hidden = append(hidden, kit.Field{Name: name, Value: values.Get(name)})
		}
	}
	return web.Render(w, r, view, confirm(kit.ConfirmView{
		Action: ordersPath(client) + "/issue", What: "To " + o.Terms.Client + " you offer the change order " + o.Title + ".", Hidden: hidden, Button: "Issue change order " + number(o.Number), Cancel: ordersPath(client),
		Bound: []kit.Definition{{Term: "Effect on the fee", Value: kit.Text(o.Effect().Words())}, {Term: "Applies from", Value: kit.DateText(o.Terms.Effective)}, {Term: "SHA-256 of the text", Value: kit.Hash(o.Terms.SHA256)}},
		Follows: []string{"It is version " + number(o.Terms.Version) + " of the contract once both sides have accepted. Until then the terms in force stay.",
			"Nobody can edit it any more. It can be withdrawn until both sides have accepted."},
	}, orderBody(o)))
}

func (p *Pages) issueOrder(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	var o ops.ChangeOrder
	in, err := p.orderOf(r, values)
	if err == nil {
		o, err = p.Ops.IssueOrder(r.Context(), actor(r), in)
	}
	if web.Correctable(err) {
		return p.orderForm(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Change order "+number(o.Number)+" is issued. It binds when both sides have accepted it.")
	web.Redirect(w, r, orderPath(o))
	return nil
}

func (p *Pages) showOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := p.Ops.Order(r.Context(), actor(r), r.PathValue("order"))
	if err != nil {
		return err
	}
	if o.Client != r.PathValue("client") {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	view := kit.PageView{Title: "Change order " + number(o.Number) + ": " + o.Title, Eyebrow: o.Name, Room: Room, State: kit.Pill(stateWords(o)),
		Crumbs: []kit.Link{{Text: "Relationship", Href: Path(o.Client)}, {Text: "Change orders", Href: ordersPath(o.Client)}}, Lede: o.Effect().Words()}
	facts := []kit.Definition{{Term: "Applies from", Value: kit.DateText(o.Terms.Effective)}, {Term: "Issued", Value: kit.MomentText(o.IssuedAt, o.Terms.Zone)}, {Term: "By", Value: kit.OneLine(o.ByName)},
		{Term: "Is version", Value: kit.Anchor(kit.Link{Text: number(o.Terms.Version) + " of " + o.Name, Href: versionPath(o)})}}
	for _, a := range o.Version.Acceptances {
		facts = append(facts, kit.Definition{Term: "Accepted for the " + string(a.Side), Value: kit.TwoLines(kit.MomentText(a.At, o.Terms.Zone), a.ByName)})
	}
	if o.Version.State() == contract.Proposed && access.Decide(actor(r), access.ContractAccept, access.Of(o.Client)).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Read and answer", Kind: kit.Primary, Href: versionPath(o)}))
	}
	if back := o.Version.Withdrawal; back != nil {
		facts = append(facts, kit.Definition{Term: upper(stateWords(o)), Value: kit.TwoLines(kit.MomentText(back.At, o.Terms.Zone), back.ByName)}, kit.Definition{Term: "Because", Value: kit.Text(back.Reason)})
	}
	if o.Version.State() == contract.Proposed && access.Decide(actor(r), access.ContractAcceptClient, access.Of(o.Client)).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Decline", Href: versionPath(o) + "/decline"}))
	}
	return web.Render(w, r, view, kit.Group(section("Where it stands", kit.DefinitionList(facts...)), orderBody(o)))
}

// orderBody is the order itself: why, cost, schedule, and every choice of the contract that it changes.
func orderBody(o ops.ChangeOrder) templ.Component {
	parts := []templ.Component{section("Why", kit.Text(o.Reason))}
	costs := kit.TableView{Caption: "What changes in fees and prices", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "What"}, {Title: "Before", Align: kit.End}, {Title: "After", Align: kit.End}, {Title: "Change", Align: kit.End}}}
	for _, l := range o.Effect().Lines {
		costs.Rows = append(costs.Rows, kit.Row{Cells: []templ.Component{kit.Text(l.Words), kit.Amount(l.Before), kit.Amount(l.After), kit.Amount(l.Change)}})
	}
	if len(costs.Rows) == 0 {
		parts = append(parts, section("Cost", kit.Text("No fee and no price changes.")))
	} else {
		said := []templ.Component{kit.Text(o.Effect().Words())}
		for _, p := range o.Shared {
			said = append(said, kit.Text(p.Words()))
		}
		parts = append(parts, section("Cost", kit.Group(append(said, kit.Table(costs))...)))
	}
	schedule := templ.Component(kit.Text("No date moves."))
	if len(o.Shifts) > 0 {
		words := make([]string, len(o.Shifts))
		for i, s := range o.Shifts {
			words[i] = upper(s.Words()) + "."
		}
		schedule = saidOf(words)
	}
	parts = append(parts, section("Schedule", schedule))
	if fresh := o.NewSentences(); len(fresh) > 0 {
		parts = append(parts, section("What it says in words", saidOf(fresh)))
	}
	var rows []kit.DiffRow
	for _, c := range o.Changes() {
		rows = append(rows, kit.DiffRow{Field: c.Name, Before: c.Before, After: c.After})
	}
	return kit.Group(append(parts, section("In the contract", kit.Diff("Choices of the contract that change", rows)))...)
}

func number(n int) string { return strconv.Itoa(n) }

func hoursWords(minutes int64) string { return engagement.Length(minutes) }

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
