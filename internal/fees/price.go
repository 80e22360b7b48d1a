package fees

import (
	"cmp"
	"errors"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Prices is what a contract comes to over months of a history, and what it would come to if one choice said something else.
type Prices struct {
	Currency money.Currency
	Months   []cal.Month
	Evidence int64
	Written  Course
	Needs    []Need        // what the history lacks altogether for the contract as it is written: what hangs on it is unknown
	Choices  []ChoicePrice // those that move most first
}

// Course is what each month comes to under one reading, drafted in order, each as if those before it were locked.
type Course struct {
	Totals []money.Amount
	Total  money.Amount
	Held   int     // questions that hold money out; one that is asked in several months counts once
	Asked  []Issue // they, in the order of the months that ask them first

	asked map[question]bool
}

// ChoicePrice is a choice with its other readings.
type ChoicePrice struct {
	Path     string
	Name     string
	Clause   string
	Written  string
	Readings []ReadingPrice
}

// ReadingPrice is what the contract comes to under another reading of a choice.
type ReadingPrice struct {
	Other string
	Course
	Difference money.Amount // over the months, against what is written
	Needs      []string     // facts that the history lacks altogether and that only this reading asks for: the difference is unknown, not what it says
}

// MovesMost is the reading that makes the greatest difference, up or down.
func (c ChoicePrice) MovesMost() ReadingPrice {
	return slices.MaxFunc(c.Readings, func(a, b ReadingPrice) int { return cmp.Compare(a.moves(), b.moves()) })
}

// moves is how much a reading moves; one whose difference is unknown comes last.
func (r ReadingPrice) moves() int64 {
	if len(r.Needs) > 0 {
		return -1
	}
	return max(r.Difference.Minor, -r.Difference.Minor)
}

// Moves says whether any month of any reading differs from what is written.
func (p Prices) Moves(c ChoicePrice) bool {
	return slices.ContainsFunc(c.Readings, func(r ReadingPrice) bool {
		return len(r.Needs) > 0 || !slices.Equal(r.Totals, p.Written.Totals) || r.Held != p.Written.Held
	})
}

// Pricing is a contract on a history, to be priced.
type Pricing struct {
	Agreement contract.Agreement
	Evidence  crm.Evidence
	Months    []cal.Month // in order without a gap; months before them in which the agreement runs are drafted, but not shown
	AsOf      cal.Date
	Stop      func() bool // asked before each reading is made, and before it is priced; nil: never
}

// Price drafts the months under the agreement as it is written and under each other reading of its choices, all from the same evidence. It is
// pure. Nothing that was locked is looked at: what the months come to is what they would come to, were they drafted today. The error is
// SumsFault for sums beyond any money, or ErrStopped.
func Price(p Pricing) (out Prices, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = gaveUp("price the contract", cause)
		}
	}()
	x := newIndex(p.Evidence)
	out = Prices{Currency: p.Agreement.First().Currency, Months: p.Months, Evidence: p.Evidence.AsOf, Written: p.course(p.Agreement, x)}
	out.Needs = needs(p.Agreement, x, p.Months)
	readings := p.Agreement.Readings(p.Stop)
	if p.stopped() {
		return Prices{}, ErrStopped
	}
	for _, r := range readings {
		if p.stopped() {
			return Prices{}, ErrStopped
		}
		course := p.course(r.Agreement, x)
		priced := ReadingPrice{Other: r.Other, Course: course, Difference: course.Total.Sub(out.Written.Total)}
		for _, n := range needs(r.Agreement, x, p.Months) {
			if !slices.ContainsFunc(out.Needs, func(o Need) bool { return o.Clause == n.Clause && o.What == n.What }) {
				priced.Needs = append(priced.Needs, n.What)
			}
		}
		if n := len(out.Choices); n > 0 && out.Choices[n-1].Path == r.Path {
			out.Choices[n-1].Readings = append(out.Choices[n-1].Readings, priced)
			continue
		}
		out.Choices = append(out.Choices, ChoicePrice{Path: r.Path, Name: r.Name, Clause: r.Clause, Written: r.Written, Readings: []ReadingPrice{priced}})
	}
	slices.SortStableFunc(out.Choices, func(a, b ChoicePrice) int { return cmp.Compare(b.MovesMost().moves(), a.MovesMost().moves()) })
	return out, nil
}

func (p Pricing) stopped() bool { return p.Stop != nil && p.Stop() }

// ErrStopped is the error of a pricing that was stopped.
var ErrStopped = errors.New("the pricing was stopped")

// course drafts every month from the first in which the agreement runs.
func (p Pricing) course(a contract.Agreement, x *index) Course {
	currency := a.First().Currency
	out := Course{Total: money.New(0, currency)}
	months(a, p.Months, func(m cal.Month, settled []SettledStatement) SettledStatement {
		s, issues := draft(a, Facts{Period: m.Period(), Evidence: p.Evidence, Settled: settled}, p.AsOf, x, sameEvidence)
		if slices.Contains(p.Months, m) {
			out.add(s, issues, currency)
		}
		return Settle(m.String(), s, nil)
	})
	return out
}

func (c *Course) add(s Statement, issues []Issue, currency money.Currency) {
	total := money.New(s.Total.Minor, currency)
	c.Totals, c.Total = append(c.Totals, total), c.Total.Add(total)
	for _, i := range issues {
		if q := (question{i.Code, i.Subject}); i.Severity == Problem && !c.asked[q] {
			if c.asked == nil {
				c.asked = map[question]bool{}
			}
			c.asked[q] = true
			c.Held++
			c.Asked = append(c.Asked, i)
		}
	}
}

// question is what a fact is missing for.
type question struct{ code, subject string }

// months goes through every month from the first in which the agreement runs, or the first that is shown, to the last that is shown, each with
// those before it as locked. Draft gives what is locked of a month.
func months(a contract.Agreement, shown []cal.Month, draft func(m cal.Month, settled []SettledStatement) SettledStatement) {
	if len(shown) == 0 {
		return
	}
	m, last := cal.MonthOf(a.First().Effective), shown[len(shown)-1]
	if shown[0].First().Before(m.First()) {
		m = shown[0]
	}
	var settled []SettledStatement
	for ; !m.First().After(last.First()); m = m.Next() {
		settled = append(settled, draft(m, settled))
	}
}
