package contract

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Priority of a request.
type Priority string

// The priorities, the most pressing first.
const (
	Urgent Priority = "urgent"
	High   Priority = "high"
	Normal Priority = "normal"
	Low    Priority = "low"
)

// Priorities are all of them, the most pressing first.
func Priorities() []Priority { return []Priority{Urgent, High, Normal, Low} }

// Party is one that works on a request and may have promised something.
type Party string

// The parties. A specialist works under the lead, and its time is the agency's towards the client.
const (
	ByAgency     Party = "agency"
	ByClient     Party = "client"
	BySpecialist Party = "specialist"
)

// Until is what ends a clock.
type Until string

// What is promised. Feedback is the client's word on a version that was delivered to it.
const (
	UntilResponse   Until = "response"
	UntilFirstDraft Until = "first-draft"
	UntilResolution Until = "resolution"
	UntilFeedback   Until = "feedback"
	UntilReturn     Until = "return"
)

var withinScalar = spanOrNone(cal.Minutes, cal.Hours, cal.WorkingDays)

var serviceLevelsSpec = spec{key: "service_levels", optional: true, doc: "How fast is promised, and in which hours time runs. Left out: nothing is promised.", fields: []spec{
	{key: "hours", doc: "When work is done, in the zone of the contract. The holidays of the calendar are not worked.", items: &spec{fields: []spec{
		{key: "days", doc: "Days of the week: mon-fri, sat, or mon, wed.", scalar: textOf("days of the week", "mon-fri", `^[a-z]{3}(-[a-z]{3})?(, ?[a-z]{3}(-[a-z]{3})?)*$`, func(s string) error { _, err := cal.ParseWeekdays(s); return err })},
		{key: "shifts", doc: "From when to when, without the lunch.", scalar: shiftsScalar},
	}}},
	{key: "other_days", doc: "Days with other hours: half days, and closures beside the holidays. Write [] for none.", items: &spec{fields: []spec{
		{key: "day", doc: "The day.", scalar: dateScalar},
		{key: "shifts", doc: "Its hours, or closed.", scalar: shiftsScalar},
	}}},
	{key: "working_day", doc: "How much working time a promise of one working day is. Needed where a promise is in working days.", scalar: spanOf(cal.Hours, cal.Minutes), optional: true},
	{key: "promises", doc: "What is promised.", items: &spec{fields: []spec{
		{key: "promise", doc: "Its name, as service credits and misses give it.", scalar: slugScalar},
		{key: "by", doc: "Who promises it: agency, client, or specialist, who works under the agency. The agency's time stands still while it waits on the client, and not while it waits on a specialist.", scalar: choice(string(ByAgency), string(ByClient), string(BySpecialist))},
		{key: "until", doc: "What is promised: response: an answer with questions or a date; first-draft: the first version; resolution: the end of the request; feedback: the client's word on a version; return: the specialist hands back what it was asked for.", scalar: choice(string(UntilResponse), string(UntilFirstDraft), string(UntilResolution), string(UntilFeedback), string(UntilReturn))},
		{key: "urgent", doc: "Within how much working time, or none.", scalar: withinScalar},
		{key: "high", doc: "The same for this priority.", scalar: withinScalar},
		{key: "normal", doc: "The same for this priority.", scalar: withinScalar},
		{key: "low", doc: "The same for this priority.", scalar: withinScalar},
		list("around_the_clock", "Priorities whose time runs day and night, holidays too. Write [] for none.", choice(string(Urgent), string(High), string(Normal), string(Low)), false),
	}}},
	{key: "escalate", doc: "Who is told when how much of the time is used. Write [] for nobody.", items: &spec{fields: []spec{
		{key: "at", doc: "The part of the time that is used; 100 % is the moment at which the promise is missed.", scalar: percentOf()},
		{key: "to", doc: "Who is told.", scalar: choice("assignee", "account-lead", "agency-owner", "client")},
	}}},
	prioritySpec,
	excusesSpec,
}}

var shiftsScalar = textOf("shifts, or closed", "09:00-12:00, 13:00-17:30", `^(closed|[0-9]{2}:[0-9]{2} ?- ?[0-9]{2}:[0-9]{2}(, ?[0-9]{2}:[0-9]{2} ?- ?[0-9]{2}:[0-9]{2})*)$`, func(s string) error {
	_, err := cal.ParseShifts(s)
	return err
})

// ServiceLevels are promises of how fast, and the hours in which time runs.
type ServiceLevels struct {
	Hours      cal.WorkHours
	WorkingDay time.Duration // working time of one working day of a promise; 0: not said
	Promises   []Promised
	Escalate   []Escalation
	Priority   *PriorityMatrix // nil: whoever opens a request chooses its priority
	Excuses    []string        // client-late; empty: only the client excuses a miss
}

// Promised is one promise.
type Promised struct {
	Name   string
	By     Party
	Until  Until
	Within map[Priority]cal.Span // minutes, hours or working days; a priority without one has no promise
	Always []Priority            // whose time runs around the clock
}

// Escalation says who is told when a part of the time is used.
type Escalation struct {
	At money.Ratio
	To string // assignee | account-lead | agency-owner | client
}

