package fees

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// withoutGivenUp keeps what the agency gave up of a deal out of what is taken back or charged for it.
func (m *shareMonth) withoutGivenUp() {
	charged, gross, givenUp := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for i := range m.past.all {
		c := &m.past.all[i]
		given := c.waived
		if c.kind == KindCorrection {
			given += c.given
		}
		if given > 0 && c.deal != "" {
			givenUp[c.deal] += given
		}
	}
	for id := range givenUp {
		var last cal.Period
		for _, at := range m.past.of(id) {
			c := m.past.all[at]
			if c.kind == KindCorrection {
				c.minor += c.given
			}
			if c.period != last { // what was charged is the most that stood on the statements together: what went down and up again is not charged twice
				gross[id], last = max(gross[id], charged[id]), c.period
			}
			charged[id] += c.minor
		}
		gross[id] = max(gross[id], charged[id])
	}
	for _, id := range slices.Sorted(maps.Keys(givenUp)) {
		var now int64
		for _, l := range m.lines {
			if l.Deal == id {
				now += l.Amount.Minor
			}
		}
		if move := settleUp(charged[id]+now, charged[id], gross[id], givenUp[id]) - now; move != 0 {
			m.lines = append(m.lines, m.givenUpLine(id, givenUp[id], move))
		}
	}
}

func (m *shareMonth) givenUpLine(id string, givenUp, minor int64) Line {
	g := m.governing(m.period)
	move := money.New(minor, m.currency)
	return Line{
		Clause: m.clause, Kind: KindCorrection, Text: m.dealNamed(id) + ", given up before", Deal: id, Events: []string{cal.MonthOf(m.period.From).String()},
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
// back any more.
func (m *shareMonth) withoutDouble(corrections []Line, kept map[string]int64) {
	m.lines = append(m.lines, corrections...)
	for _, id := range slices.Sorted(maps.Keys(kept)) {
		var more int64
		for _, l := range m.lines {
			if l.Deal == id {
				more += l.Amount.Minor
			}
		}
		if back := min(more, kept[id]); back > 0 {
			m.lines = append(m.lines, m.doubleLine(id, back))
		}
	}
}

// doubleLine takes off what the deal was charged already in a month whose charge cannot be taken back.
func (m *shareMonth) doubleLine(id string, minor int64) Line {
	g := m.governing(m.period)
	move := money.New(-minor, m.currency)
	return Line{
		Clause: m.clause, Kind: KindCorrection, Text: m.dealNamed(id) + ", charged before", Deal: id, Events: []string{cal.MonthOf(m.period.From).String()},
		Quantity: "1", Unit: "correction", Rate: move.String(), RateText: move.Format(), Amount: move,
		Basis: Basis{
			Version: g.terms.Version, Clause: g.share.Words(g.terms), Rounding: "none: sums of whole amounts",
			Formula:  fmt.Sprintf("- %s = %s", money.New(minor, m.currency).Format(), move.Format()),
			Inputs:   []Input{{"charged for this deal in months whose clawback is over", money.New(minor, m.currency).Format()}},
			Evidence: []Evident{{"deal", id, m.dealNamed(id)}},
			Notes:    []string{"The evidence moved this deal's revenue out of a month that was charged and cannot be taken back any more, so it is not charged a second time."},
		},
	}
}
