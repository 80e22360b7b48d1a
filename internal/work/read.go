package work

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Log is the events of a request as they were read.
type Log struct {
	Request string // its name; "" where the file is of one
	Events  []Event
}

// eventColumns are those of a file of events; request is for a file of several.
var eventColumns = []string{"request", "at", "event", "priority", "on", "of"}

// ReadEvents reads a CSV file of events with the columns at, event, priority (of opened and priority) and on (of waiting), and request where it is of
// several; of names the deliverable of delivered, feedback and taken-back where a request has several. An instant is written as 2026-03-02T09:00:00-05:00, or as 2026-03-02 09:00 in the zone, where clocks show that exactly once. Requests are in the order in
// which they come; the events of each stand in theirs. Faults: Invalid, each with its line; those of Request.After.
func ReadEvents(data []byte, zone *time.Location) ([]Log, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return nil, fault.New(fault.Invalid, "events-empty", "the file has no events; begin it with the line at,event,priority,on").Because(err)
	}
	var faults fault.List
	at := map[string]int{}
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(eventColumns, name) {
			continue // a note
		}
		if _, twice := at[name]; twice {
			faults.Add(fault.New(fault.Invalid, "column-twice", "the column %s stands in the file twice", name).AtLine(1, i+1))
		}
		at[name] = i
	}
	for _, name := range []string{"at", "event"} {
		if _, there := at[name]; !there {
			faults.Add(fault.New(fault.Invalid, "column-missing", "the file has no column %s; it has %s", name, strings.Join(head, ", ")).AtLine(1, 1))
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	x := logs{zone: zone, at: at, place: map[string]int{}}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			return nil, fault.New(fault.Invalid, "csv", "line %d is no row of a table: %s", wrong.Line, wrong.Err).AtLine(wrong.Line, wrong.Column)
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		x.row(row, line)
	}
	return x.all, x.faults.Err()
}

type logs struct {
	zone   *time.Location
	at     map[string]int
	all    []Log
	states []Request
	place  map[string]int
	faults fault.List
}

func (x *logs) row(row []string, line int) {
	cell := func(name string) string {
		if i, there := x.at[name]; there && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	if strings.TrimSpace(strings.Join(row, "")) == "" {
		return
	}
	e := Event{Kind: Kind(cell("event")), Priority: contract.Priority(cell("priority")), On: Waiting(cell("on")), Of: cell("of")}
	var err error
	if e.At, err = Instant(cell("at"), x.zone); err == nil {
		name := cell("request")
		n, known := x.place[name]
		if !known {
			n = len(x.all)
			x.place[name] = n
			x.all, x.states = append(x.all, Log{Request: name}), append(x.states, Request{})
		}
		if x.states[n], err = x.states[n].After(e); err == nil {
			x.all[n].Events = append(x.all[n].Events, e)
		}
	}
	for _, f := range fault.All(err) { // in a file, whatever it is, it is to be mended there
		x.faults.Add(fault.New(fault.Invalid, f.Code, "%s", f.Message).At(f.Field).AtLine(line, x.at[f.Field]+1))
	}
}

// Instant reads 2026-03-02T09:00:00-05:00, or 2026-03-02 09:00 in a zone. Fault: Invalid, also where the clocks of the zone never show it, or show it twice.
func Instant(text string, zone *time.Location) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	for _, form := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05"} {
		naive, err := time.Parse(form, text)
		if err != nil {
			continue
		}
		shown := showing(naive, zone)
		switch {
		case len(shown) == 0:
			return time.Time{}, fault.New(fault.Invalid, "instant-skipped", "the clocks of %s never show %s: they go forward over it; write the time with its offset, such as %s", zone, text, time.Date(naive.Year(), naive.Month(), naive.Day(), naive.Hour(), naive.Minute(), 0, 0, zone).Format(time.RFC3339)).At("at")
		case len(shown) > 1:
			return time.Time{}, fault.New(fault.Invalid, "instant-twice", "the clocks of %s show %s twice; write which, %s or %s", zone, text, shown[0].Format(time.RFC3339), shown[1].Format(time.RFC3339)).At("at")
		}
		return shown[0], nil
	}
	return time.Time{}, fault.New(fault.Invalid, "instant", "%q is no instant; write it as 2026-03-02T09:00:00-05:00, or as 2026-03-02 09:00 in %s", text, zone).At("at")
}

