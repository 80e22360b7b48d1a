package api_test

import (
	"strings"
	"testing"

	billingapi "github.com/ofrecord/ofrecord/internal/billing/api"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const (
	agencyProfile = `{"legal_name":"Northlight GmbH","street":"Lange Str. 1","city":"Berlin","country":"DE","tax_id":"DE111111125"}`
	clientProfile = `{"legal_name":"Acme SAS","street":"Rue 3","city":"Paris","country":"FR","tax_id":"FR44732829320","tax":"reverse-charge","terms_days":14}`
)

func TestFromProfilesToCash(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		st := k.locked()
		k.call(owner, 409, "POST", "/invoices", `{"statement":"`+st.ID+`"}`, nil)
		var agency billingapi.Entered[billingapi.Agency]
		if k.call(owner, 200, "GET", "//billing-profile", "", &agency); agency.Version != 0 || agency.Profile != nil {
			t.Errorf("%+v", agency)
		}
		k.call(finance, 403, "PUT", "//billing-profile", agencyProfile, nil)
		k.call(owner, 422, "PUT", "//billing-profile", strings.Replace(agencyProfile, "125", "126", 1), nil)
		if k.call(owner, 200, "PUT", "//billing-profile", agencyProfile, &agency); agency.Version != 1 || agency.Profile.Series != "INV" || agency.Profile.TaxID != "DE111111125" {
			t.Errorf("%+v", agency)
		}
		addressed := strings.Replace(agencyProfile, `"country"`, `"electronic_address":"9930:DE111111125","country"`, 1)
		k.call(owner, 422, "PUT", "//billing-profile", strings.Replace(addressed, "9930:", "9901:", 1), nil)
		if k.call(owner, 200, "PUT", "//billing-profile", addressed, &agency); agency.Profile.Electronic != "9930:DE111111125" {
			t.Errorf("%+v", agency)
		}
		var client billingapi.Entered[billingapi.Client]
		k.call(owner, 200, "PUT", "/billing-profile", clientProfile, &client)
		if k.call(finance, 200, "GET", "/billing-profile", "", &client); client.Profile.Tax != "reverse-charge" || *client.Profile.TermsDays != 14 {
			t.Errorf("%+v", client)
		}

		k.call(finance, 403, "POST", "/invoices", `{"statement":"`+st.ID+`"}`, nil)
		k.call(owner, 422, "POST", "/invoices", `{"statement":"`+st.ID+`","due_on":"2026-13-01"}`, nil)
		var inv billingapi.Invoice
		k.call(owner, 201, "POST", "/invoices", `{"statement":"`+st.ID+`","purchase_order":"PO-1"}`, &inv)
		if inv.Number != "INV-2026-0001" || inv.Payable.Amount != "20000.00" || inv.Taxed.Category != "VAT" || inv.Taxed.Reason == "" || len(inv.Lines) != 2 || inv.DueOn != "2026-03-16" {
			t.Errorf("%+v", inv)
		}
		at := "/invoices/" + inv.ID
		for _, path := range []string{"/pdf", "/gobl", "/ubl"} {
			w := k.call(finance, 200, "GET", at+path, "", nil)
			if path == "/ubl" && !strings.Contains(w.Body.String(), `<cbc:EndpointID schemeID="9930">DE111111125</cbc:EndpointID>`) {
				t.Errorf("%s", w.Body)
			}
			if w.Body.Len() < 500 || !strings.Contains(w.Header().Get("Content-Disposition"), "INV-2026-0001") {
				t.Errorf("%s: %v", path, w.Header())
			}
		}
		if k.call(finance, 200, "POST", at+"/acknowledge", `{"words":"thanks"}`, &inv); inv.Acknowledged.By != "Finn Finance" || inv.Acknowledged.Words != "thanks" {
			t.Errorf("%+v", inv.Acknowledged)
		}
		k.call(boss, 409, "POST", at+"/acknowledge", "", nil)

		var p billingapi.Payment
		k.call(owner, 422, "POST", "/payments", `{"paid_on":"2026-03-02","lines":[{"no":1,"amount":"1"}]}`, nil)
		k.call(owner, 422, "POST", "/payments", `{"paid_on":"2026-03-02","invoice":"`+inv.ID+`","lines":[{"no":2,"amount":"6000.01"}]}`, nil)
		k.call(owner, 201, "POST", "/payments", `{"paid_on":"2026-03-02","invoice":"`+inv.ID+`","lines":[{"no":2,"amount":"6000"}],"reference":"TX-1"}`, &p)
		if p.Amount.Amount != "6000.00" || len(p.Applied) != 1 || p.Applied[0].Line != 2 || p.Applied[0].Amount != "6000.00" {
			t.Errorf("%+v", p)
		}
		k.call(owner, 422, "POST", "/payments", `{"paid_on":"2026-03-02","amount":"14000.01"}`, nil)
		k.call(owner, 201, "POST", "/payments", `{"paid_on":"2026-03-02","amount":"14500","keep_rest":true,"reference":"TX-2"}`, &p)
		if p.OnAccount != "500.00" {
			t.Errorf("%+v", p)
		}
		if k.call(finance, 200, "GET", at, "", &inv); inv.Standing != "paid" || inv.Lines[1].Paid != "6000.00" {
			t.Errorf("%+v", inv)
		}
		var note billingapi.Invoice
		k.call(owner, 422, "POST", at+"/credit", `{"reason":"x","lines":[{"no":1,"amount":"1"},{"no":1,"amount":"2"}]}`, nil)
		k.call(owner, 201, "POST", at+"/credit", `{"reason":"One day.","lines":[{"no":1,"amount":"100.00"}]}`, &note)
		if note.Kind != "credit-note" || note.Credits != inv.ID || note.Left.Amount != "100.00" {
			t.Errorf("%+v", note)
		}
		k.call(owner, 409, "POST", "/payments/apply", "", nil)
		k.call(owner, 201, "POST", "/payments/refund", `{"paid_on":"2026-03-02","amount":"600.00"}`, &p)
		k.call(owner, 200, "GET", "/account", "", nil)
		var account billingapi.Account
		k.call(finance, 200, "GET", "/account?from=2026-03-01&to=2026-03-31", "", &account)
		if len(account.Accounts) != 1 || account.Accounts[0].Balance != "0.00" || len(account.Accounts[0].Entries) != 5 || len(account.Payments) != 3 {
			t.Errorf("%+v", account)
		}
		k.call(owner, 201, "POST", "/payments/"+p.ID+"/reverse", `{"reason":"wrong account"}`, &p)
		if p.Kind != "reversal" || p.Amount.Amount != "600.00" {
			t.Errorf("%+v", p)
		}
		var list api.List[billingapi.Summary]
		if k.call(finance, 200, "GET", "/invoices?limit=1", "", &list); len(list.Items) != 1 || list.Next == "" {
			t.Errorf("%+v", list)
		}
		var trial billingapi.TrialBalance
		if k.call(owner, 200, "GET", "//ledger?client=org_acme", "", &trial); len(trial.Accounts) < 5 {
			t.Errorf("%+v", trial)
		}
		for _, b := range trial.Accounts {
			if b.Account == "assets:bank" && b.Balance != "20500.00" {
				t.Errorf("%+v", b)
			}
		}
		for path, want := range map[string]string{"//ledger/text": "account assets:bank", "//ledger/journal": "day,ref,account,debit,credit"} {
			if w := k.call(owner, 200, "GET", path, "", nil); !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %s", path, w.Body)
			}
			k.call(finance, 403, "GET", path, "", nil)
		}
		k.call(owner, 422, "GET", "//ledger?until=2026-02-30", "", nil)
		k.call(sales, 403, "GET", "/invoices", "", nil)
		k.call(stranger, 404, "GET", at, "", nil)
		k.call(nobody, 401, "GET", at, "", nil)
		k.client = "org_bolt"
		k.call(owner, 404, "GET", at, "", nil)
		k.call(owner, 404, "POST", at+"/credit", `{"reason":"x"}`, nil)
	})
}

// Repeating a request with its key issues nothing a second time.
func TestIssuingIsRepeatable(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		st := k.locked()
		k.call(owner, 200, "PUT", "//billing-profile", agencyProfile, nil)
		k.call(owner, 200, "PUT", "/billing-profile", clientProfile, nil)
		first := k.send(owner, "POST", "/invoices", `{"statement":"`+st.ID+`"}`, "Idempotency-Key", "a1b2c3d4")
		again := k.send(owner, "POST", "/invoices", `{"statement":"`+st.ID+`"}`, "Idempotency-Key", "a1b2c3d4")
		if first.Code != 201 || again.Code != 201 || first.Body.String() != again.Body.String() {
			t.Errorf("%d %d", first.Code, again.Code)
		}
	})
}
