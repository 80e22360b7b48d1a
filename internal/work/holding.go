package work

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
)

// Holding is a stretch of time in which one side had a request.
type Holding struct {
	By       contract.Party
	Provider string // of a specialist, and of the agency's time after it was given to one: the organisation that does it; empty: nobody was named
	From, To time.Time
	Worked   time.Duration // working time in it
}

// Holdings tell who had a request when, up to now, one after the other: they tile the time in which it was open, and what each side worked in them is what Clocks says that it used.
// Source: domain reference, section 1.13: waiting on the client is the client's time, waiting on a specialist the specialist's, all other time the agency's. Faults as ClocksOf.
func Holdings(levels *contract.ServiceLevels, events []Event, now time.Time) ([]Holding, error) {
	var out []Holding
	var r Request
	var from time.Time
	until := func(to time.Time) {
		if r.Phase != Open || !from.Before(to) {
			return
		}
		h := Holding{By: holds[r.Waiting], Provider: r.Provider, From: from, To: to, Worked: levels.Hours.Between(from, to)}
		if n := len(out); n > 0 && out[n-1].To.Equal(from) && out[n-1].By == h.By && out[n-1].Provider == h.Provider {
			out[n-1].To, out[n-1].Worked = to, out[n-1].Worked+h.Worked
			return
		}
		out = append(out, h)
	}
	for _, e := range events {
		if e.At.After(now) {
			break
		}
		next, err := r.After(e)
		if err != nil {
			return nil, err
		}
		until(e.At)
		r, from = next, e.At
	}
	until(now)
	return out, nil
}
