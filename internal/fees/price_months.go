package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// MonthsBetween are the months from one to another, both included.
func MonthsBetween(from, to cal.Month) []cal.Month {
	var out []cal.Month
	for m := from; !m.First().After(to.First()); m = m.Next() {
		out = append(out, m)
	}
	return out
}

// PricedMonths are those of the last twelve that are over on a day in which the agreement runs.
func PricedMonths(a contract.Agreement, today cal.Date) []cal.Month {
	last := cal.MonthOf(today).Previous()
	first := cal.MonthOf(last.First().AddMonths(-11, 1))
	return slices.DeleteFunc(MonthsBetween(first, last), func(m cal.Month) bool { return a.Running().Overlap(m.Period()).IsEmpty() })
}

// Backdated is a text as the only version of a contract that began twelve months before the month of a day, to be tried on the history of a
// client. ok is false when the text cannot be moved.
func Backdated(t contract.Terms, today cal.Date) (contract.Agreement, bool) {
	moved, ok := contract.Backdated(t, cal.MonthOf(today).First().AddMonths(-12, 1))
	if !ok {
		return contract.Agreement{}, false
	}
	a, err := contract.NewAgreement(moved)
	return a, err == nil
}
