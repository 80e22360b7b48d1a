package crm

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// webLead reads a call or a filled-in form. What makes two of them the same person is the address, else the number. Whether a call is long
// enough or a form good enough to be paid is for the client to accept, not for the reading.
func (r *reading) webLead() []Record {
	l := Lead{ID: r.id("lead_id"), DeliveredAt: r.instant("delivered_at"), Clause: r.text("clause"),
		Key: firstOf(strings.ToLower(r.text("email")), phoneKey(r.text("phone")))}
	switch {
	case r.lost:
	case l.DeliveredAt.IsZero():
		r.lose("delivered_at", "lead-undated", "The lead has no time that can be read, so no window runs for it.")
	case l.ID == "" && l.Key == "":
		r.lose("lead_id", "id-missing", "The row has no id, no address and no number, so it cannot be told from others.")
	case l.ID == "":
		l.ID = joinID(instantText(l.DeliveredAt), l.Key)
	}
	return []Record{l.Record()}
}

// phoneKey is a number without what only makes it readable: "+1 (555) 010-0001" is "+15550100001". What holds letters stays as it is.
func phoneKey(s string) string {
	key := strings.Map(func(c rune) rune {
		if strings.ContainsRune(" ()-./\u00a0", c) {
			return -1
		}
		return c
	}, s)
	if strings.Trim(key, "+0123456789") != "" {
		return strings.ToLower(s)
	}
	return key
}

// The words of payment services for a charge that was paid, and for one that was not or not yet.
var (
	paidStatus   = []string{"paid", "succeeded", "refunded", "partially refunded", "partial refund", "partially_refunded", "complete", "completed", "captured"}
	unpaidStatus = []string{"failed", "pending", "canceled", "cancelled", "uncaptured", "blocked", "requires_payment_method", "requires_action", "requires_capture", "requires_confirmation", "processing", "incomplete", "expired"}
)

// webPayment reads a charge, with what was given back of it as a payment of its own, or a movement of a bank account.
func (r *reading) webPayment() []Record {
	p := Payment{ID: r.id("payment_id"), DealID: r.namedDeal(), PaidOn: r.date("paid_on"), Kind: Paid}
	if status := strings.ToLower(r.text("status")); status != "" && !slices.Contains(paidStatus, status) {
		if slices.Contains(unpaidStatus, status) {
			r.d.aside++ // no money came
			return nil
		}
		r.lose("status", "status-unknown", "Nothing says whether a charge that is %q was paid. Leave such rows out, or correct the status.", r.text("status"))
		return nil
	}
	amount, known := r.movement()
	switch {
	case r.lost:
		return nil
	case !known:
		r.lose("amount", "payment-amount-unknown", "The payment has no amount with a currency that can be read.")
		return nil
	case p.PaidOn.IsZero():
		r.lose("paid_on", "payment-undated", "The payment has no date that can be read, so it belongs to no period.")
		return nil
	case p.DealID == "":
		r.problem("deal_id", "payment-of-no-deal", "The row names no deal, so it pays none here. Where its reference does, state how it is written: deal_pattern = D-*")
		return nil
	}
	if p.Amount = amount; amount.Minor < 0 {
		p.Kind = Refund
	}
	if p.ID == "" {
		sum := sha256.Sum256([]byte(joinID(p.PaidOn.String(), amount.FormatWith(), p.DealID, r.text("reference"))))
		p.ID = "bank-" + hex.EncodeToString(sum[:8])
	}
	return append([]Record{p.Record()}, r.refund(p)...)
}

// movement is the amount of the row: of its one column, else what came in less what went out.
func (r *reading) movement() (money.Amount, bool) {
	if a, _, known := r.amount("amount", "currency", r.d.m.DefaultCurrency); known || r.raw("amount") != "" {
		return a, known
	}
	in, _, came := r.amount("credit", "currency", r.d.m.DefaultCurrency)
	out, _, went := r.amount("debit", "currency", r.d.m.DefaultCurrency)
	switch {
	case came && went && in.Minor != 0 && out.Minor != 0:
		r.lose("debit", "both-ways", "The row says that money came in and went out. One row is one movement.")
		return money.Amount{}, false
	case came && (in.Minor != 0 || !went):
		return in, true
	case went && out.Minor > 0:
		return out.Neg(), true
	}
	return out, went
}

// refund is what was given back of a charge, a record of its own on its own day.
func (r *reading) refund(p Payment) []Record {
	back, _, known := r.amount("refunded", "currency", r.d.m.DefaultCurrency)
	if !known || back.Minor == 0 {
		return nil
	}
	if back.Minor > 0 {
		back = back.Neg()
	}
	on := r.date("refunded_on")
	if on.IsZero() {
		r.lose("refunded_on", "refund-undated", "%s of the charge was given back, and nothing says on which day. Export the column of the refund's date.", back.Neg().FormatWith())
		return nil
	}
	return []Record{Payment{ID: p.ID + "|refund", DealID: p.DealID, PaidOn: on, Amount: back, Kind: Refund}.Record()}
}

// namedDeal is the deal that the row pays: of its column, else the first word of the reference that is written as stated.
func (r *reading) namedDeal() string {
	if id := r.id("deal_id"); id != "" {
		return id
	}
	pattern := r.d.m.Constants["deal_pattern"]
	if pattern == "" {
		return ""
	}
	for _, word := range strings.FieldsFunc(r.text("reference"), func(c rune) bool { return strings.ContainsRune(" ,;:/()\t\n", c) }) {
		if word = strings.TrimRight(word, "."); word != "" && channel.Fits(pattern, word) {
			return word
		}
	}
	return ""
}

// validatePayments asks which deal a row pays.
func (m Mapping) validatePayments(o Object, faults *fault.List) {
	if m.Columns["deal_id"] == "" && m.Constants["deal_id"] == "" && (m.Columns["reference"] == "" || m.Constants["deal_pattern"] == "") {
		faults.Add(fault.New(fault.Invalid, "deal-not-stated", "No column says which deal a row pays. Choose it, or state how the reference names it: deal_pattern = D-*").At("columns.deal_id"))
	}
	if _, has := o.field("credit"); has && m.Columns["amount"] == "" && m.Columns["credit"] == "" && m.Columns["debit"] == "" {
		faults.Add(fault.New(fault.Invalid, "amount-not-stated", "Choose the column of the amount, or those of money that came in and went out.").At("columns.amount"))
	}
}
