package billing

import (
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Agreed is what the contract says of paying an invoice, as it was on the day of issue. Its days never move.
type Agreed struct {
	Contract      string                  `json:"contract"`
	Version       int                     `json:"version"`
	Rounding      money.Rounding          `json:"rounding"`
	Due           string                  `json:"due"` // "30 days after the day of issue"
	Late          *contract.LateCharge    `json:"late_charge,omitempty"`
	GraceUntil    cal.Date                `json:"grace_until,omitzero"` // the last day on which payment bears no charge
	Discount      *contract.EarlyDiscount `json:"discount,omitempty"`
	DiscountUntil cal.Date                `json:"discount_until,omitzero"`
}

// AgreedOf is what the terms say of an invoice of a day that is due on another; nil when they say nothing of payment.
func AgreedOf(t contract.Terms, issued, due cal.Date) *Agreed {
	p := t.Payment
	if p == nil {
		return nil
	}
	a := &Agreed{Contract: t.Key, Version: t.Version, Rounding: t.Rounding, Due: p.DueWords(), Late: p.Late, Discount: p.Discount, DiscountUntil: p.DiscountUntil(issued, t.Calendar)}
	if p.Late != nil {
		a.GraceUntil = due
		if !p.Late.Grace.IsZero() {
			a.GraceUntil = p.Late.Grace.After(due, t.Calendar)
		}
	}
	return a
}

// onlyDue are the terms of an invoice on which nothing is charged or taken off, such as that of late charges.
func (a Agreed) onlyDue() *Agreed {
	return &Agreed{Contract: a.Contract, Version: a.Version, Rounding: a.Rounding, Due: a.Due}
}

// Purpose says why a document was issued that is not of a statement.
type Purpose string

// The purposes. An invoice of a statement, and a credit note that takes it back, have none.
const (
	LateCharges   Purpose = "late-charge"
	EarlyPayment  Purpose = "discount"      // credit note: what was taken off for paying early
	DiscountUndid Purpose = "discount-back" // invoice: a payment that took a discount was reversed
)

// Words is the purpose for people; empty for none.
func (p Purpose) Words() string {
	return map[Purpose]string{LateCharges: "late charge", EarlyPayment: "discount", DiscountUndid: "discount taken back"}[p]
}
