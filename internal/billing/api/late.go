package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const lateCharges = "/clients/{client}/late-charges"

func (o *Operations) registerLate(a *api.API) {
	list := operation(http.MethodGet, lateCharges, "listLateCharges", "Reckon the late charges of a client as of today", access.InvoiceSee)
	list.Description = "For each invoice under a contract that agrees on a late charge: what is due since the due day, how it comes about, and what of it is not charged yet."
	api.Register(a, list, o.lateCharges)
	charge := created(lateCharges, "chargeLate", "Invoice the late charges that have accrued and are not charged yet", access.InvoiceIssue)
	charge.Description = "The same days are never charged twice. Where payments that became known later leave less than was charged, a credit note gives the rest back. What a credit note took back of a charge is waived and not charged again."
	api.Register(a, charge, o.chargeLate)
}

// LateCharge is how the late charge on an invoice comes about.
type LateCharge struct {
	Invoice  string     `json:"invoice_id"`
	Number   string     `json:"invoice"`
	Currency string     `json:"currency"`
	DueOn    string     `json:"due_on" format:"date"`
	AsOf     string     `json:"as_of" format:"date"`
	Parts    []LatePart `json:"parts" nullable:"false"`
	Due      string     `json:"due" doc:"All that is owed for paying late since the due day"`
	Charged  string     `json:"charged" doc:"By earlier invoices"`
	Waived   string     `json:"waived" doc:"Of what was charged, taken back by credit notes"`
	Delta    string     `json:"to_charge" doc:"Not charged yet; negative: to be given back"`
}

// LatePart is a part of an invoice that was open after it was due.
type LatePart struct {
	Amount  string `json:"amount"`
	From    string `json:"from" format:"date"`
	Until   string `json:"until" format:"date"`
	Paid    bool   `json:"paid"`
	Charge  string `json:"charge"`
	Formula string `json:"formula" example:"10,000.00 × 1.5 % per month × 45/30 = 225.00"`
}

func lateOf(l billing.LateBasis) LateCharge {
	out := LateCharge{
		Invoice: l.Bill, Number: l.Number, Currency: string(l.Due.Currency), DueOn: l.DueOn.String(), AsOf: l.AsOf.String(), Parts: []LatePart{},
		Due: l.Due.String(), Charged: l.Charged.String(), Waived: l.Waived.String(), Delta: l.Delta.String(),
	}
	for _, p := range l.Parts {
		out.Parts = append(out.Parts, LatePart{p.Amount.String(), p.From.String(), p.Until.String(), p.Paid, p.Charge.String(), p.Formula})
	}
	return out
}

// LateCharges are those of a client.
type LateCharges struct {
	AsOf    string       `json:"as_of" format:"date"`
	Charges []LateCharge `json:"charges" nullable:"false"`
}

func (o *Operations) lateCharges(ctx context.Context, in *OfClient) (*api.Answer[LateCharges], error) {
	found, err := o.Billing.Accounts(ctx, access.ActorFrom(ctx), in.Client, cal.Period{})
	if err != nil {
		return nil, err
	}
	out := LateCharges{AsOf: found.Today.String(), Charges: []LateCharge{}}
	for _, a := range found.Accounts {
		for _, l := range a.Late {
			out.Charges = append(out.Charges, lateOf(l))
		}
	}
	return &api.Answer[LateCharges]{Body: out}, nil
}

// ChargeLate says which late charges are invoiced.
type ChargeLate struct {
	Contract string `json:"contract,omitempty" maxLength:"80" doc:"Absent: the only one on which something has accrued"`
	Currency string `json:"currency,omitempty" maxLength:"3"`
	AsOf     string `json:"as_of,omitempty" format:"date" doc:"Charged until this day; absent: today, in the zone of the contract"`
	Expect   string `json:"expect,omitempty" maxLength:"40" example:"225.00" doc:"What was seen before, with tax; anything else is refused"`
	IssuedOn string `json:"issued_on,omitempty" format:"date"`
	DueOn    string `json:"due_on,omitempty" format:"date" doc:"Absent: by the contract; no earlier day is taken"`
	Note     string `json:"note,omitempty" maxLength:"1000"`
}

func (o *Operations) chargeLate(ctx context.Context, in *struct {
	OfClient
	Body ChargeLate
}) (*api.Answer[Invoice], error) {
	b := in.Body
	asOf, err := day("as_of", b.AsOf)
	if err != nil {
		return nil, err
	}
	issued, err := day("issued_on", b.IssuedOn)
	if err != nil {
		return nil, err
	}
	due, err := day("due_on", b.DueOn)
	if err != nil {
		return nil, err
	}
	return answer(o.Billing.IssueLate(ctx, access.ActorFrom(ctx), ops.LateInput{
		Client: in.Client, Contract: b.Contract, Currency: b.Currency, AsOf: asOf, Expect: b.Expect, Terms: billing.Terms{IssuedOn: issued, DueOn: due, Note: b.Note},
	}))
}
