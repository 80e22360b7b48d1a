package billing

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// LatePart is a part of an invoice that was open after it was due, until it was paid or the day of reckoning.
type LatePart struct {
	Amount  money.Amount `json:"amount"` // as it was to be paid
	Base    money.Amount `json:"base"`   // of it, what the rate is on
	From    cal.Date     `json:"from"`   // the time is counted from this day
	Until   cal.Date     `json:"until"`
	Paid    bool         `json:"paid"` // on the last day; false: it is open still
	Charge  money.Amount `json:"charge"`
	Formula string       `json:"formula"` // multiplies out: "10,000.00 × 1.5 % per month × 45/30 = 225.00"
}

// LateBasis is how the late charge on an invoice comes about as of a day.
type LateBasis struct {
	Bill    string        `json:"invoice_id"`
	Number  string        `json:"invoice"`
	DueOn   cal.Date      `json:"due_on"`
	AsOf    cal.Date      `json:"as_of"`
	Parts   []LatePart    `json:"parts"`
	Sum     money.Amount  `json:"sum"` // of the parts
	Limit   *money.Amount `json:"limit,omitempty"`
	Due     money.Amount  `json:"due"`     // all that is owed since the due day: the sum, at most the limit
	Charged money.Amount  `json:"charged"` // by earlier invoices, less what gave back
	Waived  money.Amount  `json:"waived"`  // of that, taken back by credit notes to them
	Delta   money.Amount  `json:"delta"`   // still to be charged; negative: to be given back
}

// Charged is what an invoice of late charges charged on an invoice; negative: gave back.
type Charged struct {
	Bill     string
	Document string
	Line     int // of the document
	AsOf     cal.Date
	Minor    int64
	Waived   int64 // taken back by credit notes to the document
}

// LateOn reckons the late charge on an invoice as of a day. ok is false when none is agreed. What is due is reckoned anew from the due day each
// time and compared with what was charged, so that charging often or once comes to the same, and a payment that becomes known later corrects it.
// What a credit note took back of a charge is waived: it is never charged again.
func (b Book) LateOn(bill Bill, asOf cal.Date) (l LateBasis, ok bool) {
	a := bill.Agreed
	if a == nil || a.Late == nil {
		return LateBasis{}, false
	}
	l = LateBasis{Bill: bill.ID, Number: bill.Number, DueOn: bill.DueOn, AsOf: asOf, Sum: b.amount(0), Charged: b.amount(0), Waived: b.amount(0)}
	r := reckoning{bill, *a, asOf, b.Currency, b.settledBy(bill)}
	var owed int64
	l.Parts, owed = r.parts(b.paidByDay(bill))
	for _, p := range l.Parts {
		l.Sum = l.Sum.Add(p.Charge)
	}
	l.Due = l.Sum
	if limit, limited := r.limit(owed); limited {
		l.Limit = &limit
		if l.Due.Cmp(limit) > 0 {
			l.Due = limit
		}
	}
	for _, c := range b.Charged {
		if c.Bill == bill.ID {
			l.Charged.Minor += c.Minor
			l.Waived.Minor += c.Waived
		}
	}
	l.Delta = b.amount(toCharge(l.Due.Minor, l.Charged.Minor, l.Waived.Minor))
	return l, true
}

// ChargedUntil is the last day until which an invoice was charged; zero: never.
func (b Book) ChargedUntil(bill Bill) cal.Date {
	var last cal.Date
	for _, c := range b.Charged {
		if c.Bill == bill.ID {
			last = cal.Later(last, c.AsOf)
		}
	}
	return last
}

// toCharge is what is due less what was charged; of what was charged and waived nothing is given back again.
func toCharge(due, charged, waived int64) int64 {
	if due >= charged {
		return due - charged
	}
	return min(0, due-(charged-waived))
}

// paid is what was paid on a day; a zero day: it was never owed.
type paid struct {
	on    cal.Date
	minor int64
}

// paidByDay is what paid an invoice, by the day on which the money came in, in order. What is reversed was never paid. A discount is
// taken on the day of the payment that took it.
func (b Book) paidByDay(bill Bill) []paid {
	sums := map[cal.Date]int64{}
	for _, a := range b.Applied {
		if a.Target != bill.ID {
			continue
		}
		for _, s := range b.Sources {
			if s.ID == a.Source {
				sums[b.countsOn(s, bill)] += a.Minor
			}
		}
	}
	var out []paid
	for on, minor := range sums {
		if minor > 0 {
			out = append(out, paid{on, minor})
		}
	}
	slices.SortFunc(out, func(x, y paid) int { return x.on.Cmp(y.on) })
	return out
}

func (b Book) countsOn(s Source, bill Bill) cal.Date {
	switch {
	case s.Kind == Noted && s.TookFor != "":
		for _, p := range b.Sources {
			if p.ID == s.TookFor {
				return p.On
			}
		}
	case s.Kind == Noted && s.Of == bill.ID && bill.Agreed.Late.Credited == "from-the-start":
		return cal.Date{}
	}
	return s.On
}

