package ops_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestLaterEvidenceIsComparedFactByFact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		k.Imported(won("A", "100000.00", "2026-02-10"), won("B", "50000.00", "2026-02-20"), won("C", "10000.00", "2026-02-21"))
		st := k.Locked("2026-02")
		wantAmount(t, "total", st.Total, "18800.00")
		if diff := must(k.Difference(ctx, finance, st.ID))(t); !diff.Nothing() || diff.From != diff.To {
			t.Errorf("got %+v", diff)
		}
		moved, restated := won("A", "100000.00", "2026-03-10"), won("B", "40000.00", "2026-02-20")
		restated.Payments = []crm.Payment{{ID: "R1", DealID: "B", PaidOn: cal.MustDate("2026-02-27"), Amount: money.New(-1000000, "USD"), Kind: crm.Refund}}
		late := restated.Touches[0] // after the deal was won: it changes nothing and is not told
		late.ID, late.At = "t-late", cal.MustDate("2026-02-25").Start(time.UTC)
		restated.Touches = append(restated.Touches, late)
		gone := won("C", "10000.00", "2026-02-21")
		gone.Deals[0].Deleted = true
		k.Imported(moved, restated, gone, won("E", "20000.00", "2026-02-25"))

		got := must(k.Difference(ctx, finance, st.ID))(t)
		if got.From != 1 || got.To != 2 {
			t.Errorf("got imports %d and %d", got.From, got.To)
		}
		wantAmount(t, "now", got.Now, "15500.00")
		type fact struct{ Kind, ID, Deal, Field, Before, After string }
		var facts []fact
		for _, f := range got.Facts {
			facts = append(facts, fact{string(f.Kind), f.ID, f.Deal, f.Field, f.Before, f.After})
		}
		want := []fact{
			{"deal", "A", "A", "closed_on", "2026-02-10", "2026-03-10"},
			{"deal", "B", "B", "amount", "50000.00", "40000.00"},
			{"deal", "C", "C", "deleted", "", "true"},
			{"deal", "E", "E", "", "", "20000.00, USD, 2026-02-25"},
			{"payment", "R1", "B", "", "", "2026-02-27, -10000.00, USD"},
		}
		if diff := cmp.Diff(want, facts); diff != "" {
			t.Error(diff)
		}
		type line struct {
			Deal          string
			Before, After string
		}
		var lines []line
		text := func(a *money.Amount) string {
			if a == nil {
				return ""
			}
			return a.String()
		}
		for _, l := range got.Lines {
			lines = append(lines, line{l.Deal, text(l.Before), text(l.After)})
		}
		if diff := cmp.Diff([]line{{"A", "3000.00", ""}, {"B", "1500.00", "900.00"}, {"C", "300.00", ""}, {"E", "", "600.00"}}, lines); diff != "" {
			t.Error(diff)
		}
		if st := must(k.Statement(ctx, finance, st.ID))(t); st.State != fees.Locked || st.Total.String() != "18800.00" {
			t.Error("the locked statement stays as it is")
		}
	})
}
