package ui

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
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

func (p *Pages) entryRoutes() []web.Route {
	const one = Path + "/entries/{entry}"
	return []web.Route{
		post(Path+"/entries", access.TimeOwn, p.add),
		get(one, access.TimeOwn, p.showEntry),
		post(one, access.TimeOwn, p.change),
		post(one+"/remove", access.TimeOwn, p.remove),
		post(one+"/correct", access.TimeOwn, p.correct),
	}
}

func entryPath(id string) string { return Path + "/entries/" + url.PathEscape(id) }

// addForm asks for one entry, or for a stretch of a day that may go over midnight.
func (p *Pages) addForm(today cal.Date, what []kit.Field, in kit.Input) templ.Component {
	fields := []kit.Field{{Name: "key", Kind: kit.Hidden, Value: rand.Text()},
		{Name: "day", Label: "Day", Kind: kit.Date, Value: today.String()},
		{Name: "minutes", Label: "Time", Kind: kit.Decimal, Optional: true, Hint: "1:30, 1h 30m or 1.5 hours. Or say from when to when:"},
		{Name: "from", Label: "From", Optional: true, Placeholder: "22:30"},
		{Name: "to", Label: "To", Optional: true, Placeholder: "01:00", Hint: "An end before the beginning is on the next day; it becomes two entries."},
		{Name: "long", Label: "It really took more than ten hours", Kind: kit.Checkbox, Optional: true}}
	fields = append(fields, what...)
	fields = append(fields, kit.Field{Name: "again", Label: "The same time really happened twice", Kind: kit.Checkbox, Optional: true},
		kit.Field{Name: "late", Label: "It comes after the month was locked", Kind: kit.Checkbox, Optional: true, Hint: "The contract says what becomes of late entries."},
		kit.Field{Name: "reason", Label: "Why it comes late", Optional: true})
	return kit.Form(kit.FormView{Action: Path + "/entries", Fields: fields, Submit: "Add", Input: in})
}

func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	inputs, err := addedOf(values, p.Ops.Zone(r.Context(), actor(r), values.Get("client")), p.Ops.Now())
	var added []timesheet.Entry
	if err == nil {
		added, err = p.Ops.EnterAll(r.Context(), actor(r), inputs)
	}
	if web.Correctable(err) {
		return p.addPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Added.")
	web.Redirect(w, r, weekPath(timesheet.WeekOf(added[0].Day)))
	return nil
}

func (p *Pages) addPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	fields, _, err := p.whatFields(r, timesheet.What{})
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Add time", Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "My time", Href: Path}}}
	return web.Render(w, r, view, p.addForm(cal.Date{}, fields, in))
}

// addedOf reads one entry, or the parts of a stretch of time. Faults: Invalid at fields.
func addedOf(values url.Values, zone *time.Location, now time.Time) ([]ops.EntryInput, error) {
	day, dayErr := dayOf("day", values.Get("day"))
	minutes, err := minutesOf("minutes", values.Get("minutes"))
	in := ops.EntryInput{Key: values.Get("key"), Day: day, Minutes: minutes, What: whatOf(values), Late: values.Get("late") != "", Reason: values.Get("reason"), Again: values.Get("again") != ""}
	if values.Get("from")+values.Get("to") == "" || dayErr != nil || day.IsZero() {
		return []ops.EntryInput{in}, together(dayErr, err)
	}
	if values.Get("minutes") != "" {
		return nil, fault.New(fault.Invalid, "time-twice", "Write the time, or from when to when, not both.").At("minutes")
	}
	pieces, err := timesheet.Between(day, values.Get("from"), values.Get("to"), zone, now, values.Get("long") != "")
	if err != nil {
		return nil, err
	}
	var out []ops.EntryInput
	for i, piece := range pieces {
		one := in
		one.Day, one.Minutes = piece.Day, piece.Minutes
		if one.Key != "" {
			one.Key += "-" + strconv.Itoa(i)
		}
		out = append(out, one)
	}
	return out, nil
}

func (p *Pages) showEntry(w http.ResponseWriter, r *http.Request) error {
	return p.entryPage(w, r, kit.Input{})
}

