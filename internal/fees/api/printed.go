package api

import (
	"encoding/json"
	"fmt"

	"github.com/ofrecord/ofrecord/internal/fees"
)

// Document is a statement as it is printed everywhere, with what a reader should know about it. A test holds it to what fees.Document encodes.
type Document struct {
	Statement Printed      `json:"statement"`
	Issues    []fees.Issue `json:"issues" nullable:"false"`
}

// Printed is what one party owes the other for a period. Amounts are exact decimals in the currency.
type Printed struct {
	Contract   string            `json:"contract"`
	Client     string            `json:"client"`
	Agency     string            `json:"agency"`
	Currency   string            `json:"currency" doc:"ISO 4217" example:"USD"`
	Period     Period            `json:"period"`
	AsOf       string            `json:"as_of" format:"date" doc:"The day it was drafted"`
	Evidence   int64             `json:"evidence_as_of_import" doc:"Number of the import; 0: without any"`
	Versions   []Version         `json:"contract_versions" nullable:"false"`
	Lines      []Line            `json:"lines" nullable:"false"`
	Total      string            `json:"total" example:"14000.00"`
	Considered []fees.Considered `json:"considered" nullable:"false" doc:"Deals that were looked at and not charged, and why"`
}

// Period begins with its first day and ends before the other.
type Period struct {
	From string `json:"from" format:"date"`
	To   string `json:"to" format:"date" doc:"The day after the last"`
}

// Version names a text of the contract.
type Version struct {
	Number    int    `json:"number"`
	Effective string `json:"effective" format:"date"`
	SHA256    string `json:"sha256"`
}

// Line is one charge: quantity x rate = amount, rounded as its basis says.
type Line struct {
	No       int      `json:"no"`
	Clause   string   `json:"clause"`
	Kind     string   `json:"kind" enum:"retainer,deliverables,hours,overage,reconciliation,hourly,scorecard,deal,deal-floor,deal-cap,correction,baseline,tiers,period-floor,period-cap,result,result-over-cap,result-credit,dispute-fee,milestone,milestone-bonus,spend,spend-correction,commission,markup,returned,service-credit,minimum,not-to-exceed,released"`
	Text     string   `json:"text"`
	Quantity string   `json:"quantity" doc:"Exact: a decimal, or a fraction such as 12/28"`
	Unit     string   `json:"unit"`
	Rate     string   `json:"rate" doc:"Exact: a share of 3 % is 0.03"`
	RateText string   `json:"rate_text"`
	Amount   string   `json:"amount"`
	With     int      `json:"with,omitempty" doc:"The line that this limit belongs to"`
	Deal     string   `json:"deal,omitempty"`
	Events   []string `json:"events,omitempty"`
	Revenue  string   `json:"revenue,omitempty" doc:"Of a deal's line: the revenue that it moves, a decimal"`
	Credited string   `json:"credited,omitempty" doc:"Where a share has tiers or a baseline: the revenue that the line credits, a decimal"`
	Basis    Basis    `json:"basis"`
}

// Basis is why a line is what it is.
type Basis struct {
	Version  int             `json:"version" doc:"Of the contract"`
	Clause   string          `json:"clause" doc:"The clause in words"`
	Formula  string          `json:"formula" doc:"With its numbers"`
	Rounding string          `json:"rounding"`
	Inputs   []fees.Input    `json:"inputs"`
	Touches  []fees.Credited `json:"touches,omitempty"`
	Evidence []fees.Evident  `json:"evidence,omitempty"`
	Limit    *LimitSum       `json:"limit,omitempty"`
	Schedule *ScheduleSum    `json:"schedule,omitempty"`
	Hours    *HoursSum       `json:"hours,omitempty"`
	Notes    []string        `json:"notes,omitempty"`
}

// LimitSum is a cap or floor over a window, to date.
type LimitSum struct {
	Window  Period `json:"window"`
	Floor   string `json:"floor,omitempty"`
	Cap     string `json:"cap,omitempty"`
	Before  string `json:"before" doc:"Fees of the window before this statement, unlimited"`
	Charged string `json:"charged" doc:"What was charged of that, after limits"`

	Over    []string `json:"over,omitempty" doc:"The clauses that it covers; none: its own clause alone"`
	NoCosts bool     `json:"no_costs,omitempty" doc:"Of the clauses that it covers, lines at cost do not count"`
}

