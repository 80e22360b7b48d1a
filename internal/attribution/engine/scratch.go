package engine

import (
	"math/bits"
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// scratch is what a worker computes one deal in.
type scratch struct {
	touches *Touches
	deal    *Deal
	at      path
	edge    attribution.Edge

	weights []int64
	parts   []uint64 // of the magnitude of the amount
	rests   []uint64
	ties    []uint64
	tied    bool // the ties of the deal are computed
	order   []int
}

func (s *scratch) begin(t *Touches, d *Deal, at path) {
	s.touches, s.deal, s.at, s.tied = t, d, at, false
	if n := at.end - at.first; n > len(s.weights) {
		n += n / 2
		s.weights, s.parts, s.rests, s.ties = make([]int64, n), make([]uint64, n), make([]uint64, n), make([]uint64, n)
	}
}

// one adds the deal's credit under a model to the sums.
func (s *scratch) one(p *plan, sums *Sums) {
	n := s.at.end - s.at.first
	if n == s.at.outside && (n == 0 || s.edge == attribution.Renormalise) {
		sums.Unattributed += s.deal.Minor
		return
	}
	if i, only := p.holder(s.touches, s.at); only {
		if i < s.at.first+s.at.outside {
			sums.Unattributed += s.deal.Minor
		} else {
			sums.Channels[s.touches.channel[i]] += s.deal.Minor
		}
		return
	}
	if !s.apportion(p) {
		sums.Unattributed += s.deal.Minor
		return
	}
	channel := s.touches.channel[s.at.first:s.at.end]
	for i, part := range s.parts[:n] {
		minor := int64(part)
		if s.deal.Minor < 0 {
			minor = -minor
		}
		if i < s.at.outside {
			sums.Unattributed += minor
		} else {
			sums.Channels[channel[i]] += minor
		}
	}
}

// apportion divides the amount among the path into parts; false where no touch has a weight.
func (s *scratch) apportion(p *plan) bool {
	n := s.at.end - s.at.first
	weights := s.weights[:n]
	p.weigh(s.touches, s.deal, s.at, weights)
	if s.edge == attribution.Renormalise {
		clear(weights[:s.at.outside])
	}
	var sum uint64
	for _, w := range weights {
		sum += uint64(w)
	}
	if sum == 0 {
		return false
	}
	whole := magnitude(s.deal.Minor)
	left := whole
	parts, rests := s.parts[:n], s.rests[:n]
	if p.kind == attribution.Linear && sum == uint64(n) {
		quo, rem := whole/sum, whole%sum
		for i := range parts {
			parts[i], rests[i] = quo, rem
		}
		left = rem
	} else {
		for i, w := range weights {
			hi, lo := bits.Mul64(whole, uint64(w))
			var quo, rem uint64
			if hi == 0 {
				quo, rem = lo/sum, lo%sum
			} else {
				quo, rem = bits.Div64(hi, lo, sum)
			}
			parts[i], rests[i] = quo, rem
			left -= quo
		}
	}
	s.units(int(left))
	return true
}

// units gives what is left over to the parts with the largest rests, one each.
func (s *scratch) units(left int) {
	n := s.at.end - s.at.first
	if left == 0 {
		return
	}
	parts, rests := s.parts[:n], s.rests[:n]
	if n > 48 {
		s.order = s.order[:0]
		for i := range parts {
			s.order = append(s.order, i)
		}
		slices.SortFunc(s.order, func(a, b int) int {
			if s.goesBefore(a, b) {
				return -1
			}
			return 1
		})
		for _, i := range s.order[:left] {
			parts[i]++
		}
		return
	}
	var given uint64
	for range left {
		best := -1
		for i := range rests {
			if given&(1<<i) == 0 && (best < 0 || rests[i] > rests[best] || rests[i] == rests[best] && s.goesBefore(i, best)) {
				best = i
			}
		}
		given |= 1 << best
		parts[best]++
	}
}

// goesBefore says whether a takes a unit before b: the larger rest, then the smaller tie, then the earlier place.
func (s *scratch) goesBefore(a, b int) bool {
	if s.rests[a] != s.rests[b] {
		return s.rests[a] > s.rests[b]
	}
	if !s.tied {
		for i := range s.at.end - s.at.first {
			s.ties[i] = attribution.Tie(s.deal.ID, string(s.touches.id(s.at.first+i)))
		}
		s.tied = true
	}
	if s.ties[a] != s.ties[b] {
		return s.ties[a] < s.ties[b]
	}
	return a < b
}
