package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const resultClauses = `  - per_result: webinar-leads
    price: 85.00 per lead
    acceptance: {within: 5 working days, after_window: accepted}
    duplicate: {by: none}
    disputes: {within: 30 days, reasons: [any], fee_if_denied: none}
    cap: none
  - milestones: launch
    list: [{milestone: crm-cleanup, amount: 8000.00, bonus: none}]
    acceptance: {within: 5 working days, silence: accepted}
    partial: by-part
`

// TestResultsOnThePage: many leads are one line, and each is in a table behind it.
func TestResultsOnThePage(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	head, rest, _ := strings.Cut(text, "clauses:\n")
	_, tail, _ := strings.Cut(rest, "statements:\n")
	k := newDeskUnder(t, d, ctx, head+"clauses:\n"+resultClauses+"statements:\n"+tail)
	var leads []crm.Lead
	for i := range 1000 {
		l := crm.Lead{ID: fmt.Sprintf("L%d", i), DeliveredAt: feestest.Zoned("2026-01-05").Add(time.Duration(i) * time.Minute).UTC()}
		if i%4 == 0 {
			l.RejectedAt = feestest.Zoned("2026-01-06").UTC()
		}
		leads = append(leads, l)
	}
	k.Imports = append(k.Imports, crm.Snapshot{Leads: leads, Deliveries: []crm.Delivery{{ID: "H1", Milestone: "crm-cleanup", DeliveredOn: cal.MustDate("2026-01-12"), AcceptedOn: cal.MustDate("2026-01-14"), Part: "25 %"}}})
	k.MoveTo("2026-02-03")
	page := k.as(finance).Get(list + "/" + k.Submitted("2026-01").ID)
	page.Says(t, 200, "Per result · webinar-leads", "750 leads", "63,750.00", "The evidence: 750 rows", "Lead L1", "delivered 5 Jan 2026, deemed accepted 13 Jan 2026",
		"Not billed in January 2026: 250 rejected (L0, L4, L8, L12, L16, L20, L24, L28 and 242 more).", "Milestones · launch", "25 % of crm-cleanup, accepted 14 Jan 2026", "2,000.00", "The evidence: 1 row")
	if got := page.Find("[id='line-1'] ul.evidence li").Length(); got != 0 {
		t.Errorf("%d links to pages that do not exist", got)
	}
}