func (p *Pages) entryPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	e, err := p.Ops.Entry(r.Context(), actor(r), r.PathValue("entry"))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: fmt.Sprintf("%s on %s", timesheet.Clock(e.Minutes), e.Day.Words()), Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "My time", Href: weekPath(timesheet.WeekOf(e.Day))}},
		State: kit.PillIn(string(e.State), kit.ToneOf(string(e.State))), Lede: e.Person + ", " + about(e.What)}
	switch {
	case e.State == timesheet.Approved:
		return web.Render(w, r, view, p.correctForm(e, in))
	case e.State == timesheet.Submitted || e.Account != actor(r).Account:
		return web.Render(w, r, view, kit.Notice(kit.NoticeView{Level: kit.Info, Text: "It was submitted and waits for approval. Whoever approves it can return it, and then it can be changed."}))
	}
	what, _, err := p.whatFields(r, e.What)
	if err != nil {
		return err
	}
	fields := []kit.Field{{Name: "version", Kind: kit.Hidden, Value: strconv.Itoa(e.Version)}, {Name: "day", Label: "Day", Kind: kit.Date, Value: e.Day.String()},
		{Name: "minutes", Label: "Time", Kind: kit.Decimal, Value: timesheet.Clock(e.Minutes), Hint: "1:30, 1h 30m or 1.5 hours."}}
	fields = append(fields, what...)
	if e.State == timesheet.Returned {
		view.Lede += ". Returned: " + e.Reason
	}
	return web.Render(w, r, view, kit.Group(kit.Form(kit.FormView{Action: entryPath(e.ID), Fields: fields, Submit: "Save", Cancel: weekPath(timesheet.WeekOf(e.Day)), Input: in}),
		part("Take it away", kit.Button(kit.ButtonView{Text: "Take this entry away", Kind: kit.Danger, Post: entryPath(e.ID) + "/remove", Hidden: []kit.Field{{Name: "version", Kind: kit.Hidden, Value: strconv.Itoa(e.Version)}}}))))
}

// correctForm asks what an approved entry should have said.
func (p *Pages) correctForm(e timesheet.Entry, in kit.Input) templ.Component {
	class := kit.Field{Name: "class", Label: "Counts as", Kind: kit.Select, Value: string(e.Class)}
	for _, c := range timesheet.Classes() {
		class.Options = append(class.Options, kit.Option{Value: string(c), Text: c.Words()})
	}
	return part("Correct it", kit.Form(kit.FormView{Action: entryPath(e.ID) + "/correct", Submit: "Submit the correction", Cancel: weekPath(timesheet.WeekOf(e.Day)), Input: in, Fields: []kit.Field{
		{Name: "day", Label: "Day", Kind: kit.Date, Value: e.Day.String()},
		{Name: "minutes", Label: "Time", Kind: kit.Decimal, Value: timesheet.Clock(e.Minutes), Hint: "0:00 when it was not worked. The approved entry stands until the correction is approved."},
		class, {Name: "note", Label: "Text for the client", Value: e.Note, Optional: true}, {Name: "reason", Label: "Why"}}}))
}

func (p *Pages) change(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	day, dayErr := dayOf("day", values.Get("day"))
	minutes, err := minutesOf("minutes", values.Get("minutes"))
	version, _ := strconv.Atoi(values.Get("version")) // none: it is not as it was seen
	if err = together(dayErr, err); err == nil {
		_, err = p.Ops.Entry(r.Context(), actor(r), r.PathValue("entry"))
	}
	if err == nil && version == 0 {
		err = fault.New(fault.Conflict, "entry-changed", "The form is an old one. Look at the entry again; nothing was saved.")
	}
	if err == nil {
		_, err = p.Ops.Enter(r.Context(), actor(r), ops.EntryInput{ID: r.PathValue("entry"), Version: version, Day: day, Minutes: minutes, What: whatOf(values), Again: true})
	}
	return p.after(w, r, day, values, err, "Saved.")
}

// after shows the entry again with what is wrong, or goes back to the week.
func (p *Pages) after(w http.ResponseWriter, r *http.Request, day cal.Date, values url.Values, err error, words string) error {
	if web.Correctable(err) {
		return p.entryPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, words)
	if day.IsZero() {
		web.Redirect(w, r, Path)
		return nil
	}
	web.Redirect(w, r, weekPath(timesheet.WeekOf(day)))
	return nil
}

func (p *Pages) remove(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(values.Get("version")) // none: it is not as it was seen
	err = p.Ops.Remove(r.Context(), actor(r), r.PathValue("entry"), version)
	return p.after(w, r, cal.Date{}, nil, err, "Taken away.")
}

func (p *Pages) correct(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	day, dayErr := dayOf("day", values.Get("day"))
	minutes, err := minutesOf("minutes", values.Get("minutes"))
	if err = together(dayErr, err); err == nil {
		_, err = p.Ops.Correct(r.Context(), actor(r), ops.CorrectInput{Entry: r.PathValue("entry"), Day: day, Minutes: minutes, Class: timesheet.Class(values.Get("class")), Note: values.Get("note"), Reason: values.Get("reason")})
	}
	return p.after(w, r, day, values, err, "Submitted. The approved entry stands until the correction is approved.")
}
