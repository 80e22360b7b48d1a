package paths

// effectsOfOne computes the removal effects of a chain of order 1 from one inverse: with N = (I - Q)^-1 and x = N r,
// effect(c) = N[0,c] / N[c,c] * x[c] / x[0]. The inverse is found without a subtraction, so that its smallest part is as good as its largest:
// what is eliminated leaves 1 - q as the sum of where else it leads (Grassmann, Taksar, Heyman 1985).
func (k *chain) effectsOfOne(rows []Row) {
	n := len(k.states)
	inverse := k.inverse()
	visits := make([]float64, n) // from the start
	comes, earns := make([]float64, n), make([]float64, n)
	var whole, wholeValue float64
	for i, p := range k.start {
		row := inverse[i*n : i*n+n]
		for c, v := range row {
			visits[c] += float64(p * v)
			comes[i] += float64(v * k.convert[c])
			earns[i] += float64(v * k.earn[c])
		}
		whole += float64(p * comes[i])
		wholeValue += float64(p * earns[i])
	}
	for i, of := range k.states {
		reached := visits[i] / inverse[i*n+i]
		row := &rows[of[0]]
		row.Effect, row.EffectOfValue = part(float64(reached*comes[i]), whole), part(float64(reached*earns[i]), wholeValue)
	}
}

// inverse is (I - Q)^-1, row by row. States are taken out one after the other; then they come back.
func (k *chain) inverse() []float64 {
	n := len(k.states)
	q, ends := make([]float64, n*n), make([]float64, n) // of a state: where it leads, and with what probability it ends
	for s := range n {
		for i := k.from[s]; i < k.from[s+1]; i++ {
			q[s*n+int(k.to[i])] = k.p[i]
		}
		ends[s] = k.ends[s]
	}
	stay := make([]float64, n) // 1 / (1 - q[s,s]) when s is taken out
	for s := range n {
		row := q[s*n : s*n+n]
		away := ends[s]
		for _, p := range row[s+1:] {
			away += p
		}
		stay[s] = 1 / away
		for i := s + 1; i < n; i++ {
			through := float64(q[i*n+s] * stay[s])
			if through == 0 {
				continue
			}
			q[i*n+s] = through
			other := q[i*n : i*n+n]
			for j := s + 1; j < n; j++ {
				other[j] += float64(through * row[j])
			}
			ends[i] += float64(through * ends[s])
		}
	}
	return solveRows(q, stay, n)
}

// solveRows multiplies out the factors: I - Q = L U, with L[i,s] = -q[i,s] below the diagonal, U[s,j] = -q[s,j] above it and 1/stay on it.
func solveRows(q, stay []float64, n int) []float64 {
	out := make([]float64, n*n)
	for i := range n {
		out[i*n+i] = 1
	}
	for i := range n { // L y = e, all columns at once
		for s := range i {
			if f := q[i*n+s]; f != 0 {
				for j := 0; j <= s; j++ {
					out[i*n+j] += float64(f * out[s*n+j])
				}
			}
		}
	}
	for i := n - 1; i >= 0; i-- { // U x = y
		row := out[i*n : i*n+n]
		for s := i + 1; s < n; s++ {
			if f := q[i*n+s]; f != 0 {
				for j, v := range out[s*n : s*n+n] {
					row[j] += float64(f * v)
				}
			}
		}
		for j := range row {
			row[j] *= stay[i]
		}
	}
	return out
}
