package engagement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Routed is who gets a piece of work.
type Routed struct {
	Cell Cell
	Day  cal.Date
	// To is the promise that decides, ok where there is one: exclusive, all goes there; preferred, it is asked first. Of a roster nobody comes first.
	To     Appointment
	Ok     bool
	First  []Appointment // preferred ones; several where nobody can tell who is asked first
	Others []Appointment // of the roster: who may get it, or, after first refusal, gets it next
}

// Route says who gets work of a category for a brand in a market that is asked for on a day.
func Route(all []Appointment, category, brand, market string, day cal.Date) Routed {
	r := Routed{Cell: Cell{category, brand, market}, Day: day}
	var hold []Appointment
	for _, a := range InForce(all, day) {
		if covers(a.Cell.Key(), r.Cell.Key()) {
			hold = append(hold, a)
		}
	}
	slices.SortFunc(hold, byStrength)
	for _, a := range hold {
		switch a.Promise {
		case Exclusive:
			r.To, r.Ok = a, true
			return r
		case Preferred:
			r.First = append(r.First, a)
		default:
			r.Others = append(r.Others, a)
		}
	}
	if len(r.First) == 1 {
		r.To, r.Ok = r.First[0], true
	}
	return r
}

// Words say who gets it and under which promise.
func (r Routed) Words() string {
	switch {
	case r.Ok && r.To.Promise == Exclusive:
		return fmt.Sprintf("All %s goes to %s.", r.To.Cell.Words(), r.To.Provider)
	case r.Ok:
		return fmt.Sprintf("%s is asked first, and has %s to answer.", r.To.Provider, r.To.FirstRefusal)
	case len(r.First) > 1:
		return fmt.Sprintf("Each of %s was promised to be asked first. The contracts do not say who comes before the other.", names(r.First))
	case len(r.Others) > 0:
		return fmt.Sprintf("The client chooses: %s may get it.", names(r.Others))
	default:
		return "Nobody was promised this work on that day."
	}
}

func names(list []Appointment) string {
	var out []string
	for _, a := range list {
		if !slices.Contains(out, a.Provider) {
			out = append(out, a.Provider)
		}
	}
	return strings.Join(out, ", ")
}

// Deadline is when a window that begins with an offer ends: with the work of its last day, as the contract's service levels give its hours, else with that day.
// Days are those of the contract's zone and its working days those of its calendar; the day of the offer is not counted.
func Deadline(t contract.Terms, window cal.Span, offered time.Time) time.Time {
	last := window.After(cal.DateOf(offered, t.Zone), t.Calendar)
	if t.Service != nil {
		if worked := t.Service.Hours.Worked(last); len(worked) > 0 {
			return worked[len(worked)-1].To
		}
	}
	return last.AddDays(1).Start(t.Zone)
}
