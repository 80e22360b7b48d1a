package ops_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// A statement can be locked beside newer evidence by whoever saw of it; what it says otherwise is a correction on the next statement.
func TestLockBesideNewerEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		// given a statement of a deal of 100,000.00, submitted on import 1, and an import that says 50,000.00
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		k.Imported(won("A", "100000.00", "2026-01-10"))
		st := k.Submitted("2026-01")
		must(k.AcceptRest(ctx, finance, st.ID))(t)
		if read := must(k.Statement(ctx, finance, st.ID))(t); read.Newest != 1 {
			t.Errorf("newest import %d", read.Newest)
		}
		k.Imported(won("A", "50000.00", "2026-01-10"))
		// when somebody who saw import 1 locks it, then it is refused; whoever saw import 2 is told what comes of it
		_, err := k.Lock(ctx, finance, ops.LockInput{Statement: st.ID, Seen: -1, Newest: 1})
		wantFault(t, err, fault.Conflict, "newer-evidence", "Import 2 came since you looked")
		diff := must(k.Difference(ctx, finance, st.ID))(t)
		wantAmount(t, "a draft on import 2", diff.Now, "15500.00")
		if len(diff.Newer) != 1 || diff.Newer[0].No != 2 || diff.Held != 0 {
			t.Errorf("%+v", diff)
		}
		locked := must(k.Lock(ctx, finance, ops.LockInput{Statement: st.ID, Seen: -1, Newest: 2}))(t)
		wantAmount(t, "locked as it was", locked.Total, "17000.00")
		// and the next statement carries the difference
		sum := must(k.Difference(ctx, finance, st.ID))(t).Left()
		wantAmount(t, "left for the next statement", sum, "-1500.00")
		february := k.Drafted("2026-02").Statement
		wantAmount(t, "February with the correction", february.Total, "12500.00")
	})
}
