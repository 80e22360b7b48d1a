package ui

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// showAll is the room of a client's contracts: the list, or the one contract itself.
func (p *Pages) showAll(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	contracts, err := p.Ops.Contracts(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	mayBegin := access.Decide(actor(r), access.ContractEdit, access.Of(client)).Allowed
	if len(contracts) == 1 {
		return p.page(w, r, contracts[0], mayBegin)
	}
	view := kit.PageView{Title: "Contract", Room: Room}
	if len(contracts) == 0 {
		empty := kit.EmptyView{Title: "No contract yet", Text: "The contract says what is paid for what, in a form that both sides can read and every statement is computed from. It will appear here when the agency proposes it."}
		if mayBegin {
			empty.Text = "The contract says what is paid for what, in a form that both sides can read and every statement is computed from. Begin with a commented template; nothing binds anybody until both sides accept."
			empty.Action = kit.Button(kit.ButtonView{Text: "Write the contract", Kind: kit.Primary, Href: Path(client) + "/new"})
		}
		return web.Render(w, r, view, kit.Empty(empty))
	}
	view.Title = "Contracts"
	if mayBegin {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Write another contract", Href: Path(client) + "/new"}))
	}
	table := kit.TableView{Caption: "Contracts of this client", Quiet: true, Columns: []kit.Column{{Title: "Contract"}, {Title: "State"}, {Title: "Effective"}}}
	for _, c := range contracts {
		state, effective := kit.Quiet("draft"), kit.Quiet("")
		if v, ok := p.shown(c); ok {
			state, effective = pill(stateWords(c, v, p.today(v))), kit.DateText(v.Effective)
		}
		table.Rows = append(table.Rows, kit.Row{ID: c.ID, Cells: []templ.Component{kit.Anchor(kit.Link{Text: c.Name, Href: ContractPath(c)}), state, effective}})
	}
	return web.Render(w, r, view, kit.Table(table))
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	c, err := p.contract(r)
	if err != nil {
		return err
	}
	return p.page(w, r, c, false)
}

// today is the day it is in the zone of the version.
func (p *Pages) today(v contract.Version) cal.Date {
	zone := versionView{}.zone()
	if terms, err := contract.ParseAccepted([]byte(v.Source)); err == nil {
		zone = terms.Zone
	}
	return cal.DateOf(p.Ops.Now(), zone)
}

// shown is the version that the page of a contract opens with: in force, else accepted, else proposed, else the last one.
func (p *Pages) shown(c ops.Contract) (contract.Version, bool) {
	if accepted := c.Accepted(); len(accepted) > 0 {
		return inForce(c, p.today(accepted[0]))
	}
	if open, ok := c.Open(); ok {
		return open, true
	}
	if n := len(c.Versions); n > 0 {
		return c.Versions[n-1], true
	}
	return contract.Version{}, false
}

func (p *Pages) page(w http.ResponseWriter, r *http.Request, c ops.Contract, only bool) error {
	view := kit.PageView{Title: "Contract", Eyebrow: c.Name, Room: Room}
	if may(r, access.ContractEdit, c) {
		text := "Edit the draft"
		if len(c.Accepted()) > 0 {
			text = "Write an amendment"
		}
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: text, Href: ContractPath(c) + "/edit"}))
		if only && !c.Underpins() {
			view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Another contract", Href: Path(c.Client) + "/new"}))
		}
	}
	v, ok := p.shown(c)
	if ok && p.Priced && mayWeigh(r, c) {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "What each choice is worth", Href: ContractPath(c) + "/worth"}),
			kit.Button(kit.ButtonView{Text: "What if", Href: ContractPath(c) + "/what-if"}),
			kit.Button(kit.ButtonView{Text: "Which pay model fits", Href: ContractPath(c) + "/advice"}))
	}
	if !ok {
		empty := kit.EmptyView{Title: "Nothing is proposed yet", Text: "The agency is writing this contract. It will appear here when it is proposed."}
		if may(r, access.ContractEdit, c) {
			empty.Text = "Only the agency sees the draft. When it is proposed, the client reads exactly what would bind, and accepts or not."
			empty.Action = kit.Button(kit.ButtonView{Text: "Open the draft", Kind: kit.Primary, Href: ContractPath(c) + "/edit"})
			view.Actions = nil
		}
		return web.Render(w, r, view, kit.Empty(empty))
	}
	return p.renderVersion(w, r, c, v, view)
}

