package ops_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Given won deals, spend and the fee of a locked month, credit and spend of each name sum to all of them, and the cost of a new customer waits for the
// month that is not locked.
func TestReturnsOfTheMonths(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.agree("growth", won...)
		r.take("spend.csv", "spend_id,spent_on,vendor,campaign,category,net,currency\ns1,2026-06-03,Paper,nobody's,media,900.00,USD\ns2,2026-07-03,Paper,nobody's,media,100.00,USD\n")
		fees := map[cal.Month]money.Amount{june: money.New(500_000, "USD")}
		r.FeesOf = func(context.Context, bun.Tx, string, cal.Period) (map[cal.Month]money.Amount, error) {
			return fees, nil
		}
		ask := ops.ReturnsInput{From: june, To: july, Margin: "50 %"}
		v, err := r.Return(ctx, finance, acme, ask)
		must(t, err)
		all := v.Returns.Total.Total
		if all.Revenue.FormatWith() != "USD 100,000.00" || all.Spend.FormatWith() != "USD 1,000.00" || all.Deals != 1 || len(v.LeftOut) != 2 {
			t.Errorf("%+v, left out %+v", all, v.LeftOut)
		}
		sum := money.New(0, "USD")
		for _, row := range v.Returns.Rows {
			sum = sum.Add(row.Total.Revenue)
		}
		if sum != all.Revenue {
			t.Errorf("the rows sum to %s", sum)
		}
		if romi, ok := all.ROMI(*v.Gross); ok {
			t.Errorf("spend of no name is held against credit: ROMI %d", romi)
		}
		if a := v.Acquisition(); len(a.Months) != 1 || a.Cost.FormatWith() != "USD 5,900.00" || !slices.Equal(a.Without[ops.NotLocked], []cal.Month{july}) {
			t.Errorf("July is not locked: %+v", a)
		}
		fees[july] = money.New(400_000, "USD")
		if v, err = r.Return(ctx, finance, acme, ask); err != nil {
			t.Fatal(err)
		}
		if a := v.Acquisition(); len(a.Months) != 2 || a.Cost.FormatWith() != "USD 10,000.00" {
			t.Errorf("the cost is %+v", a)
		}
		if v, err := r.Return(ctx, finance, acme, ops.ReturnsInput{}); err != nil || v.To != v.Returns.Months[11] || v.To.Next() != cal.MonthOf(cal.DateOf(r.Now(), time.UTC)) {
			t.Errorf("by default up to %s, %v", v.To, err)
		}
		if v, err := r.Return(ctx, finance, acme, ops.ReturnsInput{From: cal.MonthOf(cal.DateOf(r.Now(), time.UTC))}); err != nil || v.To != v.From {
			t.Errorf("from the running month on: up to %s, %v", v.To, err)
		}
		for field, bad := range map[string]ops.ReturnsInput{"by": {By: "colour"}, "margin": {Margin: "0 %"}, "to": {From: july, To: june}, "model": {Asked: ops.Asked{Model: "markov"}}} {
			if _, err := r.Return(ctx, finance, acme, bad); !fault.Is(err, fault.Invalid) || fault.All(err)[0].Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := r.Return(ctx, stranger, acme, ask); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger: %v", err)
		}
		if _, err := r.Return(ctx, access.Actor{}, acme, ask); err == nil {
			t.Error("nobody may see it")
		}
		for _, by := range []attribution.By{attribution.ByCampaign, attribution.ByProvider} {
			ask.By = by
			if v, err := r.Return(ctx, owner, acme, ask); err != nil || v.Returns.Total.Total.Revenue != all.Revenue || v.Returns.Total.Total.Spend != all.Spend {
				t.Errorf("by %s: %+v, %v", by, v.Returns.Total.Total, err)
			}
		}
	})
}
