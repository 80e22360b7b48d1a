package contract

import (
	"slices"
)

// lintFeedbackTwice: the client's time for feedback is said in two places, and not alike.
func lintFeedbackTwice(l *linter) {
	a := l.terms.Approvals
	if a == nil || l.terms.Service == nil {
		return
	}
	for _, p := range l.terms.Service.Promises {
		if within, promised := p.Within[Normal]; p.Until == UntilFeedback && promised && within != a.Within {
			l.found(l.doc.find("approvals.feedback.within"), within.String()+", or the same under "+p.Name+" of service_levels",
				"The client has %s for feedback here, and promises it within %s under %s: the clock and the acceptance by silence end at different times.", a.Within, within, p.Name)
		}
	}
}

// lintRoundUnpriced: a further round is work at the rate of overage, and no clause has one.
func lintRoundUnpriced(l *linter) {
	a := l.terms.Approvals
	if a == nil || a.Further != FurtherOverage || slices.ContainsFunc(l.terms.Clauses, pricesHours) {
		return
	}
	l.found(l.doc.find("approvals.rounds.further"), FurtherOrder+", or a clause of hours with a rate",
		"A further round is work at the rate of overage, and no clause says what an hour costs.")
}

// pricesHours says whether a clause has a price for an hour beyond those that a fee includes.
func pricesHours(c Clause) bool {
	if r, ok := c.(Retainer); ok {
		return r.Hours != nil && r.Hours.Overage.Set
	}
	return CountsHours(c)
}
