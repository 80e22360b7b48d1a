package contract

import (
	"slices"
	"strings"
)

// togetherRules are about several clauses that pay or punish for the same thing.
var togetherRules = []lintRule{
	{"paid-twice", Warning, lintPaidTwice},
	of("credit-and-bonus", Warning, lintCreditAndBonus),
	of("credit-unpromised", Warning, lintCreditUnpromised),
	{"promise-uncredited", Warning, lintPromiseUncredited},
	{"feedback-twice", Warning, lintFeedbackTwice},
	{"priority-unsaid", Note, lintPriorityUnsaid},
	{"matrix-falls", Warning, lintMatrixFalls},
	{"round-unpriced", Warning, lintRoundUnpriced},
}

// paidBy are words in the name of a metric that say that a clause of this kind pays for the same.
var paidBy = map[string][]string{
	"lead":          {"lead", "leads", "mql", "mqls", "sql", "sqls", "inquiries"},
	"appointment":   {"appointment", "appointments", "meeting", "meetings", "demo", "demos"},
	"acquisition":   {"acquisition", "acquisitions", "customer", "customers", "logos", "won", "revenue", "bookings"},
	"revenue_share": {"revenue", "bookings", "won", "sales", "arr", "acv", "customers", "logos"},
}

func lintPaidTwice(l *linter) {
	each(l, func(s Scorecard, at *value) {
		for i, m := range s.Metrics {
			for _, c := range l.terms.Clauses {
				thing := c.Kind()
				if r, ok := c.(PerResult); ok {
					thing = r.Result
				}
				if about(m.Metric, paidBy[thing]) {
					l.found(at.get("metrics").items[i], "another metric, or the other clause without what the bonus pays for",
						"%s is a metric of the bonus, and %s pays for the same (%s): one result is paid twice.", m.Metric, c.ClauseID(), RateOf(c))
				}
			}
		}
	})
	each(l, func(r PerResult, at *value) {
		each(l, func(s RevenueShare, _ *value) {
			if r.Result == "acquisition" && s.Base.Of != "existing-customers" {
				l.found(at.get("price"), "per lead or per appointment, or of: existing-customers in "+s.ID,
					"An acquisition pays %s, and its revenue a share of %s under %s: a new customer is paid twice.", r.Price.Format(), s.Rate, s.ID)
			}
		})
	})
}

// about says whether a name in small letters with hyphens, points or underscores has one of the words in it.
func about(name string, words []string) bool {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == ' ' })
	return slices.ContainsFunc(parts, func(p string) bool { return slices.Contains(words, p) })
}

func lintCreditAndBonus(l *linter, c ServiceCredits, at *value) {
	same := func(metric, target string) bool {
		plain := strings.NewReplacer("_", "", "-", "", " ", "", ".", "")
		return strings.EqualFold(plain.Replace(metric), plain.Replace(target))
	}
	each(l, func(s Scorecard, _ *value) {
		for i, target := range c.Targets {
			read := s.names()
			for _, g := range s.Gates {
				read = append(read, g.When.Metric)
			}
			if slices.ContainsFunc(read, func(m string) bool { return same(m, target) }) {
				l.found(at.get("targets").items[i], "the target in not_counted, or a bonus without that metric",
					"Misses of %s give a credit here and cost a part of the bonus under %s: one failure is punished twice.", target, s.ID)
			}
		}
	})
}

// agencyPromises are the names of what the agency promises about time.
func (l *linter) agencyPromises() (names []string) {
	if l.terms.Service == nil {
		return nil
	}
	for _, p := range l.terms.Service.Promises {
		if p.By == ByAgency {
			names = append(names, p.Name)
		}
	}
	return names
}

// lintCreditUnpromised: a target of credits that has no clock, where others have one.
func lintCreditUnpromised(l *linter, c ServiceCredits, at *value) {
	promised := l.agencyPromises()
	if len(promised) == 0 {
		return
	}
	for i, target := range c.Targets {
		if !Names(promised, target) {
			l.found(at.get("targets").items[i], "one of "+strings.Join(promised, ", ")+", or a promise of that name under service_levels",
				"Misses of %s give a credit, but no promise of the agency has that name: no clock runs for it, and its misses must be written down by hand.", target)
		}
	}
}

// lintPromiseUncredited: a promise whose misses each wait for a decision, because the credits do not name it.
func lintPromiseUncredited(l *linter) {
	for i, p := range l.agencyPromises() {
		each(l, func(c ServiceCredits, _ *value) {
			if !Names(c.Targets, p) && !Names(c.NotCounted, p) {
				l.found(l.doc.find("service_levels.promises").items[l.promiseAt(i)], p+" in targets or in not_counted of "+c.ID,
					"The agency promises %s, and the clause %s does not say whether its misses count: each is held.", p, c.ID)
			}
		})
	}
}

// promiseAt is the place of the i-th promise of the agency among all.
func (l *linter) promiseAt(i int) int {
	for at, p := range l.terms.Service.Promises {
		if p.By != ByAgency {
			continue
		}
		if i == 0 {
			return at
		}
		i--
	}
	return 0
}
