package contract

import (
	"strconv"
	"strings"
)

// choicesOfMoney are the choices that decide money, by their place in the form, with their other readings. What stands in undecisive has
// none; a test sees to it that every choice of the form stands in one of the two.
var choicesOfMoney = map[string]func(passage) []reading{
	"rounding":  words("half-up", "half-even", "down", "up"),
	"time_zone": words("UTC"),

	"term.notice.fee": otherNoticeFees,

	"retainer.billed":                  others,
	"retainer.proration":               others,
	"retainer.includes.partial_period": others,
	"retainer.round_time":              quarterHours,
	"retainer.round_time.per":          others,
	"retainer.rollover":                orSet("50 % of base, 1 period", "{partial_period: none, cap: 50 % of base, cap_on: base, expires_after: 1 period, burn: oldest-first}"),
	"retainer.rollover.partial_period": others,
	"retainer.rollover.cap":            orNone(drop("cap_on")),
	"retainer.rollover.cap_on":         others,
	"retainer.rollover.expires_after":  words("1 period", "3 periods", "none"),
	"retainer.rollover.burn":           others,
	"retainer.deficit":                 otherDeficits,
	"retainer.starts_with":             words("1 hour", "none"),
	"retainer.overage.approval": func(passage) []reading {
		return []reading{{other: "none-needed", with: []companion{drop("approved_hours")}}}
	},
	"retainer.late_entries":        others,
	"retainer.reconcile.every":     others,
	"retainer.reconcile.dead_band": words("0 %", "10 %"),
	"retainer.reconcile.beyond":    others,
	"retainer.reconcile.how":       others,

	"deliverables.counted":        others,
	"deliverables.partial_period": others,
	"deliverables.missing":        otherwisePriced,
	"deliverables.above":          otherwisePriced,

	"hourly.round_time":     quarterHours,
	"hourly.round_time.per": others,
	"hourly.cap":            orNone(),
	"hourly.late_entries":   others,

	"scorecard.anchor":              others,
	"scorecard.billed_after":        words("0 months", "1 month"),
	"scorecard.partial_period":      others,
	"scorecard.payout.at_threshold": words("0 %", "25 %", "50 %"),
	"scorecard.payout.between":      otherCurve,
	"scorecard.malus":               withoutMalus,
	"scorecard.metric_cap":          orNone(),
	"scorecard.total_cap":           orNone(),
	"scorecard.total_floor":         words("0 %", "none"),
	"scorecard.missing_metric":      others,
	"scorecard.broken_source":       others,
	"scorecard.target_change":       others,
	"scorecard.restated":            others,
	"scorecard.gates":               orEmpty,
	"scorecard.gates.then":          others,
	"scorecard.relief":              orEmpty,

	"revenue_share.tiers.apply":                             others,
	"revenue_share.tiers.per":                               others,
	"revenue_share.tiers":                                   orNone(),
	"revenue_share.base.over_baseline":                      orNone(),
	"revenue_share.base.over_baseline.shortfall":            others,
	"revenue_share.base.over_baseline.partial_period":       others,
	"revenue_share.charged":                                 others,
	"revenue_share.attribution":                             orNone(),
	"revenue_share.base.revenue":                            otherRevenue,
	"revenue_share.base.refunds":                            others,
	"revenue_share.base.of":                                 otherCustomers,
	"revenue_share.base.new_by":                             otherNewBy,
	"revenue_share.base.unknown_type":                       others,
	"revenue_share.attribution.model":                       otherModels,
	"revenue_share.attribution.lookback":                    otherLookbacks,
	"revenue_share.attribution.edge":                        others,
	"revenue_share.attribution.anchor":                      others,
	"revenue_share.attribution.contacts":                    others,
	"revenue_share.attribution.credits.all_channels_except": orEmpty,
	"revenue_share.attribution.channels":                    otherChannels,
	"revenue_share.attribution.channels.grouping":           otherGroupings,
	"revenue_share.attribution.channels.rules":              otherRules,
	"revenue_share.attribution.channels.unnamed":            words(AsImported),
	"revenue_share.attribution.at_the_deal":                 others,
	"revenue_share.attribution.earlier_deals":               others,
	"revenue_share.attribution.excluded_channels":           otherExcluded,
	"revenue_share.attribution.repeats":                     others,
	"revenue_share.attribution.steps":                       words("3", "5", "10", "none"),
	"revenue_share.eligible.created_from":                   words("2000-01-01"),
	"revenue_share.eligible.carve_out":                      orNone(),
	"revenue_share.per_deal.floor":                          orNone(),
	"revenue_share.per_deal.cap":                            orNone(),
	"revenue_share.period.floor":                            orNone(drop("partial_floor")),
	"revenue_share.period.partial_floor":                    others,
	"revenue_share.period.cap":                              orNone(),
	"revenue_share.tail":                                    words("none", "60 days", "6 months"),
	"revenue_share.clawback":                                words("none", "90 days", "180 days", "unlimited"),
	"revenue_share.other_currency":                          words("hold", "home-amount"),
	"revenue_share.other_currency.fixed_on":                 others,

	"per_result.acceptance.within":       words("48 hours", "7 days", "30 days"),
	"per_result.acceptance.after_window": others,
	"per_result.duplicate.by":            otherDuplicates,
	"per_result.duplicate.within":        words("30 days", "90 days", "ever"),
	"per_result.duplicate.since":         others,
	"per_result.duplicate.without_key":   others,
	"per_result.disputes.within":         words("7 days", "30 days"),
	"per_result.disputes.fee_if_denied":  orNone(),
	"per_result.restated":                others,
	"per_result.cap":                     orNone(),

	"milestones.acceptance.silence": others,
	"milestones.partial":            others,
	"milestones.list.bonus":         orNone(drop("bonus_by")),

	"media_commission.of":                others,
	"media_commission.vendor_commission": words("15 %", "none"),
	"media_commission.rebate":            orNone(),
	"markup.of":                          others,
	"markup.vendor_commission":           words("15 %", "none"),
	"pass_through.vendor_commission":     words("15 %", "none"),

	"service_credits.counted":       others,
	"service_credits.monthly_limit": words("10 %", "none"),
	"minimum.costs":                 others,
	"minimum.proration":             others,
	"not_to_exceed.costs":           others,
}

