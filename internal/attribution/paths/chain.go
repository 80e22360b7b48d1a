package paths

import (
	"math/big"
	"slices"
)

// chain is an absorbing Markov chain. Its states are known by their channels, and what leads to a state that nobody was in is not there.
type chain struct {
	states  [][]uint16 // the channels of each state
	start   []float64  // probability of beginning in the state
	from    []int      // transitions out of state s: those from from[s] to from[s+1]
	to      []int32
	p       []float64 // their probabilities
	convert []float64 // probability of converting from the state
	earn    []float64 // what leaving the state earns on average
}

// counted is what was counted of a state.
type counted struct{ begun, out, converted, value int64 }

// edges of a chain, counted. The key is the state before and the state after.
type edges map[uint64]int64

// gram packs up to four channels in the key of a state: none is 0 in its sixteen bits.
func gram(channels []uint16) uint64 {
	var key uint64
	for _, c := range channels {
		key = key<<16 | uint64(c+1)
	}
	return key
}

// chain counts the transitions of the paths between states of so many channels. Counts are whole, so their order does not matter.
func (t *Table) chain(order int) *chain {
	k := &chain{}
	number := map[uint64]int32{}
	var all []counted
	between := edges{}
	var total int64
	state := func(channels []uint16) int32 {
		key := gram(channels)
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
		weight := p.Conversions + p.Null
		total += weight
		at := state(p.Channels[:min(order, n)])
		all[at].begun += weight
		for end := order + 1; end <= n; end++ {
			next := state(p.Channels[end-order : end])
			if next == at {
				continue
			}
			between[uint64(at)<<32|uint64(next)] += weight
			all[at].out += weight
			at = next
		}
		all[at].out += weight
		all[at].converted += p.Conversions
		all[at].value += p.Value
	}
	k.fill(all, between, total)
	return k
}

// fill computes the probabilities, each rounded once.
func (k *chain) fill(all []counted, between edges, total int64) {
	keys := make([]uint64, 0, len(between))
	for e := range between {
		keys = append(keys, e)
	}
	slices.Sort(keys)
	k.from = make([]int, len(all)+1)
	k.to, k.p = make([]int32, len(keys)), make([]float64, len(keys))
	for i, e := range keys {
		from := e >> 32
		k.to[i], k.p[i] = int32(uint32(e)), ratio(between[e], all[from].out)
		k.from[from+1] = i + 1
	}
	for s := range all {
		k.from[s+1] = max(k.from[s+1], k.from[s])
		k.start = append(k.start, ratio(all[s].begun, total))
		k.convert = append(k.convert, ratio(all[s].converted, all[s].out))
		k.earn = append(k.earn, ratio(all[s].value, all[s].out))
	}
}

// exactly is the largest whole number up to which a float64 knows all.
const exactly = 1 << 53

func ratio(a, b int64) float64 {
	switch {
	case b == 0:
		return 0
	case a <= exactly && a >= -exactly && b <= exactly:
		return float64(a) / float64(b)
	}
	out, _ := new(big.Rat).SetFrac64(a, b).Float64()
	return out
}

// visits are how often each state is visited on average, when the states that are closed end a path. It is the solution z of z = start + z Q over
// the states that are open.
func (k *chain) visits(s *solver, closed []bool) []float64 {
	for i, p := range k.start {
		if s.b[i] = p; closed != nil && closed[i] {
			s.b[i] = 0
		}
	}
	return s.solve(k, closed)
}

// absorbed is the probability of converting, and what a path earns on average.
func (k *chain) absorbed(visits []float64) (converts, earns float64) {
	for i, z := range visits {
		converts += float64(z * k.convert[i])
		earns += float64(z * k.earn[i])
	}
	return converts, earns
}
