package ui_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const approvals = "/clients/org_acme/approvals"

// TestApprovals is a milestone and leads through their pages: handed over, returned, handed over again, accepted; disputed, answered, withdrawn.
func TestApprovals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, feestest.MilestoneText)
		k.WithRows()
		k.MoveTo("2026-03-03")
		agency, client := k.as(owner), k.as(finance)
		agency.Get(approvals).Says(t, 200, "Waits for the client", "Waits for the agency (you)", "Nothing waits here.", "Hand something over")
		form := agency.Get(approvals + "/hand-over")
		form.Says(t, 200, "website-launch, USD 8,000.00", "The client's time to accept it or to return it begins on the day after.")
		a := agency.Press(form, "/hand-over", "part", "150 %", "milestone", "website-launch")
		a.Says(t, 422, `"150 %" is no part of a milestone.`)
		agency.Press(form, "/hand-over", "delivered_on", "3 March").Says(t, 422, "Write the day as 2026-03-03.")
		agency.Press(form, "/hand-over", "milestone", "website-launch", "delivered_on", "2026-03-04").Says(t, 422, "a day to come cannot be entered")
		a = agency.Press(form, "/hand-over", "milestone", "website-launch", "note", "On <b>staging</b>.")
		a.Says(t, 200, "Handed over. The client can accept it or return it.", "website-launch the whole, handed over 3 Mar 2026", "USD 8,000.00", "17 Mar 2026", "Silence accepts it on 18 Mar 2026.")
		if a.Find("main form").Length() != 0 {
			t.Error("the agency is offered to decide about its own delivery")
		}
		agency.Press(form, "/hand-over", "milestone", "website-launch", "note", "On <b>staging</b>.").Says(t, 200, "Handed over.")

		agency.Press(agency.Get(approvals+"/hand-over"), "/hand-over", "milestone", "crm-cleanup", "delivered_on", "2026-02-27", "part", "10 %").Says(t, 200,
			"Entered on 3 Mar 2026 by Olga Owner as handed over on 27 Feb 2026; the time to decide runs from that day.", "13 Mar 2026")
		agency.Press(agency.Get(approvals+"/hand-over"), "/hand-over", "milestone", "crm-cleanup", "delivered_on", "2026-02-16", "part", "10 %").Says(t, 422, "accepted by silence on 3 Mar 2026, before the client learns of it here")

		k.MoveTo("2026-03-16")
		page := client.Get(approvals)
		page.Says(t, 200, "Waits for the client (you)", "The agency: On <b>staging</b>.", "Accepted when: all pages pass the agreed test list.", "The contract names who decides: client finance. Here that is Finn Finance.", "Accept", "Return")
		if page.Find("main b").Length() > 0 {
			t.Error("what a person writes becomes markup")
		}
		k.as(boss).Get(approvals).Says(t, 200, "website-launch")
		if k.as(boss).Get(approvals).Find("main form").Length() != 0 {
			t.Error("the executive is offered to decide, whom the contract does not name")
		}
		a = client.Press(page, "/deliveries/return")
		a.Says(t, 422, "Say what is missing or wrong")
		if a.Find("details[open] form[action$='/deliveries/return']").Length() != 1 {
			t.Error("the form that was refused is not open")
		}
		words := page.Find("form[action$='/deliveries/return'] textarea").AttrOr("name", "")
		client.Press(page, "/deliveries/return", words, "The contact form is missing.").Says(t, 200, "Returned.", "Waits for the agency", "the whole, returned 16 Mar 2026")
		client.Press(page, "/deliveries/accept").Says(t, 409, "Nothing was decided", "Finn Finance returned it on 16 Mar 2026")

		k.MoveTo("2026-03-17")
		page = agency.Get(approvals)
		page.Says(t, 200, "Hand it over again", "The contact form is missing.")
		again := agency.Get(page.Find("a[href*='hand-over?milestone']").AttrOr("href", ""))
		if got := again.Find("select option[selected]").AttrOr("value", ""); got != "website-launch" {
			t.Errorf("proposed is %q", got)
		}
		agency.Press(again, "/hand-over").Says(t, 200, "handed over 17 Mar 2026")
		k.MoveTo("2026-03-18")
		client.Press(client.Get(approvals), "/deliveries/accept").Says(t, 200, "Accepted.", "Finn Finance Client finance", "accepted: website-launch", "Import 5")

		k.File("leads.csv", "lead_id,delivered_at\nL|2/x,2026-03-17T11:00:00Z\n")
		page = k.as(sales).Get(approvals)
		page.Says(t, 200, "L|2/x lead, delivered 17 Mar 2026", "USD 85.00", "Silence makes it accepted.")
		reason := page.Find("form[action$='/results/dispute'] select").AttrOr("name", "")
		k.as(sales).Press(page, "/results/dispute", reason, "no budget").Says(t, 200, "Disputed.", "disputed 18 Mar 2026: no budget")
		page = agency.Get(approvals)
		page.Says(t, 200, "While it is disputed it is not billed.", "Give in", "Answer")
		answer := page.Find("form[action$='/results/answer'] textarea").AttrOr("name", "")
		agency.Press(page, "/results/answer", answer, "It is on your list.").Says(t, 200, "Answered.", "Olga Owner answered", "It is on your list.")
		if strings.Contains(agency.Get(approvals).Find("main").Text(), "says otherwise since") {
			t.Error("a decision that stands is said to be contradicted")
		}
		k.File("leads.csv", "lead_id,delivered_at,disputed_at,reason\nL|2/x,2026-03-17T11:00:00Z,2026-03-18T01:00:00Z,no budget\n")
		agency.Get(approvals).Says(t, 200, "Import 8, which Olga Owner imported on 18 Mar 2026", "says otherwise since, and its word stands: disputed 17 Mar 2026, 21:00 EDT")
		k.as(sales).Press(k.as(sales).Get(approvals), "/results/withdraw").Says(t, 200, "Withdrawn: it is billed.")
	})
}

