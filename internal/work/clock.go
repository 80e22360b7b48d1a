package work

import (
	"fmt"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// State of a clock.
type State string

// The states. A clock is paused while it waits on the client, and rests while nothing is promised for the priority. Kept and missed are for good; a missed
// clock still tells when what was promised came. Ended: the request was withdrawn before the time was over.
const (
	Running State = "running"
	Paused  State = "paused"
	Resting State = "resting"
	Kept    State = "kept"
	Missed  State = "missed"
	Ended   State = "ended"
)

// Clock is one promise on its way.
type Clock struct {
	Promise  string
	By       contract.Party
	Until    contract.Until
	Round    int    // of feedback and return: which version or hand-over, from 1; otherwise 0
	Of       string // of feedback: the deliverable whose version it is; empty: it was not named
	Priority contract.Priority
	State    State
	Started  time.Time
	Stopped  time.Time     // zero: not yet
	Allowed  time.Duration // of the priority; 0 while nothing is promised for it
	Elapsed  time.Duration // of the time in which it ran, that without a promise included
	Stood    time.Duration // working time for which it stood still
	Due      time.Time     // until when it is kept if it keeps running; of one that stopped: until when it was. Zero while it stands still
	Late     time.Time     // when the time was over and what was promised had not come; zero: never

	promised contract.Promised
	hours    cal.WorkHours
	from     time.Time // up to which time is counted
	paused   bool
	resting  bool
	awaited  bool // of feedback: the version still waits for its word
	done     bool // what was promised has come
}

// Left is how much time is left, below nothing when it is over.
func (c *Clock) Left() time.Duration { return c.Allowed - c.Elapsed }

// Clocks are where a request stands, its clocks in the order in which they began, and who used how much working time, up to now: what happened later is not
// looked at. Used adds up to the working time in which the request was open.
type Clocks struct {
	Request Request
	Clocks  []Clock
	Used    map[contract.Party]time.Duration

	levels *contract.ServiceLevels
	at     time.Time
}

// ClocksOf computes the clocks of a request from its events, which stand in their order. Faults are those of Request.After, each at the number of its event.
func ClocksOf(levels *contract.ServiceLevels, events []Event, now time.Time) (Clocks, error) {
	x := Clocks{Used: map[contract.Party]time.Duration{}, levels: levels}
	for i, e := range events {
		if e.At.After(now) {
			break
		}
		next, err := x.Request.After(e)
		if err != nil {
			return x, fault.Moved(err, func(place string) string { return fmt.Sprintf("events[%d].%s", i+1, place) })
		}
		x.advance(e.At)
		x.take(e, next)
	}
	if x.Request.Phase != Unopened {
		x.advance(now)
	}
	for i := range x.Clocks {
		x.Clocks[i].show(now)
	}
	return x, nil
}

// advance lets time pass.
func (x *Clocks) advance(to time.Time) {
	if x.Request.Phase == Open && x.at.Before(to) {
		x.Used[holds[x.Request.Waiting]] += x.levels.Hours.Between(x.at, to)
	}
	x.at = to
	for i := range x.Clocks {
		x.Clocks[i].advance(to)
	}
}

// holds says whose time runs.
var holds = map[Waiting]contract.Party{OnNobody: contract.ByAgency, OnClient: contract.ByClient, OnSpecialist: contract.BySpecialist}

func (c *Clock) advance(to time.Time) {
	if !c.Stopped.IsZero() || !c.from.Before(to) {
		return
	}
	switch worked := c.hours.Between(c.from, to); {
	case c.paused:
		c.Stood += worked
	default:
		if due, ok := c.due(); ok && c.Late.IsZero() && to.After(due) {
			c.Late = due
		}
		c.Elapsed += worked
	}
	c.from = to
}

// due is when the time is over if the clock keeps running.
func (c *Clock) due() (time.Time, bool) {
	if c.resting {
		return time.Time{}, false
	}
	return c.hours.After(c.from, c.Allowed-c.Elapsed)
}

// take lets an event begin, stop and change clocks.
func (x *Clocks) take(e Event, next Request) {
	before := x.Request
	x.Request = next
	switch e.Kind {
	case Opened:
		x.begin(e.At, contract.UntilResponse, 0)
		x.begin(e.At, contract.UntilFirstDraft, 0)
		x.begin(e.At, contract.UntilResolution, 0)
	case Responded:
		x.stop(e.At, contract.UntilResponse)
	case Waits:
		if e.On == OnClient {
			x.stop(e.At, contract.UntilResponse) // a question is a response
		}
	case Drafted:
		x.stop(e.At, contract.UntilResponse)
		x.stop(e.At, contract.UntilFirstDraft)
	case Delivered:
		x.stop(e.At, contract.UntilResponse) // who delivers has answered
		x.stop(e.At, contract.UntilFirstDraft)
		x.answer(e.At, e.Of, (*Clock).stop) // a newer version takes the place of the one before
		x.answer(e.At, "", (*Clock).stop)
		x.begin(e.At, contract.UntilFeedback, next.Versions)
		x.await(next.Versions, e.Of)
	case Feedback:
		of, _ := before.Awaits(e.Of)
		x.answer(e.At, of, (*Clock).stop)
	case TakenBack:
		of, _ := before.Awaits(e.Of)
		x.answer(e.At, of, (*Clock).end)
	case Resolved:
		for _, until := range []contract.Until{contract.UntilResponse, contract.UntilFirstDraft, contract.UntilResolution, contract.UntilFeedback} {
			x.stop(e.At, until)
		}
	case Reopened:
		x.goOn(e.At)
	case Withdrawn, Declined:
		x.end(e.At)
	}
	if before.Waiting == OnSpecialist && next.Waiting != OnSpecialist {
		x.stop(e.At, contract.UntilReturn)
	}
	if next.Waiting == OnSpecialist && before.Waiting != OnSpecialist {
		x.begin(e.At, contract.UntilReturn, 0)
	}
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.Stopped.IsZero() {
			c.change(x.levels, next)
		}
	}
}

