package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Rules is the number of the rules. It rises when the same terms and facts may give another statement than before, in an amount, a line or the
// words of its reason; a statement keeps the number that it was drafted by, and whoever verifies it is told when the numbers differ.
//
//	1  what came before the number was kept
//	2  what later evidence says of spend, hours, service credits, milestones and results is corrected; a refund counts with the revenue that it
//	   gives back, and late spend in its own month; floors and minimums end with the contract; tiers and baselines have lines
//	3  what a correction moves of caps, tiers and limits over several clauses stands in a line for each month that it moves; a service credit is
//	   taken of what counts in its month, and counts there, as late work by the hour does; a refund is cut where it gives back revenue of several months;
//	   what was given up, or charged in a month that cannot be taken back, is kept out once; a floor or minimum that is reached has a line of 0.00
//	4  what a limit moves by in months that were locked before one that comes earlier is computed again on that one's statement, with a line of 0.00 where
//	   it moves nothing yet; a refund stays in the quarter of the charge that it gives back; what is not charged twice fills no baseline and no tier
//	5  a payment that was charged at one deal, in a month that cannot be taken back, is not charged again at the deal that it belongs to now
const Rules = 5

// rule is how one kind of clause is charged.
type rule struct {
	kind  string                      // of the clause
	uses  []crm.Kind                  // the evidence that it is computed from, beside deals and what belongs to them
	only  func(contract.Clause) bool  // the clauses of the kind that use it; nil: all
	draft func(d *drafter, id string) // puts the lines of the clause with this id on the statement
	joint bool                        // it is computed from the lines of other clauses
}

// rules of all kinds, in the order in which their lines stand on a statement: fees, then credits, then minimums, then what is not to be exceeded.
func rules() []rule {
	return []rule{
		{kind: "retainer", uses: []crm.Kind{crm.KindTimeEntry, crm.KindMetricReading}, only: contract.CountsHours, draft: (*drafter).retainers},
		{kind: "deliverables", uses: []crm.Kind{crm.KindDelivery}, draft: (*drafter).deliverables},
		{kind: "hourly", uses: []crm.Kind{crm.KindTimeEntry}, draft: (*drafter).hourly},
		{kind: "scorecard", uses: []crm.Kind{crm.KindMetricReading}, draft: (*drafter).scorecards},
		{kind: "revenue_share", draft: (*drafter).share},
		{kind: "per_result", uses: []crm.Kind{crm.KindLead}, draft: (*drafter).perResult},
		{kind: "milestones", uses: []crm.Kind{crm.KindDelivery}, draft: (*drafter).milestones},
		{kind: "media_commission", uses: []crm.Kind{crm.KindSpend}, draft: (*drafter).purchases},
		{kind: "markup", uses: []crm.Kind{crm.KindSpend}, draft: (*drafter).purchases},
		{kind: "pass_through", uses: []crm.Kind{crm.KindSpend}, draft: (*drafter).purchases},
		{kind: "service_credits", uses: []crm.Kind{crm.KindSLAMiss}, draft: (*drafter).serviceCredits, joint: true},
		{kind: "minimum", draft: (*drafter).minimum, joint: true},
		{kind: "not_to_exceed", draft: (*drafter).notToExceed, joint: true},
	}
}

// usedIn says whether a version has a clause that is computed from what the rule uses.
func (r rule) usedIn(a contract.Agreement) bool {
	for _, t := range a.Versions {
		for _, c := range t.Clauses {
			if c.Kind() == r.kind && (r.only == nil || r.only(c)) {
				return true
			}
		}
	}
	return false
}

// clausesOf are the ids of the clauses of a kind over all versions, in the order in which they appear.
func (d *drafter) clausesOf(kind string) []string { return clausesOf(d.agreement, kind) }

func clausesOf(a contract.Agreement, kind string) []string {
	var ids []string
	for _, t := range a.Versions {
		for _, c := range t.Clauses {
			if c.Kind() == kind && !slices.Contains(ids, c.ClauseID()) {
				ids = append(ids, c.ClauseID())
			}
		}
	}
	return ids
}

// onThisStatement says whether an event of a day is charged here, if it is charged at all: on the statement of its month, or, when that one is
// locked, on the first after it that is not. Late tells the second case. So what is known late is charged once, and no locked statement changes.
func (d *drafter) onThisStatement(day cal.Date) (late, here bool) {
	own := cal.MonthOf(day)
	if !own.First().Before(d.facts.Period.From) {
		return false, own.Period() == d.facts.Period
	}
	if d.lockedSince == (cal.Month{}) {
		d.lockedSince = cal.MonthOf(d.facts.Period.From)
		for {
			before := d.lockedSince.Previous()
			if _, locked := d.settledIn(before.Period()); !locked {
				break
			}
			d.lockedSince = before
		}
	}
	late = !own.First().Before(d.lockedSince.First())
	return late, late
}

// resultsCharged are the results that locked statements of other periods carried under a clause: leads, deliveries, entries, by id.
func (d *drafter) resultsCharged(clause string) map[string]bool {
	out := map[string]bool{}
	for _, l := range d.linesUnder(clause) {
		if l.Kind != KindReleased && !l.Kind.corrects() {
			for _, e := range l.Events {
				out[e] = true
			}
		}
	}
	return out
}
