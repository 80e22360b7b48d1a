package ui

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showIssue(w http.ResponseWriter, r *http.Request) error {
	return p.issuePage(w, r, r.URL.Query().Get("statement"), kit.Input{})
}

// issuePage shows exactly what would be issued, and asks for the rest. What stands in the way is said with where to mend it.
func (p *Pages) issuePage(w http.ResponseWriter, r *http.Request, statement string, in kit.Input) error {
	client := r.PathValue("client")
	page, err := p.Ops.Invoices(r.Context(), actor(r), client, 1)
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Issue an invoice", Room: Room, Status: in.Status(), Crumbs: crumbs(client)}
	if statement == "" {
		if len(page.Waiting) == 0 {
			return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Nothing to invoice", Text: "Every locked statement of which something is payable has its invoice. Lock a statement, then issue its invoice here.",
				Action: kit.Button(kit.ButtonView{Text: "Open the statements", Href: clientPath(client) + "/statements"})}))
		}
		return web.Render(w, r, view, kit.Table(waitingTable(client, page.Waiting)))
	}
	prepared, err := p.Ops.Prepare(r.Context(), actor(r), ops.IssueInput{Statement: statement, Client: client})
	if web.Correctable(err) {
		if in.Err == nil {
			view.Status = fault.HTTPStatus(fault.KindOf(err))
		}
		return web.Render(w, r, view, kit.Group(hindrances(r, client, err)...))
	}
	if err != nil {
		return err
	}
	d := prepared.Document
	view.Title, view.Lede = "Issue the "+lowerKind(d.Kind)+" of "+d.Period.Words(), "It gets the next number of the series, goes to the client's people by mail, and never changes. A credit note can take it back."
	parts := []templ.Component{notices(client, prepared), sides(sideOf("From", d.Issuer.Profile), sideOf("To", d.Customer.Profile)), section("Lines", kit.Table(linesTable(d, nil, ""))),
		kit.Form(issueForm(client, statement, prepared, in))}
	return web.Render(w, r, view, kit.Group(parts...))
}

func lowerKind(k billing.Kind) string {
	if k == billing.CreditNote {
		return "credit note"
	}
	return "invoice"
}

// hindrances are what stands in the way of an invoice, each with where to mend it.
func hindrances(r *http.Request, client string, err error) []templ.Component {
	var out []templ.Component
	for _, f := range fault.All(err) {
		n := kit.NoticeView{Level: kit.Problem, Text: f.Message}
		switch f.Code {
		case "agency-profile-missing":
			n.Links = []kit.Link{{Text: "Agency's billing profile", Href: AgencyProfilePath}}
		case "client-profile-missing", "due-unknown":
			n.Links = []kit.Link{{Text: "Client's billing profile", Href: profilePath(client)}}
		case "tax-unknown", "tax-id-missing", "rate-unknown", "tax-law":
			n.Links = []kit.Link{{Text: "Agency's billing profile", Href: AgencyProfilePath}, {Text: "Client's billing profile", Href: profilePath(client)}}
		default:
			n.Links = []kit.Link{{Text: "Invoices", Href: listPath(client)}}
		}
		out = append(out, kit.Notice(n))
	}
	return out
}

func notices(client string, prepared ops.Prepared) templ.Component {
	var out []templ.Component
	if prepared.Held {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Info, Text: "Disputes hold something of this statement back. It is not on the invoice; what the client releases comes with the next statement.",
			Links: []kit.Link{{Text: "Open the statement", Href: statementPath(client, prepared.Statement.ID)}}}))
	}
	if prepared.Earlier != "" {
		out = append(out, kit.Notice(kit.NoticeView{Level: kit.Info, Text: prepared.Earlier + " of the same statement was taken back whole."}))
	}
	return kit.Group(out...)
}

func issueForm(client, statement string, prepared ops.Prepared, in kit.Input) kit.FormView {
	d := prepared.Document
	fields := []kit.Field{
		{Name: "statement", Kind: kit.Hidden, Value: statement},
		{Name: "issued_on", Label: "Day of issue", Kind: kit.Date, Value: d.IssuedOn.String(), Hint: "From " + prepared.Locked.Words() + ", when the statement was locked, until today."},
	}
	if d.Kind == billing.Invoice {
		fields = append(fields,
			kit.Field{Name: "due_on", Label: "Due on", Kind: kit.Date, Value: d.DueOn.String(), Hint: kit.Sentence(d.DueWhy)},
			kit.Field{Name: "payment_link", Label: "Payment link", Optional: true, Hint: "Where the client can pay online, at your payment provider.", Placeholder: "https://"})
	}
	fields = append(fields,
		kit.Field{Name: "purchase_order", Label: "Purchase order", Value: d.Customer.PurchaseOrder, Optional: true},
		kit.Field{Name: "note", Label: "Note", Kind: kit.Area, Optional: true, Hint: "Printed on the invoice."})
	return kit.FormView{Action: listPath(client) + "/issue", Fields: fields, Submit: "Issue the " + lowerKind(d.Kind), Cancel: listPath(client), Input: in}
}

func (p *Pages) issue(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client, statement := r.PathValue("client"), values.Get("statement")
	if err := access.Require(actor(r), access.InvoiceIssue, access.Of(client)); err != nil {
		return err
	}
	terms, err := termsOf(values)
	var inv ops.Invoice
	if err == nil {
		inv, err = p.Ops.Issue(r.Context(), actor(r), ops.IssueInput{Statement: statement, Client: client, Terms: terms})
	}
	if web.Correctable(err) && statement != "" {
		return p.issuePage(w, r, statement, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Issued "+inv.Number+".")
	web.Redirect(w, r, invoicePath(client, inv.ID))
	return nil
}

func termsOf(values url.Values) (billing.Terms, error) {
	issued, err1 := dayOf("issued_on", values.Get("issued_on"))
	due, err2 := dayOf("due_on", values.Get("due_on"))
	return billing.Terms{IssuedOn: issued, DueOn: due, PurchaseOrder: values.Get("purchase_order"), PaymentLink: values.Get("payment_link"), Note: values.Get("note")}, together(err1, err2)
}
