package billing

import (
	"fmt"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// PaymentWords are the terms of paying a document, for people: its discount with the day and the amount, and its late charge.
func (d Document) PaymentWords() []string {
	if d.Agreed == nil || d.Kind != Invoice {
		return nil
	}
	var out []string
	if e := d.Agreed.Discount; e != nil {
		bill := Bill{Net: d.Net.Minor, Agreed: d.Agreed, Lines: []BillLine{{No: 1, Due: d.Payable.Minor}}}
		off := money.New(0, d.Currency)
		if x, ok := (Book{Currency: d.Currency}).EarlyOn(bill, d.Agreed.DiscountUntil); ok {
			off = x.Full
		}
		out = append(out, fmt.Sprintf("%s less if paid by %s: %s in the place of %s.", e.Rate, d.Agreed.DiscountUntil.Words(), d.Payable.Sub(off).FormatWith(), d.Payable.Format()))
	}
	if l := d.Agreed.Late; l != nil {
		words := fmt.Sprintf("Overdue amounts bear a late charge of %s per %s by the contract", l.Rate, l.Per)
		if d.Agreed.GraceUntil.After(d.DueOn) {
			words += ", unless paid until " + d.Agreed.GraceUntil.Words()
		}
		out = append(out, words+".")
	}
	return out
}
