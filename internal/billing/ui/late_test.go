package ui_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
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

// TestPaidEarlyAndLate is an invoice whose half is paid early and the rest late, through its pages.
func TestPaidEarlyAndLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, text+payment)
		agency, client := k.as(owner), k.as(finance)
		k.MoveTo("2026-02-03")
		st := k.Locked("2026-01") // the retainer of 14,000.00, with 19 % 16,660.00
		k.enterProfiles(agency)
		form := agency.Get(list + "/issue?statement=" + st.ID)
		form.Says(t, 200, "30 days after the day of issue, by version 1 of the contract.")
		agency.Press(form, "/issue", "due_on", "2026-03-04").Says(t, 422, "The contract gives the client until 5 Mar 2026")
		one := agency.Press(form, "/issue")
		one.Says(t, 200, "If paid until 13 Feb 2026", "16,326.80", "333.20 less: 2 % of 16,660.00", "5 Mar 2026: 30 days after the day of issue, by version 1 of the contract", "Overdue amounts bear a late charge of 1.5 % per month by the contract.")
		at := one.Path
		client.Get("/clients/org_acme/account").Says(t, 200, "Discount for paying early", "Settles it", "16,326.80")
		pay := agency.Get("/clients/org_acme/account/pay?invoice=" + strings.TrimPrefix(at, list+"/"))
		pay.Says(t, 200, "Money that came in until 13 Feb 2026 settles it with 16,326.80.")
		agency.Press(pay, "/pay", "amount", "8,163.40").Says(t, 200, "It was early: CN-2026-0001 takes 166.60 off INV-2026-0001.", "CN-2026-0001, discount")
		client.Get(at).Says(t, 200, "Open 8,330.00", "If paid until 13 Feb 2026", "8,163.40")
		client.Get(list).Says(t, 200, "CN-2026-0001 discount")

		k.MoveTo("2026-04-19") // 45 days after it was due
		pay = agency.Get("/clients/org_acme/account/pay")
		agency.Press(pay, "/pay", "amount", "4,000.00", "paid_on", "2026-04-04").Says(t, 200, "The discount of 166.60 on INV-2026-0001 was for payment until 13 Feb 2026, and this came in on 4 Apr 2026: 4,330.00 stays open.")
		client.Get(at).Says(t, 200, "Late charge as of 19 Apr 2026", "4,000.00 × 1.5 % per month × 30/30 = 60.00", "4,330.00 × 1.5 % per month × 45/30 = 97.43", "157.43")
		client.Get("/clients/org_acme/account").Says(t, 200, "Late charge 157.43", "accrued and not charged yet")
		if client.Get("/clients/org_acme/account").Find("a[href*='late-charges']").Length() > 0 {
			t.Error("the client is offered to charge itself")
		}
		client.Get("/clients/org_acme/account/late-charges").Says(t, 403)

		account := agency.Get("/clients/org_acme/account")
		preview := agency.Get(account.Find("a[href*='late-charges']").AttrOr("href", ""))
		preview.Says(t, 200, "Charge for paying late", "How it comes about", "To pay, USD", "157.43", "No VAT", "Due on")
		agency.Press(preview, "/late-charges", "due_on", "2026-04-20").Says(t, 422, "gives the client until 19 May 2026")
		agency.Press(preview, "/late-charges", "expect", "1.00").Says(t, 409, "it is 157.43 now, not 1.00")
		again := agency.Press(preview, "/late-charges", "expect", "1.00")
		charge := agency.Press(again, "/late-charges", "note", "By clause 7")
		charge.Says(t, 200, "Issued INV-2026-0002.", "Charged by the contract for paying late, until 19 Apr 2026", "Late charge: no tax, as the contract says.", "157.43", "By clause 7")
		agency.Press(preview, "/late-charges").Says(t, 409, "No late charge has accrued until 19 Apr 2026 that is not charged already")
		client.Get(at).Says(t, 200, "charged before", "Not charged yet")
		client.Get(list).Says(t, 200, "INV-2026-0002 late charge")
		agency.Get("/ledger").Says(t, 200, "income:late-charges", "Late charges", "revenue:discounts-allowed")
		for _, path := range []string{"/invoice.pdf", "/gobl.json", "/ubl.xml"} {
			if got := client.Get(charge.Path + path); got.Status != 200 || len(got.Body) < 500 {
				t.Errorf("%s: %d", path, got.Status)
			}
		}
		if body := client.Get(at + "/ubl.xml").Body; !strings.Contains(body, "2 % less if paid by 13 Feb 2026: USD 16,326.80 in the place of 16,660.00.") {
			t.Error("the invoice for other programs does not say what paying early is worth")
		}

		reverse := agency.Get("/clients/org_acme/account")
		reverse = agency.Get(reverse.Find("a[href$='/reverse']").Last().AttrOr("href", ""))
		agency.Press(reverse, "/reverse", "reason", "bounced").Says(t, 200, "INV-2026-0003 asks for the discount of 166.60 on INV-2026-0001 again.")
		client.Get(list).Says(t, 200, "INV-2026-0003 discount taken back")
	})
}
