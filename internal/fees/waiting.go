package fees

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Waiting is a row of evidence that somebody has to decide about, by the clause that governs it.
type Waiting struct {
	Kind   crm.Kind
	ID     string // of the row; of hours, the reading that an approval would be
	Clause string
	On     contract.Side
	Name   string // the milestone or piece, the id of the lead, or the metric of approved hours
	Words  string // "the whole, handed over 3 Mar 2026"
	Acts   []crm.Act

	Until   time.Time // the first instant after the time to decide; zero: the contract sets none
	Silent  string    // what happens by silence, as a sentence; empty: nothing
	Late    bool      // the time to decide is over and silence decides nothing
	Worth   money.Amount
	Counts  string   // what it is worth where that is no amount of its own: "1 of 4 included"
	By      string   // who accepts, as the contract names them; empty: nobody is named
	Reasons []string // of a dispute, those that count; empty: any
	Accepts string   // what must be true of it, as the contract says
	Note    string   // what the agency wrote to it
	Held    string   // of a result: why it is not billed even when it is accepted, as a sentence; empty: it is. Then it is worth nothing yet

	InForce cal.Period // of hours: the fee period
	Worked  int64      // of hours: minutes above those at hand so far
	Given   int64      // of hours: minutes approved so far by other readings than ID
	Before  int64      // of hours: minutes that ID approves so far
	Stands  string     // of hours: what ID approves so far as its reading writes it; empty: there is no reading
	Closed  bool       // of hours: the client approves no more of what was worked so far
	Zone    *time.Location
}

// IsHours reports whether hours wait to be approved.
func (w Waiting) IsHours() bool { return w.Kind == crm.KindMetricReading }

// LastDay is the last day to decide; zero: the contract sets none.
func (w Waiting) LastDay() cal.Date {
	if w.Until.IsZero() {
		return cal.Date{}
	}
	return cal.DateOf(w.Until.Add(-time.Nanosecond), w.Zone)
}

