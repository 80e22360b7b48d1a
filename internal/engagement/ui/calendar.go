package ui

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) calendarParts(r *http.Request) ([]templ.Component, error) {
	client := r.PathValue("client")
	list, err := p.Ops.Calendars(r.Context(), actor(r), client)
	if err != nil {
		return nil, err
	}
	table := kit.TableView{Caption: "Addresses of the calendar", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "For"}, {Title: "Made"}, {Title: "Revoke", Hidden: true, Align: kit.End}}}
	for _, c := range list {
		label := kit.Text(c.Label)
		if c.Silent {
			label = kit.TwoLines(label, "answers nobody: who made it may not share these dates any more")
		}
		table.Rows = append(table.Rows, kit.Row{Cells: []templ.Component{label, kit.Text(c.MadeByName + ", " + c.MadeAt.Format("2 Jan 2006")),
			kit.Anchor(kit.Link{Text: "Revoke", Href: Path(client) + "/term/calendar/" + url.PathEscape(c.ID) + "/revoke"})}})
	}
	table.Empty = kit.Quiet("Nobody subscribes to these dates yet.")
	return []templ.Component{kit.Text("A calendar program can subscribe to these dates at a secret address. It tells dates and contracts by name, no person and no amount."),
		kit.Table(table), kit.Button(kit.ButtonView{Text: "Make an address", Href: Path(client) + "/term/calendar"})}, nil
}

func (p *Pages) showCalendar(w http.ResponseWriter, r *http.Request) error {
	return calendarPage(w, r, kit.Input{})
}

func calendarPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	path := Path(r.PathValue("client")) + "/term"
	view := actView(r, "Make an address of the calendar", "term", "", in)
	view.Lede = "Whoever has the address reads the dates of this client's contracts, until it is revoked or you may not share these dates any more."
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: path + "/calendar", Submit: "Make the address", Cancel: path, Input: in, Fields: []kit.Field{
		{Name: "label", Label: "Who subscribes to it", Autocomplete: "off", Placeholder: "Finance calendar", Hint: "So that you know later which one to revoke."},
	}}))
}

func (p *Pages) makeCalendar(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	address, err := p.Ops.MakeCalendar(r.Context(), actor(r), r.PathValue("client"), values.Get("label"))
	if web.Correctable(err) {
		return calendarPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	view := actView(r, "The address of the calendar", "term", "", kit.Input{})
	view.Lede = "Copy it now: it is shown this once."
	return web.Render(w, r, view, kit.Group(
		kit.Code(kit.CodeView{Label: "Address", Text: address}),
		kit.Text("Enter it in a calendar program under “subscribe” or “from the internet”. It is read anew every few hours."),
		buttons(kit.Button(kit.ButtonView{Text: "Back to the term", Href: Path(r.PathValue("client")) + "/term"}))))
}

func (p *Pages) confirmRevoke(w http.ResponseWriter, r *http.Request) error {
	path := Path(r.PathValue("client")) + "/term"
	all, err := p.Ops.Calendars(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(c ops.Calendar) bool { return c.ID == r.PathValue("calendar") }) {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	return web.Render(w, r, actView(r, "Revoke the address", "term", "", kit.Input{}), kit.ConfirmPage(kit.ConfirmView{
		Action: path + "/calendar/" + url.PathEscape(r.PathValue("calendar")) + "/revoke", What: "You revoke an address of the calendar.", Danger: true,
		Follows: []string{"Calendar programs that subscribe to it get nothing any more. It cannot be taken back; another address can be made."},
		Button:  "Revoke the address", Cancel: path}))
}

func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	if err := p.Ops.RevokeCalendar(r.Context(), actor(r), r.PathValue("client"), r.PathValue("calendar")); err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The address is revoked.")
	web.Redirect(w, r, Path(r.PathValue("client"))+"/term")
	return nil
}

func (p *Pages) feed(w http.ResponseWriter, r *http.Request) error {
	dates, names, err := p.Ops.Feed(r.Context(), r.PathValue("workspace"), strings.TrimSuffix(r.PathValue("token"), ".ics"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(calendarOf(dates, names, p.Ops.Now())) // the reader has gone; nothing to do
	return nil
}
