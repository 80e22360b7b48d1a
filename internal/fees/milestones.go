package fees

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// handover is a delivery under the clause that governs it: that of the version in force on the day of delivery.
type handover struct {
	crm.Delivery
	terms    contract.Terms
	clause   contract.Milestones
	stone    contract.Milestone
	part     milestoneShare // of the milestone that it brings
	accepted cal.Date       // the day on which it was accepted, or became so by silence; zero: not yet
	silent   bool           // nobody said so
}

// milestoneMonth computes one clause of milestones for one statement.
type milestoneMonth struct {
	*drafter
	id      string
	charged map[string]bool           // deliveries that locked statements charged and that still count
	share   map[string]milestoneShare // of each milestone that is charged: by locked statements, then by what comes before in time
	paid    map[string]paidParts      // and what it paid
	parts   map[string][]handover     // of a milestone that pays as a whole: what was accepted so far
	early   map[string]cal.Date       // of each milestone the last day on which a part of it that counts was delivered
	settled []*paidDelivery           // what locked statements charged, as it counts now
	last    map[string]handover       // of each milestone the last delivery that counts
	bonus   map[string]bool           // milestones whose bonus this statement charges
}

// milestones charges one clause: each delivery on the statement of the month in which it was accepted, or, when that is locked, on the first
// that is not; of a milestone never more than the whole.
func (d *drafter) milestones(id string) {
	m := &milestoneMonth{drafter: d, id: id, charged: map[string]bool{}, share: map[string]milestoneShare{}, paid: map[string]paidParts{}, parts: map[string][]handover{}, early: map[string]cal.Date{},
		last: map[string]handover{}, bonus: map[string]bool{}}
	if id == d.clausesOf("milestones")[0] {
		d.deliveriesOfNoMilestone()
	}
	all := m.handovers()
	m.readSettled(all)
	for _, h := range all {
		if !h.accepted.IsZero() {
			m.bring(h)
		}
	}
	m.correct()
	m.report(all)
}

