package paths_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/attribution/paths"
	"github.com/ofrecord/ofrecord/internal/platform/datatest"
)

// referenceFile is what a file of public reference figures holds, unpacked.
func referenceFile(tb testing.TB, name ...string) []byte {
	data := datatest.Read(tb, name...)
	if !strings.HasSuffix(name[len(name)-1], ".gz") {
		return data
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func read(tb testing.TB, data []byte) *paths.Table {
	tb.Helper()
	table, problems, err := paths.Read(bytes.NewReader(data), paths.Separator)
	if err != nil || len(problems) > 0 {
		tb.Fatal(err, problems)
	}
	return table
}

// expected are the figures of a file by channel and column.
func expected(tb testing.TB, data []byte) map[string]map[string]float64 {
	tb.Helper()
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]map[string]float64{}
	for _, row := range rows[1:] {
		out[row[0]] = map[string]float64{}
		for i, cell := range row[1:] {
			n, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				tb.Fatal(err)
			}
			out[row[0]][strings.TrimSuffix(rows[0][i+1], "_conversions")] = n
		}
	}
	return out
}

func wantClose(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*max(1, math.Abs(want)) {
		t.Errorf("%s: %.17g, want %.17g", what, got, want)
	}
}

// First, last and linear are what four implementations agree on.
func TestFirstLastAndLinearComeToTheReferenceFigures(t *testing.T) {
	table := read(t, referenceFile(t, "paths", "paths.csv.gz"))
	want := expected(t, referenceFile(t, "paths", "expected_heuristic.csv"))
	for _, r := range []paths.Result{table.First(), table.Last(), table.Linear()} {
		if len(r.Rows) != len(want) {
			t.Fatal(len(r.Rows))
		}
		for _, row := range r.Rows {
			wantClose(t, r.Model+" conversions of "+row.Channel, row.Conversions, want[row.Channel][r.Model+"_touch"], 4e-11)
			wantClose(t, r.Model+" value of "+row.Channel, row.Value, want[row.Channel][r.Model+"_touch_value"], 4e-11)
		}
	}
}

// The chain of order 1 is what exact rational arithmetic gives.
func TestMarkovComesToTheReferenceFigures(t *testing.T) {
	for _, folder := range []string{"paths", "events-100k"} {
		name := "paths.csv"
		if folder == "paths" {
			name += ".gz"
		}
		table := read(t, referenceFile(t, folder, name))
		r, err := table.Markov(1, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := expected(t, referenceFile(t, folder, "expected_markov1.csv"))
		for _, row := range r.Rows {
			w := want[row.Channel]
			wantClose(t, "effect of "+row.Channel, row.Effect, w["removal_effect"], 2e-15)
			wantClose(t, "effect of value of "+row.Channel, row.EffectOfValue, w["removal_effect_value"], 2e-15)
			conversions, value := table.Totals()
			wantClose(t, "part of the conversions of "+row.Channel, row.Conversions/conversions, w["total"]/conversions, 2e-15)
			wantClose(t, "part of the value of "+row.Channel, row.Value/value, w["total_conversion_value"]/value, 2e-15)
		}
	}
}
