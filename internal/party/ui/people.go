package ui

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// base is the address of the list of people that a request belongs to: the workspace's or a client's.
func base(r *http.Request) string {
	if client := r.PathValue("client"); client != "" {
		return "/clients/" + url.PathEscape(client) + PeoplePath
	}
	return PeoplePath
}

// place is the name of that list's owner, for titles.
func (p *Pages) place(r *http.Request) (string, error) {
	if id := r.PathValue("client"); id != "" {
		client, err := p.Ops.Client(r.Context(), actor(r), id)
		return client.Name, err
	}
	host, err := p.Ops.Host(r.Context(), actor(r))
	return host.Name, err
}

func (p *Pages) showPeople(w http.ResponseWriter, r *http.Request) error {
	client, who := r.PathValue("client"), actor(r)
	name, err := p.place(r)
	if err != nil {
		return err
	}
	people, err := p.Ops.ListPeople(r.Context(), who, client)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "People", Room: PeopleRoom, Eyebrow: name, Lede: "Everybody who has a role at " + name + " or for its clients."}
	if client != "" {
		view.Lede = "Everybody who can see something of " + name + ": its own people, the agency's, specialists."
	}
	if access.Decide(who, access.PeopleInvite, access.Of(client)).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Invite", Kind: kit.Primary, Href: base(r) + "/invite"}))
	}
	body := kit.Table(peopleTable(people, base(r)))
	if client != "" {
		return web.Render(w, r, view, body)
	}
	orgs, err := p.organisations(r)
	if err != nil {
		return err
	}
	return web.Render(w, r, view, kit.Group(body, orgs))
}

func peopleTable(people []ops.Listing, base string) kit.TableView {
	v := kit.TableView{Caption: "People and their roles", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Person"}, {Title: "Role"}, {Title: "For"}, {Title: "Since"}, {Title: "State"}, {Title: "Acts", Hidden: true}}}
	for _, l := range people {
		m := l.Membership
		covers := "all clients"
		if m.Client != "" {
			covers = l.ClientName
		}
		var acts templ.Component
		if l.MayChange {
			acts = twoLinks(kit.Link{Text: "Change role", Href: base + "/" + m.ID + "/role"}, kit.Link{Text: "End", Href: base + "/" + m.ID + "/end"}, l.Account.Name)
		}
		v.Rows = append(v.Rows, kit.Row{ID: m.ID, Cells: []templ.Component{
			kit.TwoLines(kit.Text(l.Account.Name), string(l.Account.Email)),
			kit.TwoLines(kit.Text(m.Role.Label()), m.Org.Name),
			kit.Text(covers), day(m.From), stateOf(l), acts,
		}})
	}
	return v
}

func stateOf(l ops.Listing) templ.Component {
	switch {
	case !l.SignedIn:
		return kit.PillIn("invited", kit.Attend)
	case !l.Membership.Until.IsZero():
		return kit.TwoLines(kit.Pill("in force"), "until "+lastDay(l.Membership.Until).Words())
	default:
		return kit.Pill("in force")
	}
}

// lastDay is the day before a midnight, else the day of the instant.
func lastDay(until time.Time) cal.Date { return dateOf(until.Add(-time.Microsecond)) }

func dateOf(t time.Time) cal.Date { return cal.DateOf(t, time.UTC) }

func day(t time.Time) templ.Component { return kit.DateText(dateOf(t)) }

func (p *Pages) showInvite(w http.ResponseWriter, r *http.Request) error {
	return p.invitePage(w, r, kit.Input{})
}

func (p *Pages) invitePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	name, err := p.place(r)
	if err != nil {
		return err
	}
	places, err := p.Ops.Places(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Invite a person", Eyebrow: name, Room: PeopleRoom, Narrow: true, Status: in.Status(),
		Crumbs: []kit.Link{{Text: "People", Href: base(r)}},
		Lede:   "They get a mail with a link that signs them in once, within seven days."}
	options := []kit.Option{{Text: "Choose"}}
	for _, each := range places {
		options = append(options, kit.Option{Value: string(each.Role) + "@" + each.Org.ID, Text: each.Role.Label() + " at " + each.Org.Name})
	}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: r.URL.Path, Submit: "Send the invitation", Cancel: base(r), Input: in, Fields: []kit.Field{
		{Name: "email", Label: "E-mail", Kind: kit.Email, Autocomplete: "off"},
		{Name: "name", Label: "Name", Autocomplete: "off", Hint: "As it will stand in the record. Somebody who has an account keeps their own."},
		{Name: "role", Label: "Role", Kind: kit.Select, Options: options},
		{Name: "until", Label: "Last day", Kind: kit.Date, Optional: true, Hint: "Without one the role goes on until somebody ends it."},
	}}))
}

