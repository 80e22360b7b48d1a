package ops_test

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner      = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	lead       = of("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	ana        = of("acc_ana", "Ana Adler", access.Membership{Role: access.TeamMember, Org: "org_ag", OrgKind: access.Agency})
	namesake   = of("acc_ana2", "Ana Adler", access.Membership{Role: access.TeamMember, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	specialist = of("acc_spec", "Sia Special", access.Membership{Role: access.SpecialistPartner, Org: "org_spec", OrgKind: access.Specialist, Client: "org_acme"})
	finance    = of("acc_fin", "Finn Finance", access.Membership{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client})
	product    = of("acc_prod", "Pia Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})
)

// desk is the use cases of time with a clock.
type desk struct {
	*ops.Service
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	at     time.Time
	handed []string
	fails  error
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	k := &desk{t: t, ctx: ctx}
	k.on("2026-03-31 12:00")
	parties := partyops.New(partyops.Options{DB: d, Now: k.now, PublicURL: "https://example.test"})
	k.Service = &ops.Service{DB: d, Now: k.now, Random: rand.Reader, Parties: parties, Contracts: &contractops.Service{DB: d, Now: k.now, Random: rand.Reader, Parties: parties}}
	k.HandOver = func(_ context.Context, _ access.Actor, _, _ string, file []byte) (int64, error) {
		if k.fails != nil {
			return 0, k.fails
		}
		k.handed = append(k.handed, string(file))
		return int64(len(k.handed)), nil
	}
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight"}, {"org_acme", "client", "Acme"}, {"org_bolt", "client", "Boltworks"}, {"org_spec", "specialist", "Brightpath"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], k.at); err != nil {
				return err
			}
		}
		for _, p := range []access.Actor{owner, lead, ana, namesake, specialist, finance} {
			m := p.Memberships[0]
			covers := m.Client
			if m.OrgKind == access.Client {
				covers = m.Org
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO account (id, email, name, created_at) VALUES (?, ?, ?, ?)", p.Account, p.Account+"@example.test", p.Name, k.at); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO membership (id, account_id, org_id, role, client_id, from_at) VALUES (?, ?, ?, ?, ?, ?)", "mem_"+p.Account, p.Account, m.Org, string(m.Role), covers, k.at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *desk) now() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = k.at.Add(time.Microsecond)
	return k.at
}

func (k *desk) on(text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, time.UTC)
	if err != nil {
		k.t.Fatal(err)
	}
	k.at = at
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantFault(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		t.Fatalf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
}

var acme = timesheet.What{Client: "org_acme", Class: timesheet.Billable, Category: "search", Note: "copy", InternalNote: "margin is thin"}

func (k *desk) enters(who access.Actor, day string, minutes int, what timesheet.What) timesheet.Entry {
	k.t.Helper()
	return must(k.Enter(k.ctx, who, ops.EntryInput{Day: cal.MustDate(day), Minutes: minutes, What: what}))(k.t)
}

func (k *desk) submits(who access.Actor, day string) {
	k.t.Helper()
	must(k.Submit(k.ctx, who, cal.MustDate(day)))(k.t)
}

func (k *desk) seen(who access.Actor) []ops.Seen {
	k.t.Helper()
	var out []ops.Seen
	for _, e := range must(k.Waiting(k.ctx, who))(k.t) {
		out = append(out, ops.Seen{ID: e.ID, Version: e.Version})
	}
	return out
}

func (k *desk) approves(who access.Actor) int {
	k.t.Helper()
	return must(k.Approve(k.ctx, who, ops.ApproveInput{Entries: k.seen(who)}))(k.t)
}

func (k *desk) entries(who access.Actor) []timesheet.Entry {
	k.t.Helper()
	return must(k.Entries(k.ctx, who, ops.Filter{Client: "org_acme"}))(k.t)
}
