// Package api holds the operations of time for programs: the timer, own entries and the week, and the time of a client. It owns what programs read and write, not the rules
// (timesheet) nor who may do what (timesheet/ops).
package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

const tag = "Time"

// Operations are the operations of this room.
type Operations struct {
	Timesheet *ops.Service
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	api.Register(a, operation(http.MethodGet, "/time/timer", "getTimer", "Read the own running timer", access.TimeOwn), o.timer)
	start := operation(http.MethodPost, "/time/timer", "startTimer", "Start the own timer", access.TimeOwn)
	start.Status = http.StatusCreated
	api.Register(a, start, o.start)
	stop := operation(http.MethodPost, "/time/timer/stop", "stopTimer", "Stop the own timer and enter its time as drafts, one a day", access.TimeOwn)
	stop.Description = "Stopping the same timer again gives the same entries. One that has run for more than ten hours must be given its end, or kept as it ran."
	api.Register(a, stop, o.stop)
	enter := operation(http.MethodPost, "/time/entries", "enterTime", "Enter own time as a draft", access.TimeOwn)
	enter.Status = http.StatusCreated
	api.Register(a, enter, o.enter)
	api.Register(a, operation(http.MethodPut, "/time/entries/{entry}", "changeTime", "Change a draft of the own time", access.TimeOwn), o.change)
	api.Register(a, operation(http.MethodGet, "/time/week", "getWeek", "Read the own week", access.TimeOwn), o.week)
	api.Register(a, operation(http.MethodPost, "/time/week/submit", "submitWeek", "Submit the drafts of the own week", access.TimeOwn), o.submit)
	list := operation(http.MethodGet, "/clients/{client}/time", "listTime", "List the time spent for a client", access.TimeSee)
	list.Description = "For the client: what is approved and billable, with the texts that are meant for it."
	api.Register(a, list, o.list)
	api.Register(a, operation(http.MethodGet, "/clients/{client}/time/burn", "getBurn", "Read what of the hours of each retainer is used", access.TimeSee), o.burn)
	o.registerApproval(a)
}

func operation(method, path, id, summary string, action access.Action) api.Operation {
	return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
}

// What is what time is for.
type What struct {
	Client       string `json:"client,omitempty" maxLength:"64" doc:"Id; absent only for the agency's internal time"`
	Class        string `json:"class" enum:"billable,over-serviced,internal"`
	Clause       string `json:"clause,omitempty" maxLength:"120" doc:"The contract's name of the clause, where several count hours"`
	Category     string `json:"category,omitempty" maxLength:"120"`
	Request      string `json:"request,omitempty" maxLength:"120"`
	Note         string `json:"note,omitempty" maxLength:"500" doc:"The client reads it when the time is approved"`
	InternalNote string `json:"internal_note,omitempty" maxLength:"500" doc:"Never leaves the agency"`
}

func (w What) what() timesheet.What {
	return timesheet.What{Client: w.Client, Class: timesheet.Class(w.Class), Clause: w.Clause, Category: w.Category, Request: w.Request, Note: w.Note, InternalNote: w.InternalNote}
}

func whatOf(w timesheet.What) What {
	return What{w.Client, string(w.Class), w.Clause, w.Category, w.Request, w.Note, w.InternalNote}
}

// Entry is time of one person on one day.
type Entry struct {
	ID      string `json:"id"`
	Version int    `json:"version" doc:"A change names the version that it was made from"`
	Person  string `json:"person"`
	Day     string `json:"day" format:"date"`
	Minutes int    `json:"minutes"`
	What
	State    string `json:"state" enum:"draft,submitted,approved,returned"`
	Reason   string `json:"reason,omitempty" doc:"Why it was returned, or why it corrects or is late"`
	Late     bool   `json:"late,omitempty" doc:"Its month was locked when it was entered or approved"`
	Corrects string `json:"corrects,omitempty" doc:"Id of the approved entry that it replaces"`
}

func entryOf(e timesheet.Entry) Entry {
	return Entry{ID: e.ID, Version: e.Version, Person: e.Person, Day: e.Day.String(), Minutes: e.Minutes, What: whatOf(e.What), State: string(e.State), Reason: e.Reason, Late: e.Late, Corrects: e.Corrects}
}

func entriesOf(list []timesheet.Entry) []Entry {
	out := make([]Entry, len(list))
	for i, e := range list {
		out[i] = entryOf(e)
	}
	return out
}

