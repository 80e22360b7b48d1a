package app

import (
	"strings"
	"testing"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
)

// What stays of addresses is told by column, and so are entries of the record of changes.
func TestTheCommandTellsWhichAddressesStay(t *testing.T) {
	var out strings.Builder
	tellAddresses(&out, crmops.AddressesView{Hashed: true, Ever: true, KeyIsHere: true, Stay: []crmops.Stay{{Table: "touches.channel", Rows: 2}}, Mappings: []crmops.Stay{{Table: "crm_import.mapping", Rows: 1}}, Journal: 3})
	for _, want := range []string{"An address in touches.channel: 2 rows.", "An address that a mapping states, such as a stage, in crm_import.mapping: 1 row.", "An address in the record of changes, such as in the name of a file: 3 times."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
