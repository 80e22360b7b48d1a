package ui_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// TestWhatIf tries a copy of the contract and the three pay models, without JavaScript.
func TestWhatIf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		agency, client := k.as(owner), k.as(finance)
		at := "/clients/org_acme/contract/" + k.Contract
		k.MoveTo("2026-02-03")

		form := client.Get(at + "/what-if")
		page := form
		page.Says(t, 200, "Try other terms", "Nothing is kept.", "Compare with the three pay models")
		toMonthEnds := "main a[href='/month-ends']"
		if own := agency.Get(at + "/what-if"); own.Find(toMonthEnds).Length() != 1 || page.Find(toMonthEnds).Length() != 0 {
			t.Error("the agency, and only the agency, goes from here to its month ends")
		}
		copied := page.Find("textarea[name=source]").Text()
		if !strings.Contains(copied, "version: 2") || page.Find("input[name=models][checked]").Length() != 1 || page.Find("input[name=to]").AttrOr("value", "") != "2026-01" {
			t.Errorf("the form begins with %.80q", copied)
		}
		client.Press(form, "/what-if").Says(t, 200, "There is no history yet", "Open the evidence")

		k.January()
		page = client.Press(form, "/what-if", "source", strings.Replace(copied, "rate: 3 %", "rate: 6 %", 1))
		page.Says(t, 200, "As it stands 17,190.00 USD", "Your copy", "Side by side", "60 % retainer, 3 % share", "Milestones with bonuses", "unknown",
			"plan needs deliveries of diagnostic", "by the whole of its own terms at most", "How sure it is", "mean of 500 resamples of this history (seed 1)", "companies and not deals",
			"a bonus or a milestone shows no range here", "Does not vary with the deals: team (retainer)", "Change this text", "January 2026")
		if strings.Contains(page.Words(), "Takethisasdraft") || page.Find("form[action$='/edit']").Length() > 0 {
			t.Error("the client can take a text as draft")
		}
		if page.Find("script:not([src])").Length() > 0 || strings.Contains(page.Body, "<b>channel</b>") {
			t.Error("what stands in the evidence becomes markup")
		}

		// A bad text is told at its lines, and what was typed stays.
		bad := client.Press(form, "/what-if", "source", strings.Replace(copied, "rate: 3 %", "rate: 3", 1), "share", "101 %")
		bad.Says(t, 422, "rate line", "write a percentage such as 3 %", "Share of revenue", "The text by line")
		if got := bad.Find("textarea[name=source]").Text(); !strings.Contains(got, "rate: 3\n") {
			t.Error("the text is lost")
		}
		client.Press(form, "/what-if", "from", "soon").Says(t, 422, "write the month as 2026-03")
		client.Press(form, "/what-if", "to", "2026-02").Says(t, 422, "the evidence ends on")

		// The agency goes on with a text in the form, or in the editor, where it is not saved yet.
		page = agency.Get(at + "/what-if")
		page = agency.Press(page, "/what-if")
		page.Says(t, 200, "Take this as draft")
		var model string
		for _, in := range page.Find("form[action$='/edit'] input[name=source]").EachIter() {
			if source := in.AttrOr("value", ""); strings.Contains(source, "kpi-bonus") {
				model = source
			}
		}
		if !strings.Contains(model, "scorecard: kpi-bonus") || page.Find("form[action$='/edit'] input[name=do][value=check]").Length() != 4 {
			t.Fatalf("no model can be taken: %.60q", model)
		}
		chosen := agency.Post(at+"/what-if", "do", "edit", "source", model)
		chosen.Says(t, 200, "Try other terms")
		if got := chosen.Find("textarea[name=source]").Text(); !strings.Contains(got, "kpi-bonus") || strings.Contains(chosen.Words(), "Sidebyside") {
			t.Errorf("the form shows %.60q", got)
		}
		client.Get("/clients/org_bolt/contract/"+k.Contract+"/what-if").Says(t, 404)
		client.Get("/clients/org_acme/contract/nothing/what-if").Says(t, 404)
		client.Post("/clients/org_bolt/contract/"+k.Contract+"/what-if", "to", "2026-02", "source", copied).Says(t, 404)
	})
}
