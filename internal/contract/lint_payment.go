package contract

// paymentRules are about when invoices are paid.
var paymentRules = []lintRule{
	{"payment-unsaid", Note, lintPaymentUnsaid},
	{"late-charge-unlimited", Note, lintLateChargeUnlimited},
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
