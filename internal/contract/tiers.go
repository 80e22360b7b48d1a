package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Tiers are rates that change with the revenue of a window. When not Set the clause has one rate.
type Tiers struct {
	Set   bool
	Apply string // marginal: each rate on the revenue inside its tier; whole: the rate of the tier that is reached on all of it
	Per   Every
	Above []Tier // in the order of their thresholds; the rate of the clause holds below the first
}

// Tier is a rate from a threshold on.
type Tier struct {
	From money.Amount
	Rate money.Ratio
}

var tiersSpec = spec{key: "tiers", doc: "Rates that change with the credited revenue of a window, or none.", optional: true, instead: wordNone(), fields: []spec{
	{key: "apply", doc: "marginal: each rate holds for the revenue inside its tier; whole: the rate of the tier that is reached holds for all of the window's revenue.", scalar: choice("marginal", "whole")},
	{key: "per", doc: "The window whose revenue is counted.", scalar: choice(string(EveryMonth), string(EveryQuarter), string(EveryYear), string(EveryContractYear), string(EveryTerm))},
	{key: "above", doc: "The tiers above the first, whose rate is that of the clause, in the order of their thresholds.", items: &spec{fields: []spec{
		{key: "from", doc: "The revenue from which on the rate holds.", scalar: amountScalar},
		{key: "rate", doc: "The share.", scalar: percentOf()},
	}}},
}}

func (b *builder) tiers(v *value) Tiers {
	if v == nil || v.fields == nil {
		return Tiers{}
	}
	t := Tiers{Set: true, Apply: v.str("apply"), Per: Every(v.str("per"))}
	var before money.Amount
	for i, item := range v.get("above").items {
		rate, _ := money.ParsePercent(item.str("rate"))
		tier := Tier{From: b.amount(item.get("from"), item.str("from")), Rate: rate}
		switch {
		case tier.From.IsZero():
			b.problem(item.get("from"), "tier-order", "the rate of the clause holds from nothing on; write the revenue from which this one does, such as 100000.00")
		case i > 0 && tier.From.Cmp(before) <= 0:
			b.problem(item.get("from"), "tier-order", "this tier begins at %s, not above the one before it (%s); write the tiers in the order of their thresholds", tier.From.Format(), before.Format())
		}
		before = tier.From
		t.Above = append(t.Above, tier)
	}
	if len(t.Above) == 0 {
		b.problem(v.get("above"), "no-tier", "there is no tier above the first; write at least one, such as - {from: 100000.00, rate: 4 %%}, or tiers: none")
	}
	return t
}

// Reached is the rate of the tier in which a revenue lies, first being that of the clause.
func (t Tiers) Reached(revenue int64, first money.Ratio) money.Ratio {
	rate := first
	for _, tier := range t.Above {
		if revenue >= tier.From.Minor {
			rate = tier.Rate
		}
	}
	return rate
}

// RatesWords is "3 %", or with tiers "3 % to 5 %".
func (r RevenueShare) RatesWords() string {
	low, high := r.Rate, r.Rate
	for _, tier := range r.Tiers.Above {
		if tier.Rate.Cmp(low) < 0 {
			low = tier.Rate
		}
		if tier.Rate.Cmp(high) > 0 {
			high = tier.Rate
		}
	}
	if low == high {
		return low.String()
	}
	return low.String() + " to " + high.String()
}

// words are the tiers in plain sentences; first is the rate of the clause.
func (t Tiers) words(first money.Ratio) string {
	if !t.Set {
		return ""
	}
	steps := make([]string, len(t.Above))
	for i, tier := range t.Above {
		steps[i] = fmt.Sprintf("%s from %s", tier.Rate, tier.From.Format())
	}
	how := "each rate holds for the revenue inside its tier"
	if t.Apply == "whole" {
		how = "the rate of the tier that is reached holds for all revenue of the window"
	}
	return fmt.Sprintf("The rate rises or falls with the revenue that counts per %s: %s below %s, then %s; %s", t.Per, first, t.Above[0].From.Format(), strings.Join(steps, ", "), how)
}

