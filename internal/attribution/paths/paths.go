package paths

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"math/bits"
	"slices"
)

// unit is how many of the whole numbers in which counts and values are kept make one.
const unit = 1_000_000_000

// Path is a sequence of channels with what became of it.
type Path struct {
	Channels    []uint16 // by number
	Conversions int64    // in 10^-9
	Value       int64    // in 10^-9
	Null        int64    // in 10^-9
}

// Table is aggregated paths. Equal paths are one, and stand in a fixed order.
type Table struct {
	Channels []string // by number, sorted
	Paths    []Path
}

// New puts paths together: equal ones are added. An error: sums beyond what can be counted.
func New(channels []string, paths []Path) (*Table, error) {
	order := slices.SortedFunc(maps.Keys(numbers(channels)), cmp.Compare[string])
	to := make([]uint16, len(channels))
	for i, name := range channels {
		at, _ := slices.BinarySearch(order, name)
		to[i] = uint16(at)
	}
	for i := range paths {
		paths[i].Channels = slices.Clone(paths[i].Channels)
		for k, c := range paths[i].Channels {
			paths[i].Channels[k] = to[c]
		}
	}
	slices.SortFunc(paths, func(a, b Path) int { return slices.Compare(a.Channels, b.Channels) })
	t := &Table{Channels: order}
	var sum [3]uint64
	for _, p := range paths {
		for i, n := range []int64{p.Conversions, p.Null, max(p.Value, -p.Value)} {
			var carry uint64
			if sum[i], carry = bits.Add64(sum[i], uint64(n), 0); carry != 0 || sum[i] > 1<<62 {
				return nil, fmt.Errorf("the paths sum to more than can be counted")
			}
		}
		if n := len(t.Paths); n > 0 && slices.Equal(t.Paths[n-1].Channels, p.Channels) {
			last := &t.Paths[n-1]
			last.Conversions, last.Null, last.Value = last.Conversions+p.Conversions, last.Null+p.Null, last.Value+p.Value
			continue
		}
		t.Paths = append(t.Paths, p)
	}
	return t, nil
}

func numbers(channels []string) map[string]bool {
	out := make(map[string]bool, len(channels))
	for _, name := range channels {
		out[name] = true
	}
	return out
}

// Totals are all conversions and their value.
func (t *Table) Totals() (conversions, value float64) {
	var c, v int64
	for _, p := range t.Paths {
		c, v = c+p.Conversions, v+p.Value
	}
	return number(c), number(v)
}

// number is a count of 10^-9, rounded once.
func number(n int64) float64 {
	out, _ := new(big.Rat).SetFrac64(n, unit).Float64()
	return out
}

// Row is what a channel holds.
type Row struct {
	Channel     string
	Conversions float64
	Value       float64
	// The removal effects, of conversions and of value; none of first, last, linear and Shapley.
	Effect, EffectOfValue float64
}

// Result is the division by one model.
type Result struct {
	Model       string
	Chain       bool // the rows have removal effects
	Rows        []Row
	Conversions float64 // of paths without a channel: unattributed
	Value       float64
	Notes       []string
}

// shares is what is divided equally, summed by the number of equal parts before it is divided: exact, in any order.
type shares []map[int]*[2]big.Int

func (s shares) add(channel uint16, parts int, times int64, p Path) {
	if s[channel] == nil {
		s[channel] = map[int]*[2]big.Int{}
	}
	sums := s[channel][parts]
	if sums == nil {
		sums = new([2]big.Int)
		s[channel][parts] = sums
	}
	var n big.Int
	sums[0].Add(&sums[0], n.Mul(big.NewInt(times), big.NewInt(p.Conversions)))
	sums[1].Add(&sums[1], n.Mul(big.NewInt(times), big.NewInt(p.Value)))
}

func (s shares) rows(channels []string) []Row {
	out := make([]Row, len(channels))
	for c, name := range channels {
		out[c].Channel = name
		var sums [2]big.Rat
		for parts, of := range s[c] {
			for i := range sums {
				sums[i].Add(&sums[i], new(big.Rat).SetFrac(&of[i], big.NewInt(int64(parts)*unit)))
			}
		}
		out[c].Conversions, _ = sums[0].Float64()
		out[c].Value, _ = sums[1].Float64()
	}
	return out
}

// First, Last, Linear and Shapley divide each path's conversions among its channels: to its first, to its last, to each of its touches equally, and
// to each of its different channels equally.
func (t *Table) First() Result {
	return t.each("first", func(s shares, p Path) { s.add(p.Channels[0], 1, 1, p) })
}

// Last gives all to the last touch.
func (t *Table) Last() Result {
	return t.each("last", func(s shares, p Path) { s.add(p.Channels[len(p.Channels)-1], 1, 1, p) })
}

// Linear gives each touch the same.
func (t *Table) Linear() Result {
	return t.each("linear", func(s shares, p Path) {
		times := map[uint16]int64{}
		for _, c := range p.Channels {
			times[c]++
		}
		for c, n := range times {
			s.add(c, len(p.Channels), n, p)
		}
	})
}

// Shapley gives each different channel the same.
func (t *Table) Shapley() Result {
	return t.each("shapley", func(s shares, p Path) {
		set := slices.Compact(slices.Sorted(slices.Values(p.Channels)))
		for _, c := range set {
			s.add(c, len(set), 1, p)
		}
	})
}

func (t *Table) each(model string, add func(shares, Path)) Result {
	s, r := make(shares, len(t.Channels)), Result{Model: model}
	var conversions, value int64
	for _, p := range t.Paths {
		if len(p.Channels) == 0 {
			conversions, value = conversions+p.Conversions, value+p.Value
			continue
		}
		add(s, p)
	}
	r.Rows, r.Conversions, r.Value = s.rows(t.Channels), number(conversions), number(value)
	return r
}
