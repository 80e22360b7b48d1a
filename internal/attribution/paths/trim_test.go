package paths_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution/paths"
)

func trimmed(t testing.TB, table *paths.Table, o paths.Trim) *paths.Table {
	t.Helper()
	out, err := table.Trimmed(o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Repeats count in linear unless they are collapsed; steps and exclusions decide who is on the path at all.
func TestTrimmedPaths(t *testing.T) {
	table := tableOf(t, "a > a > b > a,12,120,0\nc,3,30,2\n")
	linear := func(o paths.Trim) map[string]float64 {
		r := trimmed(t, table, o).Linear()
		out := map[string]float64{"": r.Conversions}
		for _, row := range r.Rows {
			out[row.Channel] = row.Conversions
		}
		return out
	}
	for name, of := range map[string]struct {
		trim paths.Trim
		want map[string]float64
	}{
		"as it is":                          {paths.Trim{}, map[string]float64{"a": 9, "b": 3, "c": 3, "": 0}},
		"collapsed":                         {paths.Trim{Collapse: true}, map[string]float64{"a": 8, "b": 4, "c": 3, "": 0}},
		"the last two":                      {paths.Trim{Steps: 2}, map[string]float64{"a": 6, "b": 6, "c": 3, "": 0}},
		"without b":                         {paths.Trim{Exclude: []string{"b"}}, map[string]float64{"a": 12, "c": 3, "": 0}},
		"without c, which is unattributed":  {paths.Trim{Exclude: []string{"c"}}, map[string]float64{"a": 9, "b": 3, "": 3}},
		"without b, then collapsed, then 2": {paths.Trim{Exclude: []string{"b"}, Collapse: true, Steps: 2}, map[string]float64{"a": 12, "c": 3, "": 0}},
	} {
		if got := linear(of.trim); !reflect.DeepEqual(got, of.want) {
			t.Errorf("%s: %v, want %v", name, got, of.want)
		}
	}
}

// TestTrimmedPathsKeepEveryConversion: whatever is trimmed, the totals stay, and the order of the rows changes nothing.
func TestTrimmedPathsKeepEveryConversion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		table, _, err := paths.Read(strings.NewReader(header+some(r)), paths.Separator)
		if err != nil {
			t.Fatal(err)
		}
		cut, err := table.Trimmed(paths.Trim{Exclude: rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "c", "x"})).Draw(t, "exclude"), Collapse: rapid.Bool().Draw(t, "collapse"), Steps: rapid.IntRange(0, 3).Draw(t, "steps")})
		if err != nil {
			t.Fatal(err)
		}
		conversions, value := table.Totals()
		if c, v := cut.Totals(); c != conversions || v != value {
			t.Fatalf("%v worth %v became %v worth %v", conversions, value, c, v)
		}
	})
}

// TestEqualStatesInARowChangeNoEffect: a chain that goes from a state to itself has the effects of one that does not, exactly.
func TestEqualStatesInARowChangeNoEffect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		table, _, err := paths.Read(strings.NewReader(header+some(r)), paths.Separator)
		if err != nil {
			t.Fatal(err)
		}
		for c := -1; c < len(table.Channels); c++ {
			for order := 1; order <= 2; order++ {
				if one, all := withoutOf(table, order, c, false), withoutOf(table, order, c, true); one.Cmp(all) != 0 {
					t.Fatalf("order %d without channel %d: %s, with equal states kept %s", order, c, one, all)
				}
			}
		}
	})
}
