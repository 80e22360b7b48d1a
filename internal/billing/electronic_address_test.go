package billing_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestElectronicAddressesAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "9930:DE111111125": "9930:DE111111125", " 0204 : 991-12345-67 ": "0204:991-12345-67", "em:billing@northlight.example": "EM:billing@northlight.example",
		"0088:7300010000001": "0088:7300010000001", "0208:0123456749": "0208:0123456749", "0192:974760673": "0192:974760673", "0007:2021005489": "0007:2021005489", "0151:51824753556": "0151:51824753556",
		"0184:DK16356706": "0184:DK16356706", "0225:315143296_08": "0225:315143296_08",
	} {
		p := profile(t, billing.Issuer, func(in *billing.ProfileInput) { in.Electronic = text })
		if got := p.Electronic.String(); got != want {
			t.Errorf("%q is read as %q", text, got)
		}
		body, err := json.Marshal(p)
		var again billing.Profile
		if err != nil || json.Unmarshal(body, &again) != nil || again.Electronic != p.Electronic || strings.Contains(string(body), "electronic_address") != (want != "") {
			t.Errorf("%q is kept as %s: %v", text, body, err)
		}
	}
	for text, words := range map[string]string{
		"DE111111125": "a colon and the id", "9930:": "a colon and the id", "1234:5": "is no scheme", "9901:12345678": "is no scheme", "9930:DE 111": "letters and digits", "9930:" + strings.Repeat("1", 51): "50 at most",
		"0088:7300010000002": "mistyped", "0088:730001000000": "mistyped", "0208:0123456750": "mistyped", "0192:974760674": "mistyped", "0007:2021005488": "mistyped", "0151:51824753557": "mistyped",
		"0211:11111111111": "mistyped", "EM:billing": "one mail address", "EM:": "one mail address", "0204:99<1": "letters and digits", "0204:1:2": "letters and digits",
	} {
		_, err := billing.ReadProfile(billing.Issuer, billing.ProfileInput{Name: "N", Street: "S", City: "C", Country: "DE", CompanyID: "1", Electronic: text})
		if all := fault.All(err); len(all) != 1 || all[0].Field != "electronic_address" || !strings.Contains(all[0].Message, words) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
