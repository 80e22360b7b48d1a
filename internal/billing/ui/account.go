package ui

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// daysOf are the days of the filter; the last one is included.
func daysOf(r *http.Request) (cal.Period, error) {
	q := r.URL.Query()
	from, err1 := dayOf("from", q.Get("from"))
	to, err2 := dayOf("to", q.Get("to"))
	if !to.IsZero() {
		to = to.AddDays(1)
	}
	return cal.Period{From: from, To: to}, together(err1, err2)
}

func (p *Pages) account(w http.ResponseWriter, r *http.Request) error {
	days, err := daysOf(r)
	if err != nil {
		return err
	}
	client, list := r.PathValue("client"), kit.ParseList(r)
	all, err := p.Ops.Accounts(r.Context(), actor(r), client, days)
	if err != nil {
		return err
	}
	records := may(r, access.PaymentRecord, client)
	view := kit.PageView{Title: "Statement of account", Room: Room, Crumbs: crumbs(client), Eyebrow: all.Client, Lede: "What was charged and what was paid, with the balance after each, as of " + all.Today.Words() + "."}
	if records && len(all.Accounts) > 0 {
		if len(onAccount(all)) > 0 {
			view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Record a refund", Href: accountPath(client) + "/refund"}))
		}
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Record a payment", Kind: kit.Primary, Href: payPath(client, "")}))
	}
	if len(all.Accounts) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "Nothing was invoiced yet", Text: "The statement of account lists invoices, credit notes and payments in order, with the balance after each."}))
	}
	var parts []templ.Component
	for _, a := range all.Accounts {
		parts = append(parts, kit.Figures(accountFigures(a)...))
		if records && a.OnAccount().Minor > 0 && a.Open().Minor > 0 {
			parts = append(parts, kit.Button(kit.ButtonView{Text: "Apply what is on account to the oldest invoices", Post: accountPath(client) + "/apply", Hidden: []kit.Field{{Name: "currency", Value: string(a.Currency)}}}))
		}
		table := sheetTable(client, a)
		table.Filters = list.Filters(kit.Field{Name: "from", Label: "From", Kind: kit.Date}, kit.Field{Name: "to", Label: "To", Kind: kit.Date})
		table.Exports = []kit.Link{{Text: "CSV", Href: accountPath(client) + "/account.csv?" + url.Values{"from": {list.Filter("from")}, "to": {list.Filter("to")}}.Encode()}}
		parts = append(parts, kit.Table(table))
		parts = append(parts, termsParts(r, client, a)...)
	}
	if len(all.Payments) > 0 {
		parts = append(parts, section("Payments", kit.Table(paymentTable(client, all, records))))
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

func accountFigures(a ops.Account) []kit.FigureView {
	unit := string(a.Currency)
	out := []kit.FigureView{{Label: "Balance", Value: figure(a.Balance()), Unit: unit, Note: "open less on account"}, {Label: "Open", Value: figure(a.Open()), Unit: unit}, {Label: "On account", Value: figure(a.OnAccount()), Unit: unit}}
	if accrued := a.Accrued(); !accrued.IsZero() {
		out = append(out, kit.FigureView{Label: "Late charge", Value: figure(accrued), Unit: unit, Note: "accrued and not charged yet", Tone: kit.Bad})
	}
	for i, age := range a.Ages {
		if i > 0 && age.Open.Minor > 0 {
			out = append(out, kit.FigureView{Label: "Overdue " + age.Words, Value: figure(age.Open), Unit: unit, Tone: kit.Bad})
		}
	}
	return out
}

func sheetTable(client string, a ops.Account) kit.TableView {
	v := kit.TableView{Caption: "Account in " + string(a.Currency) + ", the oldest first", Cards: true, Columns: []kit.Column{
		{Title: "Day"}, {Title: "What"}, {Title: "Charged", Align: kit.End}, {Title: "Paid or credited", Align: kit.End}, {Title: "Balance", Align: kit.End},
	}}
	none := kit.Quiet("–")
	if !a.Sheet.Opening.IsZero() {
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{none, kit.Text("Brought forward"), none, none, kit.Money(a.Sheet.Opening)}})
	}
	for _, e := range a.Sheet.Entries {
		name, charge, paid := kit.Text(e.Name), none, none
		if e.Kind == string(billing.Invoice) || e.Kind == string(billing.Noted) {
			name = kit.Anchor(kit.Link{Text: e.Name, Href: invoicePath(client, e.ID)})
		}
		if !e.Charge.IsZero() {
			charge = kit.Money(e.Charge)
		}
		if !e.Payment.IsZero() {
			paid = kit.Money(e.Payment)
		}
		v.Rows = append(v.Rows, kit.Row{ID: e.ID, Cells: []templ.Component{kit.DateText(e.On), name, charge, paid, kit.Money(e.Balance)}})
	}
	v.Foot = []kit.Row{{Total: true, Cells: []templ.Component{kit.Text(""), kit.Text("Balance"), kit.Text(""), kit.Text(""), kit.Money(a.Sheet.Closing)}}}
	return v
}

