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
	credits []creditedDeal // of the lines of deals, in a month that is not the current one: their reasons are written only where one is told
	held    []string       // deals of which a fact is missing
	limited bool           // a limit of the window was looked at
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
	shared := m.shared(m.clause)
	deals := shared.in(m.period)
	if m.current { // behind those of the statement, where commit finds them in their place
		m.statement.Lines = slices.Grow(m.statement.Lines, len(deals)+1)
		m.lines = m.statement.Lines[len(m.statement.Lines):]
	}
	m.lines = slices.Grow(m.lines, len(deals))
	if parts := m.parts(len(deals)); parts > 1 {
		m.inParts(deals, parts)
		return
	}
	m.ownOf(deals)
}

// ownOf charges what counts in the month of the deals at some places.
func (m *shareMonth) ownOf(deals []int32) {
	shared := m.shared(m.clause)
	for _, at := range deals {
		deal := m.index.deals[at]
		if deal.Won && deal.ClosedOn.IsZero() {
			m.consider(deal, m.clause, hold(NoCloseDate, "The deal is won, but the CRM has no close date: nobody can say to which month it belongs."))
		}
		if !deal.OutcomeKnown && m.period.Contains(deal.ClosedOn) {
			m.consider(deal, m.clause, hold(OutcomeUnknown, "The CRM does not say whether the deal was won: state what its stage %q means when importing.", deal.Stage))
		}
		all := shared.events[at]
		if events := inPeriod(all, m.period); len(events) > 0 {
			m.deal(deal, all, events)
		}
		for i := range all {
			if e := &all[i]; e.part == 0 && m.period.Contains(e.date) && !m.period.Contains(e.counted) {
				m.consider(deal, e.clause.ID, m.chargedElsewhere(deal, e))
			}
		}
	}
}

// commit puts the month's lines on the statement, numbering limits to their deal.
func (m *shareMonth) commit() {
	var main int
	for i := range m.lines {
		l := &m.lines[i]
		l.No = len(m.statement.Lines) + i + 1
		if l.Kind == KindDealFloor || l.Kind == KindDealCap {
			l.With = main
			continue
		}
		main = l.No
	}
	m.statement.Lines = append(m.statement.Lines, m.lines...)
}

