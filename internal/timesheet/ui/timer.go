package ui

import (
	"cmp"
	"fmt"
	"net/http"
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

func (p *Pages) timerRoutes() []web.Route {
	return []web.Route{
		post(Path+"/timer/start", access.TimeOwn, p.startTimer),
		get(Path+"/timer", access.TimeOwn, p.showTimer),
		post(Path+"/timer/stop", access.TimeOwn, p.stopTimer),
		post(Path+"/timer/drop", access.TimeOwn, p.dropTimer),
	}
}

// timerPart is the running timer, or the form that starts one.
func (p *Pages) timerPart(r *http.Request, running *ops.Running, names map[string]string, what []kit.Field) templ.Component {
	if running == nil {
		return folded("Start the timer", kit.Form(kit.FormView{Action: Path + "/timer/start", Fields: what, Submit: "Start"}))
	}
	hidden := []kit.Field{{Name: "timer", Kind: kit.Hidden, Value: running.ID}}
	words := fmt.Sprintf("Running since %s for %s, %s: %s.", clockOf(running.Started, running.Zone), cmp.Or(names[running.Client], "the agency"), about(running.What), timesheet.Clock(running.Minutes))
	parts := []templ.Component{paragraph(words)}
	if running.Forgotten {
		parts = append(parts, kit.Button(kit.ButtonView{Text: "Say when it ended", Kind: kit.Primary, Href: Path + "/timer"}))
	} else {
		parts = append(parts, kit.Button(kit.ButtonView{Text: "Stop", Kind: kit.Primary, Post: Path + "/timer/stop", Hidden: hidden}))
	}
	return kit.Group(append(parts, kit.Button(kit.ButtonView{Text: "Throw away", Post: Path + "/timer/drop", Hidden: hidden}))...)
}

func (p *Pages) startTimer(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, err = p.Ops.StartTimer(r.Context(), actor(r), whatOf(values))
	if web.Correctable(err) {
		return p.weekPage(w, r, cal.Date{}, kit.Input{Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "The timer runs.")
	web.Redirect(w, r, Path)
	return nil
}

func (p *Pages) showTimer(w http.ResponseWriter, r *http.Request) error {
	return p.timerPage(w, r, kit.Input{})
}

// timerPage asks when a timer ended that may have been forgotten.
func (p *Pages) timerPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	running, err := p.Ops.Timer(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Timer", Room: Room, Narrow: true, Status: in.Status(), Crumbs: []kit.Link{{Text: "My time", Href: Path}}}
	if running == nil {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No timer runs", Text: "Start one on the page of your week. It counts until you stop it, also when the page is closed.", Action: kit.Button(kit.ButtonView{Text: "My time", Href: Path})}))
	}
	view.Lede = fmt.Sprintf("It runs since %s: %s. Time over midnight becomes an entry for each day.", clockOf(running.Started, running.Zone), timesheet.Clock(running.Minutes))
	ended := kit.Field{Name: "ended", Label: "The work ended", Kind: kit.Radio}
	for _, at := range running.Proposals {
		ended.Options = append(ended.Options, kit.Option{Value: at.UTC().Format(time.RFC3339), Text: clockOf(at, running.Zone), Hint: timesheet.Clock(timesheet.Minutes(running.Started, at))})
	}
	ended.Options = append(ended.Options, kit.Option{Value: "other", Text: "at another time"}, kit.Option{Value: "ran", Text: "just now: it really took that long"})
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: Path + "/timer/stop", Submit: "Stop", Cancel: Path, Input: in, Fields: []kit.Field{{Name: "timer", Kind: kit.Hidden, Value: running.ID}, ended,
		{Name: "other_day", Label: "Day", Kind: kit.Date, Optional: true, Value: cal.DateOf(running.Started, running.Zone).String()}, {Name: "other_time", Label: "Time", Optional: true, Placeholder: "17:30"}}}))
}

func (p *Pages) stopTimer(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := ops.StopInput{ID: values.Get("timer")}
	switch ended := values.Get("ended"); ended {
	case "":
	case "ran":
		in.AsItRan = true
	case "other":
		in.Ended, err = p.otherEnd(r, values.Get("other_day"), values.Get("other_time"))
	default:
		if in.Ended, err = time.Parse(time.RFC3339, ended); err != nil {
			err = fault.New(fault.Invalid, "ended", "Choose when the work ended.").At("ended")
		}
	}
	var made []timesheet.Entry
	if err == nil {
		made, err = p.Ops.StopTimer(r.Context(), actor(r), in)
	}
	if web.Correctable(err) {
		return p.timerPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	sum := 0
	for _, e := range made {
		sum += e.Minutes
	}
	words := "Stopped: " + timesheet.Clock(sum) + " entered."
	if sum == 0 {
		words = "Stopped within a minute: nothing was entered."
	}
	web.Flash(r, kit.Done, words)
	web.Redirect(w, r, Path)
	return nil
}

// otherEnd reads a day and a time of day in the timer's zone. Fault: Invalid at the fields.
func (p *Pages) otherEnd(r *http.Request, on, at string) (time.Time, error) {
	running, err := p.Ops.Timer(r.Context(), actor(r))
	if err != nil {
		return time.Time{}, err
	}
	if running == nil {
		return time.Time{}, fault.New(fault.NotFound, "timer-stopped", "This timer does not run any more; it may have been stopped in another window.")
	}
	day, err := dayOf("other_day", on)
	minute, timeErr := cal.ParseMinute(at)
	if timeErr != nil {
		timeErr = fault.New(fault.Invalid, "time-of-day", "Write the time as 17:30.").At("other_time")
	}
	if err := together(err, timeErr); err != nil {
		return time.Time{}, err
	}
	return timesheet.OnClock("other_time", day, minute, running.Zone)
}

func (p *Pages) dropTimer(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if err := p.Ops.DropTimer(r.Context(), actor(r), values.Get("timer")); err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Thrown away.")
	web.Redirect(w, r, Path)
	return nil
}
