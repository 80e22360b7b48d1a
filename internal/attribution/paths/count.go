package paths

import (
	"slices"
	"sync"
)

// counted is what was counted of a state.
type counted struct{ begun, out, ended, converted, value Decimal }

// edge is a transition between states with its count.
type edge struct {
	from, to int32
	n        Decimal
}

// chain counts the transitions of the paths between states of so many channels. Counts are exact, so their order does not matter.
func (t *Table) chain(order, workers int) *chain {
	size, dense := 1, true
	for range order + 1 {
		if size *= len(t.Channels) + 1; size > mostDense {
			dense = false
			break
		}
	}
	if dense {
		return t.countDense(order, workers, size)
	}
	return t.countSparse(order)
}

// mostDense is the largest number of possible transitions that are counted in a table, not looked up.
const mostDense = 1 << 22

// table counts transitions by the channels of the state and the one after them, as digits of one number. A state of fewer channels has zeros
// before them.
type table struct {
	base, top int // top: of the state's first digit
	edges     []Decimal
	ends      []counted // by state
	total     Decimal
}

func (t *Table) countDense(order, workers, size int) *chain {
	base := len(t.Channels) + 1
	workers = max(1, min(workers, len(t.Paths)/(1<<12)))
	parts := make([]table, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			parts[w] = table{base, size / base / base, make([]Decimal, size), make([]counted, size/base), Decimal{}}
			for i := len(t.Paths) * w / workers; i < len(t.Paths)*(w+1)/workers; i++ {
				if p := &t.Paths[i]; len(p.Channels) > 0 {
					parts[w].take(p, order)
				}
			}
		})
	}
	wait.Wait()
	return parts[0].chain(parts[1:])
}

func (t *table) take(p *Path, order int) {
	weight := p.Conversions.Plus(p.Null)
	t.total = t.total.Plus(weight)
	at := 0
	for _, c := range p.Channels[:min(order, len(p.Channels))] {
		at = at*t.base + int(c) + 1
	}
	t.ends[at].begun = t.ends[at].begun.Plus(weight)
	for _, c := range p.Channels[min(order, len(p.Channels)):] {
		if next := at%t.top*t.base + int(c) + 1; next != at {
			e := &t.edges[at*t.base+int(c)+1]
			*e = e.Plus(weight)
			at = next
		}
	}
	last := &t.ends[at]
	last.ended, last.converted, last.value = last.ended.Plus(weight), last.converted.Plus(p.Conversions), last.value.Plus(p.Value)
}

// chain puts the parts of the count together, and keeps the states in which something was.
func (t *table) chain(others []table) *chain {
	for _, o := range others {
		for i, n := range o.edges {
			t.edges[i] = t.edges[i].Plus(n)
		}
		for i := range o.ends {
			e, f := &t.ends[i], &o.ends[i]
			e.begun, e.ended, e.converted, e.value = e.begun.Plus(f.begun), e.ended.Plus(f.ended), e.converted.Plus(f.converted), e.value.Plus(f.value)
		}
		t.total = t.total.Plus(o.total)
	}
	number := make([]int32, len(t.ends))
	k, all, edges := &chain{}, []counted(nil), []edge(nil)
	state := func(at int) int32 {
		if number[at] == 0 {
			var channels []uint16
			for digits := at; digits > 0; digits /= t.base {
				channels = append(channels, uint16(digits%t.base-1))
			}
			slices.Reverse(channels)
			k.states = append(k.states, channels)
			all = append(all, t.ends[at])
			number[at] = int32(len(k.states))
		}
		return number[at] - 1
	}
	for at := range t.ends {
		if e := &t.ends[at]; e.begun.Sign() != 0 || e.ended.Sign() != 0 {
			state(at)
		}
	}
	for i, n := range t.edges {
		if n.Sign() == 0 {
			continue
		}
		at := i / t.base
		edges = append(edges, edge{state(at), state(at%t.top*t.base + i%t.base), n})
	}
	k.fill(all, edges, t.total)
	return k
}

// countSparse counts where the possible transitions are too many for a table.
func (t *Table) countSparse(order int) *chain {
	k := &chain{}
	number, all := map[uint64]int32{}, []counted(nil)
	between := map[uint64]Decimal{}
	var total Decimal
	state := func(channels []uint16) int32 {
		var key uint64 // sixteen bits for each of at most four channels, 0 for none
		for _, c := range channels {
			key = key<<16 | uint64(c+1)
		}
		at, known := number[key]
		if !known {
			at = int32(len(all))
			number[key] = at
			all = append(all, counted{})
			k.states = append(k.states, channels)
		}
		return at
	}
	for i := range t.Paths {
		p := &t.Paths[i]
		n := len(p.Channels)
		if n == 0 {
			continue
		}
		weight := p.Conversions.Plus(p.Null)
		total = total.Plus(weight)
		at := state(p.Channels[:min(order, n)])
		all[at].begun = all[at].begun.Plus(weight)
		for end := order + 1; end <= n; end++ {
			if next := state(p.Channels[end-order : end]); next != at {
				key := uint64(at)<<32 | uint64(next)
				between[key] = between[key].Plus(weight)
				at = next
			}
		}
		last := &all[at]
		last.ended, last.converted, last.value = last.ended.Plus(weight), last.converted.Plus(p.Conversions), last.value.Plus(p.Value)
	}
	edges := make([]edge, 0, len(between))
	for key, n := range between {
		edges = append(edges, edge{int32(key >> 32), int32(uint32(key)), n})
	}
	k.fill(all, edges, total)
	return k
}

// fill computes the probabilities, each rounded once.
func (k *chain) fill(all []counted, edges []edge, total Decimal) {
	slices.SortFunc(edges, func(a, b edge) int {
		if a.from != b.from {
			return int(a.from - b.from)
		}
		return int(a.to - b.to)
	})
	for s := range all {
		all[s].out = all[s].ended
	}
	for _, e := range edges {
		all[e.from].out = all[e.from].out.Plus(e.n)
	}
	k.from = make([]int, len(all)+1)
	k.to, k.p = make([]int32, len(edges)), make([]float64, len(edges))
	for i, e := range edges {
		k.to[i], k.p[i] = e.to, ratio(e.n, all[e.from].out)
		k.from[e.from+1] = i + 1
	}
	for s := range all {
		of := &all[s]
		k.from[s+1] = max(k.from[s+1], k.from[s])
		k.start = append(k.start, ratio(of.begun, total))
		k.convert = append(k.convert, ratio(of.converted, of.out))
		k.ends = append(k.ends, ratio(of.ended, of.out))
		k.earn = append(k.earn, ratio(of.value, of.out))
	}
}
