package work

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Late is feedback that came after the client's time, or has not come yet.
type Late struct {
	Version int
	Ends    time.Time
	Came    time.Time     // zero: not yet, so that it is counted until now
	Days    int           // working days that have begun
	Worked  time.Duration // working time; 0 where the contract names no hours
}

// Lateness of the client's word, version by version, as of now. Of a version that was replaced or accepted by silence there is none.
func (d Deliverable) Lateness(now time.Time) []Late {
	var out []Late
	for i := range d.Versions {
		v := &d.Versions[i]
		until := v.Answered
		waits := until.IsZero() && d.Stage == StageAtClient && i == d.shown()
		if waits {
			until = now
		}
		if v.Ends.IsZero() || until.IsZero() || until.Before(v.Ends) {
			continue
		}
		l := Late{Version: v.Number, Ends: v.Ends, Came: v.Answered, Days: d.rules.workingDays(v.Ends, until)}
		if d.rules.Hours != nil {
			l.Worked = d.rules.Hours.Between(v.Ends, until)
		}
		out = append(out, l)
	}
	return out
}

// workingDays are those that have begun between two instants.
func (r Rules) workingDays(from, to time.Time) (n int) {
	last := cal.DateOf(to, r.Zone)
	for day := cal.DateOf(from, r.Zone); !day.After(last); day = day.AddDays(1) {
		if r.Calendar.IsWorking(day) {
			n++
		}
	}
	return n
}

// DueNow is when the deliverable is due as of now: the first instant that is late, after what late feedback moved. ok is false without a day.
func (d Deliverable) DueNow(now time.Time) (due time.Time, ok bool) {
	if d.Due.IsZero() {
		return time.Time{}, false
	}
	day, worked := d.Due, time.Duration(0)
	for _, l := range d.Lateness(now) {
		switch d.rules.Late {
		case contract.LateDayForDay:
			day = d.rules.Calendar.AddWorkingDays(day, l.Days)
		case contract.LateByLateness:
			worked += l.Worked
		}
	}
	due = day.AddDays(1).Start(d.rules.Zone)
	if worked > 0 {
		return d.rules.Hours.After(due, worked)
	}
	return due, true
}

// DueWords are the day with what moved it, a sentence each; none without a day.
func (d Deliverable) DueWords(now time.Time) []string {
	due, ok := d.DueNow(now)
	if !ok {
		return nil
	}
	out := []string{"Due " + d.DueDay(due) + "."}
	for _, l := range d.Lateness(now) {
		said := "Feedback on version %d was due by %s and came on %s: %s late."
		args := []any{l.Version, d.rules.endWords(l.Ends), d.rules.moment(l.Came), d.rules.lateWords(l)}
		if l.Came.IsZero() {
			said = "Feedback on version %d was due by %s and has not come: %s late so far."
			args = []any{l.Version, d.rules.endWords(l.Ends), d.rules.lateWords(l)}
		}
		out = append(out, fmt.Sprintf(said, args...))
	}
	if len(out) == 1 {
		return out
	}
	moved := map[string]string{
		contract.LateDayForDay:  "The contract moves the date by a working day for each: it was %s.",
		contract.LateByLateness: "The contract moves the time by as much: it was the end of %s.",
	}[d.rules.Late]
	if moved == "" {
		return append(out, "The contract moves no date for it.")
	}
	return append(out, fmt.Sprintf(moved, d.Due.Words()))
}

// DueDay names the day, or the instant where lateness is counted in working time.
func (d Deliverable) DueDay(due time.Time) string {
	if d.rules.Late == contract.LateByLateness && !due.Equal(d.Due.AddDays(1).Start(d.rules.Zone)) {
		return d.rules.moment(due)
	}
	return cal.DateOf(due.Add(-time.Nanosecond), d.rules.Zone).Words()
}

func (r Rules) lateWords(l Late) string {
	if r.Late == contract.LateByLateness {
		return cal.Length(l.Worked) + " of working time"
	}
	return cal.Span{N: l.Days, Unit: cal.WorkingDays}.String()
}
