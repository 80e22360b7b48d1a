package contract

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var retainerKind = clauseKind{spec: retainerSpec, name: "Retainer", build: func(b *builder, v *value, _ Terms) Clause { return b.retainer(v) }}

var retainerSpec = spec{key: "retainer", doc: "A fixed fee for each fee period, and the hours that it includes.", fields: append([]spec{
	{key: "retainer", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "fee", doc: "The fee and its period.", scalar: amountPer(EveryMonth, EveryQuarter, EveryYear)},
	{key: "anchor", doc: "The day of the month on which fee periods start; 31 means the last day of a shorter month. Quarters and years count from the term's first month.", scalar: integerFrom(1, 31)},
	{key: "billed", doc: "The statement that carries a fee period is the one in which it starts or ends.", scalar: choice("at-start", "at-end")},
	{key: "proration", doc: "What is owed for a fee period that is only partly in force.", scalar: choice(string(ActualDays), string(Fixed30), string(Thirty360), string(Annual365), string(NoProration))},
}, hoursFields...)}

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
	Hours     *Hours // nil: the fee includes no hours

	// Of a retainer on days of a notice that lowers it, as Agreement.Segments gives it: its whole fee, and what of it is owed. Zero otherwise.
	Full     money.Amount
	InNotice money.Ratio
}

// ClauseID is the id of the clause.
func (r Retainer) ClauseID() string { return r.ID }

// Kind is "retainer".
func (Retainer) Kind() string { return "retainer" }

// RateWords is the fee and its period.
func (r Retainer) RateWords() string { return r.Fee.Format() + " per " + string(r.Every) }

// Promise is the fee and its period, with the currency.
func (r Retainer) Promise() string {
	if r.Hours != nil {
		return fmt.Sprintf("%s per %s for %s", r.Fee.FormatWith(), r.Every, minutesWords(r.Hours.Minutes))
	}
	return r.Fee.FormatWith() + " per " + string(r.Every)
}

func (b *builder) retainer(v *value) Retainer {
	fee, every := b.amountPer(v.get("fee"))
	return Retainer{
		ID: v.str("retainer"), Fee: fee, Every: every, AnchorDay: v.number("anchor"),
		Billed: v.str("billed"), Proration: Proration(v.str("proration")), Hours: b.hours(v, every),
	}
}

// Words is the clause in plain sentences.
func (r Retainer) Words(Terms) string {
	if r.Hours == nil {
		return r.FeeWords()
	}
	return r.FeeWords() + " " + r.HoursWords()
}

// FeeWords is what the clause says of the fee.
func (r Retainer) FeeWords() string {
	billed := "in which it starts"
	if r.Billed == "at-end" {
		billed = "in which it ends"
	}
	return fmt.Sprintf("The fee is %s per %s. Fee periods start on day %d, and each is on the statement %s. A fee period that is only partly in force %s.",
		r.Fee.FormatWith(), r.Every, r.AnchorDay, billed, map[Proration]string{
			ActualDays:  "owes its days in force out of its days (actual-days)",
			Fixed30:     "owes its days in force out of 30 a month (30-day-month)",
			Thirty360:   "owes its days by 30/360 out of 30 a month (30/360)",
			Annual365:   "owes a year's fee x its days in force / 365 (annual-365)",
			NoProration: "owes the whole fee (no proration)",
		}[r.Proration])
}
