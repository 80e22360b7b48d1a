package crm

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// AccountLink is what a person states of the accounts of contacts: the company of one contact (a manual link), or that of everybody whose e-mail address has
// a domain (a stated rule). It holds one of ContactID and Domain. A later one of the same contact or domain takes its place.
type AccountLink struct {
	ContactID string
	Domain    string // lower case
	CompanyID string
	Reason    string
	Deleted   bool // taken back
}

// Record is the canonical form.
func (l AccountLink) Record() Record {
	return newRecord(KindAccountLink, l.ContactID, l.Domain, l.CompanyID, l.Reason, flagText(l.Deleted))
}

// AccountLink reads the typed record back.
func (r Record) AccountLink() (AccountLink, error) {
	c := canon{r: r}
	c.want(KindAccountLink)
	return AccountLink{ContactID: c.text("contact_id"), Domain: c.text("domain"), CompanyID: c.text("company_id"), Reason: c.text("reason"), Deleted: c.flag("deleted")}, c.err
}

func (r *reading) accountLink() []Record {
	l := AccountLink{ContactID: r.id("contact_id"), Domain: cleanDomain(r.text("domain")), CompanyID: r.mustID("company_id"), Reason: r.text("reason"), Deleted: r.deleted()}
	switch {
	case (l.ContactID == "") == (l.Domain == ""):
		r.lose("contact_id", "account-link-of", "The row must name a contact or a domain, and not both.")
	case IsFreeMail(l.Domain) && !l.Deleted:
		r.lose("domain", "free-mail-domain", "%s gives e-mail addresses to anybody, so it tells no company. Link the contact itself.", l.Domain)
	}
	return []Record{l.Record()}
}

// freeMailDomains are domains that give e-mail addresses to anybody, list number 1: domains.json of github.com/Kikobeats/free-email-domains, release 1.12.6 (MIT,
// see freemail/LICENSE.md). A newer list gets a number of its own and raises that of the rules of fees, for it may link another contact.
//
//go:embed freemail/domains_1.txt
var freeMailDomains string

// FreeMailList names the list that IsFreeMail goes by.
const FreeMailList = "free-email-domains 1.12.6"

// IsFreeMail says whether a domain gives e-mail addresses to anybody, by the list.
func IsFreeMail(domain string) bool {
	_, listed := freeMail()[domain]
	return listed || domain == freeMailHidden
}

var freeMail = sync.OnceValue(func() map[string]struct{} {
	out := map[string]struct{}{}
	for domain := range strings.Lines(freeMailDomains) {
		out[strings.TrimSpace(domain)] = struct{}{}
	}
	return out
})

// AccountBy is the rule by which a contact was put to a company, or why it was put to none.
type AccountBy string

// The rules in their order, and then why none held.
const (
	ByCRM    AccountBy = "crm"    // the CRM says so
	ByLink   AccountBy = "link"   // a person linked the contact
	ByRule   AccountBy = "rule"   // a person stated whose the domain is
	ByDomain AccountBy = "domain" // exactly one company has the domain of the e-mail address

	NoAddress AccountBy = "no-address" // there is no e-mail address
	FreeMail  AccountBy = "free-mail"  // the domain gives addresses to anybody
	Ambiguous AccountBy = "ambiguous"  // several companies have the domain, or people linked it to several
	NoCompany AccountBy = "no-company" // no company has the domain
)

// Account is the company that a contact belongs to.
type Account struct {
	CompanyID string // "": none
	By        AccountBy
	Domain    string // of the e-mail address, where that was looked at
}

// Inferred says whether something else than the CRM told it.
func (a Account) Inferred() bool { return a.CompanyID != "" && a.By != ByCRM }

// DomainOf is what stands behind the at sign of an e-mail address, in lower case; "" where it is none.
func DomainOf(email string) string {
	i := strings.LastIndexByte(email, '@')
	if i <= 0 || i == len(email)-1 {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(email[i+1:]), ".")
}

// Accounts puts contacts to companies: by what the CRM says; else by a manual link; else by a stated rule for the domain of the e-mail address; else by a company
// that alone has that domain. Domains that give addresses to anybody, and those that several companies have, say nothing. It gives the accounts of
// contacts that are not deleted and not merged into another one, by id; what merged contacts say counts where the one that remains says nothing. Merges were
// followed before. The order of rows changes nothing.
func Accounts(s *Snapshot) map[string]Account {
	a := newAccounting(s)
	members := map[string][]*Contact{}
	ends := remaining(s.Contacts)
	for i := range s.Contacts {
		if c := &s.Contacts[i]; !c.Deleted {
			id := c.ID
			if end, merged := ends[id]; merged {
				id = end
			}
			members[id] = append(members[id], c)
		}
	}
	out := make(map[string]Account, len(members))
	for id, rows := range members {
		if len(rows) > 1 {
			slices.SortFunc(rows, func(x, y *Contact) int { return compareMembers(id, x, y) })
		}
		out[id] = a.of(id, rows)
	}
	return out
}

