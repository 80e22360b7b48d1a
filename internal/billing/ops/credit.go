package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// CreditInput says what of an invoice is taken back.
type CreditInput struct {
	Invoice  string
	Reason   string
	IssuedOn cal.Date       // zero: today
	Lines    map[int]string // net amounts by line of the invoice, as written; nil: all that is left
}

// Credit issues a credit note: what it takes back pays the rest of its invoice, and what is above that is on account. Who may: see
// InvoiceCredit. Faults: NotFound, Forbidden; Invalid at "reason", "issued_on" or a line; Conflict when nothing is left.
func (s *Service) Credit(ctx context.Context, actor access.Actor, in CreditInput) (Invoice, error) {
	row, err := s.admit(ctx, actor, access.InvoiceCredit, in.Invoice)
	if err != nil {
		return Invoice{}, err
	}
	to, err := s.acknowledgers(ctx, actor, row.ClientID)
	if err != nil {
		return Invoice{}, err
	}
	reason, err := checkText("reason", in.Reason, "Say why the invoice is taken back; it stands on the credit note.")
	if err != nil {
		return Invoice{}, err
	}
	var out Invoice
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		of, err := readInvoice(ctx, tx, in.Invoice)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.InvoiceCredit, access.Of(of.ClientID)); err != nil {
			return err
		}
		note, d, err := s.credit(ctx, tx, actor, of, in, reason)
		if err != nil {
			return err
		}
		applied, err := s.applyCredit(ctx, tx, actor, note, d)
		if err != nil {
			return err
		}
		entry := note.entry(access.InvoiceCredit, applied, fmt.Sprintf("issued %s, which takes back %s of %s: %s", note.number(), d.Payable.FormatWith(), of.number(), reason))
		if _, err := journalops.Append(ctx, tx, journalops.By(actor, entry)); err != nil {
			return err
		}
		if out, err = s.read(ctx, tx, note.ID); err != nil {
			return err
		}
		return s.tell(ctx, tx, note.IssuedAt, to, out, fmt.Sprintf("%s: %s credited", out.Number, out.Payable.FormatWith()),
			fmt.Sprintf("%s issued credit note %s. It takes back %s of %s.\n\nReason: %s", actor.Name, out.Number, out.Payable.FormatWith(), of.number(), reason))
	})
	if err != nil {
		return Invoice{}, fmt.Errorf("credit %s: %w", in.Invoice, err)
	}
	return out, nil
}

func (s *Service) credit(ctx context.Context, tx bun.Tx, actor access.Actor, of invoiceRow, in CreditInput, reason string) (row invoiceRow, d billing.Document, err error) {
	invoice, err := of.document()
	if err != nil {
		return row, d, err
	}
	_, notes, err := readNotes(ctx, tx, of.ID)
	if err != nil {
		return row, d, err
	}
	today, err := s.todayOf(ctx, tx, of.ClientID)
	if err != nil {
		return row, d, err
	}
	series, latest, err := creditDay(ctx, tx, of, invoice, today)
	if err != nil {
		return row, d, err
	}
	c := billing.Credit{IssuedOn: in.IssuedOn, Reason: reason}
	if c.IssuedOn.IsZero() {
		c.IssuedOn = latest
	}
	if c.IssuedOn.After(latest) {
		return row, d, fault.New(fault.Invalid, "issued-on", "The day of issue is today, %s, or a day before.", today.Words()).At("issued_on")
	}
	if in.Lines != nil {
		if c.Lines, err = linesOf(invoice, in.Lines); err != nil {
			return row, d, err
		}
	}
	if d, err = billing.CreditOf(of.ID, of.Hash, invoice, notes, c); err != nil {
		return row, d, err
	}
	row = invoiceRow{IssuerID: of.IssuerID, ClientID: of.ClientID, CreditsID: of.ID, Attempt: 1}
	return row, d, s.store(ctx, tx, actor, &d, series, &row)
}

// linesOf reads amounts by line. Faults: Invalid at the line.
func linesOf(invoice billing.Document, written map[int]string) ([]money.Amount, error) {
	var faults fault.List
	out := make([]money.Amount, len(invoice.Lines))
	for i := range out {
		out[i] = money.New(0, invoice.Currency)
	}
	for no, text := range written {
		if no < 1 || no > len(out) {
			return nil, fault.New(fault.NotFound, "line", "%s has no line %d.", invoice.Number, no)
		}
		if text == "" {
			continue
		}
		a, err := money.Parse(text, invoice.Currency)
		for _, f := range fault.All(err) {
			faults.Add(f.At(billing.LineField(no)))
		}
		out[no-1] = a
	}
	return out, faults.Err()
}

// applyCredit lets a credit note pay the invoice that it takes back.
func (s *Service) applyCredit(ctx context.Context, tx bun.Tx, actor access.Actor, note invoiceRow, d billing.Document) ([]appliedRow, error) {
	books, err := readBooks(ctx, tx, note.ClientID)
	if err != nil {
		return nil, err
	}
	book := bookOf(books, d.Currency)
	wanted := map[int]int64{}
	for _, l := range d.Lines {
		wanted[l.From] += l.Due.Minor
	}
	return apply(ctx, tx, actor, note.ClientID, note.IssuedAt, &book, book.Prefer(note.ID, note.CreditsID, wanted))
}

const longestText = 1000

// checkText reads what a person says; spaces around it count for nothing. Faults: Invalid at the field.
func checkText(field, text, missing string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" && missing != "":
		return "", fault.New(fault.Invalid, field+"-missing", "%s", missing).At(field)
	case len(text) > longestText:
		return "", fault.New(fault.Invalid, field+"-long", "Shorten the text to %d characters.", longestText).At(field)
	}
	return text, nil
}
