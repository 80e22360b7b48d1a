package fees

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Need is what a history lacks altogether, so that nobody can say what a clause would have come to on it. What it lacks in part is a question that
// is held out, as on a statement.
type Need struct {
	Clause string
	What   string        // "readings of mql, pipeline_value"
	Most   *money.Amount // what the clause pays at most over the months by its own terms; nil: they do not say
}

// Words is the need in a few words: "content needs deliveries".
func (n Need) Words() string { return n.Clause + " needs " + n.What }

// Unknown says whether nobody can say what a clause would have come to.
func (s SidePrice) Unknown(clause string) bool {
	return slices.ContainsFunc(s.Needs, func(n Need) bool { return n.Clause == clause })
}

// Most is what the side comes to at most, by the terms of the clauses for which facts are lacking; ok is false when those do not say.
func (s SidePrice) Most() (most money.Amount, ok bool) {
	most = s.Total
	for _, n := range s.Needs {
		if n.Most == nil {
			return money.Amount{}, false
		}
		most = most.Add(*n.Most)
	}
	return most, true
}

// needs are the facts that the history lacks for the clauses of an agreement, over months.
func needs(a contract.Agreement, x *index, shown []cal.Month) []Need {
	if len(shown) == 0 {
		return nil
	}
	n := needing{agreement: a, index: x, months: cal.Period{From: shown[0].First(), To: shown[len(shown)-1].Next().First()}}
	var out []Need
	for _, r := range rules() {
		for _, id := range clausesOf(a, r.kind) {
			if what, most := n.of(r.kind, id); what != "" {
				out = append(out, Need{Clause: id, What: what, Most: most})
			}
		}
	}
	return out
}

// needing looks for what is lacking.
type needing struct {
	agreement contract.Agreement
	index     *index
	months    cal.Period
}

func (n needing) of(kind, id string) (what string, most *money.Amount) {
	lacking := func(have int, what string) string {
		if have > 0 {
			return ""
		}
		return what
	}
	switch kind {
	case "revenue_share":
		return n.share(id), nil
	case "scorecard":
		return n.scorecard(id)
	case "milestones":
		return n.milestones(id)
	case "deliverables":
		return lacking(len(n.index.deliveries), "deliveries"), nil
	case "hourly":
		return lacking(len(n.index.timeEntries), "time entries"), nil
	case "per_result":
		return lacking(len(n.index.leads), "leads"), nil
	case "media_commission", "markup", "pass_through":
		return lacking(len(n.index.spend), "purchases"), nil
	}
	return "", nil
}

// share needs deals, touches, and payments where the revenue is what was collected of deals that were won.
func (n needing) share(id string) string {
	won := slices.ContainsFunc(n.index.deals, func(d *crm.Deal) bool { return d.Won })
	switch {
	case len(n.index.deals) == 0:
		return "deals"
	case n.index.links.Untouched() && slices.ContainsFunc(clauses[contract.RevenueShare](n.agreement, id), func(s contract.RevenueShare) bool { return !s.Attribution.None }):
		return "touches"
	case won && !n.index.paid && slices.ContainsFunc(clauses[contract.RevenueShare](n.agreement, id), func(s contract.RevenueShare) bool { return s.Base.Revenue == "collected" }):
		return "payments"
	}
	return ""
}

// scorecard needs readings of metrics and gates of which no performance period that the months carry has one.
func (n needing) scorecard(id string) (string, *money.Amount) {
	d := newDrafter(n.agreement, Facts{Period: cal.MonthOf(n.months.Last()).Period()})
	d.index = n.index
	most := money.New(0, d.currency)
	read := map[string]bool{}
	var named []string
	within := false // a performance period runs in the months, whether or not it ends in them
	for _, p := range performances(n.agreement, id, n.months.To) {
		within = within || !p.inForce.Overlap(n.months).IsEmpty()
		if !n.months.Contains(p.billing()) {
			continue
		}
		card := p.governing().card
		most = most.Add(atMost(card))
		for _, metric := range metricsOf(card) {
			if !slices.Contains(named, metric) {
				named = append(named, metric)
			}
			read[metric] = read[metric] || d.reading(metric, p.inForce).state != readingMissing
		}
	}
	if within && len(named) == 0 {
		return "months in which a performance period is billed", nil
	}
	missing := kept(named, func(metric string) bool { return !read[metric] })
	if len(missing) == 0 {
		return "", nil
	}
	return "readings of " + strings.Join(missing, ", "), &most
}

func metricsOf(card contract.Scorecard) []string {
	var out []string
	for _, m := range card.Metrics {
		out = append(out, m.Metric)
	}
	for _, g := range card.Gates {
		out = append(out, g.When.Metric)
	}
	return out
}

// atMost is what a performance period pays when every metric is at its best.
func atMost(card contract.Scorecard) money.Amount {
	score := money.NewRatio(0, 1)
	for _, m := range card.Metrics {
		best := card.Payout.AtMax
		for _, s := range m.Steps {
			if less(best, s.Payout) {
				best = s.Payout
			}
		}
		if card.MetricCap.Set && less(card.MetricCap.Share, best) {
			best = card.MetricCap.Share
		}
		score = plus(score, money.NewRatio(m.Weight.Num()*best.Num(), m.Weight.Den()*best.Den()))
	}
	if card.TotalCap.Set && less(card.TotalCap.Share, score) {
		score = card.TotalCap.Share
	}
	return card.Pool.Mul(score, money.Up)
}

// milestones need the delivery of one of them.
func (n needing) milestones(id string) (string, *money.Amount) {
	most := money.New(0, n.agreement.First().Currency)
	var named []string
	for _, c := range clauses[contract.Milestones](n.agreement, id) {
		for _, d := range n.index.deliveries {
			if _, ok := c.Find(d.Milestone); ok {
				return "", nil
			}
		}
		for _, stone := range c.List {
			if slices.Contains(named, stone.Name) {
				continue
			}
			named = append(named, stone.Name)
			most = most.Add(stone.Amount)
			if stone.Bonus.Set {
				most = most.Add(stone.Bonus.Amount)
			}
		}
	}
	return "deliveries of " + strings.Join(named, ", "), &most
}

// clauses are what the versions say of a clause.
func clauses[C contract.Clause](a contract.Agreement, id string) []C {
	var out []C
	for _, t := range a.Versions {
		c, _ := t.Clause(id)
		if of, ok := c.(C); ok {
			out = append(out, of)
		}
	}
	return out
}
