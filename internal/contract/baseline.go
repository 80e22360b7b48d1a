package contract

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Baseline is the revenue that would have come anyway: only what is above it is shared. When not Set all revenue that counts is shared.
type Baseline struct {
	Set         bool
	Amount      money.Amount
	Per         Every
	Shortfall   string // forgiven | carried: what is missing to the baseline of a period
	Partial     string // by-days | whole: the baseline of a period that is only partly in force
	Adjustments []Adjustment
}

// Adjustment is another baseline for whole periods, as both sides agreed: for a season, or because spend or staff changed.
type Adjustment struct {
	Days    cal.Period
	Amount  money.Amount
	Because string
}

var baselineSpec = spec{key: "over_baseline", doc: "Only what is above this revenue is shared, or none: all of it is.", optional: true, instead: wordNone(), fields: []spec{
	{key: "amount", doc: "The revenue that would have come anyway.", scalar: amountPer(EveryMonth, EveryQuarter, EveryYear)},
	{key: "shortfall", doc: "What is missing to the baseline of a period: forgiven, or carried into the next periods and made good there before anything is shared.", scalar: choice("forgiven", "carried")},
	{key: "partial_period", doc: "The baseline of a period that is only partly in force.", scalar: choice("by-days", "whole")},
	{key: "adjustments", doc: "Other baselines for whole periods, for a season or because both sides agreed on a change. Write [] for none.", items: &spec{fields: []spec{
		{key: "from", doc: "The first day, on which a period begins.", scalar: dateScalar},
		{key: "through", doc: "The last day, on which a period ends.", scalar: dateScalar},
		{key: "amount", doc: "The baseline of each of these periods.", scalar: amountScalar},
		{key: "because", doc: "Why, for whoever reads a statement.", scalar: textScalar},
	}}},
}}

func (b *builder) baseline(v *value) Baseline {
	if v == nil || v.fields == nil {
		return Baseline{}
	}
	amount, per := b.amountPer(v.get("amount"))
	base := Baseline{Set: true, Amount: amount, Per: per, Shortfall: v.str("shortfall"), Partial: v.str("partial_period")}
	if amount.IsZero() {
		b.problem(v.get("amount"), "baseline-of-nothing", "above nothing is all of it; write the baseline, or over_baseline: none")
	}
	cycle := base.Cycle()
	for _, item := range v.get("adjustments").items {
		a := Adjustment{Days: cal.Period{From: item.date("from"), To: item.date("through").AddDays(1)}, Amount: b.amount(item.get("amount"), item.str("amount")), Because: item.str("because")}
		switch {
		case a.Days.IsEmpty():
			b.problem(item.get("through"), "adjustment-days", "the last day is before the first, %s; write that day or a later one", a.Days.From)
		case cycle.Containing(a.Days.From).From != a.Days.From:
			b.problem(item.get("from"), "adjustment-days", "the baseline counts per %s, and none begins on %s; write %s or %s", per, a.Days.From, cycle.Containing(a.Days.From).From, cycle.Containing(a.Days.From).To)
		case cycle.Containing(a.Days.Last()).To != a.Days.To:
			b.problem(item.get("through"), "adjustment-days", "the baseline counts per %s, and none ends on %s; write %s", per, a.Days.Last(), cycle.Containing(a.Days.Last()).Last())
		}
		for _, other := range base.Adjustments {
			if !other.Days.Overlap(a.Days).IsEmpty() {
				b.problem(item, "adjustment-twice", "two adjustments hold on %s; let each day have one", other.Days.Overlap(a.Days).From)
			}
		}
		base.Adjustments = append(base.Adjustments, a)
	}
	return base
}

// Cycle is the periods of the baseline, by the calendar.
func (b Baseline) Cycle() cal.Cycle {
	return cal.Cycle{Anchor: cal.MustDate("2000-01-01"), Months: b.Per.Months()}
}

// Of is the baseline of a whole period, with the adjustment that holds for it.
func (b Baseline) Of(period cal.Period) (money.Amount, *Adjustment) {
	for i, a := range b.Adjustments {
		if a.Days.Contains(period.From) {
			return a.Amount, &b.Adjustments[i]
		}
	}
	return b.Amount, nil
}

// words are the baseline in plain sentences.
func (b Baseline) words() string {
	if !b.Set {
		return ""
	}
	shortfall := "what is missing to it is forgiven, and nothing is owed for that " + string(b.Per)
	if b.Shortfall == "carried" {
		shortfall = "what is missing to it is carried, and made good by later revenue before anything more is shared; what was shared before is not taken back for it"
	}
	partial := "whole"
	if b.Partial == "by-days" {
		partial = "by days"
	}
	s := fmt.Sprintf("Only what is above the baseline of %s per %s is shared; %s. For a %s that is only partly in force the baseline is %s", b.Amount.FormatWith(), b.Per, shortfall, b.Per, partial)
	adjusted := make([]string, len(b.Adjustments))
	for i, a := range b.Adjustments {
		adjusted[i] = fmt.Sprintf("%s for %s (%s)", a.Amount.Format(), a.Days.Words(), a.Because)
	}
	if len(adjusted) > 0 {
		s += ". Adjusted by agreement, each per " + string(b.Per) + ": " + strings.Join(adjusted, "; ")
	}
	return s
}
