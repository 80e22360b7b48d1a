package fees

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// After the lock a dispute goes on about what it holds back. The client releases an amount, whole or in parts, and the next statement
// carries it; the agency waives an amount. Under a cap or floor over a period lines depend on each other: what a line holds is what
// payable would gain if it were released first. So it changes as others are settled, it may be nothing, and all together never
// exceed what the lines not given up would have charged less what was payable at the lock.

// hold computes what the disputed lines still hold back, each and together.
func (l *Life) hold(s Statement) {
	l.holdsNone = false
	conceded := func(i int) bool { return l.Lines[i].State == LineConceded }
	disputed := func(i int) bool { return conceded(i) || l.contested(s, i) }
	l.holdsNone = totalWithout(s, disputed).Cmp(totalWithout(s, conceded)) > 0
	gone := l.gone(s)
	left := totalWithout(s, gone).Sub(totalWithout(s, l.goneOrDisputed(s))).Minor
	for i, line := range l.Lines {
		left -= line.Released
		if !gone(i) {
			left -= line.Waived
		}
	}
	now := totalWithout(s, l.goneOrHeld(s, -1)).Minor
	l.Held = 0
	for i := range l.Lines {
		line := &l.Lines[i]
		line.Held = 0
		if !l.contested(s, i) || s.Lines[i].With != 0 || line.State != LineDisputed {
			continue
		}
		marginal := totalWithout(s, l.goneOrHeld(s, i)).Minor - now - line.Released - line.Waived
		line.Held = max(0, min(marginal, left))
		l.Held = max(0, left)
	}
}

// contested lines are those that a dispute held back at the lock. A disputed line that is a credit to the client was not held back (see Divide).
func (l *Life) contested(s Statement, i int) bool {
	switch l.Lines[i].State {
	case LineDisputed, LineReleased, LineWaived:
		return !l.holdsNone && groupSum(s, s.Lines[i]) > 0
	}
	return false
}

func (l *Life) gone(s Statement) func(int) bool {
	return func(i int) bool {
		return l.Lines[i].State == LineConceded || l.Lines[i].State == LineWaived && l.contested(s, i)
	}
}

func (l *Life) goneOrDisputed(s Statement) func(int) bool {
	gone := l.gone(s)
	return func(i int) bool { return gone(i) || l.contested(s, i) }
}

// goneOrHeld also takes out what is still disputed, but not the line that is looked at and the limits that belong to it.
func (l *Life) goneOrHeld(s Statement, looked int) func(int) bool {
	gone := l.gone(s)
	return func(i int) bool {
		if looked >= 0 && (i == looked || s.Lines[i].With == s.Lines[looked].No) {
			return false
		}
		return gone(i) || l.contested(s, i) && l.Lines[i].State == LineDisputed
	}
}

// settle takes a release or waiver. When nothing of the line is held any more, its dispute is over.
func (l *Life) settle(s Statement, e Event) {
	if e.Line < 1 || e.Line > len(l.Lines) {
		return
	}
	l.note(e)
	line := &l.Lines[e.Line-1]
	before := line.Held
	if e.Kind == Release {
		line.Released += e.Minor
	} else {
		line.Waived += e.Minor
	}
	if e.Minor >= before {
		to := LineReleased
		if e.Kind == Waive && line.Released == 0 {
			to = LineWaived
		}
		for i := range l.Lines {
			if i == e.Line-1 || s.Lines[i].With == e.Line {
				l.Lines[i].State, l.Lines[i].Since, l.Lines[i].By = to, e.At, e.By
			}
		}
	}
	l.hold(s)
}

// checkHeld: a dispute goes on after the lock while it holds something back.
func (l Life) checkHeld(s Statement, e Event) error {
	if err := checkStandsAlone(s, e); err != nil {
		return err
	}
	line := l.Lines[e.Line-1]
	if line.State != LineDisputed {
		return fault.New(fault.Conflict, "line-"+string(line.State), "Line %d is %s; only a line that is still disputed can be %s.", e.Line, line.State, past(e.Kind))
	}
	if e.Kind == Answer {
		return nil
	}
	held := money.New(line.Held, s.Currency)
	switch {
	case line.Held == 0 && e.Minor == 0: // the limits leave nothing to pay for it; its dispute can still be ended
		return nil
	case line.Held == 0:
		return fault.New(fault.Invalid, "amount", "Line %d holds nothing back now: write 0.", e.Line).At("amount")
	case e.Minor <= 0:
		return fault.New(fault.Invalid, "amount", "Write an amount above zero, at most %s.", held.Format()).At("amount")
	case e.Minor > line.Held:
		return fault.New(fault.Invalid, "amount", "Line %d still holds back %s; no more than that can be %s.", e.Line, held.Format(), past(e.Kind)).At("amount")
	}
	return nil
}

// ReleasesOf are the amounts that a locked statement's settled disputes put on the next one.
func ReleasesOf(id string, s Statement, events []Event) []Released {
	var out []Released
	for _, e := range events {
		if e.Kind != Release || e.Minor == 0 || e.Line < 1 || e.Line > len(s.Lines) {
			continue
		}
		line := s.Lines[e.Line-1]
		words := "accepted by " + e.By + " on " + e.At.UTC().Format("2 Jan 2006")
		if e.Text != "" {
			words += ": " + e.Text
		}
		out = append(out, Released{
			ID: ReleaseID(id, e.Seq), Statement: id, Period: s.Period, Line: e.Line, Clause: line.Clause, Text: line.Text,
			Amount: money.New(e.Minor, s.Currency), Words: words,
		})
	}
	return out
}

// ReleaseID names a release by its statement and event, so that it is carried once.
func ReleaseID(statement string, seq int) string { return fmt.Sprintf("%s/%d", statement, seq) }

// AtLock is the total of a locked statement, divided: what was payable at the lock, what disputes still hold back, and what was given up
// before and since. What the client released since is owed on the statement that carries it, so it is in none of the three.
func AtLock(s Statement, l Life) Split {
	split := Split{Payable: totalWithout(s, l.goneOrDisputed(s)), Held: money.New(l.Held, s.Currency)}
	released := money.New(0, s.Currency)
	for _, line := range l.Lines {
		released = released.Add(money.New(line.Released, s.Currency))
	}
	split.Conceded = s.Total.Sub(split.Payable).Sub(split.Held).Sub(released)
	return split
}

// PayableAtLock is what of each line of a locked statement is payable, in the order of its lines; together it is AtLock's Payable. A line that
// was disputed at the lock, or conceded, is worth nothing here, whatever became of its dispute since.
func PayableAtLock(s Statement, l Life) []money.Amount { return amountsWithout(s, l.goneOrDisputed(s)) }
