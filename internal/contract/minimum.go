package contract

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var minimumKind = clauseKind{spec: minimumSpec, name: "Minimum commitment", build: func(b *builder, v *value, _ Terms) Clause { return b.minimum(v) }}

var minimumSpec = spec{key: "minimum", doc: "What the client pays at least over a window, for several clauses together.", fields: slices.Concat([]spec{
	{key: "minimum", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "amount", doc: "At least this for each window. What is missing is topped up in the window's last month, or in the contract's.", scalar: amountPer(EveryQuarter, EveryMonth, EveryContractYear)},
}, coverageFields(), []spec{
	{key: "proration", doc: "What is owed for a window in which the contract runs only in part: actual-days (its days out of those of the window) or none (the whole).", scalar: choice(string(ActualDays), string(NoProration))},
})}

// Minimum is what is paid at least over a window for several clauses together.
type Minimum struct {
	ID        string
	Amount    money.Amount
	Every     Every // month | quarter | contract-year
	Coverage  Coverage
	Proration Proration // actual-days | none
}

// ClauseID is the id of the clause.
func (m Minimum) ClauseID() string { return m.ID }

// Kind is "minimum".
func (Minimum) Kind() string { return "minimum" }

// RateWords is the amount and its window.
func (m Minimum) RateWords() string {
	return "at least " + m.Amount.Format() + " per " + string(m.Every)
}

// Promise is the amount and its window, with the currency.
func (m Minimum) Promise() string {
	return "at least " + m.Amount.FormatWith() + " per " + string(m.Every)
}

func (b *builder) minimum(v *value) Minimum {
	amount, every := b.amountPer(v.get("amount"))
	return Minimum{ID: v.str("minimum"), Amount: amount, Every: every, Coverage: b.coverage(v), Proration: Proration(v.str("proration"))}
}

func (m Minimum) checkAmong(b *builder, v *value, all []Clause) {
	b.checkCoverage(v, m.ID, m.Coverage, all)
}

// Words is the clause in plain sentences.
func (m Minimum) Words(t Terms) string {
	part := "A window in which the contract runs only in part owes the whole minimum"
	if m.Proration == ActualDays {
		part = "A window in which the contract runs only in part owes the minimum x its days out of the days of the window (actual-days)"
	}
	s := slices.Concat([]string{"At least " + m.Amount.FormatWith() + " is owed per " + string(m.Every)}, m.Coverage.words(m.ID, t), []string{
		windowWords(m.Every), "What is missing is charged in the last month of the window, or in the contract's last month", part, changeWords,
	})
	return strings.Join(s, ". ") + "."
}

// windowWords say from where windows are counted.
func windowWords(e Every) string {
	switch e {
	case EveryTerm:
		return "The window is the whole of the contract"
	case EveryContractYear:
		return "Windows are twelve months from the start of the term"
	default:
		return "Windows are calendar " + string(e) + "s, and a statement belongs to the one in which its month begins"
	}
}

const changeWords = "An amendment that brings this clause in or changes it holds for the whole window in which it takes effect"
