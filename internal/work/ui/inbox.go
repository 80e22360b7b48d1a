package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (p *Pages) inboxRoutes() []web.Route {
	return []web.Route{
		get("/clients/{client}/work", access.RequestSee, p.client),
		get("/clients/{client}/work/board", access.RequestSee, p.board),
		get(InboxPath, access.InboxSee, p.inbox),
		get(InboxPath+"/mine", access.InboxSee, p.mine),
	}
}

// mailbox is a list of requests under its tabs.
type mailbox struct {
	view   kit.PageView
	filter ops.Filter
	client bool // of one client: its name needs no column
	scoped bool // the person is told how requests stand to the scope
	fresh  string
	empty  kit.EmptyView
}

func (p *Pages) client(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	box := mailbox{client: true, filter: ops.Filter{Client: client}, view: kit.PageView{Title: "Work", Room: Room, Tabs: tabsFor(r, 0),
		Lede: "What was asked, and what is due first."},
		empty: kit.EmptyView{Title: "Nothing was asked yet", Text: "A request begins with a short brief. From then on its clocks run as the contract promises, and everything that is said about it stands here, for both sides."}}
	if access.Decide(actor(r), access.RequestOpen, access.Of(client)).Allowed {
		box.fresh = Path(client) + "/new"
		box.empty.Action = kit.Button(kit.ButtonView{Text: "Write the first request", Kind: kit.Primary, Href: box.fresh})
		box.view.Actions = append(box.view.Actions, kit.Button(kit.ButtonView{Text: "New request", Kind: kit.Primary, Href: box.fresh}))
	}
	if access.Decide(actor(r), access.MailSort, access.Of(client)).Allowed {
		box.view.Actions = append(box.view.Actions, kit.Button(kit.ButtonView{Text: "Mail", Href: mailPath(client)}))
	}
	return p.show(w, r, box)
}

func tabs(client string, at int) []kit.Tab {
	all := []kit.Tab{{Text: "Inbox", Href: Path(client)}, {Text: "Board", Href: Path(client) + "/board"}, {Text: "Promises", Href: Path(client) + "/promises"}}
	all[at].Current = true
	return all
}

// tabsFor leaves out what somebody may not see who sees some of the requests only.
func tabsFor(r *http.Request, at int) []kit.Tab {
	client := r.PathValue("client")
	all := tabs(client, at)
	if !access.Decide(actor(r), access.RequestSee, access.Of(client)).Allowed {
		return all[:2]
	}
	return all
}

func (p *Pages) inbox(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, p.ofWorkspace(r, 0, ops.Filter{}, "Inbox", "The requests of all your clients, what is due first on top."))
}

func (p *Pages) mine(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, p.ofWorkspace(r, 1, ops.Filter{Assignee: actor(r).Account}, "My work", "The requests that were given to you, what is due first on top."))
}

func (p *Pages) ofWorkspace(r *http.Request, at int, f ops.Filter, title, lede string) mailbox {
	all := []kit.Tab{{Text: "All clients", Href: InboxPath}, {Text: "My work", Href: InboxPath + "/mine"}}
	all[at].Current = true
	view := kit.PageView{Title: title, Lede: lede, Room: InboxRoom, Tabs: all}
	if access.Decide(actor(r), access.RequestFormsEdit, access.Scope{}).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "What briefs ask", Href: briefsPath}))
	}
	if access.Decide(actor(r), access.MailSort, access.Scope{}).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Mail", Href: mailPath("")}))
	}
	return mailbox{view: view, filter: f, empty: kit.EmptyView{Title: "Nothing here", Text: "Requests are opened on the page of a client, under Work. Those of all your clients stand here together, so that the one that is due first is seen first."}}
}

// show answers with the list that the address asks for.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, box mailbox) error {
	list := kit.ParseList(r)
	f := box.filter
	f.Stage, f.Priority, f.Category, f.Words = work.Stage(list.Filter("stage")), contract.Priority(list.Filter("priority")), list.Filter("category"), list.Filter("q")
	f.Scope = list.Filter("scope")
	box.scoped = toldOfScope(actor(r))
	f.Open, f.After = f.Stage == "" && f.Words == "", list.Query.Get("after")
	if f.Assignee == "" {
		f.Assignee = whoAsked(r, list)
	}
	page, err := p.Ops.List(r.Context(), actor(r), f)
	if err != nil {
		return err
	}
	forms, err := p.Ops.Forms(r.Context(), actor(r), box.filter.Client)
	if err != nil {
		return err
	}
	views, err := p.views(r, box.filter.Client, false)
	if err != nil {
		return err
	}
	table := box.table(page, forms.Forms)
	table.Filters = list.Filters(box.filters(forms.Forms)...)
	table.Empty = kit.Empty(box.empty)
	if list.Filtered() {
		table.Empty = kit.Empty(kit.EmptyView{Title: "Nothing is found", Text: "No request is like that. Words are looked for as a whole: in titles, briefs and messages."})
	}
	parts := []templ.Component{views}
	if gone := goneNotice(list.Query, forms.Forms); gone != nil {
		parts = append(parts, gone)
	}
	parts = append(parts, kit.Table(table), kit.Quiet(foresightRule))
	if page.Next != "" {
		q := url.Values{}
		for k, v := range list.Query {
			q[k] = v
		}
		q.Set("after", page.Next)
		parts = append(parts, kit.Button(kit.ButtonView{Text: "Further requests", Href: list.Path + "?" + q.Encode()}))
	}
	return web.Render(w, r, box.view, keys(box.fresh, kit.Group(parts...)))
}

