package fees

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// piecesPeriod is a fee period of a retainer in which pieces are included, over all versions. The version in force on its last day governs it.
type piecesPeriod struct {
	fee      cal.Period
	inForce  cal.Period
	terms    contract.Terms
	clause   contract.Deliverables
	included map[string]int64
	last     bool // no fee period with pieces follows
}

// piecesPeriods are the fee periods that begin before the end of the statement's period, in order.
func (d *drafter) piecesPeriods(id string) []piecesPeriod {
	var out []piecesPeriod
	for _, s := range d.agreement.Segments(d.agreement.Running()) {
		c, _ := s.Terms.Clause(id)
		clause, ok := c.(contract.Deliverables)
		if !ok {
			continue
		}
		of, _ := s.Terms.Clause(clause.Of)
		r, ok := of.(contract.Retainer)
		if !ok {
			continue
		}
		cycle := feeCycle(r, s.Terms)
		for k := cycle.Index(s.Period.From); cycle.Start(k).Before(s.Period.To); k++ {
			fee := cycle.At(k)
			if n := len(out); n == 0 || out[n-1].fee != fee {
				out = append(out, piecesPeriod{fee: fee, inForce: cal.Period{From: cal.Later(fee.From, s.Period.From)}, included: map[string]int64{}})
			}
			p := &out[len(out)-1]
			part := fee.Overlap(s.Period)
			p.inForce.To, p.terms, p.clause = part.To, s.Terms, clause
			for _, piece := range clause.List {
				p.include(piece, clause, r, part, s.Terms.Rounding)
			}
		}
	}
	for i := range out {
		out[i].last = i == len(out)-1
	}
	return slices.DeleteFunc(out, func(p piecesPeriod) bool { return !p.fee.From.Before(d.facts.Period.To) })
}

// include adds what a part of the fee period includes of a piece.
func (p *piecesPeriod) include(piece contract.Deliverable, clause contract.Deliverables, r contract.Retainer, part cal.Period, rounding money.Rounding) {
	if clause.Partial == "whole" || r.Proration == contract.NoProration {
		if _, begun := p.included[piece.Name]; !begun {
			p.included[piece.Name] = piece.Included
		}
		return
	}
	share := Prorate(r.Proration, r.Every, p.fee, part)
	n := money.MulDiv(piece.Included, share.Num, share.Den, rounding)
	if !r.Full.IsZero() { // during notice
		n = money.MulDiv(n, r.InNotice.Num(), r.InNotice.Den(), rounding)
	}
	p.included[piece.Name] += n
}

// piecesBook counts the pieces of one clause from fee period to fee period.
type piecesBook struct {
	*drafter
	id      string
	counted map[string]bool // deliveries that locked statements counted and did not take out again
	carried map[string]int64
	guessed bool // an earlier fee period was computed from the evidence as it is now
}

// deliverables puts the pieces of the fee periods that end in this statement's month on it. A fee period that a locked statement settled stands as
// it was settled: what came later counts in the next open one, and what was counted and does not count any more is taken out there.
func (d *drafter) deliverables(id string) {
	b := &piecesBook{drafter: d, id: id, counted: map[string]bool{}, carried: map[string]int64{}}
	if len(d.clausesOf("milestones")) == 0 && id == d.clausesOf("deliverables")[0] {
		d.deliveriesOfNoMilestone()
	}
	settled := b.settled()
	for _, p := range d.piecesPeriods(id) {
		if !p.inForce.Last().Before(d.facts.Period.To) {
			break // it ends later
		}
		if lines, closed := settled[p.fee.String()]; closed {
			for name, carried := range lines {
				b.carried[name] = carried
			}
			continue
		}
		late, here := d.onThisStatement(p.inForce.Last())
		for _, piece := range p.clause.List {
			b.settle(p, piece, late, here)
		}
		b.guessed = b.guessed || !here
	}
	if b.guessed {
		d.issue(Info, "pieces-on-unlocked", "clause "+id, "Pieces of earlier fee periods stand on statements that are not locked; what they carry is counted as the evidence now says.")
	}
	b.partsAndAfter()
	b.knownTooLate(settled)
}

// settled is, by fee period and piece, what locked statements of other periods carried on. The deliveries they counted are noted.
func (b *piecesBook) settled() map[string]map[string]int64 {
	out := map[string]map[string]int64{}
	for _, s := range b.facts.Settled {
		for _, l := range s.Lines {
			if s.Period == b.facts.Period || l.Clause != b.id || l.Kind != KindDeliverables || len(l.Events) < 3 {
				continue
			}
			carried, err := strconv.ParseInt(l.Events[2], 10, 64)
			if err != nil {
				continue
			}
			if out[l.Events[0]] == nil {
				out[l.Events[0]] = map[string]int64{}
			}
			out[l.Events[0]][l.Events[1]] = carried
			for _, id := range l.Events[3:] {
				gone, taken := strings.CutPrefix(id, takenOut)
				b.counted[gone] = !taken
			}
		}
	}
	return out
}

