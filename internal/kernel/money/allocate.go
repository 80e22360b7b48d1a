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
	sum := sumWeights(weights)
	if tie != nil && len(tie) != len(weights) {
		panic(fmt.Sprintf("money: %d ties for %d weights", len(tie), len(weights)))
	}
	whole := magnitude(total)
	parts := make([]int64, len(weights))
	rests := make([]uint64, len(weights))
	left := whole
	for i, w := range weights {
		hi, lo := bits.Mul64(whole, uint64(w))
		quo, rem := bits.Div64(hi, lo, sum) // hi < sum because w <= sum and whole < 2^64
		parts[i], rests[i] = int64(quo), rem
		left -= quo
	}
	for _, i := range byLargestRest(rests, tie)[:left] {
		parts[i]++
	}
	if total < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts
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

func byLargestRest(rests, tie []uint64) []int {
	order := make([]int, len(rests))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if c := cmp.Compare(rests[b], rests[a]); c != 0 || tie == nil {
			return c
		}
		return cmp.Compare(tie[a], tie[b])
	})
	return order
}
