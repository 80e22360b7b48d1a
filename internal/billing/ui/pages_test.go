package ui_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

const list = "/clients/org_acme/invoices"

// enterProfiles goes through both billing profiles as a person does.
func (k *desk) enterProfiles(b *webtest.Browser) {
	k.T.Helper()
	form := b.Get("/billing-profile")
	form.Says(k.T, 200, "Legal name", "Series of invoices")
	a := b.Press(form, "/billing-profile", "name", "Northlight GmbH", "street", "Lange Str. 1", "tax_id", "DE111111126", "country", "DE")
	a.Says(k.T, 422, "no tax id of Germany", "Write the city.")
	if got := a.Find("input[name=street]").AttrOr("value", ""); got != "Lange Str. 1" {
		k.T.Errorf("the input is not kept: %q", got)
	}
	if got := a.Find("select[name=country] option[selected]").AttrOr("value", ""); got != "DE" {
		k.T.Errorf("the country is not kept: %q", got)
	}
	b.Press(a, "/billing-profile", "city", "Berlin", "postal_code", "10115", "tax_id", "DE 111 111 125", "account", "DE89 3704 0044 0532 0130 00", "bic", "COBADEFFXXX").Says(k.T, 200, "Saved.")
	form = b.Get("/clients/org_acme/billing-profile")
	b.Press(form, "/billing-profile", "name", "Acme AG", "street", "Platz 2", "city", "Köln", "country", "DE", "tax_id", "DE282741168", "tax", "standard", "terms_days", "30", "purchase_order", "PO-1").Says(k.T, 200, "Saved.")
}

