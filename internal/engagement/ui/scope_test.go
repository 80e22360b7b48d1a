package ui_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/engagement/ops/engagementtest"
	"github.com/ofrecord/ofrecord/internal/engagement/ui"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

const room = "/clients/org_acme/relationship"

// pagesAs is the pages as one person gets them.
func pagesAs(b *engagementtest.Bench, who access.Actor) *webtest.Browser {
	g := &web.Registry{}
	(&ui.Pages{Ops: b.Service}).Register(g)
	return webtest.Open(b.T, web.New(web.Options{
		Admit: func(r *http.Request, action string) (context.Context, error) {
			if err := access.RequireAny(who, access.Action(action), r.PathValue("client")); err != nil {
				return nil, err
			}
			return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), who), nil
		},
		Frame: func(*http.Request) kit.Frame {
			return kit.Frame{Workspace: "Northlight", Client: &kit.ClientNav{Name: "Acme Robotics", Href: "/clients/org_acme", Rooms: []kit.NavLink{{Key: ui.Room, Text: "Relationship", Href: room}}}}
		},
	}, g))
}

func TestTheScopePageAnswersFromTheContract(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	b := engagementtest.New(t, d, ctx)
	client := pagesAs(b, engagementtest.Product)
	client.Get(room+"/scope").Says(t, 200, "SOW 2026", "campaigns", "hours of team", "16 hours", "the hours worked are not known", "Other work needs a change order.", "Nothing is recorded here")
	ask := room + "/scope?category=paid-media&hours=7"
	client.Get(ask).Says(t, 200, "Not resolved", "How many hours of team are left on 10 Jan 2026 is not known")
	b.Positions = func(context.Context, bun.Tx, string, string, string) (map[string]engagement.Position, error) {
		return map[string]engagement.Position{"team": {AtHand: 120, Approved: 300}}, nil
	}
	client.Get(ask).Says(t, 200, "Overage, approved before", "5 hours x 150.00 per hour = USD 750.00", "2 hours")
	client.Get(room+"/scope?work=reports").Says(t, 200, "In scope.", "covers reports by the fees")
	client.Get(room+"/scope?category=radio").Says(t, 200, "The agency writes it; you read and answer it under change orders.")
	if pagesAs(b, engagementtest.Owner).Get(room+"/scope?category=radio").Find(`a[href$="/change-orders/new"]`).Length() == 0 {
		t.Error("who may write an order is not led to it")
	}
	client.Get(room+"/scope?category=radio&day=2025-01-01").Says(t, 200, "No contract is in force on 1 Jan 2025")
	client.Get(room+"/scope?category=radio&hours=x&day=y").Says(t, 422, "Write hours such as 7.5", "Write the day as")
	if got := pagesAs(b, engagementtest.Stranger).Get(room + "/scope"); got.Status != 404 {
		t.Errorf("a stranger gets %d", got.Status)
	}
}

func TestTheLifeOfAChangeOrderInForms(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	b := engagementtest.New(t, d, ctx)
	agency, client := pagesAs(b, engagementtest.Owner), pagesAs(b, engagementtest.Product)
	client.Get(room+"/change-orders").Says(t, 200, "No change order yet")
	if got := client.Get(room + "/change-orders/new"); got.Status != 403 {
		t.Errorf("the client's product lead gets %d", got.Status)
	}
	form := agency.Get(room + "/change-orders/new")
	form.Says(t, 200, "Write a change order", "team, now 10,000.00 per month")
	bad := agency.Press(form, "/new", "contract", b.Contract, "title", "More", "reason", "", "effective", "2026-06-01", "fees", "twelve", "price_name", "Micro site", "work", "tv")
	bad.Says(t, 422, "Choose the retainer", "Write a short name in small letters", "Say how long the client has to accept", "Say what it covers")
	if got := bad.Find("input[name=title]").AttrOr("value", ""); got != "More" {
		t.Errorf("the title is %q after a mistake", got)
	}
	shown := agency.Press(form, "/new", "contract", b.Contract, "title", "More time for the launch", "reason", "The launch moved forward.", "effective", "2026-06-01", "retainer", "team", "fees", "12,500.00",
		"hours", "100.5", "price_name", "microsite", "prices", "8000", "clause", "launch", "price_due", "2026-07-01", "work", "tv", "category", "tv", "covers", "spots", "is", "change-order",
		"shift_what_1", "Launch", "shift_from_1", "2026-09-01", "shift_to_1", "2026-07-01")
	shown.Says(t, 200, "Issue change order 1", "change by +USD 2,500.00 per month and +USD 8,000.00 once", "it includes 100 hours 30 minutes in place of 80 hours", "62 days earlier", "version 2 of the contract once both sides")
	issued := agency.Press(shown, "/issue")
	issued.Says(t, 200, "Change order 1: More time for the launch", "waiting", "Accepted for the agency", "Read and answer")
	client.Get(room+"/change-orders").Says(t, 200, "1. More time for the launch", "+USD 2,500.00 per month", "waiting")
	order, err := b.Orders(ctx, engagementtest.Owner, "org_acme")
	if err != nil || len(order) != 1 {
		t.Fatalf("%d orders: %v", len(order), err)
	}
	b.Accept(order[0].Version)
	page := client.Get(issued.Path)
	page.Says(t, 200, "accepted", "Accepted for the client", "Emil Executive")
	if page.Find("a").FilterFunction(func(_ int, a *goquery.Selection) bool { return strings.Contains(a.Text(), "Read and answer") }).Length() > 0 {
		t.Error("who may not accept is asked to")
	}
	if got := pagesAs(b, engagementtest.Stranger).Get(issued.Path); got.Status != 404 {
		t.Errorf("a stranger gets %d", got.Status)
	}
}

