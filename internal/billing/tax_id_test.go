package billing_test

import (
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing"
)

func TestATaxIDIsReadAgainAsItIsPrinted(t *testing.T) {
	for _, c := range []struct{ country, text, want string }{
		{"US", "12-3456789", "US123456789"}, {"US", "123456789", "US123456789"}, {"US", "us 12-3456789", "US123456789"},
		{"DE", "111111125", "DE111111125"}, {"JP", "T1234567890123", "JPT1234567890123"}, {"GR", "925667500", "EL925667500"},
	} {
		text := c.text
		for range 2 { // as it was written, then as the form shows it
			p := profile(t, billing.Issuer, func(in *billing.ProfileInput) { in.Country, in.TaxID, in.Account, in.BIC = c.country, text, "", "" })
			if text = p.TaxNumber(); text != c.want {
				t.Errorf("%s of %s is kept as %s, want %s", c.text, c.country, text, c.want)
			}
		}
	}
}
