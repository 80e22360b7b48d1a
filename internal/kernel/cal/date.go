package cal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Date is a civil day. Dates compare with ==. The zero Date means that there is none.
type Date struct {
	year  int16
	month int8
	day   int8
}

// NewDate checks that the day exists between the years 1900 and 2199. Fault: Invalid.
func NewDate(year int, month time.Month, day int) (Date, error) {
	if year < 1900 || year > 2199 || month < time.January || month > time.December || day < 1 || day > DaysIn(year, month) {
		return Date{}, fault.New(fault.Invalid, "date", "%04d-%02d-%02d is not a date in the calendar (years 1900 to 2199)", year, int(month), day)
	}
	return Date{int16(year), int8(month), int8(day)}, nil
}

// ParseDate reads ISO 8601: "2026-03-31". Fault: Invalid.
func ParseDate(text string) (Date, error) {
	var y, m, d int
	if len(text) != 10 || text[4] != '-' || text[7] != '-' || !digits(text[:4], &y) || !digits(text[5:7], &m) || !digits(text[8:], &d) {
		return Date{}, fault.New(fault.Invalid, "date", "%q is not a date; write it as 2026-03-31", text)
	}
	return NewDate(y, time.Month(m), d)
}

// MustDate is ParseDate for constants and tests; it panics on a wrong date.
func MustDate(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf is the day of an instant in a zone.
func DateOf(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return Date{int16(y), int8(m), int8(d)}
}

func digits(s string, out *int) bool {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		n = n*10 + int(s[i]-'0')
	}
	*out = n
	return s != ""
}

// DaysIn is the number of days of a month.
func DaysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// Year of the date.
func (d Date) Year() int { return int(d.year) }

// Month of the year.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day of the month.
func (d Date) Day() int { return int(d.day) }

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Weekday of the date.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

func (d Date) utc() time.Time { return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC) }

// AddDays is the date n days later (earlier when n is negative).
func (d Date) AddDays(n int) Date {
	if n < -400 || n > 400 || d.IsZero() {
		return DateOf(d.utc().AddDate(0, 0, n), time.UTC)
	}
	y, m, day := d.Year(), d.Month(), d.Day()+n
	for day < 1 {
		if m--; m < time.January {
			y, m = y-1, time.December
		}
		day += DaysIn(y, m)
	}
	for day > DaysIn(y, m) {
		day -= DaysIn(y, m)
		if m++; m > time.December {
			y, m = y+1, time.January
		}
	}
	return Date{int16(y), int8(m), int8(day)}
}

// DaysSince is the number of days from e to d, negative when d is earlier.
func (d Date) DaysSince(e Date) int { return int((d.utc().Unix() - e.utc().Unix()) / (24 * 60 * 60)) }

// AddMonths is the same anchor day n months later: day min(anchor, length of that month). The anchor is given, so that a chain of
// additions does not drift: 31 Jan, 29 Feb, 31 Mar.
func (d Date) AddMonths(n, anchor int) Date {
	months := d.Year()*12 + int(d.month) - 1 + n
	y, m := floorDiv(months, 12), time.Month(months-12*floorDiv(months, 12)+1)
	return Date{int16(y), int8(m), int8(min(anchor, DaysIn(y, m)))}
}

// Cmp is -1, 0 or 1 as d is before, the same as or after e.
func (d Date) Cmp(e Date) int {
	return cmp.Compare(d.number(), e.number())
}

// number orders dates as the calendar does.
func (d Date) number() int { return int(d.year)<<16 + int(d.month)<<8 + int(d.day) }

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.number() < e.number() }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.number() > e.number() }

// String is ISO 8601, or "" when there is no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	if d.year < 0 || d.year > 9999 {
		return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
	}
	return string([]byte{digit(d.year / 1000), digit(d.year / 100), digit(d.year / 10), digit(d.year), '-',
		digit(int16(d.month / 10)), digit(int16(d.month)), '-', digit(int16(d.day / 10)), digit(int16(d.day))})
}

// digit is the last decimal digit of a number.
func digit(n int16) byte { return byte('0' + n%10) }

// Words is the date for people, unambiguous in every country: "31 Mar 2026".
func (d Date) Words() string {
	var buffer [16]byte
	return string(d.AppendWords(buffer[:0]))
}

// AppendWords appends Words.
func (d Date) AppendWords(b []byte) []byte {
	switch {
	case d.IsZero():
		return b
	case d.year < 0 || d.year > 9999:
		return d.utc().AppendFormat(b, "2 Jan 2006")
	case d.day > 9:
		b = append(b, digit(int16(d.day/10)))
	}
	b = append(append(append(b, digit(int16(d.day)), ' '), d.Month().String()[:3]...), ' ')
	return append(b, digit(d.year/1000), digit(d.year/100), digit(d.year/10), digit(d.year))
}

// Start is the first instant of the day in the zone, also where clocks skip midnight.
func (d Date) Start(zone *time.Location) time.Time {
	if zone == time.UTC {
		return d.utc()
	}
	t := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone)
	for DateOf(t, zone).Before(d) {
		t = t.Add(15 * time.Minute)
	}
	for before := t.Add(-15 * time.Minute); DateOf(before, zone) == d; before = t.Add(-15 * time.Minute) {
		t = before
	}
	return t
}

// MarshalJSON writes the ISO text.
func (d Date) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads the ISO text; "" is no date.
func (d *Date) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == "" {
		*d = Date{}
		return nil
	}
	var err error
	*d, err = ParseDate(s)
	return err
}

// Earlier is the earlier of two dates.
func Earlier(a, b Date) Date {
	if b.Before(a) {
		return b
	}
	return a
}

// Later is the later of two dates.
func Later(a, b Date) Date {
	if b.After(a) {
		return b
	}
	return a
}