func (p *Pages) invite(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	role, org, _ := strings.Cut(values.Get("role"), "@")
	until, err := afterDay(values.Get("until"))
	if err == nil && org == "" {
		err = fault.New(fault.Invalid, "role-missing", "Choose a role.").At("role")
	}
	if err == nil {
		_, err = p.Ops.Invite(r.Context(), actor(r), ops.InviteInput{
			Email: values.Get("email"), Name: values.Get("name"), Org: org, Role: access.Role(role), Client: r.PathValue("client"), Until: until,
		})
	}
	if web.Correctable(err) {
		return p.invitePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	if p.NoMail {
		web.Flash(r, kit.Warning, "The invitation stands, but this installation sends no mail: the operator gets a link with: ofrecord user link "+values.Get("email"))
	} else {
		web.Flash(r, kit.Done, "The invitation to "+values.Get("email")+" is on its way.")
	}
	web.Redirect(w, r, base(r))
	return nil
}

// afterDay is the midnight, UTC, that ends a day; the zero time for no day.
func afterDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	d, err := cal.ParseDate(text)
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "date", "Write the day as 2026-12-31.").At("until")
	}
	return d.AddDays(1).Start(time.UTC), nil
}

func (p *Pages) showRole(w http.ResponseWriter, r *http.Request) error {
	return p.rolePage(w, r, kit.Input{})
}

func (p *Pages) rolePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	l, err := p.changeable(r)
	if err != nil {
		return err
	}
	m := l.Membership
	var options []kit.Option
	for _, role := range access.RolesOf(m.Org.Kind) {
		if access.MayGive(actor(r), role, m.Org.Kind, m.Client) && (role != access.Owner || m.Client == "") {
			options = append(options, kit.Option{Value: string(role), Text: role.Label()})
		}
	}
	view := kit.PageView{Title: "Role of " + l.Account.Name, Eyebrow: m.Org.Name, Room: PeopleRoom, Narrow: true, Status: in.Status(),
		Crumbs: []kit.Link{{Text: "People", Href: base(r)}},
		Lede:   "The new role counts from now on. What was done before stays recorded under the old one."}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: r.URL.Path, Submit: "Change the role", Cancel: base(r), Input: in, Fields: []kit.Field{
		{Name: "role", Label: "Role", Kind: kit.Radio, Options: options, Value: string(m.Role)},
	}}))
}

func (p *Pages) changeRole(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	m, err := p.Ops.ChangeRole(r.Context(), actor(r), r.PathValue("membership"), access.Role(values.Get("role")))
	if web.Correctable(err) && fault.Code(err) != "membership-ended" {
		return p.rolePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The role is "+m.Role.Label()+" from now on.")
	web.Redirect(w, r, base(r))
	return nil
}

func (p *Pages) confirmEnd(w http.ResponseWriter, r *http.Request) error {
	return p.endPage(w, r, kit.Input{})
}

func (p *Pages) endPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	l, err := p.changeable(r)
	if err != nil {
		return err
	}
	m := l.Membership
	view := kit.PageView{Title: "End the role of " + l.Account.Name, Eyebrow: m.Org.Name, Room: PeopleRoom, Narrow: true, Status: in.Status(),
		Crumbs: []kit.Link{{Text: "People", Href: base(r)}}}
	return web.Render(w, r, view, kit.ConfirmPage(kit.ConfirmView{
		Action: r.URL.Path, Button: "End the role", Danger: true, Cancel: base(r), Input: in,
		What: "You end the role of " + l.Account.Name + " as " + m.Role.Words() + " at " + m.Org.Name + ".",
		Bound: []kit.Definition{
			{Term: "Person", Value: kit.TwoLines(kit.Text(l.Account.Name), string(l.Account.Email))},
			{Term: "Since", Value: day(m.From)},
		},
		Follows: []string{
			"From the next request on they see nothing of it any more; their tokens for programs stop too.",
			"What they did stays in the record under their name.",
		},
	}))
}

func (p *Pages) end(w http.ResponseWriter, r *http.Request) error {
	err := p.Ops.EndMembership(r.Context(), actor(r), r.PathValue("membership"))
	if web.Correctable(err) && fault.Code(err) != "membership-ended" {
		return p.endPage(w, r, kit.Input{Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The role has ended.")
	web.Redirect(w, r, base(r))
	return nil
}

// changeable is the membership of the address, if the actor may change it.
func (p *Pages) changeable(r *http.Request) (ops.Listing, error) {
	l, err := p.Ops.Person(r.Context(), actor(r), r.PathValue("membership"))
	if err == nil && !l.MayChange {
		return l, fault.New(fault.Forbidden, "role-not-yours", "Your role may not change this one, or it has ended.")
	}
	return l, err
}
