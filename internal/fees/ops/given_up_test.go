package ops_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// 3 % of 100,000.00 are disputed in January and given up after the lock. Then the CRM says 80,000.00: nothing of the deal was paid, so nothing is taken
// back, and no later month charges what was given up. Each month owes the retainer of 14,000.00 alone.
func TestWhatWasGivenUpIsNotChargedByLaterCorrections(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDeskUnder(t, d, ctx, feestest.Text)
		k.Imported(feestest.Won("A", "100000.00", "2026-01-20"))
		k.MoveTo("2026-02-02")
		january := k.Locked("2026-01", 2)
		wantAmount(t, "January", january.Total, "17000.00")
		must(k.Waive(ctx, owner, ops.ResolveInput{Statement: january.ID, Line: 2}))(t)
		k.Imported(feestest.Won("A", "80000.00", "2026-01-20"))
		for _, m := range []struct{ month, next string }{{"2026-02", "2026-03-02"}, {"2026-03", "2026-04-02"}, {"2026-04", "2026-05-04"}, {"2026-05", "2026-06-02"}} {
			k.MoveTo(m.next)
			wantAmount(t, m.month, k.Locked(m.month).Total, "14000.00")
		}
	})
}