// TestFromLockToCash is a month's invoice through its pages: profiles, issue, acknowledgement, payment, credit note, statement of account.
func TestFromLockToCash(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		agency, client := k.as(owner), k.as(finance)
		agency.Get(list).Says(t, 200, "No invoice yet", "Lock a statement")
		client.Get(list).Says(t, 200, "No invoice yet", "The agency issues the first one")
		client.Get(list+"/issue").Says(t, 403)
		client.Get("/billing-profile").Says(t, 403)
		client.Get("/clients/org_acme/billing-profile").Says(t, 200, "Not entered yet")
		agency.Get(list+"/issue").Says(t, 200, "Nothing to invoice")
		agency.Get("/clients/org_acme/account").Says(t, 200, "Nothing was invoiced yet")
		agency.Get("/clients/org_acme/account/pay").Says(t, 200, "Nothing was invoiced yet")

		k.January()
		st := k.Locked("2026-01", 2)
		agency.Get(list).Says(t, 200, "To invoice", "January 2026")
		issue := list + "/issue?statement=" + st.ID
		agency.Get(issue).Says(t, 409, "Enter the billing profile of the agency first", "Enter the billing profile of the client first")
		k.enterProfiles(agency)
		client.Get("/clients/org_acme/billing-profile").Says(t, 200, "Acme AG", "Standard rate", "Germany", "30 days after the day of issue")

		form := agency.Get(issue)
		form.Says(t, 200, "Issue the invoice of January 2026", "Disputes hold something", "VAT 19 %", "16,030.00", "3,045.70", "To pay, USD", "19,075.70", "Northlight GmbH", "Tax id DE111111125")
		a := agency.Press(form, "/issue", "payment_link", "http://x", "issued_on", "2026-13-01")
		a.Says(t, 422, "Write the day as 2026-04-07.")
		a = agency.Press(form, "/issue", "payment_link", "http://x", "due_on", "2026-01-01")
		a.Says(t, 422, "beginning with https://", "due on the day of issue or later")
		one := agency.Press(a, "/issue", "payment_link", "https://pay.example/1", "due_on", "2026-03-05", "note", "Thank <b>you</b>")
		one.Says(t, 200, "Issued INV-2026-0001.", "Invoice INV-2026-0001", "Total 19,075.70 USD", "Open 19,075.70 USD", "PO-1", "Thank <b>you</b>", "https://pay.example/1", "5 Mar 2026")
		if one.Find("main b").Length() > 0 {
			t.Error("what a person writes becomes markup")
		}
		if strings.Contains(one.Words(), "BorealFreight") {
			t.Error("the disputed line is on the invoice")
		}
		at := one.Path
		agency.Press(form, "/issue").Says(t, 409, "invoiced already, as INV-2026-0001")

		for path, kind := range map[string]string{"/invoice.pdf": "application/pdf", "/gobl.json": "application/json", "/ubl.xml": "application/xml"} {
			got := client.Get(at + path)
			if got.Status != 200 || got.Header.Get("Content-Type") != kind || !strings.Contains(got.Header.Get("Content-Disposition"), "INV-2026-0001") || len(got.Body) < 500 {
				t.Errorf("%s: %d %v", path, got.Status, got.Header)
			}
		}
		ask := client.Get(at + "/acknowledge")
		ask.Says(t, 200, "You say that Acme AG has INV-2026-0001", "accepts nothing")
		client.Press(ask, "/acknowledge", "words", "In our run of 2 March").Says(t, 200, "Acknowledged on", "Finn Finance: In our run of 2 March")
		client.Press(ask, "/acknowledge").Says(t, 409, "Finn Finance acknowledged INV-2026-0001")
		agency.Get(at+"/acknowledge").Says(t, 403)

		pay := agency.Get(at)
		pay.Says(t, 200, "Record a payment", "Credit")
		form = agency.Get("/clients/org_acme/account/pay?invoice=" + strings.TrimPrefix(at, list+"/"))
		form.Says(t, 200, "Record a payment of INV-2026-0001", "Of it for line 1")
		a = agency.Press(form, "/pay", "amount", "20,000.00", "paid_on", "2026-02-03")
		a.Says(t, 422, "19,075.70 is open, and 924.30 of the payment would pay nothing")
		a = agency.Press(a, "/pay", "amount", "", "line_1", "17,000.00")
		a.Says(t, 422, "Line 1 of INV-2026-0001 has 16,660.00 left to pay")
		agency.Press(a, "/pay", "amount", "", "line_1", "16,660.00", "reference", "TX-1").Says(t, 200, "Recorded.", "Payment TX-1", "Balance 2,415.70")
		agency.Get(at).Says(t, 200, "partly paid", "Open 2,415.70", "Paid and credited")
		over := agency.Get("/clients/org_acme/account/pay")
		agency.Press(over, "/pay", "amount", "2,500.00", "keep_rest", "on", "reference", "TX-2").Says(t, 200, "On account 84.30")
		agency.Get(at).Says(t, 200, "paid", "Open 0.00")

		credit := agency.Get(at + "/credit")
		credit.Says(t, 200, "All that is left", "Amounts by line")
		agency.Press(credit, "/credit").Says(t, 422, "Say why")
		note := agency.Press(credit, "/credit", "reason", "Agreed by phone.", "what", "lines", "line_1", "100.00")
		note.Says(t, 200, "Credit note CN-2026-0001", "Takes back USD 119.00 of INV-2026-0001", "119.00")
		client.Get(at).Says(t, 200, "CN-2026-0001")

		account := client.Get("/clients/org_acme/account")
		account.Says(t, 200, "Balance −203.30", "INV-2026-0001", "CN-2026-0001", "Payment TX-2")
		if account.Find("a[href$='/reverse'], a[href$='/pay']").Length() > 0 {
			t.Error("the client is offered what only the agency may do")
		}
		csv := client.Get("/clients/org_acme/account/account.csv?from=2026-01-01")
		if csv.Status != 200 || !strings.Contains(csv.Body, "receipt,Payment TX-1,0.00,16660.00,") {
			t.Errorf("%d %s", csv.Status, csv.Body)
		}
		refund := agency.Get("/clients/org_acme/account/refund")
		refund.Says(t, 200, "203.30 is on account")
		agency.Press(refund, "/refund", "amount", "300").Says(t, 409, "no more than that")
		back := agency.Press(refund, "/refund", "reference", "RF-1")
		back.Says(t, 200, "Refund RF-1", "Balance 0.00")
		reverse := agency.Get(back.Find("a[href$='/reverse']").First().AttrOr("href", ""))
		reverse.Says(t, 200, "You take the refund")
		agency.Press(reverse, "/reverse").Says(t, 422, "Say why")
		agency.Press(reverse, "/reverse", "reason", "wrong account").Says(t, 200, "Reversed.", "Balance −203.30")
		agency.Post("/clients/org_acme/account/apply", "currency", "USD").Says(t, 200, "Nothing can be applied")
		agency.Get("/ledger").Says(t, 200, "Trial balance", "assets:receivable", "Revenue, retainer", "Taxes", "All accounts, USD")
		agency.Get("/ledger/accounts/liabilities:client-funds?client=org_acme").Says(t, 200, "Client funds", "Payment TX-2", "Balance −203.30", "Bank")
		agency.Get("/ledger/accounts/assets:gold").Says(t, 404)
		agency.Get("/ledger?until=x").Says(t, 422, "Write the day")
		if text := agency.Get("/ledger/ledger.journal"); text.Status != 200 || !strings.Contains(text.Body, "account assets:receivable") || !strings.Contains(text.Body, "Acme Robotics, Inc. | Invoice INV-2026-0001") {
			t.Errorf("%d %s", text.Status, text.Body)
		}
		if table := agency.Get("/ledger/journal.csv?until=2026-01-31"); table.Status != 200 || !strings.Contains(table.Body, ",assets:unbilled,") || strings.Contains(table.Body, "INV-2026-0001") {
			t.Errorf("%d %s", table.Status, table.Body)
		}
		client.Get("/ledger").Says(t, 403)
		k.as(stranger).Get(at).Says(t, 404)
		k.as(sales).Get(list).Says(t, 403)
		agency.Get("/clients/org_bolt/invoices"+strings.TrimPrefix(at, list)).Says(t, 404)
	})
}
