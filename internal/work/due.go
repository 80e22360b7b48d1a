package work

import (
	"strconv"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Reached are the escalations of the contract whose part of the time a clock has used, in their order. Of a clock that stopped in time there are none: nobody
// needs to be told of it any more.
func (c *Clock) Reached(levels *contract.ServiceLevels) []contract.Escalation {
	if c.Allowed == 0 || c.State != Running && c.State != Paused && c.State != Missed {
		return nil
	}
	if c.State == Missed && !c.Stopped.IsZero() {
		return nil
	}
	var out []contract.Escalation
	for _, e := range levels.Escalate {
		if c.Elapsed >= part(c.Allowed, e.At) {
			out = append(out, e)
		}
	}
	return out
}

// Next is the next instant at which something is to be done about a clock if it keeps running: somebody is told, or its promise is missed. ok is false where
// nothing is to come.
func (c *Clock) Next(levels *contract.ServiceLevels) (at time.Time, ok bool) {
	if c.State != Running {
		return time.Time{}, false
	}
	for _, m := range c.Moments(levels) {
		if !ok || m.At.Before(at) {
			at, ok = m.At, true
		}
	}
	if missed := c.Due.Add(time.Microsecond); !c.Due.IsZero() && (!ok || missed.Before(at)) { // what comes at the very end is in time
		at, ok = missed, true
	}
	return at, ok
}

// Nearest is the clock of those that run of which the time is over first; ok is false where none runs.
func (x *Clocks) Nearest() (nearest *Clock, ok bool) {
	for i := range x.Clocks {
		c := &x.Clocks[i]
		open := c.State == Running || c.State == Missed && c.Stopped.IsZero()
		if open && !c.Due.IsZero() && (nearest == nil || c.Due.Before(nearest.Due)) {
			nearest = c
		}
	}
	return nearest, nearest != nil
}

// NextOf is the nearest clock of a request as a list tells it, from its name and until when it is kept if it keeps running, which both stay as they are until
// something happens to the request. When it began and for how long it stood still are not told. ok is false where nothing of that name is promised.
func NextOf(levels *contract.ServiceLevels, name string, priority contract.Priority, due, now time.Time) (*Clock, bool) {
	promise, round, _ := strings.Cut(name, "/")
	p, ok := levels.Promise(promise)
	if !ok || due.IsZero() {
		return nil, false
	}
	c := &Clock{Promise: promise, By: p.By, Until: p.Until, Priority: priority, State: Running, Due: due, promised: p, from: now}
	c.Round, _ = strconv.Atoi(round) // none: it is of no round
	c.Allowed, c.hours, _ = levels.Allowed(p, priority)
	if now.After(due) {
		c.State, c.Late, c.Elapsed = Missed, due, c.Allowed+c.hours.Between(due, now)
		return c, true
	}
	c.Elapsed = c.Allowed - c.hours.Between(now, due)
	return c, true
}

// NoPromises are the service levels of a request of which nothing was promised.
func NoPromises() *contract.ServiceLevels {
	return &contract.ServiceLevels{Hours: cal.WorkHours{Zone: time.UTC}}
}
