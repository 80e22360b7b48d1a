package contract

import (
	"slices"
	"strings"
)

// Coverage is what a limit over several clauses counts.
type Coverage struct {
	All   bool     // every clause that is charged before the limit, but the named ones
	Names []string // the clauses that count, or, with All, those that do not
	Costs bool     // what was bought and is billed at cost counts too
}

// Covers says whether the charges of a clause count. Of a clause that is charged after the limit they never do.
func (c Coverage) Covers(id string) bool { return slices.Contains(c.Names, id) != c.All }

func coverageFields() []spec {
	return []spec{
		list("clauses", "The clauses that count. Exactly one of the two lists.", slugScalar, true),
		list("all_clauses_except", "Every clause that is charged before this one counts, but these. Write [] for no exception.", slugScalar, true),
		{key: "costs", doc: "Whether what the agency bought and bills at cost (media, production, pass-through) counts.", scalar: choice("counted", "not-counted")},
	}
}

func (b *builder) coverage(v *value) Coverage {
	listed, except := v.get("clauses"), v.get("all_clauses_except")
	if (listed == nil) == (except == nil) {
		b.problem(v, "coverage", "say what counts with exactly one of clauses and all_clauses_except")
	}
	c := Coverage{All: except != nil, Names: v.texts("clauses"), Costs: v.str("costs") == "counted"}
	if c.All {
		c.Names = v.texts("all_clauses_except")
	}
	if listed != nil && len(c.Names) == 0 {
		b.problem(listed, "coverage-empty", "nothing counts; name at least one clause, or write all_clauses_except: []")
	}
	return c
}

// checkCoverage: every name is that of a clause that is charged before the limit.
func (b *builder) checkCoverage(v *value, id string, c Coverage, all []Clause) {
	before := chargedBefore(id, all)
	at := v.get("clauses")
	if c.All {
		at = v.get("all_clauses_except")
	}
	for _, name := range c.Names {
		i := slices.IndexFunc(all, func(c Clause) bool { return c.ClauseID() == name })
		switch {
		case i < 0:
			b.problem(at, "coverage-unknown", "no clause of this contract is named %q; write the name of one: %s", name, strings.Join(before, ", "))
		case name == id:
			b.problem(at, "coverage-later", "%q cannot count itself; leave it out", id)
		case !c.All && !c.Costs && all[i].Kind() == passThroughSpec.key:
			b.problem(at, "coverage-costs", "%q bills at cost only, which does not count here; leave it out, or write costs: counted", name)
		case !slices.Contains(before, name):
			b.problem(at, "coverage-later", "%q is charged after %q and cannot count for it; fees come first, then credits, minimums and what is not to be exceeded; leave it out", name, id)
		}
	}
	if c.All && !slices.ContainsFunc(before, c.Covers) {
		b.problem(v, "coverage-empty", "nothing counts: every clause is excepted, or none is charged before %q", id)
	}
}

// words name what counts. Service credits that count are told, for a minimum tops them up again.
func (c Coverage) words(id string, t Terms) []string {
	names := strings.Join(c.Names, ", ")
	what := "What counts are the charges of " + names
	if c.All {
		what = "What counts are the charges of every clause that is charged before it"
		if names != "" {
			what += ", but not of " + names
		}
	}
	costs := "What the agency bought and bills at cost does not count"
	if c.Costs {
		costs = "What the agency bought and bills at cost counts too"
	}
	s := []string{what, costs}
	for _, other := range t.Clauses {
		if credits, ok := other.(ServiceCredits); ok && c.Covers(credits.ID) && slices.Contains(chargedBefore(id, t.Clauses), credits.ID) {
			s = append(s, "The credits of "+credits.ID+" count as less charged")
		}
	}
	return s
}
