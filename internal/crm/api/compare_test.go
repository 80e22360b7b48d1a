package api_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func TestComparisonIsPagedAndStaysWithItsMoments(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		const before = "deal_id,name,amount,currency\nd1,A,10.00,USD\nd2,B,20.00,USD\nd3,C,30.00,USD\n"
		const after = "deal_id,name,amount,currency\nd1,A,11.00,USD\nd2,B,21.00,USD\nd3,C,31.00,USD\n"
		type answer struct {
			From, To struct{ Import int64 }
			Total    int
			Items    []struct{ ID, Fate string }
			Next     string
		}
		k.call(http.StatusCreated, http.MethodPost, "/imports?filename=deals.csv", before, nil)
		k.call(http.StatusCreated, http.MethodPost, "/imports?filename=deals.csv", after, nil)
		var first, second answer
		k.call(http.StatusOK, http.MethodGet, "/comparison?limit=2", "", &first)
		k.call(http.StatusCreated, http.MethodPost, "/imports?filename=deals.csv", before, nil)
		k.call(http.StatusOK, http.MethodGet, "/comparison?limit=2&after="+first.Next, "", &second)
		if first.From.Import != 1 || first.To.Import != 2 || first.Total != 3 || len(first.Items) != 2 || second.To.Import != 2 || len(second.Items) != 1 || second.Items[0].ID != "d3" || second.Next != "" {
			t.Errorf("%+v then %+v", first, second)
		}
		for _, q := range []string{"?after=1-2", "?after=1-2--3", "?after=x", "?from=soon", "?kind=nothing"} {
			k.call(http.StatusUnprocessableEntity, http.MethodGet, "/comparison"+q, "", nil)
		}
		k.call(http.StatusNotFound, http.MethodGet, "/comparison?to=9", "", nil)
		k.who = stranger
		k.call(http.StatusNotFound, http.MethodGet, "/comparison", "", nil)
	})
}

// Where costs are asked for, the answer tells what the difference costs beside what is still to correct, each as a plain number.
func TestComparisonTellsWhatTheDifferenceCosts(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		usd := func(minor int64) money.Amount { return money.New(minor, "USD") }
		k.crm.Resting = func(context.Context, bun.Tx, string) ([]ops.Resting, error) {
			return []ops.Resting{{ID: "stm_1", Name: "Statement of March 2026", State: "locked", Import: 1, Total: usd(3000_00), Uses: func(crm.Kind, string) bool { return true }}}, nil
		}
		k.crm.Cost = func(context.Context, access.Actor, string) (ops.Cost, error) {
			return ops.Cost{AsOf: 3, Now: usd(3900_00), Left: usd(900_00)}, nil
		}
		k.crm.CostBetween = func(_ context.Context, _ access.Actor, in ops.Between) ([]ops.MonthCost, int, error) {
			if in.From != 1 || in.To != 2 || !in.Touches("d1") || in.Touches("d2") {
				t.Errorf("asked for %+v", in)
			}
			return []ops.MonthCost{{Statement: "stm_1", Differs: usd(-1500_00), Held: []string{"no amount"}}, {Name: "April 2026", Differs: usd(10_00)}}, 2, nil
		}
		for _, amount := range []string{"100000", "50000", "130000"} {
			k.call(http.StatusCreated, http.MethodPost, "/imports?filename=deals.csv", "deal_id,name,amount,currency\nd1,A,"+amount+".00,USD\n", nil)
		}
		var got ops.ComparedDocument
		k.call(http.StatusOK, http.MethodGet, "/comparison?from=1&to=2&costs=true", "", &got)
		if s := got.Statements[0]; s.Total != "3000.00" || s.Now != "3900.00" || s.Left != "900.00" || s.This != "-1500.00" || len(s.Held) != 1 {
			t.Errorf("%+v", s)
		}
		if m := got.Months; len(m) != 1 || m[0].This != "10.00" || m[0].Statement != "" {
			t.Errorf("%+v", m)
		}
		if c := got.Costs; c == nil || c.This[0].Amount != "-1490.00" || c.Left[0].Amount != "900.00" || c.Held != 1 || c.Uncosted != 2 {
			t.Errorf("%+v", c)
		}
		got = ops.ComparedDocument{}
		k.call(http.StatusOK, http.MethodGet, "/comparison?from=1&to=2", "", &got)
		if got.Costs != nil || len(got.Months) != 0 || got.Statements[0].This != "" {
			t.Errorf("it was not asked for: %+v", got)
		}
	})
}
