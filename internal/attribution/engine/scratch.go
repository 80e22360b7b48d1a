package engine

import (
	"math/bits"
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// scratch is what a worker computes one deal in.
type scratch struct {
	source  *Touches
	touches *Touches // in which the path stands: the source, or own
	own     Touches  // a path without repeats
	upTo    int      // of the source: the end of the path
	options Options
	opens   func(int64) (int64, bool)
	deal    *Deal
	at      path

	weights []int64
	parts   []uint64 // of the magnitude of the amount
	rests   []uint64
	ties    []uint64
	tied    bool // the ties of the deal are computed
	order   []int
	counts  []int64 // of a channel's touches in the path; all 0 between the deals
}

func newScratch(t *Touches, o Options) *scratch {
	return &scratch{source: t, touches: t, options: o, opens: opener(o.Lookback)}
}

// begin finds the path of a deal, and where its window opens.
func (s *scratch) begin(d *Deal) {
	s.deal, s.at, s.tied = d, s.source.pathOf(d, &s.options), false
	s.upTo = s.at.end
	var opens int64
	limited := false
	if s.at.end > s.at.first {
		opens, limited = s.opens(d.End)
	}
	if limited && s.options.Lookback.Edge == attribution.RePath {
		s.at.first += s.source.before(s.at, opens)
		limited = false
	}
	if s.options.Collapse {
		s.collapse()
	}
	if steps := s.options.Steps; steps > 0 {
		s.at.first = max(s.at.first, s.at.end-steps)
	}
	if limited {
		s.at.outside = s.touches.before(s.at, opens)
	}
	if n := s.at.end - s.at.first; n > len(s.weights) {
		n += n / 2
		s.weights, s.parts, s.rests, s.ties = make([]int64, n), make([]uint64, n), make([]uint64, n), make([]uint64, n)
	}
}

// collapse puts the path, without repeats, in columns of its own.
func (s *scratch) collapse() {
	t, own := s.source, &s.own
	own.Labels = t.Labels
	own.at, own.label, own.idFrom, own.ids, own.leads, own.deals = own.at[:0], own.label[:0], own.idFrom[:0], own.ids[:0], own.leads[:0], own.deals[:0]
	for i := s.at.first; i < s.at.end; i++ {
		_, lead := slices.BinarySearch(t.leads, uint32(i))
		_, deal := slices.BinarySearch(t.deals, uint32(i))
		if i > s.at.first && !lead && !deal && t.alike(i-1, i) {
			continue
		}
		if n := uint32(len(own.at)); lead {
			own.leads = append(own.leads, n)
		} else if deal {
			own.deals = append(own.deals, n)
		}
		own.at, own.label, own.idFrom, own.ids = append(own.at, t.at[i]), append(own.label, t.label[i]), append(own.idFrom, uint32(len(own.ids))), append(own.ids, t.id(i)...)
	}
	own.idFrom = append(own.idFrom, uint32(len(own.ids)))
	s.touches, s.at = own, path{end: len(own.at)}
}

// alike says whether two touches are of one channel and one provider.
func (t *Touches) alike(a, b int) bool {
	x, y := &t.Labels[t.label[a]], &t.Labels[t.label[b]]
	return x.Channel == y.Channel && x.Provider == y.Provider
}

// holders say who holds a deal's amount under a model.
type holders int

const (
	nobody holders = iota // it is unattributed
	one                   // touch
	some                  // the parts say how much of each touch of the path
)

// divide divides the deal's amount under a model.
func (s *scratch) divide(p *plan) (who holders, touch int) {
	n := s.at.end - s.at.first
	if n == s.at.outside && (n == 0 || s.options.Lookback.Edge == attribution.Renormalise) {
		return nobody, 0
	}
	if i, only := p.holder(s.touches, s.at); only {
		if i < s.at.first+s.at.outside {
			return nobody, 0
		}
		return one, i
	}
	if !s.apportion(p) {
		return nobody, 0
	}
	return some, 0
}

// minor is the credit of a part.
func (s *scratch) minor(part uint64) int64 {
	if s.deal.Minor < 0 {
		return -int64(part)
	}
	return int64(part)
}

// sum adds the deal's credit under a model to the sums.
func (s *scratch) sum(p *plan, sums *Sums) {
	switch who, touch := s.divide(p); who {
	case nobody:
		sums.Unattributed += s.deal.Minor
	case one:
		sums.Labels[s.touches.label[touch]] += s.deal.Minor
	case some:
		label := s.touches.label[s.at.first:s.at.end]
		for i, part := range s.parts[:len(label)] {
			if minor := s.minor(part); i < s.at.outside {
				sums.Unattributed += minor
			} else {
				sums.Labels[label[i]] += minor
			}
		}
	}
}

// apportion divides the amount among the path into parts; false where no touch has a weight.
func (s *scratch) apportion(p *plan) bool {
	n := s.at.end - s.at.first
	weights := s.weights[:n]
	p.weigh(s, weights)
	if s.options.Lookback.Edge == attribution.Renormalise {
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
			s.ties[i] = attribution.Tie(s.deal.weighed(), string(s.touches.id(s.at.first+i)))
		}
		s.tied = true
	}
	if s.ties[a] != s.ties[b] {
		return s.ties[a] < s.ties[b]
	}
	return a < b
}
