package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	engagementapi "github.com/ofrecord/ofrecord/internal/engagement/api"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// conflictDesk is the operations of conflicts; Acme was promised that no competitor in warehouse-robots is served without its consent.
type conflictDesk struct {
	t   *testing.T
	api *api.API
	who access.Actor
}

func newConflictDesk(t *testing.T) *conflictDesk {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	clock := func() time.Time { return termNoon }
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight"}, {"org_acme", "client", "Acme"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], termNoon); err != nil {
				return err
			}
		}
		return nil
	}))
	parties := partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties}
	c, err := contracts.Begin(ctx, termOwner, "org_acme", "growth")
	check(err)
	source := strings.Replace(contract.Template("growth", "Acme", "Northlight", cal.MustDate("2026-01-01")), "\nclauses:\n",
		"\nnon_competition:\n  - {category: warehouse-robots, brands: [Acme], markets: [US], unit: agency-brand, tail: none, cool_off: none, cleared_by: waiver}\n\nclauses:\n", 1)
	saved, err := contracts.Save(ctx, termOwner, contractops.SaveInput{Contract: c.ID, Source: source})
	check(err)
	v, err := contracts.Propose(ctx, termOwner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	check(err)
	_, err = contracts.Accept(ctx, termExecutive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	check(err)
	k := &conflictDesk{t: t, who: termOwner}
	k.api = api.New(api.Options{Title: "Ofrecord", Version: "test", Admit: func(ctx context.Context, _ *http.Request, action, client string) (context.Context, error) {
		return access.WithActor(db.WithWorkspace(ctx, dbtest.Workspace), k.who), access.RequireAny(k.who, access.Action(action), client)
	}})
	(&engagementapi.Conflicts{Engagement: &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contracts: contracts}}).Register(k.api)
	return k
}

// do sends a body, or none, and reads the answer into out.
func (k *conflictDesk) do(who access.Actor, method, path, body string, out any) int {
	k.t.Helper()
	k.who = who
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	k.api.Handler().ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
		k.t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Code
}

func TestOperationsOfConflictsAreComplete(t *testing.T) { apitest.Check(t, newConflictDesk(t).api) }

func TestAConflictForPrograms(t *testing.T) {
	k := newConflictDesk(t)
	const newcomer = `{"name":"Robohaul","categories":["warehouse-robots"],"markets":["US"],"unit":"office","from":"2026-09-01","until":"2027-08-31"}`
	var made, read engagementapi.ConflictCheck
	if status := k.do(termOwner, http.MethodPost, "/conflicts", newcomer, &made); status != http.StatusCreated {
		t.Fatal(status)
	}
	if made.Outcome != "waiver-required" || !made.Open || made.Next == "" || len(made.Overlaps) != 1 || made.Overlaps[0].PromiseTo != "Acme" || !strings.Contains(made.Overlaps[0].Clause, "non_competition[0]") {
		t.Errorf("%+v", made)
	}
	if status := k.do(termOwner, http.MethodGet, "/conflicts/"+made.ID, "", &read); status != http.StatusOK || read.ID != made.ID || read.Outcome != made.Outcome {
		t.Errorf("%d: %+v", status, read)
	}
	var list struct{ Items []engagementapi.ConflictCheck }
	if status := k.do(termOwner, http.MethodGet, "/conflicts", "", &list); status != http.StatusOK || len(list.Items) != 1 {
		t.Errorf("%d: %+v", status, list)
	}
	var problem struct {
		Errors []struct{ Location, Message string }
	}
	if status := k.do(termOwner, http.MethodPost, "/conflicts", strings.Replace(newcomer, "2026-09-01", "2026-02-30", 1), &problem); status != http.StatusUnprocessableEntity || len(problem.Errors) == 0 {
		t.Errorf("a day that is none: %d, %+v", status, problem)
	}
	if status := k.do(termOwner, http.MethodGet, "/conflicts/nothing", "", &problem); status != http.StatusNotFound {
		t.Errorf("a check that is not there: %d", status)
	}
	for _, who := range []access.Actor{termExecutive, sales, termStranger} {
		for _, a := range [][2]string{{http.MethodGet, "/conflicts"}, {http.MethodPost, "/conflicts"}, {http.MethodGet, "/conflicts/" + made.ID}, {http.MethodGet, "/walls"}} {
			if status := k.do(who, a[0], a[1], newcomer, &problem); status != http.StatusForbidden && status != http.StatusNotFound {
				t.Errorf("%s: %s %s answers %d", who.Name, a[0], a[1], status)
			}
		}
	}
	var waivers struct{ Items []engagementapi.Waiver }
	if status := k.do(termExecutive, http.MethodGet, "/clients/org_acme/waivers", "", &waivers); status != http.StatusOK || len(waivers.Items) != 0 {
		t.Errorf("%d: %+v", status, waivers)
	}
	if status := k.do(termStranger, http.MethodGet, "/clients/org_acme/waivers", "", &problem); status != http.StatusNotFound {
		t.Errorf("another client's waivers: %d", status)
	}
}
