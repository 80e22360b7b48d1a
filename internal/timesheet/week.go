package timesheet

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// WeekOf is the Monday of the week of a day.
func WeekOf(day cal.Date) cal.Date { return day.AddDays(-(int(day.Weekday()) + 6) % 7) }

// Cell is the time of one row on one day.
type Cell struct {
	Minutes int
	Entries []Entry
}

// Editable reports whether the cell can be set: nothing of it has been submitted.
func (c Cell) Editable() bool {
	return !slices.ContainsFunc(c.Entries, func(e Entry) bool { return !e.State.Editable() })
}

// Line is a row of the week: what for, and the time of each day from Monday on.
type Line struct {
	What
	Days [7]Cell
}

// Sum of the line.
func (l Line) Sum() int {
	sum := 0
	for _, c := range l.Days {
		sum += c.Minutes
	}
	return sum
}

// Grid is a person's week.
type Grid struct {
	Monday cal.Date
	Lines  []Line
}

// GridOf puts the entries of a week into lines, in the order of what they are for. Entries of other weeks are left out.
func GridOf(monday cal.Date, entries []Entry) Grid {
	g := Grid{Monday: monday}
	at := map[What]int{}
	for _, e := range entries {
		n := e.Day.DaysSince(monday)
		if n < 0 || n > 6 {
			continue
		}
		i, known := at[e.What]
		if !known {
			i = len(g.Lines)
			at[e.What] = i
			g.Lines = append(g.Lines, Line{What: e.What})
		}
		c := &g.Lines[i].Days[n]
		c.Minutes += e.Minutes
		c.Entries = append(c.Entries, e)
	}
	slices.SortStableFunc(g.Lines, func(a, b Line) int { return a.What.compare(b.What) })
	return g
}

func (w What) compare(o What) int {
	return cmp.Or(cmp.Compare(w.Client, o.Client), cmp.Compare(w.Class, o.Class), cmp.Compare(w.Clause, o.Clause), cmp.Compare(w.Category, o.Category), cmp.Compare(w.Request, o.Request),
		cmp.Compare(w.Note, o.Note), cmp.Compare(w.InternalNote, o.InternalNote))
}

// Day is the sum of a day of the week, 0 being Monday.
func (g Grid) Day(n int) int {
	sum := 0
	for _, l := range g.Lines {
		sum += l.Days[n].Minutes
	}
	return sum
}

// Sum of the week.
func (g Grid) Sum() int {
	sum := 0
	for n := range 7 {
		sum += g.Day(n)
	}
	return sum
}

// Set is one thing to do so that a cell has its minutes.
type Set struct {
	Entry   Entry // with the new minutes; 0: it is taken away. Without an id it is new
	Changes bool
}

// Setting is what makes a cell have so many minutes: the first of its entries takes them all, others go. A cell that already has them is left as it is.
func (c Cell) Setting(day cal.Date, what What, minutes int) []Set {
	if c.Minutes == minutes {
		return nil
	}
	if len(c.Entries) == 0 {
		return []Set{{Entry: Entry{Day: day, Minutes: minutes, What: what, State: Draft}}}
	}
	var out []Set
	for i, e := range c.Entries {
		e.Minutes = 0
		if i == 0 {
			e.Minutes = minutes
		}
		e.State = Draft
		out = append(out, Set{Entry: e, Changes: true})
	}
	return out
}
