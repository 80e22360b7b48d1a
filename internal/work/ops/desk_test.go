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
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner      = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	lead       = of("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	team       = of("acc_team", "Tom Team", access.Membership{Role: access.TeamMember, Org: "org_ag", OrgKind: access.Agency})
	product    = of("acc_prod", "Pia Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})
	executive  = of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	auditor    = of("acc_aud", "Ada Auditor", access.Membership{Role: access.Auditor, Org: "org_acme", OrgKind: access.Client})
	stranger   = of("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
	specialist = of("acc_spec", "Stella Specialist", access.Membership{Role: access.SpecialistPartner, Org: "org_spec", OrgKind: access.Specialist, Client: "org_acme"})
	everybody  = []access.Actor{owner, lead, team, product, executive, auditor, stranger, specialist}
)

// desk is a service with one agency, two clients, a specialist, their people and an accepted contract with promises.
type desk struct {
	*ops.Service
	t     testing.TB
	ctx   context.Context
	clock *hand
}

// hand is a clock that a test sets.
type hand struct {
	sync.Mutex
	at time.Time
}

func (h *hand) now() time.Time {
	h.Lock()
	defer h.Unlock()
	return h.at
}

func (h *hand) set(t testing.TB, text string) {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	h.Lock()
	defer h.Unlock()
	h.at = at
}

// promises: Monday to Friday from nine to five.
const promises = `
service_levels:
  hours:
    - {days: mon-fri, shifts: "09:00-17:00"}
  other_days: []
  promises:
    - {promise: first-response, by: agency, until: response, urgent: 30 minutes, high: 2 hours, normal: 4 hours, low: 8 hours, around_the_clock: []}
    - {promise: launch, by: agency, until: resolution, urgent: 8 hours, high: 16 hours, normal: 40 hours, low: none, around_the_clock: []}
    - {promise: feedback, by: client, until: feedback, urgent: 8 hours, high: 16 hours, normal: 40 hours, low: none, around_the_clock: []}
  escalate:
    - {at: 75 %, to: account-lead}
    - {at: 100 %, to: agency-owner}
`

func newDesk(t testing.TB, d *db.DB, ctx context.Context) desk {
	t.Helper()
	return newDeskUnder(t, d, ctx, promises)
}

func newDeskUnder(t testing.TB, d *db.DB, ctx context.Context, promises string) desk {
	t.Helper()
	clock := &hand{}
	clock.set(t, "2026-03-03 09:00") // a Tuesday
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return people(ctx, tx, clock.at.AddDate(0, -6, 0)) }); err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	parties := partyops.New(partyops.Options{DB: d, Now: clock.now, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: clock.now, Random: rand.Reader, Parties: parties}
	desk := desk{&ops.Service{DB: d, Now: clock.now, Random: rand.Reader, Parties: parties, Contracts: contracts, Files: files, PublicURL: "https://example.test"}, t, ctx, clock}
	desk.sign(promises)
	return desk
}

func people(ctx context.Context, tx bun.Tx, since time.Time) error {
	for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}, {"org_spec", "specialist", "Brightpath"}} {
		if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], since); err != nil {
			return err
		}
	}
	for _, a := range everybody {
		m := a.Memberships[0]
		client := m.Client
		if m.OrgKind == access.Client {
			client = m.Org
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO account (id, email, name, password_hash, session_epoch, created_at) VALUES (?, ?, ?, '', 0, ?)",
			a.Account, a.Account+"@example.test", a.Name, since); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO membership (id, account_id, org_id, role, client_id, from_at) VALUES (?, ?, ?, ?, ?, ?)",
			"mem_"+a.Account, a.Account, m.Org, string(m.Role), client, since); err != nil {
			return err
		}
	}
	return nil
}

// sign brings a contract with promises into force.
func (d desk) sign(promises string) {
	d.t.Helper()
	c, err := d.Contracts.Begin(d.ctx, owner, "org_acme", "growth")
	if err != nil {
		d.t.Fatal(err)
	}
	source := contract.Template("growth", "Acme Robotics, Inc.", "Northlight LLC", cal.MustDate("2026-01-01"))
	source = strings.Replace(source, "time_zone: America/New_York", "time_zone: UTC", 1) + promises
	saved, err := d.Contracts.Save(d.ctx, owner, contractops.SaveInput{Contract: c.ID, Source: source})
	if err != nil {
		d.t.Fatal(err)
	}
	v, err := d.Contracts.Propose(d.ctx, owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.Contracts.Accept(d.ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}); err != nil {
		d.t.Fatal(err)
	}
}

// open opens a request of the web as the client's product.
func (d desk) open(title string) *ops.Request {
	d.t.Helper()
	r, err := d.Open(d.ctx, product, ops.OpenInput{Client: "org_acme", Title: title, Category: "other", Priority: contract.Normal, Brief: work.Answers{"what": "We need " + title}})
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func (d desk) act(r *ops.Request) ops.Act { return ops.Act{Client: r.Client, Request: r.ID} }

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

// mails are those in the outbox, as they stand there.
func (d desk) mails() (bodies []string) {
	d.t.Helper()
	err := d.DB.Read(d.ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("outbox").ColumnExpr("body").OrderExpr("id").Scan(ctx, &bodies)
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return bodies
}

func (d desk) mailsTo(who access.Actor) (n int) {
	for _, m := range d.mails() {
		if strings.Contains(m, `"to":"`+who.Account+"@") {
			n++
		}
	}
	return n
}

// lastEntry are the words of the last entry of the record.
func (d desk) lastEntry() (words string) {
	d.t.Helper()
	err := d.DB.Read(d.ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("journal_entry").ColumnExpr("words").OrderExpr("seq DESC").Limit(1).Scan(ctx, &words)
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return words
}
