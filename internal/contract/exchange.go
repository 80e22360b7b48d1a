package contract

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Exchange is the rates at which revenue in other currencies counts, as both sides agreed. When not Set there are none.
type Exchange struct {
	Set     bool
	FixedOn string // deal-created | deal-won | received
	Rates   []ExchangeRate
}

// ExchangeRate is what one unit of a currency is worth in that of the contract, from a day on.
type ExchangeRate struct {
	Currency money.Currency
	From     cal.Date
	Rate     Number
}

var otherCurrencySpec = spec{key: "other_currency",
	doc:     "Revenue in another currency: hold it for a decision; take the CRM's amount in the home currency (of a deal; payments have none and are held); or the rates that both sides agreed on.",
	instead: choice("hold", "home-amount"), fields: []spec{
		{key: "fixed_on", doc: "The day whose rate holds for good: that on which the deal was created or won, or on which the money was received.", scalar: choice("deal-created", "deal-won", "received")},
		{key: "rates", doc: "The rates. A currency without one on that day is held.", items: &spec{fields: []spec{
			{key: "currency", doc: "The other currency.", scalar: codeScalar},
			{key: "from", doc: "The first day on which the rate holds.", scalar: dateScalar},
			{key: "rate", doc: "What one unit of it is worth in the currency of the contract.", scalar: exchangeScalar},
		}}},
	}}

var exchangeScalar = textOf("rate of exchange", "1.0850", `^[0-9]{1,6}(\.[0-9]{1,6})?$`, func(s string) error {
	n, err := parseNumber(s)
	if err != nil || n <= 0 || n > 1_000_000*1_000_000 {
		return fmt.Errorf("write a rate above zero such as 1.0850, with at most 6 decimals")
	}
	return nil
})

func (b *builder) exchange(v *value, base Base) Exchange {
	if v.fields == nil {
		return Exchange{}
	}
	x := Exchange{Set: true, FixedOn: v.str("fixed_on")}
	if x.FixedOn == "received" && base.Revenue == "closed" {
		b.problem(v.get("fixed_on"), "exchange-received", "the revenue is that of closed deals, for which nothing is received; write fixed_on: deal-won")
	}
	for _, item := range v.get("rates").items {
		currency, _ := money.ParseCurrency(item.str("currency"))
		rate, _ := parseNumber(item.str("rate"))
		r := ExchangeRate{Currency: currency, From: item.date("from"), Rate: rate}
		if currency == b.currency {
			b.problem(item.get("currency"), "exchange-own", "%s is the currency of the contract; leave the rate out", currency)
		}
		for _, other := range x.Rates {
			if other.Currency == currency && !r.From.After(other.From) {
				b.problem(item.get("from"), "exchange-order", "there is a rate of %s from %s already; write the rates of a currency in the order of their days", currency, other.From)
				break
			}
		}
		x.Rates = append(x.Rates, r)
	}
	if len(x.Rates) == 0 {
		b.problem(v.get("rates"), "exchange-empty", "there is no rate; write at least one, such as - {currency: EUR, from: 2026-01-01, rate: 1.0850}, or other_currency: hold")
	}
	return x
}

// On is the rate of a currency on a day; ok is false where none is agreed.
func (x Exchange) On(c money.Currency, day cal.Date) (rate ExchangeRate, ok bool) {
	for _, r := range x.Rates {
		if r.Currency == c && !day.IsZero() && !day.Before(r.From) {
			rate, ok = r, true
		}
	}
	return rate, ok
}

// Of is an amount at the rate, in the currency of the contract, rounded once.
func (r ExchangeRate) Of(a money.Amount, to money.Currency, rounding money.Rounding) money.Amount {
	rate := r.Rate.Rat()
	ratio := money.NewRatio(rate.Num().Int64(), rate.Denom().Int64()*a.Currency.Unit())
	return money.New(money.MulDiv(a.Minor, ratio.Num()*to.Unit(), ratio.Den(), rounding), to)
}

// words are the rates in a plain sentence.
func (x Exchange) words(t Terms) string {
	day := map[string]string{"deal-created": "on which the deal was created", "deal-won": "on which the deal was won", "received": "on which the money was received"}[x.FixedOn]
	rates := make([]string, len(x.Rates))
	for i, r := range x.Rates {
		rates[i] = fmt.Sprintf("%s %s = 1 %s from %s", t.Currency, r.Rate, r.Currency, r.From.Words())
	}
	return fmt.Sprintf("Revenue in another currency counts at the agreed rate of the day %s, for good: %s. A currency without a rate on that day is held for a decision", day, strings.Join(rates, "; "))
}
