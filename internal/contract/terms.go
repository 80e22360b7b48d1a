package contract

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Terms is one version of a contract, read and checked.
type Terms struct {
	Key          string // stable name of the contract, the same in every version
	Version      int    // 1, 2, 3 ...
	Effective    cal.Date
	Client       string
	Agency       string
	Currency     money.Currency
	ZoneName     string
	Zone         *time.Location
	Rounding     money.Rounding
	Calendar     cal.WorkCalendar
	Term         Term
	Appointments []Appointment
	Clauses      []Clause
	Statements   StatementTerms
	Source       string // the YAML text
	SHA256       string // of Source, in hex
}

// Term is how long the contract runs and how it ends.
type Term struct {
	Start   cal.Date
	Length  cal.Span // zero when open-ended
	Renewal Renewal
	Notice  Notice
	Ended   cal.Date // first day after an early end; zero: not ended early
}

// RenewalKind says what happens at the end of the term when nobody acts.
type RenewalKind string

// MutualWritten and Auto have opposite outcomes when nobody acts.
const (
	RenewalNone      RenewalKind = "none"
	RenewalMutual    RenewalKind = "mutual-written"
	RenewalAuto      RenewalKind = "auto"
	RenewalEvergreen RenewalKind = "evergreen"
)

// Renewal of the term.
type Renewal struct {
	Kind   RenewalKind
	AtMost int      // 0: without limit (auto) or not applicable
	Each   cal.Span // length of a renewal
}

// Notice to end the contract.
type Notice struct {
	Period cal.Span
	Fee    string // full | work-only
}

// Appointment is the client's promise of work in a category.
type Appointment struct {
	Category     string
	Brands       []string
	Markets      []string
	Promise      string // exclusive | preferred | roster
	FirstRefusal cal.Span
}

// StatementTerms is how statements are made and reviewed.
type StatementTerms struct {
	Cadence     string   // monthly
	IssueWithin cal.Span // after the end of the period
	Objection   Objection
}

// Objection is the client's window to dispute a line.
type Objection struct {
	Within  cal.Span // working days or days from submission
	Silence string   // accepted | open: what an uncontested line becomes when the window closes
}

// Clause is one way of being paid. Its id is stable across versions.
type Clause interface {
	ClauseID() string
	Kind() string // "retainer", "revenue_share"
}

// Proration is the convention for a fee period that is only partly in force.
type Proration string

// The five conventions; their worked numbers differ by hundreds on one month.
const (
	ActualDays  Proration = "actual-days"  // days in force / days in the fee period
	Fixed30     Proration = "30-day-month" // days in force / 30 a month, at most the whole fee
	Thirty360   Proration = "30/360"       // days by 30/360 / 30 a month
	Annual365   Proration = "annual-365"   // yearly fee x days in force / 365
	NoProration Proration = "none"         // the whole fee
)

// Retainer is a fixed fee for each fee period.
type Retainer struct {
	ID        string
	Fee       money.Amount
	Every     Every
	AnchorDay int    // day of month on which fee periods start, 1 to 31
	Billed    string // at-start | at-end: the statement that carries a fee period is the one in which it starts or ends
	Proration Proration
}

// ClauseID is the id of the clause.
func (r Retainer) ClauseID() string { return r.ID }

// Kind is "retainer".
func (Retainer) Kind() string { return "retainer" }

// Every is the length of a fee period or of a window of caps and floors.
type Every string

// The lengths that a fee, a cap or a floor can have.
const (
	EveryMonth        Every = "month"
	EveryQuarter      Every = "quarter"
	EveryYear         Every = "year"          // calendar year in caps, twelve months from the anchor in fees
	EveryContractYear Every = "contract-year" // twelve months from the start of the term
	EveryTerm         Every = "term"          // the whole of the contract
)

// Months in the length; 0 for the term.
func (e Every) Months() int {
	switch e {
	case EveryMonth:
		return 1
	case EveryQuarter:
		return 3
	case EveryYear, EveryContractYear:
		return 12
	default:
		return 0
	}
}

// RevenueShare is a share of revenue that the agency's marketing brought.
type RevenueShare struct {
	ID            string
	Rate          money.Ratio
	Base          Base
	Attribution   Attribution
	Eligible      Eligibility
	PerDealFloor  Limit
	PerDealCap    Limit
	PeriodFloor   Limit
	PeriodCap     Limit
	Tail          cal.Span // zero: none
	OtherCurrency string   // hold | home-amount
}

// ClauseID is the id of the clause.
func (r RevenueShare) ClauseID() string { return r.ID }

// Kind is "revenue_share".
func (RevenueShare) Kind() string { return "revenue_share" }

// Limit is a floor or a cap. When not Set the contract says "none".
type Limit struct {
	Set    bool
	Amount money.Amount
	Per    Every // empty for a limit per deal
}

// Base is the revenue that is shared.
type Base struct {
	Revenue     string // closed | collected
	Refunds     string // deducted | ignored
	Of          string // new-customers | existing-customers | all-customers
	NewBy       string // crm-type | first-won-deal; empty for all-customers
	UnknownType string // hold | eligible | excluded; empty unless NewBy is crm-type
}

// Attribution decides which part of a deal's revenue counts.
type Attribution struct {
	Model    string   // as attribution.ParseModel reads it: "w-shaped", "time-decay:7d", "custom:50/20/30"
	Lookback cal.Span // zero: none
	Edge     string   // drop | renormalise | re-path; empty without lookback
	Anchor   string   // deal-won | deal-created: the end of the journey
	Contacts string   // associated | associated-or-account
	Credits  Credits
	Direct   []string // channels that count as direct for last-non-direct
}

// Credits says whose touches earn: every channel but some, only some channels, or the touches that some providers ran.
type Credits struct {
	By     string // channels | all-channels-except | providers
	Values []string
}

// Earns reports whether a touch of that channel and provider earns.
func (c Credits) Earns(channel, provider string) bool {
	name := channel
	if c.By == "providers" {
		name = provider
	}
	for _, v := range c.Values {
		if v == name {
			return c.By != "all-channels-except"
		}
	}
	return c.By == "all-channels-except"
}

// Eligibility of a deal.
type Eligibility struct {
	CreatedFrom cal.Date
	CarveOut    string // name of a carve-out list; empty: none
}

// End is the first day on which the contract no longer runs; ok is false while it has no end. A contract that renews by mutual
// writing ends with its term (a renewal is an amendment with a longer term); one that renews by itself ends after its last renewal.
func (t Terms) End() (end cal.Date, ok bool) {
	if !t.Term.Ended.IsZero() {
		return t.Term.Ended, true
	}
	renewal := t.Term.Renewal
	switch {
	case t.Term.Length.IsZero(), renewal.Kind == RenewalEvergreen, renewal.Kind == RenewalAuto && renewal.AtMost == 0:
		return cal.Date{}, false
	}
	end = t.Term.Length.After(t.Term.Start, t.Calendar)
	if renewal.Kind == RenewalAuto {
		for range renewal.AtMost {
			end = renewal.Each.After(end, t.Calendar)
		}
	}
	return end, true
}

// Clause finds a clause by its id.
func (t Terms) Clause(id string) (Clause, bool) {
	for _, c := range t.Clauses {
		if c.ClauseID() == id {
			return c, true
		}
	}
	return nil, false
}
