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

// isList says whether an entry is of the list, whatever the case and the spaces around its name.
func isList(c crm.CarveOut, list string) bool {
	return strings.EqualFold(strings.TrimSpace(c.List), list)
}
