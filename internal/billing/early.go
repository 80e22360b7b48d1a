package billing

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Early is what paying an invoice early is worth.
type Early struct {
	Full  money.Amount // is taken off when all that is left is paid
	Until cal.Date     // at the latest
	Why   string       // "2 % of 14,000.00"
}

// Taken is a discount that a payment took.
type Taken struct {
	Bill  Bill
	Minor int64
}

// early reckons the discount of one invoice, given what a payment of a day finds.
type early struct {
	bill   Bill
	owed   int64 // less what credit notes took back
	inTime int64 // paid within the window
	late   int64 // paid after it
	taken  int64 // discounts taken already
}

func (b Book) early(bill Bill) early {
	e := early{bill: bill, owed: bill.Total()}
	for _, a := range b.Applied {
		if a.Target != bill.ID {
			continue
		}
		i := slices.IndexFunc(b.Sources, func(s Source) bool { return s.ID == a.Source })
		switch {
		case i < 0:
		case b.Sources[i].Kind == Noted && b.Sources[i].TookFor != "":
			e.taken += a.Minor
		case b.Sources[i].Kind == Noted && b.Sources[i].Of == bill.ID:
			e.owed -= a.Minor
		case b.Sources[i].On.After(bill.Agreed.DiscountUntil):
			e.late += a.Minor
		default:
			e.inTime += a.Minor
		}
	}
	return e
}

// base is the part of an amount that the rate is on.
func (e early) base(minor int64) int64 {
	if e.bill.Agreed.Discount.On == "with-tax" || e.bill.Total() == 0 {
		return minor
	}
	return money.MulDiv(minor, e.bill.Net, e.bill.Total(), money.HalfUp)
}

func (e early) rate(minor int64) int64 {
	r := e.bill.Agreed.Discount.Rate
	return money.MulDiv(minor, r.Num(), r.Den(), e.bill.Agreed.Rounding)
}

// full is what is taken off when all that is left is paid within the window. Only-in-full wants nothing to have been paid after it.
func (e early) full() int64 {
	if e.bill.Agreed.Discount.Partial == "only-in-full" && e.late > 0 {
		return 0
	}
	return max(0, min(e.rate(e.base(e.owed-e.late))-e.taken, e.left()))
}

func (e early) left() int64 { return e.owed - e.inTime - e.late - e.taken }

// of is what a part that does not settle the invoice takes off: its share of what was paid early, less what was taken before, so that paying in
// parts and at once comes to the same.
func (e early) of(minor int64) int64 {
	d := e.bill.Agreed.Discount
	if d.Partial == "only-in-full" {
		return 0
	}
	net := money.NewRatio(1, 1)
	if d.On != "with-tax" && e.bill.Total() != 0 {
		net = money.NewRatio(e.bill.Net, e.bill.Total())
	}
	num := d.Rate.Num() * net.Num()
	share := money.MulDiv(e.inTime+minor, num, d.Rate.Den()*net.Den()-num, e.bill.Agreed.Rounding) - e.taken
	return max(0, min(share, e.full(), e.left()-minor))
}

// EarlyOn says what is taken off when all that is left of an invoice is paid on a day. ok is false when no discount is agreed, or nothing is left of it.
func (b Book) EarlyOn(bill Bill, on cal.Date) (Early, bool) {
	if bill.Agreed == nil || bill.Agreed.Discount == nil {
		return Early{}, false
	}
	e := b.early(bill)
	out := Early{Full: b.amount(e.full()), Until: bill.Agreed.DiscountUntil, Why: e.why(b)}
	return out, !on.After(out.Until) && out.Full.Minor > 0
}

func (e early) why(b Book) string {
	words := fmt.Sprintf("%s of %s", e.bill.Agreed.Discount.Rate, b.amount(e.base(e.owed-e.late)).Format())
	if e.bill.Agreed.Discount.On == "without-tax" {
		words += " without tax"
	}
	if e.taken > 0 {
		words += ", less " + b.amount(e.taken).Format() + " taken already"
	}
	return words
}

// SpreadEarly applies a payment as Spread does, and takes the discounts of invoices that it pays early. Whoever pays all that is open takes
// none; one who pays less than the discounts allow takes them in the order of the invoices, and of each at most what was left unpaid.
func (b Book) SpreadEarly(source string, minor int64, on cal.Date, only ...string) (parts []Applied, taken []Taken) {
	var bills []Bill
	for _, bill := range b.oldestFirst() {
		if b.LeftOf(bill).Minor > 0 && (len(only) == 0 || slices.Contains(only, bill.ID)) {
			bills = append(bills, bill)
		}
	}
	pay := map[string]int64{}
	for _, bill := range bills {
		left, full := b.LeftOf(bill).Minor, int64(0)
		if e, ok := b.EarlyOn(bill, on); ok {
			full = e.Full.Minor
		}
		part := min(minor, left-full)
		if part < left-full && full > 0 {
			full = b.early(bill).of(part)
		} else if part < left-full {
			full = 0
		}
		pay[bill.ID] = part
		minor -= part
		if full > 0 && part > 0 {
			taken = append(taken, Taken{bill, full})
		}
	}
	for i := range taken { // what was paid above the discounted amounts leaves less to take off
		more := min(minor, taken[i].Minor)
		pay[taken[i].Bill.ID] += more
		taken[i].Minor -= more
		minor -= more
	}
	for _, bill := range bills {
		parts = append(parts, b.Spread(source, pay[bill.ID], bill.ID)...)
	}
	return parts, slices.DeleteFunc(taken, func(t Taken) bool { return t.Minor == 0 })
}

// TakenBy is the discount that amounts for lines of one invoice take.
func (b Book) TakenBy(bill Bill, parts []Applied, on cal.Date) []Taken {
	e, ok := b.EarlyOn(bill, on)
	if !ok {
		return nil
	}
	var sum int64
	for _, p := range parts {
		sum += p.Minor
	}
	left := b.LeftOf(bill).Minor
	full := b.early(bill).of(sum)
	if sum >= left-e.Full.Minor {
		full = min(e.Full.Minor, left-sum)
	}
	if full <= 0 || sum <= 0 {
		return nil
	}
	return []Taken{{bill, full}}
}

// Missed says why a payment took no discount, or not all of it; empty when there was none to miss. The book is that before the payment.
func (b Book) Missed(bill Bill, minor int64, on cal.Date) string {
	if bill.Agreed == nil || bill.Agreed.Discount == nil {
		return ""
	}
	e := b.early(bill)
	full, left := e.full(), b.LeftOf(bill).Minor
	switch {
	case full == 0 || minor >= left:
		return ""
	case on.After(bill.Agreed.DiscountUntil):
		return fmt.Sprintf("The discount of %s on %s was for payment until %s, and this came in on %s: %s stays open.", b.amount(full).Format(), bill.Number, bill.Agreed.DiscountUntil.Words(), on.Words(), b.amount(left-minor).Format())
	case bill.Agreed.Discount.Partial == "only-in-full" && minor < left-full:
		return fmt.Sprintf("The discount of %s on %s is taken off only when the whole is paid until %s: %s more by then.", b.amount(full).Format(), bill.Number, bill.Agreed.DiscountUntil.Words(), b.amount(left-full-minor).Format())
	}
	return ""
}