// checkSchedule: a limit for one deal has no meaning where the rate is known only for all deals together, and a baseline must divide the window
// of the tiers.
func (b *builder) checkSchedule(v *value, r RevenueShare) {
	over := r.Base.Over
	if (r.Tiers.Set || over.Set) && (r.PerDealFloor.Set || r.PerDealCap.Set) {
		b.problem(v.get("per_deal"), "schedule-per-deal", "with tiers or a baseline the share is known for all deals together, not for one; write per_deal: {floor: none, cap: none}, and limit the period")
	}
	for _, shorter := range []struct {
		per Every
		at  *value
	}{{r.Tiers.Per, v.get("tiers")}, {over.Per, v.get("base").get("over_baseline")}, {r.PeriodFloor.Per, v.get("period").get("floor")}, {r.PeriodCap.Per, v.get("period").get("cap")}} {
		if n := shorter.per.Months(); n > 0 && n < r.Charged.Months() {
			b.problem(shorter.at, "schedule-windows", "revenue is charged per %s, so that nothing can be counted per %s; write a window of a %s or longer, or charged: %s", r.Charged, shorter.per, r.Charged, shorter.per)
		}
	}
	if !r.Tiers.Set || !over.Set {
		return
	}
	whole := over.Per == r.Tiers.Per || over.Per == EveryMonth || r.Tiers.Per == EveryTerm || over.Per == EveryQuarter && r.Tiers.Per == EveryYear
	if !whole {
		b.problem(v.get("tiers").get("per"), "schedule-windows", "the baseline counts per %s and the tiers per %s, so that a %s can lie in two windows of tiers; write a baseline per month, or the same window", over.Per, r.Tiers.Per, over.Per)
	}
}

// schedulesFollow finds amendments that change a rate, tiers or a baseline inside a window of them: nobody could say by which the revenue of
// that window is shared.
func schedulesFollow(a, b Terms) []*fault.Fault {
	var out []*fault.Fault
	for _, c := range b.Clauses {
		after, ok := c.(RevenueShare)
		if !ok {
			continue
		}
		earlier, _ := a.Clause(after.ID)
		before, ok := earlier.(RevenueShare)
		if !ok || !before.Scheduled() && !after.Scheduled() || before.sameSchedule(after) {
			continue
		}
		for _, per := range []Every{before.Tiers.Per, after.Tiers.Per, before.Base.Over.Per, after.Base.Over.Per} {
			if per == "" {
				continue
			}
			if per == EveryTerm {
				out = append(out, fault.New(fault.Invalid, "amendment", "the tiers of %q count over the whole term, so that an amendment cannot change its rate, tiers or baseline; write a clause of another name", after.ID).At("clauses"))
				break
			}
			if window := b.Window(per, b.Effective); window.From != b.Effective {
				out = append(out, fault.New(fault.Invalid, "amendment", "the rate, the tiers or the baseline of %q change inside a %s that is counted as one; let version %d take effect on %s or %s", after.ID, per, b.Version, window.From, window.To).At("effective"))
				break
			}
		}
	}
	return out
}

// Scheduled says whether the share of one deal depends on the others: there are tiers or a baseline.
func (r RevenueShare) Scheduled() bool { return r.Tiers.Set || r.Base.Over.Set }

// sameSchedule says whether two versions share revenue by the same rates and baseline. What both sides agreed on for single periods may differ.
func (r RevenueShare) sameSchedule(other RevenueShare) bool {
	x, y := r.Base.Over, other.Base.Over
	x.Adjustments, y.Adjustments = nil, nil
	return r.Rate == other.Rate && r.Tiers.same(other.Tiers) && x.Set == y.Set && x.Amount == y.Amount && x.Per == y.Per && x.Shortfall == y.Shortfall && x.Partial == y.Partial
}

func (t Tiers) same(other Tiers) bool {
	return t.Set == other.Set && t.Apply == other.Apply && t.Per == other.Per && slices.Equal(t.Above, other.Above)
}
