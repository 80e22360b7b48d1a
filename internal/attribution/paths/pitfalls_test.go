package paths_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/attribution/paths"
)

const header = "path,total_conversions,total_conversion_value,total_null\n"

func tableOf(t testing.TB, rows string) *paths.Table {
	t.Helper()
	return read(t, []byte(header+rows))
}

func rowOf(t *testing.T, r paths.Result, channel string) paths.Row {
	t.Helper()
	for _, row := range r.Rows {
		if row.Channel == channel {
			return row
		}
	}
	t.Fatalf("%s: no row of %s", r.Model, channel)
	return paths.Row{}
}

// Each of these is what a public engine gets wrong.
func TestWhatOtherEnginesGetWrong(t *testing.T) {
	t.Run("an empty path is unattributed, and credits no row before it", func(t *testing.T) {
		table := tableOf(t, "a,1,10,0\n,2,50,3\n")
		for _, r := range []paths.Result{table.First(), table.Last(), table.Linear(), table.Shapley(), markov(t, table, 1)} {
			if a := rowOf(t, r, "a"); a.Conversions != 1 || a.Value != 10 || r.Conversions != 2 || r.Value != 50 {
				t.Errorf("%s: %+v, unattributed %v worth %v", r.Model, a, r.Conversions, r.Value)
			}
		}
	})
	t.Run("a rare channel gets its part", func(t *testing.T) {
		if rare := rowOf(t, markov(t, tableOf(t, "a > b,1000,1000,9000\nrare > a,1,1000000,0\n"), 1), "rare"); rare.Effect <= 0 || rare.Conversions <= 0 {
			t.Errorf("%+v", rare)
		}
	})
	t.Run("parts of conversions are kept", func(t *testing.T) {
		table := tableOf(t, "a > b,0.3,0.9,0\nb,0.7,2.1,0\n")
		if b := rowOf(t, table.Last(), "b"); b.Conversions != 1 || b.Value != 3 {
			t.Errorf("%+v", b)
		}
	})
	t.Run("paths that do not convert weigh in the value, too", func(t *testing.T) {
		without, with := markov(t, tableOf(t, "a > b,1,10,0\nb > a,1,10,0\nc,1,10,0\n"), 1), markov(t, tableOf(t, "a > b,1,10,9\nb > a,1,10,0\nc,1,10,0\n"), 1)
		if rowOf(t, without, "a").EffectOfValue == rowOf(t, with, "a").EffectOfValue {
			t.Error("they change nothing")
		}
	})
	t.Run("a path that stands in two rows keeps both", func(t *testing.T) {
		if a := rowOf(t, tableOf(t, "a,1,10,0\na,2,30,1\n").First(), "a"); a.Conversions != 3 || a.Value != 40 {
			t.Errorf("%+v", a)
		}
	})
	t.Run("names that differ in a number are two channels", func(t *testing.T) {
		if table := tableOf(t, "campaign 1 > campaign 2,1,1,0\n"); len(table.Channels) != 2 {
			t.Error(table.Channels)
		}
	})
	t.Run("a sign in a name does not cut the path, when another separates", func(t *testing.T) {
		table, problems, err := paths.Read(strings.NewReader(header+"a > b|c,1,1,0\n"), "|")
		if err != nil || len(problems) > 0 || !reflect.DeepEqual(table.Channels, []string{"a > b", "c"}) {
			t.Error(table, problems, err)
		}
	})
	t.Run("what is no number, or less than nothing, is told", func(t *testing.T) {
		_, problems, err := paths.Read(strings.NewReader(header+"a,x,1,0\na,-1,0,0\na,0,5,0\na,1\nb,NaN,1,0\nb,1e3,1,0\n"), paths.Separator)
		if err != nil || len(problems) != 6 || problems[0].Line != 2 || problems[3].Line != 5 {
			t.Error(problems, err)
		}
	})
}

