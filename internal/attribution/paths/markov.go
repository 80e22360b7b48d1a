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
	var conversions, value int64
	for _, p := range t.Paths {
		if len(p.Channels) > 0 {
			conversions, value = conversions+p.Conversions, value+p.Value
		}
	}
	all, allValue := t.Totals()
	r.Conversions, r.Value = all-number(conversions), allValue-number(value)
	if conversions == 0 {
		r.Notes = append(r.Notes, "No path with a channel converted, so there is nothing to divide.")
		return r, nil
	}
	k := t.chain(order)
	s := newSolver(len(k.states))
	converts, earns := k.absorbed(k.visits(s, nil))
	k.effects(workers, r.Rows, converts, earns)
	r.divide(number(conversions), number(value))
	return r, nil
}

// effects computes the removal effect of each channel.
func (k *chain) effects(workers int, rows []Row, converts, earns float64) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	next := make(chan int)
	var wait sync.WaitGroup
	for range min(workers, len(rows)) {
		wait.Go(func() {
			s, closed := newSolver(len(k.states)), make([]bool, len(k.states))
			for c := range next {
				for i, of := range k.states {
					closed[i] = slices.Contains(of, uint16(c))
				}
				left, leftValue := k.absorbed(k.visits(s, closed))
				rows[c].Effect, rows[c].EffectOfValue = lost(converts, left), lost(earns, leftValue)
			}
		})
	}
	for c := range rows {
		next <- c
	}
	close(next)
	wait.Wait()
}

// lost is the part of the whole that is not left.
func lost(whole, left float64) float64 {
	if whole == 0 {
		return 0
	}
	return (whole - left) / whole
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
