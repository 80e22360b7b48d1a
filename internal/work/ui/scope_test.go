package ui_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// Both sides read how a request stands to the scope and what to do; who only does it reads nothing of it.
func TestTheRequestPageTellsTheScope(t *testing.T) {
	k := newDesk(t)
	k.ops.Scoping = ops.ScopeDoors{
		Resolve: func(_ context.Context, _ bun.Tx, _ access.Actor, in ops.ScopeAsk) (work.Scope, error) {
			found := engagement.Intake{Version: 1, SOW: "SOW 2026", Missing: "How long will it take? campaigns depends on it."}
			if in.Ask.Estimate {
				found = engagement.Intake{Answer: engagement.AnswerChangeOrder, Version: 1, SOW: "SOW 2026", Work: contract.ScopeWork{Name: "campaigns", Of: "team"}, Approve: 120, Reasons: []string{"None are approved."}}
			}
			out := work.Scope{Contract: "ctr_1", Name: "growth", VersionID: "ver_1", Ask: in.Ask, Found: found, Answer: found.Answer}
			if in.Answer != "" {
				out.Answer, out.Reason = in.Answer, in.Reason
			}
			return out, nil
		},
		Kinds: func(context.Context, bun.Tx, string, cal.Date) ([]ops.Choice, error) {
			return []ops.Choice{{ID: "ctr_1/campaigns", Name: "campaigns: running campaigns"}}, nil
		},
	}
	ctx := db.WithWorkspace(t.Context(), dbtest.Workspace)
	r, err := k.ops.Open(ctx, product, ops.OpenInput{Client: "org_acme", Title: "Landing page", Category: "other", Priority: contract.Normal, Brief: work.Answers{"what": "A page"}})
	must(t, err)
	path := "/clients/org_acme/work/" + r.ID
	agency, client := k.as(lead), k.as(boss)
	client.Get(path).Says(t, 200, "Scope is open.", "How long will it take?", "The agency says what it is", "asked the contract: scope is open")
	page := agency.Get(path)
	page.Says(t, 200, "Say what it is and how long it takes", "campaigns: running campaigns")
	wrong := agency.Press(page, "/scope", "scope-hours", "many")
	wrong.Says(t, 422, "Write hours such as 7.5")
	if got := wrong.Find("[name=scope-hours]").AttrOr("value", ""); got != "many" {
		t.Errorf("what was typed is lost: %q", got)
	}
	agency.Press(page, "/scope", "scope-hours", "7.5", "scope-kind", "ctr_1/campaigns").Says(t, 200, "Needs approval of 2 hours.", "None are approved.", "7 hours 30 minutes")
	page = agency.Get(path)
	if got := page.Find("[name=scope-hours]").AttrOr("value", ""); got != "7.5" {
		t.Errorf("the estimate is shown as %q", got)
	}
	order, _ := page.Find("a:contains('Write the change order')").Attr("href")
	if !strings.HasPrefix(order, "/clients/org_acme/relationship/change-orders/new?") || !strings.Contains(order, "contract=ctr_1") || !strings.Contains(order, "request="+r.ID) || !strings.Contains(order, "title=Landing+page") {
		t.Errorf("the form of the change order is at %q", order)
	}
	told := client.Get(path)
	told.Says(t, 200, "Needs approval of 2 hours.", "When the client has approved the hours", "Approve hours")
	if told.Find("a:contains('Write the change order')").Length() > 0 || told.Find("[name=scope-hours]").Length() > 0 {
		t.Error("the client is offered what is the agency's")
	}
	if href := told.Find("a:contains('The contract growth')").AttrOr("href", ""); href != "/clients/org_acme/contract/ctr_1/versions/ver_1" {
		t.Errorf("the clause is at %q", href)
	}
	for _, list := range []string{"/clients/org_acme/work", "/clients/org_acme/work/board", "/clients/org_acme/work?scope=change-order"} {
		client.Get(list).Says(t, 200, "Landing page", "needs approval of 2 hours")
	}
	client.Get("/clients/org_acme/work?scope=open").Says(t, 200, "Nothing is found")
	agency.Press(agency.Get(path), "/scope", "scope-answer", "in-scope", "scope-reason", "Goodwill after the outage.").Says(t, 200, "In scope.", "Goodwill after the outage.", "The contract itself: needs approval of 2 hours.")
	_, err = k.ops.Triage(ctx, lead, ops.Act{Client: "org_acme", Request: r.ID}, "")
	must(t, err)
	if got := k.as(maker).Get(path); got.Status != 404 {
		t.Errorf("a specialist who does not do it gets %d", got.Status)
	}
}
