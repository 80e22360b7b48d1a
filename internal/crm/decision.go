package crm

import (
	"maps"
	"slices"
	"strings"
)

// Act is what a person decides in the program about a row of evidence.
type Act string

// The acts. Each side can decide only against itself, or what the contract leaves to it.
const (
	ActHandOver Act = "hand-over" // the agency hands a delivery over
	ActAccept   Act = "accept"    // the client accepts a delivery or a lead
	ActReturn   Act = "return"    // the client sends a delivery back
	ActReject   Act = "reject"    // the client rejects a lead
	ActDispute  Act = "dispute"   // the client disputes a lead
	ActAnswer   Act = "answer"    // the agency says something to a dispute; the row stays as it is
	ActUphold   Act = "uphold"    // the agency gives in: the dispute is upheld
	ActWithdraw Act = "withdraw"  // the client gives its dispute up: it is denied
	ActApprove  Act = "approve"   // the client approves hours, as a reading of their metric
)

// decides lists the fields that an act decides, by kind of row.
var decides = map[Kind]map[Act][]string{
	KindDelivery: {ActHandOver: {"milestone", "delivered_on", "part", "note"}, ActAccept: {"accepted_on"}, ActReturn: {"returned_on"}},
	KindLead: {ActAccept: {"accepted_at"}, ActReject: {"rejected_at"}, ActDispute: {"disputed_at", "reason"}, ActAnswer: {},
		ActUphold: {"ruling", "ruled_at"}, ActWithdraw: {"ruling", "ruled_at"}},
	KindMetricReading: {ActApprove: {"value"}},
}

// groups are fields that say one thing together: a file that states one of them states the group.
var groups = map[Kind][][]string{
	KindDelivery:      {{"accepted_on", "returned_on"}, {"note"}},
	KindLead:          {{"accepted_at", "rejected_at"}, {"disputed_at", "reason"}, {"ruling", "ruled_at"}},
	KindMetricReading: {{"value"}},
}

// objects of a decision: who decided saw these, so that a row that says them otherwise is another one.
var decidedOn = map[Kind][]string{
	KindDelivery: {"milestone", "delivered_on", "part"}, KindLead: {"delivered_at"},
}

// Decided is what people decided about one row in the program, by field: what the last decision of each field made of it.
type Decided map[string]string

// MayDecide says whether a row of the kind can be decided about in that way.
func MayDecide(k Kind, a Act) bool {
	_, ok := decides[k][a]
	return ok
}

// With is what is decided after one more decision, which left the row as it says. The receiver stays as it is.
func (d Decided) With(a Act, row Record) Decided {
	out := maps.Clone(d)
	if out == nil {
		out = Decided{}
	}
	for _, f := range decides[row.Kind][a] {
		out[f] = row.Get(f)
	}
	return out
}

// Otherwise lists the fields in which a row says otherwise than a decision that left it as decided: what the decision stated, and what the row states
// of the same thing in its place. None: the decision stands.
func Otherwise(a Act, decided, said Record) []string {
	var out []string
	for _, f := range decides[decided.Kind][a] {
		if v := decided.Get(f); v != "" && said.Get(f) != v {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return nil
	}
	for _, group := range groups[decided.Kind] {
		if !slices.ContainsFunc(group, func(f string) bool { return slices.Contains(out, f) }) {
			continue
		}
		for _, f := range group {
			if said.Get(f) != decided.Get(f) && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// Met is how a row of a file meets what a person decided about it.
type Met struct {
	Row     Record
	Kept    []string // decided fields that the file leaves blank: the decision stays
	Against []string // decided fields that the file states otherwise: the file's word stands, as a change like any other
}

// Meet says what an import makes of a row that people decided about. A decision wins over a blank and gives way to another value. It also gives
// way when the file changes what it was about (another milestone, day or part), says that the row is deleted, or would leave a row that
// contradicts itself. before is the row as it stands.
func (d Decided) Meet(before, said Record) Met {
	stands := func(f string) bool { return d[f] != "" && before.Get(f) == d[f] }
	met := Met{Row: Record{Kind: said.Kind, ID: said.ID, Values: slices.Clone(said.Values)}}
	another := said.Get("deleted") != "" || slices.ContainsFunc(decidedOn[said.Kind], func(f string) bool { return !sameText(before.Get(f), said.Get(f)) })
	var contradicted []string
	for _, f := range decidedOn[said.Kind] {
		if stands(f) && said.Get(f) != d[f] {
			contradicted = append(contradicted, f)
		}
	}
	for _, group := range groups[said.Kind] {
		standing := slices.DeleteFunc(slices.Clone(group), func(f string) bool { return !stands(f) })
		if len(standing) == 0 {
			continue
		}
		otherwise := slices.ContainsFunc(group, func(f string) bool { return said.Get(f) != "" && said.Get(f) != before.Get(f) })
		for _, f := range standing {
			switch blank := said.Get(f) == ""; {
			case another && said.Get(f) != d[f], otherwise && said.Get(f) != d[f]:
				contradicted = append(contradicted, f)
			case blank:
				met.Row.set(f, d[f])
				met.Kept = append(met.Kept, f)
			}
		}
	}
	if len(met.Kept) > 0 && !coherent(met.Row) {
		return Met{Row: said, Against: append(contradicted, met.Kept...)}
	}
	met.Against = contradicted
	return met
}

func sameText(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

// set writes a canonical field of the record's own values.
func (r Record) set(column, value string) { r.Values[slices.Index(Columns(r.Kind), column)] = value }

// coherent reports whether the row could have come from a file as it is.
func coherent(r Record) bool {
	switch r.Kind {
	case KindDelivery:
		d, err := r.Delivery()
		both := !d.AcceptedOn.IsZero() && !d.ReturnedOn.IsZero()
		early := !d.AcceptedOn.IsZero() && d.AcceptedOn.Before(d.DeliveredOn) || !d.ReturnedOn.IsZero() && d.ReturnedOn.Before(d.DeliveredOn)
		return err == nil && !both && !early
	case KindLead:
		l, err := r.Lead()
		ruled := l.Ruling == "" || !l.DisputedAt.IsZero() && !l.RuledAt.Before(l.DisputedAt)
		return err == nil && ruled && (l.Ruling == "") == l.RuledAt.IsZero()
	}
	return true
}
