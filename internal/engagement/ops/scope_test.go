package ops_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/engagement/ops/engagementtest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

type scopeDesk struct{ *engagementtest.Bench }

func newScopeDesk(t *testing.T, d *db.DB, ctx context.Context) scopeDesk {
	t.Helper()
	return scopeDesk{engagementtest.New(t, d, ctx)}
}

func (d scopeDesk) input() ops.OrderInput {
	return ops.OrderInput{Contract: d.Contract, Title: "More time for the launch", Reason: "The launch moved forward.", Request: "rq_1",
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
		shown, err := desk.PreviewOrder(ctx, engagementtest.Lead, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := shown.Effect().Words(); got != "Fixed fees and prices change by +USD 2,500.00 per month." || shown.Number != 1 {
			t.Errorf("order %d: %s", shown.Number, got)
		}
		_, err = desk.IssueOrder(ctx, engagementtest.Owner, in)
		scopeRefused(t, err, fault.Conflict, "order-changed") // nobody looked at it
		in.SHA256 = shown.Terms.SHA256
		for _, who := range []access.Actor{engagementtest.Executive, engagementtest.Product} {
			_, err = desk.IssueOrder(ctx, who, in)
			scopeRefused(t, err, fault.Forbidden, "not-allowed")
		}
		issued, err := desk.IssueOrder(ctx, engagementtest.Owner, in)
		if err != nil {
			t.Fatal(err)
		}
		again, err := desk.IssueOrder(ctx, engagementtest.Owner, in)
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
		otherShown, err := desk.PreviewOrder(ctx, engagementtest.Owner, other)
		if err != nil {
			t.Fatal(err)
		}
		other.SHA256 = otherShown.Terms.SHA256
		_, err = desk.IssueOrder(ctx, engagementtest.Owner, other)
		scopeRefused(t, err, fault.Conflict, "proposal-open")

		desk.Accept(issued.Version)
		order, err := desk.Order(ctx, engagementtest.Product, issued.ID)
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
		_, err = desk.Order(ctx, engagementtest.Stranger, issued.ID)
		scopeRefused(t, err, fault.NotFound, "not-found")
		_, err = desk.Orders(ctx, engagementtest.Stranger, "org_acme")
		scopeRefused(t, err, fault.NotFound, "not-found")
	})
}

func (d scopeDesk) agreement() (a contract.Agreement) {
	d.T.Helper()
	if err := d.DB.Read(d.Ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		a, err = contractops.AgreementOf(ctx, tx, d.Contract)
		return err
	}); err != nil {
		d.T.Fatal(err)
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
			shown, err := desk.PreviewOrder(ctx, engagementtest.Owner, in)
			if err != nil {
				t.Fatal(err)
			}
			in.SHA256 = shown.Terms.SHA256
			wait.Go(func() { _, errs[i] = desk.IssueOrder(ctx, engagementtest.Owner, in) })
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
		list, err := desk.Orders(ctx, engagementtest.Owner, "org_acme")
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
			_, err := desk.PreviewOrder(ctx, engagementtest.Owner, in)
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

// asked resolves a request as its intake does.
func (d scopeDesk) asked(in ops.ResolveInput) (r ops.Resolution, err error) {
	d.T.Helper()
	err = d.DB.Write(d.Ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		r, err = d.Resolve(ctx, tx, engagementtest.Lead, in)
		return err
	})
	return r, err
}

func TestARequestIsResolvedAndTheReasonsAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		desk := newScopeDesk(t, d, ctx)
		desk.Positions = func(_ context.Context, _ bun.Tx, client, contractID, request string) (map[string]engagement.Position, error) {
			if client != "org_acme" || contractID != desk.Contract || request != "rq_1" {
				t.Errorf("asked for %s, %s, %s", client, contractID, request)
			}
			return map[string]engagement.Position{"team": {AtHand: 120, Approved: 300, Given: 600, From: cal.MustDate("2026-03-01")}}, nil
		}
		in := ops.ResolveInput{Client: "org_acme", Request: "rq_1", Ask: engagement.Ask{Day: cal.MustDate("2026-03-10"), Category: "paid-media"}}
		r, err := desk.asked(in)
		if err != nil || r.ID != "" || r.Contract != desk.Contract || !strings.Contains(r.Found.Missing, "How long will it take?") {
			t.Errorf("nobody estimated it: %+v, %v", r, err)
		}
		in.Ask.Minutes, in.Ask.Estimate = 420, true
		if r, err = desk.asked(in); err != nil {
			t.Fatal(err)
		}
		if r.Answer != engagement.AnswerPreApproved || r.Found.Costs.Minor != 75_000 || r.Seq != 1 || r.Found.From != cal.MustDate("2026-03-01") || r.Found.SOW != "SOW 2026" || r.VersionID == "" { // 5 h at 150.00
			t.Errorf("got %+v", r)
		}
		if got := strings.Join(r.Found.Reasons, " "); !strings.Contains(got, "10 hours are approved, and 5 hours of them are left.") {
			t.Error(got)
		}
		in.Ask.Minutes = 421
		if r, err = desk.asked(in); err != nil || r.Answer != engagement.AnswerChangeOrder || r.Found.Approve != 1 || r.Found.Words() != "needs approval of 1 minute" || r.Found.Costs != nil {
			t.Errorf("a minute over what is approved: %+v, %v", r, err)
		}
		in.Answer = engagement.AnswerDeclined
		_, err = desk.asked(in)
		scopeRefused(t, err, fault.Invalid, "answer-reason")
		in.Reason = strings.Repeat("x", 2001)
		_, err = desk.asked(in)
		scopeRefused(t, err, fault.Invalid, "answer-reason")
		in.Reason = "The client prefers to wait."
		if r, err = desk.asked(in); err != nil || r.Seq != 3 || r.Answer != engagement.AnswerDeclined {
			t.Errorf("got %+v, %v", r, err)
		}
		if err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			list, err := ops.ResolutionsOf(ctx, tx, "rq_1")
			if err != nil {
				return err
			}
			if len(list) != 3 || list[0].Found.Costs.Minor != 75_000 || list[2].Reason != in.Reason || list[2].Ask != in.Ask {
				t.Errorf("kept %+v", list)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		in.Ask.Day, in.Answer, in.Reason = cal.MustDate("2025-12-31"), "", ""
		if r, err = desk.asked(in); err != nil || r.Contract != "" || r.Found.Missing != "No contract is in force on 31 Dec 2025. Somebody has to decide, with a reason." {
			t.Errorf("before any contract: %+v, %v", r, err)
		}
		in.Contract = "ctr_of_somebody_else"
		if r, err = desk.asked(in); err != nil || r.Contract != "" || !strings.Contains(r.Found.Missing, "not in force") {
			t.Errorf("another contract: %+v, %v", r, err)
		}
	})
}

// A change order that answers a request lets it in, though it applies from a later day only, and no other request.
func TestAnAcceptedChangeOrderAnswersItsRequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		desk := newScopeDesk(t, d, ctx)
		ask := func(request string) engagement.Answer {
			r, err := desk.asked(ops.ResolveInput{Client: "org_acme", Request: request, Ask: engagement.Ask{Day: cal.MustDate("2026-03-10"), Category: "radio"}})
			if err != nil {
				t.Fatal(err)
			}
			return r.Answer
		}
		in := desk.input()
		in.Amending.Work = []contract.ScopeWork{{Name: "spots", Category: "radio", Covers: "spots for the radio", Is: contract.InScope}}
		shown, err := desk.PreviewOrder(ctx, engagementtest.Owner, in)
		if err != nil {
			t.Fatal(err)
		}
		in.SHA256 = shown.Terms.SHA256
		issued, err := desk.IssueOrder(ctx, engagementtest.Owner, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := ask("rq_1"); got != engagement.AnswerChangeOrder {
			t.Errorf("before the client accepts: %s", got)
		}
		desk.Accept(issued.Version)
		if got := ask("rq_1"); got != engagement.AnswerInScope {
			t.Errorf("accepted: %s", got)
		}
		if got := ask("rq_2"); got != engagement.AnswerChangeOrder {
			t.Errorf("another request: %s", got)
		}
		// then work that the new terms do not name, as where a price was agreed, is in by the same order
		r, err := desk.asked(ops.ResolveInput{Client: "org_acme", Request: "rq_1", Ask: engagement.Ask{Day: cal.MustDate("2026-03-10"), Category: "sculpture"}})
		if err != nil || r.Answer != engagement.AnswerInScope || !strings.Contains(strings.Join(r.Found.Reasons, " "), "Both sides agreed to it in change order 1: More time for the launch.") {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
