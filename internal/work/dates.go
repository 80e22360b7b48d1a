package work

import (
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// FarthestFee is how many months from today a fee can lie with which a deliverable is paid.
const FarthestFee = 24

// Planned are the days of a deliverable as it is proposed.
type Planned struct {
	Due   cal.Date  // zero: none
	Past  bool      // it is meant that the day is past already
	Fee   cal.Month // zero: none
	First cal.Date  // of the contract; zero: there is none
	Today cal.Date
}

// Check refuses days that cannot be meant. Faults: Invalid at "due" and "fee_month"; "due-past" for a day that is past and not said to be.
func (p Planned) Check() error {
	var faults fault.List
	switch {
	case p.Due.IsZero():
	case !p.First.IsZero() && p.Due.Before(p.First):
		faults.Add(fault.New(fault.Invalid, "due-before-contract", "The contract begins on %s; write a day from then on, or leave the contract out.", p.First.Words()).At("due"))
	case p.Due.Before(p.Today) && !p.Past:
		faults.Add(fault.New(fault.Invalid, "due-past", "%s is past. Write a later day, or confirm that it was due then.", p.Due.Words()).At("due"))
	}
	switch last := cal.MonthOf(cal.MonthOf(p.Today).First().AddMonths(FarthestFee, 1)); {
	case p.Fee == cal.Month{}:
	case !p.First.IsZero() && p.Fee.First().Before(cal.MonthOf(p.First).First()):
		faults.Add(fault.New(fault.Invalid, "fee-month-early", "The contract begins in %s: no fee is paid before.", cal.MonthOf(p.First).Words()).At("fee_month"))
	case last.First().Before(p.Fee.First()):
		faults.Add(fault.New(fault.Invalid, "fee-month-far", "Write a month up to %s, %d months from now.", last.Words(), FarthestFee).At("fee_month"))
	}
	return faults.Err()
}
