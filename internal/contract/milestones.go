package contract

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var milestonesKind = clauseKind{spec: milestonesSpec, name: "Milestones", build: func(b *builder, v *value, _ Terms) Clause { return b.milestones(v) }}

var milestonesSpec = spec{key: "milestones", doc: "A fixed amount for each piece of work that the client accepted.", fields: []spec{
	{key: "milestones", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "list", doc: "What is handed over, and for how much.", items: &spec{fields: []spec{
		{key: "milestone", doc: "Its name, as deliveries give it; the same in every version, and in no other clause.", scalar: slugScalar},
		{key: "amount", doc: "What the whole of it pays.", scalar: amountScalar},
		{key: "criteria", doc: "What must be true of it to be accepted. It decides no money by itself: it is what the two sides look at.", scalar: textScalar, optional: true},
		{key: "due", doc: "The day by which it is agreed. It decides no money.", scalar: dateScalar, optional: true},
		{key: "bonus", doc: "What is paid on top when the whole of it is delivered early and accepted, or none.", scalar: amountOrNone()},
		{key: "bonus_by", doc: "The last day on which it is early. Needed with a bonus.", scalar: dateScalar, optional: true},
	}}},
	{key: "acceptance", doc: "The client's time to accept a delivery or to return it.", fields: []spec{
		{key: "by", doc: "Who accepts for the client, by role or name.", scalar: textScalar, optional: true},
		{key: "within", doc: "Counted from the day of delivery, which is not counted.", scalar: spanOf(cal.Days, cal.WorkingDays)},
		{key: "silence", doc: "What a delivery becomes that was neither accepted nor returned in that time: accepted on the day after, or open until the client accepts.", scalar: choice("accepted", "open")},
	}},
	{key: "partial", doc: "by-part: an accepted part pays its part of the amount; whole-only: the amount is paid when the parts that were accepted make the whole.", scalar: choice("by-part", "whole-only")},
}}

// amountScalar is an amount; its digits are checked against the currency when the terms are built.
var amountScalar = textOf("amount", "8,000.00", "^"+amountPattern+"$", checkAmount)

// Milestones is a fixed amount for each piece of work that the client accepted.
type Milestones struct {
	ID      string
	List    []Milestone
	By      string   // who accepts for the client; empty: nobody is named
	Within  cal.Span // working days or days from the delivery
	Silence string   // accepted | open
	Partial string   // by-part | whole-only
}

// Milestone is a piece of work with its amount.
type Milestone struct {
	Name     string
	Amount   money.Amount
	Criteria string   // what must be true of it; empty: not said
	Due      cal.Date // zero: none
	Bonus    Limit    // not Set: none
	BonusBy  cal.Date
}

// Find is the milestone that a delivery names, whatever the case and the spaces around it.
func (m Milestones) Find(name string) (Milestone, bool) {
	for _, stone := range m.List {
		if strings.EqualFold(stone.Name, strings.TrimSpace(name)) {
			return stone, true
		}
	}
	return Milestone{}, false
}

// ClauseID is the id of the clause.
func (m Milestones) ClauseID() string { return m.ID }

// Kind is "milestones".
func (Milestones) Kind() string { return "milestones" }

// RateWords is how many they are and what they pay together.
func (m Milestones) RateWords() string { return m.together(money.Amount.Format) }

// Promise is how many they are and what they pay together, with the currency.
func (m Milestones) Promise() string { return m.together(money.Amount.FormatWith) }

func (m Milestones) together(format func(money.Amount) string) string {
	var sum money.Amount
	for _, stone := range m.List {
		sum = sum.Add(stone.Amount)
	}
	if len(m.List) == 1 {
		return format(sum) + " for a milestone"
	}
	return fmt.Sprintf("%s for %d milestones", format(sum), len(m.List))
}

func (b *builder) milestones(v *value) Milestones {
	acceptance := v.get("acceptance")
	m := Milestones{ID: v.str("milestones"), By: acceptance.str("by"), Within: acceptance.span("within"), Silence: acceptance.str("silence"), Partial: v.str("partial")}
	for _, item := range v.get("list").items {
		m.List = append(m.List, b.milestone(item, m.ID))
	}
	if len(m.List) == 0 {
		b.problem(v.get("list"), "no-milestone", "the clause names no milestone; write at least one, such as - {milestone: crm-cleanup, amount: 8000.00, bonus: none}")
	}
	return m
}

func (b *builder) milestone(v *value, clause string) Milestone {
	stone := Milestone{Name: v.str("milestone"), Criteria: v.str("criteria"), Amount: b.amount(v.get("amount"), v.str("amount")), Due: v.date("due"), Bonus: b.limit(v.get("bonus")), BonusBy: v.date("bonus_by")}
	if other, twice := b.milestoneOf[stone.Name]; twice {
		b.problem(v, "milestone-twice", "%q is a milestone of the clause %s already; a delivery must name one milestone only, so give each its own name", stone.Name, other)
	}
	if b.milestoneOf == nil {
		b.milestoneOf = map[string]string{}
	}
	b.milestoneOf[stone.Name] = clause
	switch {
	case stone.Amount.Minor == 0:
		b.problem(v.get("amount"), "price-of-nothing", "a milestone of nothing pays nothing; write its amount, or leave the milestone out")
	case stone.Bonus.Set && stone.BonusBy.IsZero():
		b.problem(v, "bonus-by", "a bonus for early delivery needs its last day; write bonus_by: 2026-03-31")
	case !stone.Bonus.Set && !stone.BonusBy.IsZero():
		b.problem(v.get("bonus_by"), "bonus-by", "without a bonus nothing is early; leave bonus_by out, or write the bonus")
	case !stone.Due.IsZero() && stone.BonusBy.After(stone.Due):
		b.problem(v.get("bonus_by"), "bonus-by", "the last early day is after the due day, %s; write that day or an earlier one", stone.Due)
	}
	return stone
}

// Words is the clause in plain sentences.
func (m Milestones) Words(Terms) string {
	stones := make([]string, len(m.List))
	for i, stone := range m.List {
		stones[i] = stone.words()
	}
	silence := "one that was neither accepted nor returned by then is accepted on the day after, and returning it later changes nothing"
	if m.Silence == "open" {
		silence = "one that was neither stays open until the client accepts it"
	}
	partial := "An accepted part pays its part of the amount"
	if m.Partial == "whole-only" {
		partial = "Parts pay nothing until those that were accepted make the whole"
	}
	return strings.Join([]string{
		"The agency is paid, on the statement of the month of acceptance: " + strings.Join(stones, "; "),
		fmt.Sprintf("%s accepts a delivery or returns it within %s, the day of delivery not counted; %s", cmp.Or(m.By, "The client"), m.Within, silence),
		partial,
		"What is returned counts for nothing, and no milestone ever pays more than its whole amount",
		"The version in force on the day of delivery governs",
	}, ". ") + "."
}

func (stone Milestone) words() string {
	out := stone.Amount.FormatWith() + " for " + stone.Name
	if !stone.Due.IsZero() {
		out += ", due " + stone.Due.Words()
	}
	if stone.Criteria != "" {
		out += " (accepted when: " + stone.Criteria + ")"
	}
	if stone.Bonus.Set {
		out += fmt.Sprintf(", and %s more when all of it is delivered by %s", stone.Bonus.Amount.Format(), stone.BonusBy.Words())
	}
	return out
}
