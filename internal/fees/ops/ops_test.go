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
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const text = `contract: growth
version: 1
effective: 2026-01-01
parties: {client: "Acme Robotics, Inc.", agency: Northlight LLC}
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
      cap: 10,000.00 per contract-year
    tail: none
    clawback: unlimited
    other_currency: hold
statements:
  cadence: monthly
  issue_within: 10 working days
  objection: {within: 5 working days, silence: accepted}
`

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner    = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	lead     = of("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	boss     = of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	finance  = of("acc_fin", "Finn Finance", access.Membership{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client})
	sales    = of("acc_sales", "Sal Sales", access.Membership{Role: access.ClientSales, Org: "org_acme", OrgKind: access.Client})
	stranger = of("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

// desk is a month end: one agency, a client with an accepted contract, a clock that the test moves, and imports that the test adds.
type desk struct {
	*ops.Service
	t        testing.TB
	ctx      context.Context
	contract string

	mu      sync.Mutex
	at      time.Time
	imports []crm.Snapshot
}

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

func newDesk(t testing.TB, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	return newDeskUnder(t, d, ctx, text)
}

// newDeskUnder is a desk under another text of the contract.
func newDeskUnder(t testing.TB, d *db.DB, ctx context.Context, text string) *desk {
	t.Helper()
	return newDeskOf(t, d, ctx, text)
}

// newDeskOf is a desk with another contract.
func newDeskOf(t testing.TB, d *db.DB, ctx context.Context, text string) *desk {
	t.Helper()
	k := &desk{t: t, ctx: ctx}
	k.moveTo("2025-11-10")
	people := [][]string{
		{"acc_owner", "olga@northlight.example", "Olga Owner", "org_ag", "owner", ""}, {"acc_lead", "lea@northlight.example", "Lea Lead", "org_ag", "account-lead", "org_acme"},
		{"acc_exec", "emil@acme.example", "Emil Executive", "org_acme", "client-executive", "org_acme"},
		{"acc_fin", "finn@acme.example", "Finn Finance", "org_acme", "client-finance", "org_acme"},
		{"acc_sales", "sal@acme.example", "Sal Sales", "org_acme", "client-sales", "org_acme"},
	}
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][]any{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", append(o, k.at)...); err != nil {
				return err
			}
		}
		for _, p := range people {
			if _, err := tx.ExecContext(ctx, "INSERT INTO account (id, email, name, created_at) VALUES (?, ?, ?, ?)", p[0], p[1], p[2], k.at); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO membership (id, account_id, org_id, role, client_id, from_at) VALUES (?, ?, ?, ?, ?, ?)", "mem_"+p[0], p[0], p[3], p[4], p[5], k.at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	parties := partyops.New(partyops.Options{DB: d, Now: k.clock, PublicURL: "https://example.test"})
	k.Service = &ops.Service{DB: d, Now: k.clock, Random: rand.Reader, Parties: parties, PublicURL: "https://example.test",
		Evidence: func(_ context.Context, _ bun.Tx, _ string, no int64) (crm.Evidence, error) {
			if no == 0 {
				no = int64(len(k.imports))
			}
			if no == 0 {
				return crm.Evidence{}, nil
			}
			return crm.Evidence{AsOf: no, Snapshot: k.imports[no-1]}, nil
		},
		NewestImport: func(context.Context, bun.Tx, string) (int64, error) { return int64(len(k.imports)), nil },
	}
	k.contract = k.agree(d, parties, text)
	return k
}

// agree brings the contract in force.
func (k *desk) agree(d *db.DB, parties *partyops.Service, text string) string {
	k.t.Helper()
	contracts := &contractops.Service{DB: d, Now: k.clock, Random: rand.Reader, Parties: parties, LockedUntil: ops.LockedUntil}
	c := must(contracts.Begin(k.ctx, owner, "org_acme", "growth"))(k.t)
	k.amend(contracts, c.ID, text)
	return c.ID
}

func (k *desk) amend(contracts *contractops.Service, id, source string) {
	k.t.Helper()
	_, have, err := contracts.Draft(k.ctx, owner, id)
	if err != nil {
		k.t.Fatal(err)
	}
	draft := must(contracts.Save(k.ctx, owner, contractops.SaveInput{Contract: id, Source: source, Revision: have.Revision}))(k.t)
	v := must(contracts.Propose(k.ctx, owner, contractops.ProposeInput{Contract: id, Revision: draft.Revision}))(k.t)
	must(contracts.Accept(k.ctx, boss, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}))(k.t)
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

// won is a deal with one touch that earns.
func won(id, amount, on string) crm.Snapshot {
	zone, _ := cal.Zone("America/New_York")
	a, err := money.Parse(amount, "USD")
	if err != nil {
		panic(err)
	}
	return crm.Snapshot{
		Deals: []crm.Deal{{ID: id, Name: "Deal " + id, Amount: a, AmountKnown: true, CreatedAt: cal.MustDate("2026-01-02").Start(zone).UTC(),
			ClosedOn: cal.MustDate(on), Won: true, Closed: true, OutcomeKnown: true}},
		Contacts:     []crm.Contact{{ID: "c-" + id, Name: "Cora Contact", Email: "cora@buyer.example"}},
		DealContacts: []crm.DealContact{{DealID: id, ContactID: "c-" + id}},
		Touches:      []crm.Touch{{ID: "t-" + id, ContactID: "c-" + id, At: cal.MustDate("2026-01-01").Start(zone).UTC(), Channel: "webinar"}},
	}
}

// imported adds an import of these deals.
func (k *desk) imported(deals ...crm.Snapshot) {
	var all crm.Snapshot
	for _, s := range deals {
		all.Deals = append(all.Deals, s.Deals...)
		all.Contacts = append(all.Contacts, s.Contacts...)
		all.DealContacts = append(all.DealContacts, s.DealContacts...)
		all.Touches = append(all.Touches, s.Touches...)
		all.Payments = append(all.Payments, s.Payments...)
		all.Spend = append(all.Spend, s.Spend...)
	}
	k.imports = append(k.imports, all)
}

func (k *desk) draft(month string) ops.Drafted {
	k.t.Helper()
	m, err := cal.ParseMonth(month)
	if err != nil {
		k.t.Fatal(err)
	}
	return must(k.Draft(k.ctx, owner, ops.DraftInput{Contract: k.contract, Month: m}))(k.t)
}

// submitted drafts a month and submits it.
func (k *desk) submitted(month string) ops.Statement {
	k.t.Helper()
	return must(k.Submit(k.ctx, owner, ops.SubmitInput{Statement: k.draft(month).Statement.ID}))(k.t)
}

// locked drafts, submits, lets the client accept everything, and locks.
func (k *desk) locked(month string) ops.Statement {
	k.t.Helper()
	st := k.submitted(month)
	must(k.AcceptRest(k.ctx, finance, st.ID))(k.t)
	return must(k.Lock(k.ctx, owner, ops.LockInput{Statement: st.ID, Seen: -1}))(k.t)
}

func wantFault(t *testing.T, err error, kind fault.Kind, code string, words ...string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		t.Fatalf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func wantAmount(t *testing.T, what string, got money.Amount, want string) {
	t.Helper()
	if got.String() != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}
