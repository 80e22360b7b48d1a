package attribution

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// Links is the evidence of a snapshot from which journeys are made: contacts with merges followed, their associations with deals and
// companies, their touches. Deleted rows are not in it, and a row that is named twice counts once, whatever the order.
type Links struct {
	contacts  numbers
	rows      []*crm.Contact     // by the number of a contact; nil: deleted, or only named
	touches   groups[*crm.Touch] // by the number of a contact: touches of the snapshot
	deals     map[string]int32   // their numbers
	ofDeal    groups[int32]      // contacts of a deal, in the order of their ids
	ofCompany map[string][]int32 // company -> contacts, in the order of their ids
	inferred  func() map[string][]int32
	canonical func(id string) string
	merged    []string // ids that were merged into others
	doubled   bool
	dated     *dated
}

// Link makes the links of a snapshot, which must not change while they are used: its contacts and touches, which are many, are not copied.
func Link(s *crm.Snapshot) *Links {
	x := &Links{contacts: newNumbers(len(s.Contacts)), ofCompany: map[string][]int32{}, dated: newDated(s)}
	x.link(s.Contacts)
	if x.doubled {
		x.contacts, x.rows = newNumbers(len(s.Contacts)), nil
		x.ofCompany = map[string][]int32{}
		x.link(Once(s.Contacts, func(c crm.Contact) string { return c.ID }))
		x.doubled = true
	}
	x.associate(s.DealContacts)
	x.inferred = sync.OnceValue(func() map[string][]int32 { return x.infer(s) }) // few ask
	owners := make([]int32, len(s.Touches))
	for i := range s.Touches {
		owners[i] = -1
		if t := &s.Touches[i]; !t.Deleted {
			owners[i] = x.contacts.of(x.canonical(t.ContactID))
		}
	}
	x.touches = grouped(len(x.contacts.ids), owners, func(i int) *crm.Touch { return &s.Touches[i] })
	return x
}

// link numbers the contacts and follows their merges, unless one is named twice.
func (x *Links) link(contacts []crm.Contact) {
	x.canonical, x.merged = merges(contacts)
	x.rows = make([]*crm.Contact, len(contacts))
	for i := range contacts {
		c := &contacts[i]
		x.contacts.next(c.ID)
		if !c.Deleted {
			x.rows[i] = c
		}
	}
	if x.doubled = len(x.contacts.at) < len(contacts); x.doubled {
		return
	}
	for i := range contacts {
		if c := &contacts[i]; !c.Deleted && c.CompanyID != "" {
			n := int32(i)
			if stands := x.canonical(c.ID); stands != c.ID {
				n = x.contacts.of(stands)
			}
			x.ofCompany[c.CompanyID] = append(x.ofCompany[c.CompanyID], n)
		}
	}
	for k, contacts := range x.ofCompany {
		x.ofCompany[k] = x.once(contacts)
	}
}

// infer adds to the contacts of companies those that something else than the CRM puts there.
func (x *Links) infer(s *crm.Snapshot) map[string][]int32 {
	out := make(map[string][]int32, len(x.ofCompany))
	maps.Copy(out, x.ofCompany)
	added := map[string][]int32{}
	for id, a := range crm.Accounts(s) {
		if n, known := x.contacts.at[id]; known && a.Inferred() {
			added[a.CompanyID] = append(added[a.CompanyID], n)
		}
	}
	for company, contacts := range added {
		out[company] = x.once(append(contacts, out[company]...))
	}
	return out
}

// once are the contacts in the order of their ids, each once.
func (x *Links) once(contacts []int32) []int32 {
	if len(contacts) > 1 {
		slices.SortFunc(contacts, func(a, b int32) int { return strings.Compare(x.contacts.ids[a], x.contacts.ids[b]) })
	}
	return slices.Compact(contacts)
}

// associate gathers the contacts of each deal.
func (x *Links) associate(rows []crm.DealContact) {
	deals := newNumbers(len(rows))
	owners := make([]int32, len(rows))
	for i := range rows {
		owners[i] = -1
		if !rows[i].Deleted {
			owners[i] = deals.of(rows[i].DealID)
		}
	}
	x.deals = deals.at
	x.ofDeal = grouped(len(deals.ids), owners, func(i int) int32 { return x.contacts.of(x.canonical(rows[i].ContactID)) })
	for n := range deals.ids {
		x.ofDeal.change(int32(n), x.once)
	}
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
func merges(contacts []crm.Contact) (canonical func(id string) string, merged []string) {
	into := map[string]string{}
	for i := range contacts {
		c := &contacts[i]
		for _, merged := range c.MergedIDs {
			if to, taken := into[merged]; merged != c.ID && (!taken || c.ID < to) {
				into[merged] = c.ID
			}
		}
	}
	if len(into) == 0 {
		return func(id string) string { return id }, nil
	}
	for id := range into {
		merged = append(merged, id)
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
	}, merged
}

// Canonical is the contact that an id stands for after merges.
func (x *Links) Canonical(id string) string { return x.canonical(id) }

// Doubled says whether the snapshot names a contact twice.
func (x *Links) Doubled() bool { return x.doubled }

// Contact finds a contact that is not deleted.
func (x *Links) Contact(id string) (crm.Contact, bool) {
	if n, known := x.contacts.at[id]; known && int(n) < len(x.rows) && x.rows[n] != nil {
		return *x.rows[n], true
	}
	return crm.Contact{}, false
}

// Touches counts the touches of a contact, those of contacts merged into it included.
func (x *Links) Touches(contact string) int {
	if n, known := x.contacts.at[contact]; known {
		return len(x.touches.of(n))
	}
	return 0
}

// ContactsOf are the contacts whose touches make the deal's journey, sorted; byAccount tells that they were found through the company.
func (x *Links) ContactsOf(d crm.Deal, p Path) (contacts []string, byAccount bool) {
	found, byAccount := x.contactsOf(&d, p)
	for _, n := range found {
		contacts = append(contacts, x.contacts.ids[n])
	}
	return contacts, byAccount
}

// contactsOf are those contacts by their numbers.
func (x *Links) contactsOf(d *crm.Deal, p Path) (contacts []int32, byAccount bool) {
	if n, known := x.deals[d.ID]; known {
		return x.ofDeal.of(n), false
	}
	if !p.ByAccount {
		return nil, false
	}
	found := x.ofCompany[d.CompanyID]
	if p.Inferred {
		found = x.inferred()[d.CompanyID]
	}
	return found, len(found) > 0
}

// Untouched says whether nobody was touched at all.
func (x *Links) Untouched() bool { return len(x.touches.rows) == 0 }