// showing are the instants at which clocks of the zone show a time, which is given as if in UTC: it looks where they would with each offset in force around it.
func showing(naive time.Time, zone *time.Location) (out []time.Time) {
	for _, near := range []time.Duration{-36 * time.Hour, 36 * time.Hour} {
		_, offset := naive.Add(near).In(zone).Zone()
		at := naive.Add(-time.Duration(offset) * time.Second).In(zone)
		if y, m, d := at.Date(); y == naive.Year() && m == naive.Month() && d == naive.Day() && at.Hour() == naive.Hour() && at.Minute() == naive.Minute() && !slices.ContainsFunc(out, at.Equal) {
			out = append(out, at)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

// Report is what `ofrecord sla clock` tells of a request, in words and figures.
type Report struct {
	Request  string                      `json:"request,omitempty"`
	Phase    Phase                       `json:"phase"`
	Priority contract.Priority           `json:"priority"`
	Waiting  Waiting                     `json:"waiting_on"`
	Used     map[contract.Party]Duration `json:"working_time_used"`
	Clocks   []Shown                     `json:"clocks"`
}

// Shown is a clock in words and figures.
type Shown struct {
	Promise   string            `json:"promise"`
	By        contract.Party    `json:"by"`
	Until     contract.Until    `json:"until"`
	Round     int               `json:"round,omitempty"`
	Priority  contract.Priority `json:"priority"`
	State     State             `json:"state"`
	Words     string            `json:"words"`
	Started   string            `json:"started"`
	Stopped   string            `json:"stopped,omitempty"`
	Due       string            `json:"due,omitempty"`
	Late      string            `json:"late_from,omitempty"`
	Allowed   Duration          `json:"allowed"`
	Elapsed   Duration          `json:"elapsed"`
	Stood     Duration          `json:"stood_still"`
	Left      Duration          `json:"left"`
	Escalates []ShownMoment     `json:"escalates,omitempty"`
	AsFar     *Likely           `json:"as_far,omitempty"` // others of the past that took more time than this one so far, where there are enough
}

// ShownMoment is when somebody is told.
type ShownMoment struct {
	At   string `json:"at"`
	Used string `json:"used"`
	To   string `json:"to"`
}

// Duration is a length of time in JSON: its whole seconds, and words.
type Duration time.Duration

// MarshalJSON writes {"seconds": 7800, "words": "2 h 10 min"}.
func (d Duration) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{"seconds":%d,"words":%q}`, int64(time.Duration(d)/time.Second), cal.Length(time.Duration(d))), nil
}

// Tell is the report on clocks, as of the instant for which they were computed. What is likely of those that are not settled is counted among the past ones.
func (x *Clocks) Tell(name string, past Past, now time.Time) Report {
	zone := x.levels.Hours.Zone
	text := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.In(zone).Format(time.RFC3339)
	}
	out := Report{Request: name, Phase: x.Request.Phase, Priority: x.Request.Priority, Waiting: x.Request.Waiting, Used: map[contract.Party]Duration{}, Clocks: []Shown{}}
	for _, by := range []contract.Party{contract.ByAgency, contract.ByClient, contract.BySpecialist} {
		out.Used[by] = Duration(x.Used[by])
	}
	for i := range x.Clocks {
		c := &x.Clocks[i]
		s := Shown{Promise: c.Promise, By: c.By, Until: c.Until, Round: c.Round, Priority: c.Priority, State: c.State, Words: c.Words(now), Started: text(c.Started), Stopped: text(c.Stopped),
			Due: text(c.Due), Late: text(c.Late), Allowed: Duration(c.Allowed), Elapsed: Duration(c.Elapsed), Stood: Duration(c.Stood), Left: Duration(c.Left())}
		if l := past.Foresee(c); l.Known() {
			s.AsFar = &l
			s.Words += "; " + l.Words(c)
		}
		for _, m := range c.Moments(x.levels) {
			s.Escalates = append(s.Escalates, ShownMoment{text(m.At), m.Used.At.String(), m.Used.To})
		}
		out.Clocks = append(out.Clocks, s)
	}
	return out
}
