package paths

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
)

// Markov divides by the removal effects of a chain of an order from 1 to 4, exactly. An error: another order.
func (t *Table) Markov(order, workers int) (Result, error) {
	if order < 1 || order > 4 {
		return Result{}, fmt.Errorf("a chain of order %d; write 1 to 4", order)
	}
	r := Result{Model: fmt.Sprintf("markov of order %d", order), Chain: true, Rows: make([]Row, len(t.Channels))}
	for c, name := range t.Channels {
		r.Rows[c].Channel = name
	}
	r.Conversions, r.Value = t.unattributed()
	conversions, value := t.totals(1)
	if conversions.Sign() == 0 {
		r.Notes = append(r.Notes, "No path with a channel converted, so there is nothing to divide.")
		return r, nil
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	k := t.chain(order, workers)
	if order == 1 {
		k.effectsOfOne(r.Rows)
	} else {
		k.effects(workers, r.Rows)
	}
	r.divide(conversions.Float64(), value.Float64())
	return r, nil
}

// effects computes the removal effect of each channel: what flows for the first time into the states that have it, times what comes of each of them
// with and without it, over what comes of all paths.
func (k *chain) effects(workers int, rows []Row) {
	comes, earns := k.outcomes()
	whole, wholeValue := 0.0, 0.0
	for i, p := range k.start {
		whole += float64(p * comes[i])
		wholeValue += float64(p * earns[i])
	}
	open := slices.Clone(k.visits(newSolver(len(k.states)), nil, nil))
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(workers, len(rows)) {
		wait.Go(func() {
			s, closed := newSolver(len(k.states)), make([]bool, len(k.states))
			for c := range next {
				for i, of := range k.states {
					closed[i] = slices.Contains(of, uint16(c))
				}
				through, throughValue := k.through(k.visits(s, closed, open), closed, comes, earns)
				rows[c].Effect, rows[c].EffectOfValue = part(through, whole), part(throughValue, wholeValue)
			}
		})
	}
	for c := range rows {
		next <- c
	}
	close(next)
	wait.Wait()
}

func part(of, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return of / whole
}

// divide gives each channel its effect over the sum of them, times the total.
func (r *Result) divide(conversions, value float64) {
	var sum, sumOfValue float64
	for _, row := range r.Rows {
		sum, sumOfValue = sum+row.Effect, sumOfValue+row.EffectOfValue
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		row.Conversions = row.Effect / sum * conversions
		if sumOfValue != 0 {
			row.Value = row.EffectOfValue / sumOfValue * value
		}
	}
	if value != 0 && math.Abs(sumOfValue) < 1e-12 {
		r.Notes = append(r.Notes, "The values of the paths cancel out, so their removal effects divide nothing.")
	}
}
