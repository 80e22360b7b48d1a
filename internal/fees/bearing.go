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

// named are the records that lines name.
type named struct{ deals, touches, contacts map[string]bool }

func namedBy(lines ...Line) named {
	n := named{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, l := range lines {
		n.deals[l.Deal] = true
		for _, e := range l.Basis.Evidence {
			n.deals[e.ID] = n.deals[e.ID] || e.Kind == string(crm.KindDeal)
		}
		for _, t := range l.Basis.Touches {
			if t.Ignored == "" {
				n.touches[t.Touch], n.contacts[t.Contact] = true, true
			}
		}
	}
	return n
}

// Bearing keeps the changes that bear on the statements: those of deals that one of them charges, considers, or begins a path after, of touches that one of them
// credits, and of the contacts of those. A limit over a period sums what other deals earned, so under one every deal bears.
func Bearing(changes []FactChange, statements ...Statement) []FactChange {
	var lines []Line
	for _, s := range statements {
		lines = append(lines, s.Lines...)
	}
	n := namedBy(lines...)
	for _, s := range statements {
		for _, c := range s.Considered {
			n.deals[c.Deal] = true
		}
	}
	limited := slices.ContainsFunc(lines, func(l Line) bool {
		return l.Kind == KindPeriodCap || l.Kind == KindPeriodFloor || l.Basis.Schedule != nil || l.Kind == KindMinimum || l.Kind == KindNotToExceed
	})
	return kept(changes, func(c FactChange) bool {
		switch c.Kind {
		case crm.KindTouch:
			return n.touches[c.ID]
		case crm.KindContact:
			return n.contacts[c.ID]
		case crm.KindDeal, crm.KindDealContact, crm.KindPayment:
			return limited || n.deals[c.Deal]
		}
		return true
	})
}

// Changed is what later evidence says otherwise than the evidence that a statement was computed on, to be asked what of it bears on a correction.
type Changed struct {
	facts     []FactChange
	canonical []func(contact string) string
	companies map[string][]string // deal -> its companies, before and now
	called    map[string][]string // company -> its names and domains
	gone      map[string]bool     // deals that count no more
}

// ChangedSince compares the evidence as ChangedFacts does; used are the parts of it that decide a statement, before and now.
func ChangedSince(before, after crm.Evidence, used ...crm.Evidence) Changed {
	c := Changed{facts: ChangedFacts(before, after, used...), companies: map[string][]string{}, called: map[string][]string{}, gone: map[string]bool{}}
	for i := range used {
		c.canonical = append(c.canonical, attribution.Link(&used[i].Snapshot).Canonical)
		for _, d := range used[i].Deals {
			if d.CompanyID != "" {
				c.companies[d.ID] = append(c.companies[d.ID], d.CompanyID)
			}
			c.gone[d.ID] = d.Deleted
		}
		for _, company := range used[i].Companies {
			c.called[company.ID] = append(c.called[company.ID], nameSaid(company.Name), strings.ToLower(company.Domain))
		}
	}
	return c
}

// Under lists what bears on corrections of a deal for a month: changes of the deal, of its payments up to the end of the month, of carve-outs that name it or its company, and, unless
// it counts no more, of the touches that it was credited by before or is now, of the contacts of those and of what connects them with it. Where there are none, those of its company
// and of the company's other deals. What says most comes first.
func (c Changed) Under(deal string, month cal.Month, before, now []Line) []FactChange {
	n := namedBy(slices.Concat(before, now)...)
	for contact := range n.contacts {
		for _, canonical := range c.canonical {
			n.contacts[canonical(contact)] = true
		}
	}
	out := kept(c.facts, func(f FactChange) bool { return !f.idle() && c.under(f, deal, month, n) })
	if len(out) == 0 {
		out = kept(c.facts, func(f FactChange) bool { return !f.idle() && c.beside(f, deal) })
	}
	order := []crm.Kind{crm.KindDeal, crm.KindPayment, crm.KindCarveOut, crm.KindDealContact, crm.KindAccountLink, crm.KindContact, crm.KindTouch}
	slices.SortStableFunc(out, func(a, b FactChange) int {
		return cmp.Or(slices.Index(order, a.Kind)-slices.Index(order, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Field, b.Field))
	})
	return out
}

func (c Changed) under(f FactChange, deal string, month cal.Month, n named) bool {
	person := func(id string) bool {
		return slices.ContainsFunc(c.canonical, func(canonical func(string) string) bool { return n.contacts[canonical(id)] })
	}
	switch f.Kind {
	case crm.KindDeal:
		return n.deals[f.ID]
	case crm.KindPayment:
		return (f.Deal == deal || f.Field == "deal_id" && f.Before == deal) && f.paidBefore(month.Next().First())
	case crm.KindCarveOut:
		return f.Deal == deal || c.carved(f, deal)
	case crm.KindDealContact:
		return !c.gone[deal] && f.Deal == deal && person(f.record.Get("contact_id"))
	case crm.KindAccountLink:
		return !c.gone[deal] && person(f.record.Get("contact_id"))
	case crm.KindContact:
		return !c.gone[deal] && person(f.ID)
	case crm.KindTouch:
		return !c.gone[deal] && n.touches[f.ID]
	}
	return false
}

// beside says whether a change is of the deal's company or of another deal of it.
func (c Changed) beside(f FactChange, deal string) bool {
	switch f.Kind {
	case crm.KindCompany:
		return slices.Contains(c.companies[deal], f.ID)
	case crm.KindDeal:
		return slices.ContainsFunc(c.companies[f.ID], func(id string) bool { return slices.Contains(c.companies[deal], id) })
	}
	return false
}

func (c Changed) carved(f FactChange, deal string) bool {
	said := nameSaid(f.record.Get("company"))
	return slices.ContainsFunc(c.companies[deal], func(id string) bool {
		return f.record.Get("company_id") == id || said != "" && (slices.Contains(c.called[id], said) || slices.Contains(c.called[id], strings.TrimPrefix(said, "www.")))
	})
}

// paidBefore is false of a payment that was and is of the day or a later one.
func (f FactChange) paidBefore(day cal.Date) bool {
	days := []string{f.record.Get("paid_on")}
	if f.Field == "paid_on" {
		days = []string{f.Before, f.After}
	}
	return slices.ContainsFunc(days, func(text string) bool {
		on, err := cal.ParseDate(text)
		return err != nil || on.Before(day)
	})
}

// idle is a change of what decides no amount.
func (f FactChange) idle() bool {
	switch f.Kind {
	case crm.KindDeal:
		return f.Field == "name" || f.Field == "stage"
	case crm.KindTouch:
		return f.Field == "content" || f.Field == "term" || f.Field == "click_id"
	}
	return false
}

// mostTold is how many changes a correction tells of.
const mostTold = 10

// Told are changes as the story of the corrections of a deal for a month, in words of the zone. What is too much is counted.
func Told(changes []FactChange, deal string, month cal.Month, zone *time.Location) []FactChange {
	var out []FactChange
	for i, c := range changes {
		if i == mostTold {
			return append(out, FactChange{Deal: deal, Month: month.String(), More: len(changes) - i})
		}
		if c.Field != "deleted" {
			c.Before, c.After = c.Sides(zone)
		}
		c.Deal, c.Month, c.record = deal, month.String(), nil
		out = append(out, c)
	}
	return out
}
