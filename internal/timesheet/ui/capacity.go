package ui

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
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

const capacityPath = Path + "/capacity"

// shownWeeks is how many weeks stand side by side.
const shownWeeks = 4

func (p *Pages) capacityRoutes() []web.Route {
	const one = capacityPath + "/{person}"
	return []web.Route{
		get(capacityPath, access.CapacitySee, p.capacity),
		get(one, access.CapacityPlan, p.showPerson),
		post(one, access.CapacityPlan, p.setPerson),
		post(one+"/plan", access.CapacityPlan, p.plan),
	}
}

func personPath(account string) string { return capacityPath + "/" + url.PathEscape(account) }

func (p *Pages) capacity(w http.ResponseWriter, r *http.Request) error {
	from, err := dayOf("week", r.URL.Query().Get("week"))
	if err != nil {
		return err
	}
	if from.IsZero() {
		from = cal.DateOf(p.Ops.Now(), time.UTC)
	}
	all, err := p.Ops.Capacity(r.Context(), actor(r), from, shownWeeks)
	if err != nil {
		return err
	}
	at := func(days int) string {
		return capacityPath + "?" + url.Values{"week": {all.Mondays[0].AddDays(days).String()}}.Encode()
	}
	view := kit.PageView{Title: "Capacity", Room: Room, Tabs: tabs(r, capacityPath), Lede: "What each person of the agency has, what is promised and planned of it, and what was worked. Has: the working hours, less holidays and closures. Promised: what contracts say the person or role gives a week. " +
		"Planned: what the agency intends. Worked: all time that was entered for the week. Free: has, less promised or planned, whichever is more; worked time is not taken off."}
	t := kit.TableView{Caption: "Hours by person and week", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "Person"}, {Title: "Week of"}, {Title: "Has", Align: kit.End}, {Title: "Promised", Align: kit.End}, {Title: "Planned", Align: kit.End}, {Title: "Worked", Align: kit.End}, {Title: "Free", Align: kit.End}}}
	for _, person := range all.People {
		for i, l := range person.Weeks {
			name := text(person.Name)
			if i == 0 && may(r, access.CapacityPlan, access.Scope{}) {
				name = kit.Anchor(kit.Link{Text: person.Name, Href: personPath(person.Account)})
			}
			t.Rows = append(t.Rows, loadRow(name, l, all.PromisesKnown))
		}
	}
	t.Empty = kit.Empty(kit.EmptyView{Title: "Nobody enters time yet", Text: "Everybody of the agency who may enter time stands here. Invite people under People."})
	parts := []templ.Component{weekNav(kit.Link{Text: "Weeks before", Href: at(-7 * shownWeeks)}, kit.Link{Text: "Weeks after", Href: at(7 * shownWeeks)}), kit.Table(t)}
	parts = append(parts, unmet(all.Unmet)...)
	return web.Render(w, r, view, kit.Group(parts...))
}

// unmet tells of promises of somebody who is not here, each name once, and how it is mended.
func unmet(promises []timesheet.Promise) []templ.Component {
	var order []string
	minutes := map[string][]string{}
	for _, promise := range promises {
		who := cmp.Or(promise.Person, promise.Role)
		if minutes[who] == nil {
			order = append(order, who)
		}
		if clock := timesheet.Clock(promise.Minutes); !slices.Contains(minutes[who], clock) {
			minutes[who] = append(minutes[who], clock)
		}
	}
	var out []templ.Component
	for _, who := range order {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Warning, Title: "Promised and not here", Text: fmt.Sprintf("A contract promises %s a week by %s, and nobody here has this name or role. Give it as role of the rate card to whoever does the work: "+
			"choose the person in the table. A person's name must stand under People as the contract writes it.", strings.Join(minutes[who], " and "), who)}))
	}
	return out
}

func loadRow(name templ.Component, l timesheet.Load, promises bool) kit.Row {
	has, free, promised := kit.Unknown("not stated"), kit.Unknown(""), text(timesheet.Clock(l.Promised))
	if l.Known {
		has, free = text(timesheet.Clock(l.Capacity)), text(timesheet.Clock(l.Free()))
	}
	if l.Over() {
		free = kit.PillIn(timesheet.Clock(l.Free()), kit.ToneOf("at risk"))
	}
	if !promises {
		promised = kit.Unknown("")
	}
	return kit.Row{Cells: []templ.Component{name, kit.DateText(l.Monday), has, promised, text(timesheet.Clock(l.Planned)), text(timesheet.Clock(l.Worked)), free}}
}

