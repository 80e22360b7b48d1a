package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Used is the part of the facts that decides a statement of their period, and no more: deals that are won or might be, up to the last
// day that any month of it covers, or to which the CRM has moved what was charged, with the companies, contacts, touches and payments that belong to them. Names and addresses of
// contacts and the owners of deals are left out; where the contract lets the domain of an address, or what people stated, tell the company of a contact, what
// it told is there as a link. Draft gives the same from the whole and from the part.
func Used(a contract.Agreement, f Facts) Facts {
	u := use{agreement: a, facts: f, companies: map[string]bool{}, deals: map[string]bool{}, told: map[string]bool{}, earlier: map[string]bool{}, contacts: map[string]bool{}, until: f.Period.To}
	for _, s := range f.Settled {
		u.until = cal.Later(u.until, s.Period.To)
	}
	u.rows = u.chargedRows()
	out := f
	out.Evidence = crm.Evidence{AsOf: f.Evidence.AsOf}
	e := u.decisive(f.Evidence)
	if len(clausesOf(a, "revenue_share")) > 0 {
		u.choose(e)
		u.copy(&out.Evidence, e)
	}
	u.copyResults(&out.Evidence, e)
	return out
}

// decisive is the evidence with one row of each id, and without what decides nothing: the names and addresses of contacts, the owners of
// deals. What addresses tell of companies, where that counts, is there as links.
func (u *use) decisive(e crm.Evidence) crm.Evidence {
	links := e.AccountLinks
	e.AccountLinks = nil
	if u.inferred() {
		e.AccountLinks = links
		e.AccountLinks = crm.InferredLinks(&e.Snapshot)
	}
	e.Contacts, e.Deals = decisiveContacts(e.Contacts), decisiveDeals(e.Deals)
	e.Companies = attribution.Once(e.Companies, func(c crm.Company) string { return c.ID })
	e.DealMerges = slices.Clone(e.DealMerges)
	for i, m := range e.DealMerges {
		e.DealMerges[i] = crm.DealMerge{MergedID: m.MergedID, Into: m.Into, Reason: m.Reason}
	}
	e.Payments = attribution.Once(e.Payments, func(p crm.Payment) string { return p.ID })
	return decisiveResults(e)
}

func decisiveContacts(contacts []crm.Contact) []crm.Contact {
	contacts = slices.Clone(contacts)
	for i := range contacts {
		contacts[i].Name, contacts[i].Email = "", ""
	}
	return attribution.Once(contacts, func(c crm.Contact) string { return c.ID })
}

func decisiveDeals(deals []crm.Deal) []crm.Deal {
	deals = slices.Clone(deals)
	for i := range deals {
		deals[i].Owner = ""
	}
	return attribution.Once(deals, func(d crm.Deal) string { return d.ID })
}

// decisiveResults keeps one row of each id of what other clauses than a share of revenue are paid for.
func decisiveResults(e crm.Evidence) crm.Evidence {
	e.TimeEntries = attribution.Once(e.TimeEntries, func(t crm.TimeEntry) string { return t.ID })
	e.MetricReadings = attribution.Once(e.MetricReadings, func(m crm.MetricReading) string { return m.Record().ID })
	e.Leads = attribution.Once(e.Leads, func(l crm.Lead) string { return l.ID })
	e.Deliveries = attribution.Once(e.Deliveries, func(d crm.Delivery) string { return d.ID })
	e.Spend = attribution.Once(e.Spend, func(s crm.Spend) string { return s.ID })
	e.SLAMisses = attribution.Once(e.SLAMisses, func(m crm.SLAMiss) string { return m.ID })
	return e
}

// use chooses evidence.
type use struct {
	agreement contract.Agreement
	facts     Facts
	until     cal.Date // the first day that no month of the statement covers
	horizon   cal.Date // the first day of which nothing decides when something charged was earned; at least until
	companies map[string]bool
	deals     map[string]bool
	earlier   map[string]bool // deals of which only matters that paths begin after them
	told      map[string]bool // deals of a doubtful merge, of which matters what they are called and whether they are won
	contacts  map[string]bool
	rows      map[string]bool // payments and other rows that locked statements charged: each stays in its month, whatever day and deal it has now
}

