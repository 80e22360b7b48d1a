package contract

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Promise of an appointment.
const (
	Exclusive = "exclusive"
	Preferred = "preferred"
	Roster    = "roster"
)

// Appointment is the client's promise of work in a category.
type Appointment struct {
	Category     string
	Brands       []string // empty: any
	Markets      []string // empty: any
	Promise      string   // exclusive | preferred | roster
	FirstRefusal cal.Span
	MinimumShare Share
	Provider     string   // who is appointed; empty: the agency of the contract
	From         cal.Date // zero: from the day on which the version takes effect
	Until        cal.Date // the last day; zero: as long as the contract runs
}

// Holds is the days on which the promise holds within those on which its version is in force.
func (a Appointment) Holds(inForce cal.Period) cal.Period {
	if !a.From.IsZero() {
		inForce.From = cal.Later(inForce.From, a.From)
	}
	if !a.Until.IsZero() {
		inForce.To = cal.Earlier(inForce.To, a.Until.AddDays(1))
	}
	return inForce
}

// By is who is appointed by the terms.
func (a Appointment) By(t Terms) string {
	if a.Provider != "" {
		return a.Provider
	}
	return t.Agency
}

// Share is the least part of the spend in a window that goes to the provider: 60 % per quarter.
type Share struct {
	Rate money.Ratio
	Per  Every
	Set  bool
}

func (s Share) String() string { return s.Rate.String() + " per " + string(s.Per) }

var sharePeriods = []Every{EveryMonth, EveryQuarter, EveryYear, EveryContractYear, EveryTerm}

var shareScalar = textOf("share per period", "60 % per quarter", `^[0-9]+(\.[0-9]+)? ?% per (month|quarter|year|contract-year|term)$`, func(s string) error {
	_, err := parseShare(s)
	return err
})

func parseShare(s string) (Share, error) {
	rate, per, ok := strings.Cut(s, " per ")
	for _, known := range sharePeriods {
		if ok && strings.TrimSpace(per) == string(known) {
			r, err := money.ParsePercent(rate)
			if err != nil || r.Sign() <= 0 || r.Num() > r.Den() {
				return Share{}, fmt.Errorf("write a share of more than nothing and at most all, such as 60 %% per %s", known)
			}
			return Share{r, known, true}, nil
		}
	}
	return Share{}, fmt.Errorf("write a share and the time over which it is counted, such as 60 %% per quarter (known: month, quarter, year, contract-year, term)")
}

var appointmentsSpec = spec{key: "appointments", doc: "What the client promised: work of a category goes to the agency.", optional: true, items: &spec{fields: []spec{
	{key: "category", doc: "The service category.", scalar: slugScalar},
	list("brands", "For which brands.", textScalar, false),
	list("markets", "In which markets.", textScalar, false),
	{key: "promise", doc: "exclusive: all of it; preferred: first refusal; roster: one of several.", scalar: choice(Exclusive, Preferred, Roster)},
	{key: "first_refusal", doc: "How long the agency may consider work of a preferred category.", scalar: spanOf(cal.Days, cal.WorkingDays), optional: true},
	{key: "minimum_share", doc: "The least part of the spend in these categories, brands and markets that goes to it, and over which time it is counted. Only with preferred. Left out: no part is promised.", scalar: shareScalar, optional: true},
	{key: "provider", doc: "Who is appointed, where it is another organisation than the agency of this contract. Left out: the agency.", scalar: textScalar, optional: true},
	{key: "from", doc: "The first day of the promise. Left out: from the day on which the version takes effect.", scalar: dateScalar, optional: true},
	{key: "until", doc: "The last day of the promise. Left out: as long as the contract runs.", scalar: dateScalar, optional: true},
}}}

