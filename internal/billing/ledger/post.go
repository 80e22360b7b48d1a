package ledger

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Locked is a locked statement as the ledger sees it.
type Locked struct {
	ID        string
	Client    string
	Statement fees.Statement
	Payable   []money.Amount             // by line
	KindOf    func(clause string) string // the kind of a clause by its name
}

// OfLock are the entries of a locked statement: what is payable is unbilled and revenue; what of it is for days after the month is deferred
// until they are over.
func OfLock(l Locked) []Entry {
	s := l.Statement
	e := Entry{Ref: "lock:" + l.ID, Client: l.Client, Contract: s.Contract, Kind: OfStatement, Subject: l.ID, On: s.Period.Last(), Currency: s.Currency, Words: "Statement of " + s.Period.Words()}
	var later []Entry
	for i, line := range s.Lines {
		account := Of(line.Kind, l.KindOf(line.Clause))
		e.move(Unbilled, account, l.Payable[i].Minor)
		deferred, until := deferredOf(line, l.Payable[i], s.Period)
		if deferred == 0 {
			continue
		}
		e.move(account, Deferred, deferred)
		release := e
		release.Ref, release.On, release.Postings = fmt.Sprintf("release:%s/%d", l.ID, line.No), until, nil
		release.Words = line.Text + ", days after " + s.Period.Last().Words()
		release.move(Deferred, account, deferred)
		later = append(later, release)
	}
	if len(e.Postings) == 0 {
		return nil
	}
	return append([]Entry{e}, later...)
}

// deferredOf is the part of a retainer's fee that is for days after the statement's month, by days, and the last of them.
func deferredOf(l fees.Line, payable money.Amount, month cal.Period) (int64, cal.Date) {
	if payable.Minor <= 0 {
		return 0, cal.Date{}
	}
	part, until := deferral(l, month)
	return payable.Mul(part, money.HalfUp).Minor, until
}

// deferral is the part of a line that is for days after the statement's month, and the last of them; zero when nothing of it is.
func deferral(l fees.Line, month cal.Period) (money.Ratio, cal.Date) {
	if l.Kind != fees.KindRetainer || len(l.Events) != 1 {
		return money.Ratio{}, cal.Date{}
	}
	first, last, ok := strings.Cut(l.Events[0], "..")
	from, err1 := cal.ParseDate(first)
	to, err2 := cal.ParseDate(last)
	if !ok || err1 != nil || err2 != nil || !month.To.Before(to) || !from.Before(to) {
		return money.Ratio{}, cal.Date{}
	}
	fee := cal.Period{From: from, To: to}
	days := fee.Overlap(cal.Period{From: month.To, To: to}).Days()
	return money.NewRatio(int64(days), int64(fee.Days())), fee.Last()
}

// Issued is an invoice or credit note as the ledger sees it.
type Issued struct {
	ID       string
	Client   string
	Document billing.Document
	Again    bool // of a statement whose earlier invoice was taken back whole
	KindOf   func(clause string) string
}

// ofPurpose is the account of what is charged or given back beside the statements.
var ofPurpose = map[billing.Purpose]Account{billing.LateCharges: LateCharges, billing.EarlyPayment: Discounts, billing.DiscountUndid: Discounts}

// OfIssue is the entry of an invoice or credit note. Late charges and discounts have accounts of their own. Of the others, the first invoice of a statement bills what was unbilled. A credit note takes revenue back
// and puts the amount on account; an invoice that follows one that was taken back whole is revenue again.
func OfIssue(v Issued) Entry {
	d := v.Document
	e := Entry{Ref: "issue:" + v.ID, Client: v.Client, Contract: d.Contract, Kind: OfInvoice, Subject: v.ID, On: d.IssuedOn, Currency: d.Currency, Words: d.Kind.Words() + " " + d.Number.String()}
	if words := d.Purpose.Words(); words != "" {
		e.Words += ", " + words
	}
	tax := d.Payable.Sub(d.Net).Minor
	account, own := ofPurpose[d.Purpose]
	switch {
	case own && d.Kind == billing.Invoice:
		e.move(Receivable, account, d.Net.Minor)
		e.move(Receivable, Taxes, tax)
	case own:
		e.move(account, ClientFunds, d.Net.Minor)
		e.move(Taxes, ClientFunds, tax)
	case d.Kind == billing.Invoice && !v.Again:
		e.move(Receivable, Unbilled, d.Net.Minor)
		e.move(Receivable, Taxes, tax)
	case d.Kind == billing.Invoice:
		for _, l := range d.Lines {
			e.move(Receivable, Of(l.Kind, v.KindOf(l.Clause)), l.Net.Minor)
		}
		e.move(Receivable, Taxes, tax)
	case d.Credits == nil:
		e.move(Unbilled, ClientFunds, d.Net.Minor)
		e.move(Taxes, ClientFunds, tax)
	default:
		for _, l := range d.Lines {
			e.move(Of(l.Kind, v.KindOf(l.Clause)), ClientFunds, l.Net.Minor)
		}
		e.move(Taxes, ClientFunds, tax)
	}
	return e
}

