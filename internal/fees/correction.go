package fees

import (
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// A locked statement never changes. What later evidence says otherwise of its month is charged or taken back by the next statement that is
// drafted: for each deal and locked month, what is owed for it as the evidence now says, less what was charged for it by that statement and
// by corrections since (cumulative due - cumulative charged). Limits are computed after the corrections, in the window in which the
// corrected month lies. Source of the method: the year-to-date method of commission accounting, where a refund under a cap of 10,000 takes
// back 1,300 of an uncapped 1,800, or nothing.

// owedDeal is what a deal owes for a month by its own lines, with what explains it.
type owedDeal struct {
	dealWindow
	at       int // the place of the deal
	minor    int64
	credited int64        // with tiers or a baseline: the revenue
	credit   creditedDeal // of the deal in the month, where it has any
}

// owedMonth is what the deals owe for a month as the evidence now says, those of one deal together, and the deals of which a fact is missing.
type owedMonth struct {
	deals []owedDeal
	held  []string
}

// owedIn computes, once for each month, what each deal owes for it. The months up to it are computed in order, from where it last stopped: floors and
// caps of a deal run over its life.
func (s *sharedDeals) owedIn(month cal.Period) owedMonth {
	for ; !s.next.First().After(month.From); s.next = s.next.Next() {
		m := &shareMonth{drafter: s.drafter, clause: s.clause, period: s.next.Period(), past: s.past, lines: s.room[:0], credits: s.credits[:0]}
		m.own()
		s.owed[m.period.From] = s.owedBy(m)
		if s.limited {
			s.past.computed(m)
		}
		s.room, s.credits = m.lines, m.credits
	}
	if o := s.owed[month.From]; o != nil {
		return *o
	}
	return owedMonth{}
}

// owedBy sums the lines of a month by deal and window.
func (s *sharedDeals) owedBy(m *shareMonth) *owedMonth {
	o := &owedMonth{held: m.held, deals: make([]owedDeal, 0, len(m.credits))}
	credits := m.credits
	for i := range m.lines {
		l := &m.lines[i]
		for credits[0].deal.ID != l.Deal {
			credits = credits[1:]
		}
		on := dealWindow{l.Deal, s.dayIn(l.CountsOn, m.period)}
		n := len(o.deals) - 1
		for n >= 0 && o.deals[n].deal == l.Deal && o.deals[n].on != on.on {
			n--
		}
		if n < 0 || o.deals[n].deal != l.Deal {
			n = len(o.deals)
			o.deals = append(o.deals, owedDeal{dealWindow: on, at: credits[0].events[0].at})
		}
		sum := &o.deals[n]
		sum.minor += l.Amount.Minor
		sum.credited += l.Credited
		if l.Kind == KindDeal {
			sum.credit = credits[0]
		}
	}
	return o
}

// settleUp is what remains to be charged or taken back where the agency gave up a part of what was charged: it does not come back with the next
// correction, and a refund takes back only what was paid. Of 1,000 charged and 400 given up, 600 stay when 700 are owed now, 500 when 500 are,
// and 1,100 less the 400 when 1,100 are.
func settleUp(due, charged, gross, givenUp int64) int64 {
	return min(due, max(due, gross)-givenUp) - (charged - givenUp)
}

// corrections adds the difference of every locked month before this one.
func (m *shareMonth) corrections() {
	if len(m.facts.Settled) == 0 || m.sameEvidence {
		return
	}
	kept := map[string]int64{} // by deal: what was charged and is no longer owed, but cannot be taken back
	var after []Line
	locked := false
	for _, s := range m.facts.Settled {
		if !s.Period.From.Before(m.period.From) {
			continue
		}
		locked = true
		owed := m.shared(m.clause).owedIn(s.Period)
		m.stillHeld(s.Period, owed.held)
		for _, d := range m.differing(owed.deals, s.Period) {
			id := d.deal
			move, credited := d.move()
			switch {
			case slices.Contains(owed.held, id) || m.factMissing(id):
				m.heldCorrection(id, s.Period)
			case (move < 0 || credited < 0) && m.tooLate(s.Period):
				kept[id] -= min(0, move)
				m.lateCorrection(id, s.Period, move)
			default:
				after = append(after, m.correctionLine(d, s.Period))
			}
		}
	}
	if !locked {
		return
	}
	m.withoutDouble(after, kept)
	m.withoutGivenUp()
}

// stillHeld reminds of the deals that a locked month left out for want of a fact that is still missing.
func (m *shareMonth) stillHeld(month cal.Period, held []string) {
	if !m.current {
		return
	}
	for _, id := range held {
		if len(m.past.of(id)) == 0 {
			m.issue(Warning, "still-held", "deal "+id, "%s was left out of %s for want of a fact, and it is still missing. When it is known, the next statement charges the deal.", m.dealNamed(id), month.Words())
		}
	}
}

// factMissing says whether nobody can tell if the deal still earns: it is not in the evidence, or its outcome or close date is not known. One
// that the CRM deleted earns nothing.
func (m *shareMonth) factMissing(id string) bool {
	if m.index.gone[id] != nil {
		return false
	}
	deal, ok := m.index.deal(id)
	return !ok || !deal.OutcomeKnown || deal.Won && deal.ClosedOn.IsZero()
}

func (m *shareMonth) heldCorrection(id string, month cal.Period) {
	if m.current {
		m.issue(Problem, "correction-held", "deal "+id, "%s: what was charged for %s can be neither kept nor corrected for want of a fact. Mend the CRM and import again.", m.dealNamed(id), month.Words())
	}
}

func (m *shareMonth) lateCorrection(id string, month cal.Period, move int64) {
	if m.current {
		m.issue(Info, "clawback-over", "deal "+id, "%s: %s charged for %s is no longer owed, but the clawback of %s is over: it is not taken back.", m.dealNamed(id),
			money.New(-move, m.currency).Format(), month.Words(), m.governing(month).share.Clawback)
	}
}

func (m *shareMonth) dealNamed(id string) string {
	if deal, ok := m.index.deal(id); ok {
		return dealName(deal)
	}
	if deal := m.index.gone[id]; deal != nil {
		return dealName(deal)
	}
	return id
}

// governed is a version with its clause.
type governed struct {
	terms contract.Terms
	share contract.RevenueShare
}

// governing is the version whose limits and clawback hold for a month: that of its last day under the contract.
func (m *shareMonth) governing(month cal.Period) governed {
	terms, ok := m.agreement.InForce(cal.Earlier(month.Last(), m.agreement.Running().Last()))
	if ok {
		c, _ := terms.Clause(m.clause)
		if share, ok := c.(contract.RevenueShare); ok {
			return governed{terms, share}
		}
	}
	for _, t := range m.agreement.Versions {
		c, _ := t.Clause(m.clause)
		if share, ok := c.(contract.RevenueShare); ok {
			return governed{t, share}
		}
	}
	panic("fees: a share clause that no version has")
}

// tooLate says whether a charge of the month can no longer be taken back by this statement. The month's charges count from its last day.
func (m *shareMonth) tooLate(month cal.Period) bool {
	g := m.governing(month)
	return g.share.Clawback.Over(month.Last(), m.period.From, g.terms.Calendar)
}

func (m *shareMonth) correctionLine(d difference, month cal.Period) Line {
	var owed owedDeal
	if d.owed != nil {
		owed = *d.owed
	}
	id, p := d.deal, d.paid
	g := m.governing(month)
	due, before := money.New(owed.minor, m.currency), money.New(p.statement, m.currency)
	move := money.New(owed.minor-p.sum(), m.currency)
	b := Basis{
		Version: g.terms.Version, Clause: g.share.Words(g.terms), Rounding: "none: sums of whole amounts",
		Inputs:   []Input{{"owed for " + month.Words() + ", as the evidence now says", due.Format()}, {"charged by its locked statement", before.Format()}},
		Evidence: []Evident{{"deal", id, m.dealNamed(id)}},
		Notes:    m.story(id, cal.MonthOf(month.From)),
	}
	b.Formula = fmt.Sprintf("%s (owed) - %s (charged) = %s", due.Format(), before.Format(), move.Format())
	if p.corrections != 0 {
		since := money.New(p.corrections, m.currency)
		b.Inputs = append(b.Inputs, Input{"corrected since", since.Format()})
		if p.given != 0 {
			b.Inputs = append(b.Inputs, Input{"of that given up by the agency and not paid", money.New(p.given, m.currency).Format()})
			b.Notes = append(b.Notes, "A correction that the agency gave up counts as made, so that it is not charged again.")
		}
		b.Formula = fmt.Sprintf("%s (owed) - %s (charged) - %s (corrected since) = %s", due.Format(), before.Format(), since.Format(), move.Format())
	}
	if owed.credit.deal != nil {
		var line Line
		c := m.credit(owed.credit.deal, owed.credit.all, owed.credit.events, true)
		c.line(&line)
		how := line.Basis
		b.Version, b.Clause, b.Touches = how.Version, how.Clause, how.Touches
		b.Inputs = append(b.Inputs, Input{"how it is owed", how.Formula})
		b.Inputs = append(b.Inputs, how.Inputs...)
	}
	return Line{
		Clause: m.clause, Kind: KindCorrection, Text: fmt.Sprintf("%s, correction of %s", m.dealNamed(id), month.Words()), Deal: id,
		Events: []string{cal.MonthOf(month.From).String()}, CountsOn: d.on, Credited: owed.credited - p.credited,
		Quantity: "1", Unit: "correction", Rate: move.String(), RateText: move.Format(), Amount: move, Basis: b,
	}
}

// story is what changed of the deal since the statement that last charged or corrected the month, where the facts tell.
func (m *shareMonth) story(id string, month cal.Month) []string {
	var out []string
	for _, c := range m.facts.Changes {
		if c.Deal == id && c.tells(month) {
			out = append(out, c.Words())
		}
	}
	return append(out, "A locked statement never changes: this line brings what was charged for its month to what is owed for it now.")
}

// earlierWindow is the day in whose window of limits a refund counts: that of the revenue that it gives back, when that counts in a month before
// this one.
func (m *shareMonth) earlierWindow(refund *event) cal.Date {
	if refund.gives.IsZero() || !refund.gives.Before(m.period.From) {
		return cal.Date{}
	}
	return m.firstDay(cal.MonthOf(refund.gives).Period())
}
