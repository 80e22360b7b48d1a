package ui_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/billing/ui"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

var (
	text                     = feestest.CappedText
	owner                    = feestest.Owner
	finance, sales, stranger = feestest.Finance, feestest.Sales, feestest.Stranger
)

// desk is the pages of billing at the bench of statements.
type desk struct {
	*ops.Service
	*feestest.Bench
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	return newDeskUnder(t, d, ctx, text)
}

// newDeskUnder is the pages under another text of the contract.
func newDeskUnder(t *testing.T, d *db.DB, ctx context.Context, text string) *desk {
	t.Helper()
	k := &desk{Bench: feestest.New(t, d, ctx, text)}
	k.Service = &ops.Service{DB: d, Now: k.Clock, Random: rand.Reader, Fees: k.Bench.Service, Parties: k.Bench.Parties, PublicURL: k.Bench.PublicURL}
	k.AfterLock = k.PostLock
	return k
}

// handler is the pages as one person gets them.
func (k *desk) handler(who access.Actor) http.Handler {
	g := &web.Registry{}
	(&ui.Pages{Ops: k.Service}).Register(g)
	return web.New(web.Options{
		Admit: func(r *http.Request, action string) (context.Context, error) {
			if err := access.RequireAny(who, access.Action(action), r.PathValue("client")); err != nil {
				return nil, err
			}
			return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), who), nil
		},
		Frame: func(*http.Request) kit.Frame {
			return kit.Frame{Workspace: "Northlight", Person: &kit.Person{Name: who.Name, Role: who.Memberships[0].Role.Label(), SignOut: "/sign-out"},
				Main: []kit.NavLink{{Key: "portfolio", Text: "Portfolio", Href: "/"}},
				Client: &kit.ClientNav{Name: "Acme Robotics", Href: "/clients/org_acme", Rooms: []kit.NavLink{{Key: "overview", Text: "Overview", Href: "/"}, {Key: "contract", Text: "Contract", Href: "/"},
					{Key: ui.Room, Text: "Invoices", Href: "/clients/org_acme/invoices"}, {Key: "evidence", Text: "Evidence", Href: "/"}, {Key: "people", Text: "People", Href: "/"}}}}
		},
	}, g)
}

// as is the browser of one person.
func (k *desk) as(who access.Actor) *webtest.Browser {
	k.T.Helper()
	return webtest.Open(k.T, k.handler(who))
}
