package timesheet

import (
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Capacity is the working minutes of a week from Monday on by the person's hours: days with other hours, such as holidays and closures, are counted as they say.
func Capacity(hours cal.WorkHours, monday cal.Date) int {
	return int(hours.Between(monday.Start(hours.Zone), monday.AddDays(7).Start(hours.Zone)) / time.Minute)
}

// Promise is time that a contract says somebody gives a client each week. Person is the name in the contract; empty: somebody in the role.
type Promise struct {
	Client  string
	Person  string
	Role    string
	Minutes int      // a week
	From    cal.Date // inclusive
	To      cal.Date // exclusive; zero: no end
}

// By reports whether the person keeps the promise: the contract names them, or their role. What a contract writes may be the one or the other; then both are the same.
func (p Promise) By(person, role string) bool {
	if p.Person != "" && strings.EqualFold(p.Person, person) {
		return true
	}
	return (p.Person == "" || p.Person == p.Role) && role != "" && strings.EqualFold(p.Role, role)
}

// On reports whether the promise holds on a day of the week that begins on a Monday.
func (p Promise) On(monday cal.Date) bool {
	return p.From.Before(monday.AddDays(7)) && (p.To.IsZero() || monday.Before(p.To))
}

// Load is a person's week: what there is, what is promised and planned of it, and what was worked.
type Load struct {
	Monday   cal.Date
	Known    bool // whether the person's working hours are stated; else Capacity says nothing
	Capacity int
	Promised int
	Planned  int
	Worked   int
}

// Over reports whether more is promised or planned than there is.
func (l Load) Over() bool { return l.Known && max(l.Promised, l.Planned) > l.Capacity }

// Free is the minutes that nobody has claimed yet, negative when too many are; it says nothing while the capacity is unknown.
func (l Load) Free() int { return l.Capacity - max(l.Promised, l.Planned) }

// LoadOf adds a person's week up. hours is nil when nobody has stated them.
func LoadOf(monday cal.Date, person, role string, hours *cal.WorkHours, promises []Promise, planned, worked int) Load {
	l := Load{Monday: monday, Planned: planned, Worked: worked}
	if hours != nil {
		l.Known, l.Capacity = true, Capacity(*hours, monday)
	}
	for _, p := range promises {
		if p.On(monday) && p.By(person, role) {
			l.Promised += p.Minutes
		}
	}
	return l
}

// Weeks are so many Mondays from the week of a day on.
func Weeks(day cal.Date, n int) []cal.Date {
	out := make([]cal.Date, n)
	for i := range out {
		out[i] = WeekOf(day).AddDays(7 * i)
	}
	return slices.Clip(out)
}
