package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func pullsPath(r *http.Request) string { return base(r) + "/pulls" }

func pullPath(r *http.Request, system crm.Profile) string {
	return pullsPath(r) + "/" + url.PathEscape(string(system))
}

// showPulls is the state of the client's connections, and what the last pull of each came to.
func (p *Pages) showPulls(w http.ResponseWriter, r *http.Request) error {
	list, err := p.Ops.Connected(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Pulls from the CRM", Room: Room, Crumbs: crumbs(r),
		Lede: "Tables that come through the CRM's own API, each frozen as an import like any file. Nothing in the CRM is changed."}
	if len(list) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Off: no connection is configured for this client",
			Text: "HubSpot and Salesforce can be read through their APIs. Whoever runs this installation makes an app in the CRM with the right to read, and names it in the file of OFRECORD_CONNECTORS. " +
				"Until then, exports are uploaded as files."}))
	}
	var parts []templ.Component
	for _, c := range list {
		if c.Last != nil && (c.Last.State == ops.Pulling || c.Last.State == ops.PullFiling) && !c.Last.Stalled {
			w.Header().Set("Refresh", "5")
		}
		parts = append(parts, part(c.Name, kit.Group(p.connectionBody(r, c)...), p.pullButton(r, c)))
	}
	return web.Render(w, r, view, column(parts...))
}

// pullButton asks for a pull; nothing while one runs, or for those who may not import.
func (p *Pages) pullButton(r *http.Request, c ops.Connected) templ.Component {
	switch {
	case !may(r, access.EvidenceImport):
		return kit.Group()
	case c.Last != nil && c.Last.State == ops.PullWaiting:
		return kit.Button(kit.ButtonView{Text: "Pull anew…", Href: pullPath(r, c.System)})
	case c.Last != nil && c.Last.State.Open() && !c.Last.Stalled:
		return kit.Group()
	case c.Last != nil && c.Last.Stalled:
		return kit.Button(kit.ButtonView{Text: "Go on with the pull", Post: pullPath(r, c.System)})
	}
	return kit.Button(kit.ButtonView{Text: "Pull now", Post: pullPath(r, c.System)})
}

func (p *Pages) connectionBody(r *http.Request, c ops.Connected) (out []templ.Component) {
	if n := pullNotice(c); n != nil {
		out = append(out, kit.Notice(*n))
	}
	facts := []kit.Definition{def("State", pullPill(c.Last)), def("Reached at", kit.Text(c.Host))}
	if c.Last != nil {
		facts = append(facts, def("Last pull", kit.TwoLines(kit.MomentText(c.Last.BeganAt, p.zone(r)), c.Last.ActorName+" · "+counted(c.Last.Requests, "request"))))
		facts = append(facts, def("It read", p.pulledSince(r, *c.Last)))
	}
	facts = append(facts, def("Next pull", p.nextPull(r, c)))
	out = append(out, kit.DefinitionList(facts...))
	if c.Last != nil && c.Last.State != ops.PullFailed {
		out = append(out, kit.Table(pullTable(r, *c.Last)))
	}
	return out
}

// pulledSince says whether the pull read everything.
func (p *Pages) pulledSince(r *http.Request, last ops.Pull) templ.Component {
	if last.Since.IsZero() {
		return kit.Text("everything")
	}
	return kit.Group(kit.Text("what changed since "), kit.MomentText(last.Since, p.zone(r)))
}

func (p *Pages) nextPull(r *http.Request, c ops.Connected) templ.Component {
	switch {
	case c.Every == 0:
		return kit.Text("when somebody asks: no schedule is configured")
	case c.Next.IsZero():
		return kit.Text("when this one has ended, every " + spanWords(c.Every))
	}
	if c.Last != nil && c.Last.State == ops.PullFailed && !c.Due {
		return kit.TwoLines(kit.MomentText(c.Next, p.zone(r)), "sooner, because the last one failed; else every "+spanWords(c.Every))
	}
	if c.Due {
		return kit.TwoLines(kit.Text("within a minute"), "every "+spanWords(c.Every))
	}
	return kit.TwoLines(kit.MomentText(c.Next, p.zone(r)), "every "+spanWords(c.Every))
}

// spanWords writes a span in hours or minutes.
func spanWords(d time.Duration) string {
	if d%time.Hour == 0 {
		return counted(int64(d/time.Hour), "hour")
	}
	return counted(int64(d/time.Minute), "minute")
}

func pullNotice(c ops.Connected) *kit.NoticeView {
	if c.Last == nil {
		return nil
	}
	switch {
	case c.Last.State == ops.PullFailed:
		return &kit.NoticeView{Level: kit.Problem, Title: "The last pull failed, and nothing of it was kept", Text: c.Last.Message}
	case c.Last.State == ops.PullWaiting:
		return &kit.NoticeView{Level: kit.Warning, Title: "The last pull waits for a person",
			Text: "Say how the first table that waits is read, look at the dry run, and apply it. The tables after it go on by themselves where it was said before."}
	case c.Last.Stalled:
		return &kit.NoticeView{Level: kit.Warning, Title: "The pull was interrupted", Text: strings.TrimSpace("It goes on from the last page that was stored. " + c.Last.Message)}
	}
	return nil
}

func pullPill(last *ops.Pull) templ.Component {
	switch {
	case last == nil:
		return kit.PillIn("not pulled yet", kit.Plain)
	case last.Stalled:
		return kit.PillIn("interrupted", kit.Bad)
	case last.State == ops.PullFailed:
		return kit.PillIn("failed", kit.Bad)
	case last.State == ops.PullWaiting:
		return kit.PillIn("waits for a person", kit.Attend)
	case last.State == ops.Pulling, last.State == ops.PullFiling:
		return kit.PillIn("running", kit.Active)
	}
	return kit.PillIn("up to date", kit.Settled)
}