// Promise finds a promise by its name.
func (s *ServiceLevels) Promise(name string) (Promised, bool) {
	i := slices.IndexFunc(s.Promises, func(p Promised) bool { return p.Name == name })
	if i < 0 {
		return Promised{}, false
	}
	return s.Promises[i], true
}

// Allowed is how much time a promise gives for a priority, and the hours in which it runs; ok is false where nothing is promised.
func (s *ServiceLevels) Allowed(p Promised, priority Priority) (allowed time.Duration, hours cal.WorkHours, ok bool) {
	span, promised := p.Within[priority]
	if !promised {
		return 0, s.Hours, false
	}
	hours = s.Hours
	if slices.Contains(p.Always, priority) {
		hours = around(s.Hours.Zone)
	}
	if span.Unit == cal.WorkingDays {
		return time.Duration(span.N) * s.WorkingDay, hours, true
	}
	allowed, _ = span.Duration()
	return allowed, hours, true
}

// around works always.
func around(zone *time.Location) cal.WorkHours {
	w := cal.WorkHours{Zone: zone}
	for day := range w.Week {
		w.Week[day] = []cal.Shift{{From: 0, To: cal.EndOfDay}}
	}
	return w
}

// policyForm is that of a text of promises by themselves, with the words of a contract.
var policyForm = func() (out []spec) {
	for _, s := range document.fields {
		switch s.key {
		case "time_zone", "calendar":
			out = append(out, s)
		case serviceLevelsSpec.key:
			s.optional = false
			out = append(out, s)
		}
	}
	return out
}()

// beginsContract is the first key of a contract.
var beginsContract = regexp.MustCompile(`(?m)^contract:`)

// ParseServiceLevels reads the promises of a contract, or a text with nothing but time_zone, calendar and service_levels. Faults as Parse; Invalid for a
// contract that promises nothing.
func ParseServiceLevels(source []byte) (*ServiceLevels, error) {
	if beginsContract.Match(source) {
		t, err := ParseAccepted(source)
		if err == nil && t.Service == nil {
			err = fault.New(fault.Invalid, "service-levels", "this contract promises nothing about how fast; write what it promises under service_levels").At(serviceLevelsSpec.key)
		}
		return t.Service, err
	}
	doc, faults := (&reader{form: policyForm}).document(source)
	if len(faults) > 0 {
		return nil, spokenPlaces(doc, faults).Err()
	}
	b := &builder{}
	zone, _ := cal.Zone(doc.str("time_zone"))
	levels := b.serviceLevels(doc.get(serviceLevelsSpec.key), zone, workCalendar(doc.get("calendar")))
	byPlace(b.faults)
	return levels, spokenPlaces(doc, b.faults).Err()
}

func (b *builder) serviceLevels(v *value, zone *time.Location, calendar cal.WorkCalendar) *ServiceLevels {
	if v == nil || zone == nil {
		return nil
	}
	s := &ServiceLevels{Hours: b.workHours(v, zone, calendar)}
	s.WorkingDay, _ = v.span("working_day").Duration()
	for _, item := range v.get("promises").items {
		p := Promised{Name: item.str("promise"), By: Party(item.str("by")), Until: Until(item.str("until")), Within: map[Priority]cal.Span{}}
		for _, each := range item.texts("around_the_clock") {
			p.Always = append(p.Always, Priority(each))
		}
		b.promise(item, s, &p)
		if _, twice := s.Promise(p.Name); twice {
			b.problem(item.get("promise"), "promise-twice", "two promises are named %q; give each its own name", p.Name)
		}
		s.Promises = append(s.Promises, p)
	}
	if len(s.Promises) == 0 {
		b.problem(v.get("promises"), "promises-empty", "nothing is promised; write at least one promise, or leave service_levels out")
	}
	for _, item := range v.get("escalate").items {
		at, _ := money.ParsePercent(item.str("at"))
		if at.Sign() == 0 {
			b.problem(item.get("at"), "escalation-at-once", "somebody is told before any time is used; write more than 0 %%")
		}
		s.Escalate = append(s.Escalate, Escalation{at, item.str("to")})
	}
	s.Priority, s.Excuses = b.priorityMatrix(v.get("priority")), v.texts("excuses")
	return s
}

func (b *builder) promise(item *value, s *ServiceLevels, p *Promised) {
	for _, priority := range Priorities() {
		if item.str(string(priority)) == "none" {
			if slices.Contains(p.Always, priority) {
				b.problem(item.get("around_the_clock"), "promise-none-always", "%s has no promise, so no time of it runs around the clock; take it out of the list", priority)
			}
			continue
		}
		span := item.span(string(priority))
		switch {
		case span.N == 0:
			b.problem(item.get(string(priority)), "promise-of-nothing", "a promise within no time cannot be kept; write a length such as 4 hours, or none")
		case span.Unit == cal.WorkingDays && s.WorkingDay == 0:
			b.problem(item.get(string(priority)), "working-day", "how long is a working day? Write working_day: 8 hours under service_levels")
		case span.Unit == cal.WorkingDays && slices.Contains(p.Always, priority):
			b.problem(item.get("around_the_clock"), "working-days-always", "working days do not run around the clock; write the promise for %s in hours", priority)
		}
		p.Within[priority] = span
	}
	if len(p.Within) == 0 {
		b.problem(item, "promise-none", "the promise %q promises nothing for any priority; write at least one length", p.Name)
	}
	for until, by := range map[Until]Party{UntilFeedback: ByClient, UntilReturn: BySpecialist} {
		if (p.Until == until) != (p.By == by) {
			b.problem(item.get("until"), "promise-by", "%s is what the %s promises, and all that it can promise; write until: %s with by: %s, or neither", until, by, until, by)
		}
	}
}

