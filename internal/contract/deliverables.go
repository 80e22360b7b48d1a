package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var deliverablesKind = clauseKind{spec: deliverablesSpec, name: "Deliverables", build: func(b *builder, v *value, _ Terms) Clause { return b.deliverables(v) }}

var deliverablesSpec = spec{key: "deliverables", doc: "What a retainer's fee includes by the piece, instead of hours.", fields: []spec{
	{key: "deliverables", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "of", doc: "The retainer whose fee includes them; its fee periods are counted.", scalar: slugScalar},
	{key: "list", doc: "What is included in a whole fee period.", items: &spec{fields: []spec{
		{key: "deliverable", doc: "Its name, as deliveries give it in the place of a milestone; the same in every version, and in no other clause.", scalar: slugScalar},
		{key: "included", doc: "How many a whole fee period includes.", scalar: integerFrom(0, 10000)},
		{key: "price", doc: "What one is credited or billed at. Needed where that can happen.", scalar: amountScalar, optional: true},
	}}},
	{key: "counted", doc: "A piece counts on the day on which it was accepted, or delivered. What was returned does not count.", scalar: choice("when-accepted", "when-delivered")},
	{key: "partial_period", doc: "How many a fee period includes that is only partly in force: as the fee is prorated, rounded to whole pieces; or the whole.", scalar: choice("with-fee", "whole")},
	{key: "missing", doc: "What becomes of pieces that were included and did not come: the fee is kept; they are credited; or they are carried into the next fee periods, and at the end credited or kept.",
		scalar: choice("kept", "credited", "carried-then-credited", "carried-then-kept")},
	{key: "above", doc: "What becomes of pieces above those included: billed; free; or carried, so that they count for the next fee periods, and at the end billed or free.",
		scalar: choice("billed", "free", "carried-then-billed", "carried-then-free")},
}}

// Deliverables is what a retainer's fee includes by the piece.
type Deliverables struct {
	ID      string
	Of      string // id of the retainer
	List    []Deliverable
	Counted string // when-accepted | when-delivered
	Partial string // with-fee | whole
	Missing string // kept | credited | carried-then-credited | carried-then-kept
	Above   string // billed | free | carried-then-billed | carried-then-free
}

// Deliverable is a kind of piece.
type Deliverable struct {
	Name     string
	Included int64
	Price    money.Amount // zero where none is needed
}

// ClauseID is the id of the clause.
func (d Deliverables) ClauseID() string { return d.ID }

// Kind is "deliverables".
func (Deliverables) Kind() string { return "deliverables" }

// Find is the piece that a delivery names, whatever the case and the spaces around it.
func (d Deliverables) Find(name string) (Deliverable, bool) {
	for _, piece := range d.List {
		if strings.EqualFold(piece.Name, strings.TrimSpace(name)) {
			return piece, true
		}
	}
	return Deliverable{}, false
}

// RateWords is what a fee period includes.
func (d Deliverables) RateWords() string { return d.included() + " of " + d.Of }

// Promise is what a fee period includes.
func (d Deliverables) Promise() string { return d.included() + " within " + d.Of }

func (d Deliverables) included() string {
	names := make([]string, len(d.List))
	for i, piece := range d.List {
		names[i] = fmt.Sprintf("%d %s", piece.Included, piece.Name)
	}
	return strings.Join(names, ", ")
}

func (b *builder) deliverables(v *value) Deliverables {
	d := Deliverables{ID: v.str("deliverables"), Of: v.str("of"), Counted: v.str("counted"), Partial: v.str("partial_period"), Missing: v.str("missing"), Above: v.str("above")}
	priced := strings.HasSuffix(d.Missing, "credited") || strings.HasSuffix(d.Above, "billed")
	for _, item := range v.get("list").items {
		piece := Deliverable{Name: item.str("deliverable"), Included: int64(item.number("included"))}
		price := item.get("price")
		if price != nil {
			piece.Price = b.amount(price, price.text)
		}
		switch {
		case priced && price == nil:
			b.problem(item, "deliverable-price", "pieces can be credited or billed here, so each needs its price; write price: 900.00")
		case priced && piece.Price.IsZero():
			b.problem(price, "price-of-nothing", "a price of nothing moves nothing; write what one is worth, or missing: kept and above: free")
		case !priced && price != nil:
			b.problem(price, "deliverable-price", "nothing is credited or billed here, so the price decides nothing; leave it out")
		}
		if other, twice := b.milestoneOf[piece.Name]; twice {
			b.problem(item, "milestone-twice", "%q stands in the clause %s already; a delivery must name one of them only, so give each its own name", piece.Name, other)
		}
		if b.milestoneOf == nil {
			b.milestoneOf = map[string]string{}
		}
		b.milestoneOf[piece.Name] = d.ID
		d.List = append(d.List, piece)
	}
	if len(d.List) == 0 {
		b.problem(v.get("list"), "no-deliverable", "the clause names nothing; write at least one, such as - {deliverable: blog-post, included: 4, price: 900.00}")
	}
	return d
}

// checkAmong: the retainer is one of the contract, and no other clause counts its pieces.
func (d Deliverables) checkAmong(b *builder, v *value, all []Clause) {
	i := slices.IndexFunc(all, func(c Clause) bool { return c.ClauseID() == d.Of })
	if i < 0 {
		b.problem(v.get("of"), "deliverables-of", "no clause of this contract is named %q; write the name of the retainer whose fee includes these", d.Of)
		return
	}
	if _, ok := all[i].(Retainer); !ok {
		b.problem(v.get("of"), "deliverables-of", "%q is no retainer, and has no fee periods in which anything could be included; write the name of a retainer", d.Of)
	}
}

// Words is the clause in plain sentences.
func (d Deliverables) Words(Terms) string {
	pieces := make([]string, len(d.List))
	for i, piece := range d.List {
		pieces[i] = fmt.Sprintf("%d %s", piece.Included, piece.Name)
		if !piece.Price.IsZero() {
			pieces[i] += " (" + piece.Price.FormatWith() + " each)"
		}
	}
	counted := "when the client has accepted it"
	if d.Counted == "when-delivered" {
		counted = "when it was delivered"
	}
	partial := "as many as the fee is prorated for, rounded to whole pieces"
	if d.Partial == "whole" {
		partial = "the whole number"
	}
	missing := map[string]string{"kept": "the fee stays as it is", "credited": "are credited at their price",
		"carried-then-credited": "are owed in the next fee periods, and what is still owed at the end is credited at its price",
		"carried-then-kept":     "are owed in the next fee periods, and what is still owed at the end moves no money"}[d.Missing]
	above := map[string]string{"billed": "are billed at their price", "free": "are free",
		"carried-then-billed": "count for the next fee periods, and what is left of them at the end is billed at its price",
		"carried-then-free":   "count for the next fee periods, and what is left of them at the end is free"}[d.Above]
	return strings.Join([]string{
		fmt.Sprintf("The fee of %s includes in each fee period: %s", d.Of, strings.Join(pieces, ", ")),
		fmt.Sprintf("A piece counts %s; what was returned does not count, and what is known only after its fee period was settled counts in the next that is open", counted),
		"A fee period that is only partly in force includes " + partial,
		"Pieces that are missing: " + missing,
		"Pieces above those included: " + above,
	}, ". ") + "."
}
