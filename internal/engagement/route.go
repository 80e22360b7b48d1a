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
	// Asks is the question that decides where brand or market were not said and the promises differ by it, with what each answer comes to; empty: nothing is open.
	Asks string
	// Whichever: brand or market were not said, the promises name several, and all of them come to the same.
	Whichever bool
}

// alike reports whether two answers give the work to the same under the same promise.
func (r Routed) alike(o Routed) bool {
	return r.Ok == o.Ok && Plain(r.To.Provider) == Plain(o.To.Provider) && r.To.Promise == o.To.Promise && r.To.FirstRefusal == o.To.FirstRefusal && names(r.First) == names(o.First) && names(r.Others) == names(o.Others)
}

// Route says who gets work of a category for a brand in a market that is asked for on a day. An empty brand or market is any: only promises for any cover it. Names are compared as
// people write them.
func Route(all []Appointment, category, brand, market string, day cal.Date) Routed {
	return routed(InForce(all, day), Cell{category, brand, market}, day)
}

// RouteAsked is Route where a brand or market may not be said: then it is one of those that the promises name. Where all of them come to the same, that holds, else it is a question.
func RouteAsked(all []Appointment, category, brand, market string, day cal.Date) Routed {
	asked := Cell{category, brand, market}
	var near []Appointment
	for _, a := range InForce(all, day) {
		if meets(a.Cell.folded(), asked.folded()) {
			near = append(near, a)
		}
	}
	brands, markets := said(brand, near, func(c Cell) string { return c.Brand }, Fold), said(market, near, func(c Cell) string { return c.Market }, FoldMarket)
	var first Routed
	var answers []string
	differs := map[string]bool{}
	for i, b := range brands {
		for j, m := range markets {
			one := routed(near, Cell{category, b, m}, day)
			if i+j == 0 {
				first = one
			}
			answers = append(answers, fmt.Sprintf("for %s in %s: %s", orAny(b, "any brand"), orAny(m, "any market"), lowFirst(one.Words())))
			if !one.alike(first) {
				differs["brand"] = differs["brand"] || i > 0 && !routed(near, Cell{category, brands[0], m}, day).alike(one)
				differs["market"] = differs["market"] || j > 0 && !routed(near, Cell{category, b, markets[0]}, day).alike(one)
			}
		}
	}
	first.Cell = asked
	if !differs["brand"] && !differs["market"] {
		first.Whichever = len(answers) > 1
		return first
	}
	out := Routed{Cell: asked, Day: day, Asks: "brand"}
	switch {
	case differs["brand"] && differs["market"]:
		out.Asks = "brand and the market decide"
	case differs["market"]:
		out.Asks = "market decides"
	default:
		out.Asks = "brand decides"
	}
	out.Asks = "The " + out.Asks + " who does this: " + strings.TrimSuffix(strings.Join(answers, " "), ".") + "."
	return out
}

// said is the name that was said, else those that the promises name, each once; one empty name where they name none.
func said(name string, all []Appointment, of func(Cell) string, fold func(string) string) []string {
	if fold(name) != "" {
		return []string{name}
	}
	var out []string
	for _, a := range all {
		if x := of(a.Cell); x != "" && !slices.ContainsFunc(out, func(have string) bool { return fold(have) == fold(x) }) {
			out = append(out, x)
		}
	}
	if len(out) == 0 || slices.ContainsFunc(all, func(a Appointment) bool { return of(a.Cell) == "" }) {
		out = append(out, "")
	}
	return out
}

func lowFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// routed is who gets the work of one cell.
func routed(all []Appointment, cell Cell, day cal.Date) Routed {
	r := Routed{Cell: cell, Day: day}
	var hold []Appointment
	for _, a := range all {
		if covers(a.Cell.folded(), r.Cell.folded()) {
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
	case r.Asks != "":
		return r.Asks
	case r.Ok && r.To.Promise == Exclusive && r.Whichever:
		return fmt.Sprintf("All %s goes to %s, whichever of the promised brands and markets it is for.", r.To.Cell.Category, r.To.Provider)
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

// DueIn is a deadline in the zone of the contract, by the name of its city: "13 Oct 2026 17:30 in New York", or "the end of 13 Oct 2026 in New York".
func DueIn(at time.Time, zone *time.Location) string {
	city := zone.String()
	words := at.In(zone).Format("2 Jan 2006 15:04")
	if day := cal.DateOf(at, zone); day.Start(zone).Equal(at) {
		words = "the end of " + day.AddDays(-1).Words()
	}
	return words + " in " + strings.ReplaceAll(city[strings.LastIndexByte(city, '/')+1:], "_", " ")
}
