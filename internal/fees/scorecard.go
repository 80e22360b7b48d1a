package fees

import (
	"fmt"
	"math/big"
	"reflect"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// scorePart is the days of a performance period under one version.
type scorePart struct {
	card  contract.Scorecard
	terms contract.Terms
	days  cal.Period
}

// performance is a performance period with what is in force of it, by version. The last part governs it.
type performance struct {
	period  cal.Period // whole
	inForce cal.Period
	parts   []scorePart
}

// key names a performance period on settled lines. An early end changes its last day, never its first.
func (p performance) key() string {
	return cal.Period{From: p.inForce.From, To: p.period.To}.String()
}

func (p performance) governing() scorePart { return p.parts[len(p.parts)-1] }

// billing is a day of the month whose statement carries the period.
func (p performance) billing() cal.Date {
	return cal.MonthOf(p.inForce.Last()).First().AddMonths(p.governing().card.BilledAfter, 1)
}

// scoreRuns are the days on which a scorecard is in force without a gap, by version. A change of the performance period itself begins a new
// run; versions that say the same are one part.
func scoreRuns(a contract.Agreement, id string) [][]scorePart {
	var runs [][]scorePart
	for _, s := range a.Segments(a.Running()) {
		c, _ := s.Terms.Clause(id)
		card, ok := c.(contract.Scorecard)
		if !ok {
			continue
		}
		part := scorePart{card, s.Terms, s.Period}
		if n := len(runs); n > 0 {
			run := runs[n-1]
			last := &run[len(run)-1]
			switch {
			case last.days.To != part.days.From || last.card.Every != card.Every || last.card.Anchor != card.Anchor:
			case reflect.DeepEqual(last.card, card):
				last.days.To = part.days.To
				continue
			default:
				runs[n-1] = append(run, part)
				continue
			}
		}
		runs = append(runs, []scorePart{part})
	}
	return runs
}

// performances are the performance periods of a scorecard that begin before a day, in order.
func performances(a contract.Agreement, id string, before cal.Date) []performance {
	var out []performance
	for _, run := range scoreRuns(a, id) {
		first, last := run[0], run[len(run)-1]
		whole := cal.Period{From: first.days.From, To: last.days.To}
		cycle := first.card.Cycle(first.terms)
		for k := cycle.Index(whole.From); cycle.Start(k).Before(whole.To) && cycle.Start(k).Before(before); k++ {
			p := performance{period: cycle.At(k)}
			p.inForce = p.period.Overlap(whole)
			for _, part := range run {
				if part.days = part.days.Overlap(p.period); !part.days.IsEmpty() {
					p.parts = append(p.parts, part)
				}
			}
			out = append(out, p.asAgreed())
		}
	}
	return out
}

// asAgreed applies an amendment inside the period from the next one on, where the version in force on the last day says so.
func (p performance) asAgreed() performance {
	if p.governing().card.TargetChange == "next-period" {
		p.parts = p.parts[:1]
		p.parts[0].days = p.inForce
	}
	return p
}

// scorecards charges the performance periods that this statement carries: those of its month, and those that a locked month held.
func (d *drafter) scorecards(id string) {
	all, charged := performances(d.agreement, id, d.facts.Period.To), d.resultsCharged(id)
	for i, p := range all {
		if charged[p.key()] || !p.billing().Before(d.facts.Period.To) {
			continue
		}
		s := scoring{drafter: d, id: id, performance: p, earlier: all[:i]}
		s.charge()
	}
	d.correctScorecards(id, all)
}

// scoring computes one performance period.
type scoring struct {
	*drafter
	performance
	id      string
	earlier []performance // of the same clause, in order

	issues   []Issue
	notes    []string
	evidence []Evident // of gates and reliefs
	inputs   []Input   // of gates
	versions []int     // that it was computed from
	scores   []score   // of the parts
	value    *big.Rat  // of the whole; nil: held
}

// charge puts the lines of the period on the statement, or says why it is held.
func (s *scoring) charge() {
	card, billing := s.governing().card, s.billing()
	late, here := s.onThisStatement(billing)
	if card.Partial == contract.PartialNothing && s.inForce != s.period {
		if here && !late {
			s.issue(Info, "partial-period", s.subject(), "Only %s of the performance period %s is in force, so no bonus is owed for it (no-bonus).", s.inForce.Words(), s.period.Words())
		}
		return
	}
	s.run()
	var gate gating
	if s.value != nil && s.value.Sign() > 0 {
		gate = s.gates(card.Gates)
	}
	held := s.value == nil || gate.held
	if !held && gate.opened.After(billing) {
		billing = gate.opened
		late, here = s.onThisStatement(billing)
	}
	if !here {
		return
	}
	s.drafter.issues = append(s.drafter.issues, s.issues...)
	if held {
		return
	}
	if late {
		s.notes = append(s.notes, fmt.Sprintf("The statement of %s was locked without it; it stands on the first one after it that was not.", cal.MonthOf(billing).Words()))
	}
	s.lines(gate.lost)
}

func (s *scoring) subject() string { return "clause " + s.id }

func (s *scoring) say(severity Severity, code, format string, args ...any) {
	i := Issue{severity, code, s.subject(), fmt.Sprintf(format, args...)}
	if !slices.Contains(s.issues, i) {
		s.issues = append(s.issues, i)
	}
}

// run scores every part. Each version scores the whole period; its days weigh it.
func (s *scoring) run() {
	total, held := new(big.Rat), false
	for _, part := range s.parts {
		sc := s.score(part.card)
		s.scores = append(s.scores, sc)
		if sc.value == nil {
			held = true
			continue
		}
		total.Add(total, new(big.Rat).Mul(sc.value, s.weight(part)))
	}
	if !held {
		s.value = total
	}
}

// weight is a version's part of the days in force.
func (s *scoring) weight(part scorePart) *big.Rat {
	return big.NewRat(int64(part.days.Days()), int64(s.inForce.Days()))
}

// proration is the part of the pool that a partial period is owed.
func (s *scoring) proration() *big.Rat {
	if s.governing().card.Partial != contract.PartialByDays {
		return one()
	}
	return big.NewRat(int64(s.inForce.Days()), int64(s.period.Days()))
}

func (s *scoring) score(card contract.Scorecard) score {
	var out score
	relief := s.relief(card)
	for _, m := range card.Metrics {
		scored := s.metric(card, m)
		if r, ok := relief[m.Metric]; ok {
			scored = relieved(card, scored, r)
		}
		s.report(scored)
		out.metrics = append(out.metrics, scored)
	}
	out.sumUp(card)
	if out.value == nil && !slices.ContainsFunc(out.metrics, func(m scoredMetric) bool { return m.held != "" }) {
		s.say(Problem, "metric-missing", "The bonus for %s is held: none of its metrics has a reading, so no weight is left to divide by.", s.inForce.Words())
	}
	return out
}

// metric is the payout of one metric by its reading, or by the rule that the contract has for a reading that is not there.
func (s *scoring) metric(card contract.Scorecard, m contract.ScoredMetric) scoredMetric {
	out := scoredMetric{metric: m, reading: s.reading(m.Metric, s.inForce)}
	switch out.reading.state {
	case readingGood:
		out.payout, out.how = payoutAt(card, m, out.reading.value)
	case readingMissing:
		s.standIn(&out, card, card.Missing)
	case readingBroken:
		s.standIn(&out, card, card.Broken)
	default:
		out.held = "its readings for these days contradict each other; correct all but one"
	}
	return out
}

// standIn applies the contract's rule for a reading that is missing or broken.
func (s *scoring) standIn(out *scoredMetric, card contract.Scorecard, rule string) {
	out.rule = rule
	switch rule {
	case "zero":
		out.payout, out.how = new(big.Rat), "no reading, so it pays nothing (zero)"
	case "hold":
		out.held = "the contract says hold; import its reading"
	case "renormalise":
		out.how = "left out; the other weights count for the whole (renormalise)"
	default:
		s.lastGood(out, card)
	}
}

// lastGood looks for the last performance period in which the metric had a reading: its payout then (carry), or the reading under the points of
// now (last-good).
func (s *scoring) lastGood(out *scoredMetric, card contract.Scorecard) {
	for _, p := range slices.Backward(s.earlier) {
		r, then := s.reading(out.metric.Metric, p.inForce), p.governing()
		m, scored := then.card.Scored(out.metric.Metric)
		if r.state != readingGood || out.rule == "carry" && !scored {
			continue
		}
		out.reading.rows = append(out.reading.rows, r.rows...)
		var sum string
		if out.rule == "carry" {
			s.versions = append(s.versions, then.terms.Version)
			out.payout, sum = payoutAt(then.card, m, r.value)
			out.how = fmt.Sprintf("what it paid for %s, when it was %s (carry): %s", p.inForce.Words(), number(r.value), sum)
		} else {
			out.payout, sum = payoutAt(card, out.metric, r.value)
			out.how = fmt.Sprintf("%s, its reading of %s (last-good): %s", number(r.value), p.inForce.Words(), sum)
		}
		return
	}
	out.held = fmt.Sprintf("the contract says %s, but no earlier performance period has a reading; import one", out.rule)
}

// report says what stood in for a reading, and what is held.
func (s *scoring) report(m scoredMetric) {
	name := m.metric.Metric
	code, state := "metric-missing", fmt.Sprintf("%s has no reading of exactly %s", name, s.inForce.Words())
	switch m.reading.state {
	case readingBroken:
		code, state = "metric-broken", fmt.Sprintf("the source of %s could not measure in %s", name, s.inForce.Words())
	case readingUnclear:
		code, state = "metric-unclear", fmt.Sprintf("%s has no clear reading of %s", name, s.inForce.Words())
	case readingGood:
		if m.reading.patched {
			s.say(Warning, "metric-patched", "%s has a reading of %s, but its source could not measure on some of these days.", name, s.inForce.Words())
		}
		return
	}
	if m.held != "" {
		s.say(Problem, code, "The bonus for %s is held: %s; %s.", s.inForce.Words(), state, m.held)
		return
	}
	s.say(Warning, code, "For the bonus of %s, %s: %s.", s.inForce.Words(), state, m.how)
}