func pullTable(r *http.Request, last ops.Pull) kit.TableView {
	v := kit.TableView{Caption: "What the last pull brought", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Table"}, {Title: "Rows", Align: kit.End}, {Title: "Came to"}, {Title: "Note"}}}
	for _, t := range last.Tables {
		to := pulledTo(r, t)
		if t.State == ops.TableBlank && !last.Since.IsZero() {
			to = kit.Text("nothing changed")
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.TwoLines(kit.Text(t.Object), tableWords(last.System, t.Object)), number(t.Rows), to, pulledNote(last.System, t)}})
	}
	return v
}

func pulledTo(r *http.Request, t ops.PulledTable) templ.Component {
	anchor := func(text string) templ.Component {
		return kit.Anchor(kit.Link{Text: text + " " + strconv.FormatInt(t.No, 10), Href: importPath(r, t.No)})
	}
	switch t.State {
	case ops.TableApplied:
		return anchor("import")
	case ops.TableUnchanged:
		return anchor("unchanged since import")
	case ops.TableWaiting, ops.TableFiled:
		return kit.Anchor(kit.Link{Text: map[ops.TableState]string{ops.TableWaiting: "waits: look at it", ops.TableFiled: "waits for the tables above"}[t.State], Href: stepPath(r, t.ImportID)})
	case ops.TableBlank:
		return kit.Text("no rows")
	case ops.TableAbsent:
		return kit.Text("left out")
	case ops.TableDiscarded:
		return kit.Text("discarded by a person")
	}
	return kit.Text("on the way")
}

// tableWords says what a table holds.
func tableWords(system crm.Profile, object string) string {
	o, _ := crm.ObjectOf(system, object)
	what, _, _ := strings.Cut(o.Words, ";")
	return what
}

func pulledNote(system crm.Profile, t ops.PulledTable) templ.Component {
	words := t.Message
	if o, _ := crm.ObjectOf(system, t.Object); t.State == ops.TableApplied && o.Kind != "" {
		words = fmt.Sprintf("%s new, %s changed, %s rejected", count(t.Tally.New), count(t.Tally.Changed), count(t.Tally.Rejected))
	}
	if len(t.Lacking) > 0 && t.State != ops.TableAbsent {
		words = strings.TrimSpace(words + " Not shown to this account, so unknown: " + strings.Join(t.Lacking, ", ") + ".")
	}
	if words == "" {
		return nil
	}
	return kit.Quiet(words)
}

// pullsPart is the line of each connection on the page of the evidence; nil when there is none.
func (p *Pages) pullsPart(r *http.Request) (templ.Component, error) {
	list, err := p.Ops.Connected(r.Context(), actor(r), r.PathValue("client"))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	v := kit.TableView{Caption: "Connections to the CRM", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "System"}, {Title: "State"}, {Title: "Last pull"}, {Title: "Next pull"}, {Title: "Pull", Hidden: true}}}
	for _, c := range list {
		last := kit.Quiet("none yet")
		if c.Last != nil {
			last = kit.TwoLines(kit.MomentText(c.Last.BeganAt, p.zone(r)), c.Last.ActorName)
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: c.Name, Href: pullsPath(r)}), pullPill(c.Last), last, p.nextPull(r, c), p.pullButton(r, c)}})
	}
	return part("From the CRM", kit.Table(v)), nil
}

// pulledSystem reads the {system} of the address, which must be connected.
func (p *Pages) pulledSystem(r *http.Request) (ops.Connected, error) {
	list, err := p.Ops.Connected(r.Context(), actor(r), r.PathValue("client"))
	for _, c := range list {
		if string(c.System) == r.PathValue("system") {
			return c, err
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "connection", "There is no such connection.")
	}
	return ops.Connected{}, err
}

func (p *Pages) confirmPull(w http.ResponseWriter, r *http.Request) error {
	c, err := p.pulledSystem(r)
	if err != nil {
		return err
	}
	follows := []string{"Every table is read from the CRM once more. What is kept of how they are read is applied; the rest waits for a person."}
	if c.Last != nil && c.Last.State == ops.PullWaiting {
		follows = append(follows, "The pull that waits is given up: its files that are not applied are discarded, and the record keeps that you did it.")
	}
	return web.Render(w, r, kit.PageView{Title: "Pull from " + c.Name, Room: Room, Narrow: true, Crumbs: crumbs(r, kit.Link{Text: "Pulls from the CRM", Href: pullsPath(r)})},
		kit.ConfirmPage(kit.ConfirmView{Action: pullPath(r, c.System), What: "You pull this client's tables from " + c.Name + " anew.",
			Bound: []kit.Definition{def("Reached at", kit.Text(c.Host)), def("State", pullPill(c.Last))}, Follows: follows, Button: "Pull now", Cancel: pullsPath(r)}))
}

func (p *Pages) pull(w http.ResponseWriter, r *http.Request) error {
	c, err := p.pulledSystem(r)
	if err == nil {
		err = p.Ops.StartPull(r.Context(), actor(r), r.PathValue("client"), c.System)
	}
	switch {
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Unavailable):
		web.Flash(r, kit.Problem, fault.All(err)[0].Message)
	case err != nil:
		return err
	default:
		web.Flash(r, kit.Done, "The pull from "+c.Name+" has begun.")
	}
	web.Redirect(w, r, pullsPath(r))
	return nil
}
