package ops_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// What stands tells what was frozen with it, and so does the open draft of a month; earlier drafts and what was withdrawn do not.
func TestRestingTellsWhatWasFrozenWithStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		// given a locked month, a submitted one and a draft
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-04-02")
		k.Imported(won("A", "100000.00", "2026-01-10"), won("B", "50000.00", "2026-02-20"), won("C", "10000.00", "2026-03-21"))
		january := k.Locked("2026-01")
		february := k.Submitted("2026-02")
		k.Drafted("2026-03")
		k.Imported(won("A", "100000.00", "2026-01-10"), won("B", "50000.00", "2026-02-20"), won("C", "20000.00", "2026-03-21"))
		march := k.Drafted("2026-03").Statement
		// when somebody asks what rests on evidence
		var found []crmops.Resting
		err := k.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			found, err = k.Resting(ctx, tx, january.Client)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		// then the open draft and the two stand there, the newest first, with exactly the records of their evidence
		if len(found) != 3 || found[0].ID != march.ID || !found[0].Draft() || !found[0].Uses(crm.KindDeal, "C") {
			t.Fatalf("%+v", found)
		}
		if found = found[1:]; found[0].ID != february.ID || found[0].State != "submitted" || found[1].ID != january.ID || !found[1].Locked() || found[1].Total != january.Total {
			t.Fatalf("%+v", found)
		}
		for deal, want := range map[string]bool{"A": true, "B": false, "C": false, "D": false} {
			if got := found[1].Uses(crm.KindDeal, deal); got != want {
				t.Errorf("January uses deal %s: %v", deal, got)
			}
		}
		if !found[0].Uses(crm.KindDeal, "B") || found[0].Uses(crm.KindTouch, "B") {
			t.Error("February uses the deal B, and no touch of that id")
		}
	})
}
