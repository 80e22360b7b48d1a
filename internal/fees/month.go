package fees

import (
	"fmt"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// shareMonth computes one revenue share clause for one month. Only the current month reports issues and considered deals.
type shareMonth struct {
	*drafter
	clause  string
	period  cal.Period
	past    *charges
	current bool
	lines   []Line
	credits map[string]credited // of the lines of deals, in a month that is not the current one: their reasons are written only where one is told
	held    []string            // deals of which a fact is missing
	limited bool                // a limit of the window was looked at
}

// run charges the month's own events, then the corrections of locked months, then the baseline, tiers and limits over both.
func (m *shareMonth) run() {
	m.own()
	m.corrections()
	m.schedule()
	m.limits()
}

// own charges the events that count in the month, as the evidence now says.
func (m *shareMonth) own() {
	if m.resampled != nil {
		m.lines = m.resampled.deals(m.clause)
		return
	}
	for _, at := range m.dealsOf(m.clause, m.period) {
		deal := m.index.deals[at]
		if deal.Won && deal.ClosedOn.IsZero() {
			m.consider(deal, m.clause, hold(NoCloseDate, "The deal is won, but the CRM has no close date: nobody can say to which month it belongs."))
		}
		if !deal.OutcomeKnown && m.period.Contains(deal.ClosedOn) {
			m.consider(deal, m.clause, hold(OutcomeUnknown, "The CRM does not say whether the deal was won: state what its stage %q means when importing.", deal.Stage))
		}
		all := m.events(deal, m.clause)
		if events := inPeriod(all, m.period); len(events) > 0 {
			m.deal(deal, all, events)
		}
		for _, e := range all {
			if m.period.Contains(e.date) && !m.period.Contains(e.counted) {
				m.consider(deal, e.clause.ID, m.chargedElsewhere(deal, e))
			}
		}
	}
}

func (m *shareMonth) charges() []charge {
	out := make([]charge, 0, len(m.lines))
	for _, l := range m.lines {
		out = append(out, charge{m.period, l.Kind, l.Deal, l.Events, l.Amount.Minor, 0, 0, l.CountsOn, l.Credited, 0})
	}
	return out
}

// commit puts the month's lines on the statement, numbering limits to their deal.
func (m *shareMonth) commit() {
	var main int
	for _, l := range m.lines {
		if l.Kind == KindDealFloor || l.Kind == KindDealCap {
			l.With = main
			m.line(l)
			continue
		}
		main = m.line(l)
	}
}

// consider notes why a deal is not charged. Months before the current one only remember what is held: of that nothing is taken back.
func (m *shareMonth) consider(deal crm.Deal, clause string, r *refusal) {
	if r.held {
		m.held = append(m.held, deal.ID)
	}
	if !m.current {
		return
	}
	m.statement.Considered = append(m.statement.Considered, Considered{clause, deal.ID, deal.Name, r.code, r.words})
	if r.held {
		m.issue(Problem, string(r.code), "deal "+deal.ID, "%s: %s", dealName(deal), r.words)
	}
}

func dealName(deal crm.Deal) string {
	if deal.Name == "" {
		return deal.ID
	}
	return deal.Name
}

// deal charges the events of one deal in the month.
func (m *shareMonth) deal(deal crm.Deal, all, events []event) {
	var kept []event
	for _, e := range events {
		if r := m.eligible(deal, e); r != nil {
			m.consider(deal, e.clause.ID, r)
			continue
		}
		kept = append(kept, e)
	}
	if kept = m.withoutEmptyRefunds(deal, kept); len(kept) == 0 {
		return
	}
	var nothing *refusal
	charged := false
	for _, r := range m.runs(all, kept) {
		if nothing = m.charge(deal, all, r); nothing == nil {
			charged = true
		}
	}
	if !charged {
		m.consider(deal, kept[0].clause.ID, nothing)
	}
}

// run is events of a deal that stand on one line, and the day in whose window of limits they count; zero for the month's own.
type run struct {
	events []event
	counts cal.Date
}

// runs cuts the events of a deal where they count in another window: a refund counts in that of the revenue that it gives back.
func (m *shareMonth) runs(all, kept []event) []run {
	var out []run
	for _, e := range kept {
		var on cal.Date
		if e.minor < 0 {
			on = m.earlierWindow(all, e)
		}
		if n := len(out); n > 0 && out[n-1].counts == on {
			out[n-1].events = append(out[n-1].events, e)
			continue
		}
		out = append(out, run{[]event{e}, on})
	}
	return out
}

// charge puts the line of a run, with the limits of the deal, or says why there is nothing to charge.
func (m *shareMonth) charge(deal crm.Deal, all []event, r run) *refusal {
	c := m.credit(deal, all, r.events)
	if c.moved == 0 {
		return c.noCredit()
	}
	line := c.charge()
	if m.current {
		line = c.line()
	} else {
		m.keepCredit(c)
	}
	line.CountsOn = r.counts
	m.lines = append(m.lines, line)
	m.dealLimits(deal, c, line)
	return nil
}

func (m *shareMonth) keepCredit(c credited) {
	if m.credits == nil {
		m.credits = map[string]credited{}
	}
	m.credits[c.deal.ID] = c
}

// credited is the credit of a deal at two points of its life: before and after the events of this line.
type credited struct {
	deal      crm.Deal
	terms     *contract.Terms
	share     *contract.RevenueShare
	events    []event
	before    int64 // revenue before these events
	after     int64
	result    attribution.Result // of the revenue after
	earned    int64              // of it, credited to touches that earn
	moved     int64              // earned after less earned before
	byAccount bool
}

// credit apportions the deal's revenue to its touches. Revenue is cumulative, so that parts and refunds are apportioned with the same
// weights and never lose a cent against the whole.
func (m *shareMonth) credit(deal crm.Deal, all, events []event) credited {
	first := events[0]
	c := credited{deal: deal, terms: first.terms, share: first.clause, events: events}
	c.before = m.revenueBefore(all, events)
	c.after = c.before
	for _, e := range events {
		c.after += e.moves
	}
	if first.clause.Attribution.None {
		c.earned, c.moved = c.after, c.after-c.before
		return c
	}
	journey, byAccount := m.index.journey(deal, first.clause.Attribution, first.terms.Zone)
	c.byAccount = byAccount
	model, lookback := modelOf(first.clause.Attribution), lookbackOf(first.clause.Attribution, first.terms.Zone)
	earns := func(t attribution.Touch) bool { return first.clause.Attribution.Credits.Earns(t.Channel, t.Provider) }
	c.result = attribution.Credit(journey, model, lookback, money.New(c.after, m.currency))
	c.earned = c.result.Portion(earns).Amount.Minor
	earlier := attribution.Credit(journey, model, lookback, money.New(c.before, m.currency)).Portion(earns).Amount.Minor
	c.moved = c.earned - earlier
	return c
}

// withoutEmptyRefunds leaves out refunds of revenue that was not charged: they take nothing back.
func (m *shareMonth) withoutEmptyRefunds(deal crm.Deal, events []event) []event {
	kept := slices.DeleteFunc(slices.Clone(events), func(e event) bool { return e.empty })
	if len(kept) == 0 {
		for _, e := range events {
			m.consider(deal, e.clause.ID, refuse(NotCharged, "Refund %s gives back more than was received, so it takes nothing back before more is received.", e.id))
		}
	}
	return kept
}

// revenueBefore is what the deal's events that count before the first of the given ones moved.
func (m *shareMonth) revenueBefore(all, events []event) int64 {
	var sum int64
	for _, e := range all {
		if e.id == events[0].id {
			break
		}
		sum += e.moves
	}
	return sum
}

func modelOf(a contract.Attribution) attribution.Model {
	model, err := attribution.ParseModel(a.Model)
	if err != nil {
		panic(fmt.Sprintf("fees: the contract was read with the model %q: %v", a.Model, err))
	}
	if len(a.Direct) > 0 {
		model = model.WithDirect(a.Direct...)
	}
	return model
}

func lookbackOf(a contract.Attribution, zone *time.Location) attribution.Lookback {
	return attribution.Lookback{Span: a.Lookback, Edge: attribution.Edge(a.Edge), Zone: zone}
}

func (c credited) noCredit() *refusal {
	switch {
	case c.after == c.before:
		return refuse(NoCredit, "The revenue of this deal did not change: %s.", c.money(c.after))
	case len(c.result.Credits) == 0:
		return refuse(NoCredit, "No touch counts for this deal: all of %s is unattributed.", c.money(c.after))
	default:
		return refuse(NoCredit, "No touch that earns was credited: all of %s went to other touches or is unattributed.", c.money(c.after))
	}
}

func (c credited) money(minor int64) string { return money.New(minor, c.terms.Currency).Format() }
