package crm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Severity says how much an issue matters for a fee.
type Severity string

// The severities.
const (
	Blocks Severity = "blocks" // the deal cannot bear a fee until it is settled
	Warns  Severity = "warns"  // the fee may rest on a wrong value
	Notes  Severity = "notes"  // good to know
)

// Issue is something about the evidence that a person should know. IDs name the records of Kind that it is about.
type Issue struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`
	Kind     Kind     `json:"kind"`
	IDs      []string `json:"ids"`
	Text     string   `json:"text"`
}

// Weighing is what a contract says that decides how much an issue matters.
type Weighing struct {
	DealsEarn      bool           // a clause shares the revenue of deals; without one no deal bears a fee
	Currency       money.Currency // what is in another one is held; "" leaves currencies unweighed
	AmountDecides  bool           // a share is of the deal's own amount, when it is won
	HomeAmount     bool           // of a deal in another currency its amount in the home currency counts
	PaymentsDecide bool           // a share is of each payment, when it is received
	RefundsDecide  bool           // refunds take back what was charged
	TypeDecides    bool           // a deal of which nobody knows whether the customer is new earns nothing
}

// Hygiene checks a snapshot. Deals are dated in the zone of the client. Issues are weighed by what the contract says; with nil, while there is
// none, each has its usual weight. The result is in a fixed order: by code, then by ids.
func Hygiene(s *Snapshot, zone *time.Location, by *Weighing) []Issue {
	h := newHygiene(s, zone, by)
	h.checkDeals()
	h.checkContract()
	h.checkMerges()
	h.checkLinks()
	h.checkPayments()
	h.checkTouches()
	h.checkDuplicates()
	slices.SortStableFunc(h.issues, func(a, b Issue) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), slices.Compare(a.IDs, b.IDs))
	})
	return h.issues
}

type hygiene struct {
	s        *Snapshot
	zone     *time.Location
	by       *Weighing
	issues   []Issue
	contacts map[string]Contact // by id and by every id merged into it
	ofDeal   map[string][]string
	atClient map[string]int // company -> live contacts
	deals    map[string]Deal
}

func newHygiene(s *Snapshot, zone *time.Location, by *Weighing) *hygiene {
	h := &hygiene{s: s, zone: zone, by: by, contacts: map[string]Contact{}, ofDeal: map[string][]string{}, atClient: map[string]int{}, deals: map[string]Deal{}}
	for _, c := range s.Contacts {
		if c.Deleted {
			continue
		}
		h.contacts[c.ID] = c
		for _, m := range c.MergedIDs {
			h.contacts[m] = c
		}
		if c.CompanyID != "" {
			h.atClient[c.CompanyID]++
		}
	}
	for _, d := range s.Deals {
		if !d.Deleted {
			h.deals[d.ID] = d
		}
	}
	for _, dc := range s.DealContacts {
		if !dc.Deleted {
			h.ofDeal[dc.DealID] = append(h.ofDeal[dc.DealID], dc.ContactID)
		}
	}
	return h
}

// add takes an issue in. Where no deal bears a fee, nothing is more than good to know.
func (h *hygiene) add(s Severity, code string, k Kind, ids []string, format string, args ...any) {
	if h.by != nil && !h.by.DealsEarn {
		s = Notes
	}
	h.issues = append(h.issues, Issue{s, code, k, ids, fmt.Sprintf(format, args...)})
}

func (d Deal) words() string {
	if d.Name == "" {
		return d.ID
	}
	return fmt.Sprintf("%s (%s)", d.Name, d.ID)
}

func (h *hygiene) checkDeals() {
	for _, d := range h.s.Deals {
		if d.Deleted {
			continue
		}
		id := []string{d.ID}
		h.checkAmount(d)
		if !d.OutcomeKnown {
			h.add(Blocks, "deal-outcome-unknown", KindDeal, id, "Nothing says whether deal %s is won, lost or open.", d.words())
		}
		if d.Closed && d.ClosedOn.IsZero() {
			h.add(Blocks, "closed-without-date", KindDeal, id, "Closed deal %s has no close date, so it belongs to no period.", d.words())
		}
		h.checkCreation(d)
	}
}

// checkAmount: where payments alone decide, the amount of the deal is only good to know.
func (h *hygiene) checkAmount(d Deal) {
	id := []string{d.ID}
	switch byPayments := h.by != nil && h.by.DealsEarn && !h.by.AmountDecides; {
	case d.AmountKnown:
	case d.AmountText != "" && byPayments:
		h.add(Notes, "deal-without-currency", KindDeal, id, "Deal %s has the amount %s without a currency. The contract counts its payments.", d.words(), d.AmountText)
	case d.AmountText != "":
		h.add(Blocks, "deal-without-currency", KindDeal, id, "Deal %s has the amount %s without a currency.", d.words(), d.AmountText)
	case byPayments:
		h.add(Notes, "deal-without-amount", KindDeal, id, "Deal %s has no amount. The contract counts its payments.", d.words())
	case d.Won:
		h.add(Blocks, "deal-without-amount", KindDeal, id, "Won deal %s has no amount. It is unknown, not zero.", d.words())
	default:
		h.add(Warns, "deal-without-amount", KindDeal, id, "Deal %s has no amount. It is unknown, not zero.", d.words())
	}
}

// checkContract looks for what only a contract makes a question: when a won deal was created, whose it is, and in which currency.
func (h *hygiene) checkContract() {
	if h.by == nil || !h.by.DealsEarn {
		return
	}
	for _, d := range h.s.Deals {
		if d.Deleted || !d.Won {
			continue
		}
		id := []string{d.ID}
		if d.CreatedAt.IsZero() {
			h.add(Blocks, "deal-without-creation", KindDeal, id, "Nothing says when won deal %s was created; the contract counts deals from a day on.", d.words())
		}
		if h.by.TypeDecides && d.CustomerType == "" {
			h.add(Blocks, "customer-type-unknown", KindDeal, id, "Nothing says whether the customer of won deal %s is new or existing%s.", d.words(), typeInWords(d))
		}
		if h.by.AmountDecides && d.AmountKnown && h.foreign(d.Amount) && !(h.by.HomeAmount && d.HomeKnown && !h.foreign(d.HomeAmount)) {
			h.add(Blocks, "deal-in-other-currency", KindDeal, id, "Won deal %s is in %s, the contract in %s.", d.words(), d.Amount.Currency, h.by.Currency)
		}
	}
	for _, p := range h.s.Payments {
		decides := p.Kind != Refund && h.by.PaymentsDecide || p.Kind == Refund && h.by.RefundsDecide
		if d, known := h.deals[p.DealID]; decides && !p.Deleted && known && d.Won && h.foreign(p.Amount) {
			h.add(Blocks, "payment-in-other-currency", KindPayment, []string{p.ID}, "Payment %s of deal %s is in %s, the contract in %s.", p.ID, d.words(), p.Amount.Currency, h.by.Currency)
		}
	}
}

func (h *hygiene) foreign(a money.Amount) bool {
	return h.by.Currency != "" && a.Currency != h.by.Currency
}

func typeInWords(d Deal) string {
	if d.CustomerTypeText == "" {
		return ""
	}
	return fmt.Sprintf(": the CRM says %q, which nobody explained", d.CustomerTypeText)
}

// checkCreation looks at the close date against the day of creation. HubSpot proposes the last day of the month of creation.
func (h *hygiene) checkCreation(d Deal) {
	if d.CreatedAt.IsZero() || d.ClosedOn.IsZero() {
		return
	}
	created := cal.DateOf(d.CreatedAt, h.zone)
	if d.Closed && d.ClosedOn.Before(created) {
		h.add(Warns, "closed-before-created", KindDeal, []string{d.ID}, "Deal %s closed on %s, before it was created on %s: it may have been entered later.", d.words(), d.ClosedOn.Words(), created.Words())
	}
	if d.ClosedOn == cal.MonthOf(created).Period().Last() && d.ClosedOn != created {
		h.add(Notes, "close-date-by-default", KindDeal, []string{d.ID}, "Deal %s has the last day of its month of creation, %s, as close date: HubSpot sets it so when nobody does.", d.words(), d.ClosedOn.Words())
	}
}

// checkMerges looks for statements that deals are one sale which have no effect, or take a sale that was won away.
func (h *hygiene) checkMerges() {
	for _, doubt := range h.s.DealMergeDoubts() {
		h.add(Warns, doubt.Code, KindDeal, []string{doubt.Merge.MergedID}, "%s", doubt.Text)
	}
}

func (h *hygiene) checkLinks() {
	for _, d := range h.s.Deals {
		if d.Deleted || !d.Won || len(h.ofDeal[d.ID]) > 0 {
			continue
		}
		if n := h.atClient[d.CompanyID]; n > 0 && d.CompanyID != "" {
			h.add(Warns, "won-linked-through-account", KindDeal, []string{d.ID},
				"Won deal %s has no contact of its own; %s of its company could be linked through the account. Whether that counts is a term of the contract.", d.words(), count(n, "contact"))
			continue
		}
		h.add(Warns, "won-without-contacts", KindDeal, []string{d.ID}, "Won deal %s has no contact, and its company has none either: no touch can earn credit for it.", d.words())
	}
	linked := map[string]bool{}
	for deal, contacts := range h.ofDeal {
		if _, known := h.deals[deal]; !known {
			h.add(Notes, "contacts-of-unknown-deal", KindDeal, []string{deal}, "Contacts are associated with the deal %s, which is not in the evidence.", deal)
		}
		for _, c := range contacts {
			linked[h.canonical(c)] = true
		}
	}
	companies := map[string]bool{}
	for _, d := range h.deals {
		companies[d.CompanyID] = d.CompanyID != ""
	}
	for _, c := range h.s.Contacts {
		if !c.Deleted && !linked[c.ID] && !companies[c.CompanyID] {
			h.add(Notes, "contact-of-no-deal", KindContact, []string{c.ID}, "Contact %s belongs to no deal, neither directly nor through its company.", cmp.Or(c.Name, c.ID))
		}
	}
}

func (h *hygiene) canonical(contact string) string {
	if c, ok := h.contacts[contact]; ok {
		return c.ID
	}
	return contact
}

// checkTouches looks for touches of unknown people, without a date, and behind the close of every deal of their contact.
func (h *hygiene) checkTouches() {
	lastClose := h.lastCloses()
	for _, t := range h.s.Touches {
		if t.Deleted {
			continue
		}
		id := []string{t.ID}
		if t.At.IsZero() {
			h.add(Warns, "touch-undated", KindTouch, id, "Touch %s has no date and earns no credit.", t.ID)
		}
		if t.Channel == "" {
			h.add(Warns, "touch-without-channel", KindTouch, id, "Touch %s has no channel.", t.ID)
		}
		c, known := h.contacts[t.ContactID]
		if !known {
			h.add(Notes, "touch-of-unknown-contact", KindTouch, id, "Touch %s belongs to the contact %s, which is not in the evidence.", t.ID, t.ContactID)
			continue
		}
		if last, closed := lastClose[c.ID]; closed && !t.At.IsZero() && cal.DateOf(t.At, h.zone).After(last) {
			h.add(Notes, "touch-after-close", KindTouch, id, "Touch %s on %s came after the last deal of its contact closed on %s.", t.ID, cal.DateOf(t.At, h.zone).Words(), last.Words())
		}
	}
}

// lastCloses is, for each contact whose deals are all closed, the latest close date.
func (h *hygiene) lastCloses() map[string]cal.Date {
	last, open := map[string]cal.Date{}, map[string]bool{}
	for deal, contacts := range h.ofDeal {
		d, known := h.deals[deal]
		if !known {
			continue
		}
		for _, c := range contacts {
			id := h.canonical(c)
			if !d.Closed || d.ClosedOn.IsZero() {
				open[id] = true
			} else if was, ok := last[id]; !ok || d.ClosedOn.After(was) {
				last[id] = d.ClosedOn
			}
		}
	}
	for id := range open {
		delete(last, id)
	}
	return last
}

func (h *hygiene) checkDuplicates() {
	byEmail := map[string][]string{}
	for _, c := range h.s.Contacts {
		if !c.Deleted && c.Email != "" {
			byEmail[c.Email] = append(byEmail[c.Email], c.ID)
		}
	}
	for email, ids := range byEmail {
		if ids = distinct(ids); len(ids) > 1 {
			h.add(Warns, "contacts-same-email", KindContact, ids, "%d contacts have the e-mail address %s: their touches are counted apart until they are merged.", len(ids), email)
		}
	}
	byDeal := map[[3]string][]string{}
	for _, d := range h.s.Deals {
		if !d.Deleted && d.Name != "" {
			amount, currency := amountText(d.Amount, d.AmountKnown)
			key := [3]string{strings.ToLower(d.Name), d.CompanyID, amount + currency}
			byDeal[key] = append(byDeal[key], d.ID)
		}
	}
	for key, ids := range byDeal {
		if ids = distinct(ids); len(ids) > 1 {
			h.add(Warns, "deals-alike", KindDeal, ids, "%d deals have the same name (%s), company and amount: one of them may be a copy.", len(ids), key[0])
		}
	}
}

func distinct(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
