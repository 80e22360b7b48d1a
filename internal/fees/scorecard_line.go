package fees

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// pooled are the parts of a performance period with one pool: they share a line.
type pooled struct {
	pool  money.Amount
	parts []int
}

func (s *scoring) pools() []pooled {
	var out []pooled
	for i, part := range s.parts {
		if n := len(out); n > 0 && out[n-1].pool == part.card.Pool {
			out[n-1].parts = append(out[n-1].parts, i)
			continue
		}
		out = append(out, pooled{part.card.Pool, []int{i}})
	}
	return out
}

// lines puts one line for each pool on the statement, most often one.
func (s *scoring) lines(lost string) {
	for _, l := range s.poolLines(lost) {
		s.line(l)
	}
	s.consult()
}

// consult names the versions that the score was computed from.
func (s *scoring) consult() {
	for _, part := range s.parts {
		s.versions = append(s.versions, part.terms.Version)
	}
	for _, v := range s.versions {
		s.consulted[v] = true
	}
}

// poolLines are the lines of the period: score x pool, rounded once for each.
func (s *scoring) poolLines(lost string) (out []Line) {
	s.remark(lost)
	pools := s.pools()
	for _, p := range pools {
		text := "Scorecard " + s.inForce.Words()
		if len(pools) > 1 {
			text += ", pool of " + p.pool.Format()
		}
		terms := s.governing().terms
		share, formula := s.share(p, lost)
		amount := times(p.pool, share, terms.Rounding)
		out = append(out, Line{
			Clause: s.id, Kind: KindScorecard, Text: text, Events: []string{s.key()},
			Quantity: decimalOrFraction(share), Unit: ofThePool, Rate: p.pool.String(), RateText: p.pool.Format(), Amount: amount,
			Basis: Basis{
				Version: terms.Version, Clause: s.governing().card.Words(terms), Formula: fmt.Sprintf("%s x %s = %s", formula, p.pool.Format(), amount.Format()),
				Rounding: roundingWords(terms), Inputs: append(s.metricInputs(p), s.inputs...), Evidence: s.rows(p), Notes: s.notes,
			},
		})
	}
	return out
}

// share is the part of the pool that is owed, with its formula.
func (s *scoring) share(p pooled, lost string) (*big.Rat, string) {
	var formulas, weighed []string
	share := new(big.Rat)
	for _, i := range p.parts {
		part, sc := s.parts[i], s.scores[i]
		lead := ""
		if len(s.parts) > 1 {
			lead = fmt.Sprintf("version %d: ", part.terms.Version)
		}
		formulas = append(formulas, lead+sc.formula)
		weighed = append(weighed, fmt.Sprintf("%d x %s", part.days.Days(), percent(sc.value)))
		share.Add(share, new(big.Rat).Mul(sc.value, s.weight(part)))
	}
	if len(s.parts) > 1 {
		formulas = append(formulas, fmt.Sprintf("(%s) / %d days = %s", strings.Join(weighed, " + "), s.inForce.Days(), percent(share)))
	}
	if lost != "" {
		return new(big.Rat), strings.Join(append(formulas, "lost by a gate: 0 %"), "; ")
	}
	last := percent(share)
	if part := s.proration(); part.Cmp(one()) != 0 {
		last += fmt.Sprintf(" x %d/%d", s.inForce.Days(), s.period.Days())
		share.Mul(share, part)
	}
	return share, strings.Join(append(formulas, last), "; ")
}

// remark tells what is unusual about the line.
func (s *scoring) remark(lost string) {
	if lost != "" {
		s.notes = append(s.notes, "The bonus of this period is lost for ever: "+lost+".")
	}
	if s.value.Sign() < 0 {
		s.notes = append(s.notes, "The score is below 0 %, so the agency owes it. No gate takes that away.")
	}
	if s.inForce != s.period {
		s.notes = append(s.notes, fmt.Sprintf("Only %s of the performance period %s is in force.", s.inForce.Words(), s.period.Words()))
	}
	if len(s.parts) > 1 {
		s.notes = append(s.notes, "The clause was changed inside the period. Each version scores the whole period, and its days in force weigh it.")
	}
}

// metricInputs are the reading, payout and weight of each metric, so that the score can be computed again by hand.
func (s *scoring) metricInputs(p pooled) []Input {
	var out []Input
	for _, i := range p.parts {
		version := ""
		if len(s.parts) > 1 {
			version = fmt.Sprintf("version %d, ", s.parts[i].terms.Version)
			out = append(out, Input{version + "in force", fmt.Sprintf("%s (%d of %d days)", s.parts[i].days.Words(), s.parts[i].days.Days(), s.inForce.Days())})
		}
		for _, m := range s.scores[i].metrics {
			w := rat(m.metric.Weight)
			name := fmt.Sprintf("%s%s, weight %s", version, m.metric.Metric, percent(w))
			value := m.how
			if m.rule == "" && m.reading.value != nil {
				value = "reading " + number(m.reading.value) + ": " + m.how
			}
			if m.payout != nil {
				value += fmt.Sprintf(" = %s; weighted %s x %s = %s", percent(m.payout), percent(w), percent(m.payout), percent(new(big.Rat).Mul(w, m.payout)))
			}
			out = append(out, Input{name, value})
		}
	}
	return append(out, Input{"pool at target", p.pool.Format()}, Input{"performance period", fmt.Sprintf("%s (%d days)", s.period.Words(), s.period.Days())})
}

// rows are the rows of evidence that the line was computed from, each once.
func (s *scoring) rows(p pooled) []Evident {
	var all []Evident
	for _, i := range p.parts {
		for _, m := range s.scores[i].metrics {
			all = append(all, m.reading.evident()...)
		}
	}
	seen := map[Evident]bool{}
	return kept(append(all, s.evidence...), func(e Evident) bool {
		first := !seen[e]
		seen[e] = true
		return first
	})
}
