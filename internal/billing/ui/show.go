package ui

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// side is who stands on one side of a document.
type side struct {
	title string
	name  string
	lines []string
}

func sideOf(title string, p billing.Profile) side {
	s := side{title, p.Name, p.AddressLines()}
	if number := p.TaxNumber(); number != "" {
		s.lines = append(s.lines, "Tax id "+number)
	}
	if p.CompanyID != "" {
		s.lines = append(s.lines, "Company no. "+p.CompanyID)
	}
	if p.Email != "" {
		s.lines = append(s.lines, p.Email)
	}
	return s
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	inv, err := p.read(r)
	if err != nil {
		return err
	}
	d := inv.Document
	view := kit.PageView{
		Title: d.Kind.Words() + " " + inv.Number, State: pill(inv.Summary), Room: Room, Crumbs: crumbs(inv.Client), Eyebrow: d.Issuer.Name + " to " + d.Customer.Name,
		Lede: lede(inv), Actions: actions(r, inv),
	}
	parts := []templ.Component{
		kit.Figures(invoiceFigures(inv)...), sides(sideOf("From", d.Issuer.Profile), sideOf("To", d.Customer.Profile)), kit.DefinitionList(facts(inv)...),
		section("Lines", kit.Table(linesTable(d, &inv.Book, inv.ID))),
	}
	if rows := cashTable(inv); len(rows.Rows) > 0 {
		parts = append(parts, section("Paid and credited", kit.Table(rows)))
	}
	if inv.LateBasis != nil {
		parts = append(parts, section("Late charge as of "+inv.Today.Words(), kit.Table(lateTable(inv.Client, []billing.LateBasis{*inv.LateBasis}, "Late charge on "+inv.Number))))
	}
	if len(inv.Notes) > 0 {
		parts = append(parts, section("Credit notes", kit.Table(invoiceTable(inv.Client, inv.Notes))))
	}
	address := invoicePath(inv.Client, inv.ID)
	parts = append(parts, section("For accounting software", files([]kit.Link{{Text: "UBL 2.1 (EN 16931)", Href: address + "/ubl.xml"}, {Text: "GOBL", Href: address + "/gobl.json"}})))
	return web.Render(w, r, view, kit.Group(parts...))
}

func lede(inv ops.Invoice) string {
	d := inv.Document
	switch {
	case d.Purpose == billing.LateCharges && d.Kind == billing.CreditNote && inv.Takes == nil:
		return d.Reason + " The amount is on account until it is applied to an invoice or paid back."
	case d.Purpose == billing.LateCharges && d.Kind == billing.Invoice && inv.Standing != billing.Overdue:
		return "Charged by the contract for paying late, until " + d.Period.Last().Words() + ". How each line comes about stands beside it."
	case d.Purpose == billing.DiscountUndid && inv.Standing != billing.Overdue:
		return d.Note
	case d.Purpose == billing.EarlyPayment:
		return "Takes " + d.Payable.FormatWith() + " off " + inv.Takes.Number + ". " + d.Reason
	case d.Kind == billing.CreditNote && inv.Takes != nil:
		return "Takes back " + d.Payable.FormatWith() + " of " + inv.Takes.Number + ". " + d.Reason
	case d.Kind == billing.CreditNote:
		return "The statement of " + d.Period.Words() + " gives back more than it charges. The amount is on account until it is applied to an invoice or paid back."
	case inv.Standing == billing.Overdue:
		return "Due on " + d.DueOn.Words() + ", " + days(inv.Today.DaysSince(d.DueOn)) + " ago. It never changes; a credit note takes back what is wrong with it."
	}
	return "Issued by " + inv.IssuedBy + ". It never changes; a credit note takes back what is wrong with it."
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return strconv.Itoa(n) + " days"
}

func actions(r *http.Request, inv ops.Invoice) []templ.Component {
	address := invoicePath(inv.Client, inv.ID)
	out := []templ.Component{kit.Button(kit.ButtonView{Text: "Download PDF", Href: address + "/invoice.pdf", Download: true})}
	add := func(text, href string, kind kit.ButtonKind) {
		out = append(out, kit.Button(kit.ButtonView{Text: text, Href: href, Kind: kind}))
	}
	if inv.Kind == billing.Invoice {
		if may(r, access.InvoiceCredit, inv.Client) && inv.Creditable.Gross.Minor > 0 {
			add("Credit", address+"/credit", kit.Normal)
		}
		if may(r, access.PaymentRecord, inv.Client) && inv.Left.Minor > 0 {
			add("Record a payment", payPath(inv.Client, inv.ID), kit.Primary)
		}
	}
	if may(r, access.InvoiceAcknowledge, inv.Client) && inv.Acknowledged.At.IsZero() {
		add("Acknowledge", address+"/acknowledge", kit.Primary)
	}
	return out
}

