package cal

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// WorkCalendar says which days are worked. Its holidays and closures are data of the agreement, so that an old deadline never
// moves when a public list of holidays changes. The zero value works Monday to Friday without holidays.
type WorkCalendar struct {
	Weekend []time.Weekday // empty: Saturday and Sunday
	Closed  []Date         // public holidays and closures
}

// IsWorking reports whether the day is worked.
func (w WorkCalendar) IsWorking(d Date) bool {
	weekend := w.Weekend
	if len(weekend) == 0 {
		weekend = []time.Weekday{time.Saturday, time.Sunday}
	}
	for _, off := range weekend {
		if d.Weekday() == off {
			return false
		}
	}
	for _, off := range w.Closed {
		if d == off {
			return false
		}
	}
	return true
}

// AddWorkingDays is the n-th working day after d (before it when n is negative); d itself is never counted. With n = 0 it is d.
// A calendar without any working day within ten years gives d back: see Check.
func (w WorkCalendar) AddWorkingDays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	at := d
	for idle := 0; n > 0; {
		at = at.AddDays(step)
		if w.IsWorking(at) {
			n--
			idle = 0
			continue
		}
		if idle++; idle > 3660 {
			return d
		}
	}
	return at
}

// Check refuses a calendar in which no day of the week is worked. Fault: Invalid.
func (w WorkCalendar) Check() error {
	off := map[time.Weekday]bool{}
	for _, d := range w.Weekend {
		off[d] = true
	}
	if len(off) == 7 {
		return fault.New(fault.Invalid, "calendar", "the calendar has no working day; leave at least one day of the week out of the weekend")
	}
	return nil
}

// Zone finds an IANA time zone by name. "Local" and the empty name are refused: a contract names its zone. Fault: Invalid.
func Zone(name string) (*time.Location, error) {
	if name != "" && name != "Local" {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc, nil
		}
	}
	return nil, fault.New(fault.Invalid, "zone", "%q is not a time zone; write one such as America/New_York, Europe/Berlin or UTC", name)
}
