package work

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Words are what a clock shows, for people: "2 h 10 min of working time left, due tomorrow 10:40".
func (c *Clock) Words(now time.Time) string {
	zone := c.hours.Zone
	switch c.State {
	case Running:
		return fmt.Sprintf("%s left, due %s", c.length(max(0, c.Left())), day(c.Due, now, zone))
	case Paused:
		return fmt.Sprintf("stands still while it waits on the client, %s left", c.length(max(0, c.Left())))
	case Resting:
		return fmt.Sprintf("nothing is promised for priority %s", c.Priority)
	case Kept:
		return fmt.Sprintf("kept on %s after %s of %s", day(c.Stopped, now, zone), cal.Length(c.Elapsed), c.length(c.Allowed))
	case Missed:
		if c.Stopped.IsZero() {
			return fmt.Sprintf("missed: it was due %s, %s ago", day(c.Late, now, zone), c.length(c.hours.Between(c.Late, now)))
		}
		return fmt.Sprintf("missed: it was due %s and came %s", day(c.Late, now, zone), day(c.Stopped, now, zone))
	}
	if c.resting && c.done {
		return fmt.Sprintf("nothing is promised for priority %s; it came %s after %s", c.Priority, day(c.Stopped, now, zone), cal.Length(c.Elapsed))
	}
	return "ended without a result"
}

// length says of which time it is.
func (c *Clock) length(d time.Duration) string {
	for _, p := range c.promised.Always {
		if p == c.Priority {
			return cal.Length(d)
		}
	}
	return cal.Length(d) + " of working time"
}

// day names an instant as people do on the day of now: "today 10:40", "tomorrow 10:40", "yesterday 16:00", "Tue 3 Mar 10:40", "3 Mar 2025 10:40".
func day(at, now time.Time, zone *time.Location) string {
	if at.IsZero() {
		return "never: nobody works for ten years"
	}
	d, today, clock := cal.DateOf(at, zone), cal.DateOf(now, zone), at.In(zone).Format("15:04")
	switch away := d.DaysSince(today); {
	case away == 0:
		return "today " + clock
	case away == 1:
		return "tomorrow " + clock
	case away == -1:
		return "yesterday " + clock
	case d.Year() != today.Year():
		return d.Words() + " " + clock
	}
	return at.In(zone).Format("Mon 2 Jan 15:04")
}

// Moment is an instant at which somebody is told, if the clock keeps running until then.
type Moment struct {
	At   time.Time
	Used contract.Escalation // how much of the time is used then, and who is told
}

// Moments are those that are to come of a clock that runs, in the order of the contract.
func (c *Clock) Moments(levels *contract.ServiceLevels) []Moment {
	var out []Moment
	for _, e := range levels.Escalate {
		if c.State != Running || c.Allowed == 0 {
			continue
		}
		used := part(c.Allowed, e.At)
		if at, ok := c.hours.After(c.from, used-c.Elapsed); ok && used > c.Elapsed {
			out = append(out, Moment{at, e})
		}
	}
	return out
}

// part of a duration, at most all of it.
func part(of time.Duration, share money.Ratio) time.Duration {
	high, low := bits.Mul64(uint64(of), uint64(share.Num()))
	out, _ := bits.Div64(high, low, uint64(share.Den()))
	return time.Duration(out)
}
