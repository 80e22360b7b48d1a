package contract

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// timeRules are about retainers and working time.
var timeRules = []lintRule{
	of("work-unsaid", Note, lintWorkUnsaid),
	of("pieces-missing-kept", Warning, lintPiecesMissingKept),
	of("pieces-above-free", Note, lintPiecesAboveFree),
	of("proration-none", Warning, lintProrationNone),
	of("overage-unapproved", Warning, lintOverageUnapproved),
	of("deficit-written-off", Note, lintDeficitWrittenOff),
	of("rollover-endless", Warning, lintRolloverEndless),
	of("debt-endless", Note, lintDebtEndless),
	of("reconcile-one-sided", Warning, lintReconcileOneSided),
	of("reconcile-cliff", Note, lintReconcileCliff),
	of("hourly-uncapped", Warning, lintHourlyUncapped),
	{"late-entries-lost", Note, lintLateEntriesLost},
	{"round-each-entry", Note, lintRoundEachEntry},
}

func lintWorkUnsaid(l *linter, r Retainer, at *value) {
	pieces := slices.ContainsFunc(l.terms.Clauses, func(c Clause) bool {
		d, ok := c.(Deliverables)
		return ok && d.Of == r.ID
	})
	if r.Hours == nil && !pieces {
		l.found(at.get("retainer"), "includes: {hours: 80, partial_period: with-fee} and what belongs to it, or a clause of deliverables",
			"The fee of %s names no number of hours and no deliverables. How much work it buys is not said, so nobody can show that there was too much of it or too little.", r.Promise())
	}
}

func lintPiecesMissingKept(l *linter, d Deliverables, at *value) {
	if d.Missing == "kept" {
		l.found(at.get("missing"), "missing: carried-then-credited, with prices", "The fee of %s is owed whole however few pieces come.", d.Of)
	}
}

func lintPiecesAboveFree(l *linter, d Deliverables, at *value) {
	if d.Above == "free" {
		l.found(at.get("above"), "above: carried-then-billed, with prices", "Whatever comes above the pieces that %s includes is free.", d.Of)
	}
}

// lintProrationNone speaks only where a fee period is partly in force, with both amounts.
func lintProrationNone(l *linter, r Retainer, at *value) {
	if r.Proration != NoProration {
		return
	}
	t := l.terms
	cycle := cal.Cycle{Anchor: t.Term.Start.AddMonths(0, r.AnchorDay), Months: r.Every.Months(), AnchorDay: r.AnchorDay}
	running := cal.Period{From: t.Term.Start, To: lastDay}
	var edges []cal.Date
	if t.Version == 1 {
		running.From = t.Effective
		edges = append(edges, running.From)
	}
	if end, ok := t.End(); ok {
		running.To = end
		edges = append(edges, end.AddDays(-1))
	}
	for _, edge := range edges {
		whole := cycle.Containing(edge)
		if part := whole.Overlap(running); part != whole {
			by := r.Fee.Mul(money.NewRatio(int64(part.Days()), int64(whole.Days())), t.Rounding)
			l.found(at.get("proration"), "proration: actual-days", "Of the fee period %s only %d of %d days are in force, and the whole %s is owed; by days it were %s.",
				whole.Words(), part.Days(), whole.Days(), r.Fee.Format(), by.Format())
			return
		}
	}
}

func lintOverageUnapproved(l *linter, r Retainer, at *value) {
	if h := r.Hours; h != nil && h.Overage.Set && h.Overage.Approval == "none-needed" && h.Deficit == "billed" && !l.bounded(r.ID) {
		l.found(at.find("overage.approval"), "approval: before-work, and approved_hours: overage-approved",
			"Hours above those included are billed at %s each, nobody has to ask first, and there is no limit.", h.Overage.Rate.Format())
	}
}

