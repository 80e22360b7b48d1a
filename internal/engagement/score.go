package engagement

import (
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Score puts what a specialist did and was paid for beside what came of it. What nobody knows is not told as nothing.
type Score struct {
	Known bool // there is evidence; without any, nothing but the statements is known

	Months     []Statement  // of all months, the newest first
	Statements int          // of them locked
	Paid       money.Amount // payable by them
	Minutes    int64        // worked, by the time entries that name a clause of the contract
	Handed     int          // deliveries that name a milestone or a piece of the contract
	Accepted   int          // of them
	Missed     int          // promises, but for those excused

	Charged  money.Amount // what the agency charged the client for the same months, without what is bought at cost
	ForMonth int          // in how many of them both are known
	PaidThen money.Amount // what the specialist was paid in those

	Credited *Brought // nil: not known
}

// Statement is what a month under the contract came to, in short.
type Statement struct {
	ID     string
	Period cal.Period
	State  string
	Total  money.Amount
}

// Brought is what the journeys of won deals credit a provider with.
type Brought struct {
	In      cal.Period
	Revenue money.Amount
	Deals   int
	Spend   *money.Amount // nil: the cost of its campaigns is not known
	Return  *int64        // hundredths of costed credit for each unit of that spend (ROAS); nil: not known
}

// Margin is what is left of what the client was charged for the months in which both are known; ok is false without one, and where the currencies differ.
func (s Score) Margin() (left money.Amount, ok bool) {
	if s.ForMonth == 0 || s.Charged.Currency != s.PaidThen.Currency {
		return left, false
	}
	return s.Charged.Sub(s.PaidThen), true
}
