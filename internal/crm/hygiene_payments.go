package crm

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// checkPayments looks for money that no clause can count: of deals that are not here, and given back beyond what the deal brought in.
func (h *hygiene) checkPayments() {
	ofDeal := map[string][]Payment{}
	for _, p := range h.s.Payments {
		if p.Deleted {
			continue
		}
		if _, known := h.deals[p.DealID]; known {
			ofDeal[p.DealID] = append(ofDeal[p.DealID], p)
			continue
		}
		h.add(h.cashWeight(p), "payment-of-unknown-deal", KindPayment, []string{p.ID}, "%s %s of %s belongs to the deal %s, which is not in the evidence: nothing counts it.",
			p.word(), p.ID, p.Amount.FormatWith(), p.DealID)
	}
	for id, payments := range ofDeal {
		if d := h.deals[id]; d.Won {
			h.checkRefunds(d, payments)
		}
	}
}

func (p Payment) word() string {
	if p.Amount.Minor < 0 {
		return "Refund"
	}
	return "Payment"
}

// cashWeight: a fee may rest on a payment where revenue counts as it is collected, and on a refund where refunds are deducted.
func (h *hygiene) cashWeight(p Payment) Severity {
	if h.by == nil || p.Amount.Minor >= 0 && h.by.PaymentsDecide || p.Amount.Minor < 0 && h.by.RefundsDecide {
		return Warns
	}
	return Notes
}

// checkRefunds holds what was given back of a won deal against what counts as its revenue: what was received, or its amount, and the smaller
// where both do. While no contract says which, it must be above both.
func (h *hygiene) checkRefunds(d Deal, payments []Payment) {
	slices.SortFunc(payments, func(a, b Payment) int { return cmp.Or(a.PaidOn.Cmp(b.PaidOn), strings.Compare(a.ID, b.ID)) })
	received, given, ok := cash(payments)
	if !ok || given.IsZero() {
		return
	}
	var most []revenue
	if h.by == nil || h.by.PaymentsDecide {
		most = append(most, revenue{received, "were received for it"})
	}
	if worth, known := d.amountIn(given.Currency); known && (h.by == nil || h.by.AmountDecides) {
		most = append(most, revenue{money.New(max(0, worth.Minor), worth.Currency), "are its amount"})
	}
	if len(most) == 0 {
		return
	}
	slices.SortStableFunc(most, func(a, b revenue) int { return a.Cmp(b.Amount) })
	least := most[0]
	if h.by == nil {
		least = most[len(most)-1]
	}
	if given.Cmp(least.Amount) <= 0 {
		return
	}
	ids, refund := refundsAbove(payments, least.Minor)
	h.add(h.cashWeight(refund), "refund-above-deal", KindPayment, ids, "Of deal %s %s were given back, and %s %s: the %s above take nothing back.",
		d.words(), given.FormatWith(), least.Format(), least.words, given.Sub(least.Amount).Format())
}

// revenue is what counts as a deal's revenue, and why.
type revenue struct {
	money.Amount
	words string
}

// cash is what was received and what was given back, both not below zero. ok is false where the payments are in several currencies, or their
// sum leaves the numbers of money.
func cash(payments []Payment) (received, given money.Amount, ok bool) {
	received = money.New(0, payments[0].Amount.Currency)
	given = received
	for _, p := range payments {
		into, minor := &received.Minor, p.Amount.Minor
		if minor < 0 {
			into, minor = &given.Minor, -minor
		}
		if p.Amount.Currency != received.Currency || minor < 0 || *into > math.MaxInt64-minor {
			return received, given, false
		}
		*into += minor
	}
	return received, given, true
}

// amountIn is the deal's amount in a currency, its own or that of the home currency.
func (d Deal) amountIn(c money.Currency) (money.Amount, bool) {
	switch {
	case d.AmountKnown && d.Amount.Currency == c:
		return d.Amount, true
	case d.HomeKnown && d.HomeAmount.Currency == c:
		return d.HomeAmount, true
	}
	return money.Amount{}, false
}

// refundsAbove are the ids of the refunds with which more is given back than the most, in the order in which they were given, and the first of them.
func refundsAbove(payments []Payment, most int64) (ids []string, first Payment) {
	for _, p := range payments {
		if p.Amount.Minor >= 0 {
			continue
		}
		if most += p.Amount.Minor; most >= 0 {
			continue
		}
		if ids = append(ids, p.ID); len(ids) == 1 {
			first = p
		}
	}
	return ids, first
}
