package fees

import (
	"fmt"
	"math/big"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// put puts the account of a fee period on the statement, with what of it is charged.
func (b *hoursBook) put(i int, late bool, lost []WorkedEntry) {
	p, sum := b.periods[i], b.sums[i]
	b.line(b.hoursLine(p, sum, late))
	b.tell(p, *sum.Account, lost)
	b.overage(p, *sum.Account)
	b.reconcile(i)
}

// overage charges what the contract bills of the hours above those at hand, and of debt.
func (b *hoursBook) overage(p hoursPeriod, a HoursAccount) {
	if a.Rest > 0 {
		b.line(b.debtLine(p, a))
	}
	switch h := p.hours; {
	case a.Over == 0 || !h.Overage.Set || h.Deficit == "carried" && !b.last(p):
	case h.Overage.Approved == "":
		b.line(b.overageLine(p, a, a.Over, nil))
	default:
		b.overageApproved(p, a)
	}
}

// overageApproved charges the approved part of the overage.
func (b *hoursBook) overageApproved(p hoursPeriod, a HoursAccount) {
	approved, readings := b.approved(p)
	subject := "clause " + b.clause
	switch {
	case readings == nil:
		b.issue(Problem, "overage-unapproved", subject, "%s hours above those at hand were worked in %s, and no reading of %s says how many the client approved. They are not charged until one does.",
			clock(a.Over), a.InForce.Words(), p.hours.Overage.Approved)
		return
	case approved < a.Over:
		b.issue(Warning, "overage-above-approved", subject, "%s hours above those at hand were worked in %s, and the client approved %s: the rest is not charged.", clock(a.Over), a.InForce.Words(), clock(approved))
	}
	if minutes := min(a.Over, approved); minutes > 0 {
		b.line(b.overageLine(p, a, minutes, readings))
	}
}

// approved sums the readings of approved hours that lie in the fee period; none: nobody knows yet.
func (b *hoursBook) approved(p hoursPeriod) (minutes int64, readings []Evident) {
	inForce := p.inForce()
	sum := new(big.Rat)
	for _, m := range b.index.metricReadings {
		if m.Metric != p.hours.Overage.Approved || !inForce.Contains(m.From) || !inForce.Contains(m.Through) || m.Broken {
			continue
		}
		hours, ok := new(big.Rat).SetString(m.Value)
		if !ok || hours.Sign() < 0 {
			continue
		}
		sum.Add(sum, hours)
		readings = append(readings, Evident{Kind: string(crm.KindMetricReading), ID: m.Record().ID, Words: fmt.Sprintf("%s, %s to %s: %s hours", m.Metric, m.From.Words(), m.Through.Words(), m.Value)})
	}
	whole := rounded(sum.Mul(sum, big.NewRat(60, 1)), p.terms.Rounding)
	if !whole.IsInt64() {
		return 0, nil
	}
	return whole.Int64(), readings
}

// approvedLate charges overage of fee periods that locked statements closed, when its approval has become known since: approved to date
// less charged before.
func (b *hoursBook) approvedLate() {
	for i, p := range b.periods {
		s, closed := b.settled[p.fee]
		if !closed || b.restated[i] || p.hours.Overage.Approved == "" || p.hours.Deficit != "billed" || s.Account.Over == 0 {
			continue
		}
		if late, here := b.onThisStatement(p.inForce().Last()); !late || !here {
			continue
		}
		approved, readings := b.approved(p)
		if minutes := min(s.Account.Over, approved) - b.billedBefore(p); minutes > 0 {
			line := b.overageLine(p, *b.sums[i].Account, minutes, readings)
			line.Text += ", approved late"
			line.Basis.Notes = append(line.Basis.Notes, "The statement of the fee period is locked. What was approved to date, less what was charged before, is charged here.")
			b.line(line)
		}
	}
}

// billedBefore is the minutes of overage of a fee period that statements of other periods carried.
func (b *hoursBook) billedBefore(p hoursPeriod) int64 {
	var sum int64
	for _, s := range b.facts.Settled {
		for _, l := range s.Lines {
			if s.Period != b.facts.Period && l.Clause == b.clause && (l.Kind == KindOverage || l.Kind.corrects()) && l.Hours != nil && l.Hours.Window == p.fee {
				sum += l.Hours.Billed
			}
		}
	}
	return sum
}

// tell says what a reader of the account should know.
func (b *hoursBook) tell(p hoursPeriod, a HoursAccount, lost []WorkedEntry) {
	subject, h := "clause "+b.clause, p.hours
	b.alert(p, a)
	if len(lost) > 0 {
		var minutes int64
		for _, w := range lost {
			minutes += w.Minutes
		}
		b.issue(Warning, "hours-late-written-off", subject, "%s came after their fee period was settled: %s are written off, as the contract says.", entriesCame(len(lost)), clock(minutes))
	}
	if b.guessed && (len(a.Lots) > 1 || a.Debt > 0) {
		b.issue(Warning, "hours-on-unlocked", subject, "Hours are carried on from fee periods without a locked statement, as the evidence now says.")
	}
	switch {
	case a.Over > 0 && h.Deficit == "written-off":
		b.issue(Warning, "overage-not-allowed", subject, "%s hours above those at hand were worked in %s. Overage is not allowed: they are written off.", clock(a.Over), a.InForce.Words())
	case a.Owed > 0 && b.last(p):
		b.issue(Warning, "debt-written-off", subject, "%s hours are owed when the last fee period ends. Overage is not allowed: they are written off.", clock(a.Owed))
	case a.Owed > 0:
		b.issue(Info, "hours-owed", subject, "%s hours are owed and taken out of the next fee period.", clock(a.Owed))
	}
}

func entriesCame(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// alert tells the highest alert that was reached.
func (b *hoursBook) alert(p hoursPeriod, a HoursAccount) {
	alerts, hand := p.hours.Alerts, a.AtHand()
	if !alerts.Set || a.Worked == 0 {
		return
	}
	reached := func(share money.Ratio) bool { return a.Worked*share.Den() >= hand*share.Num() }
	used := "more than all"
	if hand > 0 {
		used = fmt.Sprintf("%d %%", a.Worked*100/hand)
	}
	tell := func(severity Severity, code string, share money.Ratio, what string) {
		b.issue(severity, code, "clause "+b.clause, "%s hours were worked in %s of %s at hand (%s): %s %s is reached.", clock(a.Worked), a.InForce.Words(), clock(hand), used, what, share)
	}
	switch {
	case reached(alerts.Hard):
		tell(Warning, "hours-hard", alerts.Hard, "the hard limit of")
	case reached(alerts.Soft):
		tell(Warning, "hours-soft", alerts.Soft, "the soft limit of")
	case reached(alerts.Warn):
		tell(Info, "hours-warn", alerts.Warn, "the warning at")
	}
}

// afterTheEnd tells of entries that came after the last fee period was settled: no fee period is left to count them in.
func (b *hoursBook) afterTheEnd() {
	if len(b.late) == 0 || !b.last(b.periods[len(b.periods)-1]) {
		return
	}
	var ids []string
	var minutes int64
	for _, e := range b.late {
		if !e.lost {
			ids = append(ids, e.ID)
			minutes += e.Minutes
		}
	}
	if len(ids) > 0 {
		b.issue(Problem, "hours-after-the-end", "clause "+b.clause, "%s came after the last fee period was settled: %s. No fee period is left to count them in; agree on them with the client.", clock(minutes), listed(ids, 12))
	}
}
