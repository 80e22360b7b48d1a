package api_test

import (
	"context"
	"net/url"
	"testing"

	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// A milestone is handed over, returned, handed over again and accepted; a lead is disputed and given up, all by programs.
func TestApprovalsThroughTheAPI(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, feestest.MilestoneText)
		k.WithRows()
		k.MoveTo("2026-03-03")
		const launch = `{"milestone":"website-launch","delivered_on":"2026-03-03","key":"launch-001"}`
		var made feesapi.Decision
		k.call(finance, 403, "POST", "/deliveries", launch, nil)
		k.call(owner, 422, "POST", "/deliveries", `{"milestone":"website-lunch","delivered_on":"2026-03-03","key":"launch-001"}`, nil)
		k.call(owner, 201, "POST", "/deliveries", launch, &made)
		if made.Import != 1 || made.Act != "hand-over" || made.By != "Olga Owner" || made.Side != "agency" {
			t.Errorf("%+v", made)
		}
		k.call(owner, 201, "POST", "/deliveries", launch, &made)
		var list feesapi.Approvals
		k.call(finance, 200, "GET", "/approvals", "", &list)
		if len(list.Waiting) != 1 || len(list.Decided) != 1 {
			t.Fatalf("%+v", list)
		}
		w := list.Waiting[0]
		if w.On != "client" || w.Until != "2026-03-17" || w.Worth == nil || w.Worth.Amount != "8000.00" || w.Seen != 1 || w.By != "client finance" {
			t.Errorf("%+v", w)
		}
		at := "/deliveries/" + w.Row
		k.call(owner, 403, "POST", at+"/accept", `{"seen":1}`, nil)
		k.call(boss, 403, "POST", at+"/accept", `{"seen":1}`, nil)
		k.call(stranger, 404, "POST", at+"/accept", `{"seen":1}`, nil)
		k.call(finance, 422, "POST", at+"/return", `{"seen":1}`, nil)
		k.call(finance, 409, "POST", at+"/accept", `{"seen":0}`, nil)
		k.call(finance, 200, "POST", at+"/return", `{"seen":1,"words":"The form is missing."}`, &made)
		k.call(finance, 200, "POST", at+"/return", `{"seen":1,"words":"The form is missing."}`, &made)
		if made.Import != 2 || made.Words != "The form is missing." {
			t.Errorf("%+v", made)
		}
		k.call(owner, 201, "POST", "/deliveries", `{"milestone":"website-launch","delivered_on":"2026-03-03","key":"launch-002"}`, &made)
		k.call(finance, 200, "POST", "/deliveries/"+made.Row+"/accept", `{"seen":3}`, &made)

		k.File("leads.csv", "lead_id,delivered_at\nL|2/x,2026-03-03T11:00:00Z\n")
		lead := "/results/" + url.PathEscape("L|2/x")
		k.call(sales, 422, "POST", lead+"/dispute", `{"seen":5,"reason":"mood"}`, nil)
		k.call(sales, 200, "POST", lead+"/dispute", `{"seen":5,"reason":"no budget"}`, &made)
		k.call(sales, 403, "POST", lead+"/uphold", `{"seen":6}`, nil)
		k.call(owner, 200, "POST", lead+"/answer", `{"seen":6,"words":"It is on the list."}`, nil)
		k.call(owner, 200, "POST", lead+"/uphold", `{"seen":6}`, &made)
		if made.Act != "uphold" || made.Import != 7 {
			t.Errorf("%+v", made)
		}
		k.call(sales, 409, "POST", lead+"/withdraw", `{"seen":6}`, nil)
		k.File("more.csv", "lead_id,delivered_at\nL-8,2026-03-03T11:00:00Z\nL-9,2026-03-03T12:00:00Z\n")
		k.call(owner, 403, "POST", "/results/accept", `{"rows":[{"row":"L-8","seen":8}]}`, nil)
		k.call(sales, 409, "POST", "/results/accept", `{"rows":[{"row":"L-8","seen":8},{"row":"L-9","seen":7}]}`, nil)
		var together feesapi.AcceptedResults
		k.call(sales, 200, "POST", "/results/accept", `{"rows":[{"row":"L-8","seen":8},{"row":"L-9","seen":8}]}`, &together)
		if together != (feesapi.AcceptedResults{Count: 2, Import: 9}) {
			t.Errorf("%+v", together)
		}
		k.call(nobody, 401, "GET", "/approvals", "", nil)
		k.call(stranger, 404, "GET", "/approvals", "", nil)
	})
}
