package billing

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Book is what a client was invoiced and has paid in one currency.
type Book struct {
	Currency money.Currency
	Bills    []Bill
	Sources  []Source
	Applied  []Applied
	Charged  []Charged // by invoices of late charges, the oldest first
}

// Bill is an invoice as cash sees it.
type Bill struct {
	ID       string
	Number   string
	IssuedOn cal.Date
	DueOn    cal.Date
	Lines    []BillLine
	Net      int64 // of what is to be paid for all lines, the part without tax
	Purpose  Purpose
	Agreed   *Agreed // nil: the contract said nothing of payment
}

// Total is what is to be paid for all lines.
func (b Bill) Total() int64 {
	var sum int64
	for _, l := range b.Lines {
		sum += l.Due
	}
	return sum
}

// BillLine is what is to be paid for a line.
type BillLine struct {
	No   int
	Text string
	Due  int64
}

// SourceKind says where money or credit comes from, or that it went back.
type SourceKind string

// The kinds. A refund has a negative amount and is paid by other sources; a reversal takes a payment out as if it had not been made.
const (
	Receipt  SourceKind = "receipt"
	Noted    SourceKind = "credit-note"
	Refund   SourceKind = "refund"
	Reversal SourceKind = "reversal"
)

// Source is a payment or a credit note.
type Source struct {
	ID       string
	Kind     SourceKind
	Name     string // "Payment of 3 Apr 2026", "CN-2026-0001"
	On       cal.Date
	Minor    int64
	Of       string // of a credit note, the invoice; of a reversal, the payment
	Reversed bool
	Purpose  Purpose
	TookFor  string // of a credit note for paying early, the payment
}

// Applied is a part of a source that pays a line of an invoice, or a refund (line 0). A negative one takes an earlier one back.
type Applied struct {
	Source string
	Target string
	Line   int
	Minor  int64
}

// InCurrency is an amount in the currency of the book.
func (b Book) InCurrency(minor int64) money.Amount { return b.amount(minor) }

func (b Book) amount(minor int64) money.Amount { return money.New(minor, b.Currency) }

// Paid is what was applied to a line.
func (b Book) Paid(bill string, line int) money.Amount {
	var sum int64
	for _, a := range b.Applied {
		if a.Target == bill && a.Line == line {
			sum += a.Minor
		}
	}
	return b.amount(sum)
}

// LeftOf is what is still to be paid of an invoice.
func (b Book) LeftOf(bill Bill) money.Amount {
	var sum int64
	for _, l := range bill.Lines {
		sum += l.Due
	}
	for _, a := range b.Applied {
		if a.Target == bill.ID {
			sum -= a.Minor
		}
	}
	return b.amount(sum)
}

// Open is what is still to be paid of all invoices.
func (b Book) Open() money.Amount {
	sum := b.amount(0)
	for _, bill := range b.Bills {
		sum = sum.Add(b.LeftOf(bill))
	}
	return sum
}

// Free is what of a source is not applied.
func (b Book) Free(s Source) money.Amount {
	free := s.Minor
	for _, a := range b.Applied {
		if a.Source == s.ID {
			free -= a.Minor
		}
		if a.Target == s.ID {
			free += a.Minor
		}
	}
	for _, r := range b.Sources {
		if r.Kind == Reversal && r.Of == s.ID {
			free += r.Minor
		}
	}
	return b.amount(free)
}

// OnAccount is what of all sources is not applied.
func (b Book) OnAccount() money.Amount {
	sum := b.amount(0)
	for _, s := range b.Sources {
		if s.Kind != Reversal {
			sum = sum.Add(b.Free(s))
		}
	}
	return sum
}

// Balance is what the client owes after all that it has paid: what is open less what is on account.
func (b Book) Balance() money.Amount { return b.Open().Sub(b.OnAccount()) }

// Bill finds an invoice.
func (b Book) Bill(id string) (Bill, bool) {
	i := slices.IndexFunc(b.Bills, func(x Bill) bool { return x.ID == id })
	if i < 0 {
		return Bill{}, false
	}
	return b.Bills[i], true
}

// oldestFirst are the invoices by the day on which they are due.
func (b Book) oldestFirst() []Bill {
	out := slices.Clone(b.Bills)
	slices.SortStableFunc(out, func(x, y Bill) int {
		return cmp.Or(x.DueOn.Cmp(y.DueOn), x.IssuedOn.Cmp(y.IssuedOn), strings.Compare(x.Number, y.Number))
	})
	return out
}

// Spread applies an amount to the oldest open lines; to those of the named invoices only, when some are named. What is left over stays on
// account.
func (b Book) Spread(source string, minor int64, only ...string) []Applied {
	var out []Applied
	for _, bill := range b.oldestFirst() {
		if len(only) > 0 && !slices.Contains(only, bill.ID) {
			continue
		}
		for _, l := range bill.Lines {
			part := min(minor, l.Due-b.Paid(bill.ID, l.No).Minor)
			if part <= 0 {
				continue
			}
			out = append(out, Applied{Source: source, Target: bill.ID, Line: l.No, Minor: part})
			minor -= part
		}
	}
	return out
}