// undecisive are choices without another reading that a month's fee would show, each with the reason.
var undecisive = map[string]string{
	"revenue_share.attribution.removal_effects.order": "says how the effects were learned, which are what is written",
	"term.renewal.kind":            "decides what comes after the term",
	"term.notice.ends":             "decides when it ends, which an amendment then says",
	"term.exit.retainer_balance":   "decides what is settled after the last month",
	"appointments.promise":         "decides who gets the work",
	"resources.kind":               "decides whose time is kept",
	"non_competition.unit":         "decides whom the agency may serve",
	"non_competition.cleared_by":   "decides whom the agency may serve",
	"statements.objection.silence": "decides what becomes of a line, not what it is",
	"scorecard.metrics.better":     "says what the metric is",
	"media_commission.bills":       "decides who pays the vendor",
	"markup.bills":                 "decides who pays the vendor",
	"media_commission.lines":       "decides how it is shown",
	"markup.lines":                 "decides how it is shown",
	"pass_through.lines":           "decides how it is shown",

	"payment.counted_from":                "decides when it is paid",
	"payment.late_charge.on":              "decides what is owed for paying late",
	"payment.late_charge.grace.then_from": "decides what is owed for paying late",
	"payment.late_charge.counted":         "decides what is owed for paying late",
	"payment.late_charge.compounding":     "decides what is owed for paying late",
	"payment.late_charge.credited":        "decides what is owed for paying late",
	"payment.late_charge.tax":             "decides how a late charge is taxed",
	"payment.discount.on":                 "decides what paying early is worth",
	"payment.discount.partial":            "decides what paying early is worth",

	"service_levels.promises.by":            "says whose promise it is; what a miss costs is in the misses that are recorded",
	"service_levels.promises.until":         "says what is promised; what a miss costs is in the misses that are recorded",
	"service_levels.escalate.to":            "decides who is told",
	"service_levels.priority.matrix.impact": "says of which impact the line is",
	"service_levels.priority.matrix.high":   "decides how fast; what a miss costs is in the misses that are recorded",
	"service_levels.priority.matrix.medium": "decides how fast; what a miss costs is in the misses that are recorded",
	"service_levels.priority.matrix.low":    "decides how fast; what a miss costs is in the misses that are recorded",
	"service_levels.excuses":                "says whether a miss counts, which is said of each miss that is recorded",

	"scope.work.is":              "decides which work a fee covers, not what the fee is",
	"scope.otherwise":            "decides what is agreed of other work",
	"approvals.feedback.silence": "decides what is accepted; what of it is paid is in the deliveries of the evidence",
	"approvals.feedback.late":    "moves dates",
	"approvals.rounds.counted":   "says which version opens a round; what a further one costs is in the hours that are worked, or in a change order",
	"approvals.rounds.further":   "says how a further round is asked for; what it costs is in the hours that are worked, or in a change order",
	"ownership.passes":           "decides whose a deliverable is",
	"ownership.silence_accepts":  "decides whose a deliverable is",
}

