package contract

import (
	"fmt"
	"strings"
)

// Words is the clause in plain sentences.
func (s Scorecard) Words(Terms) string {
	out := []string{
		fmt.Sprintf("The agency earns a bonus: %s for a %s in which every metric is at its target", s.Pool.FormatWith(), s.Every),
		s.periodWords(),
		s.partialWords(),
	}
	for _, m := range s.Metrics {
		out = append(out, s.metricWords(m))
	}
	out = append(out, s.payoutWords())
	out = append(out, s.malusWords()...)
	out = append(out,
		fmt.Sprintf("The score is the sum of weight x payout; for one metric %s, for the whole score %s", s.MetricCap.atMost(), s.TotalCap.atMost()),
		"The bonus is the score x the pool, rounded once",
		"A reading counts for a performance period when it is of exactly the days in force in it",
		"A metric without a reading "+s.fallbackWords(s.Missing),
		"A metric whose source could not measure "+s.fallbackWords(s.Broken),
		s.changeWords())
	if s.Restated != "" {
		out = append(out, s.restatedWords())
	}
	out = append(out, s.gateWords()...)
	return strings.Join(append(out, s.reliefWords()...), ". ") + "."
}

func (s Scorecard) periodWords() string {
	periods := fmt.Sprintf("Performance periods are %ss of the calendar", s.Every)
	if s.Anchor == "term-start" {
		periods = fmt.Sprintf("Performance periods are %ss counted from the first day of the term", s.Every)
	}
	switch s.BilledAfter {
	case 0:
		return periods + ", each on the statement of the month in which it ends"
	case 1:
		return periods + ", each on the statement of the month after the one in which it ends"
	default:
		return fmt.Sprintf("%s, each on the statement of the month that is %d after the one in which it ends", periods, s.BilledAfter)
	}
}

func (s Scorecard) partialWords() string {
	return "A performance period that is only partly in force " + map[Partial]string{
		PartialByDays:  "owes the pool by its days in force out of its days (by-days); thresholds, targets and maxima stay as written",
		PartialWhole:   "owes the whole pool (whole-pool); thresholds, targets and maxima stay as written",
		PartialNothing: "owes no bonus (no-bonus)",
	}[s.Partial]
}

func (s Scorecard) metricWords(m ScoredMetric) string {
	better := "higher is better"
	if m.LowerIsBetter {
		better = "lower is better"
	}
	words := fmt.Sprintf("%s has %s of the weight: %s, threshold %s, target %s, max %s", m.Metric, m.Weight, better, m.Threshold, m.Target, m.Max)
	for i, step := range m.Steps {
		lead := ", "
		if i == 0 {
			lead = "; it pays "
		}
		words += fmt.Sprintf("%s%s from %s until before %s", lead, step.Payout, step.From, step.To)
	}
	switch {
	case m.Malus != nil:
		words += fmt.Sprintf("; it takes back when it is worse than %s, in a straight line up to %s at %s and beyond", m.Malus.From, s.Malus.Share, m.Malus.Full)
	case s.Malus.Set:
		words += "; it takes nothing back"
	}
	return words
}

func (s Scorecard) payoutWords() string {
	p := s.Payout
	between := "in between it follows a straight line"
	if p.Between == "stepped" {
		between = "in between it pays by its steps"
	}
	return fmt.Sprintf("A metric pays %s of its weight at the threshold, %s at the target, %s at the max and beyond, each value itself included; %s; below the threshold it pays %s",
		p.AtThreshold, p.AtTarget, p.AtMax, between, p.Below)
}

func (s Scorecard) malusWords() []string {
	if !s.Malus.Set {
		return []string{"There is no malus: a bad metric takes nothing back"}
	}
	floor := "however far the malus takes it, the whole score has no floor"
	if s.TotalFloor.Set {
		floor = "the whole score is at least " + s.TotalFloor.Share.String()
	}
	return []string{fmt.Sprintf("A metric takes back at most %s of its weight (malus), and %s; a score below 0 %% is owed by the agency", s.Malus.Share, floor)}
}

func (l Bound) atMost() string {
	if !l.Set {
		return "there is no cap"
	}
	return "at most " + l.Share.String()
}

func (s Scorecard) fallbackWords(rule string) string {
	return map[string]string{
		"zero":        "pays 0 % (zero)",
		"hold":        "holds the bonus until there is one (hold)",
		"renormalise": "is left out, and the score is divided by the weights that are left (renormalise)",
		"carry":       "pays what it paid in the last performance period in which it had a reading (carry)",
		"last-good":   "counts with its reading of the last performance period in which it had one, measured by the points of this one (last-good)",
	}[rule]
}

func (s Scorecard) changeWords() string {
	const cycle = "; where it changes the performance periods themselves, the one that runs ends the day before"
	if s.TargetChange == "next-period" {
		return "When an amendment changes this clause inside a performance period, it applies from the next one (next-period)" + cycle
	}
	return "When an amendment changes this clause inside a performance period, each version scores the whole of it and counts for its days in force (time-weighted)" + cycle
}

func (s Scorecard) restatedWords() string {
	if s.Restated == "corrected" {
		return "When a reading is restated after its bonus was locked, the next statement charges or takes back the difference (restated: corrected)"
	}
	return "A bonus that was locked stays as it was charged, whatever its readings say later (restated: stays)"
}

func (s Scorecard) gateWords() []string {
	if len(s.Gates) == 0 {
		return []string{"There is no gate"}
	}
	var out []string
	holds := false
	for _, g := range s.Gates {
		if g.Then == "lose" {
			out = append(out, fmt.Sprintf("The bonus of a performance period with %s is lost for ever", g.When))
			continue
		}
		holds = true
		out = append(out, fmt.Sprintf("The bonus of a performance period with %s is held", g.When))
	}
	if holds {
		out = append(out, "A bonus that is held is owed when a reading of the same or later days no longer says so")
	}
	return append(out, "Without a reading of a gate the bonus is held, never lost; a gate takes away a bonus, not what the agency owes")
}

func (s Scorecard) reliefWords() []string {
	if len(s.Relief) == 0 {
		return []string{"There is no relief for duties of the client"}
	}
	var out []string
	for _, r := range s.Relief {
		out = append(out, fmt.Sprintf("In a performance period with %s, %s pays at least what it pays at target, also without a reading of its own (relief)", r.When, strings.Join(r.For, " and ")))
	}
	return append(out, "Without a reading of that duty there is no relief, and a gate stays a gate")
}
