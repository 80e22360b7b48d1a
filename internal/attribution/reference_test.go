package attribution

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/datatest"
)

// referenceFolder is the folder of public reference figures.
func referenceFolder(tb testing.TB) string { return datatest.Path(tb, "events-100k") }

func table(tb testing.TB, file string) [][]string {
	f, err := os.Open(file)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	return rows[1:]
}

func whole(s string) int64 { return must(strconv.ParseInt(s, 10, 64)) }

// referenceDeals are the journeys of the 100,000 touches with their amounts.
func referenceDeals(tb testing.TB) (journeys []Journey, totals []money.Amount) {
	folder := referenceFolder(tb)
	touches := map[string][]Touch{}
	for _, row := range table(tb, filepath.Join(folder, "touches.csv")) {
		touches[row[1]] = append(touches[row[1]], Touch{
			ID: row[0], Seq: whole(row[0]), Contact: row[1], Channel: row[3], At: time.Unix(whole(row[2]), 0),
		})
	}
	for _, row := range table(tb, filepath.Join(folder, "deals.csv")) {
		journeys = append(journeys, Journey{Deal: row[0], Touches: touches[row[1]], End: time.Unix(whole(row[2]), 0)})
		totals = append(totals, money.New(whole(row[3]), "USD"))
	}
	return journeys, totals
}

// The figures were computed by three independent implementations that agree to the unit among themselves; their remainders go elsewhere, so
// a channel may differ by 1e-5 of the total.
func TestReferenceFiguresOf100kTouches(t *testing.T) {
	journeys, totals := referenceDeals(t)
	var total int64
	for _, a := range totals {
		total += a.Minor
	}
	expected := table(t, filepath.Join(referenceFolder(t), "expected_credits_minor_units.csv"))
	window := must(ParseLookback("2160 hours", "re-path", nil))
	for column, model := range []string{"first", "last", "last-non-direct:ch_000", "linear", "u-shaped", "time-decay:7d"} {
		results := make([]Result, len(journeys))
		for i := range journeys {
			results[i] = Credit(journeys[i], must(ParseModel(model)), window, totals[i])
		}
		got := map[string]int64{}
		var sum, want, worst, apart int64
		for _, row := range Aggregate(results, ByChannel) {
			got[row.Label()] = row.Amount.Minor
			sum += row.Amount.Minor
		}
		for _, row := range expected {
			want += whole(row[column+1])
			off := got[row[0]] - whole(row[column+1])
			off = max(off, -off)
			worst = max(worst, off)
			apart += off
		}
		if sum != total || want != total || got["(unattributed)"] != 0 {
			t.Errorf("%s: %d credited, %d expected, of %d", model, sum, want, total)
		}
		if worst > total/100_000 {
			t.Errorf("%s: a channel is %d units off, more than 1e-5 of %d", model, worst, total)
		}
		t.Logf("%-24s largest deviation of a channel %d units (%.2g of the total), all channels %d", model, worst, float64(worst)/float64(total), apart)
	}
}

func BenchmarkCredit(b *testing.B) {
	journeys, totals := referenceDeals(b)
	window := must(ParseLookback("90 days", "drop", must(time.LoadLocation("Europe/Berlin"))))
	touches := 0
	for _, j := range journeys {
		touches += len(j.Touches)
	}
	for _, name := range []string{"last", "linear", "w-shaped", "time-decay:7d"} {
		m := must(ParseModel(name))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for i := range journeys {
					Credit(journeys[i], m, window, totals[i])
				}
			}
			b.ReportMetric(float64(touches)*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
		})
	}
}