var weekdays = [7]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func (p *Pages) showPerson(w http.ResponseWriter, r *http.Request) error {
	return p.personPage(w, r, kit.Input{}, kit.Input{})
}

func (p *Pages) personPage(w http.ResponseWriter, r *http.Request, in, planned kit.Input) error {
	all, err := p.Ops.Capacity(r.Context(), actor(r), cal.DateOf(p.Ops.Now(), time.UTC), shownWeeks)
	if err != nil {
		return err
	}
	var person *ops.Loaded
	for i := range all.People {
		if all.People[i].Account == r.PathValue("person") {
			person = &all.People[i]
		}
	}
	if person == nil {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	clients, err := p.Ops.Parties.Clients(r.Context(), actor(r))
	if err != nil {
		return err
	}
	hours := ops.Hours{}
	for d := time.Monday; d <= time.Friday && person.Hours == nil; d++ {
		hours.Week[d] = "09:00-12:00, 13:00-18:00"
	}
	if person.Hours != nil {
		hours = *person.Hours
	}
	fields := []kit.Field{{Name: "zone", Label: "Time zone", Value: person.Zone, Placeholder: "Europe/Berlin"}, {Name: "role", Label: "Role of the rate card", Value: person.Role, Optional: true, Hint: "Of time that is entered from now on."}}
	for _, d := range weekdays {
		fields = append(fields, kit.Field{Name: strings.ToLower(d.String()), Label: d.String(), Value: hours.Week[d], Optional: true})
	}
	fields = append(fields, kit.Field{Name: "closed", Label: "Holidays and closures", Value: strings.Join(hours.Closed, ", "), Optional: true, Hint: "Days as 2026-12-25, separated by commas."})
	week := kit.Field{Name: "week", Label: "Week of", Kind: kit.Select}
	for _, m := range all.Mondays {
		week.Options = append(week.Options, kit.Option{Value: m.String(), Text: m.Words()})
	}
	client := kit.Field{Name: "client", Label: "Client", Kind: kit.Select}
	for _, c := range clients {
		client.Options = append(client.Options, kit.Option{Value: c.ID, Text: c.Name})
	}
	view := kit.PageView{Title: person.Name, Room: Room, Narrow: true, Crumbs: []kit.Link{{Text: "Capacity", Href: capacityPath}}, Status: max(in.Status(), planned.Status()),
		Lede: "The working hours tell how much time there is in a week. Until they are stated nobody knows."}
	return web.Render(w, r, view, kit.Group(
		part("Working hours", kit.Form(kit.FormView{Action: personPath(person.Account), Fields: fields, Submit: "Save", Input: in})),
		part("Plan", kit.Form(kit.FormView{Action: personPath(person.Account) + "/plan", Submit: "Plan", Input: planned, Fields: []kit.Field{week, client, {Name: "minutes", Label: "Time in the week", Kind: kit.Decimal, Hint: "12:00 or 12 hours; 0 takes the plan away."}}}))))
}

func (p *Pages) setPerson(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := ops.PersonInput{Account: r.PathValue("person"), Role: values.Get("role"), Zone: values.Get("zone")}
	for _, d := range weekdays {
		in.Hours.Week[d] = values.Get(strings.ToLower(d.String()))
	}
	for _, day := range strings.Split(values.Get("closed"), ",") {
		if day = strings.TrimSpace(day); day != "" {
			in.Hours.Closed = append(in.Hours.Closed, day)
		}
	}
	err = p.Ops.SetPerson(r.Context(), actor(r), in)
	if web.Correctable(err) {
		return p.personPage(w, r, kit.Input{Values: values, Err: err}, kit.Input{})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Saved.")
	web.Redirect(w, r, capacityPath)
	return nil
}

func (p *Pages) plan(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	week, dayErr := dayOf("week", values.Get("week"))
	if dayErr == nil && week.IsZero() {
		dayErr = fault.New(fault.Invalid, "week", "Choose the week.").At("week")
	}
	minutes, err := minutesOf("minutes", values.Get("minutes"))
	var missing error
	if values.Get("client") == "" {
		missing = fault.New(fault.Invalid, "client-missing", "Choose the client.").At("client")
	}
	if err = together(dayErr, missing, err); err == nil {
		err = p.Ops.Plan(r.Context(), actor(r), ops.PlanInput{Account: r.PathValue("person"), Client: values.Get("client"), Week: week, Minutes: minutes})
	}
	if web.Correctable(err) {
		return p.personPage(w, r, kit.Input{}, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Planned.")
	web.Redirect(w, r, capacityPath)
	return nil
}
