package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var serviceCreditsKind = clauseKind{spec: serviceCreditsSpec, name: "Service credits", build: func(b *builder, v *value, _ Terms) Clause { return b.serviceCredits(v) }}

var serviceCreditsSpec = spec{key: "service_credits", doc: "What the client gets back of a month's fee when promises of service were missed.", fields: []spec{
	{key: "service_credits", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	list("base", "The clauses whose fee of the month the credit is taken of. What is billed at cost is never in it.", slugScalar, false),
	list("targets", "The promises whose misses count.", textScalar, false),
	list("not_counted", "The promises whose misses do not count. Write [] for none. A miss of a promise that stands in neither list is held for a decision.", textScalar, false),
	{key: "counted", doc: "together: all misses of a month go up one ladder; by-target: those of each target by themselves, and the credits add up.", scalar: choice("together", "by-target")},
	list("ladder", "From how many misses in a month that are not excused which part of the base is given back. The highest that is reached counts.", rungScalar, false),
	{key: "monthly_limit", doc: "At most this part of the month's base, or none: then at most all of it.", scalar: finePercentOrNone("10 %")},
}}

// ServiceCredits give back a part of a month's fee by the number of misses that are not excused.
type ServiceCredits struct {
	ID         string
	Base       []string // clauses
	Targets    []string
	NotCounted []string
	ByTarget   bool
	Ladder     []Rung // rising
	Limit      money.Ratio
	Limited    bool // false: no limit but the base
}

// Rung is a step of the ladder.
type Rung struct {
	Misses int
	Credit money.Ratio
}

// String is "5 misses = 5 %".
func (r Rung) String() string {
	if r.Misses == 1 {
		return fmt.Sprintf("1 miss = %s", r.Credit)
	}
	return fmt.Sprintf("%d misses = %s", r.Misses, r.Credit)
}

// Reached is the highest rung that so many misses reach; ok is false when they reach none.
func (s ServiceCredits) Reached(misses int) (r Rung, ok bool) {
	for _, rung := range s.Ladder {
		if misses >= rung.Misses {
			r, ok = rung, true
		}
	}
	return r, ok
}

// ClauseID is the id of the clause.
func (s ServiceCredits) ClauseID() string { return s.ID }

// Kind is "service_credits".
func (ServiceCredits) Kind() string { return "service_credits" }

// RateWords is the ladder.
func (s ServiceCredits) RateWords() string { return s.ladderWords() }

// Promise is what is given back.
func (s ServiceCredits) Promise() string {
	return "less service credits of " + strings.Join(s.Base, ", ") + " (" + s.ladderWords() + ")"
}

func (s ServiceCredits) ladderWords() string {
	rungs := make([]string, len(s.Ladder))
	for i, r := range s.Ladder {
		rungs[i] = r.String()
	}
	return strings.Join(rungs, ", ")
}

var rungForm = regexp.MustCompile(`^([0-9]{1,4}) miss(?:es)? = ([0-9.]+ ?%)$`)

var rungScalar = textOf("rung", "5 misses = 5 %", `^[0-9]{1,4} miss(es)? = [0-9]+(\.[0-9]{1,3})? ?%$`, func(s string) error {
	_, err := rungOf(s)
	return err
})

func rungOf(s string) (Rung, error) {
	parts := rungForm.FindStringSubmatch(s)
	if parts == nil {
		return Rung{}, fmt.Errorf("write the number of misses and the credit, such as 5 misses = 5 %%")
	}
	misses, _ := wholeNumber(parts[1])
	if misses == 0 {
		return Rung{}, fmt.Errorf("a credit for no miss; write 1 miss or more")
	}
	if err := checkFinePercent(parts[2]); err != nil {
		return Rung{}, err
	}
	credit, err := money.ParsePercent(parts[2])
	return Rung{misses, credit}, err
}

func (b *builder) serviceCredits(v *value) ServiceCredits {
	s := ServiceCredits{
		ID: v.str("service_credits"), Base: v.texts("base"), Targets: v.texts("targets"), NotCounted: v.texts("not_counted"),
		ByTarget: v.str("counted") == "by-target", Limited: v.str("monthly_limit") != "none",
	}
	s.Limit, _ = money.ParsePercent(v.str("monthly_limit"))
	if len(s.Targets) == 0 {
		b.problem(v.get("targets"), "targets-empty", "no miss counts; name at least one promise, such as targets: [first-response]")
	}
	for i, t := range s.Targets {
		if Names(s.NotCounted, t) || Names(s.Targets[:i], t) {
			b.problem(v.get("targets"), "target-twice", "%q is written twice; keep it in one place", t)
		}
	}
	s.Ladder = b.ladder(v.get("ladder"))
	return s
}

func (b *builder) ladder(v *value) []Rung {
	var out []Rung
	for _, item := range v.items {
		rung, _ := rungOf(item.text)
		if n := len(out); n > 0 && (out[n-1].Misses >= rung.Misses || !lower(out[n-1].Credit, rung.Credit)) {
			b.problem(item, "ladder-not-rising", "%s stands after %s; write the rungs in order, each with more misses and a higher credit", rung, out[n-1])
		}
		out = append(out, rung)
	}
	if len(out) == 0 {
		b.problem(v, "ladder-empty", "no number of misses gives a credit; write at least one rung, such as ladder: [5 misses = 5 %%]")
	}
	return out
}

// lower compares two percentages of at most three decimals.
func lower(a, b money.Ratio) bool { return a.Num()*b.Den() < b.Num()*a.Den() }

func (s ServiceCredits) checkAmong(b *builder, v *value, all []Clause) {
	if len(s.Base) == 0 {
		b.problem(v.get("base"), "credit-base", "a credit of nothing; name the clauses whose fee it is taken of, such as base: [growth-team]")
	}
	for i, name := range s.Base {
		at := slices.IndexFunc(all, func(c Clause) bool { return c.ClauseID() == name })
		switch {
		case at < 0:
			b.problem(v.get("base"), "credit-base", "no clause of this contract is named %q", name)
		case rank(all[at]) > 0 || all[at].Kind() == passThroughSpec.key:
			b.problem(v.get("base"), "credit-base", "%q is no fee; name clauses that charge for work, not what is billed at cost, credits or limits", name)
		case slices.Contains(s.Base[:i], name):
			b.problem(v.get("base"), "credit-base", "%q is written twice; keep one", name)
		}
	}
}

// Words is the clause in plain sentences.
func (s ServiceCredits) Words(Terms) string {
	how := "All misses of a month that are not excused are counted together, and the highest rung that they reach counts"
	if s.ByTarget {
		how = "The misses of a month that are not excused are counted for each target by itself, the highest rung that each reaches counts, and the credits add up"
	}
	limit := "A month's credit is at most the whole of its fee"
	if s.Limited {
		limit = fmt.Sprintf("A month's credit is at most %s of its fee", s.Limit)
	}
	others := "No target is named that does not count"
	if len(s.NotCounted) > 0 {
		others = "Misses of " + strings.Join(s.NotCounted, ", ") + " do not count"
	}
	return strings.Join([]string{
		"The client gets back a part of what the month's statement charges under " + strings.Join(s.Base, ", ") + ", without what is billed at cost: " + s.ladderWords(),
		"Misses of " + strings.Join(s.Targets, ", ") + " count", others, how, limit,
		"A miss that becomes known after its month was locked raises the credit of that month on the first statement that is not locked",
	}, ". ") + "."
}
