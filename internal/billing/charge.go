package billing

import (
	"fmt"

	"github.com/invopop/gobl/l10n"
	"github.com/invopop/gobl/tax"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// KindLateCharge is the kind of a line that charges for paying late.
const KindLateCharge fees.LineKind = "late-charge"

// LateClaim is what an invoice of late charges is made of.
type LateClaim struct {
	Issuer, Customer Party
	Contract         string
	Currency         money.Currency
	AsOf             cal.Date
	Bases            []LateBasis // with something to charge or give back; all taxed alike
	Tax              string      // none | as-fees, as the contract says
	Agreed           *Agreed     // of the invoices that were paid late
	Terms
}

// IssueLate makes the invoice of late charges, a line for each invoice that was paid late; where later payments leave less than was charged,
// a credit note. Its number is given by who stores it. Faults: Conflict when nothing is to be charged, or a profile does not allow an
// invoice; Invalid at a field of the terms.
func IssueLate(c LateClaim) (Document, error) {
	if err := c.Terms.check(); err != nil {
		return Document{}, err
	}
	net := money.New(0, c.Currency)
	first := c.AsOf
	for _, b := range c.Bases {
		net, first = net.Add(b.Delta), cal.Earlier(first, b.DueOn.AddDays(1))
	}
	if net.IsZero() {
		return Document{}, fault.New(fault.Conflict, "nothing-accrued", "No late charge has accrued until %s that is not charged already.", c.AsOf.Words())
	}
	taxed, err := c.tax()
	if err != nil {
		return Document{}, err
	}
	d := Document{
		Kind: Invoice, Purpose: LateCharges, IssuedOn: c.IssuedOn, DueOn: c.DueOn, Currency: c.Currency, Issuer: c.Issuer, Customer: c.Customer, Contract: c.Contract,
		Period: cal.Period{From: first, To: c.AsOf.AddDays(1)}, PurchaseOrder: c.PurchaseOrder, PaymentLink: c.PaymentLink, Note: c.Note, Tax: taxed, Late: c.Bases, Agreed: c.Agreed.onlyDue(),
	}
	sign := int64(1)
	if net.Minor < 0 {
		sign, d.Kind, d.DueOn, d.PaymentLink = -1, CreditNote, c.IssuedOn, ""
		d.Reason = "What became known of payments later leaves less late charge than was charged."
	}
	for i, b := range c.Bases {
		line := Line{No: i + 1, From: i + 1, Kind: KindLateCharge, Text: fmt.Sprintf("Late charge on %s, due %s, until %s", b.Number, b.DueOn.Words(), c.AsOf.Words()), Detail: b.detail(), Net: money.New(b.Delta.Minor*sign, c.Currency)}
		line.single()
		d.Lines = append(d.Lines, line)
	}
	d.sum(0)
	return d, nil
}

const lateOutside = "Late charge: no tax, as the contract says."

func (c LateClaim) tax() (Tax, error) {
	if c.Tax == "as-fees" {
		return TaxFor(c.Issuer.Profile, c.Customer.Profile, c.IssuedOn)
	}
	t := Tax{Treatment: NoTax, Reason: lateOutside}
	if categoryOf(tax.RegimeDefFor(l10n.Code(taxCountry(c.Issuer.Country)))) == tax.CategoryVAT {
		t.Category, t.Situation = string(tax.CategoryVAT), IsOutside
	}
	return t, nil
}

// DiscountNote makes the credit note of what a payment took off an invoice by being early: an amount with tax, spread over what is left of the lines
// in proportion, with the tax of the invoice. Faults: as CreditOf.
func DiscountNote(id, hash string, invoice Document, notes []Document, on cal.Date, taken money.Amount, reason string) (Document, error) {
	left := LeftOf(invoice, notes)
	net := money.MulDiv(taken.Minor, left.Total.Minor, left.Gross.Minor, money.HalfUp)
	weights := make([]int64, len(left.Net))
	for i, l := range left.Net {
		weights[i] = max(0, l.Minor)
	}
	lines := make([]money.Amount, len(left.Net))
	for i, minor := range money.Allocate(net, weights, nil) {
		lines[i] = money.New(minor, invoice.Currency)
	}
	d, err := CreditOf(id, hash, invoice, notes, Credit{IssuedOn: on, Reason: reason, Lines: lines})
	if err != nil {
		return Document{}, err
	}
	d.Purpose = EarlyPayment
	d.sum(0)
	d.sum(taken.Minor - d.Payable.Minor)
	return d, nil
}

// DiscountBack makes the invoice that takes the discount of a payment back when the payment is reversed: the lines of its credit note, charged.
func DiscountBack(id, hash string, note Document, agreed *Agreed, on, due cal.Date) Document {
	d := note
	d.Kind, d.Purpose, d.Number, d.IssuedOn, d.DueOn, d.Agreed = Invoice, DiscountUndid, Number{}, on, cal.Later(on, due), nil
	if agreed != nil {
		d.Agreed = agreed.onlyDue()
		if agreed.Late != nil {
			d.Agreed.Late, d.Agreed.GraceUntil = agreed.Late, d.DueOn
		}
	}
	d.Reason, d.Credits = "", nil
	d.Note = "The payment that took the discount of " + note.Number.String() + " was reversed."
	d.Undoes = &Reference{ID: id, Number: note.Number.String(), IssuedOn: note.IssuedOn, Hash: hash}
	d.Lines = append([]Line(nil), note.Lines...)
	return d
}
