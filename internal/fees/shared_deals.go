package fees

import (
	"slices"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// sharedDeals are the deals of the evidence under one clause of a share: their events, the months in which those count, and what locked statements
// charged of them.
type sharedDeals struct {
	*drafter
	clause   string
	versions []*sharing // by version; nil: it has no such clause
	charged  chargedEvents
	limited  bool // a version limits what one deal pays

	events [][]event // by the place of the deal
	first  cal.Month // of months
	months [][]int32 // places of the deals that a month has to look at, in order
	always []int32   // and of those that every month has to look at: won on a day that nobody knows

	owed    map[cal.Date]*owedMonth // what is owed for each month as the evidence now says, by its first day
	next    cal.Month               // the first month of which that was not computed
	past    *charges                // what is owed for those before it
	room    []Line
	credits []creditedDeal
	table   differences
}

// shared are the deals under a clause. They are put together once.
func (d *drafter) shared(clause string) *sharedDeals {
	s := d.shares[clause]
	if s == nil {
		s = &sharedDeals{drafter: d, clause: clause, owed: map[cal.Date]*owedMonth{}, past: &charges{}}
		d.shares[clause] = s
		s.next = cal.MonthOf(d.agreement.Versions[0].Effective)
		s.first = cal.MonthOf(cal.Earlier(s.next.First(), d.facts.Period.From))
		s.govern()
		s.charged = chargedBefore(d, clause)
		s.gather()
	}
	return s
}

// sharing is a version with its clause of a share, and what is derived from it once.
type sharing struct {
	terms    contract.Terms
	share    contract.RevenueShare
	model    attribution.Model
	lookback attribution.Lookback
	path     attribution.Path
	earns    func(channel, provider string) bool

	carveOuts *carveOutList // nil: the clause has none
}

func (s *sharedDeals) govern() {
	versions := s.agreement.Versions
	s.versions = make([]*sharing, len(versions))
	for i := range versions {
		c, _ := versions[i].Clause(s.clause)
		share, ok := c.(contract.RevenueShare)
		if !ok {
			continue
		}
		g := &sharing{terms: versions[i], share: share}
		if !share.Attribution.None {
			g.model, g.lookback, g.path = modelOf(share.Attribution), lookbackOf(share.Attribution, g.terms.Zone), attribution.PathOf(share.Attribution, g.terms.Zone)
			g.earns = g.share.Attribution.Credits.Earns
		}
		if list := share.Eligible.CarveOut; list != "" {
			g.carveOuts = s.index.carveOutsOf(list)
		}
		s.versions[i] = g
		s.limited = s.limited || share.PerDealFloor.Set || share.PerDealCap.Set
	}
}

// sharingOn is the version that governs what is won on a day, with its clause; nil where it has none.
func (s *sharedDeals) sharingOn(day cal.Date) *sharing {
	for i := len(s.versions) - 1; i >= 0; i-- {
		if !day.Before(s.agreement.Versions[i].Effective) {
			return s.versions[i]
		}
	}
	return nil
}

// gather finds the events of all deals and the months up to the statement's that have to look at them: those in which an event counts or is dated,
// and those in which nobody knows whether a deal was won.
func (s *sharedDeals) gather() {
	s.events = make([][]event, len(s.index.deals))
	s.months = make([][]int32, max(0, monthsFrom(s.first, cal.MonthOf(s.facts.Period.From))+1))
	note := func(day cal.Date, at int) {
		list := &s.always
		if !day.IsZero() {
			n := monthsFrom(s.first, cal.MonthOf(day))
			if n < 0 || n >= len(s.months) {
				return
			}
			list = &s.months[n]
		}
		if n := len(*list); n == 0 || (*list)[n-1] != int32(at) {
			*list = append(*list, int32(at))
		}
	}
	var scratch, room []event
	for at, deal := range s.index.deals {
		if deal.Won && deal.ClosedOn.IsZero() || !deal.OutcomeKnown {
			note(deal.ClosedOn, at)
		}
		scratch = s.findEvents(at, scratch[:0])
		n := len(room)
		if cap(room)-n < len(scratch) {
			room, n = make([]event, 0, max(len(scratch), min(256, len(s.index.deals)-at))), 0
		}
		room = append(room, scratch...)
		s.events[at] = room[n:len(room):len(room)]
		for i := range scratch {
			note(scratch[i].counted, at)
			note(scratch[i].date, at)
		}
	}
}

// monthsFrom is how many months b is after a.
func monthsFrom(a, b cal.Month) int { return (b.Year-a.Year)*12 + int(b.Month) - int(a.Month) }

// in are the places of the deals that a month has to look at.
func (s *sharedDeals) in(month cal.Period) []int32 {
	var own []int32
	if n := monthsFrom(s.first, cal.MonthOf(month.From)); n >= 0 && n < len(s.months) {
		own = s.months[n]
	}
	if len(s.always) == 0 {
		return own
	}
	out := append(slices.Clone(s.always), own...)
	slices.Sort(out)
	return slices.Compact(out)
}

// before is what locked statements of other periods did with an event: which statement it was, and whether its line was conceded.
type before struct {
	statement int
	conceded  bool
}

// chargedEvents are the events that locked statements of other periods carried under a clause. A payment is charged once whatever deal it stands at.
type chargedEvents struct {
	first    []int32 // by the place of the deal: of its events in list, counted from 1
	list     []chargedEvent
	payments map[string]before
}

type chargedEvent struct {
	id   string
	next int32
	before
}

// What was conceded of a deal by one rule is not charged by the other: its closing, or a payment.
const (
	concededClosing = "(conceded closing)"
	concededPayment = "(conceded payment)"
)

func chargedBefore(d *drafter, clause string) chargedEvents {
	out := chargedEvents{first: make([]int32, len(d.index.deals)), list: make([]chargedEvent, 0, len(d.linesUnder(clause))), payments: map[string]before{}}
	for i, s := range d.facts.Settled {
		if s.Period == d.facts.Period {
			continue
		}
		for k := range s.Lines {
			l := &s.Lines[k]
			if l.Kind != KindDeal || l.Clause != clause {
				continue
			}
			at, known := d.index.at[l.Deal]
			for _, e := range l.Events {
				b := before{i, l.Conceded}
				if _, twice := out.payments[e]; e != wonEvent && !twice {
					out.payments[e] = b
				}
				if !known {
					continue
				}
				out.note(at, e, b)
				if l.Conceded && e == wonEvent {
					out.note(at, concededClosing, b)
				} else if l.Conceded {
					out.note(at, concededPayment, b)
				}
			}
		}
	}
	return out
}

func (c *chargedEvents) note(at int, event string, b before) {
	if _, known := c.of(at, event); !known {
		c.list = append(c.list, chargedEvent{event, c.first[at], b})
		c.first[at] = int32(len(c.list))
	}
}

func (c *chargedEvents) of(at int, event string) (before, bool) {
	for n := c.first[at]; n > 0; n = c.list[n-1].next {
		if c.list[n-1].id == event {
			return c.list[n-1].before, true
		}
	}
	return before{}, false
}

// chargedOn finds the locked statement of another period that charged this event, as itself or as the same payment at another deal.
func (s *sharedDeals) chargedOn(e *event) (before, bool) {
	if b, ok := s.charged.of(e.at, e.id); ok {
		return b, true
	}
	if e.payment == nil {
		return before{}, false
	}
	b, ok := s.charged.payments[e.id]
	return b, ok
}

// concededOn finds the locked statement on which the agency gave the event up.
func (s *sharedDeals) concededOn(e *event) (before, bool) {
	if b, ok := s.chargedOn(e); ok {
		return b, b.conceded
	}
	other := concededClosing
	if e.payment == nil {
		other = concededPayment
	}
	b, ok := s.charged.of(e.at, other)
	return b, ok && e.minor >= 0
}
