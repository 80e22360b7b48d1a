package crm

import (
	"strconv"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// TimeEntry is working time of one person on one day, in whole minutes, as the agency's timesheet has it.
type TimeEntry struct {
	ID       string
	WorkedOn cal.Date
	Person   string
	Role     string // as the rate card names it; empty: none
	Minutes  int64  // positive
	Clause   string // the clause that the time belongs to; empty: the only one that counts hours
	Note     string
	Deleted  bool
}

// Record is the canonical form.
func (t TimeEntry) Record() Record {
	return newRecord(KindTimeEntry, t.ID, t.WorkedOn.String(), t.Person, t.Role, strconv.FormatInt(t.Minutes, 10), t.Clause, t.Note, flagText(t.Deleted))
}

// TimeEntry reads the typed record back.
func (r Record) TimeEntry() (TimeEntry, error) {
	c := canon{r: r}
	c.want(KindTimeEntry)
	return TimeEntry{ID: c.text("entry_id"), WorkedOn: c.date("worked_on"), Person: c.text("person"), Role: c.text("role"), Minutes: c.number("minutes"),
		Clause: c.text("clause"), Note: c.text("note"), Deleted: c.flag("deleted")}, c.err
}

// A day has 1,440 minutes; an entry of more is two.
const minutesOfADay = 24 * 60

func (r *reading) timeEntry() []Record {
	t := TimeEntry{ID: r.mustID("entry_id"), WorkedOn: r.mustDate("worked_on", "The entry has no day that can be read, so it belongs to no period."),
		Person: r.text("person"), Role: r.text("role"), Clause: r.text("clause"), Note: r.text("note"), Deleted: r.deleted()}
	t.Minutes = r.wholeNumber("minutes")
	if !r.lost && (t.Minutes < 1 || t.Minutes > minutesOfADay) {
		r.lose("minutes", "minutes", "%d minutes cannot be worked on one day. Write whole minutes from 1 to 1440, such as 90 for an hour and a half.", t.Minutes)
	}
	return []Record{t.Record()}
}
