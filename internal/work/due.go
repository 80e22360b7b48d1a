package work

import (
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

// NoPromises are the service levels of a request of which nothing was promised.
func NoPromises() *contract.ServiceLevels {
	return &contract.ServiceLevels{Hours: cal.WorkHours{Zone: time.UTC}}
}