// remaining says for each contact that was merged, by the rows of those that remain, at which one its chain of merges ends.
func remaining(contacts []Contact) map[string]string {
	into := map[string]string{}
	for i := range contacts {
		c := &contacts[i]
		for _, merged := range c.MergedIDs {
			if to, taken := into[merged]; merged != c.ID && (!taken || c.ID < to) {
				into[merged] = c.ID
			}
		}
	}
	return survivors(into)
}

// compareMembers puts the contact that remains first, then by what decides.
func compareMembers(remains string, x, y *Contact) int {
	if (x.ID == remains) != (y.ID == remains) {
		if x.ID == remains {
			return -1
		}
		return 1
	}
	return slices.Compare([]string{x.ID, x.CompanyID, x.Email}, []string{y.ID, y.CompanyID, y.Email})
}

// accounting is what accounts are found by.
type accounting struct {
	links   map[string]string // contact -> company; several: ""
	stated  map[string]string // domain -> company
	domains map[string]string // domain -> the one company that has it; several: ""
}

func newAccounting(s *Snapshot) accounting {
	a := accounting{links: map[string]string{}, stated: map[string]string{}, domains: map[string]string{}}
	for _, l := range s.AccountLinks {
		switch {
		case l.Deleted || l.CompanyID == "":
		case l.ContactID != "":
			only(a.links, l.ContactID, l.CompanyID)
		case l.Domain != "":
			only(a.stated, l.Domain, l.CompanyID)
		}
	}
	for _, c := range s.Companies {
		if !c.Deleted && c.ID != "" && c.Domain != "" {
			only(a.domains, c.Domain, c.ID)
		}
	}
	return a
}

// only keeps a value that is alone under its key.
func only(of map[string]string, key, value string) {
	if was, there := of[key]; there && was != value {
		value = ""
	}
	of[key] = value
}

func (a accounting) of(id string, rows []*Contact) Account {
	for _, c := range rows {
		if c.CompanyID != "" {
			return Account{CompanyID: c.CompanyID, By: ByCRM}
		}
	}
	if company, there := a.linked(id, rows); there {
		if company == "" {
			return Account{By: Ambiguous}
		}
		return Account{CompanyID: company, By: ByLink}
	}
	out := Account{By: NoAddress}
	for _, c := range rows {
		domain := DomainOf(c.Email)
		if domain == "" {
			continue
		}
		found := a.byDomain(domain)
		if found.CompanyID != "" || found.By == Ambiguous {
			return found
		}
		if out.By == NoAddress {
			out = found
		}
	}
	return out
}

// linked is the company that people linked a contact to: under its own id, else under those merged into it.
func (a accounting) linked(id string, rows []*Contact) (company string, there bool) {
	if company, there = a.links[id]; there {
		return company, true
	}
	found := map[string]string{}
	for _, c := range rows {
		for _, known := range append([]string{c.ID}, c.MergedIDs...) {
			if to, linked := a.links[known]; linked {
				only(found, "", to)
			}
		}
	}
	company, there = found[""]
	return company, there
}

func (a accounting) byDomain(domain string) Account {
	if IsFreeMail(domain) {
		return Account{By: FreeMail, Domain: domain}
	}
	if company, there := a.stated[domain]; there {
		if company == "" {
			return Account{By: Ambiguous, Domain: domain}
		}
		return Account{CompanyID: company, By: ByRule, Domain: domain}
	}
	switch company, there := a.domains[domain]; {
	case !there:
		return Account{By: NoCompany, Domain: domain}
	case company == "":
		return Account{By: Ambiguous, Domain: domain}
	default:
		return Account{CompanyID: company, By: ByDomain, Domain: domain}
	}
}

// InferredLinks are the accounts that something else than the CRM told, as manual links: with them in the place of the snapshot's own, Accounts gives the same
// companies without the e-mail addresses and without the other companies. They come in the order of the contacts' ids, and hold no words of people.
func InferredLinks(s *Snapshot) []AccountLink {
	said := map[string]string{}
	for _, l := range s.AccountLinks {
		if l.ContactID != "" && !l.Deleted && (strings.HasPrefix(l.Reason, domainReason) || strings.HasPrefix(l.Reason, ruleReason)) {
			said[l.ContactID] = l.Reason
		}
	}
	var out []AccountLink
	for id, a := range Accounts(s) {
		if !a.Inferred() {
			continue
		}
		l := AccountLink{ContactID: id, CompanyID: a.CompanyID}
		switch a.By {
		case ByDomain:
			l.Reason = domainReason + a.Domain
		case ByRule:
			l.Reason = ruleReason + a.Domain
		default:
			if l.Reason = said[id]; l.Reason == "" {
				l.Reason = "manual link"
			}
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b AccountLink) int { return strings.Compare(a.ContactID, b.ContactID) })
	return out
}

const (
	domainReason = "e-mail domain "
	ruleReason   = "stated rule for "
)
