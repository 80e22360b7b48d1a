package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// notice reads the ramp, and checks what belongs together when notice was received.
func (b *builder) notice(v *value, t *Term) {
	at := v.get("notice")
	for _, share := range at.texts("ramp") {
		r, _ := money.ParsePercent(share)
		t.Notice.Ramp = append(t.Notice.Ramp, r)
	}
	n := t.Notice
	switch {
	case n.Fee == "ramp" && len(n.Ramp) == 0:
		b.problem(at, "notice-ramp", "a fee that goes down needs its shares; write ramp: [75 %%, 50 %%, 25 %%], one for each month of the notice")
	case n.Fee != "ramp" && len(n.Ramp) > 0:
		b.problem(at.get("ramp"), "notice-ramp", "the fee during notice is %s, so there is no ramp; leave it out, or write fee: ramp", n.Fee)
	}
	switch {
	case n.Received.IsZero():
	case n.Received.Before(t.Start):
		b.problem(at.get("received"), "notice-received", "notice cannot be received before the term starts on %s", t.Start)
	case t.Ended.IsZero():
		b.problem(v, "notice-received", "notice was received on %s; write the first day after the end that it brings, such as ended: %s", n.Received, n.Period.After(n.Received, cal.WorkCalendar{}).AddDays(1))
	case !t.Ended.After(n.Received):
		b.problem(v.get("ended"), "notice-received", "the contract ends before the notice of %s was received; write a later day", n.Received)
	}
}

// InNotice says what of the retainers is owed on a run of days after notice was received.
type InNotice struct {
	Period cal.Period
	Share  money.Ratio // 0 % with work-only
}

// Phases are the days of the notice, in order, each with what of the retainers is owed; none where no notice was received or all of it is owed.
func (t Terms) Phases() []InNotice {
	n := t.Term.Notice
	end, ends := t.End()
	if n.Received.IsZero() || n.Fee == "full" || !ends {
		return nil
	}
	days := cal.Period{From: n.Received.AddDays(1), To: end}
	if n.Fee == "work-only" {
		return []InNotice{{Period: days}}
	}
	var out []InNotice
	months := cal.Cycle{Anchor: days.From, Months: 1, AnchorDay: days.From.Day()}
	for k, share := range n.Ramp {
		phase := InNotice{months.At(months.Index(days.From) + k).Overlap(days), share}
		if k == len(n.Ramp)-1 {
			phase.Period.To = days.To
		}
		if !phase.Period.IsEmpty() {
			out = append(out, phase)
		}
	}
	return out
}

// inPhase is a segment under a phase of the notice: retainers with the share of their fee that is owed, and of the hours that go with it; those
// that owe nothing are left out.
func (t Terms) inPhase(share money.Ratio) Terms {
	t.Clauses = slices.Clone(t.Clauses)
	t.Clauses = slices.DeleteFunc(t.Clauses, func(c Clause) bool { _, ok := c.(Retainer); return ok && share.Sign() == 0 })
	for i, c := range t.Clauses {
		r, ok := c.(Retainer)
		if !ok {
			continue
		}
		r.Full, r.InNotice = r.Fee, share
		r.Fee = r.Fee.Mul(share, t.Rounding)
		if r.Hours != nil && r.Hours.Partial == "with-fee" {
			hours := *r.Hours
			hours.Minutes = money.MulDiv(hours.Minutes, share.Num(), share.Den(), t.Rounding)
			r.Hours = &hours
		}
		t.Clauses[i] = r
	}
	return t
}

// underNotice cuts segments by the phases of the notice that the latest version records.
func (a Agreement) underNotice(segments []Segment) []Segment {
	phases := a.Latest().Phases()
	if len(phases) == 0 {
		return segments
	}
	var out []Segment
	for _, s := range segments {
		if before := s.Period.Overlap(cal.Period{From: s.Period.From, To: phases[0].Period.From}); !before.IsEmpty() {
			out = append(out, Segment{before, s.Terms})
		}
		for _, p := range phases {
			if in := s.Period.Overlap(p.Period); !in.IsEmpty() {
				out = append(out, Segment{in, s.Terms.inPhase(p.Share)})
			}
		}
	}
	return out
}

func noticeWords(n Notice) string {
	fee := "paid in full"
	switch n.Fee {
	case "work-only":
		fee = "not owed for the retainers, so that only work under the other clauses is paid"
	case "ramp":
		shares := make([]string, len(n.Ramp))
		for i, r := range n.Ramp {
			shares[i] = r.String()
		}
		fee = "that share of the retainers, and of the hours that are prorated with them, in each month of it: " + strings.Join(shares, ", ") + ", the last for the rest"
	}
	words := fmt.Sprintf("Notice is %s; the fee during notice is %s.", n.Period, fee) + n.receiptWords()
	if !n.Received.IsZero() {
		words += fmt.Sprintf(" Notice was received on %s.", n.Received.Words())
	}
	return words
}