func (u *use) choose(e crm.Evidence) {
	from := u.agreement.First().Effective
	charged := u.charged()
	for _, p := range e.Payments {
		if u.rows[p.ID] {
			charged[p.DealID] = true
		}
	}
	u.reach(e, charged)
	for _, d := range e.Deals {
		if charged[d.ID] {
			u.deals[d.ID] = true
			if d.CompanyID != "" {
				u.companies[d.CompanyID] = true
			}
		}
		matters := d.Won && (d.ClosedOn.IsZero() || !d.ClosedOn.Before(from)) || !d.OutcomeKnown && u.asks(d.ClosedOn)
		if !d.Deleted && matters && d.ClosedOn.Before(u.until) {
			u.deals[d.ID] = true
			if d.CompanyID != "" {
				u.companies[d.CompanyID] = true
			}
		}
	}
	for _, d := range e.Deals { // which deal of a company was its first
		if !d.Deleted && d.Won && u.companies[d.CompanyID] && d.ClosedOn.Before(u.horizon) {
			u.deals[d.ID] = true
		}
	}
	links := attribution.Link(&e.Snapshot)
	canonical := links.Canonical
	for _, dc := range e.DealContacts {
		if u.deals[dc.DealID] {
			u.contacts[canonical(dc.ContactID)] = true
		}
	}
	if u.byAccount() {
		for _, c := range e.Contacts {
			if u.companies[c.CompanyID] {
				u.contacts[canonical(c.ID)] = true
			}
		}
		for _, l := range e.AccountLinks {
			if u.companies[l.CompanyID] {
				u.contacts[canonical(l.ContactID)] = true
			}
		}
	}
	for _, c := range e.Contacts { // merged contacts: their touches belong to the one that is left
		for _, id := range append([]string{c.ID}, c.MergedIDs...) {
			if u.contacts[canonical(id)] {
				u.contacts[id] = true
			}
		}
	}
	u.chooseEarlier(e, links)
	u.chooseMerged(e)
}

// chooseMerged finds the deals of doubtful merges of which a statement can tell.
func (u *use) chooseMerged(e crm.Evidence) {
	for _, m := range e.DealMerges {
		if u.deals[m.MergedID] || u.deals[m.Into] || slices.ContainsFunc(e.Deals, func(d crm.Deal) bool { return d.ID == m.MergedID && d.Won && d.ClosedOn.Before(u.until) }) {
			u.told[m.MergedID], u.told[m.Into] = true, true
		}
	}
}

// reach moves the horizon behind the days that the CRM now says of what locked statements charged: which deal of a company was its first, and after which
// a path begins, is asked for them as well.
func (u *use) reach(e crm.Evidence, charged map[string]bool) {
	u.horizon = u.until
	for _, d := range e.Deals {
		if charged[d.ID] && d.Won && !d.ClosedOn.IsZero() {
			u.horizon = cal.Later(u.horizon, d.ClosedOn.AddDays(1))
		}
	}
	for _, p := range e.Payments {
		if u.rows[p.ID] && !p.PaidOn.IsZero() {
			u.horizon = cal.Later(u.horizon, p.PaidOn.AddDays(1))
		}
	}
}

// chooseEarlier finds the deals after which paths begin.
func (u *use) chooseEarlier(e crm.Evidence, links *attribution.Links) {
	for _, path := range resetPaths(u.agreement) {
		for _, d := range e.Deals {
			if !u.deals[d.ID] {
				continue
			}
			for _, before := range links.Before(d, path) {
				u.earlier[before] = u.earlier[before] || !u.deals[before]
			}
		}
	}
}

// resetPaths are those of the shares, in any version, that begin after the deal before.
func resetPaths(a contract.Agreement) (out []attribution.Path) {
	for _, t := range a.Versions {
		for _, c := range t.Clauses {
			if share, ok := c.(contract.RevenueShare); ok && share.Attribution.Touched.EarlierDeals == contract.Reset {
				out = append(out, attribution.PathOf(share.Attribution, t.Zone))
			}
		}
	}
	return out
}

// asks says whether a statement asks what became of a deal that closed on a day: that of its month, and, once that is locked, those after it.
func (u *use) asks(day cal.Date) bool {
	return u.facts.Period.Contains(day) || slices.ContainsFunc(u.facts.Settled, func(s SettledStatement) bool {
		return s.Period.Contains(day) && s.Period.From.Before(u.facts.Period.From)
	})
}

// charged are the deals that locked statements charged: what became of them is corrected.
func (u *use) charged() map[string]bool {
	out := map[string]bool{}
	for _, s := range u.facts.Settled {
		for _, l := range s.Lines {
			if l.Deal != "" {
				out[l.Deal] = true
			}
		}
	}
	return out
}

func (u *use) byAccount() bool {
	return u.shares(func(s contract.RevenueShare) bool {
		return s.Attribution.Contacts == contract.AssociatedOrAccount || s.Attribution.Contacts == contract.AssociatedOrInferred
	})
}

func (u *use) inferred() bool {
	return u.shares(func(s contract.RevenueShare) bool { return s.Attribution.Contacts == contract.AssociatedOrInferred })
}

// shares says whether there is such a revenue share in any version.
func (u *use) shares(such func(contract.RevenueShare) bool) bool {
	return slices.ContainsFunc(u.agreement.Versions, func(t contract.Terms) bool {
		return slices.ContainsFunc(t.Clauses, func(c contract.Clause) bool {
			share, ok := c.(contract.RevenueShare)
			return ok && such(share)
		})
	})
}

