// Package ui holds the pages of time: the own week and the timer, what waits for approval, the time of a client, and who has time.
package ui

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

// Room of the navigation that these pages mark, of the workspace and of a client.
const Room = "time"

// Path of the own week.
const Path = "/time"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service
}

// Register adds the pages with the action each needs: each file names its own.
func (p *Pages) Register(g *web.Registry) {
	g.Add(p.weekRoutes()...)
	g.Add(p.entryRoutes()...)
	g.Add(p.timerRoutes()...)
	g.Add(p.approveRoutes()...)
	g.Add(p.clientRoutes()...)
	g.Add(p.capacityRoutes()...)
	g.Add(p.importRoutes()...)
}

func get(pattern string, action access.Action, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Action: string(action), Handler: h}
}

func post(pattern string, action access.Action, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Action: string(action), Handler: h}
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }

func may(r *http.Request, action access.Action, scope access.Scope) bool {
	return access.Decide(actor(r), action, scope).Allowed
}

// tabs lead between the pages of the room that the person may open.
func tabs(r *http.Request, current string) []kit.Tab {
	var out []kit.Tab
	for _, t := range []struct {
		text, path string
		action     access.Action
	}{{"My week", Path, access.TimeOwn}, {"To approve", Path + "/approve", access.TimeQueue}, {"Capacity", Path + "/capacity", access.CapacitySee}, {"Import", Path + "/import", access.TimeOwn}} {
		if may(r, t.action, access.Scope{}) {
			out = append(out, kit.Tab{Text: t.text, Href: t.path, Current: t.path == current})
		}
	}
	return out
}

func weekPath(monday cal.Date) string {
	return Path + "?" + url.Values{"week": {monday.String()}}.Encode()
}

func clientPath(client string) string { return "/clients/" + url.PathEscape(client) + "/time" }

// dayOf reads a day; an empty text is no day. Fault: Invalid at the field.
func dayOf(field, text string) (cal.Date, error) {
	if text == "" {
		return cal.Date{}, nil
	}
	d, err := cal.ParseDate(text)
	if err != nil {
		return d, fault.New(fault.Invalid, "day", "Write the day as 2026-03-31.").At(field)
	}
	return d, nil
}

// minutesOf reads time as people write it. Fault: Invalid at the field.
func minutesOf(field, text string) (int, error) {
	n, err := timesheet.ParseMinutes(text)
	if err != nil {
		return 0, fault.New(fault.Invalid, fault.Code(err), "%s", fault.All(err)[0].Message).At(field)
	}
	return n, nil
}

// together are all faults of several readings.
func together(errs ...error) error {
	var all fault.List
	for _, err := range errs {
		all = append(all, fault.All(err)...)
	}
	return all.Err()
}

// shown is time in a cell; nothing is empty.
func shown(minutes int) string {
	if minutes == 0 {
		return ""
	}
	return timesheet.Clock(minutes)
}

func text(s string) templ.Component { return kit.Text(s) }

// about is what an entry is for, in few words.
func about(w timesheet.What) string {
	out := ""
	clause := ""
	if w.Clause != "" {
		clause = "clause " + w.Clause
	}
	for _, part := range []string{w.Category, w.Request, clause, w.Note} {
		if part == "" {
			continue
		}
		if out != "" {
			out += " · "
		}
		out += part
	}
	if out == "" {
		return "no words"
	}
	return out
}

func clockOf(t time.Time, zone *time.Location) string { return t.In(zone).Format("2 Jan 15:04") }

// whatOf reads what time is for from a form.
func whatOf(values url.Values) timesheet.What {
	return timesheet.What{Client: values.Get("client"), Class: timesheet.Class(values.Get("class")), Clause: values.Get("clause"), Category: values.Get("category"), Request: values.Get("request"),
		Note: values.Get("note"), InternalNote: values.Get("internal_note")}
}

// whatFields ask what time is for.
func (p *Pages) whatFields(r *http.Request, w timesheet.What) ([]kit.Field, map[string]string, error) {
	places, err := p.Ops.Places(r.Context(), actor(r))
	if err != nil {
		return nil, nil, err
	}
	names := map[string]string{}
	if w == (timesheet.What{}) {
		if w, err = p.Ops.Usual(r.Context(), actor(r), places); err != nil {
			return nil, nil, err
		}
	}
	client := kit.Field{Name: "client", Label: "Client", Kind: kit.Select, Value: w.Client, Optional: true}
	for _, c := range places {
		names[c.ID] = c.Name
		client.Options = append(client.Options, kit.Option{Value: c.ID, Text: c.Name})
	}
	if isAgency(r) {
		client.Options = append(client.Options, kit.Option{Value: "", Text: "none: internal time"})
	}
	class := kit.Field{Name: "class", Label: "Counts as", Kind: kit.Select, Value: string(w.Class)}
	for _, c := range timesheet.Classes() {
		if c == timesheet.Internal && !isAgency(r) {
			continue
		}
		class.Options = append(class.Options, kit.Option{Value: string(c), Text: c.Words()})
	}
	fields := []kit.Field{client, class,
		{Name: "category", Label: "Category", Value: w.Category, Optional: true, Hint: "Such as paid search."},
		{Name: "request", Label: "Request", Value: w.Request, Optional: true, Hint: "Its number, such as R-12."},
		{Name: "note", Label: "Text for the client", Value: w.Note, Optional: true, Hint: "The client reads it when the time is approved."},
		{Name: "clause", Label: "Clause", Value: w.Clause, Optional: true, Hint: "Only where several clauses of the contract count hours."}}
	if isAgency(r) {
		fields = append(fields, kit.Field{Name: "internal_note", Label: "Internal note", Value: w.InternalNote, Optional: true, Hint: "Never leaves the agency."})
	}
	return fields, names, nil
}

func isAgency(r *http.Request) bool {
	for _, m := range actor(r).Memberships {
		if m.OrgKind == access.Agency {
			return true
		}
	}
	return false
}
