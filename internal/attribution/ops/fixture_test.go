package ops_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const acme = "org_acme"

func of(account string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: account, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner      = of("acc_owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	executive  = of("acc_exec", access.Membership{Role: access.ClientExecutive, Org: acme, OrgKind: access.Client})
	finance    = of("acc_fin", access.Membership{Role: access.ClientFinance, Org: acme, OrgKind: access.Client})
	stranger   = of("acc_str", access.Membership{Role: access.ClientFinance, Org: "org_bolt", OrgKind: access.Client})
	specialist = of("acc_spec", access.Membership{Role: access.SpecialistPartner, Org: "org_sp", OrgKind: access.Specialist, Client: acme})
)

// room is the services that stand behind credit, over a fresh database with one client.
type room struct {
	*ops.Service
	t         testing.TB
	ctx       context.Context
	crm       *crmops.Service
	contracts *contractops.Service
	files     string // the folder of the client's files
}

func newRoom(t testing.TB, d *db.DB, ctx context.Context) room {
	t.Helper()
	var ticks atomic.Int64
	now := func() time.Time {
		return time.Date(2026, 7, 20, 9, 0, 0, 0, time.UTC).Add(time.Duration(ticks.Add(1)) * time.Second)
	}
	must(t, d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {acme, "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], now()); err != nil {
				return err
			}
		}
		return nil
	}))
	dir := filepath.Join(t.TempDir(), "files")
	files, err := blob.Open(dir)
	must(t, err)
	parties := partyops.New(partyops.Options{DB: d, Now: now, PublicURL: "https://example.test"})
	r := room{
		Service: &ops.Service{DB: d, Now: now}, t: t, ctx: ctx,
		crm:       &crmops.Service{DB: d, Files: files, Now: now, Random: rand.Reader},
		contracts: &contractops.Service{DB: d, Now: now, Random: rand.Reader, Parties: parties},
	}
	r.OpenSegment, r.files = r.crm.OpenSegment, dir
	if d.Engine() == db.Postgres {
		r.files = filepath.Join(dir, "ws-"+dbtest.Workspace)
	}
	t.Cleanup(r.crm.Close)
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// take imports a plain file.
func (r room) take(name, text string) {
	r.t.Helper()
	_, err := r.crm.Import(r.ctx, owner, crmops.ImportInput{Client: acme, Filename: name, Reader: strings.NewReader(text)})
	must(r.t, err)
}

// agree makes both sides accept the template with the replacements, from 1 Jan 2026, and gives the contract's id.
func (r room) agree(name string, replacements ...string) string {
	r.t.Helper()
	c, err := r.contracts.Begin(r.ctx, owner, acme, name)
	must(r.t, err)
	r.amend(c.ID, 1, contract.Template(name, "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01")), replacements...)
	return c.ID
}

func (r room) amend(id string, version int, text string, replacements ...string) {
	r.t.Helper()
	text = strings.NewReplacer(replacements...).Replace(text)
	_, draft, err := r.contracts.Draft(r.ctx, owner, id)
	must(r.t, err)
	draft, err = r.contracts.Save(r.ctx, owner, contractops.SaveInput{Contract: id, Source: contract.Amendment(text, version), Revision: draft.Revision})
	must(r.t, err)
	v, err := r.contracts.Propose(r.ctx, owner, contractops.ProposeInput{Contract: id, Revision: draft.Revision})
	must(r.t, err)
	_, err = r.contracts.Accept(r.ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	must(r.t, err)
}

func (r room) agreement(id string) (a contract.Agreement) {
	r.t.Helper()
	must(r.t, r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		a, err = contractops.AgreementOf(ctx, tx, id)
		return err
	}))
	return a
}

func (r room) evidence() (e crm.Evidence) {
	r.t.Helper()
	must(r.t, r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) error {
		n, err := crmops.LatestImport(ctx, tx, acme)
		if err != nil {
			return err
		}
		e, err = crmops.EvidenceAt(ctx, tx, acme, n)
		return err
	}))
	return e
}

func (r room) deal(id string, from int64, asked ops.Asked) ops.DealView {
	r.t.Helper()
	v, err := r.Deal(r.ctx, finance, acme, id, from, asked)
	must(r.t, err)
	return v
}

// The deal of 100,000.00 of the worked example: four touches, the first 200 days before the close on 1 July 2026. The second is on the
// day the oldest contact was created, the last on that of the deal.
const (
	companies    = "company_id,name,domain\nc1,Boreal Freight,boreal.example\nc2,Kestrel Foods,kestrel.example\n"
	contacts     = "contact_id,company_id,email,name,created_at,merged_ids\np1,c1,ann@boreal.example,Ann Boreal,2026-03-03T12:00:00Z,\np2,c1,bo@boreal.example,Bo Boreal,2026-05-01T10:00:00Z,p9\np3,c2,cy@kestrel.example,Cy Kestrel,2026-01-05T10:00:00Z,\n"
	deals        = "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,customer_type\nD3,Boreal line,c1,100000.00,USD,2026-05-02T12:00:00Z,2026-07-01,won,true,true,new\nD4,Kestrel cell,c2,4400.00,USD,2026-02-05T00:00:00Z,2026-09-30,proposal,false,false,new\nD5,Kestrel pilot,c2,,,2026-02-05T00:00:00Z,2026-06-03,won,true,true,new\nD6,Kestrel lost,c2,900.00,USD,2026-02-05T00:00:00Z,2026-06-04,lost,false,true,new\nD7,Kestrel in euro,c2,700.00,EUR,2026-02-05T00:00:00Z,2026-06-05,won,true,true,new\n"
	dealContacts = "deal_id,contact_id,role\nD3,p1,buyer\nD4,p3,buyer\nD5,p3,\nD6,p3,\nD7,p3,\n"
	touches      = "touch_id,contact_id,at,channel,campaign,provider\n" +
		"t1,p1,2025-12-13T12:00:00Z,paid social,launch,agency\n" +
		"t2,p1,2026-03-03T12:00:00Z,webinar,palletising,agency\n" +
		"t3,p1,2026-04-02T12:00:00Z,email,nurture,agency\n" +
		"t4,p1,2026-05-02T12:00:00Z,sales call,,client\n" +
		"t5,p1,2026-07-09T12:00:00Z,email,onboarding,agency\n" +
		"t6,p3,2026-02-01T12:00:00Z,direct,,\n" +
		"t7,p3,2026-02-02T12:00:00Z,webinar,palletising,agency\n" +
		"t8,p9,2026-04-20T12:00:00Z,trade fair,,agency\n"
	payments = "payment_id,deal_id,paid_on,amount,currency,kind\ny2,D3,2026-07-15,60000.00,USD,payment\ny1,D3,2026-07-05,40000.00,USD,payment\n"
)

func (r room) takeAll() {
	r.t.Helper()
	r.take("companies.csv", companies)
	r.take("contacts.csv", contacts)
	r.take("deals.csv", deals)
	r.take("deal_contacts.csv", dealContacts)
	r.take("touches.csv", touches)
	r.take("payments.csv", payments)
}

// won is the clause as the worked example has it: the journey ends when the deal is won, and the agency's touches earn.
var won = []string{"anchor: deal-created", "anchor: deal-won", "credits: {all_channels_except: [direct]}", "credits: {providers: [agency]}", "edge: re-path", "edge: drop"}
