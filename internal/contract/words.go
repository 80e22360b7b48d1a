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
	if len(t.Resources) > 0 {
		var s []string
		for _, r := range t.Resources {
			s = append(s, resourceWords(r))
		}
		sections = append(sections, Section{Heading: "People promised", Sentences: s})
	}
	if len(t.NonCompetition) > 0 {
		var s []string
		for _, n := range t.NonCompetition {
			s = append(s, sentences(n.Words())...)
		}
		sections = append(sections, Section{Heading: "Non-competition", Sentences: s})
	}
	for _, c := range t.Clauses {
		sections = append(sections, Section{Heading: KindName(c.Kind()) + ": " + c.ClauseID(), ID: c.ClauseID(), Sentences: sentences(c.Words(t))})
	}
	sections = append(sections, Section{Heading: "Statements", Sentences: statementWords(t)})
	if t.Payment != nil {
		sections = append(sections, Section{Heading: "Payment", Sentences: t.Payment.Words()})
	}
	if t.Scope != nil {
		sections = append(sections, Section{Heading: "Scope", Sentences: t.Scope.Words()})
	}
	if t.Service != nil {
		sections = append(sections, Section{Heading: "Service levels", Sentences: t.Service.Words()})
	}
	if t.Approvals != nil {
		sections = append(sections, Section{Heading: "Approvals", Sentences: t.Approvals.Words()})
	}
	if t.Ownership != nil {
		sections = append(sections, Section{Heading: "Ownership", Sentences: t.Ownership.Words()})
	}
	return sections
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
		noticeWords(t.Term.Notice),
		fmt.Sprintf("Amounts are in %s, rounded %s; days begin and end in %s.", t.Currency, t.Rounding, t.ZoneName),
		calendarWords(t.Calendar),
	}
	if t.Term.Exit != nil {
		out = append(out, t.Term.Exit.words())
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
		length := ""
		if !r.Each.IsZero() {
			length = " for " + r.Each.String()
		}
		return "If nobody acts it ends with the term; it renews" + length + " by a written agreement" + times + "."
	case RenewalAuto:
		return fmt.Sprintf("If nobody gives notice it renews for %s%s.", r.Each, times)
	case RenewalEvergreen:
		return "It runs on until notice is given."
	default:
		return "It does not renew."
	}
}

func orAny(names []string, none string) string {
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
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
