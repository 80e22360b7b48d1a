package fees

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// toDate is a window of limits up to the end of a month. What a limit moves by is computed for each month that a statement moves: from the first in
// which a line of it counts to its own, and those right after it that were locked before it. So all months stand as if they had been locked in
// order and the evidence had been known at once.
type toDate struct {
	window cal.Period
	month  cal.Period
	own    cal.Period // the statement's month
	on     cal.Date   // the first day of the month under the contract; zero: it is the statement's own
	until  cal.Date   // the last day that counts; zero where the whole window does
}

// toDate of the window in which a month lies, for a statement of its own month.
func (d *drafter) toDate(per contract.Every, terms contract.Terms, month, own cal.Period) toDate {
	w := toDate{window: d.window(per, terms, d.firstDay(month)), month: month, own: own}
	if month != own {
		w.on = d.firstDay(month)
	}
	if month != own || len(d.lockedAfter(own)) > 0 {
		w.until = month.Last()
	}
	return w
}

// holds says whether what counts on a day counts.
func (w toDate) holds(day cal.Date) bool { return w.window.Contains(day) && day.Before(w.month.To) }

// movedOn says whether what counts on one of the days moves it. The statement's own month is always looked at, and so is one after it that counts it.
func (w toDate) movedOn(days []cal.Date) bool {
	return !w.month.From.Before(w.own.From) && w.window.Contains(w.own.Last()) || slices.ContainsFunc(days, w.holds)
}

// later says whether the month is one after the statement's that was locked before it. What lines of the statement count in has a line of 0.00 there
// also where nothing moves: when one of them is given up, no other statement computes it again.
func (w toDate) later() bool { return w.month.From.After(w.own.From) }

// notes say why a limit of another month stands on a statement, where the statement does not tell it.
func (w toDate) notes() []string {
	if !w.later() {
		return nil
	}
	return []string{fmt.Sprintf("%s was locked before %s. Its limit is computed again with what counts in %s now.", cal.MonthOf(w.month.From).Words(), cal.MonthOf(w.own.From).Words(), cal.MonthOf(w.own.From).Words())}
}

// name adds the month where it is not the statement's own.
func (w toDate) name(text string) string {
	if w.on.IsZero() {
		return text
	}
	return text + ", " + cal.MonthOf(w.on).Words()
}

// daysMoved are the days of other months on which lines count: those of a statement, and those of the months right after it that were locked before it,
// whose limits took the month for what the evidence said then.
func (d *drafter) daysMoved(own cal.Period, lines []Line) []cal.Date {
	var out []cal.Date
	note := func(on cal.Date) {
		if !on.IsZero() && !slices.Contains(out, on) {
			out = append(out, on)
		}
	}
	for i := range lines {
		note(lines[i].CountsOn)
	}
	for _, month := range d.lockedAfter(own) {
		s, _ := d.settledIn(month)
		for i := range s.Lines {
			note(s.Lines[i].CountsOn)
		}
	}
	return out
}

// monthsMoved are the months from the first of the days to the statement's own, and those locked right after it.
func (d *drafter) monthsMoved(own cal.Period, days []cal.Date) []cal.Period {
	first := cal.MonthOf(own.From)
	for _, day := range days {
		if day.Before(first.First()) {
			first = cal.MonthOf(day)
		}
	}
	var out []cal.Period
	for m := first; m.First().Before(own.To); m = m.Next() {
		out = append(out, m.Period())
	}
	return append(out, d.lockedAfter(own)...)
}

// lockedAfter are the months right after one that were locked before it. Behind a month that is not locked, those that are wait for its statement.
func (d *drafter) lockedAfter(own cal.Period) []cal.Period {
	if n := len(d.facts.Settled); n == 0 || !own.From.Before(d.facts.Settled[n-1].Period.From) {
		return nil
	}
	var out []cal.Period
	for m := cal.MonthOf(own.From).Next(); m.Period() != d.facts.Period; m = m.Next() {
		if _, locked := d.settledIn(m.Period()); !locked {
			break
		}
		out = append(out, m.Period())
	}
	return out
}
