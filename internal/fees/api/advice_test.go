package api_test

import (
	"strings"
	"testing"

	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
)

func TestAdviceOfAContract(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		at := "/contracts/" + k.Contract + "/advice"
		k.WithRows()
		k.MoveTo("2026-03-02")
		var a feesapi.Advice
		if k.call(owner, 200, "GET", at, "", &a); a.Import != 0 || a.Model != "" || len(a.Measures) != 0 || len(a.Paid) != 0 {
			t.Fatalf("without evidence: %+v", a)
		}
		k.File("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nA,Deal A,c1,200000.00,USD,2026-02-01T10:00:00Z,2026-02-10,won,true,true\n")

		k.call(finance, 200, "GET", at, "", &a)
		if a.Import == 0 || a.On == "" || a.Model != "" || len(a.Measures) != 3 || a.Measures[0].Grade != "insufficient data" || !strings.Contains(a.Why[0], "it takes 20") {
			t.Fatalf("%+v", a)
		}
		if len(a.Paid) != 4 || a.Paid[0].Name != "As it stands" || a.Paid[0].Total == nil && a.Paid[0].Needs == 0 {
			t.Errorf("%+v, %s", a.Paid, a.Untried)
		}

		k.call(stranger, 404, "GET", at, "", nil)
		k.call(nobody, 401, "GET", at, "", nil)
		k.call(owner, 404, "GET", "/contracts/none/advice", "", nil)
		k.client = "org_bolt" // another client than the contract's
		k.call(owner, 404, "GET", at, "", nil)
	})
}
