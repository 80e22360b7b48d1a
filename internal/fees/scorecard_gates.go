package fees

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// gating is what the gates make of a bonus.
type gating struct {
	lost   string // the gate that loses it, in words; empty: none does
	held   bool
	opened cal.Date // the last day of the latest reading that opened a gate; zero: none was shut
}

// gates looks at all gates. One that loses the bonus goes before those that hold it.
func (s *scoring) gates(all []contract.Gate) gating {
	var out gating
	for _, g := range all {
		if g.Then != "lose" {
			continue
		}
		r := s.gate(g)
		switch {
		case r.state != readingGood:
			out.held = true
			s.say(Problem, "gate-unread", "The bonus for %s is held: the gate %s has no clear reading of exactly these days, so nobody can say whether it is lost. Import it.", s.inForce.Words(), g.When)
		case g.When.Holds(r.value):
			s.issues = slices.DeleteFunc(s.issues, func(i Issue) bool { return i.Code == "gate-unread" })
			s.say(Info, "bonus-lost", "The bonus for %s is lost: %s.", s.inForce.Words(), because(g.When, r))
			return gating{lost: because(g.When, r)}
		}
	}
	for _, g := range all {
		if g.Then != "hold" {
			continue
		}
		if r := s.gate(g); r.state != readingGood || g.When.Holds(r.value) {
			s.shut(&out, g, r)
		}
	}
	return out
}

// because says why a condition is fulfilled: "crm_hygiene was 72 (crm_hygiene < 80)".
func because(c contract.Condition, r reading) string {
	return fmt.Sprintf("%s was %s (%s)", c.Metric, number(r.value), c)
}

// gate is the reading that a gate looks at.
func (s *scoring) gate(g contract.Gate) reading {
	r := s.reading(g.When.Metric, s.inForce)
	said := "no clear reading"
	if r.state == readingGood {
		said = number(r.value)
	}
	s.inputs = append(s.inputs, Input{"gate: " + g.Then + " if " + g.When.String(), said})
	s.evidence = append(s.evidence, r.evident()...)
	return r
}

// shut looks for the later reading that opens a gate that holds.
func (s *scoring) shut(out *gating, g contract.Gate, r reading) {
	if opener, ok := s.opener(g); ok {
		opened := reading{rows: []crm.MetricReading{opener}}
		s.evidence = append(s.evidence, opened.evident()...)
		s.notes = append(s.notes, fmt.Sprintf("The gate %s held this bonus until %s was %s on %s.", g.When, g.When.Metric, opener.Value, opener.Through.Words()))
		out.opened = cal.Later(out.opened, opener.Through)
		return
	}
	out.held = true
	if r.state != readingGood {
		s.say(Problem, "gate-unread", "The bonus for %s is held: the gate %s has no clear reading of exactly these days. Import it, or a later one that opens the gate.", s.inForce.Words(), g.When)
		return
	}
	s.say(Problem, "gate-shut", "The bonus for %s is held, not lost: %s. It comes when a later reading opens the gate.", s.inForce.Words(), because(g.When, r))
}

// opener is the first reading of days that end after the period which does not fulfil the gate's condition.
func (s *scoring) opener(g contract.Gate) (crm.MetricReading, bool) {
	rows := s.readings(g.When.Metric)
	i := slices.IndexFunc(rows, func(r crm.MetricReading) bool {
		value, err := exact(r.Value)
		if r.Broken || err != nil || g.When.Holds(value) || !r.Through.After(s.inForce.Last()) {
			return false
		}
		return s.reading(g.When.Metric, cal.Period{From: r.From, To: r.Through.AddDays(1)}).state == readingGood
	})
	if i < 0 {
		return crm.MetricReading{}, false
	}
	return rows[i], true
}

// relief is the words of the first relief that holds for each metric.
func (s *scoring) relief(card contract.Scorecard) map[string]string {
	out := map[string]string{}
	for _, r := range card.Relief {
		read := s.reading(r.When.Metric, s.inForce)
		s.evidence = append(s.evidence, read.evident()...)
		if read.state != readingGood {
			s.say(Warning, "relief-unread", "The relief %s has no clear reading of exactly %s, so none is given.", r.When, s.inForce.Words())
			continue
		}
		if !r.When.Holds(read.value) {
			continue
		}
		for _, metric := range r.For {
			if _, ok := out[metric]; !ok {
				out[metric] = because(r.When, read)
			}
		}
	}
	return out
}

// relieved pays a metric at least what it pays at target.
func relieved(card contract.Scorecard, m scoredMetric, reason string) scoredMetric {
	target := rat(card.Payout.AtTarget)
	if m.payout != nil && m.payout.Cmp(target) >= 0 {
		return m
	}
	m.payout, m.held = new(big.Rat).Set(target), ""
	m.how = fmt.Sprintf("at target by relief, as %s", reason)
	return m
}
