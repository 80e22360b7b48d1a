package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Unit is how near to each other two accounts are served: the smallest part of the agency that both share.
type Unit string

// The units, the nearest first: each is a part of the next.
const (
	Team        Unit = "team"
	Office      Unit = "office"
	AgencyBrand Unit = "agency-brand"
	Holding     Unit = "holding"
)

// Units are all of them, the nearest first.
func Units() []Unit { return []Unit{Team, Office, AgencyBrand, Holding} }

// Within says whether what two accounts share lies inside the restricted unit: who shares a team shares the office, the agency brand and the
// holding too. An unknown unit lies inside every one, for nothing shows that the accounts are apart.
func (u Unit) Within(restricted Unit) bool {
	return slices.Index(Units(), u) <= slices.Index(Units(), restricted)
}

// Words are the unit in a sentence, after "the same".
func (u Unit) Words() string { return strings.ReplaceAll(string(u), "-", " ") }

// Remedy is what makes a competing account tolerable under a promise.
type Remedy string

// The remedies, the easiest first. RemedyNothing: only an amendment of the contract, or its end.
const (
	RemedyWall    Remedy = "wall"
	RemedyWaiver  Remedy = "waiver"
	RemedyNothing Remedy = "nothing"
)

var nonCompetitionSpec = spec{key: "non_competition", doc: "What the agency promised: whom it does not serve beside the client. Each entry has a scope of its own. Left out: nothing is promised.", optional: true, items: &spec{fields: []spec{
	{key: "category", doc: "The client's line of business in which competitors are not served. Needed unless indication or named says whom it is about.", scalar: slugScalar, optional: true},
	{key: "indication", doc: "In place of a category, for medicines: the illness that is treated.", scalar: slugScalar, optional: true},
	list("named", "The competitors by name. One that is named is not served whatever its category.", textScalar, true),
	list("brands", "The client's brands that the promise protects. Write [] for all.", textScalar, false),
	list("markets", "In which markets. Write [] for all.", textScalar, false),
	{key: "unit", doc: "Which part of the agency is bound: nobody in the same team, office, agency brand or holding serves the competitor.", scalar: choice(unitNames()...)},
	{key: "from", doc: "The first day, when it is not the first day of the contract.", scalar: dateScalar, optional: true},
	{key: "until", doc: "The last day, when it is not the last day of the contract.", scalar: dateScalar, optional: true},
	{key: "tail", doc: "How long it binds after its last day, in the unit that was agreed, or none.", scalar: spanOrNone(cal.Days, cal.Weeks, cal.Months, cal.Years)},
	{key: "cool_off", doc: "How long somebody who leaves this account stays away from a competitor's, or none.", scalar: spanOrNone(cal.Days, cal.Weeks, cal.Months, cal.Years)},
	{key: "cleared_by", doc: "What makes a competitor's account tolerable: wall: two groups of people who do not see each other's account; waiver: the client's written consent; nothing: only an amendment.", scalar: choice(string(RemedyWall), string(RemedyWaiver), string(RemedyNothing))},
}}}

func unitNames() []string {
	var out []string
	for _, u := range Units() {
		out = append(out, string(u))
	}
	return out
}

// NonCompetition is the agency's promise not to serve competitors of the client, within a scope.
type NonCompetition struct {
	Category   string
	Indication string // of medicines, in place of the category
	Named      []string
	Brands     []string // of the client; empty: all
	Markets    []string // empty: all
	Unit       Unit
	From       cal.Date // zero: the first day of the contract
	Until      cal.Date // last day; zero: that of the contract
	Tail       cal.Span // zero: none
	CoolOff    cal.Span // zero: none
	ClearedBy  Remedy
}

// About is the category or the indication, empty where only names are given.
func (n NonCompetition) About() string {
	if n.Category != "" {
		return n.Category
	}
	return n.Indication
}

func (b *builder) nonCompetition(v *value) []NonCompetition {
	if v == nil {
		return nil
	}
	var out []NonCompetition
	for _, item := range v.items {
		n := NonCompetition{
			Category: item.str("category"), Indication: item.str("indication"), Named: item.texts("named"),
			Brands: item.texts("brands"), Markets: item.texts("markets"), Unit: Unit(item.str("unit")),
			From: item.date("from"), Until: item.date("until"), Tail: item.spanOrNone("tail"), CoolOff: item.spanOrNone("cool_off"),
			ClearedBy: Remedy(item.str("cleared_by")),
		}
		b.checkNonCompetition(item, n)
		out = append(out, n)
	}
	return out
}

// spanOrNone is a length of time, zero for none.
func (v *value) spanOrNone(key string) cal.Span {
	if v.str(key) == "none" {
		return cal.Span{}
	}
	return v.span(key)
}

