package contract

import "github.com/ofrecord/ofrecord/internal/kernel/cal"

// turnEnd is the first day after the term and k renewals of it. Lengths in months and years are counted from the start, so that a term that
// began on the 31st does not drift; other lengths one after the other.
func (t *Terms) turnEnd(k int) cal.Date {
	term := t.Term
	length, lengthOK := inMonths(term.Length)
	each, eachOK := inMonths(term.Renewal.Each)
	if lengthOK && (eachOK || k == 0) {
		return term.Start.AddMonths(length+k*each, term.Start.Day())
	}
	end := term.Length.After(term.Start, t.Calendar)
	if eachOK {
		return end.AddMonths(k*each, end.Day())
	}
	for range k {
		end = term.Renewal.Each.After(end, t.Calendar)
	}
	return end
}

func inMonths(s cal.Span) (int, bool) {
	switch s.Unit {
	case cal.Months:
		return s.N, true
	case cal.Years:
		return 12 * s.N, true
	default:
		return 0, false
	}
}

// Turn is the k-th stretch of the term: 0 as it was agreed, then each renewal that follows when nobody acts. ok is false where there is
// none: an open end, no such renewal, or an early end before it. An early end cuts the turn in which it falls.
func (t Terms) Turn(k int) (turn cal.Period, ok bool) {
	term := t.Term
	if term.Length.IsZero() || term.Renewal.Kind == RenewalEvergreen || k < 0 || k > 0 && !t.renewsAgain(k-1) {
		return cal.Period{}, false
	}
	turn = cal.Period{From: term.Start, To: t.turnEnd(k)}
	if k > 0 {
		turn.From = t.turnEnd(k - 1)
	}
	if ended := term.Ended; !ended.IsZero() {
		turn.To = cal.Earlier(turn.To, ended)
	}
	return turn, !turn.IsEmpty()
}

// renewsAgain says whether another renewal follows turn k when nobody acts.
func (t *Terms) renewsAgain(k int) bool {
	r := t.Term.Renewal
	return r.Kind == RenewalAuto && !r.Each.IsZero() && (r.AtMost == 0 || k < r.AtMost) && t.turnEnd(k).Before(lastDay)
}

// TurnOn is the turn that the day is in, the last one for a later day; ok as Turn.
func (t Terms) TurnOn(day cal.Date) (k int, turn cal.Period, ok bool) {
	turn, ok = t.Turn(0)
	for ok && !day.Before(turn.To) {
		next, more := t.Turn(k + 1)
		if !more {
			break
		}
		k, turn = k+1, next
	}
	return k, turn, ok
}

// TailOver is the first day after the tail of a contract whose first day after the end is given.
func (r RevenueShare) TailOver(end cal.Date, work cal.WorkCalendar) cal.Date {
	return r.Tail.After(end, work)
}
