package ui

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

const approvePath = Path + "/approve"

func (p *Pages) approveRoutes() []web.Route {
	return []web.Route{get(approvePath, access.TimeQueue, p.waiting), post(approvePath, access.TimeQueue, p.decide)}
}

// tickView is a table whose rows are ticked.
type tickView struct {
	Action  string
	Table   kit.TableView
	Fields  []kit.Field
	Buttons []kit.ButtonView
}

func (p *Pages) waiting(w http.ResponseWriter, r *http.Request) error {
	return p.waitingPage(w, r, kit.Input{})
}

func (p *Pages) waitingPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	entries, err := p.Ops.Waiting(r.Context(), actor(r))
	if err != nil {
		return err
	}
	clients, err := p.Ops.Parties.Clients(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Time to approve", Room: Room, Tabs: tabs(r, approvePath), Status: in.Status(), Lede: "What is approved and billable counts against what was agreed, and the client sees it. It never changes again; what was wrong is corrected."}
	var parts []templ.Component
	for _, f := range fault.All(in.Err) {
		if f.Field == "reason" && len(in.Values["entry"]) > 0 {
			continue // it stands at its field
		}
		parts = append(parts, kit.Notice(kit.NoticeView{Level: kit.Problem, Title: "Nothing was changed", Text: kit.Sentence(f.Message)}))
	}
	by := map[string][]timesheet.Entry{}
	var order []string
	names := map[string]string{"": "The agency"}
	for _, c := range clients {
		names[c.ID] = c.Name
	}
	for _, e := range entries {
		if by[e.Client] == nil {
			order = append(order, e.Client)
		}
		by[e.Client] = append(by[e.Client], e)
	}
	for _, client := range order {
		var aside []templ.Component
		if client != "" {
			aside = append(aside, kit.Anchor(kit.Link{Text: "Time of this client", Href: clientPath(client)}))
		}
		parts = append(parts, part(cmp.Or(names[client], client), tickForm(waitingForm(by[client], inputOf(in, client))), aside...))
	}
	if len(order) == 0 {
		parts = append(parts, kit.Empty(kit.EmptyView{Title: "Nothing waits", Text: "When somebody submits time for one of your clients it stands here, by client, until it is approved or returned."}))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

// inputOf is the input where it belongs to the form of this client.
func inputOf(in kit.Input, client string) kit.Input {
	if in.Values == nil || in.Values.Get("client") != client {
		return kit.Input{}
	}
	return in
}

// waitingForm is the submitted time of a client, all of it ticked; after a fault, what was ticked.
func waitingForm(entries []timesheet.Entry, in kit.Input) tickView {
	v := tickView{Action: approvePath, Table: kit.TableView{Caption: "Submitted time", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Chosen", Hidden: true}, {Title: "Day"}, {Title: "Person"}, {Title: "For"}, {Title: "Time", Align: kit.End}}},
		Fields: in.Fill([]kit.Field{{Name: "client", Kind: kit.Hidden, Value: entries[0].Client}, {Name: "class", Label: "Approve as", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "as entered"}, {Value: string(timesheet.OverServiced), Text: timesheet.OverServiced.Words()}, {Value: string(timesheet.Billable), Text: "billable"}}},
			{Name: "reason", Label: "Why it is returned", Optional: true, Hint: "Only for returning."}}),
		Buttons: []kit.ButtonView{{Text: "Approve the chosen", Kind: kit.Primary, Name: "do", Value: "approve"}, {Text: "Return the chosen", Name: "do", Value: "return"}}}
	sum := 0
	for _, e := range entries {
		words := about(e.What) + classWords(e.Class)
		switch {
		case e.Corrects != "":
			words += " · a correction: " + e.Reason
		case e.Late:
			words += " · late: " + e.Reason
		}
		if e.InternalNote != "" {
			words += " · internal: " + e.InternalNote
		}
		sum += e.Minutes
		value := e.ID + "/" + strconv.Itoa(e.Version)
		ticked := in.Values == nil || slices.Contains(in.Values["entry"], value)
		v.Table.Rows = append(v.Table.Rows, kit.Row{Cells: []templ.Component{tick("entry", value, ticked, fmt.Sprintf("%s, %s, %s", e.Person, e.Day.Words(), timesheet.Clock(e.Minutes))),
			kit.DateText(e.Day), text(e.Person), text(words), text(timesheet.Clock(e.Minutes))}})
	}
	v.Table.Foot = []kit.Row{{Total: true, Cells: []templ.Component{nil, nil, nil, text("Sum"), text(timesheet.Clock(sum))}}}
	return v
}

func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	seen := seenOf(values)
	n, words := 0, "Approved %d entries."
	if values.Get("do") == "return" {
		words = "Returned %d entries."
		n, err = p.Ops.Return(r.Context(), actor(r), seen, values.Get("reason"))
	} else {
		n, err = p.Ops.Approve(r.Context(), actor(r), ops.ApproveInput{Entries: seen, Class: timesheet.Class(values.Get("class"))})
	}
	if web.Correctable(err) {
		return p.waitingPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, fmt.Sprintf(words, n))
	web.Redirect(w, r, approvePath)
	return nil
}

// seenOf are the entries that were ticked, with the version in which they stood there.
func seenOf(values url.Values) []ops.Seen {
	var out []ops.Seen
	for _, text := range values["entry"] {
		id, version, _ := strings.Cut(text, "/")
		n, err := strconv.Atoi(version)
		if err == nil && id != "" {
			out = append(out, ops.Seen{ID: id, Version: n})
		}
	}
	return out
}