func (b *builder) workHours(v *value, zone *time.Location, calendar cal.WorkCalendar) cal.WorkHours {
	w := cal.WorkHours{Zone: zone, Days: map[cal.Date][]cal.Shift{}}
	for _, d := range calendar.Closed {
		w.Days[d] = nil
	}
	var taken [7]bool
	for _, item := range v.get("hours").items {
		days, _ := cal.ParseWeekdays(item.str("days"))
		shifts, _ := cal.ParseShifts(item.str("shifts"))
		for _, day := range days {
			if taken[day] {
				b.problem(item.get("days"), "hours-twice", "%s has hours already; write each day once", day)
			}
			taken[day] = true
			w.Week[day] = shifts
		}
	}
	other := map[cal.Date]bool{}
	for _, item := range v.get("other_days").items {
		d := item.date("day")
		if other[d] {
			b.problem(item.get("day"), "hours-twice", "%s has other hours already; write each day once", d.Words())
		}
		other[d] = true
		shifts, _ := cal.ParseShifts(item.str("shifts"))
		if len(shifts) > 0 && slices.Contains(calendar.Closed, d) {
			b.problem(item.get("day"), "hours-of-a-holiday", "%s is a holiday of the calendar; take it out there, or its hours out here", d.Words())
		}
		w.Days[d] = shifts
	}
	if err := w.Check(); err != nil {
		b.problem(v.get("hours"), "work-hours", "%s", err)
	}
	return w
}

// Words are the promises as sentences.
func (s *ServiceLevels) Words() []string {
	var out []string
	for _, p := range s.Promises {
		var within []string
		for _, priority := range Priorities() {
			if span, ok := p.Within[priority]; ok {
				words := span.String()
				if slices.Contains(p.Always, priority) {
					words += " around the clock"
				} else if span.Unit != cal.WorkingDays {
					words += " of working time"
				}
				within = append(within, fmt.Sprintf("%s %s", priority, words))
			}
		}
		out = append(out, fmt.Sprintf("%s: the %s promises %s within %s.", p.Name, p.By, untilWords[p.Until], strings.Join(within, ", ")))
	}
	out = append(out, "Working time is "+weekWords(s.Hours)+".")
	if s.WorkingDay > 0 {
		out = append(out, fmt.Sprintf("A working day of a promise is %s of it.", cal.Length(s.WorkingDay)))
	}
	out = append(out, "The agency's time stands still while it waits on the client, and runs on while it waits on a specialist.")
	for _, e := range s.Escalate {
		out = append(out, fmt.Sprintf("When %s of the time is used, the %s is told.", e.At, strings.ReplaceAll(e.To, "-", " ")))
	}
	if s.Priority != nil {
		out = append(out, s.Priority.Words()...)
	}
	if slices.Contains(s.Excuses, ClientLate) {
		out = append(out, "A promise that the agency missed is excused where the client missed one of its own on the same request before.")
	}
	return out
}

var untilWords = map[Until]string{UntilResponse: "a response", UntilFirstDraft: "the first draft", UntilResolution: "the resolution", UntilFeedback: "feedback on a version",
	UntilReturn: "to hand back what it was asked for"}

// weekWords names the hours of the week, days with the same hours together.
func weekWords(w cal.WorkHours) string {
	var out []string
	for from := 1; from <= 7; {
		to := from
		for to < 7 && slices.Equal(w.Week[(to+1)%7], w.Week[from%7]) {
			to++
		}
		if shifts := w.Week[from%7]; len(shifts) > 0 {
			days := time.Weekday(from % 7).String()
			if to > from {
				days += " to " + time.Weekday(to%7).String()
			}
			var hours []string
			for _, s := range shifts {
				hours = append(hours, s.String())
			}
			out = append(out, days+" "+strings.Join(hours, ", "))
		}
		from = to + 1
	}
	words := strings.Join(out, "; ")
	var others []string
	for _, d := range slices.SortedFunc(maps.Keys(w.Days), cal.Date.Cmp) {
		if shifts := w.Days[d]; len(shifts) > 0 {
			var hours []string
			for _, s := range shifts {
				hours = append(hours, s.String())
			}
			others = append(others, d.Words()+" "+strings.Join(hours, ", "))
		}
	}
	if len(others) > 0 {
		words += ", but " + strings.Join(others, "; ")
	}
	return words + ", and not on holidays"
}
