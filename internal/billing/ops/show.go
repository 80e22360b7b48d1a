package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Summary is an invoice or credit note as a list shows it.
type Summary struct {
	ID        string
	Kind      billing.Kind
	Purpose   billing.Purpose
	Number    string
	Client    string
	Statement string // id of the statement that it was made of; empty for a credit note to an invoice
	Credits   string // id of the invoice that a credit note takes back
	IssuedOn  cal.Date
	DueOn     cal.Date
	Net       money.Amount
	Tax       money.Amount
	Payable   money.Amount
	Hash      string
	IssuedAt  time.Time
	IssuedBy  string

	Left         money.Amount // of an invoice, what is still to be paid; of a credit note, what is not applied
	Standing     billing.Standing
	Acknowledged Acknowledgement
}

// Acknowledgement says who of the client has an invoice, and since when. The zero one: nobody has said so.
type Acknowledgement struct {
	At    time.Time
	By    string
	Words string
}

// Invoice is one invoice or credit note with all that a reader needs.
type Invoice struct {
	Summary
	Document   billing.Document
	Book       billing.Book // of its client and currency
	Notes      []Summary    // credit notes that take it back
	Takes      *Summary     // of a credit note, the invoice that it takes back
	Creditable billing.Left // of an invoice, what can still be taken back
	Today      cal.Date

	Early     *billing.Early     // what is taken off when all that is left is paid by its day; nil: nothing
	LateBasis *billing.LateBasis // the late charge as of today; nil: none is agreed, or nothing is overdue
}

// PageSize is how many invoices a page of the list holds.
const PageSize = 24

// Page is a part of a list, the newest first, with where the account stands.
type Page struct {
	Invoices []Summary
	Total    int
	Page     int // from 1
	Books    []billing.Book
	Waiting  []Waiting // locked statements that are not invoiced, the oldest first
	Today    cal.Date
}

// Waiting is a locked statement with something to invoice.
type Waiting struct {
	Statement string
	Period    cal.Period
	Payable   money.Amount
}

// Invoices lists a client's invoices and credit notes. Who may: see InvoiceSee. Faults: NotFound, Forbidden.
func (s *Service) Invoices(ctx context.Context, actor access.Actor, client string, page int) (Page, error) {
	if err := access.Require(actor, access.InvoiceSee, access.Of(client)); err != nil {
		return Page{}, err
	}
	if _, err := s.Parties.Client(ctx, actor, client); err != nil {
		return Page{}, err
	}
	out := Page{Page: max(1, page)}
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		total, err := tx.NewSelect().Model((*invoiceRow)(nil)).Where("client_id = ?", client).Count(ctx)
		if err != nil {
			return err
		}
		out.Total = int(total)
		var rows []invoiceRow
		err = tx.NewSelect().Model(&rows).Column(briefly...).Where("client_id = ?", client).OrderExpr("issued_at DESC, id").
			Limit(PageSize).Offset(int64(out.Page-1) * PageSize).Scan(ctx)
		if err != nil {
			return err
		}
		if out.Books, err = readBooks(ctx, tx, client); err != nil {
			return err
		}
		if out.Today, err = s.todayOf(ctx, tx, client); err != nil {
			return err
		}
		if out.Waiting, err = waiting(ctx, tx, client); err != nil {
			return err
		}
		for _, r := range rows {
			summary, err := s.summary(ctx, tx, r, bookOf(out.Books, money.Currency(r.Currency)), out.Today)
			if err != nil {
				return err
			}
			out.Invoices = append(out.Invoices, summary)
		}
		return nil
	})
	if err != nil {
		return Page{}, fmt.Errorf("list invoices: %w", err)
	}
	return out, nil
}

// waiting are the locked statements of a client without an invoice in force.
func waiting(ctx context.Context, tx bun.Tx, client string) ([]Waiting, error) {
	finals, err := feesops.Finals(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var rows []invoiceRow
	if err := tx.NewSelect().Model(&rows).Column("id", "statement_id", "payable_minor", "credits_id").Where("client_id = ?", client).Scan(ctx); err != nil {
		return nil, err
	}
	inForce := map[string]bool{}
	for _, r := range rows {
		left := r.PayableMinor
		for _, n := range rows {
			if n.CreditsID == r.ID {
				left -= n.PayableMinor
			}
		}
		inForce[r.StatementID] = inForce[r.StatementID] || left > 0
	}
	var out []Waiting
	for _, f := range finals {
		if !f.Payable.IsZero() && !inForce[f.Statement] {
			out = append(out, Waiting{f.Statement, f.Period, f.Payable})
		}
	}
	return out, nil
}

// Invoice is one invoice or credit note. Who may: see InvoiceSee. Faults: NotFound, Forbidden.
func (s *Service) Invoice(ctx context.Context, actor access.Actor, id string) (Invoice, error) {
	if _, err := s.admit(ctx, actor, access.InvoiceSee, id); err != nil {
		return Invoice{}, err
	}
	var out Invoice
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.read(ctx, tx, id)
		return err
	})
	return out, err
}

