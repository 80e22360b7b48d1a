package fees

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// index is the evidence, ordered and linked for look-up. Deleted rows are not in it. It points to the rows of the evidence, which must not change
// while it is used; names of contacts and the owners of deals decide nothing and are never looked at, nor are addresses but for their domain, where the
// contract lets it tell the company.
type index struct {
	deals     []*crm.Deal // by close date, then id
	companies map[string]*crm.Company
	links     *attribution.Links
	payments  [][]*crm.Payment  // by the place of their deal, by day, then id; nil: there are none
	paid      bool              // there are payments, be it of deals that are not known
	firstWon  map[string]string // company -> its first won deal
	carveOuts []crm.CarveOut

	at         map[string]int       // deal -> its place in deals
	gone       map[string]*crm.Deal // deals that the CRM deleted, or that are one with another
	undatedWon map[string]bool      // companies with a won deal whose day nobody knows

	timeEntries    []crm.TimeEntry     // by day, then id; as all below
	metricReadings []crm.MetricReading // by last day
	leads          []crm.Lead          // by delivery
	deliveries     []crm.Delivery
	spend          []crm.Spend
	slaMisses      []crm.SLAMiss

	goneRows map[rowKey]bool // rows of these that the evidence says are deleted
}

func newIndex(e crm.Evidence) *index {
	x := &index{carveOuts: ordered(e.CarveOuts, func(c crm.CarveOut) (bool, string, string) { return false, c.Record().ID + c.Reason, "" })}
	linked := beside(len(e.Deals) >= 2*partOfDeals, func() { x.links = linksOf(e.Snapshot) }) // e does not change from here on
	defer linked()
	x.results(e)
	x.place(e.Deals)
	companies := attribution.Once(e.Companies, func(c crm.Company) string { return c.ID })
	x.companies = make(map[string]*crm.Company, len(companies))
	for i := range companies {
		if c := &companies[i]; !c.Deleted {
			x.companies[c.ID] = c
		}
	}
	x.pay(attribution.Once(e.Payments, func(p crm.Payment) string { return p.ID }))
	return x
}

// linksOf are those of contacts and touches.
func linksOf(s crm.Snapshot) *attribution.Links {
	links := attribution.Link(&s)
	if links.Doubled() {
		s.AccountLinks = crm.InferredLinks(&s) // which need no addresses
		s.Contacts = decisiveContacts(s.Contacts)
		links = attribution.Link(&s)
	}
	return links
}

// place puts the deals in order.
func (x *index) place(deals []crm.Deal) {
	x.deals, x.at, x.gone = make([]*crm.Deal, 0, len(deals)), make(map[string]int, len(deals)), map[string]*crm.Deal{}
	for i := range deals {
		if d := &deals[i]; d.Deleted {
			x.gone[d.ID] = d
		} else {
			x.deals = append(x.deals, d)
		}
	}
	slices.SortFunc(x.deals, func(a, b *crm.Deal) int {
		if c := a.ClosedOn.Cmp(b.ClosedOn); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	doubled := false
	for i, d := range x.deals {
		x.at[d.ID] = i
		doubled = doubled || x.gone[d.ID] != nil
	}
	if doubled || len(x.at) < len(x.deals) {
		x.place(decisiveDeals(deals))
		return
	}
	x.firstWon, x.undatedWon = map[string]string{}, map[string]bool{}
	for _, d := range x.deals {
		switch {
		case !d.Won || d.CompanyID == "":
		case d.ClosedOn.IsZero():
			x.undatedWon[d.CompanyID] = true
		case x.firstWon[d.CompanyID] == "":
			x.firstWon[d.CompanyID] = d.ID
		}
	}
}

// pay puts the payments with their deals.
func (x *index) pay(payments []crm.Payment) {
	if len(payments) == 0 {
		return
	}
	x.payments = make([][]*crm.Payment, len(x.deals))
	for i := range payments {
		p := &payments[i]
		if p.Deleted {
			continue
		}
		x.paid = true
		if at, known := x.at[p.DealID]; known {
			x.payments[at] = append(x.payments[at], p)
		}
	}
	for _, list := range x.payments {
		slices.SortFunc(list, func(a, b *crm.Payment) int { return cmp.Or(a.PaidOn.Cmp(b.PaidOn), cmp.Compare(a.ID, b.ID)) })
	}
}

// paymentsOf are the payments of the deal at a place.
func (x *index) paymentsOf(at int) []*crm.Payment {
	if x.payments == nil {
		return nil
	}
	return x.payments[at]
}

// results puts in order what other clauses than a share of revenue are paid for.
func (x *index) results(e crm.Evidence) {
	e = decisiveResults(e)
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
	type placed struct {
		row    T
		by, id string
	}
	list := make([]placed, 0, len(rows))
	for _, r := range rows {
		if gone, by, id := of(r); !gone {
			list = append(list, placed{r, by, id})
		}
	}
	slices.SortFunc(list, func(a, b placed) int { return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.id, b.id)) })
	var out []T
	if len(list) > 0 {
		out = make([]T, len(list))
	}
	for i := range list {
		out[i] = list[i].row
	}
	return out
}

// deal finds a deal by its id.
func (x *index) deal(id string) (*crm.Deal, bool) {
	if at, ok := x.at[id]; ok && id != "" {
		return x.deals[at], true
	}
	return nil, false
}

// createdOn is the day of creation in the contract's zone; zero when the CRM does not say.
func createdOn(d *crm.Deal, zone *time.Location) cal.Date {
	if d.CreatedAt.IsZero() {
		return cal.Date{}
	}
	return cal.DateOf(d.CreatedAt, zone)
}