func markov(t testing.TB, table *paths.Table, order int) paths.Result {
	t.Helper()
	r, err := table.Markov(order, 0)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// some are paths as chance draws them.
func some(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(12) {
		var names []string
		for range 1 + r.IntN(6) {
			names = append(names, string(rune('a'+r.IntN(4))))
		}
		conversions := r.IntN(4)
		fmt.Fprintf(&b, "%s,%d,%d,%d\n", strings.Join(names, " > "), conversions, conversions*r.IntN(100), r.IntN(4))
	}
	return b.String()
}

// without is the probability of converting, exactly, when states with the channel end a path. The chain is written down from its definition and
// solved over the rational numbers.
func without(table *paths.Table, order int, channel int) *big.Rat {
	return withoutOf(table, order, channel, false)
}

// withoutOf is the same of a chain that keeps equal states in a row, or makes them one.
func withoutOf(table *paths.Table, order int, channel int, keep bool) *big.Rat {
	type state = string
	out, to, good := map[state]*big.Rat{}, map[state]map[state]*big.Rat{}, map[state]*big.Rat{}
	add := func(m map[state]*big.Rat, s state, n *big.Rat) {
		if m[s] == nil {
			m[s] = new(big.Rat)
		}
		m[s].Add(m[s], n)
	}
	closed := map[state]bool{}
	for _, p := range table.Paths {
		weight := new(big.Rat).SetFloat64(p.Conversions.Float64() + p.Null.Float64())
		before := "start"
		for i := 0; i == 0 || i+order <= len(p.Channels); i++ {
			gram := p.Channels[i:min(i+order, len(p.Channels))]
			s := fmt.Sprint(gram)
			for _, c := range gram {
				closed[s] = closed[s] || int(c) == channel
			}
			if s == before && !keep {
				continue
			}
			add(out, before, weight)
			if to[before] == nil {
				to[before] = map[state]*big.Rat{}
			}
			add(to[before], s, weight)
			before = s
		}
		add(out, before, weight)
		add(good, before, new(big.Rat).SetFloat64(p.Conversions.Float64()))
	}
	var names []state
	at := map[state]int{}
	for s := range out {
		at[s] = len(names)
		names = append(names, s)
	}
	n := len(names)
	rows := make([][]*big.Rat, n)
	for i, s := range names {
		rows[i] = make([]*big.Rat, n+1)
		for j := range rows[i] {
			rows[i][j] = new(big.Rat)
		}
		rows[i][i].SetInt64(1)
		if closed[s] || out[s].Sign() == 0 {
			continue
		}
		if good[s] != nil {
			rows[i][n].Quo(good[s], out[s])
		}
		for next, w := range to[s] {
			rows[i][at[next]].Sub(rows[i][at[next]], new(big.Rat).Quo(w, out[s]))
		}
	}
	for i := range n {
		pivot := new(big.Rat).Inv(rows[i][i])
		for j := range rows[i] {
			rows[i][j].Mul(rows[i][j], pivot)
		}
		for k := range n {
			if f := new(big.Rat).Set(rows[k][i]); k != i && f.Sign() != 0 {
				for j := range rows[k] {
					rows[k][j].Sub(rows[k][j], new(big.Rat).Mul(f, rows[i][j]))
				}
			}
		}
	}
	return rows[at["start"]][n]
}

// TestChainsAreExact: removal effects of every order are those of the definition, solved over the rational numbers; they do not depend on the order of the rows
// or the number of workers, and divide the totals.
func TestChainsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "seed"))))
		text := some(r)
		table, problems, err := paths.Read(strings.NewReader(header+text), paths.Separator)
		if err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
		lines[len(lines)-1] += "\n"
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		mixed, _, err := paths.Read(strings.NewReader(header+strings.Join(lines, "")), paths.Separator)
		if err != nil {
			t.Fatal(err)
		}
		conversions, value := table.Totals()
		for order := 1; order <= 4; order++ {
			got, err := table.Markov(order, 1)
			if err != nil {
				t.Fatal(err)
			}
			again, err := mixed.Markov(order, 2)
			if err != nil || !reflect.DeepEqual(got, again) {
				t.Fatalf("order %d: the order of the rows or the workers change %+v to %+v (%v)", order, got, again, err)
			}
			if conversions == 0 {
				continue
			}
			whole, _ := without(table, order, -1).Float64()
			var sum, sumOfValue float64
			for c, row := range got.Rows {
				left, _ := without(table, order, c).Float64()
				if want := (whole - left) / whole; row.Effect-want > 1e-14 || want-row.Effect > 1e-14 {
					t.Errorf("order %d, %s: effect %.17g, want %.17g", order, row.Channel, row.Effect, want)
				}
				sum, sumOfValue = sum+row.Conversions, sumOfValue+row.Value
			}
			if sum-conversions > 1e-12*conversions || conversions-sum > 1e-12*conversions || sumOfValue-value > 1e-12*value || value-sumOfValue > 1e-12*value {
				t.Errorf("order %d: %v of %v, %v of %v", order, sum, conversions, sumOfValue, value)
			}
		}
	})
}

