package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// charge is one line of an earlier month, as far as limits and corrections need it.
type charge struct {
	period cal.Period
	kind   LineKind
	deal   string
	events []string // of a locked statement's
	minor  int64
	given  int64    // what the agency gave up of it before the lock: not in minor
	waived int64    // what it gave up after the lock: in minor
	counts cal.Date // in whose window of limits it counts; zero: the month's own

	credited int64 // of a share with tiers or a baseline: the revenue that it credits, unless the agency gave it up before the lock
	forgone  int64 // and that of a line that it gave up
}

// charges are those of other months, with those of a month and of a deal at hand.
type charges struct {
	all       []charge
	months    map[cal.Period][]chargeRange
	corrected map[string][]int32 // corrections, by the month that they name
	dealLimit bool               // a floor or cap of one deal is among them
	ofDeal    map[string][]int32
	indexed   int // so many of all are in ofDeal
}

// chargeRange are the charges from one place to another.
type chargeRange struct{ from, to int32 }

// newCharges has room for the lines of statements.
func newCharges(settled []SettledStatement) *charges {
	lines := 0
	for _, s := range settled {
		lines += len(s.Lines)
	}
	return &charges{all: make([]charge, 0, lines), months: make(map[cal.Period][]chargeRange, len(settled))}
}

// settled adds what a locked statement charged under a clause.
func (c *charges) settled(s SettledStatement, clause string) {
	from := len(c.all)
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.Clause != clause || l.Kind == KindReleased {
			continue
		}
		one := charge{s.Period, l.Kind, l.Deal, l.Events, l.Minor, l.GivenUp, l.Waived, l.CountsOn, l.Credited, 0}
		if l.Conceded {
			one.credited, one.forgone = 0, l.Credited
		}
		c.all = append(c.all, one)
	}
	c.since(from, s.Period)
}

// computed adds what a month owes as the evidence now says.
func (c *charges) computed(m *shareMonth) {
	from := len(c.all)
	for i := range m.lines {
		l := &m.lines[i]
		c.all = append(c.all, charge{m.period, l.Kind, l.Deal, l.Events, l.Amount.Minor, 0, 0, l.CountsOn, l.Credited, 0})
	}
	c.since(from, m.period)
}

// since notes the charges of a month that were added last.
func (c *charges) since(from int, month cal.Period) {
	if c.months == nil {
		c.months = map[cal.Period][]chargeRange{}
	}
	c.months[month] = append(c.months[month], chargeRange{int32(from), int32(len(c.all))})
	for n := from; n < len(c.all); n++ {
		one := &c.all[n]
		c.dealLimit = c.dealLimit || one.kind == KindDealFloor || one.kind == KindDealCap
		if one.kind != KindCorrection {
			continue
		}
		if c.corrected == nil {
			c.corrected = map[string][]int32{}
		}
		for i, month := range one.events {
			if !slices.Contains(one.events[:i], month) {
				c.corrected[month] = append(c.corrected[month], int32(n))
			}
		}
	}
}

// of are the charges of a deal, by their places.
func (c *charges) of(deal string) []int32 {
	if c.ofDeal == nil {
		c.ofDeal = map[string][]int32{}
	}
	for ; c.indexed < len(c.all); c.indexed++ {
		if id := c.all[c.indexed].deal; id != "" {
			c.ofDeal[id] = append(c.ofDeal[id], int32(c.indexed))
		}
	}
	return c.ofDeal[deal]
}