// renderVersion is the page of a version: the promise, what waits on whom, the words, the versions, the text.
func (p *Pages) renderVersion(w http.ResponseWriter, r *http.Request, c ops.Contract, v contract.Version, view kit.PageView) error {
	shown, err := viewOf(c, v, p.Ops.Now())
	if err != nil {
		return err
	}
	view.State, view.Lede = pill(shown.state), contract.Promise(shown.terms)
	var parts []templ.Component
	if open, ok := c.Open(); ok {
		parts = append(parts, kit.Notice(p.waiting(r, c, open, v)))
	}
	today := cal.DateOf(p.Ops.Now(), shown.zone())
	parts = append(parts, face(shown, versionsTable(c, v.ID, today)))
	return web.Render(w, r, view, kit.Group(parts...))
}

// waiting says whose acceptance a proposal waits for, with what this person can do about it.
func (p *Pages) waiting(r *http.Request, c ops.Contract, open, shown contract.Version) kit.NoticeView {
	_, agency := open.AcceptedBy(c.HostSide())
	_, client := open.AcceptedBy(c.Counterpart())
	other := c.SideWords(c.Counterpart())
	n := kit.NoticeView{Level: kit.Info, Title: "Version " + number(open.Number) + " is proposed, effective " + open.Effective.Words() + "."}
	path := VersionPath(c, open)
	if open.ID != shown.ID {
		n.Links = append(n.Links, kit.Link{Text: "Read it", Href: path})
	}
	if p.Priced && mayWeigh(r, c) {
		n.Links = append(n.Links, kit.Link{Text: "What each choice is worth", Href: path + "/worth"})
	}
	switch {
	case !agency && !client:
		n.Text = "It waits for the agency and for the " + other + " to accept."
	case !agency:
		n.Text = "The " + other + " has accepted; it waits for the agency."
	default:
		n.Text = "The agency has accepted; it waits for the " + other + "."
	}
	if !client && may(r, c.Accepts(c.Counterpart()), c) {
		n.Links = append(n.Links, kit.Link{Text: "Read and accept", Href: path + "/accept?side=" + string(c.Counterpart())})
	}
	if !client && may(r, c.Accepts(c.Counterpart()), c) {
		n.Links = append(n.Links, kit.Link{Text: "Decline", Href: path + "/decline"})
	}
	if !agency && may(r, access.ContractAcceptAgency, c) {
		n.Links = append(n.Links, kit.Link{Text: "Accept for the agency", Href: path + "/accept?side=" + string(c.HostSide())})
	}
	if !client && may(r, access.ContractAcceptAgency, c) {
		n.Links = append(n.Links, kit.Link{Text: "Record the " + other + "'s signature on paper", Href: path + "/paper"})
	}
	if may(r, access.ContractPropose, c) {
		n.Links = append(n.Links, kit.Link{Text: "Withdraw", Href: path + "/withdraw"})
	}
	return n
}

// mayWeigh: what the choices of a contract with a specialist are worth, on the whole evidence of the client, is for the agency.
func mayWeigh(r *http.Request, c ops.Contract) bool {
	return !c.Underpins() || access.SeesInternal(actor(r), c.Client)
}

func (p *Pages) showVersion(w http.ResponseWriter, r *http.Request) error {
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Version " + number(v.Number), Eyebrow: c.Name, Room: Room, Crumbs: []kit.Link{{Text: "Contract", Href: ContractPath(c)}}}
	if p.Priced && mayWeigh(r, c) {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "What each choice is worth", Href: VersionPath(c, v) + "/worth"}))
	}
	return p.renderVersion(w, r, c, v, view)
}

func (p *Pages) download(w http.ResponseWriter, r *http.Request) error {
	c, v, err := p.version(r)
	if err != nil {
		return err
	}
	web.Attach(w, c.Name+"-v"+number(v.Number)+".yaml", "application/yaml; charset=utf-8")
	_, err = w.Write([]byte(v.Source))
	return err
}
