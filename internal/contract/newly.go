package contract

import (
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// checkNew finds what a new text may not say. An accepted one may: it stays readable as it is.
func (b *builder) checkNew(doc *value, t Terms) {
	if end, ends := t.End(); ends && t.Effective == end && end.After(t.Term.Start) && t.Term.Ended.IsZero() { // one that ends the contract early may take effect with the end
		b.effectiveAfter(doc, end)
	}
	b.checkNewAppointments(doc.get("appointments"), t)
	scorecards := map[string]bool{}
	for _, c := range t.Clauses {
		if s, ok := c.(Scorecard); ok {
			scorecards[metricOf(s.ID)] = true
		}
	}
	for i, c := range t.Clauses {
		at := doc.get("clauses").items[i]
		switch c := c.(type) {
		case Retainer:
			b.ofNothing(at.get("fee"), c.Fee, "a fee of nothing pays nothing; write the fee, or leave the clause out")
		case Hourly:
			for n, r := range c.Rates {
				b.ofNothing(at.get("rates").items[n].get("rate"), r.Rate, "work at nothing an hour is never billed; write the rate, or leave the role out")
			}
		case Scorecard:
			b.checkNoCircle(at, c, scorecards)
		case RevenueShare:
			b.checkNewShare(at, c, t)
		case Milestones:
			for n, stone := range c.List {
				if stone.Bonus.Set {
					b.ofNothing(at.get("list").items[n].get("bonus"), stone.Bonus.Amount, "a bonus of nothing; write its amount, or leave bonus and bonus_by out")
				}
			}
		case Minimum:
			b.ofNothing(at.get("amount"), c.Amount, "a minimum of nothing adds nothing; write the amount, or leave the clause out")
		case NotToExceed:
			b.ofNothing(at.get("amount"), c.Amount, "under this limit nothing is ever paid; write the amount, or leave the clause out")
		}
	}
}

func (b *builder) ofNothing(at *value, a money.Amount, words string) {
	if a.Currency != "" && a.Minor == 0 { // without a currency it could not be read, which is said already
		b.problem(at, "nothing", "%s", words)
	}
}

// checkNoCircle refuses a scorecard that looks at a score.
func (b *builder) checkNoCircle(at *value, s Scorecard, scorecards map[string]bool) {
	look := func(v *value, metric, what string) {
		if scorecards[metricOf(metric)] {
			b.problem(v, "score-circle", "%s is a bonus of this contract: %s that looks at a score can wait for itself; name a metric that the evidence measures", metric, what)
		}
	}
	for i, m := range s.Metrics {
		look(at.get("metrics").items[i].get("metric"), m.Metric, "a score")
	}
	for i, g := range s.Gates {
		look(at.get("gates").items[i].get("when"), g.When.Metric, "a gate")
	}
	for i, r := range s.Relief {
		look(at.get("relief").items[i].get("when"), r.When.Metric, "a relief")
	}
}

// metricOf is a name as metrics are written.
func metricOf(name string) string { return strings.ReplaceAll(name, "-", "_") }

func (b *builder) checkNewShare(at *value, r RevenueShare, t Terms) {
	if r.Rate.Sign() == 0 && len(r.Tiers.Above) == 0 {
		b.problem(at.get("rate"), "nothing", "a share of nothing pays nothing; write the rate, such as 3 %%, or leave the clause out")
	}
	for path, limit := range map[string]Limit{"per_deal.cap": r.PerDealCap, "period.cap": r.PeriodCap} {
		if limit.Set {
			b.ofNothing(at.find(path), limit.Amount, "under this cap nothing is ever paid; write the cap, or none")
		}
	}
	if end, ends := t.End(); ends && t.Effective.Before(end) && !r.Eligible.CreatedFrom.Before(end) {
		b.problem(at.find("eligible.created_from"), "created-after-end", "no deal counts: the last day of the contract, with all its renewals, is %s; write that day or an earlier one", end.AddDays(-1).Words())
	}
}
