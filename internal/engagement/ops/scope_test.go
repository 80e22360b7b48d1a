package ops_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func as(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	scopeOwner     = as("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	scopeLead      = as("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	scopeExecutive = as("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	scopeProduct   = as("acc_prod", "Petra Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})
	scopeStranger  = as("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

const scopeText = `scope:
  sow: SOW 2026
  work:
    - {work: campaigns, category: paid-media, covers: running campaigns, is: draws-retainer, of: team, each_at_most: 16 hours}
    - {work: reports, category: analytics, covers: the monthly report, is: in-scope, each_at_most: none}
  otherwise: change-order
`

// scopeDesk is a client with an accepted contract of a retainer of 80 hours for 10,000.00, and a scope.
type scopeDesk struct {
	*ops.Service
	t        *testing.T
	ctx      context.Context
	contract string
}

func newScopeDesk(t *testing.T, d *db.DB, ctx context.Context) scopeDesk {
	t.Helper()
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	var clock sync.Mutex
	tick := func() time.Time {
		clock.Lock()
		defer clock.Unlock()
		now = now.Add(time.Minute)
		return now
	}
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight"}, {"org_acme", "client", "Acme Robotics"}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], now); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	parties := partyops.New(partyops.Options{DB: d, Now: tick, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties}
	desk := scopeDesk{&ops.Service{DB: d, Now: tick, Random: rand.Reader, Parties: parties, Contracts: contracts}, t, ctx, ""}
	c, err := contracts.Begin(ctx, scopeOwner, "org_acme", "everything")
	if err != nil {
		t.Fatal(err)
	}
	desk.contract = c.ID
	closed, err := os.ReadFile("../../contract/testdata/closed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	saved, err := contracts.Save(ctx, scopeOwner, contractops.SaveInput{Contract: c.ID, Source: string(closed) + scopeText})
	if err != nil {
		t.Fatal(err)
	}
	v, err := contracts.Propose(ctx, scopeOwner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	if err != nil {
		t.Fatal(err)
	}
	desk.accept(v)
	return desk
}

func (d scopeDesk) accept(v contract.Version) {
	d.t.Helper()
	if _, err := d.Contracts.Accept(d.ctx, scopeExecutive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}); err != nil {
		d.t.Fatal(err)
	}
}

func (d scopeDesk) input() ops.OrderInput {
	return ops.OrderInput{Contract: d.contract, Title: "More time for the launch", Reason: "The launch moved forward.", Request: "rq_1",
		Amending: contract.Amending{Effective: cal.MustDate("2026-06-01"), Fees: []contract.NewFee{{Retainer: "team", Fee: money.New(1_250_000, "USD")}},
			Hours: []contract.NewHours{{Retainer: "team", Minutes: 6_000}}},
		Shifts: []engagement.Shift{{What: "launch", From: cal.MustDate("2026-09-01"), To: cal.MustDate("2026-07-01")}}}
}

func scopeRefused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		t.Errorf("got %v (%s), want %s %s", err, fault.Code(err), kind, code)
	}
}

func TestAChangeOrderBecomesAVersionWhenBothAccept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		desk := newScopeDesk(t, d, ctx)
		in := desk.input()
		shown, err := desk.PreviewOrder(ctx, scopeLead, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := shown.Effect().Words(); got != "Fixed fees and prices change by +USD 2,500.00 per month." || shown.Number != 1 {
			t.Errorf("order %d: %s", shown.Number, got)
		}
		_, err = desk.IssueOrder(ctx, scopeOwner, in)
		scopeRefused(t, err, fault.Conflict, "order-changed") // nobody looked at it
		in.SHA256 = shown.Terms.SHA256
		for _, who := range []access.Actor{scopeExecutive, scopeProduct} {
			_, err = desk.IssueOrder(ctx, who, in)
			scopeRefused(t, err, fault.Forbidden, "not-allowed")
		}
		issued, err := desk.IssueOrder(ctx, scopeOwner, in)
		if err != nil {
			t.Fatal(err)
		}
		again, err := desk.IssueOrder(ctx, scopeOwner, in)
		if err != nil || again.ID != issued.ID {
			t.Errorf("asked twice: %s, %v", again.ID, err)
		}
		agreement := desk.agreement()
		if n := len(agreement.Versions); n != 1 {
			t.Errorf("%d versions bind before the client accepted", n)
		}
		other := desk.input()
		other.Title = "Something else"
		other.Amending.Fees[0].Fee = money.New(1, "USD")
		otherShown, err := desk.PreviewOrder(ctx, scopeOwner, other)
		if err != nil {
			t.Fatal(err)
		}
		other.SHA256 = otherShown.Terms.SHA256
		_, err = desk.IssueOrder(ctx, scopeOwner, other)
		scopeRefused(t, err, fault.Conflict, "proposal-open")

		desk.accept(issued.Version)
		order, err := desk.Order(ctx, scopeProduct, issued.ID)
		if err != nil {
			t.Fatal(err)
		}
		if order.Version.State() != contract.Accepted || order.Effect().Words() != shown.Effect().Words() || order.Shifts[0] != in.Shifts[0] || order.Request != "rq_1" {
			t.Errorf("got %+v", order)
		}
		after, _ := desk.agreement().InForce(cal.MustDate("2026-06-01"))
		before, _ := desk.agreement().InForce(cal.MustDate("2026-05-31"))
		if fee(after) != 1_250_000 || fee(before) != 1_000_000 {
			t.Errorf("the fee is %d in May and %d in June", fee(before), fee(after))
		}
		_, err = desk.Order(ctx, scopeStranger, issued.ID)
		scopeRefused(t, err, fault.NotFound, "not-found")
		_, err = desk.Orders(ctx, scopeStranger, "org_acme")
		scopeRefused(t, err, fault.NotFound, "not-found")
	})
}

