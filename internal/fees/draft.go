package fees

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Draft computes the statement of f.Period from the agreement and the facts, as of a day. It is pure: the same input gives the same
// statement. What it could not charge for want of a fact is an Issue of severity Problem, never a silent zero.
func Draft(a contract.Agreement, f Facts, asOf cal.Date) (Statement, []Issue) {
	return draft(a, f, asOf, newIndex(f.Evidence), laterEvidence)
}

// laterEvidence and sameEvidence say whether the settled statements may have been drafted from other evidence than the facts have. From the
// same evidence there is nothing to correct, and nothing is looked for.
const (
	laterEvidence = false
	sameEvidence  = true
)

// draft is Draft with the index of the facts' evidence.
func draft(a contract.Agreement, f Facts, asOf cal.Date, x *index, same bool) (Statement, []Issue) {
	f.Settled = inOrder(f.Settled)
	d := newDrafter(a, f)
	d.sameEvidence = same
	d.statement.AsOf = asOf
	d.index = x
	d.checkPeriod(asOf)
	d.charge()
	d.checkEntries()
	d.checkCarveOuts()
	d.checkMerges()
	d.checkCategories()
	d.released()
	d.finish()
	return d.statement, d.issues
}

// drafter carries one draft from step to step.
type drafter struct {
	agreement contract.Agreement
	facts     Facts
	currency  money.Currency
	index     *index

	running      cal.Period              // the days on which the contract runs
	shares       map[string]*sharedDeals // by clause
	settledAt    map[cal.Period]int      // locked statements by their period, once they were asked for
	crediting    attribution.Crediting
	lockedLines  map[string][]lockedLine // of locked statements of other periods by clause, once they were asked for
	lockedSince  cal.Month               // the first of the months that are locked up to this one, once it was asked for
	said         []*sharingWords         // what lines of deals say alike, once it was asked for
	sameEvidence bool                    // the settled statements were drafted from the evidence of the facts
	consulted    map[int]bool            // versions that a line was computed from beside its own
	others       *history                // what other months charge, once it was asked for
	resampled    *resampledMonth         // nil but in a bootstrap: the lines of deals are given, and nothing is looked up
	givenUpRows  map[string]bool         // rows of spend that the agency gave up, once it was asked for

	statement Statement
	issues    []Issue
}

// newDrafter begins the draft of the period of the facts, whose settled statements are in order. It has no index yet.
func newDrafter(a contract.Agreement, f Facts) *drafter {
	latest, currency := a.Latest(), a.First().Currency
	return &drafter{agreement: a, facts: f, currency: currency, running: a.Running(), shares: map[string]*sharedDeals{}, consulted: map[int]bool{}, statement: Statement{
		Contract: latest.Key, Client: latest.Client, Agency: latest.Agency, Currency: currency,
		Period: f.Period, Evidence: f.Evidence.AsOf, Total: money.New(0, currency),
	}}
}

// charge puts the lines of all clauses on the statement, in the order of the rules.
func (d *drafter) charge() {
	for _, r := range rules() {
		for _, id := range d.clausesOf(r.kind) {
			r.draft(d, id)
		}
	}
}

func (d *drafter) issue(severity Severity, code, subject, format string, args ...any) {
	d.issues = append(d.issues, Issue{severity, code, subject, fmt.Sprintf(format, args...)})
}

// issueOnce is issue where the same was not said yet.
func (d *drafter) issueOnce(severity Severity, code, subject, format string, args ...any) {
	if i := (Issue{severity, code, subject, fmt.Sprintf(format, args...)}); !slices.Contains(d.issues, i) {
		d.issues = append(d.issues, i)
	}
}

// line appends a line and gives its number.
func (d *drafter) line(l Line) int {
	l.No = len(d.statement.Lines) + 1
	d.statement.Lines = append(d.statement.Lines, l)
	return l.No
}

func (d *drafter) checkPeriod(asOf cal.Date) {
	if asOf.Before(d.facts.Period.To) {
		d.issue(Warning, "period-open", "", "The period runs until %s. Evidence of the days after %s can still change this draft.",
			d.facts.Period.Last().Words(), asOf.Words())
	}
	if d.agreement.Running().Overlap(d.facts.Period).IsEmpty() {
		d.issue(Info, "not-running", "", "The contract does not run in this period: it runs %s. Only revenue under a tail, what was delivered before the end, and settled disputes can be charged.",
			d.agreement.Running().Words())
	}
}

func (d *drafter) released() {
	order := func(a, b Released) int {
		return cmp.Or(a.Period.From.Cmp(b.Period.From), cmp.Compare(a.Statement, b.Statement), cmp.Compare(a.Line, b.Line), cmp.Compare(a.ID, b.ID))
	}
	for _, r := range slices.SortedFunc(slices.Values(d.facts.Released), order) {
		if d.carried(r.ID) {
			continue
		}
		d.line(Line{
			Clause: r.Clause, Kind: KindReleased, Text: fmt.Sprintf("Settled dispute of %s, line %d: %s", r.Period.Words(), r.Line, r.Text),
			Quantity: "1", Unit: "settled line", Rate: r.Amount.String(), RateText: r.Amount.Format(), Amount: r.Amount, Events: []string{r.ID},
			Basis: Basis{
				Clause:   "The disputed amount of an earlier statement is carried when the dispute is settled.",
				Formula:  fmt.Sprintf("1 x %s = %s", r.Amount.Format(), r.Amount.Format()),
				Rounding: "none: the amount was settled exactly",
				Inputs:   []Input{{"how it was settled", r.Words}},
				Evidence: []Evident{{Kind: "statement", ID: r.Statement, Words: fmt.Sprintf("%s, line %d", r.Period.Words(), r.Line)}},
			},
		})
	}
}

// carried says whether a settled statement of another period carried the release.
func (d *drafter) carried(release string) bool {
	for _, s := range d.facts.Settled {
		if s.Period == d.facts.Period {
			continue
		}
		for _, l := range s.Lines {
			if l.Kind == KindReleased && slices.Contains(l.Events, release) {
				return true
			}
		}
	}
	return false
}

// finish sums the lines and names the versions used.
func (d *drafter) finish() {
	s := &d.statement
	used := maps.Clone(d.consulted)
	for _, l := range s.Lines {
		s.Total = s.Total.Add(l.Amount)
		used[l.Basis.Version] = true
	}
	for _, segment := range d.agreement.Segments(d.facts.Period) {
		used[segment.Terms.Version] = true
	}
	for _, t := range d.agreement.Versions {
		if used[t.Version] {
			s.Versions = append(s.Versions, Version{t.Version, t.Effective, t.SHA256})
		}
	}
	slices.SortStableFunc(s.Considered, func(a, b Considered) int {
		return cmp.Or(cmp.Compare(a.Clause, b.Clause), cmp.Compare(a.Deal, b.Deal))
	})
}
