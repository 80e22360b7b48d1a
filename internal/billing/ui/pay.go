package ui

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) showPay(w http.ResponseWriter, r *http.Request) error {
	return p.payPage(w, r, r.URL.Query().Get("invoice"), kit.Input{})
}

func (p *Pages) payPage(w http.ResponseWriter, r *http.Request, invoice string, in kit.Input) error {
	client := r.PathValue("client")
	all, err := p.Ops.Accounts(r.Context(), actor(r), client, cal.Period{})
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Record a payment", Room: Room, Narrow: true, Status: in.Status(), Crumbs: accountCrumbs(client), Lede: "Money that came in from " + all.Client + ". It pays the oldest open line first, unless you say otherwise."}
	if len(all.Accounts) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Nothing was invoiced yet", Text: "A payment is recorded against invoices. Issue the first one.", Action: kit.Button(kit.ButtonView{Text: "Invoices", Href: listPath(client)})}))
	}
	fields := currencyFields(all)
	cancel := accountPath(client)
	var lines []kit.Field
	if invoice != "" {
		inv, err := p.Ops.Invoice(r.Context(), actor(r), invoice)
		if err != nil {
			return err
		}
		cancel = invoicePath(client, invoice)
		view.Title, view.Lede = "Record a payment of "+inv.Number, inv.Left.FormatWith()+" of it is open."
		if e := inv.Early; e != nil {
			view.Lede += " Money that came in until " + e.Until.Words() + " settles it with " + inv.Left.Sub(e.Full).Format() + "."
		}
		fields = []kit.Field{{Name: "invoice", Kind: kit.Hidden, Value: invoice}, {Name: "currency", Kind: kit.Hidden, Value: string(inv.Document.Currency)}}
		lines = payFields(inv)
	} else {
		fields = append(fields, invoiceField(all))
	}
	amount := kit.Field{Name: "amount", Label: "Amount", Kind: kit.Decimal, Optional: len(lines) > 0}
	if len(all.Accounts) == 1 {
		amount.Unit = string(all.Accounts[0].Currency)
	}
	fields = append(fields, amount,
		kit.Field{Name: "paid_on", Label: "Came in on", Kind: kit.Date, Value: all.Today.String()},
		kit.Field{Name: "reference", Label: "Reference", Optional: true, Hint: "As the bank writes it. The same payment is then not recorded twice."},
		kit.Field{Name: "note", Label: "Note", Optional: true},
		kit.Field{Name: "keep_rest", Label: "Keep what is more than is open on account", Kind: kit.Checkbox, Optional: true, Hint: "Later invoices can be paid from it, or it goes back as a refund."})
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: accountPath(client) + "/pay", Fields: append(fields, lines...), Submit: "Record the payment", Cancel: cancel, Input: in}))
}

func currencyFields(all ops.Accounts) []kit.Field {
	if len(all.Accounts) == 1 {
		return []kit.Field{{Name: "currency", Kind: kit.Hidden, Value: string(all.Accounts[0].Currency)}}
	}
	f := kit.Field{Name: "currency", Label: "Currency", Kind: kit.Select}
	for _, a := range all.Accounts {
		f.Options = append(f.Options, kit.Option{Value: string(a.Currency), Text: string(a.Currency)})
	}
	return []kit.Field{f}
}

// invoiceField offers the open invoices.
func invoiceField(all ops.Accounts) kit.Field {
	f := kit.Field{Name: "invoice", Label: "Pays", Kind: kit.Select, Optional: true, Options: []kit.Option{{Value: "", Text: "the oldest line first"}}}
	for _, a := range all.Accounts {
		for _, b := range a.Bills {
			if left := a.LeftOf(b); left.Minor > 0 {
				f.Options = append(f.Options, kit.Option{Value: b.ID, Text: b.Number + " only, " + left.FormatWith() + " open"})
			}
		}
	}
	return f
}

// payFields ask for amounts by line.
func payFields(inv ops.Invoice) []kit.Field {
	var out []kit.Field
	for _, l := range inv.Document.Lines {
		left := l.Due.Sub(inv.Book.Paid(inv.ID, l.No))
		if left.Minor > 0 {
			out = append(out, kit.Field{Name: billing.LineField(l.No), Label: "Of it for line " + strconv.Itoa(l.No) + ", " + l.Text, Kind: kit.Decimal, Optional: true, Unit: string(left.Currency),
				Hint: left.Format() + " left. Leave all lines empty to pay the first line first."})
		}
	}
	return out
}