// otherNoticeFees are those that need no share that nobody agreed on.
func otherNoticeFees(p passage) []reading {
	return []reading{{other: "full", with: []companion{drop("ramp")}}, {other: "work-only", with: []companion{drop("ramp")}}}
}

// otherwisePriced are the fates of pieces; those that need a price are read only where one is agreed, and the price goes where nothing needs it.
func otherwisePriced(p passage) []reading {
	unpriced := func(e *editing, p passage) {
		for _, item := range p.within.get("list").items {
			if v := item.get("price"); v != nil {
				e.remove(v)
			}
		}
	}
	beside := p.within.str("missing") + p.within.str("above")
	beside = strings.Replace(beside, p.value.text, "", 1)
	needed := strings.Contains(beside, "credited") || strings.Contains(beside, "billed")
	var out []reading
	for _, word := range p.spec.scalar.choices {
		r := reading{other: word}
		if !needed && !strings.Contains(word, "credited") && !strings.Contains(word, "billed") {
			r.with = []companion{unpriced}
		}
		out = append(out, r)
	}
	return out
}

var quarterHours = orSet("each entry up to 15 minutes", "{per: entry, up_to: 15 minutes, at_least: none}")

// otherDeficits are the fates of hours above those at hand for which nothing must be agreed that is not written.
func otherDeficits(p passage) []reading {
	hasRate := p.within.get("overage").get("rate") != nil
	notAllowed := companion(func(e *editing, p passage) {
		if hasRate {
			e.set(p.within.get("overage"), "not-allowed")
		}
	})
	unreconciled := companion(func(e *editing, p passage) {
		if p.within.get("reconcile").fields != nil {
			e.set(p.within.get("reconcile"), "none")
		}
	})
	unasked := companion(func(e *editing, p passage) {
		if o := p.within.get("overage"); o.get("approved_hours") != nil {
			e.set(o.get("approval"), "none-needed")
			e.remove(o.get("approved_hours"))
		}
	})
	out := []reading{{other: "written-off", with: []companion{drop("starts_with"), notAllowed, unreconciled}},
		{other: "carried", with: []companion{also("starts_with", "none"), unasked, unreconciled}}}
	if hasRate {
		out = append(out, reading{other: "billed", with: []companion{drop("starts_with")}})
	}
	return out
}

