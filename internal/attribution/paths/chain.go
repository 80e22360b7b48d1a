package paths

import "slices"

// chain is an absorbing Markov chain. Its states are known by their channels, and what leads to a state that nobody was in is not there.
type chain struct {
	states  [][]uint16 // the channels of each state
	start   []float64  // probability of beginning in the state
	from    []int      // transitions out of state s: those from from[s] to from[s+1]
	to      []int32
	p       []float64 // their probabilities
	convert []float64 // probability of converting from the state
	earn    []float64 // what leaving the state earns on average
	ends    []float64 // probability that the path ends in the state, converted or not
}

// visits are how often each state is visited on average, when the states that are closed end a path. It is the solution z of z = start + z Q over
// the states that are open. The guess is what the visits are near to.
func (k *chain) visits(s *solver, closed []bool, guess []float64) []float64 {
	for i, p := range k.start {
		if s.b[i] = p; closed != nil && closed[i] {
			s.b[i] = 0
		}
	}
	return s.solve(k, closed, guess)
}

// through is what comes of the paths that visit a closed state, by the first that they visit.
func (k *chain) through(visits []float64, closed []bool, comes, earns []float64) (converts, value float64) {
	add := func(state int, p float64) {
		converts += float64(p * comes[state])
		value += float64(p * earns[state])
	}
	for s, p := range k.start {
		if closed[s] {
			add(s, p)
		}
	}
	for s, z := range visits {
		if z == 0 {
			continue
		}
		for i := k.from[s]; i < k.from[s+1]; i++ {
			if to := int(k.to[i]); closed[to] {
				add(to, float64(z*k.p[i]))
			}
		}
	}
	return converts, value
}

// outcomes are, of each state, the probability of converting at last, and what it earns at last: x = convert + Q x, and the same of what is earned.
func (k *chain) outcomes() (comes, earns []float64) {
	turned := k.turned()
	s := newSolver(len(k.states))
	copy(s.b, k.convert)
	comes = slices.Clone(s.solve(turned, nil, nil))
	copy(s.b, k.earn)
	return comes, slices.Clone(s.solve(turned, nil, nil))
}

// turned is the chain with every transition the other way round.
func (k *chain) turned() *chain {
	out := &chain{from: make([]int, len(k.from)), to: make([]int32, len(k.to)), p: make([]float64, len(k.p))}
	for _, to := range k.to {
		out.from[to+1]++
	}
	for s := range k.states {
		out.from[s+1] += out.from[s]
	}
	next := slices.Clone(out.from)
	for s := range k.states {
		for i := k.from[s]; i < k.from[s+1]; i++ {
			at := next[k.to[i]]
			out.to[at], out.p[at] = int32(s), k.p[i]
			next[k.to[i]]++
		}
	}
	return out
}
