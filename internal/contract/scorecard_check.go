package contract

import (
	"math/big"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// maxMetrics of a scorecard: with more nobody steers by them, and the exact score stays printable.
const maxMetrics = 20

// checkScorecard finds what contradicts itself, or cannot be computed.
func (b *builder) checkScorecard(v *value, s Scorecard) {
	if s.Pool.Minor == 0 && s.Pool.Currency != "" {
		b.problem(v.get("pool"), "pool", "a pool of nothing pays nothing; write the amount that is paid at target, or leave the clause out")
	}
	if s.BilledAfter > 12 {
		b.problem(v.get("billed_after"), "billed-after", "write at most 12 months, so that a bonus is still billed while people remember it")
	}
	b.checkPayout(v, s)
	b.checkMetrics(v.get("metrics"), s)
	b.checkGates(v.get("gates"), s)
	b.checkRelief(v.get("relief"), s)
}

func (b *builder) checkPayout(v *value, s Scorecard) {
	p, at := s.Payout, v.get("payout")
	if less(p.AtThreshold, p.Below) || less(p.AtTarget, p.AtThreshold) || less(p.AtMax, p.AtTarget) {
		b.problem(at, "payout-order", "a better value must not pay less: below is %s, at_threshold %s, at_target %s, at_max %s; write them in rising order", p.Below, p.AtThreshold, p.AtTarget, p.AtMax)
	}
	if p.AtTarget != money.Percent(100) {
		b.problem(at.get("at_target"), "payout-at-target", "the pool is what is paid at target; write at_target: 100 %% and change the pool instead")
	}
	for i, limit := range []Bound{s.MetricCap, s.TotalCap} {
		if limit.Set && less(limit.Share, money.Percent(100)) {
			b.problem(v.get([]string{"metric_cap", "total_cap"}[i]), "cap-below-target", "a cap of %s is below the 100 %% that are paid at target; write 100 %% or more, or a smaller pool", limit.Share)
		}
	}
	switch {
	case s.Malus.Set && s.Malus.Share.Sign() == 0:
		b.problem(v.get("malus"), "malus", "a malus of nothing takes nothing back; write malus: none")
	case s.Malus.Set && p.Below.Sign() != 0:
		b.problem(at.get("below"), "malus-below", "with a malus a bad metric takes back; write below: 0 %%, so that it does not pay as well")
	case s.Malus.Set && v.get("total_floor") == nil:
		b.problem(v, "total-floor", "say how far below nothing the score can fall; write total_floor: 0 %% (bad metrics only use up good ones), total_floor: -20 %% or total_floor: none")
	case !s.Malus.Set && v.get("total_floor") != nil:
		b.problem(v.get("total_floor"), "total-floor", "without a malus the score is never below nothing; leave total_floor out")
	}
}

func (b *builder) checkMetrics(v *value, s Scorecard) {
	if len(s.Metrics) == 0 || len(s.Metrics) > maxMetrics {
		b.problem(v, "metrics", "write 1 to %d metrics; here are %d", maxMetrics, len(s.Metrics))
		return
	}
	seen, total := map[string]bool{}, new(big.Rat)
	for i, m := range s.Metrics {
		at := v.items[i]
		if seen[m.Metric] {
			b.problem(at.get("metric"), "metric-twice", "%s is measured twice; write it once, with both weights together", m.Metric)
		}
		seen[m.Metric] = true
		total.Add(total, share(m.Weight))
		if m.Weight.Sign() == 0 {
			b.problem(at.get("weight"), "weight", "%s has no weight and decides nothing; leave it out, or make it a gate", m.Metric)
		}
		b.checkPoints(at, m)
		b.checkSteps(at, m, s.Payout)
		b.checkSlide(at, m, s.Malus)
	}
	if total.Cmp(big.NewRat(1, 1)) != 0 {
		b.problem(v, "weights", "the weights add up to %s, not to 100 %%; change them so that no part of the pool is nobody's", percentOfRat(total))
	}
}

func (b *builder) checkPoints(at *value, m ScoredMetric) {
	if m.beyond(m.Target, m.Threshold) && m.beyond(m.Max, m.Target) {
		return
	}
	want, other := "rise", "lower"
	if m.LowerIsBetter {
		want, other = "fall", "higher"
	}
	b.problem(at, "points-order", "%s: %s is better, so threshold, target and max must %s, each different; they are %s, %s, %s. Write them in that order, or better: %s",
		m.Metric, at.str("better"), want, m.Threshold, m.Target, m.Max, other)
}

func (b *builder) checkSteps(at *value, m ScoredMetric, p Payout) {
	stepped, steps := p.Between == "stepped", m.Steps
	switch {
	case !stepped && at.get("steps") != nil:
		b.problem(at.get("steps"), "steps", "%s: steps are for between: stepped; leave them out, or write between: stepped", m.Metric)
	case stepped && len(steps) == 0:
		b.problem(at, "steps", "%s: a stepped payout needs its bands; write steps: with {from: %s, to: %s, payout: %s} and so on up to %s", m.Metric, m.Threshold.plain(), m.Target.plain(), p.AtThreshold, m.Max.plain())
	}
	if !stepped || len(steps) == 0 {
		return
	}
	problem := func(i int, format string, args ...any) {
		b.problem(at.get("steps").items[i], "steps", "%s: "+format, append([]any{m.Metric}, args...)...)
	}
	reachesTarget := false
	for i, step := range steps {
		if !m.beyond(step.To, step.From) {
			problem(i, "the band from %s to %s does not lead to a better value; write the worse end first", step.From, step.To)
		}
		if i > 0 && step.From != steps[i-1].To {
			problem(i, "the band before ends at %s and this one begins at %s; write from: %s, so that no value falls between or into both", steps[i-1].To, step.From, steps[i-1].To.plain())
		}
		if i > 0 && less(step.Payout, steps[i-1].Payout) {
			problem(i, "a better value must not pay less: %s after %s", step.Payout, steps[i-1].Payout)
		}
		if less(p.AtMax, step.Payout) {
			problem(i, "the band pays %s, more than the %s at max", step.Payout, p.AtMax)
		}
		if step.From == m.Target {
			reachesTarget = true
			if step.Payout != p.AtTarget {
				problem(i, "the band that begins at the target pays %s, but at_target says %s; write the same", step.Payout, p.AtTarget)
			}
		}
	}
	last := len(steps) - 1
	switch {
	case steps[0].From != m.Threshold || steps[last].To != m.Max:
		problem(0, "the bands run from %s to %s; they must run from the threshold %s to the max %s", steps[0].From, steps[last].To, m.Threshold, m.Max)
	case !reachesTarget:
		problem(0, "no band begins at the target %s; write one that does and pays %s", m.Target, p.AtTarget)
	}
	if steps[0].Payout != p.AtThreshold {
		problem(0, "the band that begins at the threshold pays %s, but at_threshold says %s; write the same", steps[0].Payout, p.AtThreshold)
	}
}

func (b *builder) checkSlide(at *value, m ScoredMetric, malus Bound) {
	written := at.get("malus")
	switch {
	case malus.Set && written == nil:
		b.problem(at, "malus", "%s: say where it begins to take back and where it takes back all of the malus; write malus: from..full, or malus: none", m.Metric)
	case !malus.Set && m.Malus != nil:
		b.problem(written, "malus", "%s: the clause says malus: none; leave this out, or write the most that a metric takes back there", m.Metric)
	case malus.Set && m.Malus != nil && (m.beyond(m.Malus.From, m.Threshold) || !m.beyond(m.Malus.From, m.Malus.Full)):
		b.problem(written, "malus-order", "%s: the malus must begin at the threshold %s or at a worse value, and end at a worse one than it begins; it is written %s..%s", m.Metric, m.Threshold, m.Malus.From, m.Malus.Full)
	}
}

// checkGates refuses a gate that takes the bonus at a reading that its own metric pays for.
func (b *builder) checkGates(v *value, s Scorecard) {
	seen := map[Condition]bool{}
	for i, g := range s.Gates {
		at := v.items[i].get("when")
		if seen[g.When] {
			b.problem(at, "gate-twice", "the gate %s is written twice; keep one", g.When)
		}
		seen[g.When] = true
		m, scored := s.Scored(g.When.Metric)
		switch {
		case !scored:
		case g.Then == "hold":
			b.problem(at, "gate-circle", "%s is scored: its later readings belong to later periods, so nothing opens this gate; write then: lose, or gate a metric that is not scored", m.Metric)
		case m.LowerIsBetter != strings.HasPrefix(g.When.Op, ">"):
			b.problem(at, "gate-circle", "%s: %s loses the bonus for good values; turn the comparison round, or gate a metric that is not scored", m.Metric, g.When)
		case m.beyond(g.When.Value, m.Threshold) || g.When.Value == m.Threshold && strings.HasSuffix(g.When.Op, "="):
			b.problem(at, "gate-circle", "%s: %s loses the bonus at values for which the metric itself pays, from %s on; write %s or a worse value, or a higher threshold", m.Metric, g.When, m.Threshold,
				Condition{m.Metric, strings.TrimSuffix(g.When.Op, "="), m.Threshold})
		}
	}
}

func (b *builder) checkRelief(v *value, s Scorecard) {
	for i, r := range s.Relief {
		at := v.items[i]
		if _, scored := s.Scored(r.When.Metric); scored {
			b.problem(at.get("when"), "relief-circle", "%s is scored, so it says what the agency did; a relief is for a duty of the client: name a metric that is not scored", r.When.Metric)
		}
		if len(r.For) == 0 {
			b.problem(at.get("for"), "relief-for", "an empty list relieves nothing; name the metrics, such as for: [%s]", s.firstMetric())
		}
		for n, name := range r.For {
			if _, scored := s.Scored(name); !scored {
				b.problem(at.get("for").items[n], "metric-unknown", "%s is not among the metrics of this scorecard; known: %s", name, strings.Join(s.names(), ", "))
			}
			if slices.Index(r.For, name) < n {
				b.problem(at.get("for").items[n], "metric-twice", "%s is named twice; keep one", name)
			}
		}
	}
}

func (s Scorecard) names() []string {
	out := make([]string, len(s.Metrics))
	for i, m := range s.Metrics {
		out[i] = m.Metric
	}
	return out
}

func (s Scorecard) firstMetric() string {
	if len(s.Metrics) == 0 {
		return "mql"
	}
	return s.Metrics[0].Metric
}

func less(a, b money.Ratio) bool { return share(a).Cmp(share(b)) < 0 }

func percentOfRat(r *big.Rat) string {
	text := new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(9)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + " %"
}
