package billing

import (
	"fmt"
	"math"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// stepMonths is how many months pass before a charge is added to what bears the next; 0: it never is.
func stepMonths(compounding string) int {
	return map[string]int{"monthly": 1, "yearly": 12}[compounding]
}

// compounded cuts a part at its months or years from the day it is counted, each rounded once: a charge that is not settled bears the charge of the
// next. accrued is what the parts before it have borne by a day; what was settled settles those first.
func (r reckoning) compounded(p LatePart, step int, accrued func(cal.Date) int64) []LatePart {
	var out []LatePart
	own, carried := p.Base.Minor, int64(0)
	for k, from := 1, p.From; from.Before(p.Until); k++ {
		piece := p
		piece.From, piece.Until = from, cal.Earlier(p.Until, p.From.AddMonths(k*step, p.From.Day()))
		piece.Paid = p.Paid && piece.Until == p.Until
		num, den, words := timeOf(*r.agreed.Late, from, piece.Until)
		if counted := r.agreed.Late.Counted; counted == "months-begun" || counted == "full-months" { // by the day of the first one: 31 Jan, 28 Feb, 31 Mar
			num, den, words = timeOfMonths(*r.agreed.Late, months(p.From, piece.Until, counted == "months-begun")-int64((k-1)*step))
		}
		if num == 0 && len(out) > 0 {
			break
		}
		settled := max(0, r.settled(from)-accrued(from))
		piece = r.bearing(piece, bounded(own, carried-settled), num, den, words)
		carried += piece.Charge.Minor
		out = append(out, piece)
		from = piece.Until
	}
	return out
}

// bounded is what bears a charge: what is open and the charges on it. It grows no further than the largest amount that is read from outside.
func bounded(own, carried int64) int64 {
	return min(own+min(max(0, carried), math.MaxInt64-own), max(own, money.MaxMinor))
}

// bearing is a part with its charge: base x rate x time.
func (r reckoning) bearing(p LatePart, base, num, den int64, words string) LatePart {
	late := r.agreed.Late
	p.Base = r.amount(base)
	p.Charge = r.amount(money.MulDiv(base, late.Rate.Num()*num, late.Rate.Den()*den, r.agreed.Rounding))
	p.Formula = fmt.Sprintf("%s × %s per %s × %s = %s", p.Base.Format(), late.Rate, late.Per, words, p.Charge.Format())
	return p
}

// chargedBy is what parts have borne by a day.
func chargedBy(parts []LatePart, on cal.Date) int64 {
	var sum int64
	for _, p := range parts {
		if !p.Until.After(on) {
			sum += p.Charge.Minor
		}
	}
	return sum
}

// settledBy is what of the charges on an invoice was paid or taken back by a day, less what was given back.
func (b Book) settledBy(bill Bill) func(cal.Date) int64 {
	return func(on cal.Date) int64 {
		var sum int64
		for _, c := range b.Charged {
			switch {
			case c.Bill != bill.ID:
			case c.Minor < 0:
				if !c.AsOf.After(on) {
					sum += c.Minor
				}
			default:
				sum += b.appliedBy(c.Document, c.Line, on)
			}
		}
		return max(0, sum)
	}
}

// appliedBy is what was applied to a line by a day.
func (b Book) appliedBy(bill string, line int, on cal.Date) int64 {
	var sum int64
	for _, a := range b.Applied {
		for _, s := range b.Sources {
			if a.Target == bill && a.Line == line && s.ID == a.Source && !s.On.After(on) {
				sum += a.Minor
			}
		}
	}
	return sum
}