// Timer is the own timer.
type Timer struct {
	Running   bool       `json:"running"`
	ID        string     `json:"id,omitempty"`
	Started   *time.Time `json:"started_at,omitempty"`
	Minutes   int        `json:"minutes,omitempty" doc:"Until now"`
	For       *What      `json:"for,omitempty"`
	Forgotten bool       `json:"forgotten,omitempty" doc:"It has run for so long that stopping it asks when the work ended"`
}

func (o *Operations) timer(ctx context.Context, _ *struct{}) (*api.Answer[Timer], error) {
	running, err := o.Timesheet.Timer(ctx, access.ActorFrom(ctx))
	if err != nil || running == nil {
		return &api.Answer[Timer]{}, err
	}
	out := timerOf(running.Timer)
	out.Minutes, out.Forgotten = running.Minutes, running.Forgotten
	return &api.Answer[Timer]{Body: out}, nil
}

func timerOf(t timesheet.Timer) Timer {
	what := whatOf(t.What)
	return Timer{Running: true, ID: t.ID, Started: &t.Started, For: &what}
}

func (o *Operations) start(ctx context.Context, in *struct{ Body What }) (*api.Answer[Timer], error) {
	t, err := o.Timesheet.StartTimer(ctx, access.ActorFrom(ctx), in.Body.what())
	if err != nil {
		return nil, err
	}
	return &api.Answer[Timer]{Body: timerOf(t)}, nil
}

// Stop says which timer ends, and when.
type Stop struct {
	Timer   string     `json:"timer" minLength:"1" maxLength:"64" doc:"Id of the timer"`
	Ended   *time.Time `json:"ended_at,omitempty" doc:"Absent: now"`
	AsItRan bool       `json:"as_it_ran,omitempty" doc:"One that has run for long really took that long"`
	Late    bool       `json:"late,omitempty" doc:"The month is locked; then reason says why it comes now"`
	Reason  string     `json:"reason,omitempty" maxLength:"500"`
}

// Entries are several entries.
type Entries struct {
	Entries []Entry `json:"entries" nullable:"false"`
}

func (o *Operations) stop(ctx context.Context, in *struct{ Body Stop }) (*api.Answer[Entries], error) {
	b := in.Body
	stop := ops.StopInput{ID: b.Timer, AsItRan: b.AsItRan, Late: b.Late, Reason: b.Reason}
	if b.Ended != nil {
		stop.Ended = *b.Ended
	}
	made, err := o.Timesheet.StopTimer(ctx, access.ActorFrom(ctx), stop)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Entries]{Body: Entries{entriesOf(made)}}, nil
}

