package contract

// amongOthers is a clause whose terms speak of the other clauses of the contract. It is checked when all are known; v is where it stands.
type amongOthers interface {
	checkAmong(b *builder, v *value, all []Clause)
}

func (b *builder) checkTogether(v *value, all []Clause) {
	for i, c := range all {
		if a, ok := c.(amongOthers); ok {
			a.checkAmong(b, v.items[i], all)
		}
	}
}

// rank is the order in which clauses are charged: fees, then credits, then minimums, then what is not to be exceeded.
func rank(c Clause) int {
	switch c.(type) {
	case ServiceCredits:
		return 1
	case Minimum:
		return 2
	case NotToExceed:
		return 3
	default:
		return 0
	}
}

// chargedBefore are the names of the clauses that are charged before one of them: those of a lower rank, and those of its own that are
// written before it.
func chargedBefore(id string, all []Clause) []string {
	own := 0
	for _, c := range all {
		if c.ClauseID() == id {
			own = rank(c)
		}
	}
	var out []string
	seen := false
	for _, c := range all {
		seen = seen || c.ClauseID() == id
		if rank(c) < own || rank(c) == own && !seen {
			out = append(out, c.ClauseID())
		}
	}
	return out
}
