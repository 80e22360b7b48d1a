package timesheet

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Timer runs for a person. There is one at most.
type Timer struct {
	ID      string
	Account string
	Started time.Time
	What
}

// Piece is a part of a stretch of time that lies on one day.
type Piece struct {
	Day     cal.Date
	Minutes int
}

// Minutes between two instants: both as a clock without seconds shows them, so that neither side gains. It is the true length, also where clocks change.
func Minutes(from, to time.Time) int { return int(minuteOf(to) - minuteOf(from)) }

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// ToCome is how many minutes of a day are still to come in a zone, of the 24 hours that every day is counted with.
func ToCome(day cal.Date, now time.Time, zone *time.Location) int {
	return min(MinutesOfADay, max(0, MinutesOfADay-Minutes(day.Start(zone), now)))
}

// Split divides a stretch of time at each midnight of the zone. The parts add up to Minutes(from, to); days without a whole minute are left out.
func Split(from, to time.Time, zone *time.Location) []Piece {
	var out []Piece
	for at := from; minuteOf(at) < minuteOf(to); {
		day := cal.DateOf(at, zone)
		end := day.AddDays(1).Start(zone)
		if end.After(to) {
			end = to
		}
		if n := Minutes(at, end); n > 0 {
			out = append(out, Piece{day, n})
		}
		at = end
	}
	return out
}

// Forgotten is how long a timer runs until it is asked whether it was forgotten.
const Forgotten = 10 * time.Hour

// longestRun is as long as two days can hold; nobody works longer without a break.
const longestRun = 24 * time.Hour

// Stop says when a timer ended: at the given instant, or now when that is zero. A timer that has run long must be given its end, or kept as it ran.
// Faults: Invalid at "ended" when that is before its start or still to come, or when it ran more than 24 hours; Conflict "timer-forgotten" when it has run for long and nobody says how it was.
func (t Timer) Stop(ended, now time.Time, asItRan bool) (time.Time, error) {
	switch {
	case ended.IsZero() && asItRan:
		ended = now
	case ended.IsZero() && now.Sub(t.Started) > Forgotten:
		return ended, fault.New(fault.Conflict, "timer-forgotten", "The timer has run for %s. Say when the work ended, or that it really took that long.", Clock(Minutes(t.Started, now))).At("ended")
	case ended.IsZero():
		ended = now
	}
	switch {
	case ended.Before(t.Started):
		return ended, fault.New(fault.Invalid, "timer-ended-before", "The work cannot have ended before it began.").At("ended")
	case ended.After(now):
		return ended, fault.New(fault.Invalid, "timer-ended-later", "That is still to come. Stop the timer now, or give an earlier time.").At("ended")
	case ended.Sub(t.Started) > longestRun:
		return ended, fault.New(fault.Invalid, "timer-long", "It would be more than 24 hours. Say when the work ended.").At("ended")
	}
	return ended, nil
}

// Proposals are likely ends of a forgotten timer: the end of the working hours of its day, the end of that day, and now. Hours that nobody stated propose nothing.
func (t Timer) Proposals(hours *cal.WorkHours, zone *time.Location, now time.Time) []time.Time {
	var out []time.Time
	add := func(at time.Time) {
		if at.After(t.Started) && !at.After(now) && at.Sub(t.Started) <= longestRun && (len(out) == 0 || at.After(out[len(out)-1])) {
			out = append(out, at)
		}
	}
	day := cal.DateOf(t.Started, zone)
	if hours != nil {
		if worked := hours.Worked(day); len(worked) > 0 {
			add(worked[len(worked)-1].To)
		}
	}
	add(day.AddDays(1).Start(zone))
	add(now)
	return out
}

// OnClock is the instant of a day at which a clock on the wall shows the time. Fault: Invalid at the field when no clock shows it, in the hour that is left out when clocks go forward.
func OnClock(field string, day cal.Date, m cal.Minute, zone *time.Location) (time.Time, error) {
	at := day.At(m, zone)
	if h, min, _ := at.Clock(); h*60+min != int(m)%MinutesOfADay {
		return at, fault.New(fault.Invalid, "time-left-out", "No clock showed %s on %s: clocks went forward over it, to %s. Write a time that they showed.", m, day.Words(), at.Format("15:04")).At(field)
	}
	return at, nil
}

// Between reads a stretch of a day as clocks on the wall show it, "23:00" to "01:30": an end before the beginning is on the next day, and the two parts are proposed. One of more than ten hours must
// be confirmed as long. Faults: Invalid at "from" or "to", also for what is still to come; Conflict "stretch-long" at "long".
func Between(day cal.Date, from, to string, zone *time.Location, now time.Time, long bool) ([]Piece, error) {
	var faults fault.List
	f, err := cal.ParseMinute(from)
	if err != nil {
		faults.Add(fault.New(fault.Invalid, "time-of-day", "Write the time as 09:00.").At("from"))
	}
	t, err := cal.ParseMinute(to)
	if err != nil {
		faults.Add(fault.New(fault.Invalid, "time-of-day", "Write the time as 17:30.").At("to"))
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	end := day
	switch {
	case t == f:
		return nil, fault.New(fault.Invalid, "stretch-empty", "It would end when it begins. Write when the work ended.").At("to")
	case t < f:
		end = day.AddDays(1)
	}
	began, fromErr := OnClock("from", day, f, zone)
	ended, toErr := OnClock("to", end, t, zone)
	for _, err := range []error{fromErr, toErr} {
		faults = append(faults, fault.All(err)...)
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	switch {
	case began.After(now):
		return nil, fault.New(fault.Invalid, "time-to-come", "That is still to come, and time is entered when it was worked. It is %s now.", now.In(zone).Format("15:04")).At("from")
	case ended.After(now):
		return nil, fault.New(fault.Invalid, "time-to-come", "The end is still to come: it is %s now on %s. Time is entered when it was worked.", now.In(zone).Format("15:04"), cal.DateOf(now, zone).Words()).At("to")
	case ended.Sub(began) > Forgotten && !long:
		return nil, fault.New(fault.Conflict, "stretch-long", "From %s to %s it would be %s. If it really took that long, say so; else mend the times.", from, to, Clock(Minutes(began, ended))).At("long")
	}
	return Split(began, ended, zone), nil
}
