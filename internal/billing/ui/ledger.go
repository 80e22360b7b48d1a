package ui

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// LedgerRoom of the navigation, and its path.
const (
	LedgerRoom = "ledger"
	LedgerPath = "/ledger"
)

func accountOf(account ledger.Account) string {
	return LedgerPath + "/accounts/" + url.PathEscape(string(account))
}

// ledgerFilter reads what the list is narrowed to.
func ledgerFilter(r *http.Request) (ops.LedgerFilter, error) {
	q := r.URL.Query()
	until, err := dayOf("until", q.Get("until"))
	return ops.LedgerFilter{Client: q.Get("client"), Contract: q.Get("contract"), Until: until}, err
}

// filterFields are the filters of the ledger: the client, the day.
func (p *Pages) filterFields(ctx context.Context, who access.Actor) ([]kit.Field, error) {
	clients, err := p.Ops.Parties.Clients(ctx, who)
	if err != nil {
		return nil, err
	}
	client := kit.Field{Name: "client", Label: "Client", Kind: kit.Select, Options: []kit.Option{{Value: "", Text: "all"}}}
	for _, c := range clients {
		client.Options = append(client.Options, kit.Option{Value: c.ID, Text: c.Name})
	}
	return []kit.Field{client, {Name: "until", Label: "Up to", Kind: kit.Date}}, nil
}

// narrowed is an address of the ledger with the filters of this one.
func narrowed(path string, r *http.Request) string {
	q := url.Values{}
	for _, name := range []string{"client", "contract", "until"} {
		if value := r.URL.Query().Get(name); value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (p *Pages) trial(w http.ResponseWriter, r *http.Request) error {
	filter, err := ledgerFilter(r)
	if err != nil {
		return err
	}
	balances, err := p.Ops.Trial(r.Context(), actor(r), filter)
	if err != nil {
		return err
	}
	fields, err := p.filterFields(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Ledger", Room: LedgerRoom, Lede: "What every locked statement, invoice and payment means in double-entry bookkeeping. Each posting has a debit and a credit, so it is always in balance. A balance is debits less credits: what the agency earned or owes is below zero."}
	table := trialTable(r, balances)
	table.Filters = kit.ParseList(r).Filters(fields...)
	table.Exports = []kit.Link{{Text: "hledger", Href: narrowed(LedgerPath+"/ledger.journal", r)}, {Text: "CSV", Href: narrowed(LedgerPath+"/journal.csv", r)}}
	table.Empty = kit.Empty(kit.EmptyView{Title: "Nothing is posted yet", Text: "When a statement is locked, what is payable is posted as revenue that is not invoiced yet. Its invoice, its payment and its credit notes follow by themselves."})
	return web.Render(w, r, view, kit.Table(table))
}

func trialTable(r *http.Request, all []ledger.Balance) kit.TableView {
	v := kit.TableView{Caption: "Trial balance", Cards: true, Columns: []kit.Column{{Title: "Account"}, {Title: "Debits", Align: kit.End}, {Title: "Credits", Align: kit.End}, {Title: "Balance", Align: kit.End}}}
	debits, credits := map[money.Currency]int64{}, map[money.Currency]int64{}
	var currencies []money.Currency
	for _, b := range all {
		if _, known := debits[b.Currency]; !known {
			currencies = append(currencies, b.Currency)
		}
		debits[b.Currency] += b.Debit
		credits[b.Currency] += b.Credit
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{
			kit.TwoLines(kit.Anchor(kit.Link{Text: b.Account.Words(), Href: narrowed(accountOf(b.Account), r)}), string(b.Account)),
			kit.Money(money.New(b.Debit, b.Currency)), kit.Money(money.New(b.Credit, b.Currency)), kit.Money(b.Net()),
		}})
	}
	for _, c := range currencies {
		v.Foot = append(v.Foot, kit.Row{Total: true, Cells: []templ.Component{kit.Text("All accounts, " + string(c)), kit.Money(money.New(debits[c], c)), kit.Money(money.New(credits[c], c)), kit.Money(money.New(debits[c]-credits[c], c))}})
	}
	return v
}

func (p *Pages) ledgerAccount(w http.ResponseWriter, r *http.Request) error {
	filter, err := ledgerFilter(r)
	if err != nil {
		return err
	}
	list := kit.ParseList(r)
	list.PerPage = ops.LedgerPage
	page, err := p.Ops.LedgerAccount(r.Context(), actor(r), r.PathValue("account"), r.URL.Query().Get("currency"), filter, list.Page)
	if err != nil {
		return err
	}
	fields, err := p.filterFields(r.Context(), actor(r))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: page.Account.Words(), Eyebrow: string(page.Account), Room: LedgerRoom, Crumbs: []kit.Link{{Text: "Ledger", Href: narrowed(LedgerPath, r)}}}
	var figures []kit.FigureView
	for _, b := range page.Balances {
		figures = append(figures, kit.FigureView{Label: "Balance", Value: figure(b.Net()), Unit: string(b.Currency), Href: accountOf(page.Account) + "?" + url.Values{"currency": {string(b.Currency)}}.Encode()})
	}
	table := postingTable(page)
	table.Filters, table.Pager = list.Filters(fields...), list.Pager(page.Total)
	table.Empty = kit.Empty(kit.EmptyView{Title: "Nothing is posted here", Text: "No posting of these days and clients moves this account."})
	parts := []templ.Component{kit.Table(table)}
	if len(figures) > 0 {
		parts = append([]templ.Component{kit.Figures(figures...)}, parts...)
	}
	return web.Render(w, r, view, kit.Group(parts...))
}

