package ui

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/mailin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func (p *Pages) mailAddressRoutes() []web.Route {
	const home = "/clients/{client}/mail-addresses"
	return []web.Route{
		get(home, access.MailAddressKeep, p.showMailAddresses),
		post(home, access.MailAddressKeep, p.makeMailAddress),
		get(home+"/{address}/revoke", access.MailAddressKeep, p.confirmRevokeMailAddress),
		post(home+"/{address}/revoke", access.MailAddressKeep, p.revokeMailAddress),
		{Method: http.MethodPost, Pattern: "/mail/{workspace}/{address}/{secret}", Action: web.Public, Handler: p.receiveMail, BodyLimit: mailin.MaxMessage + 1},
	}
}

func addressesPath(client string) string {
	return "/clients/" + url.PathEscape(client) + "/mail-addresses"
}

func addressCrumbs(client string, more ...kit.Link) []kit.Link {
	return append([]kit.Link{{Text: "Work", Href: Path(client)}, {Text: "Mail", Href: mailPath(client)}}, more...)
}

func (p *Pages) showMailAddresses(w http.ResponseWriter, r *http.Request) error {
	return p.mailAddressesPage(w, r, kit.Input{})
}

func (p *Pages) mailAddressesPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	list, err := p.Ops.MailAddresses(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	table := kit.TableView{Caption: "Addresses for mail", Cards: true, Columns: []kit.Column{{Title: "Who posts"}, {Title: "Mail of"}, {Title: "Word on the sender"}, {Title: "Made by"}, {Title: "Messages", Align: kit.End}, {Title: "Revoke", Hidden: true}},
		Empty: kit.Empty(kit.EmptyView{Title: "No address yet", Text: "A mail server that receives the mail of this client can post each message here. It becomes a request, or an answer on one, when it is certain who wrote it."})}
	for _, a := range list {
		server, action := a.Server, templ.Component(kit.Button(kit.ButtonView{Text: "Revoke…", Href: addressesPath(client) + "/" + url.PathEscape(a.ID) + "/revoke"}))
		if server == "" {
			server = "nobody’s: all mail waits"
		}
		of := a.Address
		if of == "" {
			of = "not said"
		}
		if !a.RevokedAt.IsZero() {
			action = kit.Text("revoked")
		}
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{kit.Text(a.Label), kit.Text(of), kit.Text(server), kit.Text(a.MadeBy), kit.Text(itoa(int(a.Used))), action}})
	}
	view := kit.PageView{Title: "Addresses for mail", Room: Room, Crumbs: addressCrumbs(client), Status: in.Status(),
		Lede: "A secret address to which a mail server posts the mail of this client, one message at a time. What becomes of a message is decided by its sender, and on who that is the server is believed: whoever knows the address can write in the name of people of this client. Give it to your mail server alone."}
	return web.Render(w, r, view, kit.Group(kit.Table(table), section("Make an address", kit.Form(kit.FormView{Action: addressesPath(client), Submit: "Make the address", Input: in, Fields: []kit.Field{
		{Name: "label", Label: "Who posts", Hint: "Such as “our mail server”."},
		{Name: "address", Label: "E-mail address whose mail is posted", Kind: kit.Email, Optional: true, Hint: "Mails about requests then ask for answers at this address, with a + and signs of their own before the @."},
		{Name: "server", Label: "Server whose word on the sender counts", Optional: true, Hint: "The name that it writes first in Authentication-Results, such as mx.example.com. It has to take away such lines of its own name that came with a message. Without it all mail waits for a person."},
	}}))))
}

func (p *Pages) makeMailAddress(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	secret, made, err := p.Ops.MakeMailAddress(r.Context(), actor(r), ops.MailAddressInput{Client: client, Label: values.Get("label"), Address: values.Get("address"), Server: values.Get("server")})
	if correctable(err) {
		return p.mailAddressesPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	// Shown in the answer itself: the secret is kept nowhere, so there is no page to lead to.
	w.Header().Set("Cache-Control", "no-store")
	workspace, _ := db.Workspace(r.Context())
	address := strings.TrimSuffix(p.Ops.PublicURL, "/") + "/mail/" + url.PathEscape(workspace) + "/" + made.ID + "/" + secret
	view := kit.PageView{Title: "Address for " + made.Label, Room: Room, Narrow: true, Crumbs: addressCrumbs(client, kit.Link{Text: "Addresses for mail", Href: addressesPath(client)})}
	return web.Render(w, r, view, postedAddress(address, addressesPath(client)))
}

func (p *Pages) confirmRevokeMailAddress(w http.ResponseWriter, r *http.Request) error {
	client := r.PathValue("client")
	list, err := p.Ops.MailAddresses(r.Context(), actor(r), client)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(a ops.MailAddress) bool { return a.ID == r.PathValue("address") }) {
		return fault.New(fault.NotFound, "mail-address", "There is no such address for mail.")
	}
	return web.Render(w, r, kit.PageView{Title: "Revoke an address for mail", Room: Room, Narrow: true, Crumbs: addressCrumbs(client, kit.Link{Text: "Addresses for mail", Href: addressesPath(client)})},
		kit.ConfirmPage(kit.ConfirmView{Action: r.URL.Path, Button: "Revoke", Danger: true, Cancel: addressesPath(client), What: "You revoke this address for mail.",
			Follows: []string{"The server that posts to it is refused from its next message on.", "Requests and answers that came by it stay what they are."}}))
}

func (p *Pages) revokeMailAddress(w http.ResponseWriter, r *http.Request) error {
	if err := p.Ops.RevokeMailAddress(r.Context(), actor(r), r.PathValue("client"), r.PathValue("address")); err != nil {
		return err
	}
	web.Redirect(w, r, addressesPath(r.PathValue("client")))
	return nil
}

// receiveMail takes the body of a request in as a message. It is for programs: answers are JSON. Whether a message was taken says nothing of who wrote it, so that
// whoever posts learns nothing about people.
func (p *Pages) receiveMail(w http.ResponseWriter, r *http.Request) error {
	ctx := db.WithWorkspace(r.Context(), r.PathValue("workspace"))
	_, err := p.Ops.ReceivePosted(ctx, r.PathValue("address"), r.PathValue("secret"), r.Body)
	if err != nil && (len(fault.All(err)) == 0 || fault.KindOf(err) == fault.Internal) {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	status, answer := http.StatusAccepted, map[string]any{"state": "received"}
	if err != nil {
		status, answer = fault.HTTPStatus(fault.KindOf(err)), map[string]any{"code": fault.Code(err), "message": fault.All(err)[0].Message}
	}
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(answer)
}