func lintDeficitWrittenOff(l *linter, r Retainer, at *value) {
	if h := r.Hours; h != nil && h.Deficit == "written-off" {
		l.found(at.get("deficit"), "deficit: billed, with overage: and its rate",
			"Hours above the %s included are never paid. Either the agency stops there, or it works for nothing; the text does not say which.", minutesWords(h.Minutes))
	}
}

func lintRolloverEndless(l *linter, r Retainer, at *value) {
	if h := r.Hours; h != nil && h.Rollover.Set && h.Rollover.CapOn == "" && h.Rollover.Periods == 0 && h.Rollover.Days == 0 {
		l.found(at.get("rollover"), "cap: 50 % of base, cap_on: balance and expires_after: 1 period",
			"Unused hours are carried on without a cap and without an expiry: after a quiet year the client may ask for all of them in one month.")
	}
}

func lintDebtEndless(l *linter, r Retainer, at *value) {
	if h := r.Hours; h != nil && h.Deficit == "carried" && h.StartsWith == 0 {
		l.found(at.get("starts_with"), "starts_with: 1 hour, with overage: and its rate",
			"Hours above are carried as debt and leave nothing for certain: after a large month the next ones can begin with no hours at all.")
	}
}

func lintReconcileOneSided(l *linter, r Retainer, at *value) {
	if h := r.Hours; h != nil && h.Reconcile.Set && h.Reconcile.How == "bill-only" {
		l.found(at.find("reconcile.how"), "how: credit-and-bill", "More hours are billed and fewer give no credit: the comparison can only cost the client.")
	}
}

func lintReconcileCliff(l *linter, r Retainer, at *value) {
	h := r.Hours
	if h == nil || !h.Reconcile.Set || h.Reconcile.Beyond != "whole" || h.Reconcile.DeadBand.Sign() == 0 {
		return
	}
	minutes := h.Minutes * int64(h.Reconcile.Every.Months()) / int64(r.Every.Months())
	band := money.MulDiv(minutes, h.Reconcile.DeadBand.Num(), h.Reconcile.DeadBand.Den(), money.Floor)
	jump, ok := l.amount(h.Reconcile.Rate.Minor, band, 60)
	if !ok {
		return
	}
	l.found(at.find("reconcile.beyond"), "beyond: excess",
		"%s more than included move nothing, one minute more moves all of it: %s at once.", minutesWords(band), jump.Format())
}

func lintHourlyUncapped(l *linter, h Hourly, at *value) {
	if !h.Cap.Set && !l.bounded(h.ID) {
		l.found(at.get("cap"), "cap: 20,000.00 per month", "Hours are charged by a rate card and there is no cap: nobody can budget the most that a month costs.")
	}
}

func lintLateEntriesLost(l *linter) {
	say := func(at *value, which string) {
		l.found(at.get("late_entries"), "late_entries: "+which, "Hours that are entered late are never paid: the agency loses work that was done, by a date that the month end decides.")
	}
	each(l, func(r Retainer, at *value) {
		if r.Hours != nil && r.Hours.LateEntries == "written-off" {
			say(at, "next-open-period")
		}
	})
	each(l, func(h Hourly, at *value) {
		if h.LateEntries == "written-off" {
			say(at, "next-open-statement")
		}
	})
}

func lintRoundEachEntry(l *linter) {
	say := func(at *value, r TimeRounding) {
		if r.Per == PerEntry && max(r.UpTo, r.AtLeast) >= 10 {
			each := max(r.UpTo, r.AtLeast)
			l.found(at.get("round_time"), "per: person-day, or up_to: 6 minutes", "Each entry is rounded up by itself: ten calls of one minute count %s. Adding a day's entries first would count %s.",
				minutesWords(10*each), minutesWords(max((10+r.UpTo-1)/r.UpTo*r.UpTo, r.AtLeast)))
		}
	}
	each(l, func(r Retainer, at *value) {
		if r.Hours != nil {
			say(at, r.Hours.Round)
		}
	})
	each(l, func(h Hourly, at *value) { say(at, h.Round) })
}
