package contract

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var notToExceedKind = clauseKind{spec: notToExceedSpec, name: "Not to exceed", build: func(b *builder, v *value, _ Terms) Clause { return b.notToExceed(v) }}

var notToExceedSpec = spec{key: "not_to_exceed", doc: "What the client pays at most over a window, for several clauses together.", fields: slices.Concat([]spec{
	{key: "not_to_exceed", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "amount", doc: "At most this for each window.", scalar: amountPer(EveryTerm, EveryContractYear, EveryYear, EveryQuarter, EveryMonth)},
}, coverageFields())}

// NotToExceed is what is paid at most over a window for several clauses together.
type NotToExceed struct {
	ID       string
	Amount   money.Amount
	Every    Every // term | contract-year | year | quarter | month
	Coverage Coverage
}

// ClauseID is the id of the clause.
func (n NotToExceed) ClauseID() string { return n.ID }

// Kind is "not_to_exceed".
func (NotToExceed) Kind() string { return "not_to_exceed" }

// RateWords is the amount and its window.
func (n NotToExceed) RateWords() string {
	return "at most " + n.Amount.Format() + " per " + string(n.Every)
}

// Promise is the amount and its window, with the currency.
func (n NotToExceed) Promise() string {
	return "at most " + n.Amount.FormatWith() + " per " + string(n.Every)
}

func (b *builder) notToExceed(v *value) NotToExceed {
	amount, every := b.amountPer(v.get("amount"))
	return NotToExceed{ID: v.str("not_to_exceed"), Amount: amount, Every: every, Coverage: b.coverage(v)}
}

func (n NotToExceed) checkAmong(b *builder, v *value, all []Clause) {
	b.checkCoverage(v, n.ID, n.Coverage, all)
	for _, c := range all {
		if m, ok := c.(Minimum); ok && m.Every == n.Every && sameCoverage(m.Coverage, n.Coverage, m.ID) && m.Amount.Cmp(n.Amount) > 0 {
			b.problem(v.get("amount"), "minimum-above", "the minimum %q of %s is above what is not to be exceeded, %s", m.ID, m.Amount.Format(), n.Amount.Format())
		}
	}
}

// sameCoverage says whether a minimum counts what the limit above it counts, the minimum itself aside.
func sameCoverage(a, b Coverage, minimum string) bool {
	without := slices.DeleteFunc(slices.Clone(b.Names), func(n string) bool { return n == minimum })
	slices.Sort(without)
	return a.All == b.All && a.Costs == b.Costs && b.Covers(minimum) && slices.Equal(slices.Sorted(slices.Values(a.Names)), without)
}

// Words is the clause in plain sentences.
func (n NotToExceed) Words(t Terms) string {
	s := slices.Concat([]string{"At most " + n.Amount.FormatWith() + " is owed per " + string(n.Every)}, n.Coverage.words(n.ID, t), []string{
		windowWords(n.Every), "What is above it is taken off by a line of its own, on what is charged to date less what was taken off before", changeWords,
	})
	return strings.Join(s, ". ") + "."
}
