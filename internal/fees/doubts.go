package fees

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
)

// checkCarveOuts tells when a list that the contract names is not in the evidence: it carves nothing out, and nobody would notice.
func (d *drafter) checkCarveOuts() {
	terms, ok := d.agreement.InForce(d.facts.Period.Last())
	if !ok {
		return
	}
	for _, c := range terms.Clauses {
		share, ok := c.(contract.RevenueShare)
		if !ok || share.Eligible.CarveOut == "" {
			continue
		}
		if !slices.ContainsFunc(d.index.carveOuts, func(c crm.CarveOut) bool { return isList(c, share.Eligible.CarveOut) }) {
			d.issue(Warning, "carve-out-missing", "clause "+share.ID, "The evidence has no carve-out list %q, so nothing is carved out. Import it, or write carve_out: none in the next version.",
				share.Eligible.CarveOut)
		}
	}
}

// checkMerges tells of statements that deals are one sale which have no effect, or take a sale that was won away, where the statement charges or corrects one of the deals, or the merged one closed in
// its period.
func (d *drafter) checkMerges() {
	if len(clausesOf(d.agreement, "revenue_share")) == 0 {
		return
	}
	for _, doubt := range d.facts.Evidence.DealMergeDoubts() {
		m := doubt.Merge
		charged := slices.ContainsFunc(d.statement.Lines, func(l Line) bool { return l.Deal == m.MergedID || l.Deal == m.Into })
		if charged || slices.ContainsFunc(d.facts.Evidence.Deals, func(x crm.Deal) bool { return x.ID == m.MergedID && x.Won && d.facts.Period.Contains(x.ClosedOn) }) {
			d.issue(Warning, doubt.Code, "deal "+m.MergedID, "%s", doubt.Text)
		}
	}
}

// isList says whether an entry is of the list, whatever the case and the spaces around its name.
func isList(c crm.CarveOut, list string) bool {
	return strings.EqualFold(strings.TrimSpace(c.List), list)
}
