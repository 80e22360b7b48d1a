package engagement

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// DateKind is a sort of dated event.
type DateKind string

// The dated events of a contract.
const (
	NoticeBy      DateKind = "notice-by"
	Renews        DateKind = "renews"
	Lapses        DateKind = "lapses"
	Ends          DateKind = "ends"
	ReceivedOn    DateKind = "notice-received"
	FeeChanges    DateKind = "fee-in-notice"
	TailEnds      DateKind = "tail-ends"
	SettlementDue DateKind = "settlement-due"
	HandoverDue   DateKind = "handover-due"
	Promised      DateKind = "promised"
)

// Dated is something that happens on a day. The page, the reminders and the calendar feed all tell the same list.
type Dated struct {
	Key      string // stable while the day moves: the contract, the kind and which of them
	Contract string // id
	Kind     DateKind
	On       cal.Date
	Title    string
	Words    string
}

// DatesOf are the dated events of a contract as of a day, by day: of the turn that runs and the one after it, of a notice that binds, and
// of what goes on after the end.
func DatesOf(id string, a contract.Agreement, notices []Notice, day cal.Date) []Dated {
	s := StandingUnder(a, notices, day)
	var out []Dated
	add := func(kind DateKind, which string, on cal.Date, title, format string, args ...any) {
		out = append(out, Dated{Key: id + "/" + string(kind) + "/" + which, Contract: id, Kind: kind, On: on, Title: title, Words: fmt.Sprintf(format, args...)})
	}
	t := s.Terms
	k, _, _ := t.TurnOn(day)
	for n := k; n <= k+1 && t.Term.Ended.IsZero(); n++ {
		turn, ok := t.Turn(n)
		if !ok {
			break
		}
		if _, again := t.Turn(n + 1); again && (s.Notice == nil || turn.To.Before(s.End)) {
			by := t.Term.Notice.By(turn.To, t.Calendar)
			add(NoticeBy, fmt.Sprint(n), by, "Last day for notice", "Notice of %s that ends the contract on %s must be received by this day; otherwise it renews for %s.",
				t.Term.Notice.Period, turn.Last().Words(), t.Term.Renewal.Each)
			add(Renews, fmt.Sprint(n), turn.To, "The contract renews", "It renews for %s, unless notice was received by %s.", t.Term.Renewal.Each, by.Words())
		}
	}
	if !s.End.IsZero() {
		last := s.End.AddDays(-1)
		switch {
		case s.Notice != nil:
			add(Ends, s.Notice.ID, last, "The contract ends by notice", "Notice of the %s, received on %s. It binds the fee when both have accepted the amendment that says so.", s.Notice.Side, s.Notice.Effect.Received.Words())
		case t.Term.Ended.IsZero() && t.Term.Renewal.Kind == contract.RenewalMutual && s.Left != 0:
			add(Lapses, "", last, "The contract lapses", "It ends with this day, unless both sides have renewed it in writing.")
		default:
			add(Ends, "", last, "The contract ends", "This is its last day.")
		}
		afterEnd(t, s.End, add)
	}
	if received := t.Term.Notice.Received; !received.IsZero() {
		add(ReceivedOn, "", received, "Notice received", "The days after it are the notice.")
	}
	for i, p := range t.Phases() {
		add(FeeChanges, fmt.Sprint(i), p.Period.From, "The fee in notice changes", "%s of the retainers is owed on %s.", p.Share, p.Period.Words())
	}
	slices.SortStableFunc(out, func(a, b Dated) int { return cmp.Or(a.On.Cmp(b.On), cmp.Compare(a.Key, b.Key)) })
	return out
}

// afterEnd is what goes on after the end: tails of revenue shares, and the final settlement.
func afterEnd(t contract.Terms, end cal.Date, add func(kind DateKind, which string, on cal.Date, title, format string, args ...any)) {
	last := end.AddDays(-1)
	for _, c := range t.Clauses {
		if share, ok := c.(contract.RevenueShare); ok && !share.Tail.IsZero() {
			add(TailEnds, share.ID, share.TailOver(end, t.Calendar).AddDays(-1), "The tail of "+share.ID+" ends", "Revenue of deals that were created before the end counts for %s after it, until this day.", share.Tail)
		}
	}
	if exit := t.Term.Exit; exit != nil && !exit.SettleWithin.IsZero() {
		add(SettlementDue, "", exit.SettleWithin.After(last, t.Calendar), "The final settlement is due", "Within %s of the end.", exit.SettleWithin)
	}
}

// Reminder is one event of which people are told some days before it.
type Reminder struct {
	Dated
	Before int // days before the event, as agreed on in the list of reminders: 60, 30, 7 or 0
}

// RemindBefore are the days before an event on which people are reminded of it.
var RemindBefore = []int{60, 30, 7, 0}

// reminded are the events of which people are reminded: those that take something away when nobody acts.
var reminded = []DateKind{NoticeBy, Lapses, Ends, SettlementDue, HandoverDue}

// DueReminders are the reminders that are due on a day and were not sent: for each event the nearest that has come. Those that it overtakes
// are never sent. sent says whether a reminder of the event was sent that many days before it, or fewer.
func DueReminders(dates []Dated, day cal.Date, sent func(d Dated, before int) bool) []Reminder {
	var out []Reminder
	for _, d := range dates {
		left := d.On.DaysSince(day)
		if left < 0 || !slices.Contains(reminded, d.Kind) {
			continue
		}
		for _, before := range slices.Backward(RemindBefore) {
			if left <= before {
				if !sent(d, before) {
					out = append(out, Reminder{d, before})
				}
				break
			}
		}
	}
	return out
}
