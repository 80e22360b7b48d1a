package ops

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Gap is why the cost of a new customer is not known of a month.
type Gap string

const (
	NoSpend   Gap = "no row of spend"
	PartSpend Gap = "a row of spend that is left out"
	NotLocked Gap = "no locked statement, so the agency's fee is not known"
	NotTold   Gap = "won deals of which the CRM does not say whether the customer is new"
)

// Gaps are what is not known of a month; none: what its new customers cost is known.
func (v Returns) Gaps(month int) []Gap {
	var out []Gap
	m := v.Returns.Months[month]
	if !v.Returns.Total.Months[month].Spent {
		out = append(out, NoSpend)
	}
	if slices.ContainsFunc(v.Returns.LeftOut, func(x crm.Spend) bool { return cal.MonthOf(x.SpentOn) == m }) {
		out = append(out, PartSpend)
	}
	if _, locked := v.Fees[m]; !locked {
		out = append(out, NotLocked)
	}
	if v.Untold[m] > 0 {
		out = append(out, NotTold)
	}
	return out
}

// Acquisition is what new customers cost: what was spent, and charged by the agency, in the months of which that and the customers are known. A month
// without a new customer is one of them, with its cost. It is the least: what was spent without a row is not in it.
type Acquisition struct {
	Cost      money.Amount
	Customers int
	Months    []cal.Month         // that it rests on
	Without   map[Gap][]cal.Month // that it does not; a month may lack several things
}

// Each is the cost of one new customer (CAC), rounded half up. Not ok: no month is known, or none has a new customer.
func (a Acquisition) Each() (money.Amount, bool) {
	if a.Customers == 0 {
		return money.Amount{}, false
	}
	return money.New(money.MulDiv(a.Cost.Minor, 1, int64(a.Customers), money.HalfUp), a.Cost.Currency), true
}

// Acquisition is that of all months.
func (v Returns) Acquisition() Acquisition { return v.acquisition(0, len(v.Returns.Months)) }

// AcquisitionIn is that of one month, by its place.
func (v Returns) AcquisitionIn(month int) Acquisition { return v.acquisition(month, month+1) }

func (v Returns) acquisition(from, to int) Acquisition {
	a := Acquisition{Cost: money.New(0, v.Returns.Total.Total.Spend.Currency), Without: map[Gap][]cal.Month{}}
	for i := from; i < to; i++ {
		m, gaps := v.Returns.Months[i], v.Gaps(i)
		for _, gap := range gaps {
			a.Without[gap] = append(a.Without[gap], m)
		}
		if len(gaps) == 0 {
			a.Cost = a.Cost.Add(v.Returns.Total.Months[i].Spend).Add(v.Fees[m])
			a.Customers += v.New[m]
			a.Months = append(a.Months, m)
		}
	}
	return a
}
