package fees

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// ScheduleSum is what a baseline or the tiers of a share make of the revenue of a window, to date. Deals stand on their own lines at the first
// rate; the schedule's lines take off what is below the baseline, and add what the other tiers pay above the first rate. Amounts are decimals.
type ScheduleSum struct {
	Window    cal.Period     `json:"window"`
	Counted   cal.Period     `json:"counted"`             // whose revenue this statement adds to: the window, or one period of the baseline inside it
	Revenue   string         `json:"revenue"`             // credited in Counted before this statement
	Elsewhere string         `json:"elsewhere,omitempty"` // shared in the other periods of the baseline in the window
	Baseline  string         `json:"baseline,omitempty"`  // of Counted, with what is carried into it; empty: there is none
	Fees      string         `json:"fees,omitempty"`      // of a baseline's line: those in Counted at the first rate, before this statement
	Charged   string         `json:"charged"`             // by such lines of the window before this statement
	First     money.Ratio    `json:"first_rate"`
	Apply     string         `json:"apply,omitempty"` // marginal | whole; empty: the line is a baseline's
	Above     []TierStep     `json:"tiers,omitempty"`
	Rounding  money.Rounding `json:"rounding"`
	Until     cal.Date       `json:"until,omitzero"` // as of a limit
}

// TierStep is a rate from a revenue on.
type TierStep struct {
	From string      `json:"from"`
	Rate money.Ratio `json:"rate"`
}

// excluded is what of a revenue lies below the baseline. A revenue below nothing is excluded whole: nothing is owed, and nothing is given back.
func excluded(revenue, baseline int64) int64 { return min(revenue, baseline) }

// move is what the line comes to when this statement credits now in Counted, charges fees for it at the first rate, and moved that much by such lines
// for months before.
func (s ScheduleSum) move(c money.Currency, now, fees, moved int64) int64 {
	number := func(text string) int64 {
		a, _ := money.ParseSum(text, c)
		return a.Minor
	}
	revenue, charged := number(s.Revenue)+now, number(s.Charged)+moved
	if s.Apply != "" {
		due, _ := s.extra(s.shared(c, now), c)
		return due - charged
	}
	below := excluded(revenue, number(s.Baseline))
	if below == revenue { // all that these lines charge is taken off, to the cent
		return -(number(s.Fees) + fees) - charged
	}
	return -money.New(below, c).Mul(s.First, s.Rounding).Minor - charged
}

// shared is the revenue of the window that is above the baseline, to date.
func (s ScheduleSum) shared(c money.Currency, now int64) int64 {
	number := func(text string) int64 {
		a, _ := money.ParseSum(text, c)
		return a.Minor
	}
	revenue := number(s.Revenue) + now
	if s.Baseline != "" {
		revenue -= excluded(revenue, number(s.Baseline))
	}
	return number(s.Elsewhere) + revenue
}

// extra is what the tiers pay for a revenue above the first rate, rounded once, and its terms. Worked: 300,000.00 at 2 %, 3 % from 100,000.00 and
// 4 % from 250,000.00 pays, marginal, 100,000 x 2 % + 150,000 x 3 % + 50,000 x 4 % = 8,500.00, of which 2,500.00 above 2 %; whole, 300,000 x 4 %
// = 12,000.00, of which 6,000.00.
func (s ScheduleSum) extra(revenue int64, c money.Currency) (int64, []string) {
	sum := new(big.Rat)
	var terms []string
	add := func(minor int64, rate money.Ratio) {
		if minor == 0 || rate == s.First {
			return
		}
		more := new(big.Rat).Sub(big.NewRat(rate.Num(), rate.Den()), big.NewRat(s.First.Num(), s.First.Den()))
		sum.Add(sum, more.Mul(more, new(big.Rat).SetInt64(minor)))
		terms = append(terms, fmt.Sprintf("%s x (%s - %s)", money.New(minor, c).Format(), rate, s.First))
	}
	reached := s.First
	for i, tier := range s.Above {
		from, _ := money.Parse(tier.From, c)
		if revenue < from.Minor {
			break
		}
		reached = tier.Rate
		if s.Apply == "marginal" {
			top := revenue
			if i+1 < len(s.Above) {
				next, _ := money.Parse(s.Above[i+1].From, c)
				top = min(top, next.Minor)
			}
			add(top-from.Minor, tier.Rate)
		}
	}
	if s.Apply == "whole" {
		add(revenue, reached)
	}
	minor := rounded(sum, s.Rounding)
	if !minor.IsInt64() {
		panic("fees: tiers beyond any money")
	}
	return minor.Int64(), terms
}

