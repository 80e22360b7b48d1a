package einvoice_test

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing/einvoice"
)

// What a profile accepts can be invoiced: the longest codes, and signs of other scripts.
func TestWhatAProfileAcceptsCanBeIssued(t *testing.T) {
	issuer, customer := belgian, acmeLU
	issuer.CompanyID, issuer.Series, issuer.Name, issuer.PostalCode = strings.Repeat("9", 40), "ABCDEFGHIJKL", strings.Repeat("Ω", 120), strings.Repeat("1", 20)
	customer.Reference, customer.PurchaseOrder, customer.Electronic = strings.Repeat("7", 80), strings.Repeat("4", 40), "0060:"+strings.Repeat("7", 50)
	issuer.Account, issuer.BIC = strings.Repeat("8", 40), strings.Repeat("8", 20)
	d := document(t, issuer, customer, "EUR", 37037)
	d.Contract = "northlight-" + strings.Repeat("c", 60)
	if _, err := einvoice.Envelope(d); err != nil {
		t.Error(err)
	}
	x := parse(t, write(t, d))
	if rules := broken(x); rules != nil || x.says("cbc:BuyerReference") != customer.Reference {
		t.Errorf("breaks %v, reference %q", rules, x.says("cbc:BuyerReference"))
	}
}
