package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
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

// PricedMonths are those of the last twelve that are over on a day, and in which the agreement runs.
func PricedMonths(a contract.Agreement, today cal.Date) []cal.Month {
	if len(a.Versions) == 0 {
		return nil
	}
	last := cal.MonthOf(today).Previous()
	return RunningMonths(a, MonthsBetween(cal.MonthOf(last.First().AddMonths(-11, 1)), last))
}

// RunningMonths are those in which the agreement runs.
func RunningMonths(a contract.Agreement, months []cal.Month) []cal.Month {
	return slices.DeleteFunc(slices.Clone(months), func(m cal.Month) bool { return a.Running().Overlap(m.Period()).IsEmpty() })
}

// Backdated is a text as the only version of a contract that began on a day, to be tried on a history from before it. ok is false when the
// text cannot be moved.
func Backdated(t contract.Terms, day cal.Date) (contract.Agreement, bool) {
	moved, ok := contract.Backdated(t, day)
	if !ok {
		return contract.Agreement{}, false
	}
	a, err := contract.NewAgreement(moved)
	return a, err == nil
}

// LastKnown is the last day on which evidence has something that can be charged; zero when it has nothing.
func LastKnown(e crm.Evidence, a contract.Agreement) cal.Date {
	var last cal.Date
	see := func(gone bool, d cal.Date) {
		if !gone {
			last = cal.Later(last, d)
		}
	}
	for _, d := range e.Deals {
		see(d.Deleted || !d.Won, d.ClosedOn)
	}
	for _, p := range e.Payments {
		see(p.Deleted, p.PaidOn)
	}
	for _, t := range e.TimeEntries {
		see(t.Deleted, t.WorkedOn)
	}
	for _, m := range e.MetricReadings {
		see(m.Deleted, m.Through)
	}
	for _, l := range e.Leads {
		see(l.Deleted || l.DeliveredAt.IsZero(), cal.DateOf(l.DeliveredAt, a.First().Zone))
	}
	for _, d := range e.Deliveries {
		see(d.Deleted, d.DeliveredOn)
	}
	for _, s := range e.Spend {
		see(s.Deleted, s.SpentOn)
	}
	for _, m := range e.SLAMisses {
		see(m.Deleted, m.MissedOn)
	}
	return last
}
