package ui

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	client, list := r.PathValue("client"), kit.ParseList(r)
	list.PerPage = ops.PageSize
	page, err := p.Ops.Invoices(r.Context(), actor(r), client, list.Page)
	if err != nil {
		return err
	}
	issues := may(r, access.InvoiceIssue, client)
	view := kit.PageView{Title: "Invoices", Room: Room, Lede: "What was invoiced of the locked statements, and what of it is still open.", Actions: listActions(r, client, page)}
	table := invoiceTable(client, page.Invoices)
	table.Pager = list.Pager(page.Total)
	table.Empty = emptyList(client, issues, len(page.Waiting) > 0)
	parts := []templ.Component{figures(client, page)}
	if issues && len(page.Waiting) > 0 {
		parts = append(parts, section("To invoice", kit.Table(waitingTable(client, page.Waiting))))
	}
	return web.Render(w, r, view, kit.Group(append(parts, kit.Table(table))...))
}

func listActions(r *http.Request, client string, page ops.Page) []templ.Component {
	var out []templ.Component
	add := func(text, href string, kind kit.ButtonKind) {
		out = append(out, kit.Button(kit.ButtonView{Text: text, Href: href, Kind: kind}))
	}
	if may(r, access.BillingProfileSee, client) {
		add("Billing profile", profilePath(client), kit.Normal)
	}
	add("Statement of account", accountPath(client), kit.Normal)
	if may(r, access.PaymentRecord, client) && page.Total > 0 {
		add("Record a payment", payPath(client, ""), kit.Normal)
	}
	if may(r, access.InvoiceIssue, client) && len(page.Waiting) > 0 {
		add("Issue an invoice", issuePath(client, page.Waiting[0].Statement), kit.Primary)
	}
	return out
}

// figures are where the account stands, by currency.
func figures(client string, page ops.Page) templ.Component {
	var out []kit.FigureView
	for _, b := range page.Books {
		overdue := billing.Book{Currency: b.Currency}.Open()
		for _, a := range b.Ageing(page.Today)[1:] {
			overdue = overdue.Add(a.Open)
		}
		open := kit.FigureView{Label: "Open", Value: figure(b.Open()), Unit: string(b.Currency), Period: page.Today.Words(), Href: accountPath(client)}
		if overdue.Minor > 0 {
			open.Note, open.Tone = overdue.Format()+" overdue", kit.Bad
		}
		out = append(out, open)
		if on := b.OnAccount(); !on.IsZero() {
			out = append(out, kit.FigureView{Label: "On account", Value: figure(on), Unit: string(b.Currency), Period: page.Today.Words(), Note: "paid or credited, not applied to an invoice", Href: accountPath(client)})
		}
	}
	if len(out) == 0 {
		return templ.NopComponent
	}
	return kit.Figures(out...)
}

func waitingTable(client string, all []ops.Waiting) kit.TableView {
	v := kit.TableView{Caption: "Locked statements without an invoice, the oldest first", Quiet: true, Cards: true,
		Columns: []kit.Column{{Title: "Statement"}, {Title: "Payable", Align: kit.End}, {Title: "Issue", Hidden: true, Align: kit.End}}}
	for _, s := range all {
		v.Rows = append(v.Rows, kit.Row{ID: s.Statement, Cells: []templ.Component{
			kit.Anchor(kit.Link{Text: s.Period.Words(), Href: statementPath(client, s.Statement)}), kit.Money(s.Payable),
			kit.Anchor(kit.Link{Text: "Issue", Href: issuePath(client, s.Statement)}),
		}})
	}
	return v
}

func emptyList(client string, issues, waiting bool) templ.Component {
	v := kit.EmptyView{Title: "No invoice yet", Text: "An invoice asks for what is payable of a locked statement: its undisputed lines, with tax. It has the next number of the agency's series, never changes, " +
		"and can be downloaded as PDF and for accounting software. What a dispute holds back comes with the statement that carries it."}
	switch {
	case issues && !waiting:
		v.Text += " Lock a statement, then issue its invoice here."
	case issues:
		v.Action = kit.Button(kit.ButtonView{Text: "Enter the billing profile", Href: profilePath(client)})
	default:
		v.Text += " The agency issues the first one."
	}
	return kit.Empty(v)
}

func invoiceTable(client string, all []ops.Summary) kit.TableView {
	v := kit.TableView{Caption: "Invoices and credit notes, the newest first", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Number"}, {Title: "State"}, {Title: "Issued"}, {Title: "Due"}, {Title: "Total", Align: kit.End}, {Title: "Open", Align: kit.End}, {Title: "Client has it"},
	}}
	none := kit.Quiet("–")
	for _, s := range all {
		due, left, has := kit.DateText(s.DueOn), kit.Money(s.Left), none
		if s.Kind == billing.CreditNote {
			due, left = none, none
		} else if s.Left.IsZero() {
			left = none
		}
		if !s.Acknowledged.At.IsZero() {
			has = kit.Text(s.Acknowledged.By)
		}
		number := kit.Anchor(kit.Link{Text: s.Number, Href: invoicePath(client, s.ID)})
		if words := s.Purpose.Words(); words != "" {
			number = kit.TwoLines(number, words)
		}
		v.Rows = append(v.Rows, kit.Row{ID: s.ID, Cells: []templ.Component{
			number, pill(s), kit.DateText(s.IssuedOn), due, kit.Money(s.Payable), left, has,
		}})
	}
	return v
}

// pill is where a document stands, in a word.
func pill(s ops.Summary) templ.Component {
	if s.Kind == billing.CreditNote {
		return kit.PillIn("credit note", kit.Settled)
	}
	tone := map[billing.Standing]kit.Tone{billing.Open: kit.Active, billing.Partly: kit.Active, billing.Overdue: kit.Bad, billing.Paid: kit.Settled, billing.Credited: kit.Inactive}[s.Standing]
	return kit.PillIn(string(s.Standing), tone)
}

// figure is an amount with a true minus sign, as wide as a figure.
func figure(a money.Amount) string { return trueMinus(a.Format()) }

func trueMinus(text string) string { return strings.Replace(text, "-", "\u2212", 1) }
