package money

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// Allocate divides total into parts in proportion to the weights, by largest remainder: every part is rounded toward zero, and the units
// left over go one each to the parts with the largest rests. Equal rests are ordered by tie (smaller first), then by position; a nil
// tie means position alone. The parts sum to total, always; a negative total is the exact mirror of the positive one.
// It panics when a weight is negative, all are zero, the weights' sum overflows, or tie has another length: defects of the caller.
func Allocate(total int64, weights []int64, tie []uint64) []int64 {
	if tie == nil {
		return new(Allocation).Of(total, weights, nil)
	}
	if len(tie) != len(weights) {
		panic(fmt.Sprintf("money: %d ties for %d weights", len(tie), len(weights)))
	}
	return new(Allocation).Of(total, weights, func(i int) uint64 { return tie[i] })
}

// Allocation is Allocate for whoever divides many totals one after the other.
type Allocation struct {
	parts []int64
	rests []rest
}

// rest is what rounding toward zero left of a part.
type rest struct {
	units uint64 // of the weights' sum
	part  int
	tie   uint64 // where it decides
}

// Of is Allocate, where tie is asked only for parts that it decides between. The parts are good until the next call.
func (a *Allocation) Of(total int64, weights []int64, tie func(part int) uint64) []int64 {
	sum := sumWeights(weights)
	whole := magnitude(total)
	a.parts, a.rests = a.parts[:0], a.rests[:0]
	left := whole
	for i, w := range weights {
		hi, lo := bits.Mul64(whole, uint64(w))
		quo, rem := bits.Div64(hi, lo, sum) // hi < sum because w <= sum and whole < 2^64
		a.parts = append(a.parts, int64(quo))
		if rem > 0 {
			a.rests = append(a.rests, rest{units: rem, part: i})
		}
		left -= quo
	}
	if left > 0 { // fewer than there are rests, which sum to so many wholes
		a.largestFirst(int(left), tie)
	}
	for _, r := range a.rests[:left] {
		a.parts[r.part]++
	}
	if total < 0 {
		for i := range a.parts {
			a.parts[i] = -a.parts[i]
		}
	}
	return a.parts
}

func sumWeights(weights []int64) uint64 {
	var sum uint64
	for _, w := range weights {
		if w < 0 {
			panic(fmt.Sprintf("money: negative weight %d", w))
		}
		var carry uint64
		if sum, carry = bits.Add64(sum, uint64(w), 0); carry != 0 {
			panic("money: weights overflow")
		}
	}
	if sum == 0 {
		panic("money: nothing to allocate to: every weight is zero")
	}
	return sum
}

// largestFirst brings the rests that get a unit to the front. Among equal ones that do not all get one, the tie decides.
func (a *Allocation) largestFirst(left int, tie func(part int) uint64) {
	slices.SortFunc(a.rests, func(x, y rest) int { return cmp.Or(cmp.Compare(y.units, x.units), cmp.Compare(x.part, y.part)) })
	from, to := left, left
	for from > 0 && to < len(a.rests) && a.rests[from-1].units == a.rests[left].units {
		from--
	}
	for to < len(a.rests) && a.rests[to].units == a.rests[left].units {
		to++
	}
	if tie == nil || from == left {
		return
	}
	equal := a.rests[from:to]
	for i := range equal {
		equal[i].tie = tie(equal[i].part)
	}
	slices.SortStableFunc(equal, func(x, y rest) int { return cmp.Compare(x.tie, y.tie) })
}
