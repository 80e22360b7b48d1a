package fees

import (
	"cmp"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// dealWindow is a deal and the day in whose window of limits a line of it counts: a refund counts in that of the revenue that it gives back.
type dealWindow struct {
	deal string
	on   cal.Date
}

func inDealsOrder(a, b dealWindow) int { return cmp.Or(cmp.Compare(a.deal, b.deal), a.on.Cmp(b.on)) }

// paid is what was charged of a deal for a month: by its locked statement, by corrections since, and what the agency gave up of those.
type paid struct{ statement, corrections, given, credited int64 }

func (p paid) sum() int64 { return p.statement + p.corrections }

// difference is what a deal owes for a month in a window, and what was paid of it.
type difference struct {
	dealWindow
	owed *owedDeal // nil: nothing
	paid paid
	next int32 // of the same deal, in another window; counted from 1, 0: none
}

func (d *difference) move() (minor, credited int64) {
	minor, credited = -d.paid.sum(), -d.paid.credited
	if d.owed != nil {
		minor, credited = minor+d.owed.minor, credited+d.owed.credited
	}
	return minor, credited
}

// differences are those of one month, to be found by the place of their deal.
type differences struct {
	list  []difference
	first []int32          // by place: in list, counted from 1
	other map[string]int32 // of deals that are not in the evidence
	used  []int
}

// clear makes room for so many deals.
func (t *differences) clear(deals int) {
	if len(t.first) < deals {
		t.first = make([]int32, deals)
	}
	for _, at := range t.used {
		t.first[at] = 0
	}
	clear(t.other)
	t.list, t.used = t.list[:0], t.used[:0]
}

// at finds or adds the difference of a deal; place is below 0 when it is not in the evidence.
func (t *differences) at(w dealWindow, place int) *difference {
	var first int32
	if place >= 0 {
		first = t.first[place]
	} else {
		first = t.other[w.deal]
	}
	for n := first; n > 0; n = t.list[n-1].next {
		if t.list[n-1].on == w.on {
			return &t.list[n-1]
		}
	}
	t.list = append(t.list, difference{dealWindow: w, next: first})
	n := int32(len(t.list))
	switch {
	case place >= 0:
		t.first[place] = n
		t.used = append(t.used, place)
	case t.other == nil:
		t.other = map[string]int32{w.deal: n}
	default:
		t.other[w.deal] = n
	}
	return &t.list[n-1]
}

// differing are the deals of which something else was paid for a month than is owed, in order.
func (m *shareMonth) differing(owed []owedDeal, month cal.Period) []difference {
	t := &m.shared(m.clause).table
	t.clear(len(m.index.deals))
	for i := range owed {
		t.at(owed[i].dealWindow, owed[i].at).owed = &owed[i]
	}
	paid := func(c *charge) *paid {
		place := -1
		if at, known := m.index.at[c.deal]; known {
			place = at
		}
		p := &t.at(dealWindow{c.deal, m.dayOf(*c)}, place).paid
		p.credited += c.credited + c.forgone
		return p
	}
	for _, r := range m.past.months[month] {
		for n := r.from; n < r.to; n++ {
			if c := &m.past.all[n]; c.kind != KindCorrection && c.deal != "" {
				paid(c).statement += c.minor
			}
		}
	}
	for _, n := range m.past.corrected[cal.MonthOf(month.From).String()] {
		if c := &m.past.all[n]; c.deal != "" && !c.balances() {
			p := paid(c)
			p.corrections += c.minor + c.given
			p.given += c.given
		}
	}
	out := t.list[:0]
	for _, d := range t.list {
		if minor, credited := d.move(); minor != 0 || credited != 0 {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b difference) int { return inDealsOrder(a.dealWindow, b.dealWindow) })
	return out
}