// TestAcceptAll accepts all results that wait in one step, once asked.
func TestAcceptAll(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDeskUnder(t, d, ctx, feestest.MilestoneText)
	k.WithRows()
	k.MoveTo("2026-03-04")
	client := k.as(sales)
	client.Get(approvals+"/results/accept-all").Says(t, 200, "No result waits for you")
	k.File("leads.csv", "lead_id,delivered_at\nL-1,2026-03-03T10:00:00Z\nL|2/x,2026-03-03T11:00:00Z\n")
	client.Get(approvals).Says(t, 200, "Accept all 2 results…")
	if strings.Contains(k.as(owner).Get(approvals).Text(), "Accept all") {
		t.Error("the agency is offered to accept")
	}
	k.as(owner).Get(approvals+"/results/accept-all").Says(t, 403)
	ask := client.Get(approvals + "/results/accept-all")
	ask.Says(t, 200, "You accept every result that waits for the client.", "USD 170.00", "L-1, L|2/x", "Accept 2 results")
	client.Post(approvals+"/results/accept-all", "row", "L-1").Says(t, 422, "press the button again")
	form := url.Values{}
	ask.Find("form[action$='accept-all'] input").Each(func(_ int, in *goquery.Selection) { form.Add(in.AttrOr("name", ""), in.AttrOr("value", "")) })
	client.Send(approvals+"/results/accept-all", form).Says(t, 200, "Accepted: 2 results.", "accepted: L-1", "Import 2")
	client.Send(approvals+"/results/accept-all", form).Says(t, 200, "Accepted: 2 results.")
}

// TestApprovalsElsewhere: people of another client and of the clients' product side, and a contract without any of it.
func TestApprovalsElsewhere(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDeskUnder(t, d, ctx, feestest.MilestoneText)
	k.WithRows()
	k.as(stranger).Get(approvals).Says(t, 404)
	k.as(feestest.Product).Get(approvals+"/hand-over").Says(t, 403)
	k.as(finance).Post(approvals+"/deliveries/accept", "row", "DLV-1", "seen", "1").Says(t, 404)
	k.as(finance).Post(approvals+"/deliveries/accept", "row", "DLV-1", "seen", "x").Says(t, 422)
	k.as(owner).Post(approvals+"/deliveries/accept", "row", "DLV-1", "seen", "1").Says(t, 403)
	if body := k.as(finance).Get(approvals).Text(); strings.Contains(body, "Hand something over") {
		t.Error("the client is offered to hand over")
	}
}

// TestApprovalsOfAContractWithoutAny says that nothing ever waits.
func TestApprovalsOfAContractWithoutAny(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.WithRows()
	k.as(finance).Get(approvals).Says(t, 200, "Nothing is decided here")
	k.as(owner).Get(approvals+"/hand-over").Says(t, 200, "There is nothing to hand over")
}

// TestApproveNoMore closes the hours that the client does not approve.
func TestApproveNoMore(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDeskUnder(t, d, ctx, feestest.HoursText)
	k.WithRows()
	k.MoveTo("2026-03-06")
	k.File("time_entries.csv", "entry_id,worked_on,person,role,minutes,clause\nE1,2026-03-02,Ana,designer,1200,\nE2,2026-03-03,Ana,designer,300,\n")
	client := k.as(finance)
	page := client.Get(approvals)
	hours := page.Find("form[action$='/hours/approve'] input[inputmode]").AttrOr("name", "")
	row := "overage-approved|2026-03-01|2026-03-31"
	page = client.Send(approvals+"/hours/approve", url.Values{"row": {row}, "seen": {"0"}, hours: {"3"}})
	page.Says(t, 200, "Approved.", "Approve no more", "5:00 hours above those at hand were worked in March 2026, 3:00 approved")
	form := url.Values{}
	page.Find("form.act[action$='/hours/approve'] input").Each(func(_ int, in *goquery.Selection) { form.Add(in.AttrOr("name", ""), in.AttrOr("value", "")) })
	page = client.Send(approvals+"/hours/approve", form)
	page.Says(t, 200, "Closed: the rest is not charged.", "Can be approved ahead", "no more of them")
	if strings.Contains(page.Find("main").Text(), "Approve no more") {
		t.Error("it can be closed again")
	}
}

// TestAcceptAllWithoutAKey says which results the contract holds, and does not count them in the worth.
func TestAcceptAllWithoutAKey(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDeskUnder(t, d, ctx, feestest.Rewritten(feestest.MilestoneText, "duplicate: {by: none}", "duplicate: {by: dedupe-key, within: 30 days, since: first, without_key: hold}"))
	k.WithRows()
	k.MoveTo("2026-03-04")
	k.File("leads.csv", "lead_id,delivered_at,dedupe_key\nL-1,2026-03-03T10:00:00Z,a@example.com\nL-2,2026-03-03T11:00:00Z,\n")
	k.as(sales).Get(approvals).Says(t, 200, "It has no key to tell duplicates by, so the contract holds it")
	k.as(sales).Get(approvals+"/results/accept-all").Says(t, 200, "USD 85.00", "Those with a key are billed", "1 result without a key to tell duplicates by: the contract holds them")
}