func invoiceFigures(inv ops.Invoice) []kit.FigureView {
	d := inv.Document
	unit := string(d.Currency)
	total := kit.FigureView{Label: "Total", Value: figure(d.Payable), Unit: unit, Period: d.Period.Words(), Note: d.Tax.Words()}
	if d.Kind == billing.CreditNote {
		total.Label = "Credited"
		free := kit.FigureView{Label: "On account", Value: figure(inv.Left), Unit: unit, Period: inv.Today.Words(), Note: "of this credit note, not applied"}
		return []kit.FigureView{total, free}
	}
	open := kit.FigureView{Label: "Open", Value: figure(inv.Left), Unit: unit, Period: inv.Today.Words(), Href: accountPath(inv.Client)}
	due := kit.FigureView{Label: "Due", Value: d.DueOn.Words(), Note: "issued " + d.IssuedOn.Words()}
	if inv.Standing == billing.Overdue {
		due.Tone = kit.Bad
	}
	out := []kit.FigureView{total, open, due}
	if e := inv.Early; e != nil {
		out = append(out, kit.FigureView{Label: "If paid until " + e.Until.Words(), Value: figure(inv.Left.Sub(e.Full)), Unit: unit, Note: e.Full.Format() + " less: " + e.Why})
	}
	if l := inv.LateBasis; l != nil && !l.Delta.IsZero() {
		out = append(out, kit.FigureView{Label: "Late charge", Value: figure(l.Delta), Unit: unit, Period: inv.Today.Words(), Note: "accrued and not charged yet", Tone: kit.Bad})
	}
	return out
}

func facts(inv ops.Invoice) []kit.Definition {
	d := inv.Document
	text := func(term, value string) kit.Definition { return kit.Definition{Term: term, Value: kit.Text(value)} }
	out := []kit.Definition{text("Contract", d.Contract)}
	if inv.Statement != "" {
		out = append(out, kit.Definition{Term: "Statement", Value: kit.Anchor(kit.Link{Text: d.Period.Words(), Href: statementPath(inv.Client, inv.Statement)})},
			kit.Definition{Term: "Its receipt", Value: kit.Hash(d.Statement.Hash)})
	}
	if inv.Takes != nil {
		out = append(out, kit.Definition{Term: "Takes back", Value: kit.Anchor(kit.Link{Text: inv.Takes.Number, Href: invoicePath(inv.Client, inv.Takes.ID)})})
	}
	if d.Undoes != nil {
		out = append(out, kit.Definition{Term: "Undoes", Value: kit.Anchor(kit.Link{Text: d.Undoes.Number, Href: invoicePath(inv.Client, d.Undoes.ID)})})
	}
	if d.DueWhy != "" {
		out = append(out, text("Due", d.DueOn.Words()+": "+d.DueWhy))
	}
	for _, words := range d.PaymentWords() {
		out = append(out, text("Agreed", words))
	}
	for _, pair := range [][2]string{{"Purchase order", d.PurchaseOrder}, {"Client's reference", d.Customer.Reference}, {"Bank account", d.Issuer.Account}, {"Note", d.Note}, {"Tax", d.Tax.Reason}} {
		if pair[1] != "" {
			out = append(out, text(pair[0], pair[1]))
		}
	}
	if d.PaymentLink != "" {
		out = append(out, kit.Definition{Term: "Pay online", Value: elsewhere(d.PaymentLink)})
	}
	if a := inv.Acknowledged; !a.At.IsZero() {
		words := a.By
		if a.Words != "" {
			words += ": " + a.Words
		}
		out = append(out, kit.Definition{Term: "Client has it", Value: kit.TwoLines(kit.Text(words), a.At.UTC().Format("2 Jan 2006 15:04 UTC"))})
	}
	return append(out, kit.Definition{Term: "Hash", Value: kit.Hash(inv.Hash)})
}