// whoAsked is the person whose requests are asked for. Of a person that there is not, nothing is found.
func whoAsked(r *http.Request, list kit.List) string {
	switch who := list.Filter("who"); who {
	case "me":
		return actor(r).Account
	case "nobody":
		return ops.Nobody
	default:
		return who
	}
}

func (box mailbox) filters(forms work.Forms) []kit.Field {
	stage := kit.Field{Name: "stage", Label: "Where it is", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "all that are open"}}}
	for _, s := range work.Stages() {
		stage.Options = append(stage.Options, kit.Option{Value: string(s), Text: s.Words()})
	}
	priority := kit.Field{Name: "priority", Label: "Priority", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "any"}}}
	for _, x := range contract.Priorities() {
		priority.Options = append(priority.Options, kit.Option{Value: string(x), Text: string(x)})
	}
	category := kit.Field{Name: "category", Label: "About", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "anything"}}}
	for _, x := range forms {
		category.Options = append(category.Options, kit.Option{Value: x.Category, Text: x.Title})
	}
	out := []kit.Field{{Name: "q", Label: "Search", Kind: kit.Search, Optional: true}, stage, priority, category}
	if box.scoped {
		out = append(out, scopeFilter())
	}
	if box.filter.Assignee == "" {
		out = append(out, kit.Field{Name: "who", Label: "Who", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "anybody"}, {Value: "me", Text: "me"}, {Value: "nobody", Text: "nobody"}}})
	}
	return out
}

func (box mailbox) table(page ops.Page, forms work.Forms) kit.TableView {
	table := kit.TableView{Caption: "Requests", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Request"}}}
	if !box.client {
		table.Columns = append(table.Columns, kit.Column{Title: "Client"})
	}
	table.Columns = append(table.Columns, kit.Column{Title: "Where it is"}, kit.Column{Title: "Priority"}, kit.Column{Title: "Who"}, kit.Column{Title: "What is due next"})
	for _, l := range page.Lines {
		cells := []templ.Component{kit.TwoLines(kit.Anchor(kit.Link{Text: l.Title, Href: RequestPath(l.Client, l.ID)}), l.Name()+" · "+categoryWords(forms, l.Category))}
		if !box.client {
			cells = append(cells, kit.Text(l.ClientName))
		}
		table.Rows = append(table.Rows, kit.Row{ID: l.Name(), Cells: append(cells, apart(pills(l.State)), kit.Text(string(l.Priority)), kit.Text(who(l)), clockCell(l, page))})
	}
	return table
}

func categoryWords(forms work.Forms, category string) string {
	if f, ok := forms.Of(category); ok {
		return f.Title
	}
	return category
}

func who(l ops.Line) string {
	var names []string
	for _, n := range []string{l.AssigneeName, l.ProviderName} {
		if n != "" {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return "nobody yet"
	}
	return strings.Join(names, ", ")
}

var stageTones = map[work.Stage]kit.Tone{work.New: kit.Attend, work.InWork: kit.Active, work.WithSpecialist: kit.Active, work.WithClient: kit.Attend, work.InReview: kit.Attend}

func stagePill(r work.Request) templ.Component {
	s := r.Stage()
	if s == work.Over {
		tone := kit.Settled
		if r.Phase != work.Done {
			tone = kit.Inactive
		}
		return kit.PillIn(string(r.Phase), tone)
	}
	return kit.PillIn(strings.ToLower(s.Words()), stageTones[s])
}

func clockCell(l ops.Line, page ops.Page) templ.Component {
	if l.State.Phase != work.Open {
		return kit.Quiet("–")
	}
	if l.Clock == nil {
		return kit.Quiet("no clock runs")
	}
	below := promiseWords(l.Clock)
	if short := l.Foreseen.Short(); short != "" {
		below += " · " + short
	}
	if l.Foreseen.Late() {
		return kit.TwoLines(beside(kit.PillIn("likely late", kit.Attend), kit.Text(kit.Sentence(l.Clock.Words(page.Now)))), below)
	}
	return kit.TwoLines(kit.Text(kit.Sentence(l.Clock.Words(page.Now))), below)
}

// foresightRule says how it is counted what is likely.
var foresightRule = fmt.Sprintf("What is likely is counted among the last %d clocks of the client that stopped: of those of the same promise and priority that took more time than this one has used, how many took longer than it is given. "+
	"It is likely late where that is more than half of them. With fewer than %d there is not enough to tell.", ops.LastOnes, work.FewestAlike)

// promiseWords name what a clock is of: "first response, by the agency".
func promiseWords(c *work.Clock) string {
	words := strings.ReplaceAll(c.Promise, "-", " ") + ", by the " + string(c.By)
	if c.Round > 1 {
		words += ", round " + ordinal(c.Round)
	}
	return words
}
