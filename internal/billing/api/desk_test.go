package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	billingapi "github.com/ofrecord/ofrecord/internal/billing/api"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var (
	text                           = feestest.MarkedText
	owner                          = feestest.Owner
	boss, finance, sales, stranger = feestest.Boss, feestest.Finance, feestest.Sales, feestest.Stranger
	nobody                         access.Actor
)

// desk is the operations of billing at the bench of statements. Whether an actor may do something is decided by the use cases alone.
type desk struct {
	*feestest.Bench
	api     *api.API
	billing *ops.Service
	client  string // in the address
}

func each(t *testing.T, test func(t *testing.T, k *desk)) {
	under(t, text, test)
}

// under is a desk under a contract.
func under(t *testing.T, source string, test func(t *testing.T, k *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) { test(t, newDesk(t, d, ctx, source)) })
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context, source string) *desk {
	t.Helper()
	k := &desk{Bench: feestest.New(t, d, ctx, source), client: "org_acme"}
	k.billing = &ops.Service{DB: d, Now: k.Clock, Random: rand.Reader, Fees: k.Service, Parties: k.Parties}
	k.AfterLock = k.billing.PostLock
	k.api = api.New(api.Options{Title: "Ofrecord", Version: "test", DB: d, Now: k.Clock, Caller: func(ctx context.Context) string { return access.ActorFrom(ctx).Account },
		Admit: func(ctx context.Context, _ *http.Request, _, _ string) (context.Context, error) {
			if access.ActorFrom(ctx).Account == "" {
				return nil, fault.New(fault.Unauthenticated, "sign-in", "Sign in.")
			}
			return db.WithWorkspace(ctx, dbtest.Workspace), nil
		}})
	(&billingapi.Operations{Billing: k.billing}).Register(k.api)
	return k
}

// send is one call about the client; a path that begins with two slashes is about all.
func (k *desk) send(who access.Actor, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	at := "/clients/" + k.client + path
	if strings.HasPrefix(path, "//") {
		at = path[1:]
	}
	return apitest.Send(access.WithActor(context.Background(), who), k.api, method, at, body, headers...)
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

// locked locks February, all of it accepted by the client: a retainer of 14,000.00 and a share of 6,000.00.
func (k *desk) locked() feesops.Statement {
	k.T.Helper()
	k.MoveTo("2026-03-02")
	k.Imported(feestest.Won("A", "200000.00", "2026-02-10"))
	return k.Locked("2026-02")
}