// schedule adds the lines of the baseline and then of the tiers, for the month and for those before it that are moved. A shortfall that is carried
// moves what is above the baseline, and so the tiers, in all periods from the first that is moved.
func (m *shareMonth) schedule() {
	g := m.governing(m.period)
	if !g.share.Scheduled() && !slices.ContainsFunc(m.lines, func(l Line) bool { return l.Credited != 0 }) {
		return
	}
	for _, kind := range []LineKind{KindBaseline, KindTiers} {
		days := m.daysMoved(m.period, m.lines)
		for _, month := range m.movedMonths(days) {
			g := m.governing(month)
			per := g.share.Base.Over.Per
			if kind == KindTiers {
				per = g.share.Tiers.Per
			}
			if per == "" {
				continue
			}
			s := scheduleWindow{m.toDate(per, g.terms, month, m.period), g}
			if g.share.Base.Over.Shortfall == "carried" || s.movedOn(days) {
				m.scheduleLine(kind, s)
			}
		}
	}
}

// scheduleWindow is a window of a baseline or of tiers up to a month, and the version that governs it.
type scheduleWindow struct {
	toDate
	g governed
}

func (s scheduleWindow) words() string { return windowWords(s.window, s.until) }

// credit to date of a window: what lines before this statement and of it credited, and what those charged at the first rate.
type creditSum struct{ before, now, feesBefore, feesNow int64 }

// creditedBy are the months whose revenue makes up that of a window to date, where there are several.
func (m *shareMonth) creditedBy(w toDate) []Input {
	sums := map[cal.Date]int64{}
	add := func(on cal.Date, minor int64) {
		if minor != 0 && w.holds(on) {
			sums[cal.MonthOf(on).First()] += minor
		}
	}
	for _, p := range m.past.all {
		if p.kind == KindDeal || p.kind == KindCorrection {
			add(m.dayOf(p), p.credited)
		}
	}
	for _, l := range m.lines {
		add(m.dayIn(l.CountsOn, m.period), l.Credited)
	}
	if len(sums) < 2 {
		return nil
	}
	var out []Input
	for _, first := range slices.SortedFunc(maps.Keys(sums), cal.Date.Cmp) {
		out = append(out, Input{"credited in " + cal.MonthOf(first).Words(), m.format(sums[first])})
	}
	return out
}

func (m *shareMonth) creditIn(w toDate) creditSum {
	var s creditSum
	for _, p := range m.past.all {
		if (p.kind == KindDeal || p.kind == KindCorrection) && p.credited != 0 && w.holds(m.dayOf(p)) {
			s.before += p.credited
			s.feesBefore += p.minor
		}
	}
	for _, l := range m.lines {
		if l.Credited != 0 && w.holds(m.dayIn(l.CountsOn, m.period)) {
			s.now += l.Credited
			s.feesNow += l.Amount.Minor
		}
	}
	return s
}

