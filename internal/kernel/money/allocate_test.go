package money

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAllocate(t *testing.T) {
	for _, c := range []struct {
		total   int64
		weights []int64
		tie     []uint64
		want    []int64
	}{
		{100, []int64{1, 1, 1}, nil, []int64{34, 33, 33}},
		{100, []int64{1, 1, 1}, []uint64{3, 2, 1}, []int64{33, 33, 34}},
		{-100, []int64{1, 1, 1}, []uint64{3, 2, 1}, []int64{-33, -33, -34}},
		{1_000, []int64{5, 3, 2}, nil, []int64{500, 300, 200}},
		{10, []int64{0, 7, 0}, nil, []int64{0, 10, 0}},
		{0, []int64{1, 2}, nil, []int64{0, 0}},
		{1, []int64{1, 2}, nil, []int64{0, 1}},
		{math.MinInt64, []int64{1}, nil, []int64{math.MinInt64}},
		{math.MaxInt64, []int64{math.MaxInt64, math.MaxInt64}, nil, []int64{math.MaxInt64/2 + 1, math.MaxInt64 / 2}},
	} {
		if got := Allocate(c.total, c.weights, c.tie); !slices.Equal(got, c.want) {
			t.Errorf("%d by %v: %v, want %v", c.total, c.weights, got, c.want)
		}
	}
}

var anyWeights = rapid.Custom(func(t *rapid.T) []int64 {
	weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, math.MaxInt64/32)), 1, 30).Draw(t, "weights")
	weights[rapid.IntRange(0, len(weights)-1).Draw(t, "never nothing")]++
	return weights
})

func TestPartsSumToTheWholeAndAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total, weights := rapid.Int64().Draw(t, "total"), anyWeights.Draw(t, "weights")
		parts := Allocate(total, weights, nil)
		sum, whole := new(big.Int), new(big.Int)
		for i, p := range parts {
			sum.Add(sum, big.NewInt(p))
			whole.Add(whole, big.NewInt(weights[i]))
		}
		if sum.Cmp(big.NewInt(total)) != 0 {
			t.Fatalf("parts sum to %s", sum)
		}
		for i, p := range parts {
			// |p*whole - total*weight| < whole: less than one unit from the exact part.
			off := new(big.Int).Mul(big.NewInt(p), whole)
			off.Sub(off, new(big.Int).Mul(big.NewInt(total), big.NewInt(weights[i])))
			if off.CmpAbs(whole) >= 0 {
				t.Fatalf("part %d is a unit or more off", i)
			}
			if weights[i] == 0 && p != 0 {
				t.Fatalf("weight 0 got %d", p)
			}
		}
	})
}

func TestNegativeTotalIsTheMirror(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total, weights := rapid.Int64Range(0, math.MaxInt64).Draw(t, "total"), anyWeights.Draw(t, "weights")
		tie := rapid.SliceOfN(rapid.Uint64(), len(weights), len(weights)).Draw(t, "tie")
		plus, minus := Allocate(total, weights, tie), Allocate(-total, weights, tie)
		for i := range plus {
			if plus[i] != -minus[i] {
				t.Fatalf("%v against %v", plus, minus)
			}
		}
	})
}

func TestOrderDoesNotMatterWithDistinctTies(t *testing.T) {
	type part struct {
		weight int64
		tie    uint64
		got    int64
	}
	rapid.Check(t, func(t *rapid.T) {
		total, weights := rapid.Int64().Draw(t, "total"), anyWeights.Draw(t, "weights")
		ties := rapid.SliceOfNDistinct(rapid.Uint64(), len(weights), len(weights), rapid.ID).Draw(t, "ties")
		order := make([]int, len(weights))
		for i := range order {
			order[i] = i
		}
		allocate := func(order []int) []part {
			w, s := make([]int64, len(order)), make([]uint64, len(order))
			for at, i := range order {
				w[at], s[at] = weights[i], ties[i]
			}
			out := make([]part, len(order))
			for at, p := range Allocate(total, w, s) {
				out[order[at]] = part{w[at], s[at], p}
			}
			return out
		}
		if a, b := allocate(order), allocate(rapid.Permutation(order).Draw(t, "order")); !slices.Equal(a, b) {
			t.Fatalf("%v against %v", a, b)
		}
	})
}

func mustPanic(t *testing.T, name string, call func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", name)
		}
	}()
	call()
}

func TestAllocateRefusesDefects(t *testing.T) {
	mustPanic(t, "nobody", func() { Allocate(1, nil, nil) })
	mustPanic(t, "all zero", func() { Allocate(1, []int64{0, 0}, nil) })
	mustPanic(t, "negative", func() { Allocate(1, []int64{2, -1}, nil) })
	mustPanic(t, "ties of another length", func() { Allocate(1, []int64{1, 1}, []uint64{1}) })
	mustPanic(t, "weights overflow", func() { Allocate(1, []int64{math.MaxInt64, math.MaxInt64, 2}, nil) })
}