// takenOut begins the id of a delivery that was counted before and does not count any more.
const takenOut = "-"

// countedOn is the day on which a delivery counts as a piece; zero when it does not.
func (b *piecesBook) countedOn(x crm.Delivery, clause contract.Deliverables) cal.Date {
	day := x.DeliveredOn
	if clause.Counted == "when-accepted" {
		day = x.AcceptedOn
	}
	if day.IsZero() || !day.Before(b.knownUntil()) || x.Part != "" || !x.ReturnedOn.IsZero() && x.ReturnedOn.Before(b.knownUntil()) {
		return cal.Date{}
	}
	return day
}

// settle counts the pieces of one name in a fee period.
func (b *piecesBook) settle(p piecesPeriod, piece contract.Deliverable, late, here bool) {
	var now, gone []string
	var evidence []Evident
	still := map[string]bool{}
	for _, x := range b.index.deliveries {
		if !strings.EqualFold(piece.Name, strings.TrimSpace(x.Milestone)) {
			continue
		}
		on := b.countedOn(x, p.clause)
		still[x.ID] = !on.IsZero()
		if on.IsZero() || b.counted[x.ID] || !on.Before(p.inForce.To) {
			continue
		}
		now = append(now, x.ID)
		words := piece.Name + ", " + map[string]string{"when-accepted": "accepted ", "when-delivered": "delivered "}[p.clause.Counted] + on.Words()
		if on.Before(p.inForce.From) {
			words += ", known after its fee period was settled"
		}
		evidence = append(evidence, Evident{"delivery", x.ID, words})
	}
	for _, id := range b.countedOf(piece.Name) {
		if b.counted[id] && !still[id] {
			gone = append(gone, id)
			evidence = append(evidence, Evident{"delivery", id, piece.Name + ", counted before and taken out: it was returned or is no longer in the evidence"})
		}
	}
	for _, id := range now {
		b.counted[id] = true
	}
	for _, id := range gone {
		b.counted[id] = false
	}
	n := pieces{came: int64(len(now)) - int64(len(gone)), included: p.included[piece.Name], brought: b.carried[piece.Name]}
	n.settle(p.clause, p.last)
	b.carried[piece.Name] = n.carried
	if here {
		b.line(b.piecesLine(p, piece, n, now, gone, evidence, late))
	}
}

// countedOf are the deliveries that locked statements counted as pieces of a name, in the order of their statements.
func (b *piecesBook) countedOf(name string) []string {
	var out []string
	for _, s := range b.facts.Settled {
		for _, l := range s.Lines {
			if s.Period != b.facts.Period && l.Clause == b.id && l.Kind == KindDeliverables && len(l.Events) > 3 && l.Events[1] == name {
				for _, id := range l.Events[3:] {
					if id = strings.TrimPrefix(id, takenOut); !slices.Contains(out, id) {
						out = append(out, id)
					}
				}
			}
		}
	}
	return out
}

// pieces is the count of one name in a fee period. brought and carried are pieces that the agency owes from before and after it; below zero it
// is ahead.
type pieces struct{ included, brought, came, charged, carried int64 }

// settle decides by the contract what is charged (credited below zero) and what is carried on. Worked: 4 included, 3 came; carried, the next
// fee period owes 5; credited, one is credited.
func (n *pieces) settle(c contract.Deliverables, last bool) {
	above := n.came - n.included - n.brought
	rule, charged := c.Above, "billed"
	if above < 0 {
		rule, charged = c.Missing, "credited"
	}
	carry, then, carries := strings.Cut(rule, "-then-")
	switch {
	case above == 0:
	case carries && !last:
		n.carried = -above
	case cmp.Or(then, carry) == charged:
		n.charged = above
	}
}