func paymentTable(client string, all ops.Accounts, records bool) kit.TableView {
	v := kit.TableView{Caption: "Payments, the newest first", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Day"}, {Title: "What"}, {Title: "Amount", Align: kit.End}, {Title: "On account", Align: kit.End}, {Title: "Recorded by"},
	}}
	if records {
		v.Columns = append(v.Columns, kit.Column{Title: "Reverse", Hidden: true, Align: kit.End})
	}
	reversed := map[string]bool{}
	for _, a := range all.Accounts {
		for _, s := range a.Sources {
			reversed[s.ID] = s.Reversed
		}
	}
	for _, p := range all.Payments {
		what := kit.Text(paymentWords(p))
		if p.Note != "" {
			what = kit.TwoLines(what, p.Note)
		}
		row := kit.Row{ID: p.ID, Cells: []templ.Component{kit.DateText(p.PaidOn), what, kit.Money(p.Amount), kit.Money(p.OnAccount), kit.Text(p.By)}}
		if records {
			step := kit.Quiet("reversed")
			switch {
			case p.Kind == billing.Reversal:
				step = kit.Quiet("–")
			case !reversed[p.ID]:
				step = kit.Anchor(kit.Link{Text: "Reverse", Href: reversePath(client, p.ID)})
			}
			row.Cells = append(row.Cells, step)
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func paymentWords(p ops.Payment) string {
	words := map[billing.SourceKind]string{billing.Receipt: "Payment", billing.Refund: "Refund", billing.Reversal: "Reversal"}[p.Kind]
	if p.Reference != "" {
		words += " " + p.Reference
	}
	return words
}

func (p *Pages) showReverse(w http.ResponseWriter, r *http.Request) error {
	return p.reversePage(w, r, kit.Input{})
}

func (p *Pages) reversePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	client := r.PathValue("client")
	all, err := p.Ops.Accounts(r.Context(), actor(r), client, cal.Period{})
	if err != nil {
		return err
	}
	for _, x := range all.Payments {
		if x.ID != r.PathValue("payment") {
			continue
		}
		v := kit.ConfirmView{
			Action: r.URL.Path, Cancel: accountPath(client), Input: in, Button: "Reverse", Danger: true,
			What:    "You take the " + map[bool]string{true: "refund", false: "payment"}[x.Kind == billing.Refund] + " of " + x.PaidOn.Words() + " out, as if it had not been recorded.",
			Bound:   []kit.Definition{{Term: "Amount", Value: kit.Money(x.Amount)}, {Term: "Reference", Value: kit.Text(x.Reference)}},
			Follows: []string{"What it paid is open again.", "It stays in the account, with a reversal beside it."},
			Fields:  []kit.Field{{Name: "reason", Label: "Reason", Hint: "Such as: bounced; the amount was mistyped."}},
		}
		return web.Render(w, r, kit.PageView{Title: "Reverse this payment?", Room: Room, Narrow: true, Status: in.Status(), Crumbs: accountCrumbs(client)}, kit.ConfirmPage(v))
	}
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

func (p *Pages) reverse(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	client := r.PathValue("client")
	reversed, err := p.Ops.Reverse(r.Context(), actor(r), client, r.PathValue("payment"), values.Get("reason"))
	if web.Correctable(err) {
		return p.reversePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, reversedWords(reversed))
	web.Redirect(w, r, accountPath(client))
	return nil
}
