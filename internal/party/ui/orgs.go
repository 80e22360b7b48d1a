package ui

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// organisations is the part of the agency's page of people that lists specialists and vendors.
func (p *Pages) organisations(r *http.Request) (templ.Component, error) {
	v := kit.TableView{Caption: "Specialists and vendors", Quiet: true, Columns: []kit.Column{{Title: "Organisation"}, {Title: "Kind"}, {Title: "Since"}},
		Empty: kit.Empty(kit.EmptyView{Title: "No specialist or vendor yet", Text: "Add the agencies that do part of the work for a client, and the suppliers you buy from. People of a specialist are invited on a client's page."})}
	for _, kind := range []access.OrgKind{access.Specialist, access.Vendor} {
		orgs, err := p.Ops.Orgs(r.Context(), actor(r), kind)
		if err != nil {
			return nil, err
		}
		for _, o := range orgs {
			v.Rows = append(v.Rows, kit.Row{ID: o.ID, Cells: []templ.Component{kit.Text(o.Name), kit.Text(string(o.Kind)), day(o.CreatedAt)}})
		}
	}
	var add []templ.Component
	if access.Decide(actor(r), access.OrgCreate, access.Scope{}).Allowed {
		add = append(add, kit.Button(kit.ButtonView{Text: "Add an organisation", Href: "/organisations/new"}))
	}
	return section("Specialists and vendors", kit.Table(v), add...), nil
}

func (p *Pages) showNewClient(w http.ResponseWriter, r *http.Request) error {
	return newClientPage(w, r, kit.Input{})
}

func newClientPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	view := kit.PageView{Title: "Add a client", Narrow: true, Status: in.Status(), Room: "clients",
		Lede: "The company the contract is made with. Its people see nothing until you invite them."}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: "/clients/new", Submit: "Add the client", Cancel: "/", Input: in, Fields: []kit.Field{
		{Name: "name", Label: "Name", Autocomplete: "off", Hint: "As it stands in the contract."},
	}}))
}

func (p *Pages) createClient(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client, err := p.Ops.CreateClient(r.Context(), actor(r), values.Get("name"))
	if web.Correctable(err) {
		return newClientPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, client.Name+" is a client now. Next: invite its people, then draft the contract.")
	web.Redirect(w, r, "/clients/"+url.PathEscape(client.ID)+PeoplePath)
	return nil
}

func (p *Pages) showNewOrg(w http.ResponseWriter, r *http.Request) error {
	return newOrgPage(w, r, kit.Input{})
}

func newOrgPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	view := kit.PageView{Title: "Add an organisation", Narrow: true, Status: in.Status(), Room: PeopleRoom, Crumbs: []kit.Link{{Text: "People", Href: PeoplePath}}}
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: "/organisations/new", Submit: "Add the organisation", Cancel: PeoplePath, Input: in, Fields: []kit.Field{
		{Name: "kind", Label: "Kind", Kind: kit.Radio, Value: string(access.Specialist), Options: []kit.Option{
			{Value: string(access.Specialist), Text: "Specialist", Hint: "Does part of the work for a client; its people can sign in, and see nothing of the client’s evidence, contracts and statements yet."},
			{Value: string(access.Vendor), Text: "Vendor", Hint: "Sells media or services; nobody signs in."},
		}},
		{Name: "name", Label: "Name", Autocomplete: "off"},
	}}))
}

func (p *Pages) createOrg(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	org, err := p.Ops.CreateOrg(r.Context(), actor(r), access.OrgKind(values.Get("kind")), values.Get("name"))
	if web.Correctable(err) {
		return newOrgPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, org.Name+" is added.")
	web.Redirect(w, r, PeoplePath)
	return nil
}
