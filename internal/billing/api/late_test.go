package api_test

import (
	"testing"

	billingapi "github.com/ofrecord/ofrecord/internal/billing/api"
)

const payment = `payment:
  due: 30 days
  counted_from: issue
  late_charge:
    rate: 1.5 % per month
    on: with-tax
    grace: none
    counted: days/30
    compounding: none
    at_most: none
    credited: from-the-start
    tax: none
  discount: {rate: 2 %, within: 10 days, on: with-tax, partial: pro-rata}
`

func TestPayingEarlyAndLate(t *testing.T) {
	under(t, text+payment, func(t *testing.T, k *desk) {
		st := k.locked() // 20,000.00, on 2 Mar
		k.call(owner, 200, "PUT", "//billing-profile", agencyProfile, nil)
		k.call(owner, 200, "PUT", "/billing-profile", clientProfile, nil)
		k.call(owner, 422, "POST", "/invoices", `{"statement":"`+st.ID+`","due_on":"2026-03-16"}`, nil)
		var inv billingapi.Invoice
		k.call(owner, 201, "POST", "/invoices", `{"statement":"`+st.ID+`"}`, &inv)
		if inv.DueOn != "2026-04-01" || inv.DueReason == "" || inv.Discount == nil || inv.Discount.Settles != "19600.00" || inv.Discount.Until != "2026-03-12" || inv.LateCharge != nil {
			t.Errorf("%+v %+v", inv, inv.Discount)
		}
		var p billingapi.Payment
		k.call(owner, 201, "POST", "/payments", `{"paid_on":"2026-03-02","amount":"9800.00"}`, &p)
		if len(p.Discounts) != 1 || p.Discounts[0].Amount != "200.00" || p.Discounts[0].Number != "CN-2026-0001" {
			t.Errorf("%+v", p.Discounts)
		}
		k.call(owner, 409, "POST", "/late-charges", `{}`, nil)
		k.MoveTo("2026-05-16")
		if k.call(finance, 200, "GET", "/invoices/"+inv.ID, "", &inv); inv.LateCharge == nil || inv.LateCharge.Delta != "225.00" || inv.LateCharge.Parts[0].Formula != "10,000.00 × 1.5 % per month × 45/30 = 225.00" {
			t.Errorf("%+v", inv.LateCharge)
		}
		var late billingapi.LateCharges
		if k.call(finance, 200, "GET", "/late-charges", "", &late); late.AsOf != "2026-05-16" || len(late.Charges) != 1 || late.Charges[0].Delta != "225.00" {
			t.Errorf("%+v", late)
		}
		k.call(finance, 403, "POST", "/late-charges", `{}`, nil)
		k.call(owner, 409, "POST", "/late-charges", `{"expect":"224.00"}`, nil)
		k.call(owner, 422, "POST", "/late-charges", `{"as_of":"2026-05-17"}`, nil)
		k.call(owner, 422, "POST", "/late-charges", `{"due_on":"2026-05-17"}`, nil)
		var charge billingapi.Invoice
		k.call(owner, 201, "POST", "/late-charges", `{"expect":"225.00"}`, &charge)
		if charge.Purpose != "late-charge" || charge.Statement != "" || charge.Payable.Amount != "225.00" || charge.Tax.Amount != "0.00" {
			t.Errorf("%+v", charge)
		}
		for _, path := range []string{"/pdf", "/gobl", "/ubl"} {
			k.call(finance, 200, "GET", "/invoices/"+charge.ID+path, "", nil)
		}
		k.call(owner, 409, "POST", "/late-charges", `{}`, nil)
		p = billingapi.Payment{}
		k.call(owner, 201, "POST", "/payments", `{"paid_on":"2026-05-16","amount":"9800.00","invoice":"`+inv.ID+`"}`, &p)
		if len(p.Discounts) != 0 || len(p.Missed) != 1 {
			t.Errorf("%+v", p)
		}
		var account billingapi.Account
		if k.call(finance, 200, "GET", "/account", "", &account); account.Accounts[0].Accrued != "0.00" || account.Accounts[0].Open != "425.00" {
			t.Errorf("%+v", account.Accounts[0])
		}
		k.call(stranger, 404, "GET", "/late-charges", "", nil)
	})
}