// Enter is own time.
type Enter struct {
	Day     string `json:"day" format:"date"`
	Minutes int    `json:"minutes" minimum:"1" maximum:"1440" doc:"Whole minutes of one day; time over midnight is two entries"`
	What
	Late   bool   `json:"late,omitempty" doc:"The month is locked; then reason says why it comes now"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
	Again  bool   `json:"again,omitempty" doc:"The same time really happened twice"`
}

func (b Enter) input() (ops.EntryInput, error) {
	day, err := cal.ParseDate(b.Day)
	if err != nil {
		err = fault.New(fault.Invalid, "day", "Write the day as 2026-03-31.").At("day")
	}
	return ops.EntryInput{Day: day, Minutes: b.Minutes, What: b.what(), Late: b.Late, Reason: b.Reason, Again: b.Again}, err
}

func (o *Operations) enter(ctx context.Context, in *struct{ Body Enter }) (*api.Answer[Entry], error) {
	input, err := in.Body.input()
	if err != nil {
		return nil, err
	}
	return o.entered(o.Timesheet.Enter(ctx, access.ActorFrom(ctx), input))
}

func (o *Operations) entered(e timesheet.Entry, err error) (*api.Answer[Entry], error) {
	if err != nil {
		return nil, err
	}
	return &api.Answer[Entry]{Body: entryOf(e)}, nil
}

// Change is a draft as it should be.
type Change struct {
	Version int `json:"version" minimum:"1" doc:"As it was seen"`
	Enter
}

func (o *Operations) change(ctx context.Context, in *struct {
	Entry string `path:"entry" maxLength:"64" doc:"Id of the entry"`
	Body  Change
}) (*api.Answer[Entry], error) {
	input, err := in.Body.input()
	if err != nil {
		return nil, err
	}
	input.ID, input.Version = in.Entry, in.Body.Version
	return o.entered(o.Timesheet.Enter(ctx, access.ActorFrom(ctx), input))
}

// Week is the own week.
type Week struct {
	Monday  string  `json:"monday" format:"date"`
	Minutes int     `json:"minutes" doc:"Of the week"`
	Entries []Entry `json:"entries" nullable:"false"`
}

func (o *Operations) week(ctx context.Context, in *struct {
	Day string `query:"day" format:"date" doc:"Any day of the week; absent: today"`
}) (*api.Answer[Week], error) {
	day, err := dayOf(in.Day)
	if err != nil {
		return nil, err
	}
	week, err := o.Timesheet.Week(ctx, access.ActorFrom(ctx), day)
	if err != nil {
		return nil, err
	}
	out := Week{Monday: week.Monday.String(), Minutes: week.Sum(), Entries: []Entry{}}
	for n := range 7 {
		for _, l := range week.Lines {
			out.Entries = append(out.Entries, entriesOf(l.Days[n].Entries)...)
		}
	}
	return &api.Answer[Week]{Body: out}, nil
}

// dayOf reads a day; an empty text is none. Fault: Invalid at "day".
func dayOf(text string) (cal.Date, error) {
	if text == "" {
		return cal.Date{}, nil
	}
	day, err := cal.ParseDate(text)
	if err != nil {
		return day, fault.New(fault.Invalid, "day", "Write the day as 2026-03-31.").At("day")
	}
	return day, nil
}

// Submit names a week.
type Submit struct {
	Day string `json:"day" format:"date" doc:"Any day of the week"`
}

// Submitted is how many entries were submitted.
type Submitted struct {
	Submitted int `json:"submitted"`
}

func (o *Operations) submit(ctx context.Context, in *struct{ Body Submit }) (*api.Answer[Submitted], error) {
	day, err := dayOf(in.Body.Day)
	if err != nil {
		return nil, err
	}
	n, err := o.Timesheet.Submit(ctx, access.ActorFrom(ctx), day)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Submitted]{Body: Submitted{n}}, nil
}

func (o *Operations) list(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Month  string `query:"month" example:"2026-03" doc:"Absent: all months"`
	api.Page
}) (*api.Answer[api.List[Entry]], error) {
	filter := ops.Filter{Client: in.Client}
	if in.Month != "" {
		m, err := cal.ParseMonth(in.Month)
		if err != nil {
			return nil, fault.New(fault.Invalid, "month", "Write the month as 2026-03.").At("month")
		}
		filter.Period = m.Period()
	}
	entries, err := o.Timesheet.Entries(ctx, access.ActorFrom(ctx), filter)
	if err != nil {
		return nil, err
	}
	return api.Cut(in.Page, entriesOf(entries), func(e Entry) string { return e.ID })
}

// Burn is what of a retainer's hours is used in the fee period that runs.
type Burn struct {
	Contract string   `json:"contract"`
	Clause   string   `json:"clause"`
	From     string   `json:"from" format:"date"`
	Through  string   `json:"through" format:"date"`
	AtHand   int      `json:"at_hand" doc:"Minutes: included, and carried on from before"`
	Used     int      `json:"used" doc:"Counted minutes, after rounding"`
	Over     int      `json:"over" doc:"Minutes above what is at hand"`
	Lots     []Lot    `json:"lots" nullable:"false" doc:"In the order in which they are used"`
	Reached  []string `json:"reached" nullable:"false" doc:"Alerts of the contract: warn, soft, hard"`
}

// Lot is hours that were earned in one fee period.
type Lot struct {
	EarnedFrom string `json:"earned_from" format:"date"`
	Carried    bool   `json:"carried"`
	Minutes    int    `json:"minutes"`
	Used       int    `json:"used"`
	Expires    string `json:"expires" format:"date" doc:"The first day on which it can no longer be used"`
}

// Burns are those of all retainers.
type Burns struct {
	Known bool   `json:"known"`
	Burns []Burn `json:"burns" nullable:"false"`
}

func (o *Operations) burn(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
}) (*api.Answer[Burns], error) {
	burns, known, err := o.Timesheet.BurnOf(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	out := Burns{Known: known, Burns: []Burn{}}
	for _, b := range burns {
		one := Burn{Contract: b.Contract, Clause: b.Clause, From: b.Period.From.String(), Through: b.Period.Last().String(), AtHand: b.AtHand, Used: b.Used, Over: b.Over, Lots: []Lot{}, Reached: []string{}}
		for _, l := range b.Lots {
			one.Lots = append(one.Lots, Lot{EarnedFrom: l.Earned.From.String(), Carried: l.Carried, Minutes: l.Minutes, Used: l.Used, Expires: l.Expires.String()})
		}
		for _, level := range b.Reached() {
			one.Reached = append(one.Reached, string(level))
		}
		out.Burns = append(out.Burns, one)
	}
	return &api.Answer[Burns]{Body: out}, nil
}
