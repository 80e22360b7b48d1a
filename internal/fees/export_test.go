package fees

import (
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// CourseForTest is what the months come to as the agreement is written.
func (p Pricing) CourseForTest() Course { return p.course(p.Agreement, newIndex(p.Evidence)) }

// RangeOf is rangeOf.
func RangeOf(minors []int64, currency money.Currency) Range { return rangeOf(minors, currency) }

// Resample is one side, to be put together again by hand.
type Resample struct {
	units    units
	standing *standing
}

// NewResample drafts an agreement for resamples.
func NewResample(a contract.Agreement, e crm.Evidence, months []cal.Month, asOf cal.Date) Resample {
	x := newIndex(e)
	u := unitsOf(x, a)
	_, st, err := Comparing{Evidence: e, Months: months, AsOf: asOf}.draft(Side{Agreement: a}, x, u)
	if err != nil {
		panic(err)
	}
	return Resample{u, st}
}

// Drawn is how many units there are.
func (r Resample) Drawn() int { return r.units.count }

// UnitOf is the unit of a deal that is not gone.
func (r Resample) UnitOf(deal string) (int, bool) {
	u, ok := r.units.of[deal]
	return u, ok
}

// Totals are the months when each unit is there so many times.
func (r Resample) Totals(times []int) []money.Amount { return r.standing.totals(times) }

// Draws counts what comes of drawing.
func Draws(seed uint64, n, times int) []int {
	chance := splitmix(seed)
	out := make([]int, n)
	for range times {
		out[chance.below(uint64(n))]++
	}
	return out
}
