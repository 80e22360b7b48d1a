package cal

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Period is a run of days, half-open: From belongs to it, To does not.
type Period struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// Days is the number of days in the period; never negative.
func (p Period) Days() int {
	if !p.From.Before(p.To) {
		return 0
	}
	return p.To.DaysSince(p.From)
}

// InclusiveDays counts both ends: 10 to 31 July is 22 days.
func InclusiveDays(first, last Date) int { return Period{first, last.AddDays(1)}.Days() }

// Days360 counts days by the 30/360 convention, in which every month has 30 days: from 17 Feb to the end of February is 14.
func (p Period) Days360() int {
	f, t := p.From, p.To
	return (t.Year()-f.Year())*360 + (int(t.Month())-int(f.Month()))*30 + min(t.Day(), 30) - min(f.Day(), 30)
}

// Contains reports whether the day is in the period.
func (p Period) Contains(d Date) bool { return !d.Before(p.From) && d.Before(p.To) }

// IsEmpty reports whether no day is in the period.
func (p Period) IsEmpty() bool { return !p.From.Before(p.To) }

// Overlap is the days in both periods; it may be empty.
func (p Period) Overlap(q Period) Period {
	o := Period{Later(p.From, q.From), Earlier(p.To, q.To)}
	if o.IsEmpty() {
		return Period{o.From, o.From}
	}
	return o
}

// Last is the last day in the period.
func (p Period) Last() Date { return p.To.AddDays(-1) }

// String is "2026-03-01..2026-04-01", To not included.
func (p Period) String() string { return p.From.String() + ".." + p.To.String() }

// Words is the period for people, both days included: "March 2026" for a calendar month, else "15 Jan 2026 – 14 Feb 2026".
func (p Period) Words() string {
	if m := MonthOf(p.From); m.Period() == p {
		return m.Words()
	}
	return p.From.Words() + " – " + p.Last().Words()
}

// Month is a calendar month.
type Month struct {
	Year  int
	Month time.Month
}

// ParseMonth reads "2026-03". Fault: Invalid.
func ParseMonth(text string) (Month, error) {
	var y, m int
	if len(text) != 7 || text[4] != '-' || !digits(text[:4], &y) || !digits(text[5:], &m) {
		return Month{}, fault.New(fault.Invalid, "month", "%q is not a month; write it as 2026-03", text)
	}
	if _, err := NewDate(y, time.Month(m), 1); err != nil {
		return Month{}, fault.New(fault.Invalid, "month", "%q is not a month in the calendar", text)
	}
	return Month{y, time.Month(m)}, nil
}

// MonthOf is the month that the day is in.
func MonthOf(d Date) Month { return Month{d.Year(), d.Month()} }

// First day of the month.
func (m Month) First() Date { return Date{int16(m.Year), int8(m.Month), 1} }

// Next month.
func (m Month) Next() Month { return MonthOf(m.First().AddMonths(1, 1)) }

// Previous month.
func (m Month) Previous() Month { return MonthOf(m.First().AddMonths(-1, 1)) }

// Period is the days of the month.
func (m Month) Period() Period { return Period{m.First(), m.Next().First()} }

// String is "2026-03".
func (m Month) String() string {
	if m.Year < 0 || m.Year > 9999 {
		return fmt.Sprintf("%04d-%02d", m.Year, int(m.Month))
	}
	return m.First().String()[:len("2006-01")]
}

// Words is "March 2026".
func (m Month) Words() string { return fmt.Sprintf("%s %d", m.Month, m.Year) }

// Broadcast is the broadcast month: weeks from Monday to Sunday, ending on the last Sunday of the calendar month; 28 or 35 days.
// Source: the industry's broadcast calendar, as published by media agencies.
func (m Month) Broadcast() Period {
	return Period{m.Previous().lastSunday().AddDays(1), m.lastSunday().AddDays(1)}
}

func (m Month) lastSunday() Date {
	last := m.Period().Last()
	return last.AddDays(-int(last.Weekday()))
}

// Cycle is an endless row of periods of some months each, every start recomputed from the anchor: day min(anchor day, length of month).
type Cycle struct {
	Anchor Date // a start of one of the periods; its day of month is the anchor day unless AnchorDay is set
	Months int  // length of a period: 1 month, 3 quarter, 12 year
	// AnchorDay is the wanted day of month, 1 to 31, where it differs from Anchor's own day (a cycle of the 31st seen from February). 0: Anchor's day.
	AnchorDay int
}

// MonthlyOn is the cycle of months that start on the day (1 to 31).
func MonthlyOn(day int) Cycle {
	return Cycle{Anchor: Date{2000, 1, int8(day)}, Months: 1, AnchorDay: day}
}

// Start of the k-th period, 0 being the anchor's.
func (c Cycle) Start(k int) Date {
	day := c.AnchorDay
	if day == 0 {
		day = c.Anchor.Day()
	}
	return c.Anchor.AddMonths(k*c.Months, day)
}

// At is the k-th period.
func (c Cycle) At(k int) Period { return Period{c.Start(k), c.Start(k + 1)} }

// Index of the period that the day is in.
func (c Cycle) Index(d Date) int {
	months := (d.Year()-c.Anchor.Year())*12 + int(d.Month()) - int(c.Anchor.Month())
	k := floorDiv(months, c.Months)
	for d.Before(c.Start(k)) {
		k--
	}
	for !d.Before(c.Start(k + 1)) {
		k++
	}
	return k
}

// Containing is the period that the day is in.
func (c Cycle) Containing(d Date) Period { return c.At(c.Index(d)) }

// StartingIn are the periods of the cycle whose first day lies in p, in order.
func (c Cycle) StartingIn(p Period) []Period {
	var out []Period
	for k := c.Index(p.From); c.Start(k).Before(p.To); k++ {
		if p.Contains(c.Start(k)) {
			out = append(out, c.At(k))
		}
	}
	return out
}

// EndingIn are the periods of the cycle whose last day lies in p, in order.
func (c Cycle) EndingIn(p Period) []Period {
	var out []Period
	for k := c.Index(p.From); !c.Start(k).After(p.To); k++ {
		if q := c.At(k); p.Contains(q.Last()) {
			out = append(out, q)
		}
	}
	return out
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
