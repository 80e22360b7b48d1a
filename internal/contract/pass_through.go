package contract

import "strings"

var passThroughKind = clauseKind{spec: passThroughSpec, name: "Pass-through at cost", build: func(b *builder, v *value, _ Terms) Clause { return b.passThrough(v) }}

var passThroughSpec = spec{key: "pass_through", doc: "What the agency buys for the client, billed at cost.", fields: purchaseFields([]spec{
	{key: "pass_through", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
}, nil)}

// PassThrough bills purchases at net cost; the agency earns nothing on them.
type PassThrough struct {
	ID        string
	Purchases Purchases
}

// ClauseID is the id of the clause.
func (p PassThrough) ClauseID() string { return p.ID }

// Kind is "pass_through".
func (PassThrough) Kind() string { return "pass_through" }

// RateWords is "at cost".
func (PassThrough) RateWords() string { return "at cost" }

// Promise is what is billed at cost.
func (p PassThrough) Promise() string {
	return strings.Join(p.Purchases.Categories, ", ") + " at cost"
}

func (b *builder) passThrough(v *value) PassThrough {
	return PassThrough{ID: v.str("pass_through"), Purchases: b.purchases(v)}
}

func (p PassThrough) checkAmong(b *builder, v *value, all []Clause) { b.checkPurchases(v, p, all) }

// Words is the clause in plain sentences.
func (p PassThrough) Words(t Terms) string {
	s := append([]string{"The net cost, which the vendor charges, of " + p.Purchases.bought() + " is billed as it is, with nothing on top"}, p.Purchases.words(t)...)
	return strings.Join(s, ". ") + "."
}
