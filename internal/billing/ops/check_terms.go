package ops

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing"
)

// checkTerms compares what is stored beside a document for paying it with the document itself.
func (s *Service) checkTerms(ctx context.Context, tx bun.Tx, r invoiceRow, d billing.Document, say func(string, ...any)) error {
	want, wanted, err := termsOf(r.ID, r.ClientID, d)
	if err != nil {
		return err
	}
	var have termsRow
	err = tx.NewSelect().Model(&have).Where("invoice_id = ?", r.ID).Scan(ctx)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if wanted {
			say("%s: what is agreed of paying it is gone", r.number())
		}
	case err != nil:
		return err
	case have.Purpose != want.Purpose || have.Agreed != want.Agreed:
		say("%s: what is agreed of paying it is not what its document says", r.number())
	}
	if d.Purpose == billing.EarlyPayment {
		return s.checkDiscount(ctx, tx, r, say)
	}
	return s.checkLate(ctx, tx, r, d, say)
}

func (s *Service) checkLate(ctx context.Context, tx bun.Tx, r invoiceRow, d billing.Document, say func(string, ...any)) error {
	var rows []lateRow
	if err := tx.NewSelect().Model(&rows).Where("document_id = ?", r.ID).Scan(ctx); err != nil {
		return err
	}
	same := len(rows) == len(d.Late)
	for _, b := range d.Late {
		found := false
		for _, l := range rows {
			found = found || l.ofBasis(r, b)
		}
		same = same && found
	}
	if !same {
		say("%s: what it charged for paying late is not kept as its document says", r.number())
	}
	return nil
}

func (s *Service) checkDiscount(ctx context.Context, tx bun.Tx, r invoiceRow, say func(string, ...any)) error {
	var rows []discountRow
	if err := tx.NewSelect().Model(&rows).Where("note_id = ?", r.ID).Scan(ctx); err != nil {
		return err
	}
	if len(rows) != 1 || rows[0].InvoiceID != r.CreditsID || rows[0].Minor != r.PayableMinor {
		say("%s: the discount that it is of is not kept as it was taken", r.number())
	}
	return nil
}
