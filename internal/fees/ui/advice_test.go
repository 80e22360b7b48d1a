package ui_test

import (
	"context"
	"fmt"
	"strings"
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
		k.MoveTo("2026-04-03")
		k.File("contacts.csv", "contact_id,name,created_at\nc1,Ann,2026-01-02T10:00:00Z\n")
		k.File("deal_contacts.csv", "deal_id,contact_id\nd1,c1\n")
		k.File("touches.csv", "touch_id,contact_id,at,channel\nt1,c1,2026-01-05T10:00:00Z,webinar\n")
		months := client.Get(at)
		months.Says(t, 200, "Month by month", "Fee of each month", "February 2026")
		if n := webtest.Charts(t, months.Document); n != 1 {
			t.Errorf("%d charts of three months", n)
		}
		client.Get("/clients/org_bolt/contract/"+k.Contract+"/advice").Says(t, 404)
	})
}

// TestAdviceShowsWhatItRestsOn: of 24 won deals the page shows what each of the four models earns on which days and why on these, how long the deals
// took, the deals themselves, the comparison of models on the same months, and the arithmetic of the numbers.
func TestAdviceShowsWhatItRestsOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.WithRows()
		var deals, contacts, links, touches strings.Builder
		deals.WriteString("deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\n")
		contacts.WriteString("contact_id,name\n")
		links.WriteString("deal_id,contact_id\n")
		touches.WriteString("touch_id,contact_id,at,channel\n")
		for i := range 24 {
			fmt.Fprintf(&deals, "d%d,Deal %d,1000.00,USD,2026-03-01T10:00:00Z,2026-04-10,true,true\n", i, i)
			fmt.Fprintf(&contacts, "c%d,Ann %d\n", i, i)
			fmt.Fprintf(&links, "d%d,c%d\n", i, i)
			fmt.Fprintf(&touches, "t%d,c%d,2026-02-20T10:00:00Z,webinar\n", i, i)
		}
		k.MoveTo("2026-05-05")
		k.File("deals.csv", deals.String())
		k.File("contacts.csv", contacts.String())
		k.File("deal_contacts.csv", links.String())
		k.File("touches.csv", touches.String())
		page := k.as(finance).Get("/clients/org_acme/contract/" + k.Contract + "/advice")
		page.Says(t, 200, "What marketing earns by each model", "First touch", "Last touch", "Linear", "W-shaped", "24,000.00", "100 %", "All four earn 24,000.00 of 24,000.00.",
			"from 15 Feb 2026 to 5 May 2026, the day of the import: 2 × 40 days, the median cycle, are 80 days", "24 deals won in these days, all counted", "the latest text of the contract", "counts whole months",
			"How long deals took", "Half (the median)", "24 deals won from 6 May 2025 to 5 May 2026, all measured", "What the numbers of the models rest on", "to the nearest 1,000 is", "the points of the bonus are examples")
		for _, href := range []string{"/evidence/attribution?as_of=4&edge=drop&from=2026-02&lookback=180+days&to=2026-05", "/evidence/attribution?as_of=4&edge=drop&from=2025-05&lookback=180+days&to=2026-04", "/evidence/attribution?as_of=4&from=2025-05&to=2026-04", "/evidence/deals?as_of=4&outcome=won"} {
			if page.Find("a[href='/clients/org_acme"+href+"']").Length() != 1 {
				t.Errorf("no link to %s", href)
			}
		}
	})
}
