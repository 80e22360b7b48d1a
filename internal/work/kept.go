package work

import (
	"cmp"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Compliance is how a promise was kept in a month.
type Compliance struct {
	Promise string         `json:"promise"`
	By      contract.Party `json:"by"`
	Kept    int            `json:"kept"`
	Missed  int            `json:"missed"`
	Excused int            `json:"excused"` // missed, and it does not count
	Open    int            `json:"open"`    // not settled at the end of the month
}

// Share of those that count which were kept; ok is false when none counts.
func (c Compliance) Share() (share money.Ratio, ok bool) {
	if c.Kept+c.Missed == 0 {
		return money.Ratio{}, false
	}
	return money.NewRatio(int64(c.Kept), int64(c.Kept+c.Missed)), true
}

// ShareWithExcused is the share of all that were kept, as if nothing were excused; ok is false when there is none.
func (c Compliance) ShareWithExcused() (share money.Ratio, ok bool) {
	c.Missed += c.Excused
	return c.Share()
}

// Settled is a clock of a request, and whether its miss is excused.
type Settled struct {
	Clock
	Excused bool
}

// InMonth counts the clocks of a month, by promise: one that was kept in the month in which it stopped, one that was missed in that in which its time was over.
func InMonth(clocks []Settled, m cal.Month, zone *time.Location) []Compliance {
	begin, end := m.First().Start(zone), m.Next().First().Start(zone)
	by := map[string]*Compliance{}
	for i := range clocks {
		c := &clocks[i]
		of := by[c.Promise]
		if of == nil {
			of = &Compliance{Promise: c.Promise, By: c.By}
			by[c.Promise] = of
		}
		in := func(at time.Time) bool { return !at.Before(begin) && at.Before(end) }
		switch {
		case c.State == Missed && in(c.Late) && c.Excused:
			of.Excused++
		case c.State == Missed && in(c.Late):
			of.Missed++
		case c.State == Kept && in(c.Stopped):
			of.Kept++
		case c.Started.Before(end) && c.State != Ended && (c.Stopped.IsZero() || !c.Stopped.Before(end)) && (c.Late.IsZero() || !c.Late.Before(end)):
			of.Open++
		}
	}
	var out []Compliance
	for _, of := range by {
		if *of != (Compliance{Promise: of.Promise, By: of.By}) {
			out = append(out, *of)
		}
	}
	slices.SortFunc(out, func(a, b Compliance) int { return cmp.Compare(a.Promise, b.Promise) })
	return out
}
