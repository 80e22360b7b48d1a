// Package engagementtest is the bench that tests of the relationship begin at: an agency, two clients, and a contract with a scope that both sides accepted.
package engagementtest

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func as(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

// The people of the bench.
var (
	Owner     = as("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	Lead      = as("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	Executive = as("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	Product   = as("acc_prod", "Petra Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})
	Stranger  = as("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

// ScopeText is the scope of the contract.
const ScopeText = `scope:
  sow: SOW 2026
  work:
    - {work: campaigns, category: paid-media, covers: running campaigns, is: draws-retainer, of: team, each_at_most: 16 hours}
    - {work: reports, category: analytics, covers: the monthly report, is: in-scope, each_at_most: none}
  otherwise: change-order
`

// Bench is a client, org_acme, with an accepted contract of a retainer of 80 hours for 10,000.00, and a scope. It begins on 10 January 2026; each look at the clock
// takes a minute.
type Bench struct {
	*ops.Service
	T        testing.TB
	Ctx      context.Context
	Contract string
}

// New makes the bench in an empty database.
func New(t testing.TB, d *db.DB, ctx context.Context) *Bench {
	t.Helper()
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	var clock sync.Mutex
	tick := func() time.Time {
		clock.Lock()
		defer clock.Unlock()
		now = now.Add(time.Minute)
		return now
	}
	must(t, d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight"}, {"org_acme", "client", "Acme Robotics"}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], now); err != nil {
				return err
			}
		}
		return nil
	}))
	parties := partyops.New(partyops.Options{DB: d, Now: tick, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties}
	b := &Bench{&ops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties, Contracts: contracts}, t, ctx, ""}
	c, err := contracts.Begin(ctx, Owner, "org_acme", "everything")
	must(t, err)
	b.Contract = c.ID
	saved, err := contracts.Save(ctx, Owner, contractops.SaveInput{Contract: c.ID, Source: closed(t) + ScopeText})
	must(t, err)
	v, err := contracts.Propose(ctx, Owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	must(t, err)
	b.Accept(v)
	return b
}

// closed is the contract with a clause of every kind.
func closed(t testing.TB) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../../contract/testdata/closed.yaml"))
	must(t, err)
	return string(text)
}

// Accept accepts a version for the client.
func (b *Bench) Accept(v contract.Version) {
	b.T.Helper()
	_, err := b.Contracts.Accept(b.Ctx, Executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	must(b.T, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
