package cal

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Minute is a time of day as the clock on the wall shows it, in minutes since midnight: 0 to 1440, which is the midnight at the end of the day.
type Minute int

// EndOfDay is the midnight at the end of a day.
const EndOfDay Minute = 24 * 60

var minuteForm = regexp.MustCompile(`^([01][0-9]|2[0-4]):([0-5][0-9])$`)

// ParseMinute reads "09:00"; "24:00" is the end of the day. Fault: Invalid.
func ParseMinute(text string) (Minute, error) {
	parts := minuteForm.FindStringSubmatch(text)
	if parts == nil || parts[1] == "24" && parts[2] != "00" {
		return 0, fault.New(fault.Invalid, "time-of-day", "%q is not a time of day; write it as 09:00, at most 24:00", text)
	}
	h, _ := strconv.Atoi(parts[1])
	m, _ := strconv.Atoi(parts[2])
	return Minute(h*60 + m), nil
}

// String is "09:00".
func (m Minute) String() string { return fmt.Sprintf("%02d:%02d", int(m)/60, int(m)%60) }

// Shift is a part of a day in which work is done, from From up to, and without, To.
type Shift struct{ From, To Minute }

// String is "09:00-12:00".
func (s Shift) String() string { return s.From.String() + "-" + s.To.String() }

// ParseShifts reads "09:00-12:00, 13:00-17:30"; "closed" is no shift. They stand in order and do not overlap. Fault: Invalid.
func ParseShifts(text string) ([]Shift, error) {
	if strings.TrimSpace(text) == "closed" {
		return nil, nil
	}
	var out []Shift
	for _, part := range strings.Split(text, ",") {
		from, to, ok := strings.Cut(part, "-")
		if !ok {
			return nil, fault.New(fault.Invalid, "shift", "%q is no shift; write 09:00-12:00, 13:00-17:30, or closed", strings.TrimSpace(part))
		}
		f, err := ParseMinute(strings.TrimSpace(from))
		if err != nil {
			return nil, err
		}
		t, err := ParseMinute(strings.TrimSpace(to))
		if err != nil {
			return nil, err
		}
		out = append(out, Shift{f, t})
	}
	return out, checkShifts(out)
}

func checkShifts(shifts []Shift) error {
	for i, s := range shifts {
		switch {
		case s.From < 0 || s.To > EndOfDay || s.From >= s.To:
			return fault.New(fault.Invalid, "shift", "the shift %s ends before it begins; a shift over midnight is two, of two days", s)
		case i > 0 && shifts[i-1].To > s.From:
			return fault.New(fault.Invalid, "shifts-overlap", "the shifts %s and %s overlap or stand in the wrong order", shifts[i-1], s)
		}
	}
	return nil
}

// WorkHours says at what times work is done, so that a promise in working hours has one meaning. Like WorkCalendar it is data of an agreement. A shift begins
// at the first instant of its day at which the clock on the wall shows its beginning or more, and ends the same way: what the clock skips in spring is not
// worked, and of an hour that comes twice in autumn the first counts for both ends. So 00:00-24:00 has 23, 24 or 25 hours.
type WorkHours struct {
	Zone *time.Location
	Week [7][]Shift       // by time.Weekday
	Days map[Date][]Shift // days with other hours: none on a holiday or in a closure, fewer on a half day
}

// Check refuses hours that are never worked, and shifts that overlap or have no length. Fault: Invalid.
func (w WorkHours) Check() error {
	if w.Zone == nil {
		return fault.New(fault.Invalid, "zone", "the working hours have no time zone; write one such as America/New_York")
	}
	worked := false
	for _, day := range w.Week {
		if err := checkShifts(day); err != nil {
			return err
		}
		worked = worked || len(day) > 0
	}
	if !worked {
		return fault.New(fault.Invalid, "work-hours", "no day of the week has working hours; write at least one, such as mon-fri: 09:00-17:00")
	}
	days := make([]Date, 0, len(w.Days))
	for d := range w.Days {
		days = append(days, d)
	}
	sort.Slice(days, func(i, j int) bool { return days[i].Before(days[j]) })
	for _, d := range days {
		if err := checkShifts(w.Days[d]); err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
	}
	return nil
}

