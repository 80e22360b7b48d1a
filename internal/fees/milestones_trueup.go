package fees

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// A delivery that was charged pays what it brings as the evidence now says: one that is deleted, returned, not accepted or of another milestone
// brings nothing, and makes room for another.

// paidDelivery is a settled line of a milestone, with what of the milestone it brings now.
type paidDelivery struct {
	line      SettledLine
	stone     string
	was       milestoneShare
	stands    milestoneShare // what of that corrections left
	now       milestoneShare // what its deliveries bring by themselves
	share     milestoneShare // what of that counts, within the whole
	of        []handover     // those that count
	said      []Evident
	held      string
	movedHere bool  // a delivery of it belongs to this clause
	charged   int64 // what was charged for it, after corrections
	paid      int64 // what it is owed
	fixed     bool  // given up, of another clause, corrected elsewhere, or nobody can tell: it stands as it is
}

// milestoneName names a line by its milestone and deliveries.
func milestoneName(l SettledLine) string {
	switch {
	case l.Kind == KindMilestone && len(l.Events) > 2:
		return strings.Join(append([]string{string(l.Kind), l.Events[0]}, l.Events[2:]...), " ")
	case l.Kind == KindMilestoneBonus && len(l.Events) > 0:
		return string(l.Kind) + " " + l.Events[0]
	}
	return ""
}

// readSettled tells what locked statements of other periods charged of each milestone, as it counts now, under whatever clause it stood.
func (m *milestoneMonth) readSettled(all []handover) {
	known := rowsOf(all, func(h handover) string { return h.ID })
	for _, s := range m.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == m.facts.Period || l.Kind != KindMilestone || len(l.Events) < 3 {
				continue
			}
			if part, ok := shareOf(l.Events[1]); ok {
				p := &paidDelivery{line: l, stone: l.Events[0], was: part}
				late, here := m.onThisStatement(s.Period.From)
				p.fixed = l.Conceded || l.Clause != m.id || m.sameEvidence || !late || !here
				p.stands, p.charged = m.standing(p)
				m.bringsNow(p, known)
				if !l.Conceded && l.Clause != m.id && p.movedHere { // the other clause gives it back
					continue
				}
				m.settled = append(m.settled, p)
			}
		}
	}
	m.shareOut()
	for _, p := range m.settled {
		paid := m.amountOf(p)
		m.share[p.stone] += p.share
		if p.paid = paid; p.share > 0 {
			m.paid[p.stone] = m.paid[p.stone].and(paid)
			for _, h := range p.of { // before any other part can make the whole
				m.early[p.stone], m.last[p.stone] = cal.Later(m.early[p.stone], h.DeliveredOn), h
			}
		}
		for _, id := range p.line.Events[2:] {
			h, counts := known[id]
			m.charged[id] = m.charged[id] || p.share > 0 || p.fixed || !p.wholeOnly() && counts && h.stone.Name == p.stone
		}
	}
}

// standing is what of a settled line's share, and of its amount, stands after corrections: the last of them says it.
func (m *milestoneMonth) standing(p *paidDelivery) (share milestoneShare, minor int64) {
	share, minor = p.was, p.line.Minor
	for _, l := range m.linesUnder(p.line.Clause) {
		if l.Kind.corrects() && len(l.Events) > 2 && l.Events[1] == milestoneName(p.line) {
			share, _ = shareOf(l.Events[2]) // "0 %" is nothing
			minor += l.Minor + l.GivenUp
		}
	}
	return share, minor
}

