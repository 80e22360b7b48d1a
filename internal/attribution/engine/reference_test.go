package engine_test

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/platform/datatest"
)

// referenceFile is a file of public reference figures.
func referenceFile(tb testing.TB, name ...string) string { return datatest.Path(tb, name...) }

func bytesOf(tb testing.TB, file string) []byte {
	data, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// Six models of 100,000 touches come to the figures that three implementations agree on; their remainders go elsewhere, so a channel may differ by
// 1e-5 of the total.
func TestFilesComeToTheReferenceFigures(t *testing.T) {
	book := must(engine.Read(bytesOf(t, referenceFile(t, "events-100k", "deals.csv")), bytesOf(t, referenceFile(t, "events-100k", "touches.csv")), engine.Reading{}))
	if len(book.Problems) > 0 || book.Rows != 100_000 || len(book.Deals) != 3731 {
		t.Fatal(book.Rows, len(book.Deals), book.Problems)
	}
	f, err := os.Open(referenceFile(t, "events-100k", "expected_credits_minor_units.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := must(csv.NewReader(f).ReadAll())[1:]
	var total int64
	for _, d := range book.Deals {
		total += d.Minor
	}
	sums := must(book.Touches.Run(book.Deals, engine.Options{Models: models("first", "last", "last-non-direct:ch_000", "linear", "u-shaped", "time-decay:7d"), Lookback: must(attribution.ParseLookback("2160 hours", "re-path", nil))}))
	for m, s := range sums {
		if s.Total() != total || s.Unattributed != 0 {
			t.Errorf("%s: %d of %d, unattributed %d", s.Model, s.Total(), total, s.Unattributed)
		}
		for c, row := range want {
			expected := must(strconv.ParseInt(row[m+1], 10, 64))
			if off := s.Labels[c] - expected; book.Touches.Labels[c].Channel != row[0] || off > total/100_000 || off < -total/100_000 {
				t.Errorf("%s, %s: %d, want %d", s.Model, row[0], s.Labels[c], expected)
			}
		}
	}
}
