// Package api holds the operations of invoices and cash for programs: issue, credit, acknowledge, record and reverse payments, the account, the
// billing profiles, and an invoice in its forms. It owns what programs read and write, not the rules (billing) nor who may do what
// (billing/ops).
package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const (
	tag      = "Invoices and cash"
	all      = "/clients/{client}/invoices"
	one      = all + "/{invoice}"
	payments = "/clients/{client}/payments"
	profile  = "/billing-profile"
)

// Operations are the operations of this room.
type Operations struct {
	Billing *ops.Service
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	o.registerInvoices(a)
	o.registerCash(a)
	o.registerLate(a)
	o.registerProfiles(a)
	o.registerLedger(a)
}

func operation(method, path, id, summary string, action access.Action) api.Operation {
	op := api.Operation{Method: method, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
	return op
}

func created(path, id, summary string, action access.Action) api.Operation {
	op := operation(http.MethodPost, path, id, summary, action)
	op.Status = http.StatusCreated
	return op
}

// OfClient names a client in the address.
type OfClient struct {
	Client string `path:"client" doc:"Id of the client"`
}

// Of names an invoice in the address.
type Of struct {
	OfClient
	Invoice string `path:"invoice" maxLength:"64" doc:"Id of the invoice or credit note"`
}

// Money is an amount in one currency.
type Money struct {
	Amount   string `json:"amount" doc:"Exact decimal" example:"14000.00"`
	Currency string `json:"currency" doc:"ISO 4217" example:"USD"`
}

func moneyOf(a money.Amount) Money { return Money{a.String(), string(a.Currency)} }

// LineAmount is an amount for one line.
type LineAmount struct {
	No     int    `json:"no" minimum:"1"`
	Amount string `json:"amount" maxLength:"40" example:"4500.00"`
}

// byLine are the amounts by their line; nil for none. Fault: Invalid when a line is named twice.
func byLine(all []LineAmount) (map[int]string, error) {
	if all == nil {
		return nil, nil
	}
	out := map[int]string{}
	for _, l := range all {
		if _, twice := out[l.No]; twice {
			return nil, fault.New(fault.Invalid, "line-twice", "Line %d is named twice.", l.No).At("lines")
		}
		out[l.No] = l.Amount
	}
	return out, nil
}

// find is the invoice of the address, under its own client. Faults: NotFound, Forbidden.
func (o *Operations) find(ctx context.Context, at Of) (ops.Invoice, error) {
	inv, err := o.Billing.Invoice(ctx, access.ActorFrom(ctx), at.Invoice)
	if err == nil && inv.Client != at.Client {
		err = fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	return inv, err
}

// day reads a day; nothing is a zero day. Fault: Invalid at the field.
func day(field, text string) (cal.Date, error) {
	if text == "" {
		return cal.Date{}, nil
	}
	d, err := cal.ParseDate(text)
	if err != nil {
		return d, fault.New(fault.Invalid, "day", "Write the day as 2026-04-07.").At(field)
	}
	return d, nil
}