// bringsNow looks up the deliveries of a settled line.
func (m *milestoneMonth) bringsNow(p *paidDelivery, known map[string]handover) {
	rows := rowsOf(m.index.deliveries, func(d crm.Delivery) string { return d.ID })
	for _, id := range p.line.Events[2:] {
		h, counts := known[id]
		row, there := rows[id]
		words := "deleted"
		p.movedHere = p.movedHere || counts
		switch {
		case counts && h.stone.Name == p.stone && !h.accepted.IsZero():
			p.now, p.of, words = p.now+h.part, append(p.of, h), h.story()
		case counts:
			words = h.story() + ", which is not accepted"
			if h.stone.Name != p.stone {
				words = h.story()
			}
		case there && row.Part != "" && !validShare(row.Part):
			p.held = fmt.Sprintf("delivery %s brings %q now, which is no part of a milestone", id, row.Part)
		case there:
			words = fmt.Sprintf("%s, delivered %s, which this clause does not pay", row.Milestone, row.DeliveredOn.Words())
		case !m.index.goneRows[rowKey{crm.KindDelivery, id}]:
			p.held = fmt.Sprintf("delivery %s is not in the evidence any more, and nothing says that it was deleted", id)
		}
		p.said = append(p.said, Evident{string(crm.KindDelivery), id, words})
	}
	p.fixed = p.fixed || p.held != ""
}

func validShare(text string) bool {
	_, ok := shareOf(text)
	return ok
}

// shareOut gives each settled line what stands of it, as far as its deliveries still bring it, then what they brought once, while there is
// room.
func (m *milestoneMonth) shareOut() {
	used := map[string]milestoneShare{}
	give := func(p *paidDelivery, most milestoneShare) {
		more := max(0, min(most-p.share, wholeMilestone-used[p.stone]))
		p.share, used[p.stone] = p.share+more, used[p.stone]+more
	}
	for _, p := range m.settled {
		if p.fixed {
			give(p, p.stands)
		}
	}
	for _, most := range []func(*paidDelivery) milestoneShare{func(p *paidDelivery) milestoneShare { return p.stands }, func(p *paidDelivery) milestoneShare { return p.was }} {
		for _, p := range m.settled {
			if !p.fixed && !(p.wholeOnly() && p.now < p.was) { // else the others wait for the rest again
				give(p, min(most(p), p.now))
			}
		}
	}
}

// more lets deliveries count that bring more than what was charged of them, when there is room beside all others.
func (m *milestoneMonth) more() {
	for _, p := range m.settled {
		if more := max(0, min(p.now-p.share, wholeMilestone-m.share[p.stone])); !p.fixed && !p.wholeOnly() && more > 0 {
			p.share, m.share[p.stone] = p.share+more, m.share[p.stone]+more
		}
	}
}

// wholeOnly says whether the line pays only when its deliveries make the whole.
func (p *paidDelivery) wholeOnly() bool {
	return len(p.line.Events) > 3 || len(p.of) > 0 && p.of[0].clause.Partial == "whole-only"
}

// amountOf is what a settled line is owed for its share. What stands of it stands to the cent: it may be the rest of its milestone.
func (m *milestoneMonth) amountOf(p *paidDelivery) int64 {
	switch {
	case p.fixed:
		return p.charged
	case len(p.of) == 0 || p.share == 0:
		return 0
	}
	h := p.of[len(p.of)-1]
	amount := h.stone.Amount.Mul(p.share.ratio(), h.terms.Rounding).Minor
	if off := amount - p.charged; p.share == p.stands && max(off, -off) <= int64(len(m.settled)) {
		return p.charged
	}
	return amount
}

// toTheCent is what a settled line is owed, so that parts that make the whole are its amount to the cent, and none are more.
func (m *milestoneMonth) toTheCent(p *paidDelivery) int64 {
	owed, all := m.amountOf(p), m.paid[p.stone]
	if p.share != p.stands && p.share > 0 {
		rest := p.of[len(p.of)-1].stone.Amount.Minor - (all.minor - p.paid)
		if off := rest - owed; max(off, -off) <= all.parts+1 && (off < 0 || m.share[p.stone] == wholeMilestone) {
			owed = rest
		}
	}
	all.minor += owed - p.paid
	m.paid[p.stone], p.paid = all, owed
	return owed
}

