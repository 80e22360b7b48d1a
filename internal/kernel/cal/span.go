package cal

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Unit of a span. Units are never converted into one another.
type Unit string

// The units that contracts use.
const (
	Minutes     Unit = "minutes"
	Hours       Unit = "hours"
	Days        Unit = "days"
	WorkingDays Unit = "working days"
	Weeks       Unit = "weeks"
	Months      Unit = "months"
	Years       Unit = "years"
)

// Span is a length of time in the unit in which it was agreed: "90 days" is not "3 months". The zero Span is none.
type Span struct {
	N    int
	Unit Unit
}

// ParseSpan reads "90 days", "1 month", "5 working days" ("business days" means the same). Fault: Invalid.
func ParseSpan(text string) (Span, error) {
	bad := fault.New(fault.Invalid, "span", "%q is not a length of time; write it as 90 days, 3 months, 5 working days or 48 hours", text)
	number, unit, ok := strings.Cut(strings.Join(strings.Fields(text), " "), " ")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 0 || n > 100_000 {
		return Span{}, bad
	}
	unit = strings.TrimSuffix(strings.ToLower(unit), "s") + "s"
	if unit == "business days" {
		unit = string(WorkingDays)
	}
	switch u := Unit(unit); u {
	case Minutes, Hours, Days, WorkingDays, Weeks, Months, Years:
		return Span{n, u}, nil
	default:
		return Span{}, bad
	}
}

// IsZero reports whether there is no span; "0 days" is one.
func (s Span) IsZero() bool { return s.Unit == "" }

// String is "90 days", "1 month".
func (s Span) String() string {
	if s.IsZero() {
		return ""
	}
	unit := string(s.Unit)
	if s.N == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return fmt.Sprintf("%d %s", s.N, unit)
}

// After is the date the span later. Working days are counted in the calendar: the n-th working day after d. Months and years keep
// the day of month where the month has it. Hours and minutes have no place among dates: the span panics, a defect of the caller.
func (s Span) After(d Date, work WorkCalendar) Date { return s.move(d, 1, work) }

// Before is the date the span earlier, by the same rules. The last day to give "90 days" notice of 31 Dec 2026 is 2 Oct 2026; of
// "3 months", 30 Sep 2026.
func (s Span) Before(d Date, work WorkCalendar) Date { return s.move(d, -1, work) }

func (s Span) move(d Date, sign int, work WorkCalendar) Date {
	switch s.Unit {
	case Days:
		return d.AddDays(sign * s.N)
	case Weeks:
		return d.AddDays(sign * s.N * 7)
	case Months:
		return d.AddMonths(sign*s.N, d.Day())
	case Years:
		return d.AddMonths(sign*s.N*12, d.Day())
	case WorkingDays:
		return work.AddWorkingDays(d, sign*s.N)
	default:
		panic(fmt.Sprintf("cal: %q cannot be added to a date", s))
	}
}

// Duration is the exact length of a span of hours or minutes; ok is false for calendar units, whose length depends on the date.
func (s Span) Duration() (length time.Duration, ok bool) {
	switch s.Unit {
	case Hours:
		return time.Duration(s.N) * time.Hour, true
	case Minutes:
		return time.Duration(s.N) * time.Minute, true
	default:
		return 0, false
	}
}

// MarshalJSON writes the text form.
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads the text form; "" is no span.
func (s *Span) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	if text == "" {
		*s = Span{}
		return nil
	}
	var err error
	*s, err = ParseSpan(text)
	return err
}