// baselineOf is the baseline of a period, with the shortfall that earlier periods carried into it, and how it came about in words.
func (m *shareMonth) baselineOf(window cal.Period, g governed) (int64, []Input) {
	own, why := m.ownBaseline(window, g)
	if g.share.Base.Over.Shortfall != "carried" {
		return own, why
	}
	var short int64
	for at := m.window(g.share.Base.Over.Per, g.terms, m.baselineFrom()); at.From.Before(window.From); at = m.window(g.share.Base.Over.Per, g.terms, at.To) {
		earlier := m.governing(cal.MonthOf(at.Last()).Period())
		if !earlier.share.Base.Over.Set {
			continue
		}
		base, _ := m.ownBaseline(at, earlier)
		s := m.creditIn(toDate{window: at, month: at})
		short = max(0, base+short-s.before-s.now)
	}
	if short > 0 {
		why = append(why, Input{"shortfall carried from before", money.New(short, m.currency).Format()})
	}
	return own + short, why
}

// ownBaseline is the baseline of a period by the contract, whole or by the days on which revenue can count under it.
func (m *shareMonth) ownBaseline(window cal.Period, g governed) (int64, []Input) {
	over := g.share.Base.Over
	base, adjusted := over.Of(window)
	name := "baseline per " + string(over.Per)
	if adjusted != nil {
		name += " (" + adjusted.Because + ")"
	}
	why := []Input{{name, base.Format()}}
	running := cal.Period{From: m.baselineFrom(), To: m.agreement.Running().To}
	if !g.share.Tail.IsZero() {
		running.To = g.share.Tail.After(running.To, g.terms.Calendar)
	}
	inForce := running.Overlap(window)
	switch {
	case inForce.IsEmpty():
		return 0, []Input{{name, "0: the period is not in force"}}
	case over.Partial == "by-days" && inForce != window:
		base = base.Mul(money.NewRatio(int64(inForce.Days()), int64(window.Days())), g.terms.Rounding)
		why = append(why, Input{fmt.Sprintf("for %d of %d days", inForce.Days(), window.Days()), base.Format()})
	}
	return base.Minor, why
}

// baselineFrom is the first day on which the clause has a baseline.
func (m *shareMonth) baselineFrom() cal.Date {
	for _, t := range m.agreement.Versions {
		c, _ := t.Clause(m.clause)
		if share, ok := c.(contract.RevenueShare); ok && share.Base.Over.Set {
			return t.Effective
		}
	}
	return m.agreement.First().Effective
}

func (m *shareMonth) scheduleLine(kind LineKind, s scheduleWindow) {
	if m.period.From.After(s.window.From) {
		m.limited = true
	}
	var charged, moved int64
	for _, p := range m.past.all {
		if p.kind == kind && s.holds(m.dayOf(p)) {
			charged += p.minor + p.given
		}
	}
	for _, l := range m.lines {
		if l.Kind == kind && s.holds(m.dayIn(l.CountsOn, m.period)) {
			moved += l.Amount.Minor
		}
	}
	if kind == KindBaseline {
		m.baselineLine(s, charged, moved)
		return
	}
	m.tiersLine(s, charged, moved)
}

func (m *shareMonth) baselineLine(s scheduleWindow, charged, moved int64) {
	base, why := m.baselineOf(s.window, s.g)
	c := m.creditIn(s.toDate)
	sum := ScheduleSum{Window: s.window, Counted: s.window, Until: s.until, Revenue: m.decimal(c.before), Baseline: m.decimal(base), Fees: m.decimal(c.feesBefore),
		Charged: m.decimal(charged), First: s.g.share.Rate, Rounding: s.g.terms.Rounding}
	move := sum.move(m.currency, c.now, c.feesNow, moved)
	charged += moved
	below := excluded(c.before+c.now, base)
	off := -(charged + move)
	how := fmt.Sprintf("%s x %s = %s taken off to date", m.format(below), s.g.share.Rate, m.format(off))
	if below == c.before+c.now {
		how = fmt.Sprintf("all of it is below the baseline, so all that it pays at %s is taken off: %s", s.g.share.Rate, m.format(off))
	}
	inputs := append([]Input{{"window", s.words()}}, m.creditedBy(s.toDate)...)
	inputs = append(append(inputs, Input{"revenue of the window to date", m.format(c.before + c.now)}), why...)
	inputs = append(inputs, Input{"of it below the baseline", m.format(below)}, Input{"taken off before", m.format(-charged)})
	m.addSchedule(KindBaseline, s, "Below the baseline of "+m.format(base)+", "+s.words(), move, sum, inputs,
		fmt.Sprintf("%s; %s - %s = %s", how, m.format(-charged), m.format(off), m.format(move)))
}