func (u *use) copy(out *crm.Evidence, e crm.Evidence) {
	out.Companies = kept(e.Companies, func(c crm.Company) bool { return u.companies[c.ID] })
	out.Contacts = keptOfMany(e.Contacts, func(c crm.Contact) bool { return u.contacts[c.ID] })
	out.AccountLinks = kept(e.AccountLinks, func(l crm.AccountLink) bool { return u.contacts[l.ContactID] })
	out.Deals = keptOfMany(e.Deals, func(d crm.Deal) bool { return u.deals[d.ID] || u.earlier[d.ID] || u.told[d.ID] })
	out.DealMerges = kept(e.DealMerges, func(m crm.DealMerge) bool { return u.told[m.MergedID] })
	out.DealContacts = keptOfMany(e.DealContacts, func(dc crm.DealContact) bool {
		return !dc.Deleted && (u.deals[dc.DealID] || u.earlier[dc.DealID] && u.contacts[dc.ContactID])
	})
	out.Touches = keptOfMany(e.Touches, func(t crm.Touch) bool { return !t.Deleted && u.contacts[t.ContactID] })
	out.Payments = kept(e.Payments, func(p crm.Payment) bool {
		return (u.deals[p.DealID] || u.earlier[p.DealID]) && (u.rows[p.ID] || p.PaidOn.Before(u.horizon))
	})
	lists := u.lists()
	out.CarveOuts = kept(e.CarveOuts, func(c crm.CarveOut) bool {
		return slices.ContainsFunc(lists, func(list string) bool { return isList(c, list) })
	})
}

func (u *use) lists() []string {
	var out []string
	for _, t := range u.agreement.Versions {
		for _, c := range t.Clauses {
			if share, ok := c.(contract.RevenueShare); ok && share.Eligible.CarveOut != "" {
				out = append(out, share.Eligible.CarveOut)
			}
		}
	}
	return out
}

// copyResults copies the evidence that the rules of the agreement's clauses are computed from, up to the last day that the statement covers.
func (u *use) copyResults(out *crm.Evidence, e crm.Evidence) {
	used := map[crm.Kind]bool{}
	for _, r := range rules() {
		if r.usedIn(u.agreement) {
			for _, k := range r.uses {
				used[k] = true
			}
		}
	}
	charged := u.rows
	end := u.until.Start(u.agreement.First().Zone)
	if used[crm.KindTimeEntry] {
		out.TimeEntries = kept(e.TimeEntries, func(t crm.TimeEntry) bool { return charged[t.ID] || !t.Deleted && t.WorkedOn.Before(u.until) })
	}
	if used[crm.KindMetricReading] {
		out.MetricReadings = kept(e.MetricReadings, func(m crm.MetricReading) bool { return !m.Deleted && m.Through.Before(u.until) })
	}
	if used[crm.KindLead] {
		out.Leads = kept(e.Leads, func(l crm.Lead) bool { return charged[l.ID] || !l.Deleted && l.DeliveredAt.Before(end) })
	}
	if used[crm.KindDelivery] {
		out.Deliveries = kept(e.Deliveries, func(d crm.Delivery) bool { return charged[d.ID] || !d.Deleted && d.DeliveredOn.Before(u.until) })
	}
	if used[crm.KindSpend] {
		out.Spend = kept(e.Spend, func(s crm.Spend) bool { return charged[s.ID] || !s.Deleted && s.SpentOn.Before(u.until) })
	}
	if used[crm.KindSLAMiss] {
		out.SLAMisses = kept(e.SLAMisses, func(m crm.SLAMiss) bool { return charged[m.ID] || !m.Deleted && m.MissedOn.Before(u.until) })
	}
}

// chargedRows are the rows that locked statements charged: whatever became of them, deleted or moved to another day, is corrected.
func (u *use) chargedRows() map[string]bool {
	out := map[string]bool{}
	for _, s := range u.facts.Settled {
		for _, l := range s.Lines {
			for _, e := range l.Events {
				out[e] = true
			}
			if l.Hours == nil {
				continue
			}
			for _, e := range l.Hours.Entries {
				out[e.ID] = true
			}
		}
	}
	return out
}

// keptOfMany is kept where a list that grows would be copied many times over: it asks twice.
func keptOfMany[T any](rows []T, keep func(T) bool) []T {
	n := 0
	for _, r := range rows {
		if keep(r) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	out := make([]T, 0, n)
	for _, r := range rows {
		if keep(r) {
			out = append(out, r)
		}
	}
	return out
}

func kept[T any](rows []T, keep func(T) bool) []T {
	var out []T
	for _, r := range rows {
		if keep(r) {
			out = append(out, r)
		}
	}
	return out
}
