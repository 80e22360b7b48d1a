package fees

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
)

// UnderProvider is the part of a client's evidence that counts under a contract with a specialist: time, results, deliveries and misses that bear a name of that contract, and
// spend whose vendor is the party that is paid. Deals and their journeys stay whole, for credit is shared among all who touched a deal; the contract says whose touches earn. The
// readings of metrics are of the client.
func UnderProvider(e crm.Evidence, a contract.Agreement) crm.Evidence {
	paid := func(vendor string) bool {
		return slices.ContainsFunc(a.Versions, func(t contract.Terms) bool { return strings.EqualFold(t.Agency, strings.TrimSpace(vendor)) })
	}
	return sifted(e, a.NamesEvidence, paid)
}

// WithoutProviders is the evidence that counts under the agency's own contract with the client: without the rows that bear a name of a contract with a specialist.
func WithoutProviders(e crm.Evidence, engaged []contract.Agreement) crm.Evidence {
	if len(engaged) == 0 {
		return e
	}
	own := func(name string) bool {
		return !slices.ContainsFunc(engaged, func(a contract.Agreement) bool { return a.NamesEvidence(name) })
	}
	return sifted(e, own, func(string) bool { return true })
}

func sifted(e crm.Evidence, named, vendor func(string) bool) crm.Evidence {
	e.TimeEntries = kept(e.TimeEntries, func(t crm.TimeEntry) bool { return named(t.Clause) })
	e.Leads = kept(e.Leads, func(l crm.Lead) bool { return named(l.Clause) })
	e.Deliveries = kept(e.Deliveries, func(d crm.Delivery) bool { return named(d.Milestone) })
	e.SLAMisses = kept(e.SLAMisses, func(m crm.SLAMiss) bool { return named(m.Target) })
	e.Spend = kept(e.Spend, func(s crm.Spend) bool { return vendor(s.Vendor) })
	return e
}
