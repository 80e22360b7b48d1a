package fees

import "strings"

// correctScorecards brings the bonus of performance periods that locked statements charged to what their readings say now, where the version that
// governs a period says so. A bonus that would be held now is neither kept nor taken back: what it is owed is not known.
func (d *drafter) correctScorecards(id string, all []performance) {
	charges := d.settledCharges(id, func(l SettledLine) string {
		if l.Kind != KindScorecard {
			return ""
		}
		return string(KindScorecard) + " " + firstOf(l.Events)
	})
	if len(charges) == 0 {
		return
	}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = string(KindScorecard) + " " + p.key()
	}
	for _, c := range charges {
		for i, p := range all {
			if c.name != names[i] || p.governing().card.Restated != "corrected" {
				continue
			}
			s := scoring{drafter: d, id: id, performance: p, earlier: all[:i]}
			s.correct(c)
		}
	}
}

// correct scores the period again.
func (s *scoring) correct(c *settledCharge) {
	s.run()
	var gate gating
	if s.value != nil && s.value.Sign() > 0 {
		gate = s.gates(s.governing().card.Gates)
	}
	if s.value == nil || gate.held {
		s.heldTrueUp(c, s.id, s.whyHeld())
		return
	}
	o := owedNow{kind: KindCorrection, text: "Scorecard " + s.inForce.Words()}
	for _, l := range s.poolLines(gate.lost) {
		o.minor += l.Amount.Minor
		o.version, o.clause = l.Basis.Version, l.Basis.Clause
		o.how = append(append(o.how, Input{"how it is owed", l.Basis.Formula}), l.Basis.Inputs...)
		o.evidence = l.Basis.Evidence
	}
	o.notes = s.notes
	if s.trueUp(c, o) {
		s.consult()
	}
}

// whyHeld is the first of what holds the bonus.
func (s *scoring) whyHeld() string {
	for _, i := range s.issues {
		if i.Severity == Problem {
			return strings.TrimSuffix(i.Text, ".")
		}
	}
	return "the bonus of " + s.inForce.Words() + " would be held now"
}
