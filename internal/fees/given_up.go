package fees

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// standingDeal is what was charged of a deal to date.
type standingDeal struct {
	charged  int64 // with what was given up, which lines that balance it leave out
	most     int64 // the most that stood charged on the statements together: what went down and up again is not charged twice
	givenUp  int64
	balanced int64
}

func (m *shareMonth) standingOf(id string) standingDeal {
	var s standingDeal
	var last cal.Period
	for _, at := range m.past.of(id) {
		c := &m.past.all[at]
		s.givenUp += c.waived
		if c.balances() && slices.Contains(c.events, ofGivenUp) {
			s.balanced += c.minor
			continue
		}
		if c.period != last {
			s.most, last = max(s.most, s.charged), c.period
		}
		s.charged += c.minor
		if c.kind == KindCorrection {
			s.charged += c.given
			s.givenUp += c.given
		}
	}
	s.most = max(s.most, s.charged)
	return s
}

// balances says whether the charge keeps out what was given up, or charged before: it names the month of its own statement. It is no charge of a month,
// so no month is corrected by it.
func (c *charge) balances() bool {
	return c.kind == KindCorrection && len(c.events) > 0 && c.events[0] == cal.MonthOf(c.period.From).String()
}

// ofGivenUp marks the lines that keep out what was given up, among those that balance a deal.
const ofGivenUp = "given-up"

// withoutGivenUp keeps what the agency gave up of a deal out of what is taken back or charged for it.
func (m *shareMonth) withoutGivenUp() {
	given := map[string]bool{}
	for i := range m.past.all {
		if c := &m.past.all[i]; c.deal != "" && (c.waived > 0 || c.kind == KindCorrection && c.given > 0) {
			given[c.deal] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(given)) {
		s := m.standingOf(id)
		now, on := m.ofDeal(id)
		due := s.charged + now
		left := min(due, max(due, s.most)-s.givenUp)
		if move := left - (s.charged - s.givenUp + s.balanced) - now; move != 0 {
			m.lines = append(m.lines, m.givenUpLine(id, s.givenUp, move, on))
		}
	}
}

// ofDeal sums the lines of a deal, and gives the day on which the largest of them counts.
func (m *shareMonth) ofDeal(id string) (sum int64, on cal.Date) {
	var largest int64
	for i := range m.lines {
		l := &m.lines[i]
		if l.Deal != id {
			continue
		}
		sum += l.Amount.Minor
		if size := max(l.Amount.Minor, -l.Amount.Minor); size > largest {
			largest, on = size, l.CountsOn
		}
	}
	return sum, on
}

// givenUpBefore ends the text of a line that keeps what was given up out of a refund.
const givenUpBefore = ", given up before"

func (m *shareMonth) givenUpLine(id string, givenUp, minor int64, on cal.Date) Line {
	g := m.governing(m.period)
	move := money.New(minor, m.currency)
	return Line{
		Clause: m.clause, Kind: KindCorrection, Text: m.dealNamed(id) + givenUpBefore, Deal: id, Events: []string{cal.MonthOf(m.period.From).String(), ofGivenUp}, CountsOn: on,
		Quantity: "1", Unit: "correction", Rate: move.String(), RateText: move.Format(), Amount: move,
		Basis: Basis{
			Version: g.terms.Version, Clause: g.share.Words(g.terms), Rounding: "none: sums of whole amounts",
			Formula:  fmt.Sprintf("1 x %s = %s", move.Format(), move.Format()),
			Inputs:   []Input{{"given up by the agency after a dispute", money.New(givenUp, m.currency).Format()}},
			Evidence: []Evident{{"deal", id, m.dealNamed(id)}},
			Notes:    []string{"What was given up was never paid, so it is not taken back either."},
		},
	}
}

// withoutDouble charges what is owed more only as far as the deal was not charged for it already, in a month whose charge cannot be taken
// back any more. What was charged for payments that belong to another deal now is not charged there again.
func (m *shareMonth) withoutDouble(corrections []Line, kept map[string]int64) {
	m.lines = append(m.lines, corrections...)
	for _, id := range slices.Sorted(maps.Keys(kept)) {
		left := kept[id]
		more, on := m.ofDeal(id)
		if back := min(more, left); back > 0 {
			m.lines = append(m.lines, m.doubleLine(id, id, back, more, on))
			left -= back
		}
		for _, deal := range m.movedTo(id) {
			more, on := m.ofDeal(deal)
			if back := min(more, left, correctedUp(corrections, deal)); back > 0 {
				m.lines = append(m.lines, m.doubleLine(deal, id, back, more, on))
				left -= back
			}
		}
	}
}

// movedTo are the deals to which payments belong now that locked statements charged at another one.
func (m *shareMonth) movedTo(id string) (deals []string) {
	paid := map[string]bool{}
	for _, l := range m.linesUnder(m.clause) {
		for _, e := range l.Events {
			paid[e] = paid[e] || l.Kind == KindDeal && l.Deal == id && e != wonEvent
		}
	}
	for at, list := range m.index.payments {
		for _, p := range list {
			if deal := m.index.deals[at].ID; deal != id && paid[p.ID] && !slices.Contains(deals, deal) {
				deals = append(deals, deal)
			}
		}
	}
	slices.Sort(deals)
	return deals
}

// correctedUp is what corrections of earlier months charge more for a deal.
func correctedUp(corrections []Line, deal string) (sum int64) {
	for i := range corrections {
		if l := &corrections[i]; l.Deal == deal {
			sum += l.Amount.Minor
		}
	}
	return sum
}

// doubleLine takes off what the deal, or the one that its payments belonged to, was charged already in a month whose charge cannot be taken back, of what this statement charges more
// for it. The revenue goes with the fee: it fills no baseline and reaches no tier a second time.
func (m *shareMonth) doubleLine(id, former string, minor, more int64, on cal.Date) Line {
	g := m.governing(m.period)
	move := money.New(-minor, m.currency)
	var credited int64
	for i := range m.lines {
		if l := &m.lines[i]; l.Deal == id {
			credited += l.Credited
		}
	}
	of, moved := "this deal", "this deal's revenue"
	if former != id {
		of, moved = "the same payments at deal "+former, "these payments"
	}
	return Line{
		Clause: m.clause, Kind: KindCorrection, Text: m.dealNamed(id) + ", charged before", Deal: id, Events: []string{cal.MonthOf(m.period.From).String()}, CountsOn: on,
		Credited: money.New(credited, m.currency).Mul(money.NewRatio(-minor, more), g.terms.Rounding).Minor,
		Quantity: "1", Unit: "correction", Rate: move.String(), RateText: move.Format(), Amount: move,
		Basis: Basis{
			Version: g.terms.Version, Clause: g.share.Words(g.terms), Rounding: "none: sums of whole amounts",
			Formula:  fmt.Sprintf("- %s = %s", money.New(minor, m.currency).Format(), move.Format()),
			Inputs:   []Input{{"charged for " + of + " in months whose clawback is over", money.New(minor, m.currency).Format()}},
			Evidence: []Evident{{"deal", id, m.dealNamed(id)}},
			Notes:    []string{"The evidence moved " + moved + " out of a month that was charged and cannot be taken back any more, so it is not charged a second time."},
		},
	}
}