// handovers are the deliveries of the clause's milestones that are known, in the order in which they were accepted; those that wait stand last.
func (m *milestoneMonth) handovers() []handover {
	var out []handover
	for _, delivery := range m.index.deliveries {
		terms, clause, stone, ok := m.milestoneOn(delivery)
		if !ok || clause.ID != m.id || !delivery.DeliveredOn.Before(m.knownUntil()) {
			continue
		}
		h := handover{Delivery: delivery, terms: terms, clause: clause, stone: stone, part: wholeMilestone}
		if delivery.Part != "" {
			part, ok := shareOf(delivery.Part)
			if !ok {
				m.issue(Problem, "milestone-part", "clause "+m.id, "Delivery %s of %s brings %q: that is no part of a milestone, so nothing is charged for it.", delivery.ID, stone.Name, delivery.Part)
				continue
			}
			h.part = part
		}
		m.accept(&h)
		out = append(out, h)
	}
	order := func(h handover) cal.Date {
		if h.accepted.IsZero() {
			return m.facts.Period.To
		}
		return h.accepted
	}
	slices.SortStableFunc(out, func(a, b handover) int {
		return cmp.Or(order(a).Cmp(order(b)), a.DeliveredOn.Cmp(b.DeliveredOn), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// milestoneOn finds the milestone that a delivery names, in the version in force on its day.
func (d *drafter) milestoneOn(delivery crm.Delivery) (contract.Terms, contract.Milestones, contract.Milestone, bool) {
	terms, ok := d.agreement.InForce(delivery.DeliveredOn)
	if ok && d.agreement.Running().Contains(delivery.DeliveredOn) {
		for _, c := range terms.Clauses {
			if clause, ok := c.(contract.Milestones); ok {
				if stone, ok := clause.Find(delivery.Milestone); ok {
					return terms, clause, stone, true
				}
			}
		}
	}
	return terms, contract.Milestones{}, contract.Milestone{}, false
}

// accept says when a delivery was accepted, as far as it is known. Silence accepts on the day after the window; what is said later does not count.
func (m *milestoneMonth) accept(h *handover) {
	deemed := h.clause.Within.After(h.DeliveredOn, h.terms.Calendar).AddDays(1)
	silence := h.clause.Silence == "accepted"
	switch {
	case !h.AcceptedOn.IsZero() && (!silence || h.AcceptedOn.Before(deemed)):
		h.accepted = h.AcceptedOn
	case silence && (h.ReturnedOn.IsZero() || !h.ReturnedOn.Before(deemed)):
		h.accepted, h.silent = deemed, true
	}
	if !h.accepted.Before(m.knownUntil()) {
		h.accepted, h.silent = cal.Date{}, false
	}
}

// bring lets an accepted delivery count, and charges it if it belongs on this statement.
func (m *milestoneMonth) bring(h handover) {
	name := h.stone.Name
	if m.charged[h.ID] {
		return
	}
	late, here := m.onThisStatement(h.accepted)
	before := m.share[name]
	of := append(m.parts[name], h)
	after := m.reach(h, of, here && (!late || before < wholeMilestone))
	if after == before {
		return
	}
	m.early[name], m.last[name] = cal.Later(m.early[name], h.DeliveredOn), h
	if h.clause.Partial == "whole-only" && after != wholeMilestone {
		m.parts[name] = of
		return
	}
	line := m.milestoneLine(h, of, before, after, late)
	m.parts[name], m.share[name], m.paid[name] = nil, after, m.paid[name].and(line.Amount.Minor)
	if !here {
		return
	}
	m.line(line)
	early, bonus := m.early[name], h.stone.Bonus
	if after == wholeMilestone && bonus.Set && !bonus.Amount.IsZero() && !early.After(h.stone.BonusBy) && !m.eventsOf(KindMilestoneBonus)[name] {
		m.bonus[name] = true
		m.line(m.bonusLine(h, early))
	}
}

// reach is how much of the milestone counts with these parts, never more than the whole.
func (m *milestoneMonth) reach(h handover, of []handover, tell bool) milestoneShare {
	before := m.share[h.stone.Name]
	after := before
	for _, p := range of {
		after += p.part
	}
	if after <= wholeMilestone {
		return after
	}
	if tell && (h.clause.Partial == "by-part" || before == wholeMilestone) {
		m.issue(Warning, "milestone-over", "clause "+m.id, "Delivery %s brings %s of %s, of which %s counts already: a milestone pays up to the whole and no more.", h.ID, h.part, h.stone.Name, before)
	}
	return wholeMilestone
}

// paidParts is what the parts of a milestone paid so far.
type paidParts struct{ parts, minor int64 }

func (p paidParts) and(minor int64) paidParts { return paidParts{p.parts + 1, p.minor + minor} }

// rest is what is left of a milestone's amount. It is known only where the parts before were paid of the same amount, each rounded: after an
// amendment of the amount, or where the agency gave a part up, it is not.
func (p paidParts) rest(amount money.Amount, before milestoneShare, rounding money.Rounding) (left money.Amount, known bool) {
	const roundings = 10 // a part that was the rest carries the roundings of the parts before it
	off := amount.Mul(before.ratio(), rounding).Minor - p.minor
	return money.New(amount.Minor-p.minor, amount.Currency), max(off, -off) <= roundings*p.parts
}

// milestoneLine charges what a delivery adds. The part that completes a milestone pays the rest of it, and none pays more than the rest, so that
// the parts are the whole to the cent.
func (m *milestoneMonth) milestoneLine(h handover, of []handover, before, after milestoneShare, late bool) Line {
	part, amount := after-before, h.stone.Amount
	move := amount.Mul(part.ratio(), h.terms.Rounding)
	line := Line{
		Clause: m.id, Kind: KindMilestone, Text: fmt.Sprintf("%s, %s", h.stone.Name, h.how()), Events: []string{h.stone.Name, part.String()},
		Quantity: decimalOf(part.ratio()), Unit: "milestone", Rate: amount.String(), RateText: amount.Format(), Amount: move,
		Basis: Basis{
			Version: h.terms.Version, Clause: h.clause.Words(h.terms), Rounding: roundingWords(h.terms),
			Formula: fmt.Sprintf("%s x %s = %s", part, amount.Format(), move.Format()),
			Inputs:  []Input{{"amount of the milestone", amount.Format()}, {"accepted before", before.String()}, {"accepted with this", after.String()}},
		},
	}
	if h.stone.Criteria != "" {
		line.Basis.Inputs = append(line.Basis.Inputs, Input{"accepted when", h.stone.Criteria})
	}
	if part != wholeMilestone {
		line.Text = fmt.Sprintf("%s of %s", part, line.Text)
	}
	paid := m.paid[h.stone.Name]
	if left, known := paid.rest(amount, before, h.terms.Rounding); known && left != move && (after == wholeMilestone || left.Cmp(move) < 0) {
		line.Quantity, line.Unit, line.Rate, line.RateText, line.Amount = "1", "rest", left.String(), left.Format(), left
		line.Basis.Formula = fmt.Sprintf("%s - %s = %s", amount.Format(), money.New(paid.minor, amount.Currency).Format(), left.Format())
		line.Basis.Inputs = append(line.Basis.Inputs, Input{"paid before", money.New(paid.minor, amount.Currency).Format()})
		line.Basis.Notes = append(line.Basis.Notes, "The parts of a milestone add up to its amount to the cent, so this part is the rest.")
	}
	for _, p := range of {
		line.Events = append(line.Events, p.ID)
		line.Basis.Evidence = append(line.Basis.Evidence, Evident{"delivery", p.ID, p.story()})
	}
	if late {
		line.Basis.Notes = append(line.Basis.Notes, fmt.Sprintf("Accepted on %s; the statement of %s was locked before that was known.", h.accepted.Words(), cal.MonthOf(h.accepted).Words()))
	}
	return line
}

// bonusLine charges the bonus of a milestone that was delivered early and is accepted as a whole.
func (m *milestoneMonth) bonusLine(h handover, delivered cal.Date) Line {
	bonus := h.stone.Bonus.Amount
	return Line{
		Clause: m.id, Kind: KindMilestoneBonus, Text: fmt.Sprintf("Bonus for early delivery of %s", h.stone.Name), Events: []string{h.stone.Name},
		Quantity: "1", Unit: "bonus", Rate: bonus.String(), RateText: bonus.Format(), Amount: bonus,
		Basis: Basis{
			Version: h.terms.Version, Clause: h.clause.Words(h.terms), Rounding: "none: a whole amount",
			Formula:  fmt.Sprintf("1 x %s = %s", bonus.Format(), bonus.Format()),
			Inputs:   []Input{{"early until", h.stone.BonusBy.Words()}, {"all of it delivered by", delivered.Words()}, {"bonus", bonus.Format()}},
			Evidence: []Evident{{"delivery", h.ID, h.story()}},
		},
	}
}

// how is in what way the delivery was accepted.
func (h handover) how() string {
	if h.silent {
		return "deemed accepted " + h.accepted.Words()
	}
	return "accepted " + h.accepted.Words()
}

func (h handover) story() string {
	brings := "the whole"
	if h.part != wholeMilestone {
		brings = h.part.String()
	}
	if h.accepted.IsZero() {
		return fmt.Sprintf("%s of %s, delivered %s", brings, h.stone.Name, h.DeliveredOn.Words())
	}
	return fmt.Sprintf("%s of %s, delivered %s, %s", brings, h.stone.Name, h.DeliveredOn.Words(), h.how())
}

// report says what waits for the client, what waits for the rest of its milestone, and what was returned too late.
func (m *milestoneMonth) report(all []handover) {
	var waiting, back, tooLate []string
	for _, h := range all {
		returned := !h.ReturnedOn.IsZero() && h.ReturnedOn.Before(m.knownUntil())
		now := returned && m.facts.Period.Contains(h.ReturnedOn)
		switch {
		case h.accepted.IsZero() && !returned:
			waiting = append(waiting, fmt.Sprintf("%s (%s)", h.ID, h.story()))
		case h.accepted.IsZero() && now:
			back = append(back, fmt.Sprintf("%s (%s)", h.ID, h.story()))
		case h.silent && now:
			tooLate = append(tooLate, fmt.Sprintf("%s (%s, returned %s)", h.ID, h.story(), h.ReturnedOn.Words()))
		}
	}
	var halves []string
	for name, of := range m.parts {
		if m.share[name] == 0 {
			halves = append(halves, fmt.Sprintf("%s (%s)", name, counted(len(of), "accepted part")))
		}
	}
	slices.Sort(halves)
	subject := "clause " + m.id
	if len(waiting) > 0 {
		m.issue(Info, "milestones-waiting", subject, "Delivered and not yet accepted, so not charged: %s.", listed(waiting, 8))
	}
	if len(back) > 0 {
		m.issue(Info, "milestones-returned", subject, "Returned by the client, so it counts for nothing: %s.", listed(back, 8))
	}
	if len(halves) > 0 {
		m.issue(Info, "milestones-in-part", subject, "Accepted in part, and paid when the whole is: %s.", listed(halves, 8))
	}
	if len(tooLate) > 0 {
		m.issue(Warning, "milestone-returned-late", subject, "Returned after silence had accepted it, so it stays charged: %s.", listed(tooLate, 8))
	}
}

// deliveriesOfNoMilestone tells of deliveries whose milestone or piece no clause names.
func (d *drafter) deliveriesOfNoMilestone() {
	var lost []string
	for _, delivery := range d.index.deliveries {
		if _, here := d.onThisStatement(delivery.DeliveredOn); !here || !delivery.DeliveredOn.Before(d.knownUntil()) {
			continue
		}
		if _, _, _, ok := d.milestoneOn(delivery); !ok && !d.pieceOn(delivery) {
			lost = append(lost, fmt.Sprintf("%s of %s (%s)", delivery.ID, delivery.Milestone, delivery.DeliveredOn.Words()))
		}
	}
	if len(lost) > 0 {
		d.issue(Problem, "milestone-unknown", "", "No clause in force on the day of delivery names these deliveries, so nobody can say what they pay or what they count for: %s.", listed(lost, 8))
	}
}

// pieceOn says whether a clause of deliverables in force on the day of a delivery, or before the end, counts it.
func (d *drafter) pieceOn(delivery crm.Delivery) bool {
	terms, _ := d.agreement.InForce(delivery.DeliveredOn)
	return slices.ContainsFunc(terms.Clauses, func(c contract.Clause) bool {
		clause, ok := c.(contract.Deliverables)
		if !ok {
			return false
		}
		_, named := clause.Find(delivery.Milestone)
		return named
	})
}

// milestoneShare is a part of a milestone, exactly: percentages end within nine decimals.
type milestoneShare int64

const wholeMilestone milestoneShare = 100_000_000_000

// shareOf reads "50 %": more than nothing and no more than the whole.
func shareOf(text string) (milestoneShare, bool) {
	part, err := money.ParsePercent(text)
	if err != nil || part.Sign() <= 0 || part.Num() > part.Den() || int64(wholeMilestone)%part.Den() != 0 {
		return 0, false
	}
	return milestoneShare(part.Num() * (int64(wholeMilestone) / part.Den())), true
}

func (s milestoneShare) ratio() money.Ratio { return money.NewRatio(int64(s), int64(wholeMilestone)) }

// String is "50 %".
func (s milestoneShare) String() string { return s.ratio().String() }
