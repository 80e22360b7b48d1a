package ops

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

type profileRow struct {
	bun.BaseModel `bun:"table:billing_profile"`

	OrgID      string    `bun:"org_id,pk"`
	Version    int       `bun:"version,pk"`
	Document   string    `bun:"document"`
	MadeAt     time.Time `bun:"made_at"`
	MadeBy     string    `bun:"made_by"`
	MadeByName string    `bun:"made_by_name"`
}

type numberRow struct {
	bun.BaseModel `bun:"table:invoice_number"`

	IssuerID string `bun:"issuer_id,pk"`
	Series   string `bun:"series,pk"`
	Year     int    `bun:"year,pk"`
	Ordinal  int    `bun:"ordinal,pk"`
	Previous *int   `bun:"previous"`
}

type invoiceRow struct {
	bun.BaseModel `bun:"table:invoice"`

	ID           string    `bun:"id,pk"`
	Kind         string    `bun:"kind"`
	IssuerID     string    `bun:"issuer_id"`
	Series       string    `bun:"series"`
	Year         int       `bun:"year"`
	Ordinal      int       `bun:"ordinal"`
	ClientID     string    `bun:"client_id"`
	StatementID  string    `bun:"statement_id,nullzero"`
	Attempt      int       `bun:"attempt"`
	CreditsID    string    `bun:"credits_id,nullzero"`
	Currency     string    `bun:"currency"`
	IssuedOn     string    `bun:"issued_on"`
	DueOn        string    `bun:"due_on"`
	NetMinor     int64     `bun:"net_minor"`
	TaxMinor     int64     `bun:"tax_minor"`
	PayableMinor int64     `bun:"payable_minor"`
	Dues         string    `bun:"dues"`
	Document     string    `bun:"document"`
	GOBL         string    `bun:"gobl"`
	Hash         string    `bun:"hash"`
	IssuedAt     time.Time `bun:"issued_at"`
	IssuedBy     string    `bun:"issued_by"`
	IssuedByName string    `bun:"issued_by_name"`
}

type eventRow struct {
	bun.BaseModel `bun:"table:invoice_event"`

	InvoiceID string    `bun:"invoice_id,pk"`
	Seq       int       `bun:"seq,pk"`
	Kind      string    `bun:"kind"`
	At        time.Time `bun:"at"`
	ByID      string    `bun:"by_id"`
	ByName    string    `bun:"by_name"`
	Words     string    `bun:"words"`
}

type paymentRow struct {
	bun.BaseModel `bun:"table:payment"`

	ID             string    `bun:"id,pk"`
	ClientID       string    `bun:"client_id"`
	Kind           string    `bun:"kind"`
	OfID           string    `bun:"of_id,nullzero"`
	Currency       string    `bun:"currency"`
	Minor          int64     `bun:"minor"`
	PaidOn         string    `bun:"paid_on"`
	Reference      string    `bun:"reference"`
	Note           string    `bun:"note"`
	RecordedAt     time.Time `bun:"recorded_at"`
	RecordedBy     string    `bun:"recorded_by"`
	RecordedByName string    `bun:"recorded_by_name"`
}

type appliedRow struct {
	bun.BaseModel `bun:"table:cash_applied"`

	SourceID string    `bun:"source_id,pk"`
	Seq      int       `bun:"seq,pk"`
	ClientID string    `bun:"client_id"`
	TargetID string    `bun:"target_id"`
	Line     int       `bun:"line"`
	Minor    int64     `bun:"minor"`
	At       time.Time `bun:"at"`
	ByID     string    `bun:"by_id"`
}

// briefly are the columns that a list or an account needs: not the texts.
var briefly = []string{"id", "kind", "issuer_id", "series", "year", "ordinal", "client_id", "statement_id", "attempt", "credits_id", "currency", "issued_on",
	"due_on", "net_minor", "tax_minor", "payable_minor", "dues", "hash", "issued_at", "issued_by", "issued_by_name"}

func (r invoiceRow) number() billing.Number {
	return billing.Number{Series: r.Series, Year: r.Year, Serial: r.Ordinal}
}

func day(text string) cal.Date {
	d, _ := cal.ParseDate(text)
	return d
}

