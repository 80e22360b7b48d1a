package work

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// FewestAlike is how many clocks of the past that ran for longer than one that runs has to be known to say anything of it.
const FewestAlike = 5

// alike are the clocks that tell something of each other: of one promise under one priority.
type alike struct {
	promise  string
	priority contract.Priority
}

// Past is how much time clocks used that came to their end, kept or missed, by promise and priority.
type Past map[alike][]time.Duration

// Add takes one that used so much time. Sort follows after the last.
func (p Past) Add(promise string, priority contract.Priority, used time.Duration) {
	k := alike{promise, priority}
	p[k] = append(p[k], used)
}

// Sort brings what was added into the order in which Foresee looks at it.
func (p Past) Sort() {
	for _, used := range p {
		slices.Sort(used)
	}
}

// PastOf is what clocks tell of others: those that were kept or missed, and have stopped.
func PastOf(clocks []Clock) Past {
	p := Past{}
	for i := range clocks {
		if c := &clocks[i]; (c.State == Kept || c.State == Missed) && !c.Stopped.IsZero() {
			p.Add(c.Promise, c.Priority, c.Elapsed)
		}
	}
	p.Sort()
	return p
}

// Likely is what the past tells of a clock that runs: of how many that used more time than it has so far, and how many of those used more than it is given, so
// that with them it would be missed.
type Likely struct {
	Of     int `json:"of"`
	Longer int `json:"longer"`
}

// Known says whether there are enough of them to tell.
func (l Likely) Known() bool { return l.Of >= FewestAlike }

// Late says that more than half of them would have been missed; false where it is not known.
func (l Likely) Late() bool { return l.Known() && 2*l.Longer > l.Of }

// Foresee counts, among the clocks of the same promise and priority, those that used more time than this one has, and of them those that used more than it is
// given. Nothing is told of a clock that does not run.
func (p Past) Foresee(c *Clock) Likely {
	if c.State != Running {
		return Likely{}
	}
	used := p[alike{c.Promise, c.Priority}]
	above := func(d time.Duration) int {
		return len(used) - sort.Search(len(used), func(i int) bool { return used[i] > d })
	}
	return Likely{Of: above(c.Elapsed), Longer: above(c.Allowed)}
}

// Words explain the number: "of 24 like this that took more than 2 h, 18 took longer than what is left"; or that there is not enough to tell.
func (l Likely) Words(c *Clock) string {
	if !l.Known() {
		return fmt.Sprintf("not enough to tell: %d like this took more than %s, and %d are needed", l.Of, cal.Length(c.Elapsed), FewestAlike)
	}
	return fmt.Sprintf("of %d like this that took more than %s, %d took longer than what is left", l.Of, cal.Length(c.Elapsed), l.Longer)
}

// Short is the same for a list; empty where it is not known.
func (l Likely) Short() string {
	if !l.Known() {
		return ""
	}
	return fmt.Sprintf("%d of %d like it took longer", l.Longer, l.Of)
}
