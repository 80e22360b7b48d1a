package contract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Section is a part of the contract in plain sentences.
type Section struct {
	Heading   string
	ID        string // the clause it renders; empty for the general parts
	Sentences []string
}

// Words renders the terms for people who do not read YAML. Every choice that decides money is in it.
func Words(t Terms) []Section {
	sections := []Section{{Heading: "Parties and term", Sentences: termWords(t)}}
	if len(t.Appointments) > 0 {
		var s []string
		for _, a := range t.Appointments {
			s = append(s, appointmentWords(a))
		}
		sections = append(sections, Section{Heading: "Appointments", Sentences: s})
	}
	for _, c := range t.Clauses {
		switch c := c.(type) {
		case Retainer:
			sections = append(sections, Section{Heading: "Retainer: " + c.ID, ID: c.ID, Sentences: sentences(RetainerWords(c))})
		case RevenueShare:
			sections = append(sections, Section{Heading: "Revenue share: " + c.ID, ID: c.ID, Sentences: sentences(RevenueShareWords(c, t))})
		}
	}
	return append(sections, Section{Heading: "Statements", Sentences: statementWords(t)})
}

// sentences splits a text that this package wrote; its sentences end with ". ".
func sentences(text string) []string {
	parts := strings.SplitAfter(text, ". ")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func termWords(t Terms) []string {
	length := "until it is ended"
	if !t.Term.Length.IsZero() {
		length = "for " + t.Term.Length.String()
	}
	out := []string{
		fmt.Sprintf("%s appoints %s from %s %s.", t.Client, t.Agency, t.Term.Start.Words(), length),
		fmt.Sprintf("This is version %d, in force from %s.", t.Version, t.Effective.Words()),
		renewalWords(t.Term.Renewal),
		fmt.Sprintf("Notice is %s; the fee during notice is %s.", t.Term.Notice.Period, map[string]string{"full": "paid in full", "work-only": "paid for work done only"}[t.Term.Notice.Fee]),
		fmt.Sprintf("Amounts are in %s, rounded %s; days begin and end in %s.", t.Currency, t.Rounding, t.ZoneName),
		calendarWords(t.Calendar),
	}
	if !t.Term.Ended.IsZero() {
		out = append(out, fmt.Sprintf("It was ended early: its last day is %s.", t.Term.Ended.AddDays(-1).Words()))
	}
	return out
}

// calendarWords names the working week and the days that are not worked, those in a row as one.
func calendarWords(w cal.WorkCalendar) string {
	var week []string
	for d := range 7 {
		if day := time.Weekday((d + 1) % 7); !slices.Contains(w.Weekend, day) {
			week = append(week, day.String())
		}
	}
	out := "Working days are " + strings.Join(week, ", ")
	if len(week) == 5 && week[4] == "Friday" {
		out = "Working days are Monday to Friday"
	}
	closed := slices.SortedFunc(slices.Values(w.Closed), cal.Date.Cmp)
	var off []string
	for i := 0; i < len(closed); {
		last := i
		for last+1 < len(closed) && closed[last+1].DaysSince(closed[last]) <= 1 {
			last++
		}
		words := closed[i].Words()
		if last > i {
			words += " to " + closed[last].Words()
		}
		off = append(off, words)
		i = last + 1
	}
	if len(off) == 0 {
		return out + "; no holiday is named."
	}
	return out + ", but not " + strings.Join(off, ", ") + "."
}

func renewalWords(r Renewal) string {
	times := ""
	if r.AtMost > 0 {
		times = fmt.Sprintf(", at most %d times", r.AtMost)
		if r.AtMost == 1 {
			times = ", at most once"
		}
	}
	switch r.Kind {
	case RenewalMutual:
		return "If nobody acts it ends with the term; it renews by a written agreement" + times + "."
	case RenewalAuto:
		return fmt.Sprintf("If nobody gives notice it renews by %s%s.", r.Each, times)
	case RenewalEvergreen:
		return "It runs on until notice is given."
	default:
		return "It does not renew."
	}
}

func appointmentWords(a Appointment) string {
	scope := fmt.Sprintf("%s of %s in %s", a.Category, orAny(a.Brands, "any brand"), orAny(a.Markets, "any market"))
	switch a.Promise {
	case "exclusive":
		return "Exclusive: all " + scope + " goes to the agency."
	case "preferred":
		return fmt.Sprintf("Preferred: %s is offered to the agency first, for %s.", scope, a.FirstRefusal)
	default:
		return "Roster: the agency is one of several for " + scope + "."
	}
}

func orAny(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}

// RetainerWords is the clause in plain sentences.
func RetainerWords(r Retainer) string {
	billed := "in which it starts"
	if r.Billed == "at-end" {
		billed = "in which it ends"
	}
	return fmt.Sprintf("The fee is %s per %s. Fee periods start on day %d, and each is on the statement %s. A fee period that is only partly in force %s.",
		r.Fee.FormatWith(), r.Every, r.AnchorDay, billed, map[Proration]string{
			ActualDays:  "owes its days in force out of its days (actual-days)",
			Fixed30:     "owes its days in force out of 30 a month (30-day-month)",
			Thirty360:   "owes its days by 30/360 out of 30 a month (30/360)",
			Annual365:   "owes a year's fee x its days in force / 365 (annual-365)",
			NoProration: "owes the whole fee (no proration)",
		}[r.Proration])
}

// RevenueShareWords is the clause in plain sentences.
func RevenueShareWords(r RevenueShare, t Terms) string {
	s := []string{
		fmt.Sprintf("The agency earns %s of %s", r.Rate, baseWords(r.Base)),
		attributionWords(r.Attribution),
		fmt.Sprintf("Deals count when they were created on %s or later%s", r.Eligible.CreatedFrom.Words(), carveOutWords(r.Eligible.CarveOut)),
		fmt.Sprintf("For one deal: %s, %s", limitWords("at least", "no floor", r.PerDealFloor), limitWords("at most", "no cap", r.PerDealCap)),
		fmt.Sprintf("For the clause: %s, %s", limitWords("at least", "no floor", r.PeriodFloor), limitWords("at most", "no cap", r.PeriodCap)),
		tailWords(r),
		map[string]string{
			"hold":        "A deal in another currency than " + string(t.Currency) + " is held for a decision",
			"home-amount": "A deal in another currency counts with the CRM's amount in " + string(t.Currency),
		}[r.OtherCurrency],
	}
	return strings.Join(s, ". ") + "."
}

func baseWords(b Base) string {
	revenue, when := "revenue closed", ", which is the deal's amount when it is won"
	if b.Revenue == "collected" {
		revenue, when = "revenue collected", ", which is each payment when it is received"
	}
	refunds := ", refunds deducted"
	if b.Refunds == "ignored" {
		refunds = ", refunds not deducted"
	}
	of := " from " + strings.ReplaceAll(b.Of, "-", " ")
	switch b.NewBy {
	case "crm-type":
		of += fmt.Sprintf(" (told by the CRM's deal type; unknown: %s)", b.UnknownType)
	case "first-won-deal":
		of += " (new is a company's first won deal)"
	}
	return revenue + of + when + refunds
}

func attributionWords(a Attribution) string {
	anchor := "the deal is won"
	if a.Anchor == "deal-created" {
		anchor = "the deal is created"
	}
	lookback := "without a lookback"
	if !a.Lookback.IsZero() {
		lookback = fmt.Sprintf("looking back %s (%s)", a.Lookback, map[string]string{
			"drop":        "drop: what falls out is unattributed",
			"renormalise": "renormalise: what remains is scaled to the whole",
			"re-path":     "re-path: roles are given anew inside the window",
		}[a.Edge])
	}
	contacts := "contacts associated with the deal"
	if a.Contacts == "associated-or-account" {
		contacts += " (or, where there are none, all contacts of its company)"
	}
	credits := ""
	names := strings.Join(a.Credits.Values, ", ")
	switch a.Credits.By {
	case "channels":
		credits = "touches in " + names + " earn"
	case "providers":
		credits = "touches run by " + names + " earn"
	default:
		credits = "touches in every channel earn"
		if names != "" {
			credits = "touches in every channel but " + names + " earn"
		}
	}
	return fmt.Sprintf("Revenue is credited by %s to the touches of %s, up to the moment when %s, %s; %s", a.Model, contacts, anchor, lookback, credits)
}

func carveOutWords(list string) string {
	if list == "" {
		return "; there is no carve-out list"
	}
	return " and are not on the carve-out list " + list
}

func limitWords(word, none string, l Limit) string {
	if !l.Set {
		return none
	}
	per := ""
	if l.Per != "" {
		per = " per " + string(l.Per)
	}
	return word + " " + l.Amount.Format() + per
}

func tailWords(r RevenueShare) string {
	if r.Tail.IsZero() {
		return "Nothing counts after the end"
	}
	return fmt.Sprintf("After the end, deals created before it count for %s", r.Tail)
}

func statementWords(t Terms) []string {
	o := t.Statements.Objection
	silence := "A line that nobody contests stays open."
	if o.Silence == "accepted" {
		silence = "A line that nobody contests by then is accepted."
	}
	return []string{
		fmt.Sprintf("One statement a calendar month, issued within %s of its end.", t.Statements.IssueWithin),
		fmt.Sprintf("The client can dispute a line within %s of submission. %s", o.Within, silence),
		"A disputed line is held back; the rest stays payable.",
	}
}

// RateOf is the rate in words, for lists of clauses: "3 %" or "14,000.00 per month".
func RateOf(c Clause) string {
	switch c := c.(type) {
	case Retainer:
		return c.Fee.Format() + " per " + string(c.Every)
	case RevenueShare:
		return c.Rate.String()
	default:
		return ""
	}
}