// correct brings what locked statements charged of milestones to what their deliveries bring now.
func (m *milestoneMonth) correct() {
	m.more()
	settled := map[string]*paidDelivery{}
	for _, p := range m.settled {
		settled[milestoneName(p.line)] = p
	}
	for _, c := range m.settledCharges(m.id, milestoneName) {
		p, of := settled[c.name]
		switch {
		case c.lines[0].Kind == KindMilestoneBonus:
			m.correctBonus(c)
		case !of:
		case p.held != "":
			m.heldTrueUp(c, m.id, p.held)
		default:
			m.correctPart(c, p)
		}
	}
	m.bonusesSince()
}

func (m *milestoneMonth) correctPart(c *settledCharge, p *paidDelivery) {
	terms, clause := m.clauseFor(c, m.id)
	o := owedNow{kind: KindCorrection, minor: m.toTheCent(p), text: p.stone, event: p.share.String(), version: terms.Version, clause: clause.Words(terms), evidence: p.said,
		how: []Input{{"part of the milestone that was charged", p.was.String()}, {"part that counts now", p.share.String()}}}
	if len(p.of) > 0 && p.share > 0 {
		h := p.of[len(p.of)-1]
		o.version, o.clause = h.terms.Version, h.clause.Words(h.terms)
		o.how = append(o.how, Input{"how it is owed", fmt.Sprintf("%s x %s = %s", p.share, h.stone.Amount.Format(), money.New(o.minor, m.currency).Format())})
	}
	m.trueUp(c, o)
}

// earned says whether the bonus of a milestone is owed: all of it is accepted, and was delivered early.
func (m *milestoneMonth) earned(name string) (handover, bool) {
	h, known := m.last[name]
	return h, known && m.share[name] == wholeMilestone && h.stone.Bonus.Set && !m.early[name].After(h.stone.BonusBy)
}

func (m *milestoneMonth) correctBonus(c *settledCharge) {
	name := c.lines[0].Events[0]
	for _, p := range m.settled {
		if p.stone == name && p.held != "" {
			m.heldTrueUp(c, m.id, p.held)
			return
		}
	}
	terms, clause := m.clauseFor(c, m.id)
	o := owedNow{kind: KindCorrection, text: "Bonus for early delivery of " + name, version: terms.Version, clause: clause.Words(terms)}
	if h, earned := m.earned(name); earned {
		o.minor = h.stone.Bonus.Amount.Minor
	}
	if day := m.early[name]; !day.IsZero() {
		o.how = []Input{{"all that counts was delivered by", day.Words()}}
	}
	for _, p := range m.settled {
		if p.stone == name {
			o.evidence = append(o.evidence, p.said...)
		}
	}
	m.trueUp(c, o)
}

// bonusesSince charges bonuses of milestones that locked statements charged as a whole, and whose deliveries turn out to have been early.
func (m *milestoneMonth) bonusesSince() {
	if m.sameEvidence {
		return
	}
	charged := m.eventsOf(KindMilestoneBonus)
	var done []string
	for _, s := range m.facts.Settled {
		late, here := m.onThisStatement(s.Period.From)
		for _, l := range s.Lines {
			if l.Clause != m.id || l.Kind != KindMilestone || l.Conceded || !late || !here || len(l.Events) < 3 {
				continue
			}
			name := l.Events[0]
			h, earned := m.earned(name)
			if earned && !charged[name] && !m.bonus[name] && !h.stone.Bonus.Amount.IsZero() && !slices.Contains(done, name) && m.completed(name) {
				done = append(done, name)
				line := m.bonusLine(h, m.early[name])
				line.Basis.Notes = append(line.Basis.Notes, "The milestone was charged as a whole by a locked statement, which did not know that it was early.")
				m.line(line)
			}
		}
	}
}

// completed says whether locked statements charged the whole milestone.
func (m *milestoneMonth) completed(name string) bool {
	var sum milestoneShare
	for _, p := range m.settled {
		if p.stone == name {
			sum += p.share
		}
	}
	return sum == wholeMilestone
}
