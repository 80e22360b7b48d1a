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

func traffic(t *testing.T) string {
	t.Helper()
	file, err := os.ReadFile("../../../docs/examples/ga4/traffic-acquisition.csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

var organic = crm.Stated{Sheet: "Table 2", Decimal: "point", Constants: []string{"readings=organic leads: Key events, channel=Organic Search; sessions: Sessions"}}

func TestReportOfSumsBecomesReadingsWhateverTheChunk(t *testing.T) {
	for _, rows := range []int64{1, 2, 5, 100} {
		dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
			r := newRoom(t, d, ctx)
			r.ChunkRows = rows
			in := ops.ImportInput{Client: acme, Filename: "traffic.csv", Stated: organic}

			in.Reader = strings.NewReader(traffic(t))
			i, err := r.Import(ctx, owner, in)

			if err != nil || i.Tally.New != 2 || i.Tally.Rows != 5 || i.Tally.Aside != 1 || i.Tally.Rejected != 0 {
				t.Fatalf("%v, %+v", err, i.Tally)
			}
			got := r.evidence(1).MetricReadings
			if len(got) != 2 || got[0].Metric != "organic leads" || got[0].Value != "41" || got[0].From.String() != "2026-06-01" || got[0].Through.String() != "2026-06-30" ||
				got[0].Note != "Key events where channel is Organic Search" || got[1].Value != "4120" {
				t.Fatalf("%+v", got)
			}

			in.Reader = strings.NewReader(strings.Replace(traffic(t), "0.6097826087,41", "0.6097826087,43", 1)) // a later export corrects it
			i, err = r.Import(ctx, owner, in)
			if err != nil || i.Tally.Changed != 1 || i.Tally.Unchanged != 1 || i.Tally.New != 0 {
				t.Fatalf("%v, %+v", err, i.Tally)
			}
		})
	}
}

func TestFirstTableOfSeveralThatFitsNothingNamesTheOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)

		_, err := r.try("traffic.csv", traffic(t))

		if fault.Code(err) != "table-not-stated" || fault.All(err)[0].Field != "sheet" || !strings.Contains(fault.All(err)[0].Message, `"Table 2" (Session primary channel group`) {
			t.Fatalf("%v", err)
		}
	})
}

// A mapping that was kept for June reads July by July's own comments.
func TestKeptMappingReadsEachReportOfItsOwnDays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		trial, err := r.Try(ctx, owner, ops.ImportInput{Client: acme, Filename: "june.csv", Reader: strings.NewReader(traffic(t)), Stated: organic})
		if err != nil {
			t.Fatal(err)
		}
		m := trial.Mapping()
		if err := trial.Close(); err != nil {
			t.Fatal(err)
		}
		july := strings.NewReplacer("20260601", "20260701", "20260630", "20260731").Replace(traffic(t))

		if _, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "july.csv", Reader: strings.NewReader(july), Mapping: &m}); err != nil {
			t.Fatal(err)
		}
		if got := r.evidence(1).MetricReadings; len(got) != 2 || got[0].From.String() != "2026-07-01" {
			t.Fatalf("%+v", got)
		}

		m.Constants["from"], m.Constants["through"] = "2026-06-01", "2026-06-30"
		_, err = r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "july.csv", Reader: strings.NewReader(july), Mapping: &m})
		if fault.Code(err) != "period-contradicts" {
			t.Fatalf("%v", err)
		}
	})
}

func TestTotalRowIsNoFaultOfTheFile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		up := r.uploaded("traffic.csv", traffic(t))

		p, err := r.PreviewOf(ctx, owner, acme, up.ID, organic.Reading())

		if err != nil || len(p.Faulty) > 0 || len(p.Tables) != 2 || len(p.Rows) != 4 {
			t.Fatalf("%v, %q, %v", err, p.Faulty, p.Tables)
		}
	})
}