func (b *piecesBook) piecesLine(p piecesPeriod, piece contract.Deliverable, n pieces, now, gone []string, evidence []Evident, late bool) Line {
	price := piece.Price
	if price.IsZero() {
		price = money.New(0, b.currency)
	}
	amount := money.New(n.charged*price.Minor, b.currency)
	over := n.came - n.included - n.brought
	state := "as included"
	switch {
	case over > 0:
		state = fmt.Sprintf("%d above", over)
	case over < 0:
		state = fmt.Sprintf("%d missing", -over)
	}
	inputs := []Input{{"fee period", p.fee.Words()}}
	if p.inForce != p.fee {
		inputs = append(inputs, Input{"in force", fmt.Sprintf("%s (%d of %d days)", p.inForce.Words(), p.inForce.Days(), p.fee.Days())})
	}
	inputs = append(inputs, Input{"included", strconv.FormatInt(n.included, 10)})
	if n.brought != 0 {
		inputs = append(inputs, Input{"owed from before (below zero: ahead)", strconv.FormatInt(n.brought, 10)})
	}
	inputs = append(inputs, Input{"came", strconv.FormatInt(n.came, 10)})
	if n.carried != 0 {
		inputs = append(inputs, Input{"carried on (below zero: ahead)", strconv.FormatInt(n.carried, 10)})
	}
	l := Line{
		Clause: b.id, Kind: KindDeliverables, Text: fmt.Sprintf("%s %s: %d came, %s", piece.Name, p.inForce.Words(), n.came, state),
		Events: []string{p.fee.String(), piece.Name, strconv.FormatInt(n.carried, 10)}, Quantity: strconv.FormatInt(n.charged, 10), Unit: "piece",
		Rate: price.String(), RateText: price.Format(), Amount: amount,
		Basis: Basis{
			Version: p.terms.Version, Clause: p.clause.Words(p.terms), Rounding: "none: whole pieces", Inputs: inputs, Evidence: evidence,
			Formula: fmt.Sprintf("%d (came) - %d (included) - %d (owed from before) = %d; charged %d x %s = %s", n.came, n.included, n.brought, over, n.charged, price.Format(), amount.Format()),
		},
	}
	l.Events = append(l.Events, now...)
	for _, id := range gone {
		l.Events = append(l.Events, takenOut+id)
	}
	if late {
		l.Basis.Notes = append(l.Basis.Notes, "The statement of the month in which the fee period ended was locked without its pieces, so they are here.")
	}
	return l
}

// partsAndAfter tells of deliveries that no fee period counts: parts of a piece, and those that came after the last.
func (b *piecesBook) partsAndAfter() {
	periods := b.piecesPeriods(b.id)
	if len(periods) == 0 {
		return
	}
	end := periods[len(periods)-1]
	var parts, after []string
	for _, x := range b.index.deliveries {
		if _, ok := end.clause.Find(x.Milestone); !ok || !b.facts.Period.Contains(x.DeliveredOn) {
			continue
		}
		switch {
		case x.Part != "":
			parts = append(parts, x.ID)
		case end.last && !x.DeliveredOn.Before(end.inForce.To):
			after = append(after, x.ID)
		}
	}
	if len(parts) > 0 {
		b.issue(Warning, "piece-in-part", "clause "+b.id, "A part of a piece does not count; hand over the whole: %s.", listed(parts, 8))
	}
	if len(after) > 0 {
		b.issue(Warning, "piece-after-the-end", "clause "+b.id, "Delivered after the last fee period, so that no clause counts them: %s.", listed(after, 8))
	}
}

// knownTooLate tells of what the evidence says otherwise of pieces once the last fee period is settled: no other is there to count it.
func (b *piecesBook) knownTooLate(settled map[string]map[string]int64) {
	periods := b.piecesPeriods(b.id)
	if len(periods) == 0 {
		return
	}
	end := periods[len(periods)-1]
	if _, closed := settled[end.fee.String()]; !end.last || !closed {
		return
	}
	var came, gone []string
	still := map[string]bool{}
	for _, x := range b.index.deliveries {
		on := b.countedOn(x, end.clause)
		still[x.ID] = !on.IsZero()
		if _, ok := end.clause.Find(x.Milestone); ok && !on.IsZero() && on.Before(end.inForce.To) && !b.counted[x.ID] {
			came = append(came, x.ID)
		}
	}
	for _, piece := range end.clause.List {
		gone = append(gone, kept(b.countedOf(piece.Name), func(id string) bool { return b.counted[id] && !still[id] })...)
	}
	if len(came) > 0 {
		b.issue(Problem, "piece-known-too-late", "clause "+b.id, "Came in time, but became known after the last fee period was settled, so that nothing counts them: %s. Agree on what they are worth, and settle it outside.", listed(came, 8))
	}
	if len(gone) > 0 {
		b.issue(Problem, "piece-gone-too-late", "clause "+b.id, "Counted, and returned or no longer in the evidence since the last fee period was settled, so that nothing takes them out: %s. Agree on what they are worth, and settle it outside.", listed(gone, 8))
	}
}