// linesTable are the lines with their totals; with a book also what is paid of each.
func linesTable(d billing.Document, book *billing.Book, id string) kit.TableView {
	v := kit.TableView{Caption: "Lines", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Line", Align: kit.End}, {Title: "What"}, {Title: "Quantity", Align: kit.End}, {Title: "Price", Align: kit.End}, {Title: "Amount", Align: kit.End},
	}}
	paid := book != nil && d.Kind == billing.Invoice
	if paid {
		v.Columns = append(v.Columns, kit.Column{Title: "Paid", Align: kit.End, Hint: "with tax"})
	}
	for _, l := range d.Lines {
		what := kit.Text(l.Text)
		if l.Detail != "" {
			what = kit.TwoLines(what, l.DetailWords())
		}
		row := kit.Row{Cells: []templ.Component{kit.Text(strconv.Itoa(l.No)), what, kit.Text(quantity(l)), kit.Text(price(l, d.Currency)), kit.Money(l.Net)}}
		if paid {
			row.Cells = append(row.Cells, kit.Money(book.Paid(id, l.No)))
		}
		v.Rows = append(v.Rows, row)
	}
	foot := func(words string, a money.Amount, total bool) {
		row := kit.Row{Total: total, Cells: []templ.Component{kit.Text(""), kit.Text(words), kit.Text(""), kit.Text(""), kit.Money(a)}}
		if paid {
			row.Cells = append(row.Cells, kit.Text(""))
		}
		v.Foot = append(v.Foot, row)
	}
	foot("Net", d.Net, false)
	foot(d.Tax.Words(), d.TaxTotal, false)
	if !d.Rounding.IsZero() {
		foot("Rounding of the tax", d.Rounding, false)
	}
	foot(map[billing.Kind]string{billing.Invoice: "To pay", billing.CreditNote: "Credited"}[d.Kind]+", "+string(d.Currency), d.Payable, true)
	return v
}

func quantity(l billing.Line) string {
	if words := l.Unit.Words(); words != "" {
		return trueMinus(l.Quantity) + " " + words
	}
	return trueMinus(l.Quantity)
}

func price(l billing.Line, c money.Currency) string {
	if a, err := money.ParseSum(l.Price, c); err == nil {
		return a.Format()
	}
	return l.Price
}

// cashTable is what paid an invoice, or what a credit note pays: a row for each payment, with the lines that it went to.
func cashTable(inv ops.Invoice) kit.TableView {
	v := kit.TableView{Caption: "What was applied", Quiet: true, Cards: true, Columns: []kit.Column{{Title: "What"}, {Title: "Day"}, {Title: "Lines"}, {Title: "Amount", Align: kit.End}}}
	for _, s := range inv.Book.Sources {
		name, lines, sum := s.Name, []string(nil), money.New(0, inv.Book.Currency)
		for _, a := range inv.Book.Applied {
			if a.Source != s.ID || a.Target != inv.ID && s.ID != inv.ID {
				continue
			}
			if bill, ok := inv.Book.Bill(a.Target); ok && s.ID == inv.ID {
				name = bill.Number
			}
			sum.Minor += a.Minor
			if no := strconv.Itoa(a.Line); !slices.Contains(lines, no) {
				lines = append(lines, no)
			}
		}
		if len(lines) > 0 {
			v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.Text(name), kit.DateText(s.On), kit.Text(strings.Join(lines, ", ")), kit.Money(sum)}})
		}
	}
	return v
}

func (p *Pages) acknowledging(inv ops.Invoice, in kit.Input) kit.ConfirmView {
	return kit.ConfirmView{
		What:  "You say that " + inv.Document.Customer.Name + " has " + inv.Number + ".",
		Bound: []kit.Definition{{Term: "Total", Value: kit.Money(inv.Payable)}, {Term: "Due", Value: kit.Text(inv.DueOn.Words())}},
		Follows: []string{"The agency sees who has it, and since when.",
			"It accepts nothing that was not accepted on the statement, and takes nothing back."},
		Fields: []kit.Field{{Name: "words", Label: "A word for the agency", Kind: kit.Line, Optional: true, Hint: "Such as the day of your payment run."}},
		Button: "Acknowledge", Input: in,
	}
}

func (p *Pages) showAcknowledge(w http.ResponseWriter, r *http.Request) error {
	return p.acknowledgePage(w, r, kit.Input{})
}

func (p *Pages) acknowledgePage(w http.ResponseWriter, r *http.Request, in kit.Input) error {
	inv, err := p.read(r)
	if err != nil {
		return err
	}
	v := p.acknowledging(inv, in)
	v.Action, v.Cancel = r.URL.Path, invoicePath(inv.Client, inv.ID)
	view := kit.PageView{Title: "Acknowledge " + inv.Number + "?", Room: Room, Narrow: true, Status: in.Status(), Crumbs: append(crumbs(inv.Client), kit.Link{Text: inv.Number, Href: v.Cancel})}
	return web.Render(w, r, view, kit.ConfirmPage(v))
}

func (p *Pages) acknowledge(w http.ResponseWriter, r *http.Request) error {
	values, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if _, err := p.read(r); err != nil {
		return err
	}
	inv, err := p.Ops.Acknowledge(r.Context(), actor(r), r.PathValue("invoice"), values.Get("words"))
	if web.Correctable(err) {
		return p.acknowledgePage(w, r, kit.Input{Values: values, Err: err})
	}
	if err != nil {
		return err
	}
	web.Flash(r, kit.Done, "Acknowledged on "+inv.Acknowledged.At.In(time.UTC).Format("2 Jan 2006")+".")
	web.Redirect(w, r, invoicePath(inv.Client, inv.ID))
	return nil
}
