package fees

import (
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// carveOutList is one list of deals and companies that the client already had: its entries by what they name, where the first of several counts.
type carveOutList struct {
	entries                          []crm.CarveOut
	deals, companies, names, domains map[string]int
}

// carveOutsOf is the list of a name.
func (x *index) carveOutsOf(list string) *carveOutList {
	l := &carveOutList{deals: map[string]int{}, companies: map[string]int{}, names: map[string]int{}, domains: map[string]int{}}
	for _, c := range x.carveOuts {
		if !isList(c, list) {
			continue
		}
		said := nameSaid(c.Company)
		for _, by := range []struct {
			names map[string]int
			name  string
		}{{l.deals, c.DealID}, {l.companies, c.CompanyID}, {l.names, said}, {l.domains, strings.TrimPrefix(said, "www.")}} {
			if _, before := by.names[by.name]; !before && by.name != "" {
				by.names[by.name] = len(l.entries)
			}
		}
		l.entries = append(l.entries, c)
	}
	return l
}

// entryOf finds the entry that names a deal, its company by id, by name or by domain; company is nil when it is not known.
func (l *carveOutList) entryOf(d *crm.Deal, company *crm.Company) (crm.CarveOut, bool) {
	found := len(l.entries)
	look := func(by map[string]int, name string) {
		if at, named := by[name]; named {
			found = min(found, at)
		}
	}
	look(l.deals, d.ID)
	look(l.companies, d.CompanyID)
	if company != nil && company.ID != "" {
		look(l.names, nameSaid(company.Name))
		look(l.domains, strings.ToLower(company.Domain))
	}
	if found == len(l.entries) {
		return crm.CarveOut{}, false
	}
	return l.entries[found], true
}

// nameSaid is a name whatever its case and the spaces around it.
func nameSaid(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
