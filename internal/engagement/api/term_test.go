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

var termNoon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

func termActor(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	termOwner     = termActor("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	termExecutive = termActor("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	sales         = termActor("acc_sal", "Sara Sales", access.Membership{Role: access.ClientSales, Org: "org_acme", OrgKind: access.Client})
	termStranger  = termActor("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

// termDesk is the operations over a fresh database, with one contract of 2026 that ends with it.
type termDesk struct {
	t        *testing.T
	api      *api.API
	who      access.Actor
	contract string
}

func newTermDesk(t *testing.T) *termDesk {
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
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight"}, {"org_acme", "client", "Acme"}, {"org_bolt", "client", "Bolt"}} {
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
	source := strings.Replace(contract.Template("growth", "Acme", "Northlight", cal.MustDate("2026-01-01")), "kind: mutual-written", "kind: none", 1)
	saved, err := contracts.Save(ctx, termOwner, contractops.SaveInput{Contract: c.ID, Source: source})
	check(err)
	v, err := contracts.Propose(ctx, termOwner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	check(err)
	_, err = contracts.Accept(ctx, termExecutive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	check(err)
	k := &termDesk{t: t, who: termOwner, contract: c.ID}
	a := api.New(api.Options{Title: "Ofrecord", Version: "test", Admit: func(ctx context.Context, _ *http.Request, action, client string) (context.Context, error) {
		return access.WithActor(db.WithWorkspace(ctx, dbtest.Workspace), k.who), access.RequireAny(k.who, access.Action(action), client)
	}})
	(&engagementapi.Operations{Engagement: &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contracts: contracts}}).Register(a)
	k.api = a
	return k
}

func (k *termDesk) get(who access.Actor, path string, out any) int {
	k.t.Helper()
	k.who = who
	w := httptest.NewRecorder()
	k.api.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1"+path, nil))
	if w.Code == http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			k.t.Fatal(err)
		}
	}
	return w.Code
}

func TestOperationsOfTheTermAreComplete(t *testing.T) { apitest.Check(t, newTermDesk(t).api) }

func TestDatesForPrograms(t *testing.T) {
	k := newTermDesk(t)
	var got struct{ Items []engagementapi.Dated }
	if status := k.get(sales, "/clients/org_acme/dates", &got); status != http.StatusOK {
		t.Fatal(status)
	}
	if len(got.Items) != 2 || got.Items[0].On != "2026-12-31" || got.Items[0].Kind != "ends" || got.Items[0].ContractName != "growth" || got.Items[1].Kind != "tail-ends" {
		t.Errorf("%+v", got.Items)
	}
	if status := k.get(termStranger, "/clients/org_acme/dates", &got); status != http.StatusNotFound {
		t.Errorf("a termStranger gets %d", status)
	}
}

func TestTheSettlementForPrograms(t *testing.T) {
	k := newTermDesk(t)
	path := "/clients/org_acme/contracts/" + k.contract + "/settlement"
	var got engagementapi.Settlement
	if status := k.get(termExecutive, path, &got); status != http.StatusOK {
		t.Fatal(status)
	}
	if got.State != "open" || got.LastDay != "2026-12-31" || got.Total != nil || len(got.Parts) != 10 || got.Parts[0].Amount != nil || got.Parts[0].Issue == "" {
		t.Errorf("%+v", got)
	}
	for who, want := range map[*access.Actor]int{&sales: http.StatusForbidden, &termStranger: http.StatusNotFound} {
		if status := k.get(*who, path, &got); status != want {
			t.Errorf("%s gets %d, want %d", who.Name, status, want)
		}
	}
}
