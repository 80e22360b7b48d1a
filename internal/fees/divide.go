package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Split is a statement's total, divided: Payable + Held + Conceded = total.
type Split struct {
	Payable  money.Amount // what is owed now
	Held     money.Amount // what disputes hold back
	Conceded money.Amount // what the agency gave up
}

// Divide splits the total by the states of the lines. The limits of a clause are computed again without the lines that are taken out, so that
// a cap does not hold back what is undisputed. A disputed line that is a credit to the client is not held back, and nothing is where the client
// would owe more without what is disputed: revenue that brings all of a window down to a lower rate.
func Divide(s Statement, lines []LineLife) Split {
	conceded := func(i int) bool { return lines[i].State == LineConceded }
	held := func(i int) bool { return lines[i].State == LineDisputed && groupSum(s, s.Lines[i]) > 0 }
	owed := totalWithout(s, conceded)
	payable := totalWithout(s, func(i int) bool { return conceded(i) || held(i) })
	if payable.Cmp(owed) > 0 {
		payable = owed
	}
	return Split{Payable: payable, Held: owed.Sub(payable), Conceded: s.Total.Sub(owed)}
}

// groupSum is a line with the limits that belong to it.
func groupSum(s Statement, line Line) int64 {
	main := line.With
	if main == 0 {
		main = line.No
	}
	var sum int64
	for _, l := range s.Lines {
		if l.No == main || l.With == main {
			sum += l.Amount.Minor
		}
	}
	return sum
}

// totalWithout sums the lines that are not taken out.
func totalWithout(s Statement, out func(int) bool) money.Amount {
	total := money.New(0, s.Currency)
	for _, amount := range amountsWithout(s, out) {
		total = total.Add(amount)
	}
	return total
}

// amountsWithout are the amounts of the lines when some are taken out. A limit over a period is computed from what remains of its clause, or
// of all clauses that it covers. A minimum over several clauses can be taken out itself: whether it is owed may be what is disputed.
func amountsWithout(s Statement, out func(int) bool) []money.Amount {
	amounts := make([]money.Amount, len(s.Lines))
	for i, line := range s.Lines {
		amounts[i] = money.New(line.Amount.Minor, s.Currency)
		limit, schedule := line.Basis.Limit, line.Basis.Schedule
		switch {
		case schedule != nil && !(out(i) && line.Amount.Minor > 0):
			now, fees, moved := creditedIn(s, i, amounts, out)
			amounts[i] = money.New(schedule.move(s.Currency, now, fees, moved), s.Currency)
		case schedule != nil:
			amounts[i] = money.New(0, s.Currency)
		case out(i) && (limit == nil || line.With != 0 || len(limit.Over) > 0):
			amounts[i] = money.New(0, s.Currency)
		case limit != nil && line.With == 0:
			now, moved := remaining(s, i, amounts)
			amounts[i] = limit.move(now, moved, s.Currency)
		}
	}
	return amounts
}

// countsIn says whether a line of a statement of a month counts in the window of the limit: on the day it counts on, or in the month itself. What a
// limit of an earlier month is computed on does not have the month, and of a later one where its window has.
func (l Line) countsIn(limit Line, own cal.Period) bool {
	of := limit.Basis.Limit
	if l.CountsOn.IsZero() {
		return limit.CountsOn.IsZero() || !limit.CountsOn.Before(own.To) && of.Window.Contains(own.Last())
	}
	return of.Window.Contains(l.CountsOn) && (of.Until.IsZero() || !l.CountsOn.After(of.Until))
}

// remaining sums what is left of the lines before a limit that it is computed on, and what the same limit moved for months before.
func remaining(s Statement, at int, amounts []money.Amount) (now, moved money.Amount) {
	limit := s.Lines[at]
	now, moved = money.New(0, amounts[0].Currency), money.New(0, amounts[0].Currency)
	over := limit.Basis.Limit.Over
	for i, l := range s.Lines[:at] {
		if !l.countsIn(limit, s.Period) && (len(over) == 0 || limit.Basis.Limit.ByDay) && limit.Basis.Hours == nil {
			continue
		}
		switch {
		case l.Clause == limit.Clause && l.Kind == limit.Kind && l.Basis.Limit != nil && l.under() == limit.under():
			moved = moved.Add(amounts[i])
		case len(over) == 0 && l.under() == limit.under() || slices.Contains(over, l.Clause) && !(limit.Basis.Limit.NoCosts && l.Kind.AtCost()):
			now = now.Add(amounts[i])
		}
	}
	return now, moved
}

// creditedIn sums what is left of the lines before that of a schedule: the revenue that they credit in its period, their fees, and what such
// lines moved for months before.
func creditedIn(s Statement, at int, amounts []money.Amount, out func(int) bool) (revenue, fees, moved int64) {
	schedule := s.Lines[at]
	of := schedule.Basis.Schedule
	counted := Line{CountsOn: schedule.CountsOn, Basis: Basis{Limit: &LimitSum{Window: of.Counted, Until: of.Until}}}
	window := Line{CountsOn: schedule.CountsOn, Basis: Basis{Limit: &LimitSum{Window: of.Window, Until: of.Until}}}
	for i, l := range s.Lines[:at] {
		switch {
		case l.Clause != schedule.Clause:
		case l.Kind == schedule.Kind && l.countsIn(window, s.Period):
			moved += amounts[i].Minor
		case l.Credited != 0 && !out(i) && l.countsIn(counted, s.Period):
			revenue += l.Credited
			fees += amounts[i].Minor
		}
	}
	return revenue, fees, moved
}

// under is what a limit of the line's clause is over: all lines of the clause, or, where it limits months of work, those of one month.
func (l Line) under() string {
	if l.Basis.Hours != nil {
		return l.Clause + "\x00" + l.Basis.Hours.Window.String()
	}
	return l.Clause
}

// move is what the limit adds when the statement's fees under it are now: the cumulative adjustment less what was adjusted before, by other statements
// and by this one for months before.
func (l LimitSum) move(now, moved money.Amount, c money.Currency) money.Amount {
	number := func(text string) *int64 {
		a, err := money.ParseSum(text, c)
		if err != nil {
			return nil
		}
		return &a.Minor
	}
	before, charged := number(l.Before), number(l.Charged)
	if before == nil || charged == nil {
		return money.New(0, c)
	}
	up, down := adjustments(*before+now.Minor, number(l.Floor), number(l.Cap))
	return money.New(up+down-(*charged-*before)-moved.Minor, c)
}

// Settle is what a locked statement means for later drafts: every charge that was made, by the states of its lines at the lock. What the
// agency conceded was not charged, and the limits of its clause are those of what remains; nil takes no line for conceded.
func Settle(id string, s Statement, lines []LineLife) SettledStatement {
	conceded := func(i int) bool { return lines != nil && lines[i].State == LineConceded }
	out := SettledStatement{ID: id, Period: s.Period}
	for i, amount := range amountsWithout(s, conceded) {
		l := s.Lines[i]
		settled := SettledLine{Clause: l.Clause, Kind: l.Kind, Deal: l.Deal, Events: slices.Clone(l.Events), Minor: amount.Minor, CountsOn: l.CountsOn, Hours: l.Basis.Hours, Credited: l.Credited}
		if conceded(i) {
			settled.Conceded, settled.GivenUp = true, l.Amount.Minor
		}
		out.Lines = append(out.Lines, settled)
	}
	return out
}