func (b *builder) checkNonCompetition(item *value, n NonCompetition) {
	switch {
	case n.Category != "" && n.Indication != "":
		b.problem(item, "non-competition-scope", "it is about a category and an indication; write one of them, and an entry of its own for the other")
	case n.About() == "" && len(n.Named) == 0:
		b.problem(item, "non-competition-scope", "it names no category, no indication and no competitor, so nobody can tell whom it is about; write category: warehouse-robots, or named: [Boltworks]")
	}
	if !n.From.IsZero() && !n.Until.IsZero() && n.Until.Before(n.From) {
		b.problem(item.get("until"), "non-competition-period", "it ends before it begins on %s; write that day or a later one", n.From.Words())
	}
}

// Binds is the days on which the promise binds under an agreement that runs for some days: from its own first day to its own last one, each
// else that of the agreement, and the tail after it. Without an end of either the tail says nothing yet.
func (n NonCompetition) Binds(running cal.Period, work cal.WorkCalendar) cal.Period {
	out := running
	if !n.From.IsZero() {
		out.From = n.From
	}
	if !n.Until.IsZero() {
		out.To = n.Until.AddDays(1)
	}
	if !n.Tail.IsZero() && out.To.Before(lastDay) {
		out.To = cal.Earlier(n.Tail.After(out.To, work), lastDay)
	}
	return out
}

// Words are the promise in sentences.
func (n NonCompetition) Words() string {
	var whom []string
	switch {
	case n.Category != "":
		whom = append(whom, "a competitor in "+n.Category)
	case n.Indication != "":
		whom = append(whom, "anybody who treats "+n.Indication)
	}
	if len(n.Named) > 0 {
		whom = append(whom, n.Named...)
	}
	out := fmt.Sprintf("The agency does not serve %s in %s, to protect %s of the client: nobody in the same %s does.",
		strings.Join(whom, " or "), orAny(n.Markets, "any market"), orAny(n.Brands, "any brand"), n.Unit.Words())
	if !n.From.IsZero() {
		out += " It begins on " + n.From.Words() + "."
	}
	switch last := "the end of the contract"; {
	case !n.Until.IsZero():
		last = n.Until.Words()
		fallthrough
	default:
		if n.Tail.IsZero() {
			out += " It binds until " + last + "."
		} else {
			out += fmt.Sprintf(" It binds until %s and for %s after it.", last, n.Tail)
		}
	}
	if n.CoolOff.IsZero() {
		out += " Who leaves the account may go to a competitor's at once."
	} else {
		out += fmt.Sprintf(" Who leaves the account stays away from a competitor's for %s.", n.CoolOff)
	}
	return out + " " + map[Remedy]string{
		RemedyWall:    "A wall between the people of the two accounts is enough to serve both.",
		RemedyWaiver:  "Both are served only with the client's written consent.",
		RemedyNothing: "Only an amendment lets the agency serve both.",
	}[n.ClearedBy]
}

// nonCompetitionRules are about whom the agency does not serve.
var nonCompetitionRules = []lintRule{
	{"non-competition-vague", Note, lintNonCompetitionVague},
	{"non-competition-tail", Note, lintNonCompetitionTail},
	{"non-competition-mobility", Warning, lintNonCompetitionMobility},
	{"non-competition-wide", Note, lintNonCompetitionWide},
}

func (l *linter) eachNonCompetition(do func(n NonCompetition, at *value)) {
	for i, n := range l.terms.NonCompetition {
		do(n, l.doc.get("non_competition").items[i])
	}
}

func lintNonCompetitionVague(l *linter) {
	l.eachNonCompetition(func(n NonCompetition, at *value) {
		if len(n.Named) == 0 {
			l.found(at, "named: with the competitors that are meant", "%s is a word for a market, not a list: whether a company belongs to it can be argued about. Names cannot.", n.About())
		}
	})
}

// lintNonCompetitionTail: a tail is counted from an end.
func lintNonCompetitionTail(l *linter) {
	_, ends := l.terms.End()
	l.eachNonCompetition(func(n NonCompetition, at *value) {
		if !n.Tail.IsZero() && n.Until.IsZero() && !ends {
			l.found(at.get("tail"), "until: with the last day, or a term that ends",
				"The contract has no end yet, so nobody can say until when the tail of %s binds; it is counted from the day on which the contract ends.", n.Tail)
		}
	})
}

// lintNonCompetitionMobility: people who may change sides at once carry over what the wall keeps apart.
func lintNonCompetitionMobility(l *linter) {
	l.eachNonCompetition(func(n NonCompetition, at *value) {
		if n.ClearedBy == RemedyWall && n.CoolOff.IsZero() {
			l.found(at.get("cool_off"), "cool_off: 6 months", "A wall is enough here, but who leaves one side may join the other on the next day, with all that is known.")
		}
	})
}

func lintNonCompetitionWide(l *linter) {
	l.eachNonCompetition(func(n NonCompetition, at *value) {
		if n.Unit == Holding && len(n.Markets) == 0 {
			l.found(at.get("unit"), "unit: agency-brand, or the markets that are meant", "Every agency of the holding is bound in every market: most of them have never heard of this contract.")
		}
	})
}

// Forever is the end of what has none: the end of the calendar.
var Forever = lastDay
