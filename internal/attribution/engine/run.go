package engine

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
)

// Deal is a conversion of a person. Instants are nanoseconds since 1970, UTC, or Unknown.
type Deal struct {
	ID          string
	Person      uint32
	End         int64 // the last instant that counts
	LeadCreated int64
	DealCreated int64
	Since       int64  // touches at or before it belong to an earlier deal
	Won         int64  // when it was won, for Reset
	Lasts       int64  // with BeforeEnd: so long before End the conversion began, 0 where End is its very instant; -1: touches at End count all the same
	Minor       int64  // may be below zero
	RefundOf    string // the deal whose path and weights these are; "": its own
}

// weighed is the id by which equal rests are told apart: a refund takes its units back where its deal gave them.
func (d *Deal) weighed() string {
	if d.RefundOf != "" {
		return d.RefundOf
	}
	return d.ID
}

// Options say how deals are credited.
type Options struct {
	Models   []attribution.Model
	Lookback attribution.Lookback
	Workers  int // 0: as many as there are processors
	// BeforeEnd: what happens at the very instant of a deal, or on its day where only that is known, is the conversion itself and no touch. The window is
	// measured from its end all the same.
	BeforeEnd bool
	Collapse  bool // as those of attribution.Trim
	Steps     int
}

// Sums is the credit of all deals under one model.
type Sums struct {
	Model        attribution.Model
	Labels       []int64 // by the number of the label
	Unattributed int64
}

// Total is the amounts of the deals.
func (s Sums) Total() int64 {
	sum := s.Unattributed
	for _, minor := range s.Labels {
		sum += minor
	}
	return sum
}

// Credit is what the touches of one name hold together; the empty name is that of touches of which it is not recorded.
type Credit struct {
	Name  string
	Minor int64
}

// By adds up sums by a field of the labels, in the order of the names. With what is unattributed they are the total, whatever the field.
func (t *Touches) By(by attribution.By, s Sums) []Credit {
	sums := map[string]int64{}
	for i := range t.Labels {
		sums[t.Labels[i].Of(by)] += s.Labels[i]
	}
	out := make([]Credit, 0, len(sums))
	for name, minor := range sums {
		out = append(out, Credit{name, minor})
	}
	slices.SortFunc(out, func(a, b Credit) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Run credits the deals under each model. An error: amounts that together exceed what can be counted.
func (t *Touches) Run(deals []Deal, o Options) ([]Sums, error) {
	if err := countable(deals); err != nil {
		return nil, err
	}
	deals = t.byPerson(deals)
	plans := t.plans(o)
	workers := workersOf(o, len(deals))
	parts := make([][]Sums, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			parts[w] = t.credit(deals[len(deals)*w/workers:len(deals)*(w+1)/workers], plans, o)
		})
	}
	wait.Wait()
	out := parts[0]
	for _, part := range parts[1:] {
		for m := range part {
			out[m].Unattributed += part[m].Unattributed
			for l, minor := range part[m].Labels {
				out[m].Labels[l] += minor
			}
		}
	}
	return out, nil
}

func workersOf(o Options, deals int) int {
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return max(1, min(workers, deals/256+1))
}

// byPerson are the deals in the order of their persons, so that the columns are read from one end to the other.
func (t *Touches) byPerson(deals []Deal) []Deal {
	if slices.IsSortedFunc(deals, func(a, b Deal) int { return cmp.Compare(a.Person, b.Person) }) {
		return deals
	}
	next := make([]uint32, len(t.from))
	for i := range deals {
		next[deals[i].Person+1]++
	}
	for p := 1; p < len(next); p++ {
		next[p] += next[p-1]
	}
	out := make([]Deal, len(deals))
	for i := range deals {
		at := &next[deals[i].Person]
		out[*at] = deals[i]
		*at++
	}
	return out
}

// countable: no sum of parts of the amounts can overflow.
func countable(deals []Deal) error {
	var sum uint64
	for i := range deals {
		var carry uint64
		if sum, carry = bits.Add64(sum, magnitude(deals[i].Minor), 0); carry != 0 || sum > math.MaxInt64 {
			return fmt.Errorf("the amounts up to deal %q sum to more than can be counted; split the file", deals[i].ID)
		}
	}
	return nil
}

func (t *Touches) credit(deals []Deal, plans []plan, o Options) []Sums {
	sums := make([]Sums, len(plans))
	for m := range plans {
		sums[m] = Sums{Model: plans[m].model, Labels: make([]int64, len(t.Labels))}
	}
	s := newScratch(t, o)
	for i := range deals {
		s.begin(&deals[i])
		for m := range plans {
			s.sum(&plans[m], &sums[m])
		}
	}
	return sums
}

// path is the touches of a deal that count: from first to the one before end, of which the first outside ones are before the window.
type path struct {
	first, end, outside int
}

// pathOf finds the touches up to the deal's end.
func (t *Touches) pathOf(d *Deal, o *Options) path {
	from, to := int(t.from[d.Person]), int(t.from[d.Person+1])
	if d.End == Unknown {
		return path{from, from, 0}
	}
	last := d.End
	if o.BeforeEnd {
		last -= d.Lasts + 1
	}
	p := path{first: from, end: from + after(t.at[from:to], last)}
	if d.Since != Unknown {
		p.first += after(t.at[from:p.end], d.Since)
	}
	return p
}

// before is how many touches of a path are before an instant.
func (t *Touches) before(p path, instant int64) int { return after(t.at[p.first:p.end], instant-1) }

// after is the number of instants at or before the given one.
func after(at []int64, instant int64) int {
	low, high := 0, len(at)
	for low < high {
		if mid := int(uint(low+high) >> 1); at[mid] > instant {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// opener gives the first instant of the window that ends at an instant. It remembers the last day of a calendar that was asked for.
func opener(w attribution.Lookback) func(int64) (int64, bool) {
	if length, exact := w.Span.Duration(); exact && !w.Span.IsZero() {
		return func(end int64) (int64, bool) {
			if end < math.MinInt64+int64(length) {
				return math.MinInt64 + 1, true
			}
			return end - int64(length), true
		}
	}
	return func(end int64) (int64, bool) {
		at, limited := w.Opens(time.Unix(0, end))
		return at.UnixNano(), limited
	}
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
