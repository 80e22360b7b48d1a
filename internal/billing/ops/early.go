package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

// TakenDiscount is what a payment took off an invoice by being early, or what its reversal charged again.
type TakenDiscount struct {
	Invoice  string // number of the invoice
	Document string // id of the credit note; of a reversal, of the invoice that takes it back
	Number   string // its number
	Amount   money.Amount
}

// take issues a credit note for each discount that a payment takes; it pays the rest of its invoice.
func (s *Service) take(ctx context.Context, tx bun.Tx, actor access.Actor, b *billing.Book, pay paymentRow, taken []billing.Taken, today cal.Date, to []partyops.Listing) ([]TakenDiscount, error) {
	var out []TakenDiscount
	for _, t := range taken {
		of, err := readInvoice(ctx, tx, t.Bill.ID)
		if err != nil {
			return nil, err
		}
		row, d, err := s.discountNote(ctx, tx, actor, of, pay, b.InCurrency(t.Minor), t.Bill.Agreed, today)
		if err != nil {
			return nil, fmt.Errorf("take the discount of %s: %w", t.Bill.Number, err)
		}
		link := discountRow{PaymentID: pay.ID, InvoiceID: of.ID, ClientID: of.ClientID, NoteID: row.ID, Minor: t.Minor}
		if _, err := tx.NewInsert().Model(&link).Exec(ctx); err != nil {
			return nil, err
		}
		b.Sources = append(b.Sources, billing.Source{ID: row.ID, Kind: billing.Noted, Name: row.number().String(), On: day(row.IssuedOn), Minor: row.PayableMinor, Of: of.ID, TookFor: pay.ID})
		wanted := map[int]int64{}
		for _, l := range d.Lines {
			wanted[l.From] += l.Due.Minor
		}
		applied, err := apply(ctx, tx, actor, of.ClientID, row.IssuedAt, b, b.Prefer(row.ID, of.ID, wanted))
		if err != nil {
			return nil, err
		}
		words := fmt.Sprintf("issued %s: %s off %s, paid early", row.number(), d.Payable.FormatWith(), t.Bill.Number)
		if _, err := journalops.Append(ctx, tx, journalops.By(actor, row.entry(access.PaymentRecord, applied, words))); err != nil {
			return nil, err
		}
		inv := Invoice{Summary: row.summary()}
		if err := s.tell(ctx, tx, row.IssuedAt, to, inv, fmt.Sprintf("%s: %s discount", row.number(), d.Payable.FormatWith()),
			fmt.Sprintf("%s recorded your payment of %s. It came in early: %s takes %s off %s.", actor.Name, day(pay.PaidOn).Words(), row.number(), d.Payable.FormatWith(), t.Bill.Number)); err != nil {
			return nil, err
		}
		out = append(out, TakenDiscount{t.Bill.Number, row.ID, row.number().String(), d.Payable})
	}
	return out, nil
}

func (s *Service) discountNote(ctx context.Context, tx bun.Tx, actor access.Actor, of invoiceRow, pay paymentRow, taken money.Amount, agreed *billing.Agreed, today cal.Date) (row invoiceRow, d billing.Document, err error) {
	invoice, err := of.document()
	if err != nil {
		return row, d, err
	}
	_, notes, err := readNotes(ctx, tx, of.ID)
	if err != nil {
		return row, d, err
	}
	series, on, err := creditDay(ctx, tx, of, invoice, today)
	if err != nil {
		return row, d, err
	}
	reason := fmt.Sprintf("Discount of %s for payment until %s; %s", agreed.Discount.Rate, agreed.DiscountUntil.Words(), paidOn(pay))
	if d, err = billing.DiscountNote(of.ID, of.Hash, invoice, notes, on, taken, reason); err != nil {
		return row, d, err
	}
	row = invoiceRow{IssuerID: of.IssuerID, ClientID: of.ClientID, CreditsID: of.ID, Attempt: 1}
	return row, d, s.store(ctx, tx, actor, &d, series, &row)
}

// creditDay is the series of credit notes of an issuer, and the usual day of the next one to an invoice: today, or that of the newest when it is later.
func creditDay(ctx context.Context, tx bun.Tx, of invoiceRow, invoice billing.Document, today cal.Date) (series string, on cal.Date, err error) {
	series = invoice.Issuer.CreditSeries
	if now, ok, err := readProfile(ctx, tx, of.IssuerID); err != nil {
		return series, on, err
	} else if ok {
		series = now.CreditSeries
	}
	last, err := lastIssued(ctx, tx, of.IssuerID, series)
	return series, cal.Later(today, cal.Later(last, invoice.IssuedOn)), err
}

// takeBack charges again what a reversed payment took off: an invoice for each of its discounts.
func (s *Service) takeBack(ctx context.Context, tx bun.Tx, actor access.Actor, b billing.Book, payment string, today cal.Date, to []partyops.Listing) ([]TakenDiscount, error) {
	var rows []discountRow
	if err := tx.NewSelect().Model(&rows).Where("payment_id = ?", payment).OrderExpr("invoice_id").Scan(ctx); err != nil {
		return nil, err
	}
	var out []TakenDiscount
	for _, r := range rows {
		note, err := readInvoice(ctx, tx, r.NoteID)
		if err != nil {
			return nil, err
		}
		was, err := note.document()
		if err != nil {
			return nil, err
		}
		series := was.Issuer.Series
		if now, ok, err := readProfile(ctx, tx, note.IssuerID); err != nil {
			return nil, err
		} else if ok {
			series = now.Series
		}
		last, err := lastIssued(ctx, tx, note.IssuerID, series)
		if err != nil {
			return nil, err
		}
		bill, _ := b.Bill(r.InvoiceID)
		d := billing.DiscountBack(note.ID, note.Hash, was, bill.Agreed, cal.Later(today, last), bill.DueOn)
		row := invoiceRow{IssuerID: note.IssuerID, ClientID: note.ClientID, Attempt: 1}
		if err := s.store(ctx, tx, actor, &d, series, &row); err != nil {
			return nil, err
		}
		words := fmt.Sprintf("issued %s: the discount of %s on %s is taken back, for its payment was reversed", row.number(), d.Payable.FormatWith(), bill.Number)
		if _, err := journalops.Append(ctx, tx, journalops.By(actor, row.entry(access.PaymentRecord, nil, words))); err != nil {
			return nil, err
		}
		if err := s.tell(ctx, tx, row.IssuedAt, to, Invoice{Summary: row.summary()}, fmt.Sprintf("%s: %s", row.number(), d.Payable.FormatWith()),
			fmt.Sprintf("%s reversed a payment that had taken a discount on %s. %s asks for it again.\n\nDue: %s", actor.Name, bill.Number, row.number(), d.DueOn.Words())); err != nil {
			return nil, err
		}
		out = append(out, TakenDiscount{bill.Number, row.ID, row.number().String(), d.Payable})
	}
	return out, nil
}