// otherCurve reads a line as two steps, at the threshold and at the target, and steps as a line.
func otherCurve(p passage) []reading {
	metrics := p.clause.get("metrics").items
	if p.value.text == "stepped" {
		return []reading{{other: "linear", with: []companion{func(e *editing, _ passage) {
			for _, m := range metrics {
				e.remove(m.get("steps"))
			}
		}}}}
	}
	low, full := p.within.str("at_threshold"), p.within.str("at_target")
	return []reading{{other: "stepped", with: []companion{func(e *editing, _ passage) {
		for _, m := range metrics {
			threshold, target, most := m.str("threshold"), m.str("target"), m.str("max")
			e.insert(m.get("max"), "steps", "[{from: "+threshold+", to: "+target+", payout: "+low+"}, {from: "+target+", to: "+most+", payout: "+full+"}]")
		}
	}}}}
}

func withoutMalus(p passage) []reading {
	return orNone(drop("total_floor"), func(e *editing, p passage) {
		for _, m := range p.clause.get("metrics").items {
			if v := m.get("malus"); v != nil {
				e.remove(v)
			}
		}
	})(p)
}

func otherCustomers(p passage) []reading {
	told := []companion{}
	if p.within.get("new_by") == nil {
		told = []companion{func(e *editing, p passage) { e.insert(p.value, "new_by", "first-won-deal") }}
	}
	return []reading{
		{other: "new-customers", with: told},
		{other: "existing-customers", with: told},
		{other: "all-customers", with: []companion{drop("new_by", "unknown_type")}},
	}
}

// otherRevenue lets a journey that ends with the first payment end with the closing, where revenue counts then.
func otherRevenue(p passage) []reading {
	out := others(p)
	anchor := p.clause.get("attribution").get("anchor")
	for i := range out {
		if out[i].other == "closed" && anchor != nil && anchor.text == DealCollected {
			out[i].with = []companion{func(e *editing, _ passage) { e.set(anchor, "deal-won") }}
		}
	}
	return out
}

// otherExcluded leaves out of the path what does not earn, or nothing.
func otherExcluded(p passage) []reading {
	var out []reading
	if p.value != nil {
		out = orEmpty(p)
	}
	if except := p.within.get("credits").texts("all_channels_except"); len(except) > 0 {
		out = append(out, reading{other: listed(except), write: listOf(except)})
	}
	return out
}

// listOf writes names between brackets.
func listOf(names []string) string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strconv.Quote(name)
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func otherNewBy(p passage) []reading {
	return []reading{
		{other: "crm-type", with: []companion{also("unknown_type", "hold")}},
		{other: "first-won-deal", with: []companion{drop("unknown_type")}},
	}
}

// otherModels are the models that need no number that nobody agreed on. Which channels count as direct is taken from those that do not earn.
func otherModels(p passage) []reading {
	out := words("first", "last", "linear", "u-shaped", "w-shaped", "full-path", "j-shaped", "inverse-j-shaped", "time-decay:7d")(p)
	if except := p.within.get("credits").texts("all_channels_except"); p.within.get("direct_channels") != nil {
		out = append(out, reading{other: "last-non-direct"})
	} else if len(except) > 0 {
		out = append(out, reading{other: "last-non-direct", with: []companion{also("direct_channels", listOf(except))}})
	}
	return out
}

func otherLookbacks(p passage) []reading {
	if p.within.get("edge") != nil {
		return append(words("30 days", "90 days", "180 days", "365 days")(p), reading{other: "none", with: []companion{drop("edge")}})
	}
	edge := []companion{also("edge", "re-path")}
	return []reading{{other: "90 days", with: edge}, {other: "180 days", with: edge}, {other: "365 days", with: edge}}
}

func otherDuplicates(p passage) []reading {
	if p.value.text == "none" {
		return []reading{{other: "dedupe-key", with: []companion{also("without_key", "hold"), also("since", "first"), also("within", "30 days")}}}
	}
	return []reading{{other: "none", with: []companion{drop("within", "since", "without_key")}}}
}
