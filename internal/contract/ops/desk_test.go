package ops_test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var noon = time.Date(2025, 11, 10, 12, 0, 0, 123456789, time.UTC)

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner     = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	lead      = of("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	executive = of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	finance   = of("acc_fin", "Finn Finance", access.Membership{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client})
	stranger  = of("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

// desk is a service with one agency and two clients.
type desk struct {
	*ops.Service
	t   *testing.T
	ctx context.Context
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) desk {
	t.Helper()
	now := noon
	var clock sync.Mutex
	tick := func() time.Time {
		clock.Lock()
		defer clock.Unlock()
		now = now.Add(time.Minute)
		return now
	}
	write(t, d, ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], noon); err != nil {
				return err
			}
		}
		return nil
	})
	parties := partyops.New(partyops.Options{DB: d, Now: tick, PublicURL: "https://example.test"})
	return desk{&ops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties}, t, ctx}
}

func write(t *testing.T, d *db.DB, ctx context.Context, fn func(context.Context, bun.Tx) error) {
	t.Helper()
	if err := d.Write(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		t.Errorf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
}

func (d desk) begin() ops.Contract {
	d.t.Helper()
	return must[ops.Contract](d.t)(d.Begin(d.ctx, lead, "org_acme", "growth"))
}

func text(version int, effective string) string {
	s := contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2025-12-01"))
	s = strings.Replace(s, "effective: 2025-12-01", "effective: "+effective, 1)
	return contract.Amendment(s, version)
}

// proposed saves the text and proposes it.
func (d desk) proposed(actor access.Actor, id, source string) (contract.Version, error) {
	d.t.Helper()
	_, have, err := d.Draft(d.ctx, actor, id)
	if err != nil {
		return contract.Version{}, err
	}
	saved, err := d.Save(d.ctx, actor, ops.SaveInput{Contract: id, Source: source, Revision: have.Revision})
	if err != nil {
		return contract.Version{}, err
	}
	return d.Propose(d.ctx, actor, ops.ProposeInput{Contract: id, Revision: saved.Revision})
}

func (d desk) accepted(id, source string) contract.Version {
	d.t.Helper()
	v := must[contract.Version](d.t)(d.proposed(owner, id, source))
	return must[contract.Version](d.t)(d.Accept(d.ctx, executive, ops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))
}

func (d desk) agreement(id string) (a contract.Agreement, err error) {
	err = d.DB.Read(d.ctx, func(ctx context.Context, tx bun.Tx) error {
		a, err = ops.AgreementOf(ctx, tx, id)
		return err
	})
	return a, err
}