// WaitingFor lists what waits for a decision of either side, by the agreement and the evidence as it is known now; of f only the evidence and the
// settled statements count. What the agency has to do stands behind what the client has to, each by the time it has; without a time last.
func WaitingFor(a contract.Agreement, f Facts, now time.Time) []Waiting {
	zone := a.First().Zone
	today := cal.DateOf(now, zone)
	f.Settled = inOrder(f.Settled)
	f.Period = cal.Period{From: cal.MonthOf(today).First(), To: today.AddDays(1)} // what happened today is known
	d := newDrafter(a, f)
	d.index = newIndex(f.Evidence)
	d.statement.AsOf = f.Period.To
	var out []Waiting
	for _, id := range d.clausesOf("milestones") {
		out = append(out, d.waitingMilestones(id, now)...)
	}
	for _, id := range d.clausesOf("deliverables") {
		out = append(out, d.waitingPieces(id)...)
	}
	for _, id := range d.clausesOf("per_result") {
		out = append(out, d.waitingResults(id, now)...)
	}
	for _, id := range d.clausesOf("retainer") {
		out = append(out, d.waitingHours(id, today)...)
	}
	for i := range out {
		out[i].Zone = zone
	}
	never := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	end := func(w Waiting) time.Time {
		if w.Until.IsZero() {
			return never
		}
		return w.Until
	}
	slices.SortStableFunc(out, func(a, b Waiting) int {
		return cmp.Or(-cmp.Compare(a.On, b.On), end(a).Compare(end(b)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// waitingMilestones are deliveries that were neither accepted nor returned, and returned ones that nothing was handed over for since.
func (d *drafter) waitingMilestones(id string, now time.Time) []Waiting {
	m := &milestoneMonth{drafter: d, id: id}
	all := m.handovers()
	accepted := map[string]milestoneShare{}
	for _, h := range all {
		if !h.accepted.IsZero() {
			accepted[h.stone.Name] += h.part
		}
	}
	var out []Waiting
	for _, h := range all {
		w := Waiting{Kind: crm.KindDelivery, ID: h.ID, Clause: id, Name: h.stone.Name, By: h.clause.By, Accepts: h.stone.Criteria, Note: h.Note,
			Words: fmt.Sprintf("%s, handed over %s", h.brings(), h.DeliveredOn.Words())}
		left := max(0, min(h.part, wholeMilestone-accepted[h.stone.Name]))
		w.Worth = h.stone.Amount.Mul(left.ratio(), h.terms.Rounding)
		switch {
		case !h.accepted.IsZero():
			continue
		case h.ReturnedOn.IsZero():
			deemed := h.clause.Within.After(h.DeliveredOn, h.terms.Calendar).AddDays(1)
			w.On, w.Acts, w.Until = contract.ClientSide, []crm.Act{crm.ActAccept, crm.ActReturn}, deemed.Start(h.terms.Zone)
			w.Silent = "Silence accepts it on " + deemed.Words() + "."
			if h.clause.Silence == "open" {
				w.Silent, w.Late = "Silence decides nothing: it stays open until the client accepts it.", !now.Before(w.Until)
			}
		case !handedOverSince(all, h):
			w.On, w.Acts = contract.AgencySide, []crm.Act{crm.ActHandOver}
			w.Words = fmt.Sprintf("%s, returned %s", h.brings(), h.ReturnedOn.Words())
		default:
			continue
		}
		out = append(out, w)
	}
	return out
}

func (h handover) brings() string {
	if h.part == wholeMilestone {
		return "the whole"
	}
	return h.part.String()
}

// handedOverSince: something of the same milestone was handed over on the day of the return or later.
func handedOverSince(all []handover, returned handover) bool {
	return slices.ContainsFunc(all, func(h handover) bool {
		return h.ID != returned.ID && h.stone.Name == returned.stone.Name && !h.DeliveredOn.Before(returned.ReturnedOn)
	})
}

// waitingPieces are pieces of a retainer that count when they are accepted, and were neither accepted nor returned.
func (d *drafter) waitingPieces(id string) []Waiting {
	var out []Waiting
	for _, x := range d.index.deliveries {
		clause, piece, ok := d.pieceOf(id, x)
		if !ok || clause.Counted != "when-accepted" || x.Part != "" || !x.AcceptedOn.IsZero() || !x.ReturnedOn.IsZero() || !x.DeliveredOn.Before(d.knownUntil()) {
			continue
		}
		out = append(out, Waiting{Kind: crm.KindDelivery, ID: x.ID, Clause: id, On: contract.ClientSide, Name: piece.Name, Note: x.Note,
			Words: "a piece, handed over " + x.DeliveredOn.Words(), Acts: []crm.Act{crm.ActAccept, crm.ActReturn},
			Silent: "Silence decides nothing: a piece counts on the day on which it is accepted.", Counts: fmt.Sprintf("1 of %d included", piece.Included)})
	}
	return out
}

// pieceOf finds the piece of a clause that a delivery names, in the version in force on its day.
func (d *drafter) pieceOf(id string, x crm.Delivery) (contract.Deliverables, contract.Deliverable, bool) {
	terms, _ := d.agreement.InForce(x.DeliveredOn)
	c, _ := terms.Clause(id)
	clause, ok := c.(contract.Deliverables)
	if !ok {
		return clause, contract.Deliverable{}, false
	}
	piece, named := clause.Find(x.Milestone)
	return clause, piece, named
}

// waitingResults are results that the client has not decided about, and disputes that nobody has.
func (d *drafter) waitingResults(id string, now time.Time) []Waiting {
	m := &resultMonth{drafter: d, id: id, before: now.Add(time.Nanosecond)}
	m.collect()
	var out []Waiting
	for _, r := range m.results {
		w := Waiting{Kind: crm.KindLead, ID: r.ID, Clause: id, Name: r.ID, Worth: r.worth(), Held: r.held(), Reasons: r.clause.Disputes.Reasons,
			Words: fmt.Sprintf("%s, delivered %s", r.clause.Result, r.when(r.DeliveredAt))}
		disputable := now.Before(windowEnd(r.DeliveredAt, r.clause.Disputes.Within, r.terms))
		switch r.life.state {
		case leadPending:
			w.On, w.Acts, w.Until = contract.ClientSide, []crm.Act{crm.ActAccept, crm.ActReject}, windowEnd(r.DeliveredAt, r.clause.Acceptance.Within, r.terms)
			if disputable {
				w.Acts = append(w.Acts, crm.ActDispute)
			}
			w.Silent = fmt.Sprintf("Silence makes it %s.", r.clause.Acceptance.AfterWindow)
		case leadDisputed:
			w.On, w.Acts = contract.AgencySide, []crm.Act{crm.ActAnswer, crm.ActUphold, crm.ActWithdraw}
			w.Words += fmt.Sprintf(", disputed %s: %s", r.when(r.DisputedAt), cmp.Or(r.Reason, "no reason given"))
			w.Silent = "While it is disputed it is not billed."
		default:
			continue
		}
		out = append(out, w)
	}
	return out
}

// held says why a result is not billed though it may be accepted; empty: it is.
func (r result) held() string {
	if !r.withoutKey() {
		return ""
	}
	return "It has no key to tell duplicates by, so the contract holds it: it is not billed until the key is known."
}

// worth is what the result is billed at; nothing while it is held.
func (r result) worth() money.Amount {
	if r.withoutKey() {
		return money.New(0, r.clause.Price.Currency)
	}
	return r.clause.Price
}

// Disputable lists the results that the client accepted, or silence did, and may still dispute, in the order of their delivery.
func Disputable(a contract.Agreement, f Facts, now time.Time) []Waiting {
	f.Period = cal.MonthOf(cal.DateOf(now, a.First().Zone)).Period()
	d := newDrafter(a, f)
	d.index = newIndex(f.Evidence)
	var out []Waiting
	for _, id := range d.clausesOf("per_result") {
		m := &resultMonth{drafter: d, id: id, before: now.Add(time.Nanosecond)}
		m.collect()
		for _, r := range m.results {
			end := windowEnd(r.DeliveredAt, r.clause.Disputes.Within, r.terms)
			if (r.life.state == leadAccepted || r.life.state == leadDeemed) && now.Before(end) {
				out = append(out, Waiting{Kind: crm.KindLead, ID: r.ID, Clause: id, On: contract.ClientSide, Name: r.ID, Worth: r.worth(), Held: r.held(), Reasons: r.clause.Disputes.Reasons,
					Words: fmt.Sprintf("%s, %s %s", r.clause.Result, r.life.state, r.when(r.life.since)), Acts: []crm.Act{crm.ActDispute}, Until: end, Zone: r.terms.Zone,
					Silent: "After that a dispute no longer counts."})
			}
		}
	}
	return out
}
