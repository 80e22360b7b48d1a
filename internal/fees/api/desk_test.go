package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var (
	owner                          = feestest.Owner
	boss, finance, sales, stranger = feestest.Boss, feestest.Finance, feestest.Sales, feestest.Stranger
	nobody                         access.Actor
)

// desk is the operations of statements at the bench. Whether an actor may do something is decided by the use cases alone.
type desk struct {
	*feestest.Bench
	api    *api.API
	client string // in the address
}

func each(t *testing.T, test func(t *testing.T, k *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) { test(t, newDesk(t, d, ctx)) })
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	return newDeskUnder(t, d, ctx, feestest.MarkedText)
}

// newDeskUnder is the operations under another text of the contract.
func newDeskUnder(t *testing.T, d *db.DB, ctx context.Context, text string) *desk {
	t.Helper()
	k := &desk{Bench: feestest.New(t, d, ctx, text), client: "org_acme"}
	k.api = api.New(api.Options{Title: "Ofrecord", Version: "test", DB: d, Now: k.Clock, Caller: func(ctx context.Context) string { return access.ActorFrom(ctx).Account },
		Admit: func(ctx context.Context, _ *http.Request, _, _ string) (context.Context, error) {
			if access.ActorFrom(ctx).Account == "" {
				return nil, fault.New(fault.Unauthenticated, "sign-in", "Sign in.")
			}
			return db.WithWorkspace(ctx, dbtest.Workspace), nil
		}})
	(&feesapi.Operations{Fees: k.Service, Contracts: func(ctx context.Context, who access.Actor, client string) (ids []string, err error) {
		list, err := k.Contracts.Contracts(ctx, who, client)
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return ids, err
	}}).Register(k.api)
	return k
}

// send is one call about the client, or about month ends.
func (k *desk) send(who access.Actor, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	if !strings.HasPrefix(path, "/month-ends") {
		path = "/clients/" + k.client + path
	}
	return apitest.Send(access.WithActor(context.Background(), who), k.api, method, path, body, headers...)
}

// call must answer with the status; out reads the answer unless it is nil.
func (k *desk) call(who access.Actor, status int, method, path, body string, out any) *httptest.ResponseRecorder {
	k.T.Helper()
	w := k.send(who, method, path, body)
	if w.Code != status {
		k.T.Fatalf("%s %s as %q: status %d, want %d: %s", method, path, who.Account, w.Code, status, w.Body)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			k.T.Fatal(err)
		}
	}
	return w
}

func (k *desk) draft(month string) (st feesapi.Statement) {
	k.T.Helper()
	k.call(owner, 201, "POST", "/statements", `{"contract":"`+k.Contract+`","month":"`+month+`"}`, &st)
	return st
}

// submitted drafts February with one deal, and submits it: a retainer, a share and its cap.
func (k *desk) submitted() (st feesapi.Statement, at string) {
	k.T.Helper()
	k.MoveTo("2026-03-02")
	k.Imported(feestest.Won("A", "200000.00", "2026-02-10"))
	at = "/statements/" + k.draft("2026-02").ID
	k.call(owner, 200, "POST", at+"/submit", "", &st)
	return st, at
}