// On are the shifts of a day.
func (w WorkHours) On(d Date) []Shift {
	if shifts, other := w.Days[d]; other {
		return shifts
	}
	return w.Week[d.Weekday()]
}

// Interval is a stretch of time: From is in it, To is not.
type Interval struct{ From, To time.Time }

// Length of the interval.
func (i Interval) Length() time.Duration { return i.To.Sub(i.From) }

// Worked are the stretches of a day in which work is done, in order.
func (w WorkHours) Worked(d Date) []Interval {
	var out []Interval
	for _, s := range w.On(d) {
		if from, to := d.At(s.From, w.Zone), d.At(s.To, w.Zone); from.Before(to) {
			out = append(out, Interval{from, to})
		}
	}
	return out
}

// Between is how much work is done from one instant to another; nothing when the second is not after the first.
func (w WorkHours) Between(from, to time.Time) time.Duration {
	var sum time.Duration
	if !from.Before(to) {
		return 0
	}
	last := DateOf(to, w.Zone)
	for d := DateOf(from, w.Zone); !d.After(last); d = d.AddDays(1) {
		for _, i := range w.Worked(d) {
			sum += max(0, earlier(i.To, to).Sub(later(i.From, from)))
		}
	}
	return sum
}

// idleDays is how long there may be no work at all.
const idleDays = 3660

// After is the first instant at which so much work has been done since from; with no work it is from. ok is false when that never comes: nothing is worked
// for ten years.
func (w WorkHours) After(from time.Time, work time.Duration) (at time.Time, ok bool) {
	if work <= 0 {
		return from, true
	}
	idle := 0
	for d := DateOf(from, w.Zone); idle < idleDays; d = d.AddDays(1) {
		idle++
		for _, i := range w.Worked(d) {
			begin := later(i.From, from)
			length := i.To.Sub(begin)
			if length <= 0 {
				continue
			}
			idle = 0
			if work <= length {
				return begin.Add(work), true
			}
			work -= length
		}
	}
	return time.Time{}, false
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// At is the first instant of the day at which the clock on the wall shows the time of day or more; of 24:00, the beginning of the next day.
func (d Date) At(m Minute, zone *time.Location) time.Time {
	end := d.AddDays(1).Start(zone)
	want := time.Duration(m) * time.Minute
	for t := d.Start(zone); t.Before(end); {
		h, min, s := t.Clock()
		shows := time.Duration(h)*time.Hour + time.Duration(min)*time.Minute + time.Duration(s)*time.Second
		if DateOf(t, zone) != d || shows >= want {
			return t
		}
		_, change := t.ZoneBounds()
		if at := t.Add(want - shows); change.IsZero() || at.Before(change) {
			return earlier(at, end)
		}
		t = change
	}
	return end
}

// weekdays by the names that people write.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseWeekdays reads "mon-fri", "sat", "mon, wed". Fault: Invalid.
func ParseWeekdays(text string) ([]time.Weekday, error) {
	var out []time.Weekday
	for _, part := range strings.Split(text, ",") {
		first, last, ranged := strings.Cut(strings.TrimSpace(strings.ToLower(part)), "-")
		from := slices.Index(weekdays, first)
		to := from
		if ranged {
			to = slices.Index(weekdays, last)
		}
		if from < 0 || to < 0 {
			return nil, fault.New(fault.Invalid, "weekdays", "%q names no days of the week; write mon-fri, or sat, or mon, wed", strings.TrimSpace(part))
		}
		for day := from; ; day = (day + 1) % 7 {
			if slices.Contains(out, time.Weekday(day)) {
				return nil, fault.New(fault.Invalid, "weekdays", "%s is named twice in %q", weekdays[day], text)
			}
			out = append(out, time.Weekday(day))
			if day == to {
				break
			}
		}
	}
	return out, nil
}

// Length is a duration in words of hours and minutes: "2 h 10 min", "45 min", "0 min". Seconds are cut off.
func Length(d time.Duration) string {
	if d < 0 {
		return "-" + Length(-d)
	}
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	}
	return fmt.Sprintf("%d h %02d min", h, m)
}
