package ops_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestMonthEndRefusals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.MoveTo("2026-03-30")
		_, err := h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march}, nil)
		wantFault(t, err, fault.Invalid, "month-runs", "1 Apr 2026")
		h.MoveTo("2026-03-31") // at noon in New York it is April already where the day begins first
		wantTold(t, h.monthEnd(true), "Acme Robotics, Inc. exception month-runs")
		h.MoveTo("2026-04-02")
		for _, who := range []access.Actor{boss, finance, sales, stranger} {
			_, err := h.MonthEnd(ctx, who, ops.MonthEndInput{Month: march}, nil)
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: got %v", who.Name, err)
			}
			if _, err := h.MonthEnds(ctx, who, 1); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s lists: got %v", who.Name, err)
			}
		}
	})
}

// A lead of one client ends and sees the month of that client only.
func TestMonthEndWithinReach(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.MoveTo("2026-04-02")
		own := must(h.MonthEnd(ctx, lead, ops.MonthEndInput{Month: march}, nil))(t)
		wantTold(t, own, "Acme Robotics, Inc. exception 14,000.00 previous-open")
		all := h.monthEnd(false)
		wantTold(t, must(h.ShowMonthEnd(ctx, lead, all.ID))(t), "Acme Robotics, Inc. exception 14,000.00 previous-open")
		other := feestest.Of("acc_lead2", "Lou Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_brick"})
		if _, err := h.ShowMonthEnd(ctx, other, own.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a run of another client: got %v", err)
		}
		if list := must(h.MonthEnds(ctx, other, 1))(t); list.Total != 1 || list.Runs[0].ID != all.ID || list.Runs[0].Total != 1 {
			t.Errorf("the list shows %+v", list)
		}
	})
}

func TestTwoMonthEndsAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.MoveTo("2026-04-02")
		var same, other error
		_, err := h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march, Submit: true}, func(s ops.MonthEndStep) {
			_, same = h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march, Submit: true}, nil)
			_, other = h.MonthEnd(ctx, lead, ops.MonthEndInput{Month: march}, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		wantFault(t, same, fault.Conflict, "month-end-running", "March 2026", "Olga Owner", "1 of 2")
		wantFault(t, other, fault.Conflict, "month-end-running")
		list := must(h.Statements(ctx, owner, "org_brick", 1))(t)
		if list.Total != 1 || list.Statements[0].Revision != 1 {
			t.Errorf("got %+v", list.Statements)
		}

		ran := 0
		for _, err := range together(6, func() error { return second(h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march}, nil)) }) {
			switch {
			case err == nil:
				ran++
			case fault.Code(err) != "month-end-running":
				t.Errorf("at once: got %v", err)
			}
		}
		if ran == 0 {
			t.Error("none of them ran")
		}
	})
}

func TestTheSameKeyGivesTheSameMonthEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.MoveTo("2026-04-02")
		in := ops.MonthEndInput{Month: march, Key: "k1"}
		first := must(h.MonthEnd(ctx, owner, in, nil))(t)
		again := must(h.MonthEnd(ctx, owner, in, nil))(t)
		if first.ID != again.ID || told(first) != told(again) {
			t.Errorf("got %s and %s", first.ID, again.ID)
		}
		in.Submit = true
		_, err := h.MonthEnd(ctx, owner, in, nil)
		wantFault(t, err, fault.Conflict, "key-used")
		if other := must(h.MonthEnd(ctx, lead, ops.MonthEndInput{Month: march, Key: "k1"}, nil))(t); other.ID == first.ID {
			t.Error("the key of another person named the run")
		}
	})
}
