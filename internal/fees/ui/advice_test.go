package ui_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

// TestAdvice: without evidence the advisor asks for it, with little it says that it is too little, and for which other client's contract it is asked
// changes nothing. Several months of what each model would have paid are drawn beside their table, one is not.
func TestAdvice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.WithRows()
		k.MoveTo("2026-02-03")
		at := "/clients/org_acme/contract/" + k.Contract + "/advice"
		client := k.as(finance)
		client.Get(at).Says(t, 200, "Which pay model fits", "There is no evidence yet", "Open the evidence")
		k.File("deals.csv", "deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\nd1,<b>One</b>,1000.00,USD,2026-01-02T10:00:00Z,2026-01-20,true,true\n")
		page := client.Get(at)
		page.Says(t, 200, "Insufficient data", "Only 1 deal can be measured, and it takes 20", "Hygiene of the CRM", "insufficient data", "What each model would have paid", "60 % retainer, 3 % share",
			"Of the sales cycle too little is known", "Of the agency are the touches that earn under the clause share.", "this program's own choice")
		if n := webtest.Charts(t, page.Document); n != 0 {
			t.Errorf("%d charts of one month", n)
		}
		k.File("contacts.csv", "contact_id,name,created_at\nc1,Ann,2026-01-02T10:00:00Z\n")
		k.File("deal_contacts.csv", "deal_id,contact_id\nd1,c1\n")
		k.File("touches.csv", "touch_id,contact_id,at,channel\nt1,c1,2026-01-05T10:00:00Z,webinar\n")
		k.MoveTo("2026-04-03")
		months := client.Get(at)
		months.Says(t, 200, "Month by month", "Fee of each month", "February 2026")
		if n := webtest.Charts(t, months.Document); n != 1 {
			t.Errorf("%d charts of three months", n)
		}
		client.Get("/clients/org_bolt/contract/"+k.Contract+"/advice").Says(t, 404)
	})
}
