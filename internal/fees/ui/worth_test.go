package ui_test

import (
	"context"
	"strings"
	"testing"

	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// TestWorth asks for the price of each choice: of what is agreed, of a draft, of what is proposed.
func TestWorth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		agency, client := k.as(owner), k.as(finance)
		at := "/clients/org_acme/contract/" + k.Contract
		k.MoveTo("2026-02-03")

		page := client.Get(at + "/worth")
		page.Says(t, 200, "Price the choices", "What it leaves open:", "share, line", "There is no list of what the client already had.", "Write: carve_out: pipeline-2026-01, and import the list under that name.")
		if n := page.Find(".issue").Length(); n < 5 {
			t.Errorf("%d things are open", n)
		}
		priced := page.Find("a.button").AttrOr("href", "")
		client.Get(priced).Says(t, 200, "There is no history yet", "Open the evidence")

		k.January()
		page = client.Get(priced)
		page.Says(t, 200, "As written 17,190.00 USD January 2026, as of import 1", "Revenue share share: per deal cap 2,000.00 none +700.00",
			"Month by month", "January 2026 17,190.00 17,890.00", "Together", "Nothing on this history hangs on", "Retainer team: proration: actual-days, not 30-day-month, 30/360, annual-365, none")
		if rows := page.Find("tbody tr").First().Find("td").First().Text(); !strings.HasPrefix(rows, "Revenue share share: ") {
			t.Errorf("the first choice is %q", rows)
		}
		if page.Find("script:not([src])").Length() > 0 || strings.Contains(page.Body, "<b>channel</b>") {
			t.Error("what stands in the evidence becomes markup")
		}

		_, have, err := k.Contracts.Draft(ctx, owner, k.Contract)
		if err != nil {
			t.Fatal(err)
		}
		broken := strings.Replace(have.Source, "rate: 3 %", "rate: 3", 1)
		k.Saved(k.Contract, broken)
		agency.Get(at+"/edit/worth").Says(t, 200, "1 thing to mend first.", "Open the draft")
		client.Get(at+"/edit/worth").Says(t, 403)
		amended := strings.NewReplacer("rate: 3", "rate: 5 %", "effective: 2026-01-01", "effective: 2026-06-01").Replace(broken)
		saved := k.Saved(k.Contract, amended)
		page = agency.Get(at + "/edit/worth?price=yes")
		page.Says(t, 200, "as if it had begun on 1 Feb 2025", "February 2025 to January 2026", "As agreed", "Draft")

		v := must(k.Contracts.Propose(ctx, owner, contractops.ProposeInput{Contract: k.Contract, Revision: saved.Revision}))(t)
		client.Get(at+"/versions/"+v.ID+"/worth?price=yes").Says(t, 200, "as if it had begun on 1 Feb 2025", "As agreed", "Version 2, proposed")
		client.Get(at+"/versions/nothing/worth").Says(t, 404)
		client.Get("/clients/org_bolt/contract/"+k.Contract+"/worth").Says(t, 404)
		client.Get("/clients/org_acme/contract/nothing/worth").Says(t, 404)
	})
}