// consider notes why a deal is not charged. Months before the current one only remember what is held: of that nothing is taken back.
func (m *shareMonth) consider(deal *crm.Deal, clause string, r *refusal) {
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

func dealName(deal *crm.Deal) string {
	if deal.Name == "" {
		return deal.ID
	}
	return deal.Name
}

// deal charges the events of one deal in the month.
func (m *shareMonth) deal(deal *crm.Deal, all, events []event) {
	kept := events
	if slices.ContainsFunc(events, func(e event) bool { return e.refused != nil }) {
		kept = nil
		for _, e := range events {
			if e.refused != nil {
				m.consider(deal, e.clause.ID, e.refused)
				continue
			}
			kept = append(kept, e)
		}
	}
	if kept = m.withoutEmptyRefunds(deal, kept); len(kept) == 0 {
		return
	}
	var nothing *refusal
	charged := false
	for len(kept) > 0 {
		var r run
		r, kept = m.nextRun(kept)
		if nothing = m.charge(deal, all, r); nothing == nil {
			charged = true
		}
	}
	if !charged {
		m.consider(deal, events[0].clause.ID, nothing)
	}
}

// run is events of a deal that stand on one line, and the day in whose window of limits they count; zero for the month's own.
type run struct {
	events []event
	counts cal.Date
}

// nextRun cuts off the first events of a deal that count in one window, and gives the rest: a refund counts in that of the revenue that it gives back.
func (m *shareMonth) nextRun(kept []event) (run, []event) {
	on := m.windowOf(&kept[0])
	n := 1
	for n < len(kept) && m.windowOf(&kept[n]) == on {
		n++
	}
	return run{kept[:n], on}, kept[n:]
}

func (m *shareMonth) windowOf(e *event) cal.Date {
	if e.minor < 0 {
		return m.earlierWindow(e)
	}
	return cal.Date{}
}

// charge puts the line of a run, with the limits of the deal, or says why there is nothing to charge.
func (m *shareMonth) charge(deal *crm.Deal, all []event, r run) *refusal {
	c := m.credit(deal, all, r.events, m.current)
	if c.moved == 0 {
		if !m.current {
			return nothingCredited
		}
		return c.noCredit()
	}
	m.lines = append(m.lines, Line{})
	line := &m.lines[len(m.lines)-1]
	if m.current {
		c.line(line)
	} else {
		c.charge(line)
		m.keepCredit(creditedDeal{deal, all, r.events})
	}
	line.CountsOn = r.counts
	m.dealLimits(deal, &c, line)
	return nil
}

// nothingCredited is the refusal of a month that tells no words.
var nothingCredited = &refusal{code: NoCredit}

// creditedDeal is what a credit is computed from.
type creditedDeal struct {
	deal        *crm.Deal
	all, events []event
}

// keepCredit keeps the last of each deal.
func (m *shareMonth) keepCredit(c creditedDeal) {
	if n := len(m.credits); n > 0 && m.credits[n-1].deal == c.deal {
		m.credits[n-1] = c
		return
	}
	m.credits = append(m.credits, c)
}

// credited is the credit of a deal at two points of its life: before and after the events of this line.
type credited struct {
	deal      *crm.Deal
	governs   *sharing
	said      *sharingWords // where it is explained
	events    []event
	before    int64 // revenue before these events
	after     int64
	result    *attribution.Result   // of the revenue after, where it is explained, until the next deal is credited
	holdings  []attribution.Holding // its touches that count
	earned    int64                 // of it, credited to touches that earn
	moved     int64                 // earned after less earned before
	byAccount bool
	earlier   string // the deal after which the path begins
}

// noResult is that of a share that attributes nothing.
var noResult attribution.Result

// credit apportions the deal's revenue to its touches. Revenue is cumulative, so that parts and refunds are apportioned with the same
// weights and never lose a cent against the whole. Explained, it says what each touch holds.
func (d *drafter) credit(deal *crm.Deal, all, events []event, explained bool) credited {
	g := events[0].governs
	c := credited{deal: deal, governs: g, events: events, result: &noResult}
	c.before = revenueBefore(all, events)
	c.after = c.before
	for i := range events {
		c.after += events[i].moves
	}
	if explained {
		c.said = d.words(g)
	}
	if g.share.Attribution.None {
		c.earned, c.moved = c.after, c.after-c.before
		return c
	}
	if !explained && d.crediting.HoldsAll(d.index.links, deal, g.path, &g.model, g.lookback, g.earns) {
		c.earned, c.moved = c.after, c.after-c.before
		return c
	}
	journey, byAccount := d.crediting.Journey(d.index.links, deal, g.path)
	c.byAccount, c.earlier = byAccount, journey.Earlier
	if explained {
		c.result, c.holdings = d.crediting.Credit(journey, &g.model, g.lookback, money.New(c.after, d.currency))
	} else {
		d.crediting.Weigh(journey, &g.model, g.lookback)
	}
	c.earned = d.crediting.Held(c.after, g.earns)
	c.moved = c.earned - d.crediting.Held(c.before, g.earns)
	return c
}

// withoutEmptyRefunds leaves out refunds of revenue that was not charged: they take nothing back.
func (m *shareMonth) withoutEmptyRefunds(deal *crm.Deal, events []event) []event {
	empty := func(e event) bool { return e.empty }
	if !slices.ContainsFunc(events, empty) {
		return events
	}
	kept := slices.DeleteFunc(slices.Clone(events), empty)
	if len(kept) == 0 {
		for _, e := range events {
			m.consider(deal, e.clause.ID, refuse(NotCharged, "Refund %s gives back more than was received, so it takes nothing back before more is received.", e.id))
		}
	}
	return kept
}

// revenueBefore is what the deal's events that count before the first of the given ones moved.
func revenueBefore(all, events []event) int64 {
	var sum int64
	for i := range all {
		if all[i].id == events[0].id && all[i].part == events[0].part {
			break
		}
		sum += all[i].moves
	}
	return sum
}

func modelOf(a contract.Attribution) attribution.Model {
	model, err := attribution.Agreed(a)
	if err != nil {
		panic(fmt.Sprintf("fees: the contract was read with the model %q: %v", a.Model, err))
	}
	return model
}

func lookbackOf(a contract.Attribution, zone *time.Location) attribution.Lookback {
	return attribution.Lookback{Span: a.Lookback, Edge: attribution.Edge(a.Edge), Zone: zone}
}

func (c *credited) noCredit() *refusal {
	switch {
	case c.after == c.before:
		return refuse(NoCredit, "The revenue of this deal did not change: %s.", c.money(c.after))
	case len(c.holdings) == 0:
		return refuse(NoCredit, "No touch counts for this deal: all of %s is unattributed.", c.money(c.after))
	default:
		return refuse(NoCredit, "No touch that earns was credited: all of %s went to other touches or is unattributed.", c.money(c.after))
	}
}

func (c *credited) money(minor int64) string {
	return money.New(minor, c.governs.terms.Currency).Format()
}
