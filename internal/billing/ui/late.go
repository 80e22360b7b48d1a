package ui

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// lateTable is how late charges come about: a row for each part of an invoice that was open after it was due.
func lateTable(client string, all []billing.LateBasis, caption string) kit.TableView {
	v := kit.TableView{Caption: caption, Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Invoice"}, {Title: "Open until"}, {Title: "How it comes about"}, {Title: "Charge", Align: kit.End},
	}}
	for _, l := range all {
		for _, p := range l.Parts {
			state := "still open"
			if p.Paid {
				state = "paid"
			}
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
				kit.TwoLines(kit.Anchor(kit.Link{Text: l.Number, Href: invoicePath(client, l.Bill)}), "due "+l.DueOn.Words()),
				kit.TwoLines(kit.DateText(p.Until), state), kit.TwoLines(kit.Text(p.Formula), "counted from "+p.From.Words()), kit.Money(p.Charge),
			}})
		}
		v.Rows = append(v.Rows, lateSteps(l)...)
	}
	return v
}

// lateSteps are what is taken off the sum of the parts: a limit, and what was charged before.
func lateSteps(l billing.LateBasis) []kit.Row {
	var out []kit.Row
	step := func(words string, amount templ.Component, total bool) {
		out = append(out, kit.Row{Total: total, Cells: []templ.Component{kit.Text(l.Number), kit.Text(""), kit.Text(words), amount}})
	}
	if l.Due != l.Sum {
		step("at most "+l.Limit.Format(), kit.Money(l.Due.Sub(l.Sum)), false)
	}
	if !l.Charged.IsZero() {
		words := "charged before"
		if l.Waived.Minor > 0 {
			words += ", of which " + l.Waived.Format() + " is waived"
		}
		step(words, kit.Money(l.Charged.Neg()), false)
	}
	if l.Due != l.Sum || !l.Charged.IsZero() {
		step("Not charged yet", kit.Money(l.Delta), true)
	}
	return out
}

// termsParts are what paying early or late comes to on an account, as of today.
func termsParts(r *http.Request, client string, a ops.Account) []templ.Component {
	var out []templ.Component
	if len(a.Early) > 0 {
		v := kit.TableView{Caption: "Invoices that can be paid early", Quiet: true, Cards: true, Columns: []kit.Column{
			{Title: "Invoice"}, {Title: "Paid until"}, {Title: "Why"}, {Title: "Less", Align: kit.End}, {Title: "Settles it", Align: kit.End},
		}}
		for _, e := range a.Early {
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Anchor(kit.Link{Text: e.Number, Href: invoicePath(client, e.ID)}), kit.DateText(e.Until), kit.Text(e.Why), kit.Money(e.Full), kit.Money(a.LeftOf(e.Bill).Sub(e.Full))}})
		}
		out = append(out, section("Discount for paying early", kit.Table(v)))
	}
	if len(a.Late) == 0 {
		return out
	}
	parts := []templ.Component{kit.Table(lateTable(client, a.Late, "Late charges in "+string(a.Currency)))}
	if may(r, access.InvoiceIssue, client) {
		for _, contract := range chargeable(a) {
			text := "Review and charge"
			if len(chargeable(a)) > 1 {
				text += " those of " + contract
			}
			parts = append(parts, kit.Button(kit.ButtonView{Text: text, Href: latePath(client, contract, string(a.Currency))}))
		}
	}
	return append(out, section("Late charges", kit.Group(parts...)))
}

// chargeable are the contracts on which something is to be charged or given back.
func chargeable(a ops.Account) []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range a.Late {
		if bill, ok := a.Bill(l.Bill); ok && !l.Delta.IsZero() && !seen[bill.Agreed.Contract] {
			seen[bill.Agreed.Contract] = true
			out = append(out, bill.Agreed.Contract)
		}
	}
	return out
}