func (m *shareMonth) tiersLine(s scheduleWindow, charged, moved int64) {
	share := s.g.share
	sum := ScheduleSum{Window: s.window, Counted: s.window, Until: s.until, Charged: m.decimal(charged), First: share.Rate, Apply: share.Tiers.Apply, Rounding: s.g.terms.Rounding}
	for _, t := range share.Tiers.Above {
		sum.Above = append(sum.Above, TierStep{t.From.String(), t.Rate})
	}
	c := m.creditIn(s.toDate)
	if share.Base.Over.Set {
		c = m.aboveBaselines(s, &sum)
	}
	sum.Revenue = m.decimal(c.before)
	shared, move := sum.shared(m.currency, c.now), sum.move(m.currency, c.now, 0, moved)
	charged += moved
	due, terms := sum.extra(shared, m.currency)
	how := m.format(shared) + " lies inside the first tier"
	if len(terms) > 0 {
		how = strings.Join(terms, " + ") + " = " + m.format(due)
	}
	m.addSchedule(KindTiers, s, fmt.Sprintf("Tiers on %s, %s", m.format(shared), s.words()), move, sum, append(append([]Input{{"window", s.words()}}, m.creditedBy(s.toDate)...), []Input{
		{"revenue that is shared, to date", m.format(shared)}, {"first rate", share.Rate.String()},
		{"rate reached", share.Tiers.Reached(shared, share.Rate).String()}, {"added to the first rate before", m.format(charged)},
	}...), fmt.Sprintf("%s above the first rate, to date; %s - %s = %s", how, m.format(due), m.format(charged), m.format(move)))
}

// aboveBaselines sums what of the window's revenue is above the baseline of its period, and gives the revenue of the period that the line moves.
func (m *shareMonth) aboveBaselines(s scheduleWindow, sum *ScheduleSum) creditSum {
	per := s.g.share.Base.Over.Per
	sum.Counted, sum.Baseline = m.window(per, s.g.terms, m.firstDay(s.month)), m.decimal(0)
	var counted creditSum
	var elsewhere int64
	for at := m.window(per, s.g.terms, cal.Later(s.window.From, m.baselineFrom())); at.From.Before(s.window.To) && at.From.Before(s.month.To); at = m.window(per, s.g.terms, at.To) {
		base, _ := m.baselineOf(at, m.governing(cal.MonthOf(at.Last()).Period()))
		in := m.creditIn(toDate{window: at, month: s.month, own: s.own})
		if at == sum.Counted {
			sum.Baseline, counted = m.decimal(base), in
			continue
		}
		elsewhere += in.before + in.now - excluded(in.before+in.now, base)
	}
	sum.Elsewhere = m.decimal(elsewhere)
	return counted
}

func (m *shareMonth) addSchedule(kind LineKind, s scheduleWindow, text string, minor int64, sum ScheduleSum, inputs []Input, formula string) {
	if minor == 0 && !m.mayMoveLater(s.toDate) {
		return
	}
	move := money.New(minor, m.currency)
	m.lines = append(m.lines, Line{
		Clause: m.clause, Kind: kind, Text: text, Quantity: "1", Unit: string(kind), Rate: move.String(), RateText: move.Format(), Amount: move, CountsOn: s.on,
		Basis: Basis{Version: s.g.terms.Version, Clause: s.g.share.Words(s.g.terms), Rounding: roundingWords(s.g.terms), Inputs: inputs, Formula: formula, Schedule: &sum, Notes: s.notes()},
	})
}

func (m *shareMonth) decimal(minor int64) string { return money.New(minor, m.currency).String() }

func (m *shareMonth) format(minor int64) string { return money.New(minor, m.currency).Format() }