func (d scopeDesk) agreement() (a contract.Agreement) {
	d.t.Helper()
	if err := d.DB.Read(d.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		a, err = contractops.AgreementOf(ctx, tx, d.contract)
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return a
}

func fee(t contract.Terms) int64 {
	for _, c := range t.Clauses {
		if r, ok := c.(contract.Retainer); ok && r.ID == "team" {
			return r.Fee.Minor
		}
	}
	return -1
}

func TestTwoChangeOrdersAtOnceAreOneAndAConflict(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		desk := newScopeDesk(t, d, ctx)
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			in := desk.input()
			in.Amending.Fees[0].Fee = money.New(1_100_000+int64(i), "USD")
			shown, err := desk.PreviewOrder(ctx, scopeOwner, in)
			if err != nil {
				t.Fatal(err)
			}
			in.SHA256 = shown.Terms.SHA256
			wait.Go(func() { _, errs[i] = desk.IssueOrder(ctx, scopeOwner, in) })
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
				continue
			}
			scopeRefused(t, err, fault.Conflict, "proposal-open")
		}
		list, err := desk.Orders(ctx, scopeOwner, "org_acme")
		if err != nil || done != 1 || len(list) != 1 {
			t.Errorf("%d issued, %d kept: %v", done, len(list), err)
		}
	})
}

func TestABadChangeOrderIsToldAtItsFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		desk := newScopeDesk(t, d, ctx)
		for name, c := range map[string]struct {
			change func(*ops.OrderInput)
			fields []string
		}{
			"nothing at all":        {func(in *ops.OrderInput) { *in = ops.OrderInput{Contract: in.Contract} }, []string{"title", "reason", "effective", "title"}},
			"a day of the past":     {func(in *ops.OrderInput) { in.Amending.Effective = cal.MustDate("2025-12-01") }, []string{"effective"}},
			"no such retainer":      {func(in *ops.OrderInput) { in.Amending.Fees[0].Retainer = "nobody" }, []string{"fees"}},
			"a date of nothing":     {func(in *ops.OrderInput) { in.Shifts[0].What = " " }, []string{"shifts"}},
			"a title of many words": {func(in *ops.OrderInput) { in.Title = strings.Repeat("long ", 40) }, []string{"title"}},
		} {
			in := desk.input()
			c.change(&in)
			_, err := desk.PreviewOrder(ctx, scopeOwner, in)
			var fields []string
			for _, f := range fault.All(err) {
				fields = append(fields, f.Field)
			}
			if diff := cmp.Diff(c.fields, fields); diff != "" {
				t.Errorf("%s: %v\n%s", name, err, diff)
			}
		}
	})
}

func TestARequestIsResolvedAndTheReasonsAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		desk := newScopeDesk(t, d, ctx)
		desk.Positions = func(context.Context, bun.Tx, string, string, cal.Date) (map[string]engagement.Position, error) {
			return map[string]engagement.Position{"team": {AtHand: 120, Approved: 300}}, nil
		}
		in := ops.ResolveInput{Client: "org_acme", Contract: desk.contract, Request: "rq_1", Ask: engagement.Ask{Day: cal.MustDate("2026-03-10"), Category: "paid-media"}}
		_, err := desk.Resolve(ctx, scopeLead, in)
		scopeRefused(t, err, fault.Invalid, "not-resolved")
		in.Ask.Minutes, in.Ask.Estimate = 420, true
		r, err := desk.Resolve(ctx, scopeLead, in)
		if err != nil {
			t.Fatal(err)
		}
		if r.Answer != engagement.PreApproved || r.Found.Costs.Minor != 75_000 || r.Seq != 1 { // 5 h at 150.00
			t.Errorf("got %+v", r)
		}
		again, err := desk.Resolve(ctx, scopeLead, in)
		if err != nil || again.ID != r.ID {
			t.Errorf("asked twice: %+v, %v", again, err)
		}
		in.Answer = engagement.Declined
		_, err = desk.Resolve(ctx, scopeLead, in)
		scopeRefused(t, err, fault.Invalid, "answer-reason")
		in.Reason = "The client prefers to wait."
		if r, err = desk.Resolve(ctx, scopeLead, in); err != nil || r.Seq != 2 || r.Answer != engagement.Declined {
			t.Errorf("got %+v, %v", r, err)
		}
		if err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			list, err := ops.ResolutionsOf(ctx, tx, "rq_1")
			if err != nil {
				return err
			}
			if len(list) != 2 || list[0].Found.Costs.Minor != 75_000 || list[1].Reason != in.Reason || list[1].Ask != in.Ask {
				t.Errorf("kept %+v", list)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, who := range []access.Actor{scopeExecutive, scopeProduct} {
			_, err = desk.Resolve(ctx, who, in)
			scopeRefused(t, err, fault.Forbidden, "not-allowed")
		}
		_, err = desk.Resolve(ctx, scopeStranger, in)
		scopeRefused(t, err, fault.NotFound, "not-found")
		in.Ask.Day = cal.MustDate("2025-12-31")
		_, err = desk.Resolve(ctx, scopeLead, in)
		scopeRefused(t, err, fault.Conflict, "no-version")
	})
}
