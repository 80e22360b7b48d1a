package ops_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// The fee of a month is what its locked statement charged; months that are not locked, or not asked for, are not there.
func TestFeesByMonth(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.January()
		k.MoveTo("2026-03-10")
		january := k.Locked("2026-01")
		k.Drafted("2026-02")
		of := func(client string, in cal.Period) (out map[cal.Month]money.Amount) {
			err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
				out, err = ops.FeesByMonth(ctx, tx, client, in)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		year := cal.Period{From: cal.MustDate("2026-01-01"), To: cal.MustDate("2027-01-01")}
		if got := of("org_acme", year); len(got) != 1 || got[month("2026-01")] != january.Total {
			t.Errorf("got %v, want %s for January", got, january.Total)
		}
		if got := of("org_acme", month("2026-02").Period()); len(got) != 0 {
			t.Errorf("February has %v", got)
		}
		if got := of("org_bolt", year); len(got) != 0 {
			t.Errorf("another client has %v", got)
		}
	})
}
