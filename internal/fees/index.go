package fees

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// index is the evidence, ordered and linked for look-up. Deleted rows are not in it.
type index struct {
	deals     []crm.Deal // by close date, then id
	companies map[string]crm.Company
	links     *attribution.Links
	payments  map[string][]crm.Payment // deal -> payments by day, then id
	firstWon  map[string]string        // company -> its first won deal
	carveOuts []crm.CarveOut

	at         map[string]int  // deal -> its place in deals
	gone       map[string]bool // deals that the CRM deleted
	undatedWon map[string]bool // companies with a won deal whose day nobody knows

	timeEntries    []crm.TimeEntry     // by day, then id; as all below
	metricReadings []crm.MetricReading // by last day
	leads          []crm.Lead          // by delivery
	deliveries     []crm.Delivery
	spend          []crm.Spend
	slaMisses      []crm.SLAMiss

	goneRows map[rowKey]bool // rows of these that the evidence says are deleted
}

func newIndex(e crm.Evidence) *index {
	e = decisive(e)
	x := &index{
		companies: map[string]crm.Company{}, links: attribution.Link(&e.Snapshot), payments: map[string][]crm.Payment{}, firstWon: map[string]string{}, undatedWon: map[string]bool{}, gone: map[string]bool{}, at: map[string]int{},
		carveOuts: slices.SortedFunc(slices.Values(e.CarveOuts), func(a, b crm.CarveOut) int { return cmp.Compare(a.Record().ID+a.Reason, b.Record().ID+b.Reason) }),
	}
	x.results(e)
	for _, d := range e.Deals {
		if d.Deleted {
			x.gone[d.ID] = true
			continue
		}
		x.deals = append(x.deals, d)
	}
	slices.SortFunc(x.deals, func(a, b crm.Deal) int { return cmp.Or(a.ClosedOn.Cmp(b.ClosedOn), cmp.Compare(a.ID, b.ID)) })
	for i, d := range x.deals {
		x.at[d.ID] = i
	}
	for _, c := range e.Companies {
		if !c.Deleted {
			x.companies[c.ID] = c
		}
	}
	for _, p := range e.Payments {
		if !p.Deleted {
			x.payments[p.DealID] = append(x.payments[p.DealID], p)
		}
	}
	for _, list := range x.payments {
		slices.SortFunc(list, func(a, b crm.Payment) int { return cmp.Or(a.PaidOn.Cmp(b.PaidOn), cmp.Compare(a.ID, b.ID)) })
	}
	for _, d := range x.deals {
		switch {
		case !d.Won || d.CompanyID == "":
		case d.ClosedOn.IsZero():
			x.undatedWon[d.CompanyID] = true
		case x.firstWon[d.CompanyID] == "":
			x.firstWon[d.CompanyID] = d.ID
		}
	}
	return x
}

// results puts in order what other clauses than a share of revenue are paid for.
func (x *index) results(e crm.Evidence) {
	x.timeEntries = ordered(e.TimeEntries, func(t crm.TimeEntry) (bool, string, string) { return t.Deleted, t.WorkedOn.String(), t.ID })
	x.metricReadings = ordered(e.MetricReadings, func(m crm.MetricReading) (bool, string, string) { return m.Deleted, m.Through.String(), m.Record().ID })
	x.leads = ordered(e.Leads, func(l crm.Lead) (bool, string, string) {
		return l.Deleted, l.DeliveredAt.UTC().Format("2006-01-02T15:04:05.000000000"), l.ID
	})
	x.deliveries = ordered(e.Deliveries, func(d crm.Delivery) (bool, string, string) { return d.Deleted, d.DeliveredOn.String(), d.ID })
	x.spend = ordered(e.Spend, func(s crm.Spend) (bool, string, string) { return s.Deleted, s.SpentOn.String(), s.ID })
	x.slaMisses = ordered(e.SLAMisses, func(m crm.SLAMiss) (bool, string, string) { return m.Deleted, m.MissedOn.String(), m.ID })
	x.goneRows = map[rowKey]bool{}
	gone(x, crm.KindTimeEntry, e.TimeEntries, func(t crm.TimeEntry) (bool, string) { return t.Deleted, t.ID })
	gone(x, crm.KindLead, e.Leads, func(l crm.Lead) (bool, string) { return l.Deleted, l.ID })
	gone(x, crm.KindDelivery, e.Deliveries, func(d crm.Delivery) (bool, string) { return d.Deleted, d.ID })
	gone(x, crm.KindSpend, e.Spend, func(s crm.Spend) (bool, string) { return s.Deleted, s.ID })
	gone(x, crm.KindSLAMiss, e.SLAMisses, func(m crm.SLAMiss) (bool, string) { return m.Deleted, m.ID })
}

// gone notes the deleted rows of a kind.
func gone[T any](x *index, kind crm.Kind, rows []T, of func(T) (deleted bool, id string)) {
	for _, r := range rows {
		if deleted, id := of(r); deleted {
			x.goneRows[rowKey{kind, id}] = true
		}
	}
}

// ordered are the rows that are not gone, by what they are ordered by and then by id.
func ordered[T any](rows []T, of func(T) (gone bool, by, id string)) []T {
	out := kept(rows, func(r T) bool { gone, _, _ := of(r); return !gone })
	slices.SortFunc(out, func(a, b T) int {
		_, byA, idA := of(a)
		_, byB, idB := of(b)
		return cmp.Or(cmp.Compare(byA, byB), cmp.Compare(idA, idB))
	})
	return out
}

// deal finds a deal by its id.
func (x *index) deal(id string) (crm.Deal, bool) {
	if at, ok := x.at[id]; ok && id != "" {
		return x.deals[at], true
	}
	return crm.Deal{}, false
}

// carvedOut finds the entry of a list that names the deal, its company by id, by name or by domain.
func (x *index) carvedOut(list string, d crm.Deal) (crm.CarveOut, bool) {
	company := x.companies[d.CompanyID]
	for _, c := range x.carveOuts {
		if !isList(c, list) {
			continue
		}
		if (c.DealID != "" && c.DealID == d.ID) || (c.CompanyID != "" && c.CompanyID == d.CompanyID) || names(c, company) {
			return c, true
		}
	}
	return crm.CarveOut{}, false
}

// names says whether an entry names the company, by its name or its domain, whatever the case and the spaces around it.
func names(c crm.CarveOut, company crm.Company) bool {
	said := strings.ToLower(strings.TrimSpace(c.Company))
	domain := strings.TrimPrefix(said, "www.")
	return said != "" && company.ID != "" && (said == strings.ToLower(strings.TrimSpace(company.Name)) || company.Domain != "" && domain == strings.ToLower(company.Domain))
}

// journey is the deal's path up to the end that the contract's anchor names.
func (x *index) journey(d crm.Deal, a contract.Attribution, zone *time.Location) (j attribution.Journey, byAccount bool) {
	return x.links.Journey(d, attribution.Path{ByAccount: a.Contacts == "associated-or-account", ToCreation: a.Anchor == "deal-created", Zone: zone})
}

// createdOn is the day of creation in the contract's zone; zero when the CRM does not say.
func createdOn(d crm.Deal, zone *time.Location) cal.Date {
	if d.CreatedAt.IsZero() {
		return cal.Date{}
	}
	return cal.DateOf(d.CreatedAt, zone)
}
