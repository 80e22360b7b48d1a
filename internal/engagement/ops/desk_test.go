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
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner     = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	member    = of("acc_team", "Tim Team", access.Membership{Role: access.TeamMember, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	executive = of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	product   = of("acc_prod", "Paul Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})
	stranger  = of("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

// desk is an agency with two clients, its contracts, and what follows from them.
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
		now = now.Add(time.Second)
		return now
	}
	s := desk{t: t, ctx: ctx}
	parties := partyops.New(partyops.Options{DB: d, Now: tick, PublicURL: "https://example.test"})
	s.Service = &ops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties,
		Contracts: &contractops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties, Contradicts: ops.Contradicts, AfterBind: ops.Appoint}}
	s.write(func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], noon); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

func (d desk) write(fn func(context.Context, bun.Tx) error) {
	d.t.Helper()
	if err := d.DB.Write(d.ctx, fn); err != nil {
		d.t.Fatal(err)
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		t.Errorf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
}

// text is a contract with these appointments.
func text(name, client string, version int, effective, appointments string) string {
	s := contract.Template(name, client, "Northlight LLC", cal.MustDate("2026-01-01"))
	s = strings.Replace(s, "effective: 2026-01-01", "effective: "+effective, 1)
	return contract.Amendment(strings.Replace(s, "\nclauses:", "\n"+appointments+"\nclauses:", 1), version)
}

func (d desk) begin(client, name string) string {
	d.t.Helper()
	c, err := d.Contracts.Begin(d.ctx, owner, client, name)
	if err != nil {
		d.t.Fatal(err)
	}
	return c.ID
}

// proposed saves the text and proposes it for the agency.
func (d desk) proposed(id, source string) (contract.Version, error) {
	d.t.Helper()
	_, have, err := d.Contracts.Draft(d.ctx, owner, id)
	if err != nil {
		d.t.Fatal(err)
	}
	saved, err := d.Contracts.Save(d.ctx, owner, contractops.SaveInput{Contract: id, Source: source, Revision: have.Revision})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.Contracts.Propose(d.ctx, owner, contractops.ProposeInput{Contract: id, Revision: saved.Revision})
}

func (d desk) accept(v contract.Version) error {
	_, err := d.Contracts.Accept(d.ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	return err
}

func (d desk) accepted(id, source string) {
	d.t.Helper()
	v, err := d.proposed(id, source)
	if err == nil {
		err = d.accept(v)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}
