package einvoice_test

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing/einvoice"
)

func TestAnEnvelopeFindsThatItsDocumentWasChanged(t *testing.T) {
	d := document(t, german, acmeDE, "EUR", 37037)
	envelope, err := einvoice.Envelope(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := einvoice.Whole(envelope); err != nil {
		t.Error(err)
	}
	for from, to := range map[string]string{"DE89370400440532013000": "DE02120300000000202051", `"val": "`: `"val": "0`, "{": "[", `"dig"`: `"gid"`} {
		changed := strings.Replace(string(envelope), from, to, 1)
		if changed == string(envelope) {
			t.Fatalf("%s is not in it", from)
		}
		if einvoice.Whole([]byte(changed)) == nil {
			t.Errorf("%s for %s is not found", to, from)
		}
	}
}