// OfDeferred are the entries by which a credit note takes back what is deferred out of what is deferred, and not out of revenue that is not
// counted yet; and by which an invoice that follows one that was taken back whole defers it again. Each goes the other way on the day on which
// what was deferred is released. Lines gives the line of the statement that a line of the document is of.
func OfDeferred(v Issued, s fees.Statement, lines func(billing.Line) (fees.Line, bool)) []Entry {
	d := v.Document
	if d.Purpose != "" || d.Kind == billing.CreditNote && d.Credits == nil || d.Kind == billing.Invoice && !v.Again {
		return nil
	}
	var out []Entry
	for _, l := range d.Lines {
		of, ok := lines(l)
		part, until := deferral(of, s.Period)
		minor := l.Net.Mul(part, money.HalfUp).Minor
		if d.Kind == billing.Invoice {
			minor = -minor
		}
		if !ok || minor == 0 || !d.IssuedOn.Before(until) {
			continue
		}
		account := Of(l.Kind, v.KindOf(l.Clause))
		e := Entry{Ref: fmt.Sprintf("defer:%s/%d", v.ID, l.No), Client: v.Client, Contract: d.Contract, Kind: OfInvoice, Subject: v.ID, On: d.IssuedOn, Currency: d.Currency,
			Words: fmt.Sprintf("%s %s, line %d: days after %s", d.Kind.Words(), d.Number, l.No, s.Period.Last().Words())}
		release := e
		e.move(Deferred, account, minor)
		release.Ref, release.On = fmt.Sprintf("undefer:%s/%d", v.ID, l.No), until
		release.move(account, Deferred, minor)
		out = append(out, e, release)
	}
	return out
}

// LinesOf finds the line of a statement that a line of its invoice is of, or, where of is the invoice that it takes back, of a credit note.
func LinesOf(s fees.Statement, of *billing.Document) func(billing.Line) (fees.Line, bool) {
	return func(l billing.Line) (fees.Line, bool) {
		no := l.From
		if of != nil {
			if no < 1 || no > len(of.Lines) {
				return fees.Line{}, false
			}
			no = of.Lines[no-1].From
		}
		if no < 1 || no > len(s.Lines) {
			return fees.Line{}, false
		}
		return s.Lines[no-1], true
	}
}

// OfCash is the entry of a payment, a refund or a reversal: money moves between the bank and the client's account.
func OfCash(client string, currency money.Currency, s billing.Source) Entry {
	e := Entry{Ref: "pay:" + s.ID, Client: client, Kind: OfPayment, Subject: s.ID, On: s.On, Currency: currency, Words: s.Name}
	e.move(Bank, ClientFunds, s.Minor)
	return e
}

// OfApplied is the entry of what is applied to a line of an invoice. What pays a refund moves nothing here: the refund did.
func OfApplied(client string, b billing.Book, seq int, a billing.Applied) (Entry, bool) {
	bill, ok := b.Bill(a.Target)
	if !ok {
		return Entry{}, false
	}
	e := Entry{
		Ref: fmt.Sprintf("apply:%s/%d", a.Source, seq), Client: client, Kind: OfInvoice, Subject: a.Target, On: bill.IssuedOn, Currency: b.Currency,
		Words: fmt.Sprintf("Applied to %s, line %d", bill.Number, a.Line),
	}
	for _, s := range b.Sources {
		if s.ID == a.Source || a.Minor < 0 && s.Kind == billing.Reversal && s.Of == a.Source {
			e.On = cal.Later(e.On, s.On)
		}
	}
	e.move(ClientFunds, Receivable, a.Minor)
	return e, true
}
