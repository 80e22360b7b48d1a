package attribution

import (
	"bytes"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Links is the evidence of a snapshot from which journeys are made: contacts with merges followed, their associations with deals and
// companies, their touches. Deleted rows are not in it, and a row that is named twice counts once, whatever the order.
type Links struct {
	contacts  map[string]crm.Contact
	ofDeal    map[string][]string     // deal -> contacts, sorted
	ofCompany map[string][]string     // company -> contacts, sorted
	touches   map[string][]*crm.Touch // contact -> touches of the snapshot
	canonical func(id string) string  // where a merge chain ends
}

// Path says which journey of a deal is meant.
type Path struct {
	ByAccount  bool           // a deal without associated contacts takes all contacts of its company
	ToCreation bool           // the journey ends when the deal was created; otherwise with the day on which it was closed
	Zone       *time.Location // in which days begin and end
}

// Link makes the links of a snapshot, which must not change while they are used: its touches, which are many, are not copied.
func Link(s *crm.Snapshot) *Links {
	contacts := Once(s.Contacts, func(c crm.Contact) string { return c.ID })
	x := &Links{
		contacts: map[string]crm.Contact{}, ofDeal: map[string][]string{}, ofCompany: map[string][]string{},
		touches: map[string][]*crm.Touch{}, canonical: merges(contacts),
	}
	for _, c := range contacts {
		if c.Deleted {
			continue
		}
		x.contacts[c.ID] = c
		if c.CompanyID != "" {
			x.ofCompany[c.CompanyID] = append(x.ofCompany[c.CompanyID], x.canonical(c.ID))
		}
	}
	for _, dc := range s.DealContacts {
		if !dc.Deleted {
			x.ofDeal[dc.DealID] = append(x.ofDeal[dc.DealID], x.canonical(dc.ContactID))
		}
	}
	for i := range s.Touches {
		if t := &s.Touches[i]; !t.Deleted {
			c := x.canonical(t.ContactID)
			x.touches[c] = append(x.touches[c], t)
		}
	}
	for _, m := range []map[string][]string{x.ofDeal, x.ofCompany} {
		for k := range m {
			slices.Sort(m[k])
			m[k] = slices.Compact(m[k])
		}
	}
	return x
}

// Once keeps one row of each id, whatever the order of the rows: evidence that names one thing twice never counts it twice.
func Once[T interface{ Record() crm.Record }](rows []T, id func(T) string) []T {
	at := make(map[string]int, len(rows))
	out := make([]T, 0, len(rows))
	for _, row := range rows {
		i, twice := at[id(row)]
		switch {
		case !twice:
			at[id(row)] = len(out)
			out = append(out, row)
		case bytes.Compare(row.Record().Encode(), out[i].Record().Encode()) < 0:
			out[i] = row
		}
	}
	return out
}

// merges says where a merged contact's touches and associations belong: to the contact at the end of the chain of merges.
func merges(contacts []crm.Contact) func(id string) string {
	into := map[string]string{}
	for _, c := range contacts {
		for _, merged := range c.MergedIDs {
			if to, taken := into[merged]; merged != c.ID && (!taken || c.ID < to) {
				into[merged] = c.ID
			}
		}
	}
	return func(id string) string {
		var seen []string
		for {
			to, ok := into[id]
			if !ok {
				return id
			}
			if i := slices.Index(seen, id); i >= 0 { // merged in a circle: one of them stands for all
				return slices.Min(seen[i:])
			}
			seen = append(seen, id)
			id = to
		}
	}
}

// Canonical is the contact that an id stands for after merges.
func (x *Links) Canonical(id string) string { return x.canonical(id) }

// Contact finds a contact that is not deleted.
func (x *Links) Contact(id string) (crm.Contact, bool) {
	c, ok := x.contacts[id]
	return c, ok
}

// Touches counts the touches of a contact, those of contacts merged into it included.
func (x *Links) Touches(contact string) int { return len(x.touches[contact]) }

// ContactsOf are the contacts whose touches make the deal's journey, sorted; byAccount tells that they were found through the company.
func (x *Links) ContactsOf(d crm.Deal, p Path) (contacts []string, byAccount bool) {
	if own := x.ofDeal[d.ID]; len(own) > 0 || !p.ByAccount {
		return own, false
	}
	found := x.ofCompany[d.CompanyID]
	return found, len(found) > 0
}

// Untouched says whether nobody was touched at all.
func (x *Links) Untouched() bool { return len(x.touches) == 0 }

// Journey is the deal's path. A closing date is a day, and the whole of it counts; so does the day of a creation that the CRM gives without
// a time.
func (x *Links) Journey(d crm.Deal, p Path) (j Journey, byAccount bool) {
	contacts, byAccount := x.ContactsOf(d, p)
	j = Journey{Deal: d.ID, DealCreated: wholeDay(d.CreatedAt, p.Zone), End: p.end(d)}
	for _, id := range contacts {
		if created := x.contacts[id].CreatedAt; !created.IsZero() && (j.LeadCreated.IsZero() || created.Before(j.LeadCreated)) {
			j.LeadCreated = created
		}
		for _, t := range x.touches[id] {
			j.Touches = append(j.Touches, Touch{
				ID: t.ID, Contact: id, Channel: t.Channel, Campaign: t.Campaign, Content: t.Content, Provider: t.Provider,
				At: t.At, Seq: t.Seq, Milestone: Milestone(t.Milestone),
			})
		}
	}
	j.LeadCreated = wholeDay(j.LeadCreated, p.Zone)
	return j, byAccount
}

// end of the journey: the last instant that counts; zero when nobody knows it.
func (p Path) end(d crm.Deal) time.Time {
	switch {
	case p.ToCreation:
		return wholeDay(d.CreatedAt, p.Zone)
	case d.ClosedOn.IsZero():
		return time.Time{}
	default:
		return lastInstant(d.ClosedOn, p.Zone)
	}
}

// wholeDay takes an instant at exactly midnight, in the zone or in UTC, for a day without a time, and gives the last instant of it.
func wholeDay(t time.Time, zone *time.Location) time.Time {
	for _, z := range []*time.Location{zone, time.UTC} {
		if day := cal.DateOf(t, z); !t.IsZero() && t.Equal(day.Start(z)) {
			return lastInstant(day, z)
		}
	}
	return t
}

func lastInstant(d cal.Date, zone *time.Location) time.Time {
	return d.AddDays(1).Start(zone).Add(-time.Nanosecond)
}
