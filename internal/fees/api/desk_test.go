package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const text = `contract: growth
version: 1
effective: 2026-01-01
parties: {client: "Acme <Robotics> & Sons", agency: Northlight LLC}
currency: USD
time_zone: America/New_York
rounding: half-up
calendar: {work_week: mon-fri, holidays: []}
term:
  start: 2026-01-01
  length: 12 months
  renewal: {kind: none}
  notice: {period: 90 days, fee: full}
clauses:
  - retainer: team
    fee: 14,000.00 per month
    anchor: 1
    billed: at-start
    proration: actual-days
  - revenue_share: share
    rate: 3 %
    base: {revenue: closed, refunds: deducted, of: all-customers}
    attribution:
      model: w-shaped
      lookback: none
      anchor: deal-won
      contacts: associated
      credits: {all_channels_except: [sales call]}
    eligible: {created_from: 2026-01-01, carve_out: none}
    per_deal: {floor: none, cap: none}
    period:
      floor: none
      cap: 7,000.00 per contract-year
    tail: none
    clawback: unlimited
    other_currency: hold
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

func of(account string, role access.Role, org string, kind access.OrgKind) access.Actor {
	return access.Actor{Account: account, Name: account, Workspace: dbtest.Workspace, Memberships: []access.Membership{{Role: role, Org: org, OrgKind: kind}}}
}

var (
	owner    = of("acc_owner", access.Owner, "org_ag", access.Agency)
	boss     = of("acc_exec", access.ClientExecutive, "org_acme", access.Client)
	finance  = of("acc_fin", access.ClientFinance, "org_acme", access.Client)
	sales    = of("acc_sales", access.ClientSales, "org_acme", access.Client)
	stranger = of("acc_str", access.ClientExecutive, "org_bolt", access.Client)
	nobody   access.Actor
)

// desk is a month end: an agency, a client with an accepted contract and imports that the test adds, behind the operations. Whether an
// actor may do something is decided by the use cases alone.
type desk struct {
	t        *testing.T
	api      *api.API
	fees     *ops.Service
	contract string
	client   string // in the address

	mu      sync.Mutex
	at      time.Time
	imports []crm.Snapshot
}

type caller struct{}

func (k *desk) clock() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at = k.at.Add(time.Second)
	return k.at
}

func (k *desk) moveTo(day string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	zone, _ := cal.Zone("America/New_York")
	k.at = cal.MustDate(day).Start(zone).Add(12 * time.Hour)
}

func each(t *testing.T, test func(t *testing.T, k *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) { test(t, newDesk(t, d, ctx)) })
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	k := &desk{t: t, client: "org_acme"}
	k.moveTo("2025-11-10")
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme"}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], k.at); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	parties := partyops.New(partyops.Options{DB: d, Now: k.clock, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: k.clock, Random: rand.Reader, Parties: parties, LockedUntil: ops.LockedUntil}
	k.fees = &ops.Service{DB: d, Now: k.clock, Random: rand.Reader, Parties: parties, PublicURL: "https://example.test",
		Evidence: k.evidence, NewestImport: func(context.Context, bun.Tx, string) (int64, error) { return int64(len(k.imports)), nil },
		ImportedAt: func(context.Context, bun.Tx, string) (time.Time, error) { return k.clock(), nil }}
	t.Cleanup(k.fees.Close)
	k.contract = k.agree(ctx, contracts)
	k.api = api.New(api.Options{Title: "Ofrecord", Version: "test", DB: d, Now: k.clock, Caller: func(ctx context.Context) string { return access.ActorFrom(ctx).Account },
		Admit: func(ctx context.Context, r *http.Request, _, _ string) (context.Context, error) {
			who, _ := r.Context().Value(caller{}).(access.Actor)
			if who.Account == "" {
				return nil, fault.New(fault.Unauthenticated, "sign-in", "Sign in.")
			}
			return access.WithActor(db.WithWorkspace(ctx, dbtest.Workspace), who), nil
		}})
	(&feesapi.Operations{Fees: k.fees, Contracts: func(ctx context.Context, who access.Actor, client string) (ids []string, err error) {
		list, err := contracts.Contracts(ctx, who, client)
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return ids, err
	}}).Register(k.api)
	return k
}

func (k *desk) evidence(_ context.Context, _ bun.Tx, _ string, no int64) (crm.Evidence, error) {
	if no == 0 {
		no = int64(len(k.imports))
	}
	if no == 0 {
		return crm.Evidence{}, nil
	}
	return crm.Evidence{AsOf: no, Snapshot: k.imports[no-1]}, nil
}

// agree brings the contract in force and gives its id.
func (k *desk) agree(ctx context.Context, s *contractops.Service) string {
	k.t.Helper()
	fail := func(err error) {
		k.t.Helper()
		if err != nil {
			k.t.Fatal(err)
		}
	}
	c, err := s.Begin(ctx, owner, "org_acme", "growth")
	fail(err)
	draft, err := s.Save(ctx, owner, contractops.SaveInput{Contract: c.ID, Source: text})
	fail(err)
	v, err := s.Propose(ctx, owner, contractops.ProposeInput{Contract: c.ID, Revision: draft.Revision})
	fail(err)
	_, err = s.Accept(ctx, boss, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	fail(err)
	return c.ID
}

// imported adds an import of one deal with one touch that earns.
func (k *desk) imported(id, amount, on string) {
	k.t.Helper()
	zone, _ := cal.Zone("America/New_York")
	a, err := money.Parse(amount, "USD")
	if err != nil {
		k.t.Fatal(err)
	}
	k.imports = append(k.imports, crm.Snapshot{
		Deals: []crm.Deal{{ID: id, Name: "Deal " + id, Amount: a, AmountKnown: true, CreatedAt: cal.MustDate("2026-01-02").Start(zone).UTC(),
			ClosedOn: cal.MustDate(on), Won: true, Closed: true, OutcomeKnown: true}},
		Contacts:     []crm.Contact{{ID: "c-" + id, Name: "Cora Contact", Email: "cora@buyer.example"}},
		DealContacts: []crm.DealContact{{DealID: id, ContactID: "c-" + id}},
		Touches:      []crm.Touch{{ID: "t-" + id, ContactID: "c-" + id, At: cal.MustDate("2026-01-01").Start(zone).UTC(), Channel: "webinar"}},
	})
}

// send is one call; an empty body sends none.
func (k *desk) send(who access.Actor, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	if !strings.HasPrefix(path, "/month-ends") {
		path = "/clients/" + k.client + path
	}
	r := httptest.NewRequest(method, "/api/v1"+path, in)
	r = r.WithContext(context.WithValue(r.Context(), caller{}, who))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	k.api.Handler().ServeHTTP(w, r)
	return w
}

// call must answer with the status; out reads the answer unless it is nil.
func (k *desk) call(who access.Actor, status int, method, path, body string, out any) *httptest.ResponseRecorder {
	k.t.Helper()
	w := k.send(who, method, path, body)
	if w.Code != status {
		k.t.Fatalf("%s %s as %q: status %d, want %d: %s", method, path, who.Account, w.Code, status, w.Body)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			k.t.Fatal(err)
		}
	}
	return w
}

func (k *desk) draft(month string) (st feesapi.Statement) {
	k.t.Helper()
	k.call(owner, 201, "POST", "/statements", `{"contract":"`+k.contract+`","month":"`+month+`"}`, &st)
	return st
}

// submitted drafts February with one deal, and submits it: a retainer, a share and its cap.
func (k *desk) submitted() (st feesapi.Statement, at string) {
	k.t.Helper()
	k.moveTo("2026-03-02")
	k.imported("A", "200000.00", "2026-02-10")
	at = "/statements/" + k.draft("2026-02").ID
	k.call(owner, 200, "POST", at+"/submit", "", &st)
	return st, at
}
