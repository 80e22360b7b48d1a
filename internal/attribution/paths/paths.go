package paths

import (
	"fmt"
	"math/big"
	"slices"
)

// Path is a sequence of channels with what became of it.
type Path struct {
	Channels    []uint16 // by number
	Conversions Decimal
	Value       Decimal // of the conversions
	Null        Decimal // how often it did not convert
}

// Table is aggregated paths. Equal paths are one, and stand in a fixed order.
type Table struct {
	Channels []string // by number, sorted
	Paths    []Path
}

// New puts paths together, and takes them over: equal ones are added. An error: sums beyond what can be counted.
func New(channels []string, paths []Path) (*Table, error) {
	order := slices.Compact(slices.Sorted(slices.Values(channels)))
	to := make([]uint16, len(channels))
	for i, name := range channels {
		at, _ := slices.BinarySearch(order, name)
		to[i] = uint16(at)
	}
	for i := range paths {
		for k, c := range paths[i].Channels {
			paths[i].Channels[k] = to[c]
		}
	}
	slices.SortFunc(paths, func(a, b Path) int { return slices.Compare(a.Channels, b.Channels) })
	t := &Table{Channels: order}
	var sum Decimal // of the sizes of all numbers
	for _, p := range paths {
		for _, n := range []Decimal{p.Conversions, p.Null, p.Value} {
			if n.Sign() < 0 {
				n = n.Negative()
			}
			if sum = sum.Plus(n); sum.hi >= most || sum.Sign() < 0 || n.Sign() < 0 {
				return nil, fmt.Errorf("the paths sum to more than can be counted")
			}
		}
		if n := len(t.Paths); n > 0 && slices.Equal(t.Paths[n-1].Channels, p.Channels) {
			last := &t.Paths[n-1]
			last.Conversions, last.Null, last.Value = last.Conversions.Plus(p.Conversions), last.Null.Plus(p.Null), last.Value.Plus(p.Value)
			continue
		}
		t.Paths = append(t.Paths, p)
	}
	t.gather()
	return t, nil
}

// gather puts the channels of all paths one behind the other, in the order in which they are read.
func (t *Table) gather() {
	n := 0
	for i := range t.Paths {
		n += len(t.Paths[i].Channels)
	}
	all := make([]uint16, 0, n)
	for i := range t.Paths {
		p := &t.Paths[i]
		all = append(all, p.Channels...)
		p.Channels = all[len(all)-len(p.Channels):]
	}
}

// most is a bound of all numbers together, 1.3e15, under which nothing overflows that sums each of them as often as its path has touches.
const most = 1 << 46

// Totals are all conversions and their value.
func (t *Table) Totals() (conversions, value float64) {
	c, v := t.totals(0)
	return c.Float64(), v.Float64()
}

// totals are those of the paths with so many channels at least.
func (t *Table) totals(least int) (conversions, value Decimal) {
	for i := range t.Paths {
		if p := &t.Paths[i]; len(p.Channels) >= least {
			conversions, value = conversions.Plus(p.Conversions), value.Plus(p.Value)
		}
	}
	return conversions, value
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

// shares is, of each channel, what is divided in so many equal parts, summed before it is divided: exact, in any order.
type shares []map[int]*[2]Decimal

func (s shares) add(channel uint16, parts, times int, p *Path) {
	if s[channel] == nil {
		s[channel] = map[int]*[2]Decimal{}
	}
	sums := s[channel][parts]
	if sums == nil {
		sums = new([2]Decimal)
		s[channel][parts] = sums
	}
	for range times {
		sums[0], sums[1] = sums[0].Plus(p.Conversions), sums[1].Plus(p.Value)
	}
}

func (s shares) rows(channels []string) []Row {
	out := make([]Row, len(channels))
	for c, name := range channels {
		out[c].Channel = name
		var sums [2]big.Rat
		for parts, of := range s[c] {
			whole := new(big.Int).Mul(big.NewInt(int64(parts)), big.NewInt(unit))
			for i := range sums {
				sums[i].Add(&sums[i], new(big.Rat).SetFrac(of[i].big(), whole))
			}
		}
		out[c].Conversions, _ = sums[0].Float64()
		out[c].Value, _ = sums[1].Float64()
	}
	return out
}

// First gives all to the first touch of a path.
func (t *Table) First() Result {
	return t.each("first", func(s shares, p *Path) { s.add(p.Channels[0], 1, 1, p) })
}

// Last gives all to the last touch.
func (t *Table) Last() Result {
	return t.each("last", func(s shares, p *Path) { s.add(p.Channels[len(p.Channels)-1], 1, 1, p) })
}

// Linear gives each touch the same.
func (t *Table) Linear() Result {
	return t.each("linear", func(s shares, p *Path) {
		for _, c := range p.Channels {
			s.add(c, len(p.Channels), 1, p)
		}
	})
}

// Shapley gives each different channel the same.
func (t *Table) Shapley() Result {
	return t.each("shapley", func(s shares, p *Path) {
		set := slices.Compact(slices.Sorted(slices.Values(p.Channels)))
		for _, c := range set {
			s.add(c, len(set), 1, p)
		}
	})
}

func (t *Table) each(model string, add func(shares, *Path)) Result {
	s, r := make(shares, len(t.Channels)), Result{Model: model}
	for i := range t.Paths {
		if p := &t.Paths[i]; len(p.Channels) > 0 && (p.Conversions.Sign() != 0 || p.Value.Sign() != 0) {
			add(s, p)
		}
	}
	r.Rows = s.rows(t.Channels)
	r.Conversions, r.Value = t.unattributed()
	return r
}

// unattributed are the conversions of the path without a channel.
func (t *Table) unattributed() (conversions, value float64) {
	if len(t.Paths) == 0 || len(t.Paths[0].Channels) > 0 { // it is the first in their order
		return 0, 0
	}
	return t.Paths[0].Conversions.Float64(), t.Paths[0].Value.Float64()
}
