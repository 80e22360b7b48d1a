package contract

// Clause is one way of being paid. Its id is stable across versions.
type Clause interface {
	ClauseID() string
	Kind() string         // the key that begins it: "retainer", "revenue_share"
	Words(t Terms) string // the clause in plain sentences; every choice that decides money is in it
	RateWords() string    // for lists of clauses: "3 %", "14,000.00 per month"
	Promise() string      // what is paid, inside the sentence that heads the contract
}

// clauseKind is a kind of clause: how it is written, what people call it, how its terms are made from a document whose shape is right.
type clauseKind struct {
	spec  spec
	name  string
	build func(b *builder, v *value, t Terms) Clause
}

// clauseKinds are all kinds, in the order of the reference. The first key of each names it.
func clauseKinds() []clauseKind {
	return []clauseKind{
		retainerKind,
		deliverablesKind,
		hourlyKind,
		scorecardKind,
		revenueShareKind,
		perResultKind,
		milestonesKind,
		mediaCommissionKind,
		markupKind,
		passThroughKind,
		serviceCreditsKind,
		minimumKind,
		notToExceedKind,
	}
}

func clauseSpecs() []spec {
	var out []spec
	for _, k := range clauseKinds() {
		out = append(out, k.spec)
	}
	return out
}

// kindOf is the kind of a clause as it is written.
func kindOf(v *value) clauseKind {
	for _, k := range clauseKinds() {
		if v.get(k.spec.key) != nil {
			return k
		}
	}
	panic("contract: a clause of no kind passed the reader")
}

// KindName is what people call a kind of clause: "Revenue share" for "revenue_share".
func KindName(kind string) string {
	for _, k := range clauseKinds() {
		if k.spec.key == kind {
			return k.name
		}
	}
	return kind
}

// RateOf is the rate of a clause in words, for lists of clauses; empty for none.
func RateOf(c Clause) string {
	if c == nil {
		return ""
	}
	return c.RateWords()
}
