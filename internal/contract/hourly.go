package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var hourlyKind = clauseKind{spec: hourlySpec, name: "Hourly", build: func(b *builder, v *value, _ Terms) Clause { return b.hourly(v) }}

var hourlySpec = spec{key: "hourly", doc: "Working time by a rate card.", fields: []spec{
	{key: "hourly", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "rates", doc: "The rate card.", items: &spec{fields: []spec{
		{key: "role", doc: "As time entries name it, whatever the case.", scalar: textScalar},
		{key: "rate", doc: "For each hour.", scalar: ratePerHour()},
	}}},
	{key: "other_roles", doc: "An entry whose role is not on the card: hold it for a decision, or a rate.", scalar: holdOrRate},
	roundTimeSpec(false),
	{key: "cap", doc: "At most this for the work of a month, or none. What is above is not charged later.", scalar: limitPer(EveryMonth)},
	{key: "late_entries", doc: "Entries that come after the statement of their month was locked.", scalar: choice("next-open-statement", "written-off")},
}}

var holdOrRate = textOf("amount per hour, or hold", "hold, or 120.00 per hour", "^(hold|"+amountPattern+periods([]Every{EveryHour})+")$", func(s string) error {
	if s == "hold" || checkRatePerHour(s) == nil {
		return nil
	}
	return fmt.Errorf("write hold, or an amount for each hour such as 120.00 per hour")
})

// Hourly is working time by a rate card.
type Hourly struct {
	ID          string
	Rates       []RoleRate
	Other       *money.Amount // per hour, for roles that are not on the card; nil: hold
	Round       TimeRounding
	Cap         Limit  // for the work of a month
	LateEntries string // next-open-statement | written-off
}

// RoleRate is one row of a rate card.
type RoleRate struct {
	Role string
	Rate money.Amount // per hour
}

// ClauseID is the id of the clause.
func (h Hourly) ClauseID() string { return h.ID }

// Kind is "hourly".
func (Hourly) Kind() string { return "hourly" }

// RateOf finds the rate of a role, and the name under which it is charged. The role of an entry may differ from the card's in case and in
// the spaces around it. ok is false when it is held.
func (h Hourly) RateOf(role string) (name string, rate money.Amount, ok bool) {
	for _, r := range h.Rates {
		if strings.EqualFold(strings.TrimSpace(r.Role), strings.TrimSpace(role)) {
			return r.Role, r.Rate, true
		}
	}
	if h.Other != nil {
		return "other roles", *h.Other, true
	}
	return "", money.Amount{}, false
}

// RateWords is the rate, or from the least to the most.
func (h Hourly) RateWords() string { return h.span(money.Amount.Format) }

// Promise is the rates, with the currency.
func (h Hourly) Promise() string { return h.span(money.Amount.FormatWith) + " by role" }

func (h Hourly) span(format func(money.Amount) string) string {
	rates := make([]money.Amount, 0, len(h.Rates)+1)
	for _, r := range h.Rates {
		rates = append(rates, r.Rate)
	}
	if h.Other != nil {
		rates = append(rates, *h.Other)
	}
	least, most := slices.MinFunc(rates, money.Amount.Cmp), slices.MaxFunc(rates, money.Amount.Cmp)
	if least == most {
		return format(least) + " per hour"
	}
	return format(least) + " to " + most.Format() + " per hour"
}

func (b *builder) hourly(v *value) Hourly {
	h := Hourly{ID: v.str("hourly"), Round: b.timeRounding(v.get("round_time")), Cap: b.limit(v.get("cap")), LateEntries: v.str("late_entries")}
	seen := map[string]bool{}
	for _, item := range v.get("rates").items {
		rate, _ := b.amountPer(item.get("rate"))
		role := strings.TrimSpace(item.str("role"))
		if key := strings.ToLower(role); seen[key] {
			b.problem(item, "role-twice", "the role %q has a rate already; keep one of the two", role)
		} else {
			seen[key] = true
		}
		h.Rates = append(h.Rates, RoleRate{role, rate})
	}
	if other := v.get("other_roles"); other.text != "hold" {
		rate, _ := b.amountPer(other)
		h.Other = &rate
	}
	if len(h.Rates) == 0 && h.Other == nil {
		b.problem(v.get("rates"), "no-rate", "nothing has a rate; write rates: with a role and its rate, or a rate for other_roles")
	}
	return h
}

// Words is the clause in plain sentences.
func (h Hourly) Words(Terms) string {
	var card []string
	for _, r := range h.Rates {
		card = append(card, r.Role+" "+r.Rate.FormatWith())
	}
	other := "An entry of another role is held until somebody decides"
	if h.Other != nil {
		other = "Every other role costs " + h.Other.FormatWith() + " an hour"
		card = append(card, "other roles "+h.Other.FormatWith())
	}
	bound := "There is no cap"
	if h.Cap.Set {
		bound = fmt.Sprintf("The work of a month costs at most %s; what is above is not charged later", h.Cap.Amount.FormatWith())
	}
	late := "Entries that come after the statement of their month was locked are on the next one that is open, under the cap of the month in which they were worked"
	if h.LateEntries == "written-off" {
		late = "Entries that come after the statement of their month was locked are written off"
	}
	return joined([]string{
		"Work is charged by the hour, each entry once: " + strings.Join(card, ", "), other, roundTimeWords(h.Round, " in one role"),
		"The minutes of a role in a month are added before they are multiplied with the rate", bound, late,
	})
}
