package fees

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// adjustments says by how much a floor and a cap move a sum, both cumulative: what the floor adds to unlimited, and what the cap then takes
// away. Worked: a cap of 10,000 turns 6,000, 4,500 and a refund of 1,800 into 6,000, 4,000 and -1,300.
func adjustments(unlimited int64, floor, limit *int64) (up, down int64) {
	limited := unlimited
	if floor != nil && limited < *floor {
		limited = *floor
	}
	up = limited - unlimited
	if limit != nil && limited > *limit {
		down = *limit - limited
	}
	return up, down
}

func minorOrNil(l contract.Limit) *int64 {
	if !l.Set {
		return nil
	}
	return &l.Amount.Minor
}

// dealLimits adds the floor and the cap of one deal over its life as lines of their own.
func (m *shareMonth) dealLimits(deal crm.Deal, c credited, main Line) {
	now := main.Amount.Minor
	var before, floored, capped int64
	add := func(kind LineKind, minor int64) {
		switch kind {
		case KindDeal:
			before += minor
		case KindDealFloor:
			floored += minor
		case KindDealCap:
			capped += minor
		}
	}
	for _, p := range m.past.of(deal.ID) {
		add(p.kind, p.minor)
	}
	for _, l := range m.lines[:len(m.lines)-1] { // main is the last
		if l.Deal == deal.ID {
			add(l.Kind, l.Amount.Minor)
		}
	}
	floor := minorOrNil(c.share.PerDealFloor)
	if before+now <= 0 {
		floor = nil // a floor is for a deal with credit; one that was given back has none
	}
	up, down := adjustments(before+now, floor, minorOrNil(c.share.PerDealCap))
	window := cal.Period{From: deal.ClosedOn, To: m.period.To}
	put := func(kind LineKind, word string, limit contract.Limit, sum LimitSum, move int64) {
		text := fmt.Sprintf("%s of %s per deal on %s", word, limit.Amount.Format(), dealName(deal))
		line := limitLine(*c.terms, *c.share, kind, text, money.New(move, m.currency), sum, now)
		line.Deal, line.CountsOn = deal.ID, main.CountsOn
		m.lines = append(m.lines, line)
		now += move
	}
	if move := up - floored; move != 0 {
		put(KindDealFloor, "Floor", c.share.PerDealFloor, m.limitSum(window, c.share.PerDealFloor, contract.Limit{}, before, before+floored), move)
	}
	if move := down - capped; move != 0 {
		put(KindDealCap, "Cap", c.share.PerDealCap, m.limitSum(window, contract.Limit{}, c.share.PerDealCap, before+floored, before+floored+capped), move)
	}
}

func (m *shareMonth) limitSum(window cal.Period, floor, limit contract.Limit, before, charged int64) LimitSum {
	s := LimitSum{Window: window, Before: money.New(before, m.currency).String(), Charged: money.New(charged, m.currency).String()}
	if floor.Set {
		s.Floor = floor.Amount.String()
	}
	if limit.Set {
		s.Cap = limit.Amount.String()
	}
	return s
}

// limits adds the floors and then the caps of the clause over their windows: the one in which the month lies, and those in which what it
// corrects or gives back counts.
func (m *shareMonth) limits() {
	days := m.otherDays()
	if m.hasClause(cal.Earlier(m.period.Last(), m.agreement.Running().Last())) {
		days = append([]cal.Date{{}}, days...)
	}
	for _, limit := range []struct {
		of  func(contract.RevenueShare) contract.Limit
		add func(on cal.Date, window cal.Period, g governed)
	}{
		{func(s contract.RevenueShare) contract.Limit { return s.PeriodFloor }, m.periodFloor},
		{func(s contract.RevenueShare) contract.Limit { return s.PeriodCap }, m.periodCap},
	} {
		var done []cal.Period
		for _, on := range days {
			month := m.period
			if !on.IsZero() {
				month = cal.MonthOf(on).Period()
			}
			g := m.governing(month)
			window := m.window(limit.of(g.share).Per, g.terms, cal.Later(on, m.firstDay(month)))
			if limit.of(g.share).Set && !slices.Contains(done, window) {
				limit.add(on, window, g)
			}
			done = append(done, window)
		}
	}
}

// otherDays are the days, in order, in whose windows lines of this month count instead of in its own.
func (m *shareMonth) otherDays() []cal.Date {
	var out []cal.Date
	for _, l := range m.lines {
		if !l.CountsOn.IsZero() && !slices.Contains(out, l.CountsOn) {
			out = append(out, l.CountsOn)
		}
	}
	slices.SortFunc(out, cal.Date.Cmp)
	return out
}

func (m *shareMonth) hasClause(day cal.Date) bool {
	terms, ok := m.agreement.InForce(day)
	if !ok {
		return false
	}
	c, _ := terms.Clause(m.clause)
	_, ok = c.(contract.RevenueShare)
	return ok
}

// window of a limit that a day belongs to.
func (d *drafter) window(per contract.Every, terms contract.Terms, day cal.Date) cal.Period {
	if per == contract.EveryTerm || per == "" {
		return cal.Period{From: d.agreement.Running().From, To: cal.MustDate("2199-12-31")}
	}
	return terms.Window(per, day)
}

// firstDay of a month that lies under the contract.
func (d *drafter) firstDay(month cal.Period) cal.Date {
	return cal.Later(month.From, d.agreement.Running().From)
}

// dayOf is the day in whose window a charge of an earlier month counts.
func (m *shareMonth) dayOf(c charge) cal.Date {
	if c.counts.IsZero() {
		return m.firstDay(c.period)
	}
	return c.counts
}