// GOBL is the envelope of an invoice as it was issued. Who may: see InvoiceSee. Faults: NotFound, Forbidden.
func (s *Service) GOBL(ctx context.Context, actor access.Actor, id string) ([]byte, error) {
	if _, err := s.admit(ctx, actor, access.InvoiceSee, id); err != nil {
		return nil, err
	}
	var row invoiceRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		row, err = readInvoice(ctx, tx, id, "gobl")
		return err
	})
	return []byte(row.GOBL), err
}

// admit reads whose invoice it is and asks whether the actor may do the action with it.
func (s *Service) admit(ctx context.Context, actor access.Actor, action access.Action, id string) (invoiceRow, error) {
	if actor.Account == "" {
		return invoiceRow{}, access.Require(actor, action, access.Scope{})
	}
	var row invoiceRow
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		row, err = readInvoice(ctx, tx, id, briefly...)
		return err
	})
	if err != nil {
		return row, err
	}
	return row, access.Require(actor, action, access.Of(row.ClientID))
}

// read puts an invoice together. It knows no access.
func (s *Service) read(ctx context.Context, tx bun.Tx, id string) (Invoice, error) {
	row, err := readInvoice(ctx, tx, id)
	if err != nil {
		return Invoice{}, err
	}
	var out Invoice
	if out.Document, err = row.document(); err != nil {
		return out, err
	}
	books, err := readBooks(ctx, tx, row.ClientID)
	if err != nil {
		return out, err
	}
	out.Book = bookOf(books, out.Document.Currency)
	if out.Today, err = s.todayOf(ctx, tx, row.ClientID); err != nil {
		return out, err
	}
	if out.Summary, err = s.summary(ctx, tx, row, out.Book, out.Today); err != nil {
		return out, err
	}
	out.reckon()
	notes, documents, err := readNotes(ctx, tx, id)
	if err != nil {
		return out, err
	}
	if out.Kind == billing.Invoice {
		out.Creditable = billing.LeftOf(out.Document, documents)
	}
	for _, n := range notes {
		out.Notes = append(out.Notes, n.summary())
	}
	if row.CreditsID != "" {
		of, err := readInvoice(ctx, tx, row.CreditsID, briefly...)
		if err != nil {
			return out, err
		}
		takes := of.summary()
		out.Takes = &takes
	}
	return out, nil
}

// reckon says what paying early or late comes to, as of today.
func (inv *Invoice) reckon() {
	bill, ok := inv.Book.Bill(inv.ID)
	if !ok {
		return
	}
	if e, early := inv.Book.EarlyOn(bill, inv.Today); early {
		inv.Early = &e
	}
	if l, agreed := inv.Book.LateOn(bill, inv.Today); agreed && (!l.Due.IsZero() || !l.Charged.IsZero()) {
		inv.LateBasis = &l
	}
}

// summary adds where an invoice stands and whether the client has it.
func (s *Service) summary(ctx context.Context, tx bun.Tx, r invoiceRow, b billing.Book, today cal.Date) (Summary, error) {
	out := r.summary()
	if bill, ok := b.Bill(r.ID); ok {
		out.Left, out.Standing, out.Purpose = b.LeftOf(bill), b.StandingOf(bill, today), bill.Purpose
	} else {
		for _, source := range b.Sources {
			if source.ID == r.ID {
				out.Left, out.Purpose = b.Free(source), source.Purpose
			}
		}
	}
	var events []eventRow
	if err := tx.NewSelect().Model(&events).Where("invoice_id = ?", r.ID).OrderExpr("seq").Limit(1).Scan(ctx); err != nil {
		return out, err
	}
	for _, e := range events {
		out.Acknowledged = Acknowledgement{e.At.UTC(), e.ByName, e.Words}
	}
	return out, nil
}
