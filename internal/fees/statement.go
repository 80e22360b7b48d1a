package fees

import (
	"math/big"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Statement is what one party owes the other for a period.
type Statement struct {
	Contract   string
	Client     string
	Agency     string
	Currency   money.Currency
	Period     cal.Period
	AsOf       cal.Date // the day it was drafted
	Evidence   int64    // number of the import that the evidence is as of
	Versions   []Version
	Lines      []Line
	Total      money.Amount
	Considered []Considered
}

// Version names a text of the contract that the statement was computed under.
type Version struct {
	Number    int      `json:"number"`
	Effective cal.Date `json:"effective"`
	SHA256    string   `json:"sha256"`
}

// LineKind says what sort of charge a line is.
type LineKind string

// The kinds of lines. A limit belongs to a deal (dealFloor, dealCap) or to all lines of its clause.
const (
	KindRetainer    LineKind = "retainer"
	KindDeal        LineKind = "deal"
	KindDealFloor   LineKind = "deal-floor"
	KindDealCap     LineKind = "deal-cap"
	KindPeriodFloor LineKind = "period-floor"
	KindPeriodCap   LineKind = "period-cap"
	KindBaseline    LineKind = "baseline"   // of a share: what is below it, taken off
	KindTiers       LineKind = "tiers"      // of a share: what its tiers pay above the first rate
	KindCorrection  LineKind = "correction" // what later evidence changes of a locked month
	KindScorecard   LineKind = "scorecard"
	KindReleased    LineKind = "released"

	KindSpend           LineKind = "spend"            // what was bought for the client, at cost
	KindSpendCorrection LineKind = "spend-correction" // of that, as KindCorrection
	KindCommission      LineKind = "commission"
	KindMarkup          LineKind = "markup"
	KindReturned        LineKind = "returned" // a part of the bill that is shown as returned to the client
	KindServiceCredit   LineKind = "service-credit"
	KindMinimum         LineKind = "minimum"        // over several clauses; as the next
	KindNotToExceed     LineKind = "not-to-exceed"  // what is above it, taken off
	KindHours           LineKind = "hours"          // the account of a fee period's hours; it charges nothing
	KindOverage         LineKind = "overage"        // hours above those at hand, or debt that is billed
	KindReconciliation  LineKind = "reconciliation" // worked against included hours over a window
	KindHourly          LineKind = "hourly"
	// Of results that are paid for one by one: billed, free beyond a cap, credited, and the fee for denied disputes.
	KindResult       LineKind = "result"
	KindResultFree   LineKind = "result-over-cap"
	KindResultCredit LineKind = "result-credit"
	KindDisputeFee   LineKind = "dispute-fee"

	KindDeliverables   LineKind = "deliverables" // pieces that a retainer includes
	KindMilestone      LineKind = "milestone"
	KindMilestoneBonus LineKind = "milestone-bonus"
)

// Line is one charge. Quantity x Rate = Amount, rounded as Basis says.
type Line struct {
	No       int
	Clause   string
	Kind     LineKind
	Text     string
	Quantity string // exact: a decimal, or a fraction such as 12/28
	Unit     string // what the quantity counts: "month", "USD credited"
	Rate     string // exact: a decimal; a share of 3 % is 0.03
	RateText string // for people: "3 %", "14,000.00"
	Amount   money.Amount
	With     int    // the line that this limit belongs to; 0: stands alone
	Deal     string // id of the deal it charges; empty: none
	Events   []string
	CountsOn cal.Date // the day in whose window of floors and caps it counts; zero: the statement's own period
	Credited int64    // of a share with tiers or a baseline: the revenue that the line credits, in minor units
	Basis    Basis
}

// QuantityWords is the quantity with what it counts, for people: "12/28 month", "850,000.00 USD net", "124.67 % (187/150) of the pool".
func (l Line) QuantityWords() string {
	quantity := l.Quantity
	if strings.HasPrefix(l.Unit, string(l.Amount.Currency)) {
		if a, err := money.ParseSum(l.Quantity, l.Amount.Currency); err == nil {
			quantity = a.Format()
		}
	}
	if l.Unit == ofThePool && strings.Contains(quantity, "/") {
		if share, ok := new(big.Rat).SetString(quantity); ok {
			quantity = nearPercent(share)
		}
	}
	return quantity + " " + l.Unit
}

// Remark is what a reader should know beside the text of a line, as a sentence; empty: nothing.
func (l Line) Remark() string {
	if l.Kind == KindCorrection && strings.HasSuffix(l.Text, givenUpBefore) {
		return "No new charge: with it the refund of this deal takes back only what was paid."
	}
	return ""
}

// Basis is why a line is what it is. Whatever it prints multiplies out by hand.
type Basis struct {
	Version  int          `json:"version"` // of the contract
	Clause   string       `json:"clause"`  // the clause in words
	Formula  string       `json:"formula"` // with the numbers filled in
	Rounding string       `json:"rounding"`
	Inputs   []Input      `json:"inputs"`
	Touches  []Credited   `json:"touches,omitempty"`
	Evidence []Evident    `json:"evidence,omitempty"`
	Limit    *LimitSum    `json:"limit,omitempty"`
	Schedule *ScheduleSum `json:"schedule,omitempty"`
	Hours    *HoursSum    `json:"hours,omitempty"`
	Notes    []string     `json:"notes,omitempty"`
}

// Input is one named number of the formula.
type Input struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Credited is one touch of the deal's journey with the part of the revenue it was credited.
type Credited struct {
	Touch    string `json:"touch"`
	Contact  string `json:"contact"`
	At       string `json:"at"` // RFC 3339 in the contract's zone; empty when nobody knows
	Channel  string `json:"channel"`
	Imported string `json:"imported_channel,omitempty"` // that with which it was imported, where the contract names it otherwise
	Campaign string `json:"campaign,omitempty"`
	Provider string `json:"provider,omitempty"`
	Roles    string `json:"roles,omitempty"`
	Share    string `json:"share"`
	Credit   string `json:"credit"` // decimal
	Earns    bool   `json:"earns"`
	Ignored  string `json:"ignored,omitempty"` // why it did not count
}

// Evident refers to a row of evidence.
type Evident struct {
	Kind  string `json:"kind"` // deal | payment | statement | a kind of evidence
	ID    string `json:"id"`
	Words string `json:"words"`
}

// HoursSum is what a line counts in working time. Locked, it stands for good: later statements begin where it ends.
type HoursSum struct {
	Window  cal.Period    `json:"window"`            // the fee period, the window of a reconciliation, or the month of work
	Account *HoursAccount `json:"account,omitempty"` // of a fee period
	Billed  int64         `json:"billed,omitempty"`  // minutes of overage that the line charges
	Entries []WorkedEntry `json:"entries,omitempty"`
}

// LimitSum is a cap or floor over a window, to date. NoCosts: of the clauses that it covers, lines at cost (KindSpend) do not count.
type LimitSum struct {
	Window  cal.Period `json:"window"`
	Floor   string     `json:"floor,omitempty"` // decimal; empty: the limit is not a floor
	Cap     string     `json:"cap,omitempty"`   // decimal; empty: the limit is not a cap
	Before  string     `json:"before"`          // fees of the window before this statement, unlimited
	Charged string     `json:"charged"`         // what was charged of that, after limits
	Until   cal.Date   `json:"until,omitzero"`  // what counts after it, up to the statement's month, is left to later lines; zero: nothing is
	Over    []string   `json:"over,omitempty"`  // the clauses that it covers; empty: its own clause alone
	NoCosts bool       `json:"no_costs,omitempty"`
	ByDay   bool       `json:"by_day,omitempty"` // over several clauses: each line counts in the window of the day that it counts on
}

// Considered is a deal with an event in the period that is not charged, and why.
type Considered struct {
	Clause string `json:"clause"`
	Deal   string `json:"deal"`
	Name   string `json:"name"`
	Code   Code   `json:"code"`
	Words  string `json:"words"`
}

// Code says at which step of the eligibility a deal stopped.
type Code string

// The codes, in the order of the steps.
const (
	OutcomeUnknown  Code = "outcome-unknown"
	NoCloseDate     Code = "no-close-date"
	AmountMissing   Code = "amount-missing"
	CurrencyUnknown Code = "currency-unknown"
	OtherCurrency   Code = "other-currency"
	AfterEnd        Code = "after-end"
	CreatedBefore   Code = "created-before"
	CreatedUnknown  Code = "created-unknown"
	CarvedOut       Code = "carved-out"
	OtherCustomer   Code = "other-customer"
	TypeUnknown     Code = "type-unknown"
	TooLate         Code = "too-late"
	ChargedBefore   Code = "charged-before"
	ChargedLater    Code = "charged-later"
	NotCharged      Code = "not-charged"
	NoCredit        Code = "no-credit"
)

// Severity of an issue.
type Severity string

// Problem holds money out of the statement; Warning wants a look; Info explains.
const (
	Problem Severity = "problem"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Issue is something that a reader of the statement should know.
type Issue struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`
	Subject  string   `json:"subject,omitempty"` // "deal D3", "clause growth-team"
	Text     string   `json:"text"`
}
