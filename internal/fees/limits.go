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
func (m *shareMonth) dealLimits(deal *crm.Deal, c *credited, main *Line) {
	terms, share := &c.governs.terms, &c.governs.share
	if !m.shared(m.clause).limited && !m.past.dealLimit {
		return
	}
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
	past := m.owedBefore()
	for _, at := range past.of(deal.ID) {
		add(past.all[at].kind, past.all[at].minor)
	}
	for n := len(m.lines) - 2; n >= 0 && m.lines[n].Deal == deal.ID; n-- { // main is the last, and those of the deal stand together
		add(m.lines[n].Kind, m.lines[n].Amount.Minor)
	}
	floor := minorOrNil(share.PerDealFloor)
	if before+now <= 0 {
		floor = nil // a floor is for a deal with credit; one that was given back has none
	}
	up, down := adjustments(before+now, floor, minorOrNil(share.PerDealCap))
	window := cal.Period{From: deal.ClosedOn, To: m.period.To}
	put := func(kind LineKind, word string, limit contract.Limit, sum LimitSum, move int64) {
		text := fmt.Sprintf("%s of %s per deal on %s", word, limit.Amount.Format(), dealName(deal))
		line := limitLine(*terms, *share, kind, text, sum, limitMove{move: move, now: now})
		line.Deal, line.CountsOn = deal.ID, main.CountsOn
		m.lines = append(m.lines, line)
		now += move
	}
	if move := up - floored; move != 0 {
		put(KindDealFloor, "Floor", share.PerDealFloor, m.limitSum(window, share.PerDealFloor, contract.Limit{}, before, before+floored), move)
	}
	if move := down - capped; move != 0 {
		put(KindDealCap, "Cap", share.PerDealCap, m.limitSum(window, contract.Limit{}, share.PerDealCap, before+floored, before+floored+capped), move)
	}
}