func (b *builder) appointments(v *value) []Appointment {
	if v == nil {
		return nil
	}
	var out []Appointment
	for _, item := range v.items {
		a := Appointment{
			Category: item.str("category"), Brands: item.texts("brands"), Markets: item.texts("markets"),
			Promise: item.str("promise"), FirstRefusal: item.span("first_refusal"), Provider: item.str("provider"),
			From: item.date("from"), Until: item.date("until"),
		}
		if share := item.get("minimum_share"); share != nil {
			a.MinimumShare, _ = parseShare(share.text)
			if a.Promise != Preferred {
				b.problem(share, "minimum-share", "a minimum share belongs to a preferred appointment; write promise: preferred, or leave it out")
			}
		}
		if a.Promise == Preferred && a.FirstRefusal.IsZero() {
			b.problem(item, "first-refusal", "a preferred appointment needs its first refusal; write first_refusal: 5 working days")
		}
		if a.Promise != Roster && (len(a.Brands) == 0 || len(a.Markets) == 0) {
			b.problem(item, "appointment-scope", "an %s appointment needs at least one brand and one market, or nobody can tell what it covers", a.Promise)
		}
		b.inOrder(item, a.From, a.Until)
		out = append(out, a)
	}
	return out
}

// inOrder refuses days of a promise that end before they begin.
func (b *builder) inOrder(item *value, from, until cal.Date) {
	if !from.IsZero() && !until.IsZero() && until.Before(from) {
		b.problem(item.get("until"), "promise-days", "the promise ends on %s, before it begins on %s; write a last day that is not before the first", until, from)
	}
}

// maxCells is how many cells of category, brand and market the appointments of one text may cover.
const maxCells = 2000

// checkNewAppointments finds what a new text may not promise: one cell to two at once.
func (b *builder) checkNewAppointments(v *value, t Terms) {
	cells := 0
	for _, a := range t.Appointments {
		cells += max(1, len(a.Brands)) * max(1, len(a.Markets))
	}
	if cells > maxCells {
		b.problem(v, "appointments-many", "the appointments cover %d pairs of a brand and a market; write at most %d, brands or markets that are meant together as one", cells, maxCells)
		return
	}
	for i, a := range t.Appointments {
		for _, earlier := range t.Appointments[:i] {
			if why := atOdds(earlier, a, t); why != "" {
				b.problem(v.items[i], "appointment-exclusive", "%s; write other brands, markets or days, or one promise", why)
				break
			}
		}
	}
}

// atOdds says why two appointments of one text cannot both be kept; empty when they can.
func atOdds(a, b Appointment, t Terms) string {
	if a.Category != b.Category || !meet(a.Brands, b.Brands) || !meet(a.Markets, b.Markets) || a.Holds(wholeCalendar).Overlap(b.Holds(wholeCalendar)).IsEmpty() {
		return ""
	}
	one, other := a.By(t), b.By(t)
	switch same := strings.EqualFold(strings.TrimSpace(one), strings.TrimSpace(other)); {
	case a.Promise == Exclusive && b.Promise == Exclusive:
		return fmt.Sprintf("%s is exclusive twice for one brand, market and day, above for %s and here for %s", a.Category, one, other)
	case !same && (a.Promise == Exclusive || b.Promise == Exclusive):
		return fmt.Sprintf("%s is %s for %s above and %s for %s here, for one brand, market and day", a.Category, a.Promise, one, b.Promise, other)
	}
	return ""
}

var wholeCalendar = cal.Period{From: cal.MustDate("1900-01-01"), To: lastDay}

func appointmentWords(a Appointment) string {
	scope := fmt.Sprintf("%s of %s in %s", a.Category, orAny(a.Brands, "any brand"), orAny(a.Markets, "any market"))
	whom := "the agency"
	if a.Provider != "" {
		whom = a.Provider
	}
	days := daysWords(a.From, a.Until)
	switch a.Promise {
	case Exclusive:
		return "Exclusive: all " + scope + " goes to " + whom + days + "."
	case Preferred:
		share := ""
		if a.MinimumShare.Set {
			share = fmt.Sprintf("; at least %s of what is spent on it goes to %s", a.MinimumShare, whom)
		}
		return fmt.Sprintf("Preferred: %s is offered to %s first, for %s%s%s.", scope, whom, a.FirstRefusal, days, share)
	default:
		return "Roster: " + whom + " is one of several for " + scope + days + "."
	}
}

// daysWords are the days of a promise that are not those of the contract.
func daysWords(from, until cal.Date) string {
	words := ""
	if !from.IsZero() {
		words = ", from " + from.Words()
	}
	if !until.IsZero() {
		words += ", until " + until.Words()
	}
	return words
}
