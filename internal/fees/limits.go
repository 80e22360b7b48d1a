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
func (m *shareMonth) dealLimits(deal crm.Deal, c credited, now int64) {
	var before, floored, capped int64
	for _, p := range m.past {
		if p.deal != deal.ID {
			continue
		}
		switch p.kind {
		case KindDeal:
			before += p.minor
		case KindDealFloor:
			floored += p.minor
		case KindDealCap:
			capped += p.minor
		}
	}
	floor := minorOrNil(c.share.PerDealFloor)
	if before+now <= 0 {
		floor = nil // a floor is for a deal with credit; one that was given back has none
	}
	up, down := adjustments(before+now, floor, minorOrNil(c.share.PerDealCap))
	window := cal.Period{From: deal.ClosedOn, To: m.period.To}
	add := func(kind LineKind, word string, limit contract.Limit, sum LimitSum, move int64) {
		if move == 0 {
			return
		}
		text := fmt.Sprintf("%s of %s per deal on %s", word, limit.Amount.Format(), dealName(deal))
		line := limitLine(c.terms, c.share, kind, text, money.New(move, m.currency), sum, now)
		line.Deal = deal.ID
		m.lines = append(m.lines, line)
	}
	add(KindDealFloor, "Floor", c.share.PerDealFloor, m.limitSum(window, c.share.PerDealFloor, contract.Limit{}, before, before+floored), up-floored)
	add(KindDealCap, "Cap", c.share.PerDealCap, m.limitSum(window, contract.Limit{}, c.share.PerDealCap, before+floored, before+floored+capped), down-capped)
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

// limits adds the floor and then the cap of the clause over their windows.
func (m *shareMonth) limits() {
	day := cal.Earlier(m.period.Last(), m.agreement.Running().Last())
	terms, ok := m.agreement.InForce(day)
	if !ok {
		return
	}
	c, _ := terms.Clause(m.clause)
	share, ok := c.(contract.RevenueShare)
	if !ok {
		return
	}
	if share.PeriodFloor.Set {
		m.periodFloor(terms, share)
	}
	if share.PeriodCap.Set {
		m.periodCap(terms, share)
	}
}

// window of a limit that the month belongs to: the one in which its first day under the contract lies.
func (m *shareMonth) window(per contract.Every, terms contract.Terms) cal.Period {
	day := m.firstDay(m.period)
	switch per {
	case contract.EveryTerm:
		return cal.Period{From: m.agreement.Running().From, To: cal.MustDate("2199-12-31")}
	case contract.EveryContractYear:
		return cal.Cycle{Anchor: terms.Term.Start, Months: 12}.Containing(day)
	default:
		return cal.Cycle{Anchor: cal.MustDate("2000-01-01"), Months: per.Months()}.Containing(day)
	}
}

// firstDay of a month that lies under the contract.
func (m *shareMonth) firstDay(month cal.Period) cal.Date {
	return cal.Later(month.From, m.agreement.Running().From)
}

// before sums the charges of earlier months in the window: those of one kind, and all others but the skipped ones.
func (m *shareMonth) before(window cal.Period, kind LineKind, skip ...LineKind) (others, ofKind int64) {
	for _, p := range m.past {
		switch {
		case !window.Contains(m.firstDay(p.period)):
		case p.kind == kind:
			ofKind += p.minor
		case !slices.Contains(skip, p.kind):
			others += p.minor
		}
	}
	return others, ofKind
}

func (m *shareMonth) now() int64 {
	var sum int64
	for _, l := range m.lines {
		sum += l.Amount.Minor
	}
	return sum
}

// periodFloor tops up in the last month of the window, while the contract runs.
func (m *shareMonth) periodFloor(terms contract.Terms, share contract.RevenueShare) {
	running := m.agreement.Running()
	window := m.window(share.PeriodFloor.Per, terms)
	if running.Overlap(m.period).IsEmpty() || m.period.To.Before(cal.Earlier(window.To, running.To)) {
		return
	}
	m.limited = true
	before, floored := m.before(window, KindPeriodFloor, KindPeriodCap)
	up, _ := adjustments(before+m.now(), minorOrNil(share.PeriodFloor), nil)
	m.periodLine(terms, share, KindPeriodFloor, "Floor", share.PeriodFloor, m.limitSum(window, share.PeriodFloor, contract.Limit{}, before, before+floored), up-floored)
}

func (m *shareMonth) periodCap(terms contract.Terms, share contract.RevenueShare) {
	m.limited = true
	window := m.window(share.PeriodCap.Per, terms)
	before, capped := m.before(window, KindPeriodCap)
	_, down := adjustments(before+m.now(), nil, minorOrNil(share.PeriodCap))
	m.periodLine(terms, share, KindPeriodCap, "Cap", share.PeriodCap, m.limitSum(window, contract.Limit{}, share.PeriodCap, before, before+capped), down-capped)
}

func (m *shareMonth) periodLine(terms contract.Terms, share contract.RevenueShare, kind LineKind, word string, limit contract.Limit, sum LimitSum, move int64) {
	if move == 0 {
		return
	}
	text := fmt.Sprintf("%s of %s per %s", word, limit.Amount.Format(), limit.Per)
	m.lines = append(m.lines, limitLine(terms, share, kind, text, money.New(move, m.currency), sum, m.now()))
}

// earlierCap gives back of a refund what a cap of an earlier window had kept back of the charge: of a fee of 300,000 that a cap let through for
// 10,000, a refund of half takes back nothing. Owed in that window without the refunded revenue, less what was charged there.
func (m *shareMonth) earlierCap(deal crm.Deal, c credited) {
	limit := c.share.PeriodCap
	if !limit.Set || !onlyRefunds(c.events) {
		return
	}
	window := m.windowOf(deal, limit.Per, c.terms)
	if window == m.window(limit.Per, c.terms) {
		return
	}
	var refunded int64 // of this deal on this statement, after the limits of the deal
	for _, l := range m.lines {
		if l.Deal == deal.ID {
			refunded += l.Amount.Minor
		}
	}
	unlimited, capped := m.before(window, KindPeriodCap)
	charged := unlimited + capped
	for _, p := range m.past {
		if p.minor >= 0 && p.kind == KindDeal {
			continue // no refund
		}
		if other, ok := m.index.deal(p.deal); ok && !window.Contains(m.firstDay(p.period)) && m.windowOf(other, limit.Per, c.terms) == window {
			charged += p.minor
			if p.kind != KindWindowCap {
				unlimited += p.minor
			}
		}
	}
	owed := min(limit.Amount.Minor, unlimited+refunded)
	if back := owed - charged - refunded; back > 0 {
		sum := m.limitSum(window, contract.Limit{}, limit, unlimited, charged)
		text := fmt.Sprintf("Cap of %s per %s kept back on %s", limit.Amount.Format(), limit.Per, dealName(deal))
		line := limitLine(c.terms, c.share, KindWindowCap, text, money.New(back, m.currency), sum, refunded)
		line.Deal = deal.ID
		m.lines = append(m.lines, line)
	}
}

// windowOf is the window of a limit in which the deal was won.
func (m *shareMonth) windowOf(deal crm.Deal, per contract.Every, terms contract.Terms) cal.Period {
	won := &shareMonth{drafter: m.drafter, period: cal.MonthOf(deal.ClosedOn).Period()}
	return won.window(per, terms)
}

// limitLine is a floor or cap with its sum to date.
func limitLine(terms contract.Terms, clause contract.Clause, kind LineKind, text string, move money.Amount, sum LimitSum, now int64) Line {
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
		Clause: clause.ClauseID(), Kind: kind, Text: text, Quantity: "1", Unit: "limit", Rate: move.String(), RateText: move.Format(), Amount: move,
		Basis: Basis{
			Version: terms.Version, Clause: clause.Words(terms), Rounding: "none: sums of whole amounts", Limit: &sum,
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
