package fees

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// WorkedEntry is a time entry as it was counted.
type WorkedEntry struct {
	ID      string   `json:"id"`
	On      cal.Date `json:"on"`
	Person  string   `json:"person,omitempty"`
	Role    string   `json:"role,omitempty"`
	Minutes int64    `json:"minutes"` // worked
	Counted int64    `json:"counted"` // after rounding
	Lost    bool     `json:"written_off,omitempty"`
}

// timeCount rounds worked minutes within their unit of work. It is cumulative: what a unit counts to date less what it counted before, so that
// an entry that comes later never counts twice what was rounded up, and a unit counts the same in whatever parts it comes.
type timeCount struct {
	worked, counted map[string]int64
}

func newTimeCount() timeCount { return timeCount{map[string]int64{}, map[string]int64{}} }

// unitOf names the unit of work that an entry is rounded in.
func unitOf(r contract.TimeRounding, e crm.TimeEntry, role string) string {
	rule := fmt.Sprintf("%s/%d/%d", r.Per, r.UpTo, r.AtLeast)
	switch r.Per {
	case contract.PerPersonDay:
		return strings.Join([]string{rule, e.WorkedOn.String(), role, e.Person}, "\x00")
	case contract.PerPersonMonth:
		return strings.Join([]string{rule, cal.MonthOf(e.WorkedOn).String(), role, e.Person}, "\x00")
	default:
		return strings.Join([]string{rule, "entry", e.ID}, "\x00")
	}
}

// add counts an entry.
func (c timeCount) add(r contract.TimeRounding, e crm.TimeEntry, role string) int64 {
	unit := unitOf(r, e, role)
	c.worked[unit] += e.Minutes
	now := max(0, r.Counted(c.worked[unit])-c.counted[unit])
	c.counted[unit] += now
	return now
}

// had puts down an entry that a locked statement counted, as it was counted.
func (c timeCount) had(r contract.TimeRounding, w WorkedEntry, role string) {
	unit := unitOf(r, crm.TimeEntry{ID: w.ID, WorkedOn: w.On, Person: w.Person}, role)
	c.worked[unit] += w.Minutes
	c.counted[unit] += w.Counted
}

// clock writes minutes as hours and minutes: "13:45", "-0:30".
func clock(minutes int64) string {
	sign := ""
	if minutes < 0 {
		sign, minutes = "-", -minutes
	}
	return fmt.Sprintf("%s%d:%02d", sign, minutes/60, minutes%60)
}

// hoursOf is minutes as an exact number of hours, as a quantity is written: "13", or "825/60".
func hoursOf(minutes int64) string {
	if minutes%60 == 0 {
		return fmt.Sprint(minutes / 60)
	}
	return fmt.Sprintf("%d/60", minutes)
}

// evidentTime is an entry as a row of evidence.
func evidentTime(w WorkedEntry) Evident {
	words := w.On.Words()
	for _, who := range []string{w.Person, w.Role} {
		if who != "" {
			words += ", " + who
		}
	}
	words += ": " + clock(w.Minutes)
	switch {
	case w.Lost:
		words += ", written off"
	case w.Counted != w.Minutes:
		words += ", counted as " + clock(w.Counted)
	}
	return Evident{Kind: string(crm.KindTimeEntry), ID: w.ID, Words: words}
}
