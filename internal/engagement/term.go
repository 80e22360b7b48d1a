package engagement

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Standing is where a contract stands in its term on a day: what runs, and what comes when nobody acts.
type Standing struct {
	Terms    contract.Terms // the latest version that both have accepted: it says when the contract ends
	Turn     cal.Period     // the term or renewal that runs; its To is zero with an open end
	Renewals int            // how often it has renewed: by itself (auto), or by amendments (mutual-written)
	Left     int            // how often it can renew yet; Unlimited where no count is agreed
	Ended    bool           // the contract no longer runs on the day
	Renews   bool           // when nobody acts, a renewal follows the turn
	NoticeBy cal.Date       // last day on which notice can be received to end the contract with the turn; zero where it ends without notice or has no end
	End      cal.Date       // first day on which the contract no longer runs when nobody acts; zero: no end
	Notice   *Notice        // the notice that ends it on End while no version of the contract says so yet; nil: none does
}

// StandingUnder is StandingOf with the notices that were given: what a notice that binds ends, ends by it. Every page, list and feed that tells the last day of a contract
// takes it from here.
func StandingUnder(a contract.Agreement, notices []Notice, day cal.Date) Standing {
	s := StandingOf(a, day)
	n, ends := Ending(notices, a.First().Zone)
	if !ends || !s.Terms.Term.Ended.IsZero() || !s.End.IsZero() && !n.Effect.End.Before(s.End) {
		return s
	}
	s.Notice, s.End, s.Ended = &n, n.Effect.End, !day.Before(n.Effect.End)
	s.Turn.To, s.Renews, s.NoticeBy = n.Effect.End, false, cal.Date{}
	return s
}

// Settled are the terms by which the contract is settled: those that were accepted, ended by a notice that binds.
func (s Standing) Settled() contract.Terms {
	t := s.Terms
	if s.Notice != nil {
		t.Term.Notice.Received, t.Term.Ended = s.Notice.Effect.Received, s.Notice.Effect.End
	}
	return t
}

// Last is the last day of the contract as it is known; zero while it has no end.
func (s Standing) Last() cal.Date {
	if s.End.IsZero() {
		return cal.Date{}
	}
	return s.End.AddDays(-1)
}

// Unlimited is the number of renewals left where the contract agrees on no count.
const Unlimited = -1

// StandingOf reads the term of an agreement as of a day. Contracts that renew by themselves and those that renew by writing have opposite
// outcomes when nothing happens: the first go on, the second lapse.
func StandingOf(a contract.Agreement, day cal.Date) Standing {
	t := a.Latest()
	s := Standing{Terms: t, Turn: cal.Period{From: t.Term.Start}, Left: 0}
	end, ends := t.End()
	if ends {
		s.End, s.Ended = end, !day.Before(end)
	}
	k, turn, ok := t.TurnOn(day)
	switch {
	case !t.Term.Ended.IsZero():
		if ok {
			s.Turn = turn
		}
		s.Turn.To, s.Renewals = t.Term.Ended, k
		return s
	case !ok:
		return s
	}
	s.Turn = turn
	switch r := t.Term.Renewal; r.Kind {
	case contract.RenewalAuto:
		s.Renewals, s.Left = k, Unlimited
		if r.AtMost > 0 {
			s.Left = r.AtMost - k
		}
		_, s.Renews = t.Turn(k + 1)
		if s.Renews {
			s.NoticeBy = t.Term.Notice.By(turn.To, t.Calendar)
		}
	case contract.RenewalMutual:
		s.Renewals, s.Left = renewed(a), Unlimited
		if r.AtMost > 0 {
			s.Left = max(0, r.AtMost-s.Renewals)
		}
	}
	return s
}

// renewed counts the accepted amendments that made the term longer.
func renewed(a contract.Agreement) (n int) {
	for i := 1; i < len(a.Versions); i++ {
		before, now := a.Versions[i-1], a.Versions[i]
		if first, ok := before.Turn(0); ok {
			if second, ok := now.Turn(0); ok && second.To.After(first.To) {
				n++
			}
		}
	}
	return n
}

// Words say what happens when nobody acts, for people who have not read the contract.
func (s Standing) Words() string {
	r := s.Terms.Term.Renewal
	last := s.Turn.To.AddDays(-1)
	switch {
	case s.Ended:
		return "It has ended: its last day was " + s.Last().Words() + "."
	case s.Notice != nil:
		return fmt.Sprintf("It ends by notice of the %s, received on %s: its last day is %s.", s.Notice.Side, s.Notice.Effect.Received.Words(), s.Last().Words())
	case !s.Terms.Term.Ended.IsZero():
		return "It is being ended: its last day is " + s.End.AddDays(-1).Words() + "."
	case s.Turn.To.IsZero():
		return fmt.Sprintf("It runs on until notice of %s is given.", s.Terms.Term.Notice.Period)
	case s.Renews:
		return fmt.Sprintf("If nobody acts, it renews on %s for %s. Notice that ends it on %s must be received by %s.",
			s.Turn.To.Words(), r.Each, last.Words(), s.NoticeBy.Words())
	case r.Kind == contract.RenewalMutual && s.Left == 0:
		return fmt.Sprintf("It ends on %s. All renewals that were agreed are used.", last.Words())
	case r.Kind == contract.RenewalMutual:
		return fmt.Sprintf("If nobody acts, it lapses: its last day is %s. It goes on only when both sides renew it in writing by then.", last.Words())
	case r.Kind == contract.RenewalAuto:
		return fmt.Sprintf("It ends on %s: it has renewed as often as was agreed.", last.Words())
	default:
		return fmt.Sprintf("It ends on %s. It does not renew.", last.Words())
	}
}

// MayRenew says until when both sides can still agree to renew in writing, and the length that the term then has. ok is false, with why, where
// the contract cannot be renewed so.
func (s Standing) MayRenew() (until cal.Date, length cal.Span, why string) {
	switch r := s.Terms.Term.Renewal; {
	case s.Ended:
		return until, length, "The contract has ended; a new one is needed."
	case s.Notice != nil:
		return until, length, fmt.Sprintf("A notice of the %s ends the contract on %s. Both sides withdraw it before they renew.", s.Notice.Side, s.Last().Words())
	case !s.Terms.Term.Ended.IsZero():
		return until, length, "The contract is being ended; an amendment that both accept takes that back."
	case r.Kind != contract.RenewalMutual:
		return until, length, "This contract does not renew by a written agreement."
	case s.Left == 0:
		return until, length, fmt.Sprintf("It can renew at most %d times and has. A longer term needs an amendment of that clause too.", r.AtMost)
	}
	length, ok := s.Terms.Renewed()
	if !ok {
		return until, length, "The contract does not say for how long it renews. Write each: 12 months into an amendment first."
	}
	return s.Turn.To.AddDays(-1), length, ""
}
