package ops_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const cutOff = "Campaign report\nJune 2026\nDay,Campaign,Currency code,Cost\n2026-06-01,a,USD,1.10\n2026-06-02,a,USD,2.20\n2026-06-03,a,USD,0.10\nTotal: Campaigns,,,9.90\n"

func TestTotalIsCheckedOnceWhateverTheChunk(t *testing.T) {
	for _, rows := range []int64{1, 2, 4, 100} {
		dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
			r := newRoom(t, d, ctx)
			r.ChunkRows = rows

			i, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "ads.csv", Reader: strings.NewReader(cutOff), Stated: crm.Stated{Constants: []string{"category=media"}}})

			if err != nil || i.Tally.New != 3 || i.Tally.Aside != 1 || i.Tally.Rejected != 0 {
				t.Fatalf("%v, %+v", err, i.Tally)
			}
			if got := r.rejects(i); len(got) != 1 || got[0].Code != "total-differs" || got[0].Line != 7 || got[0].Header != "Cost" || got[0].Lost {
				t.Fatalf("%+v", got)
			}
			if spend := r.evidence(1).Spend; len(spend) != 3 || spend[0].Net.String() != "1.10" {
				t.Fatalf("%+v", spend)
			}
		})
	}
}

func TestReportAsksForItsCategory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		report, err := os.ReadFile("../../../docs/examples/ads/meta-de.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.try("meta.csv", string(report)); fault.Code(err) != "category-not-stated" || fault.All(err)[0].Field != "constants.category" || strings.Contains(fault.All(err)[0].Message, "category =") {
			t.Fatalf("%v", err)
		}
		if n := r.latest(); n != 0 {
			t.Fatalf("import %d was made of it", n)
		}
	})
}