// begin begins the clocks of what is promised until something. The rounds of a return are counted here.
func (x *Clocks) begin(at time.Time, until contract.Until, round int) {
	for _, p := range x.levels.Promises {
		if p.Until != until {
			continue
		}
		c := Clock{Promise: p.Name, By: p.By, Until: until, Round: round, Started: at, promised: p, from: at}
		if until == contract.UntilReturn {
			c.Round = 1
			for i := range x.Clocks {
				if x.Clocks[i].Promise == p.Name {
					c.Round++
				}
			}
		}
		x.Clocks = append(x.Clocks, c)
	}
}

// change sets a clock to the priority, and stops or starts it by whom the request waits on.
func (c *Clock) change(levels *contract.ServiceLevels, r Request) {
	c.Priority = r.Priority
	allowed, hours, promised := levels.Allowed(c.promised, r.Priority)
	c.Allowed, c.hours, c.resting = allowed, hours, !promised
	c.paused = c.By == contract.ByAgency && r.Waiting == OnClient
}

func (x *Clocks) stop(at time.Time, until contract.Until) {
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.Until == until && c.Stopped.IsZero() {
			c.stop(at)
		}
	}
}

func (c *Clock) stop(at time.Time) {
	c.Due, _ = c.due()
	c.Stopped, c.done = at, true
}

// end stops a clock of which nothing is to come any more.
func (c *Clock) end(at time.Time) {
	c.stop(at)
	c.State, c.done = Ended, false
}

// end stops what was not over in time: nobody promised anything of a request that is withdrawn.
func (x *Clocks) end(at time.Time) {
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.Stopped.IsZero() {
			c.end(at)
		}
	}
}

// await says of the clocks that began with a version whose it is.
func (x *Clocks) await(version int, of string) {
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.Until == contract.UntilFeedback && c.Round == version {
			c.Of, c.awaited = of, true
		}
	}
}

// answer stops the clocks of the version of a deliverable that waits for its word.
func (x *Clocks) answer(at time.Time, of string, stop func(*Clock, time.Time)) {
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.awaited && c.Of == of {
			stop(c, at)
			c.awaited = false
		}
	}
}

// goOn lets the clock of the resolution go on where it stopped, and those of versions that still wait for their word.
func (x *Clocks) goOn(at time.Time) {
	for i := range x.Clocks {
		if c := &x.Clocks[i]; c.Until == contract.UntilResolution || c.awaited {
			c.Stopped, c.Due, c.from = time.Time{}, time.Time{}, at
		}
	}
}

// show settles what the clock shows.
func (c *Clock) show(now time.Time) {
	switch {
	case !c.Late.IsZero():
		c.State = Missed
	case c.State == Ended:
	case !c.Stopped.IsZero() && (c.resting || c.Allowed == 0):
		c.State = Ended
	case !c.Stopped.IsZero():
		c.State = Kept
	case c.resting:
		c.State = Resting
	case c.paused:
		c.State = Paused
	default:
		c.State = Running
	}
	if c.Stopped.IsZero() && !c.paused {
		c.Due, _ = c.due()
	}
	if !c.Late.IsZero() {
		c.Due = c.Late
	}
}

// Name is the clock of a request, the same whenever it is asked: "R-12/first-response".
func (c *Clock) Name(request string) string {
	name := c.Promise
	if request != "" {
		name = request + "/" + name
	}
	if c.Round > 0 {
		name = fmt.Sprintf("%s/%d", name, c.Round)
	}
	return name
}
