package fees

import (
	"fmt"
	"strings"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// refusal is why a deal is not charged. Held means that a fact is missing: money may be owed, but nobody can say how much.
type refusal struct {
	code  Code
	words string
	held  bool
}

func refuse(code Code, format string, args ...any) *refusal {
	return &refusal{code: code, words: fmt.Sprintf(format, args...)}
}

func hold(code Code, format string, args ...any) *refusal {
	return &refusal{code: code, words: fmt.Sprintf(format, args...), held: true}
}

// eligible goes through the steps that a deal's event must pass before it is credited; nil when it passes all.
func (d *drafter) eligible(deal *crm.Deal, e *event) *refusal {
	for _, step := range [...]func(*drafter, *crm.Deal, *event) *refusal{
		(*drafter).amountKnown, (*drafter).underContract, (*drafter).createdInTime, (*drafter).notCarvedOut, (*drafter).rightCustomer, (*drafter).notTooLate, (*drafter).notConceded,
	} {
		if r := step(d, deal, e); r != nil {
			return r
		}
	}
	return nil
}

// amount of the deal in the contract's currency, or why it is not known.
func (d *drafter) amount(deal *crm.Deal, terms *contract.Terms, clause *contract.RevenueShare) (money.Amount, *refusal) {
	switch {
	case !deal.AmountKnown && deal.AmountText != "":
		return money.Amount{}, hold(CurrencyUnknown, "The CRM does not say in which currency the amount of %s is. State the currency when importing.", deal.AmountText)
	case !deal.AmountKnown:
		return money.Amount{}, hold(AmountMissing, "The CRM has no amount for this deal. Unknown is not zero: enter the amount in the CRM and import again.")
	case deal.Amount.Currency == d.currency:
		return deal.Amount, nil
	case clause.OtherCurrency == "home-amount" && deal.HomeKnown && deal.HomeAmount.Currency == d.currency:
		return deal.HomeAmount, nil
	case clause.OtherCurrency == "home-amount":
		return money.Amount{}, hold(OtherCurrency, "The deal is in %s and the CRM has no amount in the home currency %s.", deal.Amount.Currency, d.currency)
	case clause.Exchange.Set:
		amount, _, ok := d.exchanged(deal.Amount, deal, deal.ClosedOn, terms, clause)
		if !ok {
			return money.Amount{}, hold(OtherCurrency, "The deal is in %s, for which the contract has no rate on the day that fixes it. Agree on one, or enter that day in the CRM.", deal.Amount.Currency)
		}
		return amount, nil
	default:
		return money.Amount{}, hold(OtherCurrency, "The deal is in %s, the contract in %s: held for a decision, as the contract says.", deal.Amount.Currency, d.currency)
	}
}

func (d *drafter) amountKnown(deal *crm.Deal, e *event) *refusal {
	if e.payment == nil {
		_, r := d.amount(deal, e.terms, e.clause)
		return r
	}
	switch {
	case e.payment.Amount.Currency == d.currency || e.rate != "":
		return nil
	case e.payment.Amount.Currency == "":
		return hold(CurrencyUnknown, "Payment %s has no currency. State the currency when importing.", e.id)
	case e.clause.Exchange.Set:
		return hold(OtherCurrency, "Payment %s is in %s, for which the contract has no rate on the day that fixes it. Agree on one, or enter that day in the CRM.", e.id, e.payment.Amount.Currency)
	default:
		return hold(OtherCurrency, "Payment %s is in %s, the contract in %s: held for a decision.", e.id, e.payment.Amount.Currency, d.currency)
	}
}

// exchanged is an amount in another currency at the agreed rate of the day that fixes it; received is the day of the money.
func (d *drafter) exchanged(a money.Amount, deal *crm.Deal, received cal.Date, terms *contract.Terms, clause *contract.RevenueShare) (money.Amount, string, bool) {
	if !clause.Exchange.Set || a.Currency == "" || a.Currency == d.currency {
		return money.Amount{}, "", false
	}
	day := map[string]cal.Date{"deal-created": createdOn(deal, terms.Zone), "deal-won": deal.ClosedOn, "received": received}[clause.Exchange.FixedOn]
	rate, ok := clause.Exchange.On(a.Currency, day)
	if !ok {
		return money.Amount{}, "", false
	}
	out := rate.Of(a, d.currency, terms.Rounding)
	return out, fmt.Sprintf("%s x %s = %s, the rate agreed from %s, fixed on %s", a.FormatWith(), rate.Rate, out.FormatWith(), rate.From.Words(), day.Words()), true
}

// underContract: within the contract's days, or in the tail for a deal created before the end.
func (d *drafter) underContract(deal *crm.Deal, e *event) *refusal {
	end := d.running.To
	if e.date.Before(end) || e.payment != nil && e.minor < 0 { // how late a refund counts is the clawback's
		return nil
	}
	if e.clause.Tail.IsZero() {
		return refuse(AfterEnd, "%s is after the contract ended (last day %s), and it has no tail.", e.date.Words(), end.AddDays(-1).Words())
	}
	tail := e.clause.TailOver(end, e.terms.Calendar)
	created := createdOn(deal, e.terms.Zone)
	if !e.date.Before(tail) {
		return refuse(AfterEnd, "%s is after the tail of %s, whose last day is %s.", e.date.Words(), e.clause.Tail, tail.AddDays(-1).Words())
	}
	if created.IsZero() || !created.Before(end) {
		return refuse(AfterEnd, "The tail covers deals that were created before the contract ended on %s.", end.Words())
	}
	return nil
}

// notTooLate: a refund takes back what was charged only within the contract's clawback, counted from the day of the revenue it gives back.
func (d *drafter) notTooLate(deal *crm.Deal, e *event) *refusal {
	if e.minor >= 0 || e.payment == nil {
		return nil
	}
	since := deal.ClosedOn
	if e.clause.Base.Revenue == "collected" {
		for _, p := range d.index.paymentsOf(e.at) {
			if p.Amount.Minor > 0 && !p.PaidOn.After(e.payment.PaidOn) {
				since = cal.Later(since, p.PaidOn)
			}
		}
	}
	if e.clause.Clawback.Over(since, e.date, e.terms.Calendar) {
		return refuse(TooLate, "The refund of %s comes after the clawback of %s from %s.", e.date.Words(), e.clause.Clawback, since.Words())
	}
	return nil
}

func (d *drafter) createdInTime(deal *crm.Deal, e *event) *refusal {
	created, from := createdOn(deal, e.terms.Zone), e.clause.Eligible.CreatedFrom
	switch {
	case created.IsZero():
		return hold(CreatedUnknown, "The CRM does not say when the deal was created; the contract counts deals created from %s.", from.Words())
	case created.Before(from):
		return refuse(CreatedBefore, "Created on %s; the contract counts deals created from %s.", created.Words(), from.Words())
	}
	return nil
}

func (d *drafter) notCarvedOut(deal *crm.Deal, e *event) *refusal {
	list := e.clause.Eligible.CarveOut
	if list == "" {
		return nil
	}
	if c, ok := e.governs.carveOuts.entryOf(deal, d.index.companies[deal.CompanyID]); ok {
		reason := ""
		if c.Reason != "" {
			reason = ": " + c.Reason
		}
		return refuse(CarvedOut, "On the carve-out list %s%s.", list, reason)
	}
	return nil
}

func (d *drafter) rightCustomer(deal *crm.Deal, e *event) *refusal {
	base := &e.clause.Base
	if base.Of == "all-customers" {
		return nil
	}
	kind, how := d.customer(deal, base)
	switch {
	case kind == "" && base.UnknownType == "eligible":
		return nil
	case kind == "" && base.UnknownType == "excluded":
		return refuse(TypeUnknown, "The CRM does not say whether the customer is new or existing; the contract leaves such deals out.")
	case kind == "" && base.NewBy == "first-won-deal":
		return hold(TypeUnknown, "The company has a won deal without a close date, so nobody can say which of its deals was the first.")
	case kind == "":
		return hold(TypeUnknown, "The CRM does not say whether the customer is new or existing; the contract holds such deals until it does.")
	case kind+"-customers" == base.Of:
		return nil
	default:
		return refuse(OtherCustomer, "The customer is %s (%s); the contract counts %s.", kind, how, strings.ReplaceAll(base.Of, "-", " "))
	}
}

// customer is "new", "existing" or "" when nobody can tell, and by what it was told.
func (d *drafter) customer(deal *crm.Deal, base *contract.Base) (kind, how string) {
	if base.NewBy == "crm-type" {
		switch deal.CustomerType {
		case crm.CustomerNew:
			return "new", "the CRM's deal type"
		case crm.CustomerExisting, crm.CustomerRenewal:
			return "existing", "the CRM's deal type"
		}
		return "", ""
	}
	first := d.index.firstWon[deal.CompanyID]
	switch {
	case deal.CompanyID != "" && d.index.undatedWon[deal.CompanyID]:
		return "", ""
	case deal.CompanyID == "" || first == deal.ID:
		return "new", "its first won deal"
	default:
		return "existing", "the company's first won deal is " + first
	}
}

// notConceded: what the agency gave up before the lock is not charged again, neither as it was nor by another rule for the deal.
func (d *drafter) notConceded(deal *crm.Deal, e *event) *refusal {
	if b, ok := d.shared(e.clause.ID).concededOn(e); ok {
		return refuse(ChargedBefore, "%s was conceded by the agency on the locked statement of %s. It is not charged again.", e.words(), d.facts.Settled[b.statement].Period.Words())
	}
	return nil
}

// chargedElsewhere says where an event was charged that counts in another month than that of its date.
func (d *drafter) chargedElsewhere(deal *crm.Deal, e *event) *refusal {
	if r := d.notConceded(deal, e); r != nil {
		return r
	}
	if _, charged := d.shared(e.clause.ID).chargedOn(e); !charged {
		return refuse(ChargedLater, "%s is charged on the statement of %s: the contract charges per %s.", e.words(), cal.MonthOf(e.counted).Words(), e.clause.Charged)
	}
	return refuse(ChargedBefore, "%s was charged on the locked statement of %s. A moved date never charges twice.", e.words(), cal.MonthOf(e.counted).Words())
}

func (e *event) words() string {
	if e.payment != nil {
		return "Payment " + e.id
	}
	return "The deal"
}

// inPeriod are the events, which are in the order in which they count, that count in p.
func inPeriod(events []event, p cal.Period) []event {
	from := 0
	for from < len(events) && events[from].counted.Before(p.From) {
		from++
	}
	to := from
	for to < len(events) && p.Contains(events[to].counted) {
		to++
	}
	return events[from:to]
}
