package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	partyapi "github.com/ofrecord/ofrecord/internal/party/api"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestClientsAreThoseWithinReach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		party := ops.New(ops.Options{DB: d, Now: time.Now, PublicURL: "https://example.test"})
		slug, _ := db.Workspace(ctx)
		owner := access.Machine(slug, "the operator")
		acme, err := party.CreateClient(ctx, owner, "Acme")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := party.CreateClient(ctx, owner, "Bluebell"); err != nil {
			t.Fatal(err)
		}
		ask := func(who access.Actor) string {
			a := api.New(api.Options{DB: d, Now: time.Now, Admit: func(context.Context, *http.Request, string, string) (context.Context, error) {
				return access.WithActor(ctx, who), nil
			}})
			(&partyapi.Operations{Party: party}).Register(a)
			w := httptest.NewRecorder()
			a.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/clients", nil))
			if w.Code != http.StatusOK {
				t.Fatalf("%d: %s", w.Code, w.Body)
			}
			return w.Body.String()
		}
		if all := ask(owner); !strings.Contains(all, "Acme") || !strings.Contains(all, "Bluebell") {
			t.Errorf("the owner reads %s", all)
		}
		finance := access.Actor{Account: "acc_x", Memberships: []access.Membership{{Role: access.ClientFinance, Org: acme.ID, OrgKind: access.Client, Client: acme.ID}}}
		if own := ask(finance); !strings.Contains(own, acme.ID) || strings.Contains(own, "Bluebell") {
			t.Errorf("the client's finance reads %s", own)
		}
	})
}