// Given an order that waits, when another is begun, then the form leads to the first; the client declines it with a reason, and the way is free.
func TestTheClientDeclinesAChangeOrder(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	b := engagementtest.New(t, d, ctx)
	agency, executive := pagesAs(b, engagementtest.Owner), pagesAs(b, engagementtest.Executive)
	order := func(fee string) webtest.Answer {
		return agency.Press(agency.Press(agency.Get(room+"/change-orders/new"), "/new", "contract", b.Contract, "title", "More time", "reason", "The launch moved.", "effective", "2026-06-01", "retainer", "team", "fees", fee), "/issue")
	}
	issued := order("12,500.00")
	waits := agency.Get(room + "/change-orders/new")
	waits.Says(t, 200, "waits for an answer", "Change order 1")
	if waits.Find(`a[href="`+issued.Path+`"]`).Length() == 0 {
		t.Error("the form does not lead to the order that waits")
	}
	shown := executive.Get(issued.Path)
	if shown.Find(`a[href$="/decline"]`).Length() == 0 {
		t.Fatal("the client cannot say no")
	}
	if _, err := b.Contracts.Decline(ctx, engagementtest.Executive, mustOrder(t, b).Version.ID, "Too dear."); err != nil {
		t.Fatal(err)
	}
	agency.Get(issued.Path).Says(t, 200, "declined", "Emil Executive", "Declined for the client: Too dear.")
	order("11,500.00").Says(t, 200, "Change order 2")
}

func mustOrder(t *testing.T, b *engagementtest.Bench) ops.ChangeOrder {
	t.Helper()
	list, err := b.Orders(b.Ctx, engagementtest.Owner, "org_acme")
	if err != nil || len(list) == 0 {
		t.Fatalf("%d orders, %v", len(list), err)
	}
	return list[0]
}

// Given an order from the middle of a month with a price under a new clause, then the page of its effect says what that month owes, and every choice of the new clause.
func TestAnOrderShowsWhatDecidesItsMoney(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	b := engagementtest.New(t, d, ctx)
	b.FeeOfPeriod = func(a contract.Agreement, retainer string, day cal.Date) (cal.Period, []money.Amount) {
		if retainer != "team" || day != cal.MustDate("2026-06-16") || len(a.Versions) != 2 {
			t.Errorf("asked for %s on %s in %d versions", retainer, day, len(a.Versions))
		}
		return cal.MonthOf(day).Period(), []money.Amount{money.New(725_000, "USD"), money.New(800_000, "USD")}
	}
	agency := pagesAs(b, engagementtest.Owner)
	shown := agency.Press(agency.Get(room+"/change-orders/new"), "/new", "contract", b.Contract, "title", "More", "reason", "The launch moved.", "effective", "2026-06-16", "retainer", "team", "fees", "12,500.00",
		"price_name", "microsite", "prices", "8000", "price_due", "2026-07-01", "clause", "", "within", "5 working days", "silence", "accepted", "partial", "whole-only")
	said := []string{"For June 2026, in which it changes, team owes 7,250.00 + 8,000.00 = USD 15,250.00.", "What it says in words", "5 working days", "whole"}
	shown.Says(t, 200, said...)
	agency.Press(shown, "/issue").Says(t, 200, said...)
}