// owedBefore is what is owed for the months before, as the evidence now says: what was charged otherwise for them is corrected beside the month's own
// lines, so that a limit over a deal's life counts it once.
func (m *shareMonth) owedBefore() *charges {
	s := m.shared(m.clause)
	if m.past == s.past || m.sameEvidence || !s.limited {
		return m.past
	}
	s.owedIn(cal.MonthOf(m.period.From).Previous().Period())
	return s.past
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

// limits adds the floors and then the caps of the clause over their windows, for the month and for those before it that are moved.
func (m *shareMonth) limits() {
	for _, limit := range []struct {
		of  func(contract.RevenueShare) contract.Limit
		add func(w toDate, g governed)
	}{
		{func(s contract.RevenueShare) contract.Limit { return s.PeriodFloor }, m.periodFloor},
		{func(s contract.RevenueShare) contract.Limit { return s.PeriodCap }, m.periodCap},
	} {
		days := m.daysMoved(m.period, m.lines)
		for _, month := range m.movedMonths(days) {
			g := m.governing(month)
			if of := limit.of(g.share); of.Set {
				if w := m.toDate(of.Per, g.terms, month, m.period); w.movedOn(days) {
					limit.add(w, g)
				}
			}
		}
	}
}

// movedMonths are the months that the statement may move, as far as the clause was in force in them.
func (m *shareMonth) movedMonths(days []cal.Date) []cal.Period {
	return kept(m.monthsMoved(m.period, days), func(month cal.Period) bool {
		return m.hasClause(cal.Earlier(month.Last(), m.agreement.Running().Last()))
	})
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
	return cal.Later(month.From, d.running.From)
}

// dayOf is the day in whose window a charge of an earlier month counts.
func (m *shareMonth) dayOf(c charge) cal.Date {
	if c.counts.IsZero() {
		return m.firstDay(c.period)
	}
	return c.counts
}

// before sums the charges of other statements that count: those of one kind, and all others but the skipped ones.
func (m *shareMonth) before(w toDate, kind LineKind, skip ...LineKind) (others, ofKind int64) {
	for i := range m.past.all {
		p := &m.past.all[i]
		switch {
		case !w.holds(m.dayOf(*p)):
		case p.kind == kind:
			ofKind += p.minor
		case !slices.Contains(skip, p.kind):
			others += p.minor
		}
	}
	return others, ofKind
}

// now sums the lines of this month that count: those of one kind, which moved months before, and all others.
func (m *shareMonth) now(w toDate, kind LineKind) (others, ofKind int64) {
	for _, l := range m.lines {
		switch {
		case !w.holds(m.dayIn(l.CountsOn, m.period)):
		case l.Kind == kind:
			ofKind += l.Amount.Minor
		default:
			others += l.Amount.Minor
		}
	}
	return others, ofKind
}

// mayMoveLater says whether lines of this statement count in the window of a later month.
func (m *shareMonth) mayMoveLater(w toDate) bool {
	return w.later() && slices.ContainsFunc(m.lines, func(l Line) bool { return w.holds(m.dayIn(l.CountsOn, m.period)) })
}

// periodFloor tops up in the last month of the window, or of the contract; a window that is over is brought to what it now needs. There is none for
// a window that begins after the end.
func (m *shareMonth) periodFloor(w toDate, g governed) {
	if w.month.To.Before(cal.Earlier(w.window.To, m.agreement.Running().To)) {
		return
	}
	m.limited = true
	before, floored := m.before(w, KindPeriodFloor, KindPeriodCap)
	now, moved := m.now(w, KindPeriodFloor)
	floor := m.floorOf(w.window, g)
	up, _ := adjustments(before+now, minorOrNil(floor), nil)
	m.periodLine(w, g, KindPeriodFloor, "Floor", floor, m.limitSum(w.window, floor, contract.Limit{}, before, before+floored), limitMove{up - floored - moved, now, moved})
}

func (m *shareMonth) periodCap(w toDate, g governed) {
	m.limited = true
	before, capped := m.before(w, KindPeriodCap)
	now, moved := m.now(w, KindPeriodCap)
	limit := m.capOf(w, g)
	_, down := adjustments(before+now, nil, minorOrNil(limit))
	m.periodLine(w, g, KindPeriodCap, "Cap", limit, m.limitSum(w.window, contract.Limit{}, limit, before, before+capped), limitMove{down - capped - moved, now, moved})
}

// limitMove is what a limit moves by, on what of this statement, and what it moved on this statement for months before.
type limitMove struct{ move, now, moved int64 }

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
func (m *shareMonth) capOf(w toDate, g governed) contract.Limit {
	limit := g.share.PeriodCap
	var before int64
	if g.terms.Version == m.agreement.Versions[0].Version {
		return limit
	}
	add := func(on cal.Date, minor int64) {
		if !w.holds(on) {
			return
		}
		if earlier := m.governing(cal.MonthOf(on).Period()); earlier.terms.Version < g.terms.Version && earlier.share.PeriodCap != limit {
			before += minor
		}
	}
	for _, p := range m.past.all {
		add(m.dayOf(p), p.minor)
	}
	for _, l := range m.lines {
		add(m.dayIn(l.CountsOn, m.period), l.Amount.Minor)
	}
	limit.Amount.Minor = max(limit.Amount.Minor, before)
	return limit
}

func (m *shareMonth) periodLine(w toDate, g governed, kind LineKind, word string, limit contract.Limit, sum LimitSum, by limitMove) {
	if by.move == 0 && !(limit.Set && (m.mayMoveLater(w) || kind == KindPeriodFloor && w.on.IsZero())) {
		return
	}
	sum.Until = w.until
	line := limitLine(g.terms, g.share, kind, w.name(fmt.Sprintf("%s of %s per %s", word, limit.Amount.Format(), limit.Per)), sum, by)
	line.CountsOn, line.Basis.Notes = w.on, w.notes()
	m.lines = append(m.lines, line)
}

// limitLine is a floor or cap with its sum to date.
func limitLine(terms contract.Terms, c contract.Clause, kind LineKind, text string, sum LimitSum, by limitMove) Line {
	before, _ := money.ParseSum(sum.Before, terms.Currency)
	charged, _ := money.ParseSum(sum.Charged, terms.Currency)
	this, move, moved := money.New(by.now, terms.Currency), money.New(by.move, terms.Currency), money.New(by.moved, terms.Currency)
	charged = charged.Add(moved)
	bound, word := sum.Cap, "at most"
	if bound == "" {
		bound, word = sum.Floor, "at least"
	}
	limit, _ := money.ParseSum(bound, terms.Currency)
	limited := charged.Add(this).Add(move)
	inputs := []Input{
		{"window", windowWords(sum.Window, sum.Until)},
		{"fees of the window before, unlimited", before.Format()},
		{"fees of this statement, unlimited", this.Format()},
		{"fees to date, unlimited", before.Add(this).Format()},
		{"limit", word + " " + limit.Format()},
		{"fees to date, limited", limited.Format()},
		{"charged before", charged.Format()},
	}
	if by.moved != 0 {
		inputs = append(inputs, Input{"of that by this limit on this statement, for months before", moved.Format()})
	}
	return Line{
		Clause: c.ClauseID(), Kind: kind, Text: text, Quantity: "1", Unit: "limit", Rate: move.String(), RateText: move.Format(), Amount: move,
		Basis: Basis{
			Version: terms.Version, Clause: c.Words(terms), Rounding: "none: sums of whole amounts", Limit: &sum, Inputs: inputs,
			Formula: fmt.Sprintf("%s (limited to date) - %s (charged before) - %s (this statement) = %s", limited.Format(), charged.Format(), this.Format(), move.Format()),
		},
	}
}

// monthsWords names months from the first to the last: "March 2026", "March 2026 to May 2026".
func monthsWords(first, last cal.Month) string {
	if first == last {
		return first.Words()
	}
	return first.Words() + " to " + last.Words()
}

// windowWords is a window, and the last day of it that counts where it is not whole.
func windowWords(window cal.Period, until cal.Date) string {
	if until.IsZero() || !until.Before(window.Last()) {
		return window.Words()
	}
	return window.Words() + ", until " + until.Words()
}