func (r invoiceRow) summary() Summary {
	c := money.Currency(r.Currency)
	return Summary{
		ID: r.ID, Kind: billing.Kind(r.Kind), Number: r.number().String(), Client: r.ClientID, Statement: r.StatementID, Credits: r.CreditsID,
		IssuedOn: day(r.IssuedOn), DueOn: day(r.DueOn), Net: money.New(r.NetMinor, c), Tax: money.New(r.TaxMinor, c), Payable: money.New(r.PayableMinor, c),
		Hash: r.Hash, IssuedAt: r.IssuedAt.UTC(), IssuedBy: r.IssuedByName,
	}
}

func (r invoiceRow) bill() (billing.Bill, error) {
	out := billing.Bill{ID: r.ID, Number: r.number().String(), IssuedOn: day(r.IssuedOn), DueOn: day(r.DueOn), Net: r.NetMinor}
	var dues []int64
	if err := json.Unmarshal([]byte(r.Dues), &dues); err != nil {
		return out, fmt.Errorf("read what is due for %s: %w", r.ID, err)
	}
	for i, due := range dues {
		out.Lines = append(out.Lines, billing.BillLine{No: i + 1, Due: due})
	}
	return out, nil
}

func duesOf(d billing.Document) (string, error) {
	dues := make([]int64, len(d.Lines))
	for i, l := range d.Lines {
		dues[i] = l.Due.Minor
	}
	text, err := json.Marshal(dues)
	return string(text), err
}

func (r invoiceRow) document() (billing.Document, error) {
	var d billing.Document
	if err := json.Unmarshal([]byte(r.Document), &d); err != nil {
		return d, fmt.Errorf("read invoice %s: %w", r.ID, err)
	}
	return d, nil
}

func notFound() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

// readInvoice reads an invoice with some or, naming none, all of its columns. Fault: NotFound.
func readInvoice(ctx context.Context, tx bun.Tx, id string, columns ...string) (invoiceRow, error) {
	var row invoiceRow
	err := tx.NewSelect().Model(&row).Column(columns...).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, notFound()
	}
	return row, err
}

// readNotes reads the credit notes of an invoice, the oldest first.
func readNotes(ctx context.Context, tx bun.Tx, invoice string) (rows []invoiceRow, documents []billing.Document, err error) {
	if err := tx.NewSelect().Model(&rows).Where("credits_id = ?", invoice).OrderExpr("issued_at, ordinal").Scan(ctx); err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		d, err := r.document()
		if err != nil {
			return nil, nil, err
		}
		documents = append(documents, d)
	}
	return rows, documents, nil
}

// readProfile is the newest profile of an organisation; ok is false when none was entered.
func readProfile(ctx context.Context, tx bun.Tx, org string) (out Profile, ok bool, err error) {
	var row profileRow
	err = tx.NewSelect().Model(&row).Where("org_id = ?", org).OrderExpr("version DESC").Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return out, false, nil
	}
	if err != nil {
		return out, false, err
	}
	out.Version, out.MadeAt, out.MadeBy = row.Version, row.MadeAt.UTC(), row.MadeByName
	if err := json.Unmarshal([]byte(row.Document), &out.Profile); err != nil {
		return out, false, fmt.Errorf("read the billing profile of %s: %w", org, err)
	}
	return out, true, nil
}

// readBooks puts together what a client was invoiced and has paid, a book for each currency by its code.
func readBooks(ctx context.Context, tx bun.Tx, client string) ([]billing.Book, error) {
	var invoices []invoiceRow
	if err := tx.NewSelect().Model(&invoices).Column(briefly...).Where("client_id = ?", client).OrderExpr("issued_on, issued_at").Scan(ctx); err != nil {
		return nil, err
	}
	var payments []paymentRow
	if err := tx.NewSelect().Model(&payments).Where("client_id = ?", client).OrderExpr("paid_on, recorded_at").Scan(ctx); err != nil {
		return nil, err
	}
	var applied []appliedRow
	if err := tx.NewSelect().Model(&applied).Where("client_id = ?", client).OrderExpr("at, source_id, seq").Scan(ctx); err != nil {
		return nil, err
	}
	books := shelf{}
	for _, r := range invoices {
		if err := books.invoice(r); err != nil {
			return nil, err
		}
	}
	for _, p := range payments {
		books.payment(p)
	}
	for _, a := range applied {
		books.applied(a)
	}
	if err := books.readTerms(ctx, tx, client); err != nil {
		return nil, err
	}
	return books.sorted(), nil
}

// bookOf is the book of a currency; empty when nothing happened in it.
func bookOf(books []billing.Book, c money.Currency) billing.Book {
	for _, b := range books {
		if b.Currency == c {
			return b
		}
	}
	return billing.Book{Currency: c}
}
