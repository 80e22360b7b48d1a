package fees

import (
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// FeeOfPeriod is what a retainer owes for the fee period that a day lies in, part by part where versions share it, exactly as the statement computes it. Worked: 14,500.00 a month
// that is 16,000.00 from 16 Jun 2026 on is 7,250.00 and 8,000.00 for June.
func FeeOfPeriod(a contract.Agreement, retainer string, day cal.Date) (period cal.Period, parts []money.Amount) {
	d := &drafter{agreement: a}
	for _, run := range feeRuns(a, retainer) {
		if run.period.Contains(day) {
			period = feeCycle(run.retainer, run.terms).Containing(day)
		}
	}
	for _, run := range feeRuns(a, retainer) {
		inForce := period.Overlap(run.period)
		if inForce.IsEmpty() {
			continue
		}
		f := d.fraction(feePart{run: &run, fee: period, inForce: inForce})
		parts = append(parts, run.retainer.Fee.Mul(money.NewRatio(f.Num, f.Den), run.terms.Rounding))
	}
	return period, parts
}
