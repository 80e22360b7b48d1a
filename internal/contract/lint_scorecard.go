package contract

// scorecardRules are about a bonus for metrics.
var scorecardRules = []lintRule{
	of("missing-zero", Warning, func(l *linter, s Scorecard, at *value) {
		if s.Missing == "zero" {
			l.found(at.get("missing_metric"), "missing_metric: hold",
				"A metric that nobody read pays nothing, the same as one that failed. Whoever keeps the numbers can save the bonus by not reading them.")
		}
	}),
	of("missing-renormalise", Note, func(l *linter, s Scorecard, at *value) {
		if s.Missing == "renormalise" && len(s.Metrics) > 1 {
			l.found(at.get("missing_metric"), "missing_metric: hold",
				"A metric that nobody read is left out and the others count for the whole. Whoever keeps the numbers gains by leaving out the one that is bad.")
		}
	}),
	of("gate-hold-endless", Note, func(l *linter, s Scorecard, at *value) {
		for i, g := range s.Gates {
			if g.Then == "hold" {
				l.found(at.get("gates").items[i], "then: lose, or agree on a last day beside this text",
					"%s holds the bonus until a later reading opens it. No day is named on which it lapses: it can come years later.", g.When)
			}
		}
	}),
	of("restated-unsaid", Note, func(l *linter, s Scorecard, at *value) {
		if s.Restated == "" {
			l.found(at.get("scorecard"), "restated: corrected, or restated: stays",
				"The text does not say what becomes of a bonus whose readings are restated after it was locked. As it stands nothing does: what was read wrong stays paid, or unpaid.")
		}
	}),
	of("one-metric", Note, func(l *linter, s Scorecard, at *value) {
		if len(s.Metrics) == 1 {
			l.found(at.get("metrics"), "a second metric that guards the first, such as quality beside number",
				"The whole bonus hangs on %s. What is paid by one number is soon worked to that number.", s.Metrics[0].Metric)
		}
	}),
	of("bonus-below-threshold", Note, func(l *linter, s Scorecard, at *value) {
		if s.Payout.Below.Sign() > 0 {
			l.found(at.find("payout.below"), "below: 0 %", "A metric pays %s of its weight even below its threshold, so the threshold decides little.", s.Payout.Below)
		}
	}),
	of("source-renormalise", Note, func(l *linter, s Scorecard, at *value) {
		if s.Broken == "renormalise" && len(s.Metrics) > 1 {
			l.found(at.get("broken_source"), "broken_source: last-good",
				"When a source cannot measure, its metric is left out and the others count for the whole: a change of consent or of a browser moves the bonus.")
		}
	}),
}
