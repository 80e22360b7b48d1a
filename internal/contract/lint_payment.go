package contract

import (
	"math/big"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// paymentRules are about when invoices are paid.
var paymentRules = []lintRule{
	{"payment-unsaid", Note, lintPaymentUnsaid},
	{"late-charge-unlimited", Note, lintLateChargeUnlimited},
	{"late-charge-compounds", Note, lintLateChargeCompounds},
}

func lintPaymentUnsaid(l *linter) {
	if l.terms.Payment == nil {
		l.found(l.doc.get("statements"), "payment: {due: 30 days, counted_from: issue, late_charge: none, discount: none}",
			"Nothing is said of payment: the client's billing profile says when an invoice is due, no late charge can be made, and no discount taken for paying early.")
	}
}

func lintLateChargeUnlimited(l *linter) {
	if p := l.terms.Payment; p != nil && p.Late != nil && p.Late.AtMost == nil && p.Late.AtMostPart == nil {
		l.found(l.doc.get("payment").get("late_charge").get("at_most"), "at_most: 10 %", "The late charge has no limit: an invoice that is forgotten for years can cost more than it was for.")
	}
}

// lintLateChargeCompounds says what the rate of a month comes to in a year.
func lintLateChargeCompounds(l *linter) {
	p := l.terms.Payment
	if p == nil || p.Late == nil || p.Late.Compounding == "none" {
		return
	}
	at := l.doc.get("payment").get("late_charge").get("compounding")
	if p.Late.Compounding == "yearly" {
		l.found(at, "compounding: none", "What is owed for a whole year of paying late bears a charge itself from then on. The law of some places does not let a contract say so beforehand.")
		return
	}
	simple, effective := inAYear(p.Late.Rate, p.Late.Per)
	l.found(at, "compounding: none", "Late charges bear late charges: %s per %s come to %s %% in a year, not %s %%. The law of some places does not let a contract say so beforehand.",
		p.Late.Rate, p.Late.Per, effective, simple)
}

// inAYear is what a rate comes to in twelve months, without and with charges on charges, in per cent.
func inAYear(rate money.Ratio, per Every) (simple, effective string) {
	monthly := big.NewRat(rate.Num(), rate.Den())
	if per == EveryYear {
		monthly.Quo(monthly, big.NewRat(12, 1))
	}
	grown := big.NewRat(1, 1)
	for range 12 {
		grown.Mul(grown, new(big.Rat).Add(big.NewRat(1, 1), monthly))
	}
	percent := func(r *big.Rat) string { return new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(2) }
	return percent(new(big.Rat).Mul(monthly, big.NewRat(12, 1))), percent(grown.Sub(grown, big.NewRat(1, 1)))
}