func postingTable(page ops.AccountPage) kit.TableView {
	v := kit.TableView{Caption: "Postings, the newest first", Quiet: true, Cards: true, Columns: []kit.Column{
		{Title: "Day"}, {Title: "What"}, {Title: "Against"}, {Title: "Debit", Align: kit.End}, {Title: "Credit", Align: kit.End}, {Title: "Balance", Align: kit.End},
	}}
	none := kit.Quiet("–")
	for _, row := range page.Rows {
		debit, credit := kit.Money(row.Amount), none
		if row.Amount.Minor < 0 {
			debit, credit = none, kit.Money(row.Amount.Neg())
		}
		what := kit.Text(row.Words)
		if href := subjectPath(row.Entry); href != "" {
			what = kit.Anchor(kit.Link{Text: row.Words, Href: href})
		}
		v.Rows = append(v.Rows, kit.Row{Cells: []templ.Component{kit.DateText(row.On), what, kit.Text(row.Other.Words()), debit, credit, kit.Money(row.Balance)}})
	}
	return v
}

// subjectPath is the page of what an entry refers to.
func subjectPath(e ledger.Entry) string {
	switch e.Kind {
	case ledger.OfStatement:
		return statementPath(e.Client, e.Subject)
	case ledger.OfInvoice:
		return invoicePath(e.Client, e.Subject)
	case ledger.OfPayment:
		return accountPath(e.Client)
	}
	return ""
}

func (p *Pages) downloadLedger(w http.ResponseWriter, r *http.Request) error {
	entries, names, err := p.ledgerOf(r)
	if err != nil {
		return err
	}
	web.Attach(w, "ofrecord.journal", "text/plain; charset=utf-8")
	_ = ledger.WriteText(w, entries, names) // the reader has gone; nothing to do
	return nil
}

func (p *Pages) downloadJournal(w http.ResponseWriter, r *http.Request) error {
	entries, names, err := p.ledgerOf(r)
	if err != nil {
		return err
	}
	web.Attach(w, "journal.csv", "text/csv; charset=utf-8")
	_ = ledger.WriteCSV(w, entries, names, csvin.Neutralise) // the reader has gone; nothing to do
	return nil
}

func (p *Pages) ledgerOf(r *http.Request) ([]ledger.Entry, map[string]string, error) {
	filter, err := ledgerFilter(r)
	if err != nil {
		return nil, nil, err
	}
	return p.Ops.Ledger(r.Context(), actor(r), filter)
}
