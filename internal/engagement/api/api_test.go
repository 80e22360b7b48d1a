package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementapi "github.com/ofrecord/ofrecord/internal/engagement/api"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var noon = time.Date(2026, 5, 4, 16, 0, 0, 0, time.UTC)

func of(account string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: account, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner     = of("acc_owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	executive = of("acc_exec", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
)

// asking is the key under which a test says who asks, when that is not the executive.
type asking struct{}

const promises = `appointments:
  - {category: paid-media, brands: [Acme], markets: [US], promise: exclusive}
  - {category: brand-design, brands: [Acme], markets: [US], promise: preferred, first_refusal: 5 working days, minimum_share: 60 % per quarter}`

func opened(t *testing.T) (*api.API, context.Context) {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], noon); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return noon }
	parties := partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contradicts: ops.Contradicts, AfterBind: ops.Appoint}
	service := &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contracts: contracts,
		SpendOf: func(context.Context, bun.Tx, string) ([]engagement.Spend, error) {
			return []engagement.Spend{{ID: "s1", On: cal.MustDate("2026-03-31"), Provider: "Roster Two", Cell: engagement.Cell{Category: "paid-media", Brand: "Acme", Market: "US"}, Amount: money.New(25_000, "USD"), Known: true}, {ID: "s2", On: cal.MustDate("2026-03-31")}}, nil
		}}
	accept(t, ctx, contracts)
	a := api.New(api.Options{Title: "Ofrecord", Version: "test", Admit: func(ctx context.Context, _ *http.Request, action, client string) (context.Context, error) {
		who := executive
		if other, ok := ctx.Value(asking{}).(access.Actor); ok {
			who = other
		}
		return access.WithActor(db.WithWorkspace(ctx, dbtest.Workspace), who), access.RequireAny(who, access.Action(action), client)
	}})
	(&engagementapi.Operations{Engagement: service}).Register(a)
	return a, ctx
}

func accept(t *testing.T, ctx context.Context, contracts *contractops.Service) {
	t.Helper()
	c, err := contracts.Begin(ctx, owner, "org_acme", "growth")
	if err != nil {
		t.Fatal(err)
	}
	source := strings.Replace(contract.Template("growth", "Acme", "Northlight LLC", cal.MustDate("2026-01-01")), "\nclauses:", "\n"+promises+"\nclauses:", 1)
	if _, err := contracts.Save(ctx, owner, contractops.SaveInput{Contract: c.ID, Source: source}); err != nil {
		t.Fatal(err)
	}
	v, err := contracts.Propose(ctx, owner, contractops.ProposeInput{Contract: c.ID, Revision: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := contracts.Accept(ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}); err != nil {
		t.Fatal(err)
	}
}

func TestOperationsAreComplete(t *testing.T) {
	a, _ := opened(t)
	apitest.Check(t, a)
}

func TestAppointmentsAndRoutesForPrograms(t *testing.T) {
	a, ctx := opened(t)
	read := func(path string, want int, out any) string {
		t.Helper()
		w := apitest.Send(ctx, a, http.MethodGet, "/clients/"+path, "")
		if w.Code != want {
			t.Fatalf("%s answers %d: %s", path, w.Code, w.Body)
		}
		if out != nil {
			if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
				t.Fatal(err)
			}
		}
		return w.Body.String()
	}
	var list struct{ Items []engagementapi.Appointment }
	read("org_acme/appointments", 200, &list)
	if len(list.Items) != 2 || list.Items[0].Promise != "exclusive" || list.Items[0].Through != "2026-12-31" || list.Items[1].MinimumShare != "60 % per quarter" {
		t.Errorf("%+v", list)
	}
	var routed engagementapi.Routed
	read("org_acme/route?category=brand-design&brand=Acme&market=US", 200, &routed)
	if routed.To == nil || routed.To.Provider != "Northlight LLC" || routed.AnswerBy == nil || routed.AnswerBy.Format(time.RFC3339) != "2026-05-12T04:00:00Z" {
		t.Errorf("%+v", routed)
	}
	if body := read("org_acme/route?category=brand-design", 422, nil); !strings.Contains(body, "Name the brand.") {
		t.Error(body)
	}
	if body := read("org_acme/route?category=a&brand=b&market=c&day=soon", 422, nil); !strings.Contains(body, "day") {
		t.Error(body)
	}
	var spent struct{ Items []engagementapi.Spent }
	read("org_acme/leakage", 200, &spent)
	if len(spent.Items) != 2 || spent.Items[0].Fate != "leaked" || spent.Items[0].Under.Provider != "Northlight LLC" || spent.Items[1].Reason == "" || spent.Items[1].Amount != "" {
		t.Errorf("%+v", spent)
	}
	read("org_acme/leakage?fate=unassigned", 200, &spent)
	if len(spent.Items) != 1 || spent.Items[0].Row != "s2" {
		t.Errorf("%+v", spent)
	}
	read("org_bolt/leakage", 404, nil)
}

func TestFirstRefusalsForPrograms(t *testing.T) {
	a, ctx := opened(t)
	send := func(want int, method, path, body string, out any) {
		t.Helper()
		w := apitest.Send(ctx, a, method, "/clients/org_acme/first-refusals"+path, body)
		if w.Code != want {
			t.Fatalf("%s %s answers %d: %s", method, path, w.Code, w.Body)
		}
		if out != nil {
			if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
				t.Fatal(err)
			}
		}
	}
	const work = `{"work": "Rebrand", "category": "brand-design", "brand": "Acme", "market": "US"}`
	var offer, again engagementapi.FirstRefusal
	send(201, "POST", "", work, &offer)
	send(201, "POST", "", work, &again)
	if offer.ID != again.ID || offer.State != "offered" || offer.Provider != "Northlight LLC" || offer.Until.Format(time.RFC3339) != "2026-05-12T04:00:00Z" || offer.Entry != 2 {
		t.Errorf("%+v, again %+v", offer, again)
	}
	send(409, "POST", "", strings.Replace(work, "brand-design", "radio", 1), nil)
	send(422, "POST", "", `{"work": "Rebrand", "category": "brand-design", "brand": "Acme"}`, nil)
	send(403, "POST", "/"+offer.ID+"/answer", `{"answer": "taken"}`, nil) // the client answers nothing
	var list struct{ Items []engagementapi.FirstRefusal }
	if send(200, "GET", "", "", &list); len(list.Items) != 1 || list.Items[0].AnswerAt != nil {
		t.Errorf("%+v", list)
	}
	if send(200, "GET", "?state=taken", "", &list); len(list.Items) != 0 {
		t.Errorf("%+v", list)
	}
	ctx = context.WithValue(ctx, asking{}, owner)
	send(422, "POST", "/"+offer.ID+"/answer", `{"answer": "perhaps"}`, nil)
	send(404, "POST", "/fr_of_nobody/answer", `{"answer": "taken"}`, nil)
	send(200, "POST", "/"+offer.ID+"/answer", `{"answer": "declined", "reason": "No time."}`, &offer)
	if offer.State != "declined" || offer.Reason != "No time." || offer.AnswerAt == nil || offer.AnswerBy != "acc_owner" {
		t.Errorf("%+v", offer)
	}
	send(409, "POST", "/"+offer.ID+"/answer", `{"answer": "taken"}`, nil)
}
