package ui_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const list = "/clients/org_acme/invoices"

// enterProfiles goes through both billing profiles as a person does.
func (k *desk) enterProfiles(b *browser) {
	k.T.Helper()
	form := b.get("/billing-profile")
	form.says(k.T, 200, "Legal name", "Series of invoices")
	a := b.press(form, "/billing-profile", "name", "Northlight GmbH", "street", "Lange Str. 1", "tax_id", "DE111111126", "country", "DE")
	a.says(k.T, 422, "no tax id of Germany", "Write the city.")
	if got := a.Find("input[name=street]").AttrOr("value", ""); got != "Lange Str. 1" {
		k.T.Errorf("the input is not kept: %q", got)
	}
	if got := a.Find("select[name=country] option[selected]").AttrOr("value", ""); got != "DE" {
		k.T.Errorf("the country is not kept: %q", got)
	}
	b.press(a, "/billing-profile", "city", "Berlin", "postal_code", "10115", "tax_id", "DE 111 111 125", "account", "DE89 3704 0044 0532 0130 00", "bic", "COBADEFFXXX").says(k.T, 200, "Saved.")
	form = b.get("/clients/org_acme/billing-profile")
	b.press(form, "/billing-profile", "name", "Acme AG", "street", "Platz 2", "city", "Köln", "country", "DE", "tax_id", "DE282741168", "tax", "standard", "terms_days", "30", "purchase_order", "PO-1").says(k.T, 200, "Saved.")
}