// reckoning counts the charge on one invoice.
type reckoning struct {
	bill     Bill
	agreed   Agreed
	asOf     cal.Date
	currency money.Currency
	settled  func(cal.Date) int64 // of the charges on it, by a day
}

func (r reckoning) amount(minor int64) money.Amount { return money.New(minor, r.currency) }

// base is the part of an amount that the rate is on.
func (r reckoning) base(minor int64) int64 {
	if r.agreed.Late.On == "with-tax" || r.bill.Total() == 0 {
		return minor
	}
	return money.MulDiv(minor, r.bill.Net, r.bill.Total(), money.HalfUp)
}

// parts are what was open after the grace, and what of the invoice was owed at all.
func (r reckoning) parts(paidOn []paid) (out []LatePart, owed int64) {
	left := r.bill.Total()
	owed = left
	var seen int64
	part := func(minor int64, until cal.Date, isPaid bool) {
		base := r.base(seen+minor) - r.base(seen)
		seen += minor
		left -= minor
		if minor > 0 && until.After(r.agreed.GraceUntil) && until.After(r.bill.DueOn) {
			out = append(out, r.charge(minor, base, until, isPaid, out)...)
		}
	}
	for _, p := range paidOn {
		if p.on.IsZero() {
			owed -= p.minor
			part(p.minor, r.bill.DueOn, true)
			continue
		}
		if !p.on.After(r.asOf) {
			part(p.minor, p.on, true)
		}
	}
	part(left, r.asOf, false)
	return out, owed
}

// charge is what one part bears, rounded once; one in pieces where charges bear charges. before are the parts that were paid before it.
func (r reckoning) charge(minor, base int64, until cal.Date, isPaid bool, before []LatePart) []LatePart {
	late := r.agreed.Late
	p := LatePart{Amount: r.amount(minor), Base: r.amount(base), From: r.bill.DueOn, Until: until, Paid: isPaid}
	if late.ThenFrom == "its-end" {
		p.From = r.agreed.GraceUntil
	}
	if step := stepMonths(late.Compounding); step > 0 {
		return r.compounded(p, step, func(on cal.Date) int64 { return chargedBy(before, on) })
	}
	num, den, words := timeOf(*late, p.From, until)
	return []LatePart{r.bearing(p, base, num, den, words)}
}

// timeOf is how many periods of the rate the time counts, as a fraction and in words.
func timeOf(late contract.LateCharge, from, until cal.Date) (num, den int64, words string) {
	yearly := late.Per == contract.EveryYear
	switch late.Counted {
	case "days/30":
		num, den = int64(until.DaysSince(from)), 30
		if yearly {
			den = 360
		}
	case "days/365":
		num, den = int64(until.DaysSince(from)), 365
		if !yearly {
			return 12 * num, den, fmt.Sprintf("12 × %d/365", num)
		}
	default:
		return timeOfMonths(late, months(from, until, late.Counted == "months-begun"))
	}
	return num, den, fmt.Sprintf("%d/%d", num, den)
}

func timeOfMonths(late contract.LateCharge, n int64) (num, den int64, words string) {
	if late.Per == contract.EveryYear {
		return n, 12, fmt.Sprintf("%d/12", n)
	}
	return n, 1, plural(n, "month")
}

// months counts from a day by its day of the month, recomputed each time: 31 Jan, 28 Feb, 31 Mar.
func months(from, until cal.Date, begun bool) int64 {
	n := 0
	for !from.AddMonths(n+1, from.Day()).After(until) {
		n++
	}
	if begun && from.AddMonths(n, from.Day()).Before(until) {
		n++
	}
	return int64(n)
}

func plural(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.FormatInt(n, 10) + " " + unit + "s"
}

// limit is the most that the invoice bears; ok is false when there is no limit.
func (r reckoning) limit(owed int64) (limit money.Amount, ok bool) {
	switch late := r.agreed.Late; {
	case late.AtMost != nil:
		return *late.AtMost, true
	case late.AtMostPart != nil:
		return r.amount(r.base(owed)).Mul(*late.AtMostPart, r.agreed.Rounding), true
	}
	return money.Amount{}, false
}

// Words are how the charge comes about, a sentence a step.
func (l LateBasis) Words() []string {
	var out []string
	for _, p := range l.Parts {
		state := "open on " + p.Until.Words()
		if p.Paid {
			state = "paid on " + p.Until.Words()
		}
		out = append(out, fmt.Sprintf("%s, counted from %s: %s", state, p.From.Words(), p.Formula))
	}
	if l.Limit != nil && l.Sum.Cmp(*l.Limit) > 0 {
		out = append(out, fmt.Sprintf("together %s, at most %s", l.Sum.Format(), l.Limit.Format()))
	}
	if !l.Charged.IsZero() {
		out = append(out, "less "+l.Charged.Format()+" charged before")
	}
	if l.Waived.Minor > 0 {
		out = append(out, l.Waived.Format()+" of that was waived and is not charged again")
	}
	return out
}

func (l LateBasis) detail() string { return strings.Join(l.Words(), "; ") }