// Prefer applies a credit to lines in the given order of amounts, and what they cannot take to the rest of the invoice.
func (b Book) Prefer(source string, bill string, wanted map[int]int64) []Applied {
	of, ok := b.Bill(bill)
	if !ok {
		return nil
	}
	var out []Applied
	var rest int64
	for _, l := range of.Lines {
		part := min(wanted[l.No], l.Due-b.Paid(bill, l.No).Minor)
		rest += wanted[l.No] - max(0, part)
		if part > 0 {
			out = append(out, Applied{Source: source, Target: bill, Line: l.No, Minor: part})
		}
	}
	with := b
	with.Applied = append(slices.Clip(b.Applied), out...)
	return append(out, with.Spread(source, rest, bill)...)
}

// Check refuses to pay a line above what is due for it. Faults: Invalid at the line's field; NotFound for a line that is not there.
func (b Book) Check(parts []Applied) error {
	var faults fault.List
	with := b
	for _, p := range parts {
		bill, ok := b.Bill(p.Target)
		i := slices.IndexFunc(bill.Lines, func(l BillLine) bool { return l.No == p.Line })
		if !ok || i < 0 {
			return fault.New(fault.NotFound, "line", "There is no such line to pay.")
		}
		left := b.amount(bill.Lines[i].Due - with.Paid(p.Target, p.Line).Minor)
		if p.Minor <= 0 || p.Minor > left.Minor {
			faults.Add(fault.New(fault.Invalid, "above-line", "Line %d of %s has %s left to pay; write at most that.", p.Line, bill.Number, left.Format()).At(LineField(p.Line)))
		}
		with.Applied = append(slices.Clip(with.Applied), p)
	}
	return faults.Err()
}

// Draw takes an amount from what is on account, the oldest source first, for a target. Fault: Conflict when there is less.
func (b Book) Draw(minor int64, target Applied) ([]Applied, error) {
	if have := b.OnAccount(); minor > have.Minor {
		return nil, fault.New(fault.Conflict, "on-account", "%s is on account; no more than that can be taken from it.", have.FormatWith())
	}
	var out []Applied
	for _, s := range b.Sources {
		free := b.Free(s).Minor
		if s.Kind == Reversal || s.Kind == Refund || free <= 0 || minor == 0 {
			continue
		}
		part := min(free, minor)
		out = append(out, Applied{Source: s.ID, Target: target.Target, Line: target.Line, Minor: part})
		minor -= part
	}
	return out, nil
}

// Age is what is open by how long it is overdue.
type Age struct {
	Words string
	Open  money.Amount
}

// Ageing divides what is open by days past due.
func (b Book) Ageing(asOf cal.Date) []Age {
	out := []Age{{"not due yet", b.amount(0)}, {"1 to 30 days", b.amount(0)}, {"31 to 60 days", b.amount(0)}, {"61 to 90 days", b.amount(0)}, {"more than 90 days", b.amount(0)}}
	for _, bill := range b.Bills {
		late := asOf.DaysSince(bill.DueOn)
		i := 0
		if late > 0 {
			i = min(4, 1+(late-1)/30)
		}
		out[i].Open = out[i].Open.Add(b.LeftOf(bill))
	}
	return out
}

// Late are the invoices with something left to pay that were due before the day, the oldest first.
func (b Book) Late(asOf cal.Date) []Bill {
	return slices.DeleteFunc(b.oldestFirst(), func(x Bill) bool { return !asOf.After(x.DueOn) || b.LeftOf(x).Minor <= 0 })
}

// NotDue are the invoices that are open and are due on the day or later, the oldest first.
func (b Book) NotDue(asOf cal.Date) []Bill {
	return slices.DeleteFunc(b.oldestFirst(), func(x Bill) bool { return asOf.After(x.DueOn) || b.LeftOf(x).Minor <= 0 })
}

// Standing is the state of an invoice in a word.
type Standing string

// The standings.
const (
	Open     Standing = "open"
	Partly   Standing = "partly paid"
	Overdue  Standing = "overdue"
	Paid     Standing = "paid"
	Credited Standing = "credited"
)

// StandingOf says where an invoice stands on a day.
func (b Book) StandingOf(bill Bill, asOf cal.Date) Standing {
	left := b.LeftOf(bill)
	var credited, applied int64
	for _, a := range b.Applied {
		if a.Target != bill.ID {
			continue
		}
		applied += a.Minor
		if i := slices.IndexFunc(b.Sources, func(s Source) bool { return s.ID == a.Source }); i >= 0 && b.Sources[i].Kind == Noted && b.Sources[i].Of == bill.ID {
			credited += a.Minor
		}
	}
	switch {
	case left.Minor <= 0 && credited > 0 && credited == applied:
		return Credited
	case left.Minor <= 0:
		return Paid
	case asOf.After(bill.DueOn):
		return Overdue
	case applied > 0:
		return Partly
	}
	return Open
}
