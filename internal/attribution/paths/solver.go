package paths

import "math"

// solver solves z = b + z Q by BiCGSTAB (van der Vorst 1992), begun again from where it stops until nothing is left of the residual, or else by
// the plain sum of b Q^n, which always ends as every path does. Products are written so that no processor fuses them.
type solver struct {
	b, z, r, shadow, p, v, q, t []float64
}

func newSolver(states int) *solver {
	s := &solver{}
	for _, x := range []*[]float64{&s.b, &s.z, &s.r, &s.shadow, &s.p, &s.v, &s.q, &s.t} {
		*x = make([]float64, states)
	}
	return s
}

// enough is how small a residual is as good as none, in parts of the solution's largest part: what rounding leaves.
const enough = 2e-16

// solve begins with a guess, or with nothing.
func (s *solver) solve(k *chain, closed []bool, guess []float64) []float64 {
	clear(s.z)
	copy(s.z, guess)
	for i, shut := range closed {
		if shut {
			s.z[i] = 0
		}
	}
	left := math.Inf(1)
	for range 12 {
		before := left
		if left = s.residual(k, closed); left <= enough || left > before/2 && before <= 1e-12 {
			return s.z
		}
		s.improve(k, closed)
	}
	clear(s.z)
	for range 1_000_000 {
		if s.residual(k, closed) <= 1e-15 {
			break
		}
		for i := range s.z {
			s.z[i] += s.r[i]
		}
	}
	return s.z
}

// residual is r = b + z Q - z, and its largest part over the largest of z.
func (s *solver) residual(k *chain, closed []bool) float64 {
	k.apply(s.z, s.r, closed)
	most, largest := 0.0, 0.0
	for i := range s.r {
		s.r[i] = s.b[i] - s.r[i]
		most = max(most, math.Abs(s.r[i]))
		largest = max(largest, math.Abs(s.z[i]))
	}
	switch {
	case most == 0:
		return 0
	case largest == 0 || math.IsNaN(most) || math.IsInf(largest, 0):
		return math.Inf(1)
	}
	return most / largest
}

// apply is out = x - x Q over the open states.
func (k *chain) apply(x, out []float64, closed []bool) {
	copy(out, x)
	for s, z := range x {
		if z == 0 {
			continue
		}
		to, p := k.to[k.from[s]:k.from[s+1]], k.p[k.from[s]:k.from[s+1]]
		for i, t := range to {
			out[t] -= float64(p[i] * z)
		}
	}
	for i, shut := range closed {
		if shut {
			out[i] = 0
		}
	}
}

// improve runs one BiCGSTAB from the residual, and adds what it finds to z.
func (s *solver) improve(k *chain, closed []bool) {
	copy(s.shadow, s.r)
	clear(s.p)
	clear(s.v)
	rho, alpha, omega := 1.0, 1.0, 1.0
	var largest float64
	for i := range s.z {
		largest = max(largest, math.Abs(s.z[i]), math.Abs(s.b[i]))
	}
	least := enough * largest / 4
	for range 400 {
		before := rho
		if rho = dot(s.shadow, s.r); rho == 0 || omega == 0 {
			return
		}
		beta := rho / before * (alpha / omega)
		for i := range s.p {
			s.p[i] = s.r[i] + float64(beta*(s.p[i]-float64(omega*s.v[i])))
		}
		k.apply(s.p, s.v, closed)
		along := dot(s.shadow, s.v)
		if along == 0 {
			return
		}
		alpha = rho / along
		for i := range s.q {
			s.q[i] = s.r[i] - float64(alpha*s.v[i])
		}
		k.apply(s.q, s.t, closed)
		square := dot(s.t, s.t)
		if square == 0 {
			for i := range s.z {
				s.z[i] += float64(alpha * s.p[i])
			}
			return
		}
		omega = dot(s.t, s.q) / square
		for i := range s.z {
			s.z[i] += float64(alpha*s.p[i]) + float64(omega*s.q[i])
			s.r[i] = s.q[i] - float64(omega*s.t[i])
		}
		if left := dot(s.r, s.r); left <= least*least || math.IsNaN(left) {
			return
		}
	}
}

func dot(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i] * b[i])
	}
	return sum
}