// before sums the charges of earlier months that count in the window: those of one kind, and all others but the skipped ones.
func (m *shareMonth) before(window cal.Period, kind LineKind, skip ...LineKind) (others, ofKind int64) {
	for _, p := range m.past.all {
		switch {
		case !window.Contains(m.dayOf(p)):
		case p.kind == kind:
			ofKind += p.minor
		case !slices.Contains(skip, p.kind):
			others += p.minor
		}
	}
	return others, ofKind
}

// now sums the lines of this month that a limit on the day covers.
func (m *shareMonth) now(on cal.Date, window cal.Period) int64 {
	var sum int64
	limit := Line{CountsOn: on, Basis: Basis{Limit: &LimitSum{Window: window}}}
	for _, l := range m.lines {
		if l.countsIn(limit) {
			sum += l.Amount.Minor
		}
	}
	return sum
}

// periodFloor tops up in the last month of the window, or of the contract; a window that is over is brought to what it now needs. There is none for
// a window that begins after the end.
func (m *shareMonth) periodFloor(on cal.Date, window cal.Period, g governed) {
	running := m.agreement.Running()
	if m.period.To.Before(cal.Earlier(window.To, running.To)) {
		return
	}
	m.limited = true
	before, floored := m.before(window, KindPeriodFloor, KindPeriodCap)
	now := m.now(on, window)
	floor := m.floorOf(window, g)
	up, _ := adjustments(before+now, minorOrNil(floor), nil)
	m.periodLine(on, g, KindPeriodFloor, "Floor", floor, m.limitSum(window, floor, contract.Limit{}, before, before+floored), up-floored, now)
}

func (m *shareMonth) periodCap(on cal.Date, window cal.Period, g governed) {
	m.limited = true
	before, capped := m.before(window, KindPeriodCap)
	now := m.now(on, window)
	limit := m.capOf(window, g)
	_, down := adjustments(before+now, nil, minorOrNil(limit))
	m.periodLine(on, g, KindPeriodCap, "Cap", limit, m.limitSum(window, contract.Limit{}, limit, before, before+capped), down-capped, now)
}

// floorOf is the floor of a window: the whole, or the part of it that the contract runs, as the contract says.
func (m *shareMonth) floorOf(window cal.Period, g governed) contract.Limit {
	floor := g.share.PeriodFloor
	if floor.Per == contract.EveryContractYear { // counted from the very day, not from the month of it
		window = cal.Cycle{Anchor: g.terms.Term.Start, Months: 12}.Containing(window.Last())
	}
	inForce := m.agreement.Running().Overlap(window)
	if inForce.IsEmpty() {
		return contract.Limit{}
	}
	if g.share.PartialFloor == "by-days" && inForce != window {
		floor.Amount = floor.Amount.Mul(money.NewRatio(int64(inForce.Days()), int64(window.Days())), g.terms.Rounding)
	}
	return floor
}

// capOf is the cap of a window. An amendment that lowers it takes back nothing of what months under the versions before had charged.
func (m *shareMonth) capOf(window cal.Period, g governed) contract.Limit {
	limit := g.share.PeriodCap
	var before int64
	for _, p := range m.past.all {
		if earlier := m.governing(p.period); window.Contains(m.dayOf(p)) && earlier.terms.Version < g.terms.Version && earlier.share.PeriodCap != limit {
			before += p.minor
		}
	}
	limit.Amount.Minor = max(limit.Amount.Minor, before)
	return limit
}

func (m *shareMonth) periodLine(on cal.Date, g governed, kind LineKind, word string, limit contract.Limit, sum LimitSum, move, now int64) {
	if move == 0 {
		return
	}
	text := fmt.Sprintf("%s of %s per %s", word, limit.Amount.Format(), limit.Per)
	if !on.IsZero() {
		text += ", " + sum.Window.Words()
	}
	line := limitLine(g.terms, g.share, kind, text, money.New(move, m.currency), sum, now)
	line.CountsOn = on
	m.lines = append(m.lines, line)
}

// limitLine is a floor or cap with its sum to date.
func limitLine(terms contract.Terms, c contract.Clause, kind LineKind, text string, move money.Amount, sum LimitSum, now int64) Line {
	before, _ := money.Parse(sum.Before, terms.Currency)
	charged, _ := money.Parse(sum.Charged, terms.Currency)
	this := money.New(now, terms.Currency)
	toDate := before.Add(this)
	bound, word := sum.Cap, "at most"
	if bound == "" {
		bound, word = sum.Floor, "at least"
	}
	limit, _ := money.Parse(bound, terms.Currency)
	limited := charged.Add(this).Add(move)
	return Line{
		Clause: c.ClauseID(), Kind: kind, Text: text, Quantity: "1", Unit: "limit", Rate: move.String(), RateText: move.Format(), Amount: move,
		Basis: Basis{
			Version: terms.Version, Clause: c.Words(terms), Rounding: "none: sums of whole amounts", Limit: &sum,
			Inputs: []Input{
				{"window", sum.Window.Words()},
				{"fees of the window before, unlimited", before.Format()},
				{"fees of this statement, unlimited", this.Format()},
				{"fees to date, unlimited", toDate.Format()},
				{"limit", word + " " + limit.Format()},
				{"fees to date, limited", limited.Format()},
				{"charged before", charged.Format()},
			},
			Formula: fmt.Sprintf("%s (limited to date) - %s (charged before) - %s (this statement) = %s", limited.Format(), charged.Format(), this.Format(), move.Format()),
		},
	}
}
