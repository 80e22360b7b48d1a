package contract

import (
	"fmt"
	"math/big"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var scorecardKind = clauseKind{spec: scorecardSpec, name: "Scorecard bonus", build: func(b *builder, v *value, _ Terms) Clause { return b.scorecard(v) }}

var scorecardSpec = spec{key: "scorecard", doc: "A bonus for metrics that reach their targets.", fields: []spec{
	{key: "scorecard", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "pool", doc: "What a performance period pays in which every metric is at its target.", scalar: amountPer(EveryQuarter, EveryMonth, EveryYear)},
	{key: "anchor", doc: "Performance periods are those of the calendar (January, the first quarter, 2026), or count from the first day of the term.", scalar: choice("calendar", "term-start")},
	{key: "billed_after", doc: "The statement that carries a performance period: 0 months is that of the month in which it ends, 1 month the one after.", scalar: spanOf(cal.Months)},
	{key: "partial_period", doc: "What a performance period pays that is only partly in force: the pool by its days, the whole pool, or nothing.", scalar: choice(string(PartialByDays), string(PartialWhole), string(PartialNothing))},
	{key: "metrics", doc: "What is measured. The weights add up to 100 %.", items: &spec{fields: []spec{
		{key: "metric", doc: "Its name, as the readings have it.", scalar: metricScalar},
		{key: "weight", doc: "Its part of the score.", scalar: percentOf()},
		{key: "better", doc: "Which way is better.", scalar: choice("higher", "lower")},
		{key: "threshold", doc: "From here on it pays, this value included.", scalar: numberScalar},
		{key: "target", doc: "Here it pays what is agreed at target.", scalar: numberScalar},
		{key: "max", doc: "From here on it pays no more.", scalar: numberScalar},
		{key: "steps", doc: "The bands from threshold to max without a gap. Needed with between: stepped.", optional: true, items: &spec{fields: []spec{
			{key: "from", doc: "The value that begins the band; it belongs to it.", scalar: numberScalar},
			{key: "to", doc: "The better value that ends the band; it belongs to the next.", scalar: numberScalar},
			{key: "payout", doc: "What the metric pays in the band.", scalar: payoutPercent},
		}}},
		{key: "malus", doc: "Where it begins to take back and where it takes back all of the malus, or none. Needed with a malus.", scalar: rangeScalar, optional: true},
	}}},
	{key: "payout", doc: "What a metric pays, of its weight.", fields: []spec{
		{key: "below", doc: "Below its threshold.", scalar: percentFrom(0, mostPercent, "0 %")},
		{key: "at_threshold", doc: "At its threshold.", scalar: percentFrom(0, mostPercent, "50 %")},
		{key: "at_target", doc: "At its target: 100 %, because the pool is what is paid at target.", scalar: percentFrom(0, mostPercent, "100 %")},
		{key: "at_max", doc: "At its max and beyond.", scalar: percentFrom(0, mostPercent, "150 %")},
		{key: "between", doc: "linear: a straight line between the points; stepped: by the steps of each metric.", scalar: choice("linear", "stepped")},
	}},
	{key: "malus", doc: "The most that a metric takes back when it is bad, or none.", scalar: percentOrNone("50 %", payoutPercent)},
	{key: "metric_cap", doc: "At most this for one metric, or none.", scalar: percentOrNone("130 %", payoutPercent)},
	{key: "total_cap", doc: "At most this for the whole score, or none.", scalar: percentOrNone("140 %", payoutPercent)},
	{key: "total_floor", doc: "At least this for the whole score, or none. Needed with a malus: 0 % lets a bad metric only use up good ones, -20 % lets the agency owe up to a fifth of the pool.", scalar: percentOrNone("-20 %", floorPercent), optional: true},
	{key: "missing_metric", doc: "A metric without a reading pays nothing (zero), holds the bonus, is left out and the other weights count for the whole (renormalise), or pays what it paid when it last had one (carry).", scalar: choice("zero", "hold", "renormalise", "carry")},
	{key: "broken_source", doc: "A metric whose source could not measure: as above, or its last good reading is measured by the points of now (last-good).", scalar: choice("hold", "renormalise", "carry", "last-good")},
	{key: "target_change", doc: "An amendment inside a performance period: each version counts for its days, or the new one from the next period on.", scalar: choice("time-weighted", "next-period")},
	{key: "restated", doc: "A reading that is restated after its bonus was locked: the next statement corrects the bonus, or it stays. Leave out, and it stays.", scalar: choice("corrected", "stays"), optional: true},
	{key: "gates", doc: "When the bonus is held or lost whatever the score. Write [] for none.", items: &spec{fields: []spec{
		{key: "when", doc: "The reading that closes the gate.", scalar: conditionLike("crm_hygiene < 80")},
		{key: "then", doc: "hold: the bonus is paid when a later reading opens the gate; lose: it is never paid.", scalar: choice("hold", "lose")},
	}}},
	{key: "relief", doc: "When the client did not keep its own duties. Write [] for none.", items: &spec{fields: []spec{
		{key: "when", doc: "The reading that shows it.", scalar: conditionLike("client_response_hours > 24")},
		{key: "then", doc: "pay-at-target: the metrics named pay at least what they pay at target.", scalar: choice("pay-at-target")},
		list("for", "The metrics that are relieved.", metricScalar, false),
	}}},
}}

// Partial is the convention for a performance period that is only partly in force.
type Partial string

// The three conventions.
const (
	PartialByDays  Partial = "by-days"    // the pool x days in force / days of the period
	PartialWhole   Partial = "whole-pool" // the whole pool
	PartialNothing Partial = "no-bonus"   // nothing
)

// Scorecard is a bonus for metrics that reach their targets.
type Scorecard struct {
	ID           string
	Pool         money.Amount // at target
	Every        Every
	Anchor       string // calendar | term-start
	BilledAfter  int    // months after the month in which a performance period ends
	Partial      Partial
	Metrics      []ScoredMetric
	Payout       Payout
	Malus        Bound // the most that a metric takes back, as a positive share
	MetricCap    Bound
	TotalCap     Bound
	TotalFloor   Bound  // zero or negative
	Missing      string // zero | hold | renormalise | carry
	Broken       string // hold | renormalise | carry | last-good
	TargetChange string // time-weighted | next-period
	Restated     string // corrected | stays; empty: the text does not say, and it stays
	Gates        []Gate
	Relief       []Relief
}

// Bound is a share that limits another. When not Set the contract says "none".
type Bound struct {
	Set   bool
	Share money.Ratio
}

// Payout is what a metric pays of its weight at the points of its curve.
type Payout struct {
	Below, AtThreshold, AtTarget, AtMax money.Ratio
	Between                             string // linear | stepped
}

// ScoredMetric is one metric of a scorecard.
type ScoredMetric struct {
	Metric                 string
	Weight                 money.Ratio
	LowerIsBetter          bool
	Threshold, Target, Max Number
	Steps                  []Step // with a stepped payout: from threshold to max without a gap
	Malus                  *Slide // nil: it takes nothing back
}

// Step is a band of a stepped payout: From belongs to it, To does not.
type Step struct {
	From, To Number
	Payout   money.Ratio
}

// Slide is where a metric begins to take back and where it takes back all of the malus; in between in a straight line.
type Slide struct{ From, Full Number }

// Reaches says whether a reading is as good as the point, or better.
func (m ScoredMetric) Reaches(reading *big.Rat, point Number) bool {
	order := reading.Cmp(point.Rat())
	if m.LowerIsBetter {
		order = -order
	}
	return order >= 0
}

// beyond says whether a is a better point than b.
func (m ScoredMetric) beyond(a, b Number) bool { return a != b && m.Reaches(a.Rat(), b) }

// Gate holds or loses the bonus when its condition is fulfilled.
type Gate struct {
	When Condition
	Then string // hold | lose
}

// Relief lets metrics pay at least what they pay at target when its condition is fulfilled.
type Relief struct {
	When Condition
	For  []string
}

// Scored is the metric of that name.
func (s Scorecard) Scored(metric string) (ScoredMetric, bool) {
	for _, m := range s.Metrics {
		if m.Metric == metric {
			return m, true
		}
	}
	return ScoredMetric{}, false
}

// ClauseID is the id of the clause.
func (s Scorecard) ClauseID() string { return s.ID }

// Kind is "scorecard".
func (Scorecard) Kind() string { return "scorecard" }

// RateWords is the pool and its period.
func (s Scorecard) RateWords() string {
	return s.Pool.Format() + " per " + string(s.Every) + " at target"
}

// Promise is the pool and its period, with the currency.
func (s Scorecard) Promise() string {
	return "a bonus of " + s.Pool.FormatWith() + " per " + string(s.Every) + " at target"
}

// Cycle is the row of performance periods.
func (s Scorecard) Cycle(t Terms) cal.Cycle {
	anchor := cal.MustDate("2000-01-01")
	if s.Anchor == "term-start" {
		anchor = t.Term.Start
	}
	return cal.Cycle{Anchor: anchor, Months: s.Every.Months()}
}

func (b *builder) scorecard(v *value) Scorecard {
	pool, every := b.amountPer(v.get("pool"))
	payout := v.get("payout")
	s := Scorecard{
		ID: v.str("scorecard"), Pool: pool, Every: every, Anchor: v.str("anchor"), BilledAfter: v.span("billed_after").N, Partial: Partial(v.str("partial_period")),
		Payout: Payout{
			Below: payout.percent("below"), AtThreshold: payout.percent("at_threshold"), AtTarget: payout.percent("at_target"), AtMax: payout.percent("at_max"),
			Between: payout.str("between"),
		},
		Malus: v.bound("malus"), MetricCap: v.bound("metric_cap"), TotalCap: v.bound("total_cap"), TotalFloor: v.bound("total_floor"),
		Missing: v.str("missing_metric"), Broken: v.str("broken_source"), TargetChange: v.str("target_change"), Restated: v.str("restated"),
	}
	for _, item := range v.get("metrics").items {
		s.Metrics = append(s.Metrics, item.scoredMetric())
	}
	for _, item := range v.get("gates").items {
		when, _ := parseCondition(item.str("when"))
		s.Gates = append(s.Gates, Gate{when, item.str("then")})
	}
	for _, item := range v.get("relief").items {
		when, _ := parseCondition(item.str("when"))
		s.Relief = append(s.Relief, Relief{when, item.texts("for")})
	}
	b.checkScorecard(v, s)
	return s
}

func (v *value) scoredMetric() ScoredMetric {
	m := ScoredMetric{
		Metric: v.str("metric"), Weight: v.percent("weight"), LowerIsBetter: v.str("better") == "lower",
		Threshold: v.decimal("threshold"), Target: v.decimal("target"), Max: v.decimal("max"),
	}
	if steps := v.get("steps"); steps != nil {
		for _, item := range steps.items {
			m.Steps = append(m.Steps, Step{item.decimal("from"), item.decimal("to"), item.percent("payout")})
		}
	}
	if from, full, err := parseRange(v.str("malus")); err == nil {
		m.Malus = &Slide{from, full}
	}
	return m
}

func (v *value) percent(key string) money.Ratio {
	r, _ := money.ParsePercent(v.str(key))
	return r
}

func (v *value) decimal(key string) Number {
	n, _ := parseNumber(v.str(key))
	return n
}

func (v *value) bound(key string) Bound {
	if s := v.str(key); s == "" || s == "none" {
		return Bound{}
	}
	return Bound{true, v.percent(key)}
}

// mostPercent of a weight or pool is far beyond any agreement.
const mostPercent = 1000

var (
	payoutPercent = percentFrom(0, mostPercent, "50 %")
	floorPercent  = percentFrom(-mostPercent, 0, "-20 %")
)

func percentFrom(low, high int64, example string) *scalar {
	pattern := `[0-9]+(\.[0-9]+)? ?%`
	if low < 0 {
		pattern = "-?" + pattern
	}
	return textOf("percentage", example, "^"+pattern+"$", func(s string) error {
		r, err := money.ParsePercent(s)
		if err != nil {
			return fmt.Errorf("write a percentage such as %s", example)
		}
		if n := share(r); n.Cmp(share(money.Percent(low))) < 0 || n.Cmp(share(money.Percent(high))) > 0 {
			return fmt.Errorf("write a percentage from %d %% to %d %%", low, high)
		}
		return nil
	})
}

func percentOrNone(example string, of *scalar) *scalar {
	return textOf("percentage, or none", example+", or none", "^(none|"+of.pattern[1:len(of.pattern)-1]+")$", func(s string) error {
		if s == "none" {
			return nil
		}
		return of.check(s)
	})
}

func share(r money.Ratio) *big.Rat { return big.NewRat(r.Num(), r.Den()) }
