package ui

import (
	"net/http"
	"net/url"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// Room of the navigation that these pages mark, and that of the agency's own billing profile.
const (
	Room       = "invoices"
	AgencyRoom = "billing"
)

// AgencyProfilePath is the page of the agency's billing profile.
const AgencyProfilePath = "/billing-profile"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service
}

// Register adds the pages with the action that each needs.
func (p *Pages) Register(g *web.Registry) {
	const list = "/clients/{client}/invoices"
	const one = list + "/{invoice}"
	const account = "/clients/{client}/account"
	g.Get(list, string(access.InvoiceSee), p.list)
	g.Get(list+"/issue", string(access.InvoiceIssue), p.showIssue)
	g.Post(list+"/issue", string(access.InvoiceIssue), p.issue)
	g.Get(one, string(access.InvoiceSee), p.show)
	g.Get(one+"/invoice.pdf", string(access.InvoiceSee), p.downloadPDF)
	g.Get(one+"/gobl.json", string(access.InvoiceSee), p.downloadGOBL)
	g.Get(one+"/ubl.xml", string(access.InvoiceSee), p.downloadUBL)
	g.Get(one+"/credit", string(access.InvoiceCredit), p.showCredit)
	g.Post(one+"/credit", string(access.InvoiceCredit), p.credit)
	g.Get(one+"/acknowledge", string(access.InvoiceAcknowledge), p.showAcknowledge)
	g.Post(one+"/acknowledge", string(access.InvoiceAcknowledge), p.acknowledge)

	g.Get(account, string(access.InvoiceSee), p.account)
	g.Get(account+"/account.csv", string(access.InvoiceSee), p.downloadAccount)
	g.Get(account+"/pay", string(access.PaymentRecord), p.showPay)
	g.Post(account+"/pay", string(access.PaymentRecord), p.pay)
	g.Post(account+"/apply", string(access.PaymentRecord), p.apply)
	g.Get(account+"/refund", string(access.PaymentRecord), p.showRefund)
	g.Post(account+"/refund", string(access.PaymentRecord), p.refund)
	g.Get(account+"/payments/{payment}/reverse", string(access.PaymentRecord), p.showReverse)
	g.Post(account+"/payments/{payment}/reverse", string(access.PaymentRecord), p.reverse)

	g.Get(account+"/late-charges", string(access.InvoiceIssue), p.showLate)
	g.Post(account+"/late-charges", string(access.InvoiceIssue), p.chargeLate)

	g.Get("/clients/{client}/billing-profile", string(access.BillingProfileSee), p.showClientProfile)
	g.Post("/clients/{client}/billing-profile", string(access.BillingProfileEdit), p.enterClientProfile)
	g.Get(AgencyProfilePath, string(access.BillingProfileSee), p.showAgencyProfile)
	g.Post(AgencyProfilePath, string(access.BillingProfileEdit), p.enterAgencyProfile)

	g.Get(LedgerPath, string(access.LedgerSee), p.trial)
	g.Get(LedgerPath+"/accounts/{account}", string(access.LedgerSee), p.ledgerAccount)
	g.Get(LedgerPath+"/ledger.journal", string(access.LedgerSee), p.downloadLedger)
	g.Get(LedgerPath+"/journal.csv", string(access.LedgerSee), p.downloadJournal)
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }

func may(r *http.Request, action access.Action, client string) bool {
	scope := access.Scope{Client: client}
	return access.Decide(actor(r), action, scope).Allowed
}

func clientPath(client string) string { return "/clients/" + url.PathEscape(client) }

func listPath(client string) string { return clientPath(client) + "/invoices" }

func invoicePath(client, id string) string { return listPath(client) + "/" + url.PathEscape(id) }

func issuePath(client, statement string) string {
	return listPath(client) + "/issue?" + url.Values{"statement": {statement}}.Encode()
}

func accountPath(client string) string { return clientPath(client) + "/account" }

func payPath(client, invoice string) string {
	if invoice == "" {
		return accountPath(client) + "/pay"
	}
	return accountPath(client) + "/pay?" + url.Values{"invoice": {invoice}}.Encode()
}

func latePath(client, contract, currency string) string {
	return accountPath(client) + "/late-charges?" + url.Values{"contract": {contract}, "currency": {currency}}.Encode()
}

func reversePath(client, payment string) string {
	return accountPath(client) + "/payments/" + url.PathEscape(payment) + "/reverse"
}

func statementPath(client, id string) string {
	return clientPath(client) + "/statements/" + url.PathEscape(id)
}

func profilePath(client string) string { return clientPath(client) + "/billing-profile" }

func crumbs(client string) []kit.Link { return []kit.Link{{Text: "Invoices", Href: listPath(client)}} }

func accountCrumbs(client string) []kit.Link {
	return append(crumbs(client), kit.Link{Text: "Statement of account", Href: accountPath(client)})
}

// read is the invoice of the address. Faults: NotFound, Forbidden.
func (p *Pages) read(r *http.Request) (ops.Invoice, error) {
	inv, err := p.Ops.Invoice(r.Context(), actor(r), r.PathValue("invoice"))
	if err == nil && inv.Client != r.PathValue("client") {
		err = fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	return inv, err
}

// dayOf reads a day from a form; nothing is a zero day. Fault: Invalid at the field.
func dayOf(field, text string) (cal.Date, error) {
	if text == "" {
		return cal.Date{}, nil
	}
	d, err := cal.ParseDate(text)
	if err != nil {
		return d, fault.New(fault.Invalid, "day", "Write the day as 2026-04-07.").At(field)
	}
	return d, nil
}

// together are all faults of several readings.
func together(errs ...error) error {
	var all fault.List
	for _, err := range errs {
		all = append(all, fault.All(err)...)
	}
	return all.Err()
}
