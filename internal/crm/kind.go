package crm

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Kind says what a record is about.
type Kind string

// The kinds, in the order in which they are imported and written.
const (
	KindCompany     Kind = "company"
	KindContact     Kind = "contact"
	KindDeal        Kind = "deal"
	KindDealContact Kind = "deal_contact"
	KindTouch       Kind = "touch"
	KindPayment     Kind = "payment"
	KindCarveOut    Kind = "carve_out"

	// results, hours and spend: what other clauses than a share of revenue are paid for
	KindTimeEntry     Kind = "time_entry"
	KindMetricReading Kind = "metric_reading"
	KindLead          Kind = "lead"
	KindDelivery      Kind = "delivery"
	KindSpend         Kind = "spend"
	KindSLAMiss       Kind = "sla_miss"

	// what the CRM tells of its own records: contacts that became one, and who changed what
	KindMerge Kind = "merge"
	KindEdit  Kind = "edit"

	// what people state of who is who
	KindAccountLink Kind = "account_link"
	KindDifferent   Kind = "different"

	KindCompanyMerge Kind = "company_merge" // companies that people stated to be one
	KindDealMerge    Kind = "deal_merge"    // deals that people stated to be one sale
)

// Kinds lists all kinds in their order.
func Kinds() []Kind {
	return []Kind{KindCompany, KindContact, KindDeal, KindDealContact, KindTouch, KindPayment, KindCarveOut,
		KindTimeEntry, KindMetricReading, KindLead, KindDelivery, KindSpend, KindSLAMiss, KindMerge, KindEdit, KindAccountLink, KindDifferent, KindCompanyMerge, KindDealMerge}
}

// Company is a customer or prospect: an account.
type Company struct {
	ID        string
	Name      string
	Domain    string // lower case, without scheme, "www." and path
	CreatedAt time.Time
	Deleted   bool
}

// Contact is a person, or a lead that is not yet one.
type Contact struct {
	ID        string
	CompanyID string
	Email     string // lower case
	Name      string
	CreatedAt time.Time
	MergedIDs []string // ids that were merged into this contact, sorted; its own id is none of them
	Deleted   bool
}

// CustomerType says whether a deal is with a new customer; "" is unknown.
type CustomerType string

// The customer types.
const (
	CustomerNew      CustomerType = "new"
	CustomerExisting CustomerType = "existing"
	CustomerRenewal  CustomerType = "renewal"
)

// Deal is an opportunity.
type Deal struct {
	ID        string
	Name      string
	CompanyID string

	Amount      money.Amount // only when AmountKnown
	AmountKnown bool
	AmountText  string       // the plain decimal of an amount whose currency is not known
	HomeAmount  money.Amount // in the company's own currency, as the CRM converted it; only when HomeKnown
	HomeKnown   bool

	CreatedAt time.Time // zero when the CRM does not say
	ClosedOn  cal.Date  // zero when the CRM does not say; a forecast while the deal is open
	Stage     string    // id or label as exported

	OutcomeKnown bool // false: neither the export nor the mapping says what the stage means
	Won          bool
	Closed       bool

	CustomerType     CustomerType
	CustomerTypeText string // as exported
	Source           string
	Owner            string
	Deleted          bool
}

// DealContact associates a contact with a deal.
type DealContact struct {
	DealID    string
	ContactID string
	Role      string
	Deleted   bool
}

// Milestone is what the CRM itself says about a touch: "", "lead-created" or "deal-created".
type Milestone string

// The milestones.
const (
	LeadCreated Milestone = "lead-created"
	DealCreated Milestone = "deal-created"
)

// Touch is one dated interaction with a contact. Names are kept exactly as exported.
type Touch struct {
	ID        string
	ContactID string
	At        time.Time
	Channel   string
	Campaign  string
	Content   string
	Provider  string // who delivered it
	Milestone Milestone
	Seq       int64  // order within the source, for touches of the same instant
	Visit     *Visit // nil: nothing is known of how it came about
	Deleted   bool
}

// Visit is how a touch came about, by the address it led to. It is shared and never changed.
type Visit struct {
	Source  string
	Medium  string
	Term    string
	ClickID string // "gclid=…"
}

func (v *Visit) texts() (source, medium, term, click string) {
	if v == nil {
		return "", "", "", ""
	}
	return v.Source, v.Medium, v.Term, v.ClickID
}

// CameBy is what the channel of the touch is named by, where anything is known of it.
func (t *Touch) CameBy() channel.Visit {
	source, medium, _, _ := t.Visit.texts()
	return channel.Visit{Source: source, Medium: medium, Campaign: t.Campaign}
}

func visitOf(source, medium, term, click string) *Visit {
	if source+medium+term+click == "" {
		return nil
	}
	return &Visit{source, medium, term, click}
}

// PaymentKind tells money received from money given back.
type PaymentKind string

// The payment kinds.
const (
	Paid   PaymentKind = "payment"
	Refund PaymentKind = "refund"
)

// Payment is cash received for a deal. A refund has a negative amount.
type Payment struct {
	ID      string
	DealID  string
	PaidOn  cal.Date
	Amount  money.Amount
	Kind    PaymentKind
	Deleted bool
}

// CarveOut is one entry of a named list of deals or companies that earn no fee.
type CarveOut struct {
	List      string
	DealID    string
	CompanyID string
	Company   string // name or domain
	Reason    string
}
