package fees

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Reconciled is what of a difference between worked and included minutes moves, by the dead-band of the contract: nothing inside the band
// and on its edge; beyond it the whole difference, or what exceeds the band.
func Reconciled(worked, included int64, r contract.Reconcile, rounding money.Rounding) int64 {
	difference := worked - included
	size := max(difference, -difference)
	if size*r.DeadBand.Den() <= included*r.DeadBand.Num() || difference < 0 && r.How == "bill-only" {
		return 0
	}
	if r.Beyond == "excess" {
		size -= money.MulDiv(included, r.DeadBand.Num(), r.DeadBand.Den(), rounding)
	}
	if difference < 0 {
		return -size
	}
	return size
}

// reconcile compares the hours of a window on the statement of its last fee period.
func (b *hoursBook) reconcile(i int) {
	p := b.periods[i]
	r := p.hours.Reconcile
	if !r.Set {
		return
	}
	window := b.windowOf(p)
	if !b.closesWindow(p) {
		return
	}
	worked, included, each := b.windowHours(i, window)
	difference := worked - included
	minutes := Reconciled(worked, included, r, p.terms.Rounding)
	if minutes == 0 {
		b.issue(Info, "reconciled-nothing", "clause "+b.clause, "%s worked against %s included in %s: a difference of %s moves nothing (dead-band %s, %s).",
			clock(worked), clock(included), window.Words(), clock(difference), r.DeadBand, r.How)
		return
	}
	if b.guessed {
		b.issue(Warning, "hours-on-unlocked", "clause "+b.clause, "Hours of fee periods without a locked statement are reconciled as the evidence now says.")
	}
	b.line(b.reconcileLine(p, window, worked, included, minutes, each))
}

// closesWindow says whether a fee period is the last of a window that is reconciled.
func (b *hoursBook) closesWindow(p hoursPeriod) bool {
	return p.hours.Reconcile.Set && (!p.fee.To.Before(b.windowOf(p).To) || b.last(p))
}

// windowHours sums the fee periods of a window up to one.
func (b *hoursBook) windowHours(i int, window cal.Period) (worked, included int64, each []Input) {
	for k := 0; k <= i; k++ {
		if !window.Contains(b.periods[k].fee.From) {
			continue
		}
		a := b.sums[k].Account
		worked, included = worked+a.Worked, included+a.Base
		each = append(each, Input{a.InForce.Words(), fmt.Sprintf("%s worked, %s included", clock(a.Worked), clock(a.Base))})
	}
	return worked, included, each
}

// windowOf is the window of the reconciliation that a fee period begins in; windows count from the term's first month.
func (b *hoursBook) windowOf(p hoursPeriod) cal.Period {
	cycle := feeCycle(p.retainer, p.terms)
	cycle.Months = p.hours.Reconcile.Every.Months()
	return cycle.Containing(p.fee.From)
}

func (b *hoursBook) reconcileLine(p hoursPeriod, window cal.Period, worked, included, minutes int64, each []Input) Line {
	r := p.hours.Reconcile
	amount := r.Rate.Mul(money.NewRatio(minutes, 60), p.terms.Rounding)
	formula := fmt.Sprintf("%s (worked) - %s (included) = %s", clock(worked), clock(included), clock(worked-included))
	if minutes != worked-included {
		formula += fmt.Sprintf(", of which %s exceed the dead-band", clock(minutes))
	}
	l := b.lineOf(p, KindReconciliation, "Reconciliation of hours "+window.Words(), minutes, r.Rate, fmt.Sprintf("%s; %s x %s = %s", formula, hoursOf(minutes), r.Rate.Format(), amount.Format()))
	l.Events = []string{window.String()}
	l.Basis.Inputs = append(each,
		Input{"worked", clock(worked)}, Input{"included", clock(included)}, Input{"difference", clock(worked - included)},
		Input{"dead-band", fmt.Sprintf("%s of %s = %s", r.DeadBand, clock(included), clock(money.MulDiv(included, r.DeadBand.Num(), r.DeadBand.Den(), p.terms.Rounding)))},
		Input{"moves", clock(minutes)}, Input{"rate", r.Rate.Format() + " per hour"})
	return l
}
