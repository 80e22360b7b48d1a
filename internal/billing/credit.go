package billing

import (
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Credit says what of an invoice is taken back.
type Credit struct {
	IssuedOn cal.Date
	Reason   string
	Lines    []money.Amount // net, by line of the invoice, with the sign of that line; nil: all that is left
}

// Left is what of an invoice is not taken back yet.
type Left struct {
	Net   []money.Amount // by line
	Total money.Amount   // net
	Gross money.Amount   // with tax
}

// LeftOf is what earlier credit notes have left of an invoice.
func LeftOf(invoice Document, notes []Document) Left {
	out := Left{Total: invoice.Net, Gross: invoice.Payable}
	for _, l := range invoice.Lines {
		out.Net = append(out.Net, l.Net)
	}
	for _, n := range notes {
		out.Total, out.Gross = out.Total.Sub(n.Net), out.Gross.Sub(n.Payable)
		for _, l := range n.Lines {
			out.Net[l.From-1] = out.Net[l.From-1].Sub(l.Net)
		}
	}
	return out
}

// CreditOf makes the credit note of an invoice, given the earlier ones. Its number is given by who stores it. Faults: Invalid at "reason",
// "issued_on" or the line; Conflict when it would take back more than is left.
func CreditOf(id, hash string, invoice Document, notes []Document, c Credit) (Document, error) {
	if invoice.Kind != Invoice {
		return Document{}, fault.New(fault.Conflict, "not-an-invoice", "%s is a credit note; only an invoice can be credited.", invoice.Number)
	}
	left := LeftOf(invoice, notes)
	if left.Gross.IsZero() && left.Total.IsZero() {
		return Document{}, fault.New(fault.Conflict, "credited", "%s is taken back whole already.", invoice.Number)
	}
	if c.Lines == nil {
		c.Lines = left.Net
	}
	if err := c.check(invoice, left); err != nil {
		return Document{}, err
	}
	d := Document{
		Kind: CreditNote, Purpose: invoice.Purpose, IssuedOn: c.IssuedOn, DueOn: c.IssuedOn, Currency: invoice.Currency, Issuer: invoice.Issuer, Customer: invoice.Customer,
		Contract: invoice.Contract, Period: invoice.Period, Statement: invoice.Statement, PurchaseOrder: invoice.PurchaseOrder,
		Credits: &Reference{ID: id, Number: invoice.Number.String(), IssuedOn: invoice.IssuedOn, Hash: hash}, Reason: c.Reason, Tax: invoice.Tax,
	}
	for i, net := range c.Lines {
		if net.IsZero() {
			continue
		}
		of := invoice.Lines[i]
		line := Line{No: len(d.Lines) + 1, From: of.No, Clause: of.Clause, Kind: of.Kind, Text: of.Text, Net: net}
		if net == of.Net {
			line.Quantity, line.Unit, line.Price, line.Detail = of.Quantity, of.Unit, of.Price, of.Detail
		} else {
			line.single()
			line.Detail = "of " + of.Net.Format() + " on " + invoice.Number.String()
		}
		d.Lines = append(d.Lines, line)
	}
	d.sum(0)
	over := d.Payable.Sub(left.Gross).Minor // by the rounding of the tax of parts, a minor unit or so
	if d.Net == left.Total || over > 0 {
		d.sum(-over)
	}
	return d, nil
}

func (c Credit) check(invoice Document, left Left) error {
	var faults fault.List
	if c.Reason == "" {
		faults.Add(fault.New(fault.Invalid, "reason-missing", "Say why the invoice is taken back; it stands on the credit note.").At("reason"))
	}
	if c.IssuedOn.Before(invoice.IssuedOn) {
		faults.Add(fault.New(fault.Invalid, "issued-on", "A credit note is issued on the day of its invoice, %s, or later.", invoice.IssuedOn.Words()).At("issued_on"))
	}
	sum := money.New(0, invoice.Currency)
	for i, net := range c.Lines {
		sum = sum.Add(net)
		if net.Minor < 0 && invoice.Lines[i].Net.Minor >= 0 {
			faults.Add(fault.New(fault.Invalid, "below-zero", "Write what is taken back of line %d without a minus; only a deduction of the invoice is taken back with one.", i+1).At(LineField(i + 1)))
			continue
		}
		if net.Minor > 0 && invoice.Lines[i].Net.Minor < 0 {
			faults.Add(fault.New(fault.Invalid, "deduction", "Line %d is a deduction: write what is taken back of it with a minus, down to %s.", i+1, left.Net[i].Format()).At(LineField(i + 1)))
			continue
		}
		if net.Minor > max(0, left.Net[i].Minor) || net.Minor < min(0, left.Net[i].Minor) {
			faults.Add(fault.New(fault.Invalid, "above-line", "Line %d has %s left, without tax; no more than that can be credited.", i+1, left.Net[i].Format()).At(LineField(i + 1)))
		}
	}
	if err := faults.Err(); err != nil {
		return err
	}
	switch {
	case sum.Minor <= 0:
		return fault.New(fault.Invalid, "amount", "Write what is taken back of at least one line; a credit note gives something back.").At(LineField(1))
	case sum.Cmp(left.Total) > 0:
		return fault.New(fault.Invalid, "above-invoice", "%s has %s left, without tax, and this takes back %s. Credit its deductions with it.", invoice.Number, left.Total.Format(), sum.Format()).At(LineField(1))
	}
	return nil
}

// LineField names the field of a line in a form: "line_3".
func LineField(no int) string { return "line_" + itoa(no) }
