package ops_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var (
	june = cal.Month{Year: 2026, Month: 6}
	july = cal.Month{Year: 2026, Month: 7}
)

// sums holds every column of both groupings to the closed revenue.
func sums(t *testing.T, v ops.Comparison) {
	t.Helper()
	for _, table := range v.Tables {
		for i := range v.Heads {
			for name, rows := range map[string][]ops.CompareRow{"channel": table.ByChannel, "provider": table.ByProvider} {
				var sum int64
				for _, row := range rows {
					sum += row.Amounts[i].Minor
				}
				if sum != table.Total.Minor {
					t.Errorf("%s, column %d by %s: %d of %d", table.Total.Currency, i, name, sum, table.Total.Minor)
				}
			}
		}
	}
}

func TestEveryColumnSumsToTheClosedRevenue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.agree("growth", won...)
		v, err := r.Compare(ctx, finance, acme, ops.CompareInput{From: june, To: july})
		must(t, err)
		sums(t, v)
		if len(v.Tables) != 2 || v.Tables[0].Total.FormatWith() != "EUR 700.00" && v.Tables[1].Total.FormatWith() != "EUR 700.00" {
			t.Fatalf("%+v", v.Tables)
		}
		usd := v.Tables[1]
		if usd.Total.FormatWith() != "USD 100,000.00" || usd.Deals != 1 || len(v.Heads) != 8 || v.Heads[0].Models[0].String() != "w-shaped" {
			t.Errorf("%+v", usd)
		}
		if usd.Earned[0].String() != "40000.00" {
			t.Errorf("earned %s", usd.Earned[0])
		}
		// first touch is outside the window: nothing earns; last is the client's call; linear 50 %; W 40 %
		if usd.Spread != 5000 || !usd.SpreadOK {
			t.Errorf("spread %d", usd.Spread)
		}
		last := usd.ByChannel[len(usd.ByChannel)-1]
		if last.Label() != "(unattributed)" || last.Amounts[0].String() != "30000.00" || last.Amounts[1].String() != "100000.00" || usd.Creditless[1] != 1 {
			t.Errorf("%+v", last)
		}
		if len(v.LeftOut) != 1 || v.LeftOut[0].Deal.ID != "D5" {
			t.Errorf("left out: %+v", v.LeftOut)
		}
		asked, err := r.Compare(ctx, finance, acme, ops.CompareInput{From: july, To: july, Asked: ops.Asked{Edge: "re-path"}})
		must(t, err)
		sums(t, asked)
		if len(asked.Tables) != 1 || asked.Tables[0].Earned[0].String() != "70000.00" || asked.Rules[0].Agreed {
			t.Errorf("%+v", asked.Tables)
		}
	})
}

func TestAComparisonWithoutContractOrDeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		empty, err := r.Compare(ctx, finance, acme, ops.CompareInput{})
		must(t, err)
		if empty.Latest != 0 || len(empty.Tables) != 0 || empty.From != (cal.Month{Year: 2025, Month: 8}) || empty.To != july {
			t.Errorf("%+v", empty)
		}
		r.takeAll()
		v, err := r.Compare(ctx, finance, acme, ops.CompareInput{})
		must(t, err)
		sums(t, v)
		if v.Clauseless != 3 || len(v.Tables) != 2 || v.Rules[0].Clause != nil {
			t.Errorf("%d without a clause, %d tables", v.Clauseless, len(v.Tables))
		}
	})
}

func TestWhoComparesAndWhatIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		for _, c := range []struct {
			actor access.Actor
			in    ops.CompareInput
			kind  fault.Kind
		}{
			{stranger, ops.CompareInput{}, fault.NotFound},
			{specialist, ops.CompareInput{}, fault.NotFound},
			{finance, ops.CompareInput{From: july, To: june}, fault.Invalid},
			{finance, ops.CompareInput{From: cal.Month{Year: 2001, Month: 1}, To: june}, fault.Invalid},
			{finance, ops.CompareInput{Asked: ops.Asked{Model: "markov"}}, fault.Invalid},
			{finance, ops.CompareInput{Asked: ops.Asked{Clause: "ct_none/x"}}, fault.NotFound},
			{finance, ops.CompareInput{AsOf: 3}, fault.NotFound},
		} {
			if _, err := r.Compare(ctx, c.actor, acme, c.in); !fault.Is(err, c.kind) {
				t.Errorf("%s %+v: %v", c.actor.Account, c.in, err)
			}
		}
	})
}
