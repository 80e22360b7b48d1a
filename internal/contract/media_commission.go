package contract

import (
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

var mediaCommissionKind = clauseKind{spec: mediaCommissionSpec, name: "Media commission", build: func(b *builder, v *value, _ Terms) Clause { return b.mediaCommission(v) }}

var mediaCommissionSpec = spec{key: "media_commission", doc: "A commission on media that the agency buys for the client.", fields: purchaseFields([]spec{
	{key: "media_commission", doc: "The name of the clause, the same in every version.", scalar: slugScalar},
	{key: "rate", doc: "The commission.", scalar: finePercent("15 %")},
	{key: "of", doc: "gross: the price before the vendor's commission; net: what the vendor charges; working-media: net of the named categories, with everything that is not working media named in not_counted.", scalar: choice("gross", "net", "working-media")},
}, []spec{
	{key: "rebate", doc: "A part of the same base that is shown as returned to the client and does not change the commission; or none.", scalar: finePercentOrNone("5 %")},
	{key: "bills", doc: "Whether the media itself, at net, is billed here too.", scalar: choice("commission-only", "media-and-commission")},
})}

// MediaCommission is a commission on media. Of gross it is the agency's part of the price; 15 % of gross is 15/85 of net, never 17.65 %.
type MediaCommission struct {
	ID         string
	Rate       money.Ratio
	Of         string // gross | net | working-media
	Purchases  Purchases
	Rebate     money.Ratio // of the same base; zero: none
	BillsMedia bool
}

// ClauseID is the id of the clause.
func (m MediaCommission) ClauseID() string { return m.ID }

// Kind is "media_commission".
func (MediaCommission) Kind() string { return "media_commission" }

// RateWords is the rate and its base.
func (m MediaCommission) RateWords() string {
	return m.Rate.String() + " of " + strings.ReplaceAll(m.Of, "-", " ")
}

// Promise is the commission and what it is on.
func (m MediaCommission) Promise() string {
	return m.RateWords() + " on " + strings.Join(m.Purchases.Categories, ", ")
}

func (b *builder) mediaCommission(v *value) MediaCommission {
	rate, _ := money.ParsePercent(v.str("rate"))
	rebate, _ := money.ParsePercent(v.str("rebate"))
	m := MediaCommission{ID: v.str("media_commission"), Rate: rate, Of: v.str("of"), Purchases: b.purchases(v), Rebate: rebate, BillsMedia: v.str("bills") == "media-and-commission"}
	if m.Of == "working-media" && len(m.Purchases.NotCounted) == 0 {
		b.problem(v.get("not_counted"), "working-media", "say what is not working media, such as not_counted: [ad-tech, production]; or write of: net")
	}
	return m
}

func (m MediaCommission) checkAmong(b *builder, v *value, all []Clause) { b.checkPurchases(v, m, all) }

// Words is the clause in plain sentences.
func (m MediaCommission) Words(t Terms) string {
	base := map[string]string{
		"gross":         "the gross price, before the vendor's commission, of " + m.Purchases.bought(),
		"net":           "the net cost, which the vendor charges, of " + m.Purchases.bought(),
		"working-media": "working media, which is the net cost of " + m.Purchases.bought(),
	}[m.Of]
	media := "The media itself is not billed here"
	if m.BillsMedia {
		media = "The media itself is billed here too, at net"
	}
	rebate := "Nothing of it is shown as returned"
	if m.Rebate.Sign() != 0 {
		rebate = m.Rebate.String() + " of the same base is shown as returned to the client and does not change the commission"
	}
	s := append([]string{"The agency earns " + m.Rate.String() + " of " + base, media, rebate}, m.Purchases.words(t)...)
	return strings.Join(s, ". ") + "."
}
