package contract

import (
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var markupKind = clauseKind{spec: markupSpec, name: "Mark-up", build: func(b *builder, v *value, _ Terms) Clause { return b.markup(v) }}

var markupSpec = spec{key: "markup", doc: "A percentage on top of what the agency buys for the client.", fields: purchaseFields([]spec{
	{key: "markup", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "rate", doc: "The percentage on top.", scalar: finePercent("15 %")},
	{key: "of", doc: "net: on what the vendor charges; gross: on the price before the vendor's commission.", scalar: choice("net", "gross")},
}, []spec{
	{key: "bills", doc: "Whether the cost itself, at net, is billed here too.", scalar: choice("markup-only", "cost-and-markup")},
})}

// Markup is a percentage on top of what the agency buys.
type Markup struct {
	ID        string
	Rate      money.Ratio
	Of        string // net | gross
	Purchases Purchases
	BillsCost bool
}

// ClauseID is the id of the clause.
func (m Markup) ClauseID() string { return m.ID }

// Kind is "markup".
func (Markup) Kind() string { return "markup" }

// RateWords is the rate and its base.
func (m Markup) RateWords() string { return m.Rate.String() + " on " + m.Of }

// Promise is the mark-up and what it is on.
func (m Markup) Promise() string {
	return "a mark-up of " + m.RateWords() + " on " + strings.Join(m.Purchases.Categories, ", ")
}

func (b *builder) markup(v *value) Markup {
	rate, _ := money.ParsePercent(v.str("rate"))
	return Markup{ID: v.str("markup"), Rate: rate, Of: v.str("of"), Purchases: b.purchases(v), BillsCost: v.str("bills") == "cost-and-markup"}
}

func (m Markup) checkAmong(b *builder, v *value, all []Clause) { b.checkPurchases(v, m, all) }

// Words is the clause in plain sentences.
func (m Markup) Words(t Terms) string {
	base := "the net cost, which the vendor charges,"
	if m.Of == "gross" {
		base = "the gross price, before the vendor's commission,"
	}
	cost := "The cost itself is not billed here"
	if m.BillsCost {
		cost = "The cost itself is billed here too, at net"
	}
	s := append([]string{"The agency adds " + m.Rate.String() + " on " + base + " of " + m.Purchases.bought(), cost}, m.Purchases.words(t)...)
	return strings.Join(s, ". ") + "."
}
