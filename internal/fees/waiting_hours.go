package fees

import (
	"cmp"
	"fmt"
	"math/big"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// waitingHours are the fee periods of a retainer in which more hours were worked than are at hand and than the client approved, and the fee period
// that runs, in which hours can be approved before they are worked.
func (d *drafter) waitingHours(id string, today cal.Date) []Waiting {
	b := d.book(id)
	if b == nil {
		return nil
	}
	var out []Waiting
	for i, p := range b.periods {
		if s, closed := b.settled[p.fee]; closed {
			b.reopen(i, s)
		} else {
			b.sums[i], _ = b.close(i)
		}
		if h := p.hours; h.Overage.Approved == "" || b.sums[i].Account == nil || h.Deficit == "carried" && !b.last(p) {
			continue
		}
		if w := b.waiting(p, *b.sums[i].Account); w.Worked > w.Given+w.Before || p.inForce().Contains(today) {
			out = append(out, w)
		}
	}
	return out
}

// waiting is the approval that a fee period wants, or may have.
func (b *hoursBook) waiting(p hoursPeriod, a HoursAccount) Waiting {
	own := crm.MetricReading{Metric: p.hours.Overage.Approved, From: p.inForce().From, Through: p.inForce().Last()}
	w := Waiting{Kind: crm.KindMetricReading, ID: own.Record().ID, Clause: b.clause, On: contract.ClientSide, Name: own.Metric, Acts: []crm.Act{crm.ActApprove},
		InForce: p.inForce(), Worked: a.Over, Silent: "Hours that nobody approves are not charged."}
	all, _ := b.approved(p)
	for _, m := range b.index.metricReadings {
		if m.Record().ID != w.ID || m.Broken {
			continue
		}
		w.Stands = m.Value
		if hours, ok := new(big.Rat).SetString(m.Value); ok && hours.Sign() >= 0 {
			minutes := rounded(hours.Mul(hours, big.NewRat(60, 1)), p.terms.Rounding)
			if minutes.IsInt64() {
				w.Before = minutes.Int64()
			}
		}
	}
	w.Given = all - w.Before
	open := max(0, a.Over-all)
	w.Words = fmt.Sprintf("%s hours above those at hand were worked in %s, %s approved", clock(a.Over), w.InForce.Words(), clock(all))
	w.Worth = money.New(0, b.currency)
	if line := b.overageLine(p, a, open, nil); open > 0 {
		w.Worth = line.Amount
	}
	return w
}

// Unapproved reports whether hours wait that were worked already; the others can be approved ahead.
func (w Waiting) Unapproved() bool { return w.IsHours() && !w.Closed && w.Worked > w.Given+w.Before }

// Closing is the approval of exactly what stands: the client approves no more of what was worked.
func (w Waiting) Closing() string { return cmp.Or(w.Stands, "0") }

// Close is w when the client approved no more of it at a time when then waited: unless more was worked since, nothing is left to approve.
func (w Waiting) Close(then []Waiting) Waiting {
	for _, t := range then {
		if t.Kind == w.Kind && t.ID == w.ID && w.Worked <= t.Worked {
			w.Closed, w.Worth = true, money.New(0, w.Worth.Currency)
			w.Words += "; no more of them"
		}
	}
	return w
}