func (p *Pages) pay(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in, err := paymentOf(r, values)
	var recorded ops.Payment
	if err == nil {
		in.Invoice, in.KeepRest = values.Get("invoice"), values.Get("keep_rest") != ""
		if lines := lineFields(values, mostLines); len(lines) > 0 {
			in.Lines = lines
		}
		recorded, err = p.Ops.RecordPayment(r.Context(), actor(r), in)
	}
	if web.Correctable(err) {
		return p.payPage(w, r, invoiceOfLines(values), kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	level, words := recordedWords(recorded)
	web.Flash(r, level, words)
	web.Redirect(w, r, accountPath(in.Client))
	return nil
}

// mostLines is how many lines a form can name; longer invoices are paid from the first line on.
const mostLines = 2000

// invoiceOfLines is the invoice when the form was that of one invoice.
func invoiceOfLines(values url.Values) string {
	if values.Get("from") == "account" {
		return ""
	}
	return values.Get("invoice")
}

func paymentOf(r *http.Request, values url.Values) (ops.PaymentInput, error) {
	client := r.PathValue("client")
	if err := access.Require(actor(r), access.PaymentRecord, access.Of(client)); err != nil {
		return ops.PaymentInput{}, err
	}
	on, err := dayOf("paid_on", values.Get("paid_on"))
	return ops.PaymentInput{Client: client, Currency: values.Get("currency"), Amount: values.Get("amount"), PaidOn: on, Reference: values.Get("reference"), Note: values.Get("note")}, err
}

func (p *Pages) apply(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	applied, err := p.Ops.ApplyOnAccount(r.Context(), actor(r), client, values.Get("currency"), "")
	switch {
	case web.Correctable(err):
		web.Flash(r, kit.Warning, kit.Sentence(err.Error()))
	case err != nil:
		return err
	default:
		web.Flash(r, kit.Done, "Applied "+applied.FormatWith()+".")
	}
	web.Redirect(w, r, accountPath(client))
	return nil
}

func (p *Pages) showRefund(w http.ResponseWriter, r *http.Request) error {
	return p.refundPage(w, r, kit.Input{})
}

func (p *Pages) refundPage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	all, err := p.Ops.Accounts(r.Context(), actor(r), client, cal.Period{})
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Record a refund", Room: Room, Narrow: true, Status: in.Status(), Crumbs: accountCrumbs(client), Lede: "Money on account that went back to " + all.Client + "."}
	on := onAccount(all)
	if len(on) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Nothing is on account", Text: "A refund pays back what the client paid too much, or what was credited after it was paid.", Action: kit.Button(kit.ButtonView{Text: "Statement of account", Href: accountPath(client)})}))
	}
	fields := append(currencyFields(all),
		kit.Field{Name: "amount", Label: "Amount", Kind: kit.Decimal, Unit: string(on[0].Currency), Value: on[0].String(), Hint: on[0].FormatWith() + " is on account."},
		kit.Field{Name: "paid_on", Label: "Went back on", Kind: kit.Date, Value: all.Today.String()},
		kit.Field{Name: "reference", Label: "Reference", Optional: true}, kit.Field{Name: "note", Label: "Note", Optional: true})
	return web.Render(w, r, view, kit.Form(kit.FormView{Action: r.URL.Path, Fields: fields, Submit: "Record the refund", Cancel: accountPath(client), Input: in}))
}

func onAccount(all ops.Accounts) []money.Amount {
	var out []money.Amount
	for _, a := range all.Accounts {
		if on := a.OnAccount(); on.Minor > 0 {
			out = append(out, on)
		}
	}
	return out
}

func (p *Pages) refund(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in, err := paymentOf(r, values)
	if err == nil {
		_, err = p.Ops.Refund(r.Context(), actor(r), in)
	}
	if web.Correctable(err) {
		return p.refundPage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Recorded.")
	web.Redirect(w, r, accountPath(in.Client))
	return nil
}