// TestShapleyIsThatOfTheDefinition: a channel's part is what it adds to the sets before it, on average over all orders.
func TestShapleyIsThatOfTheDefinition(t *testing.T) {
	table := tableOf(t, "a > b,2,20,0\nb > a > b,1,10,0\nc,4,8,0\na > b > c,3,33,0\n")
	worth := func(set map[uint16]bool) float64 {
		var sum float64
		for _, p := range table.Paths {
			inside := true
			for _, c := range p.Channels {
				inside = inside && set[c]
			}
			if inside {
				sum += p.Value.Float64()
			}
		}
		return sum
	}
	want := make([]float64, 3)
	for _, order := range [][]uint16{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		set := map[uint16]bool{}
		for _, c := range order {
			before := worth(set)
			set[c] = true
			want[c] += (worth(set) - before) / 6
		}
	}
	for c, row := range table.Shapley().Rows {
		wantClose(t, row.Channel, row.Value, want[c], 1e-15)
	}
}

// FuzzRead: whatever the bytes, they are read or refused, and what is read can be divided.
func FuzzRead(f *testing.F) {
	f.Add([]byte(header + "a > b,1,2.5,3\n"))
	f.Add([]byte(header + ",1,,\n\"x\"\"y\",0.000000000000000001,-7,0\n"))
	f.Add([]byte("path;total_conversions\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, _, err := paths.Read(strings.NewReader(string(data)), paths.Separator)
		if err != nil || len(table.Paths) > 50 {
			return
		}
		table.Linear()
		if _, err := table.Markov(2, 1); err != nil {
			t.Error(err)
		}
	})
}

// A channel without which nothing converts, states that never convert, and paths of which none does divide by nothing.
func TestChainsWithoutAnEscape(t *testing.T) {
	for order := 1; order <= 4; order++ {
		table := tableOf(t, "a,4,40,0\na > b,2,20,1\ndead > dead > gone,0,0,9\n")
		r := markov(t, table, order)
		if a, dead := rowOf(t, r, "a"), rowOf(t, r, "dead"); a.Effect != 1 || dead.Effect != 0 || dead.Conversions != 0 {
			t.Errorf("order %d: %+v %+v", order, a, dead)
		}
		none := markov(t, tableOf(t, "a > b,0,0,5\n"), order)
		if len(none.Notes) != 1 || rowOf(t, none, "a").Conversions != 0 {
			t.Errorf("order %d: %+v", order, none)
		}
		only := markov(t, tableOf(t, "a > b,0,0,5\n,3,30,0\n"), order)
		if only.Conversions != 3 || only.Value != 30 || rowOf(t, only, "b").Conversions != 0 {
			t.Errorf("order %d: %+v", order, only)
		}
	}
}