// ScheduleSum is what a baseline or the tiers of a share make of the revenue of a window, to date.
type ScheduleSum struct {
	Window    Period     `json:"window"`
	Counted   Period     `json:"counted" doc:"Whose revenue this statement adds to: the window, or one period of the baseline inside it"`
	Revenue   string     `json:"revenue" doc:"Credited in counted before this statement"`
	Elsewhere string     `json:"elsewhere,omitempty" doc:"Shared in the other periods of the baseline in the window"`
	Baseline  string     `json:"baseline,omitempty"`
	Fees      string     `json:"fees,omitempty" doc:"Of a baseline's line: those at the first rate before this statement"`
	Charged   string     `json:"charged" doc:"By such lines of the window before this statement"`
	First     string     `json:"first_rate" doc:"An exact fraction: 3/100"`
	Apply     string     `json:"apply,omitempty" enum:"marginal,whole"`
	Above     []TierStep `json:"tiers,omitempty"`
	Rounding  string     `json:"rounding"`
}

// TierStep is a rate from a revenue on.
type TierStep struct {
	From string `json:"from"`
	Rate string `json:"rate" doc:"An exact fraction: 3/100"`
}

// HoursSum is what a line counts in working time, in minutes.
type HoursSum struct {
	Window  Period        `json:"window" doc:"The fee period, or the month of work"`
	Account *HoursAccount `json:"account,omitempty"`
	Billed  int64         `json:"billed,omitempty" doc:"Minutes of overage that the line charges"`
	Entries []WorkedEntry `json:"entries,omitempty"`
}

// HoursAccount is the hours of one fee period, in minutes.
type HoursAccount struct {
	Fee     Period    `json:"fee_period"`
	InForce Period    `json:"in_force"`
	Base    int64     `json:"base" doc:"What the fee of the period includes"`
	Debt    int64     `json:"debt,omitempty" doc:"Brought forward"`
	Repaid  int64     `json:"repaid,omitempty" doc:"Of the debt, out of base"`
	Rest    int64     `json:"rest,omitempty" doc:"Of the debt, billed"`
	Worked  int64     `json:"worked" doc:"After rounding"`
	Over    int64     `json:"over,omitempty" doc:"Worked above the lots at hand"`
	Owed    int64     `json:"owed,omitempty" doc:"Debt that is carried on"`
	Lots    []LotMove `json:"lots"`
	Carried []Lot     `json:"carried,omitempty"`
}

// Lot is hours that were earned in one fee period.
type Lot struct {
	Earned  Period `json:"earned"`
	Minutes int64  `json:"minutes"`
	From    string `json:"from" format:"date" doc:"The first day on which it can be used"`
	Expires string `json:"expires" format:"date" doc:"The first day on which it can no longer be used"`
	Source  string `json:"source" enum:"included,carried"`
}

// LotMove is what became of a lot in the fee period: minutes = used + lapsed + carried.
type LotMove struct {
	Lot
	Used    int64 `json:"used"`
	Lapsed  int64 `json:"lapsed"`
	Carried int64 `json:"carried"`
}

// WorkedEntry is a time entry as it was counted.
type WorkedEntry struct {
	ID      string `json:"id"`
	On      string `json:"on" format:"date"`
	Person  string `json:"person,omitempty"`
	Role    string `json:"role,omitempty"`
	Minutes int64  `json:"minutes"`
	Counted int64  `json:"counted" doc:"After rounding"`
	Lost    bool   `json:"written_off,omitempty"`
}

// documentOf reads the printed form back, so that what programs get is what is printed.
func documentOf(d fees.Document) (Document, error) {
	text, err := d.Encode()
	if err != nil {
		return Document{}, err
	}
	var out Document
	if err := json.Unmarshal(text, &out); err != nil {
		return Document{}, fmt.Errorf("show the printed statement: %w", err)
	}
	return out, nil
}
