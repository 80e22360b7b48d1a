package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementapi "github.com/ofrecord/ofrecord/internal/engagement/api"
	"github.com/ofrecord/ofrecord/internal/engagement/ops/engagementtest"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// bench is the API of the relationship as whoever is set asks it.
type bench struct {
	*engagementtest.Bench
	api *api.API
	who access.Actor
}

func newBench(t *testing.T) *bench {
	d, ctx := dbtest.SQLite(t)
	b := &bench{Bench: engagementtest.New(t, d, ctx), who: engagementtest.Owner}
	b.api = api.New(api.Options{Title: "Ofrecord", Version: "test", Admit: func(ctx context.Context, _ *http.Request, action, client string) (context.Context, error) {
		return access.WithActor(db.WithWorkspace(ctx, dbtest.Workspace), b.who), access.RequireAny(b.who, access.Action(action), client)
	}})
	(&engagementapi.Operations{Engagement: b.Service}).Register(b.api)
	return b
}

func (b *bench) call(want int, method, path string, in, out any) string {
	b.T.Helper()
	body := ""
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			b.T.Fatal(err)
		}
		body = string(text)
	}
	w := apitest.Send(b.Ctx, b.api, method, "/clients/org_acme"+path, body)
	if w.Code != want {
		b.T.Fatalf("%s %s answers %d: %s", method, path, w.Code, w.Body)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			b.T.Fatal(err)
		}
	}
	return w.Body.String()
}

func TestAChangeOrderThroughTheAPI(t *testing.T) {
	b := newBench(t)
	in := engagementapi.OrderWritten{Contract: b.Contract, Title: "More time", Reason: "The launch moved.", Request: "rq_1", Effective: "2026-06-01",
		Fees: []engagementapi.NewFee{{Retainer: "team", Fee: "12500.00"}}, Hours: []engagementapi.NewHours{{Retainer: "team", Minutes: 6_000}},
		Shifts: []engagementapi.Shift{{What: "launch", From: "2026-09-01", To: "2026-07-01"}}}
	var shown, issued, read engagementapi.ChangeOrder
	b.call(200, "POST", "/change-orders/preview", in, &shown)
	if shown.State != "preview" || shown.ID != "" || shown.Effect != "Fixed fees and prices change by +USD 2,500.00 per month." || len(shown.Lines) != 1 || shown.Lines[0].Change.Amount != "2500.00" || len(shown.Changes) == 0 {
		t.Errorf("%+v", shown)
	}
	b.call(409, "POST", "/change-orders", in, nil) // nobody looked at it
	in.SHA256 = shown.SHA256
	b.call(201, "POST", "/change-orders", in, &issued)
	b.call(201, "POST", "/change-orders", in, &read)
	if issued.State != "waiting" || read.ID != issued.ID || issued.VersionID == "" || issued.Version != 2 {
		t.Errorf("%+v, again %+v", issued, read)
	}
	b.who = engagementtest.Product
	b.call(200, "GET", "/change-orders/"+issued.ID, nil, &read)
	if read.Title != "More time" || read.Request != "rq_1" || read.Shifts[0] != in.Shifts[0] || read.By != "Olga Owner" {
		t.Errorf("%+v", read)
	}
	var list struct{ Items []engagementapi.ChangeOrder }
	if b.call(200, "GET", "/change-orders", nil, &list); len(list.Items) != 1 {
		t.Errorf("%+v", list)
	}
	b.call(403, "POST", "/change-orders/preview", in, nil)
	b.call(404, "GET", "/change-orders/co_of_nobody", nil, nil)
	b.who = engagementtest.Stranger
	b.call(404, "GET", "/change-orders/"+issued.ID, nil, nil)
	b.who = engagementtest.Owner
	for field, change := range map[string]func(*engagementapi.OrderWritten){
		"contract": func(o *engagementapi.OrderWritten) { o.Contract = "ctr_of_nobody" },
		"fees":     func(o *engagementapi.OrderWritten) { o.Fees = []engagementapi.NewFee{{Retainer: "team", Fee: "-1"}} },
		"hours":    func(o *engagementapi.OrderWritten) { o.Hours = []engagementapi.NewHours{{Retainer: "team"}} },
		"prices": func(o *engagementapi.OrderWritten) {
			o.Prices = []engagementapi.NewPrice{{Clause: "website", Name: "microsite", Amount: "much"}}
		},
	} {
		bad := in
		change(&bad)
		if got := b.call(422, "POST", "/change-orders/preview", bad, nil); !strings.Contains(got, field) {
			t.Errorf("%s: %s", field, got)
		}
	}
}

func TestTheScopeForPrograms(t *testing.T) {
	b := newBench(t)
	b.who = engagementtest.Product
	b.Positions = func(context.Context, bun.Tx, string, string, string) (map[string]engagement.Position, error) {
		return map[string]engagement.Position{"team": {AtHand: 120, Approved: 300}}, nil
	}
	var got struct{ Items []engagementapi.ScopeAnswer }
	b.call(200, "GET", "/scope?category=paid-media&minutes=420", nil, &got)
	if len(got.Items) != 1 || got.Items[0].Answer != "overage-pre-approved" || got.Items[0].Costs.Amount != "750.00" || got.Items[0].Work != "campaigns" || got.Items[0].Retainer != "team" { // 5 h at 150.00
		t.Errorf("%+v", got)
	}
	if b.call(200, "GET", "/scope?category=paid-media", nil, &got); got.Items[0].Answer != "open" || got.Items[0].Missing == "" {
		t.Errorf("%+v", got)
	}
	if b.call(200, "GET", "/scope?work=reports&day=2025-01-01", nil, &got); len(got.Items) != 0 {
		t.Errorf("%+v", got)
	}
	for _, wrong := range []string{"", "?category=web&minutes=0", "?category=web&day=soon"} {
		b.call(422, "GET", "/scope"+wrong, nil, nil)
	}
	b.who = engagementtest.Stranger
	b.call(404, "GET", "/scope?category=web", nil, nil)
}