func (p *Pages) showLate(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	asOf, err := dayOf("as_of", q.Get("as_of"))
	if err != nil {
		return err
	}
	return p.latePage(w, r, ops.LateInput{Client: r.PathValue("client"), Contract: q.Get("contract"), Currency: q.Get("currency"), AsOf: asOf}, kit.Input{})
}

// latePage shows exactly what would be charged, and how each line comes about.
func (p *Pages) latePage(w http.ResponseWriter, r *http.Request, of ops.LateInput, in kit.Input) error {
	client := of.Client
	view := kit.PageView{Title: "Charge for paying late", Room: Room, Status: in.Status(), Crumbs: accountCrumbs(client)}
	prepared, err := p.Ops.PrepareLate(r.Context(), actor(r), of)
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
	if in.Values != nil {
		in.Values.Set("expect", d.Payable.String()) // what is shown now is what is issued next
	}
	view.Lede = "It gets the next number of the series, goes to the client's people by mail, and never changes. The same days are not charged twice; a credit note to it waives it."
	if d.Kind == billing.CreditNote {
		view.Title, view.Lede = "Give late charges back", d.Reason
	}
	fields := []kit.Field{
		{Name: "contract", Kind: kit.Hidden, Value: of.Contract}, {Name: "currency", Kind: kit.Hidden, Value: string(d.Currency)},
		{Name: "as_of", Kind: kit.Hidden, Value: prepared.AsOf.String()}, {Name: "expect", Kind: kit.Hidden, Value: d.Payable.String()},
	}
	if d.Kind == billing.Invoice {
		fields = append(fields, kit.Field{Name: "due_on", Label: "Due on", Kind: kit.Date, Value: d.DueOn.String(), Hint: kit.Sentence(d.DueWhy)})
	}
	fields = append(fields, kit.Field{Name: "note", Label: "Note", Kind: kit.Area, Optional: true, Hint: "Printed on it."})
	form := kit.FormView{Action: accountPath(client) + "/late-charges", Fields: fields, Submit: "Issue the " + lowerKind(d.Kind), Cancel: accountPath(client), Input: in}
	return web.Render(w, r, view, kit.Group(sides(sideOf("From", d.Issuer.Profile), sideOf("To", d.Customer.Profile)), section("How it comes about", kit.Table(lateTable(client, d.Late, "Late charges until "+prepared.AsOf.Words()))),
		section("Lines", kit.Table(linesTable(d, nil, ""))), kit.Form(form)))
}

func (p *Pages) chargeLate(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	if err := access.Require(actor(r), access.InvoiceIssue, access.Of(client)); err != nil {
		return err
	}
	terms, err1 := termsOf(values)
	asOf, err2 := dayOf("as_of", values.Get("as_of"))
	in := ops.LateInput{Client: client, Contract: values.Get("contract"), Currency: values.Get("currency"), AsOf: asOf, Expect: values.Get("expect"), Terms: terms}
	err = together(err1, err2)
	var inv ops.Invoice
	if err == nil {
		inv, err = p.Ops.IssueLate(r.Context(), actor(r), in)
	}
	if web.Correctable(err) {
		return p.latePage(w, r, ops.LateInput{Client: client, Contract: in.Contract, Currency: in.Currency, AsOf: asOf}, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Issued "+inv.Number+".")
	web.Redirect(w, r, invoicePath(client, inv.ID))
	return nil
}

// recordedWords say what a payment did, and why it took no discount where one was agreed.
func recordedWords(p ops.Payment) (kit.Level, string) {
	words := []string{"Recorded."}
	for _, d := range p.Discounts {
		words = append(words, "It was early: "+d.Number+" takes "+d.Amount.Format()+" off "+d.Invoice+".")
	}
	if len(p.Missed) > 0 {
		return kit.Warning, strings.Join(append(words, p.Missed...), " ")
	}
	return kit.Done, strings.Join(words, " ")
}

func reversedWords(p ops.Payment) string {
	words := "Reversed. What it paid is open again."
	for _, d := range p.Discounts {
		words += " " + d.Number + " asks for the discount of " + d.Amount.Format() + " on " + d.Invoice + " again."
	}
	return words
}