// TestFromLockToCash is a month's invoice through its pages: profiles, issue, acknowledgement, payment, credit note, statement of account.
func TestFromLockToCash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		agency, client := k.as(owner), k.as(finance)
		agency.get(list).says(t, 200, "No invoice yet", "Lock a statement")
		client.get(list).says(t, 200, "No invoice yet", "The agency issues the first one")
		client.get(list+"/issue").says(t, 403)
		client.get("/billing-profile").says(t, 403)
		client.get("/clients/org_acme/billing-profile").says(t, 200, "Not entered yet")
		agency.get(list+"/issue").says(t, 200, "Nothing to invoice")
		agency.get("/clients/org_acme/account").says(t, 200, "Nothing was invoiced yet")
		agency.get("/clients/org_acme/account/pay").says(t, 200, "Nothing was invoiced yet")

		k.January()
		st := k.Locked("2026-01", 2)
		agency.get(list).says(t, 200, "To invoice", "January 2026")
		issue := list + "/issue?statement=" + st.ID
		agency.get(issue).says(t, 409, "Enter the billing profile of the agency first", "Enter the billing profile of the client first")
		k.enterProfiles(agency)
		client.get("/clients/org_acme/billing-profile").says(t, 200, "Acme AG", "Standard rate", "Germany")

		form := agency.get(issue)
		form.says(t, 200, "Issue the invoice of January 2026", "Disputes hold something", "VAT 19 %", "16,030.00", "3,045.70", "To pay, USD", "19,075.70", "Northlight GmbH", "Tax id DE111111125")
		a := agency.press(form, "/issue", "payment_link", "http://x", "issued_on", "2026-13-01")
		a.says(t, 422, "Write the day as 2026-04-07.")
		a = agency.press(form, "/issue", "payment_link", "http://x", "due_on", "2026-01-01")
		a.says(t, 422, "beginning with https://", "due on the day of issue or later")
		one := agency.press(a, "/issue", "payment_link", "https://pay.example/1", "due_on", "2026-03-05", "note", "Thank <b>you</b>")
		one.says(t, 200, "Issued INV-2026-0001.", "Invoice INV-2026-0001", "Total 19,075.70 USD", "Open 19,075.70 USD", "PO-1", "Thank <b>you</b>", "https://pay.example/1", "5 Mar 2026")
		if one.Find("main b").Length() > 0 {
			t.Error("what a person writes becomes markup")
		}
		if strings.Contains(one.words(), "BorealFreight") {
			t.Error("the disputed line is on the invoice")
		}
		at := one.path
		agency.press(form, "/issue").says(t, 409, "invoiced already, as INV-2026-0001")

		for path, kind := range map[string]string{"/invoice.pdf": "application/pdf", "/gobl.json": "application/json", "/ubl.xml": "application/xml"} {
			got := client.get(at + path)
			if got.status != 200 || got.header.Get("Content-Type") != kind || !strings.Contains(got.header.Get("Content-Disposition"), "INV-2026-0001") || len(got.body) < 500 {
				t.Errorf("%s: %d %v", path, got.status, got.header)
			}
		}
		ask := client.get(at + "/acknowledge")
		ask.says(t, 200, "You say that Acme AG has INV-2026-0001", "accepts nothing")
		client.press(ask, "/acknowledge", "words", "In our run of 2 March").says(t, 200, "Acknowledged on", "Finn Finance: In our run of 2 March")
		client.press(ask, "/acknowledge").says(t, 409, "Finn Finance acknowledged INV-2026-0001")
		agency.get(at+"/acknowledge").says(t, 403)

		pay := agency.get(at)
		pay.says(t, 200, "Record a payment", "Credit")
		form = agency.get("/clients/org_acme/account/pay?invoice=" + strings.TrimPrefix(at, list+"/"))
		form.says(t, 200, "Record a payment of INV-2026-0001", "Of it for line 1")
		a = agency.press(form, "/pay", "amount", "20,000.00", "paid_on", "2026-02-03")
		a.says(t, 422, "19,075.70 is open, and 924.30 of the payment would pay nothing")
		a = agency.press(a, "/pay", "amount", "", "line_1", "17,000.00")
		a.says(t, 422, "Line 1 of INV-2026-0001 has 16,660.00 left to pay")
		agency.press(a, "/pay", "amount", "", "line_1", "16,660.00", "reference", "TX-1").says(t, 200, "Recorded.", "Payment TX-1", "Balance 2,415.70")
		agency.get(at).says(t, 200, "partly paid", "Open 2,415.70", "Paid and credited")
		over := agency.get("/clients/org_acme/account/pay")
		agency.press(over, "/pay", "amount", "2,500.00", "keep_rest", "on", "reference", "TX-2").says(t, 200, "On account 84.30")
		agency.get(at).says(t, 200, "paid", "Open 0.00")

		credit := agency.get(at + "/credit")
		credit.says(t, 200, "All that is left", "Amounts by line")
		agency.press(credit, "/credit").says(t, 422, "Say why")
		note := agency.press(credit, "/credit", "reason", "Agreed by phone.", "what", "lines", "line_1", "100.00")
		note.says(t, 200, "Credit note CN-2026-0001", "Takes back USD 119.00 of INV-2026-0001", "119.00")
		client.get(at).says(t, 200, "CN-2026-0001")

		account := client.get("/clients/org_acme/account")
		account.says(t, 200, "Balance −203.30", "INV-2026-0001", "CN-2026-0001", "Payment TX-2")
		if account.Find("a[href$='/reverse'], a[href$='/pay']").Length() > 0 {
			t.Error("the client is offered what only the agency may do")
		}
		csv := client.get("/clients/org_acme/account/account.csv?from=2026-01-01")
		if csv.status != 200 || !strings.Contains(csv.body, "receipt,Payment TX-1,0.00,16660.00,") {
			t.Errorf("%d %s", csv.status, csv.body)
		}
		refund := agency.get("/clients/org_acme/account/refund")
		refund.says(t, 200, "203.30 is on account")
		agency.press(refund, "/refund", "amount", "300").says(t, 409, "no more than that")
		back := agency.press(refund, "/refund", "reference", "RF-1")
		back.says(t, 200, "Refund RF-1", "Balance 0.00")
		reverse := agency.get(back.Find("a[href$='/reverse']").First().AttrOr("href", ""))
		reverse.says(t, 200, "You take the refund")
		agency.press(reverse, "/reverse").says(t, 422, "Say why")
		agency.press(reverse, "/reverse", "reason", "wrong account").says(t, 200, "Reversed.", "Balance −203.30")
		agency.post("/clients/org_acme/account/apply", "currency", "USD").says(t, 200, "Nothing can be applied")
		agency.get("/ledger").says(t, 200, "Trial balance", "assets:receivable", "Revenue, retainer", "Taxes", "All accounts, USD")
		agency.get("/ledger/accounts/liabilities:client-funds?client=org_acme").says(t, 200, "Client funds", "Payment TX-2", "Balance −203.30", "Bank")
		agency.get("/ledger/accounts/assets:gold").says(t, 404)
		agency.get("/ledger?until=x").says(t, 422, "Write the day")
		if text := agency.get("/ledger/ledger.journal"); text.status != 200 || !strings.Contains(text.body, "account assets:receivable") || !strings.Contains(text.body, "Acme Robotics, Inc. | Invoice INV-2026-0001") {
			t.Errorf("%d %s", text.status, text.body)
		}
		if table := agency.get("/ledger/journal.csv?until=2026-01-31"); table.status != 200 || !strings.Contains(table.body, ",assets:unbilled,") || strings.Contains(table.body, "INV-2026-0001") {
			t.Errorf("%d %s", table.status, table.body)
		}
		client.get("/ledger").says(t, 403)
		k.as(stranger).get(at).says(t, 404)
		k.as(sales).get(list).says(t, 403)
		agency.get("/clients/org_bolt/invoices"+strings.TrimPrefix(at, list)).says(t, 404)
	})
}
