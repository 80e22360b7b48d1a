package ops_test

import (
	"context"
	"maps"
	"testing"

	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// The buyer of a deal was merged into a colleague, who was merged into a third: what both were touched by follows, whether the audit comes first or last,
// and what each touch is credited is the same to the cent.
func TestCreditFollowsMergesWhateverCameFirst(t *testing.T) {
	const audit = "merged_id,into\np1,p2\np2,p4\n"
	for _, first := range []bool{true, false} {
		dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
			r := newRoom(t, d, ctx)
			if first {
				r.take("merges.csv", audit)
			}
			r.takeAll()
			if !first {
				r.take("merges.csv", audit)
			}
			v := r.deal("D3", 0, ops.Asked{Model: "linear", Lookback: "none"})
			got := map[string]int64{}
			for _, c := range v.Columns[0].Result.Credits {
				got[c.Touch.ID] = c.Minor
			}
			// those of p1, and that of p9, who was merged into p2 by the contact's own row
			want := map[string]int64{"t1": 20_000_00, "t2": 20_000_00, "t3": 20_000_00, "t4": 20_000_00, "t8": 20_000_00}
			if !maps.Equal(got, want) || v.Columns[0].Result.Unattributed != 0 {
				t.Errorf("the audit first: %v: %v", first, got)
			}
			if len(v.Contacts) != 1 || v.Contacts[0].ID != "p4" {
				t.Errorf("the people are %+v", v.Contacts)
			}
		})
	}
}
