package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Acknowledge says, for the client, that it has the invoice. It accepts nothing that the statement did not: the lines were reviewed there.
// Who may: see InvoiceAcknowledge. Faults: NotFound, Forbidden; Conflict when somebody has said so; Invalid at "words".
func (s *Service) Acknowledge(ctx context.Context, actor access.Actor, id, words string) (Invoice, error) {
	if _, err := s.admit(ctx, actor, access.InvoiceAcknowledge, id); err != nil {
		return Invoice{}, err
	}
	words, err := checkText("words", words, "")
	if err != nil {
		return Invoice{}, err
	}
	var out Invoice
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := readInvoice(ctx, tx, id, briefly...)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.InvoiceAcknowledge, access.Of(row.ClientID)); err != nil {
			return err
		}
		before, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		if a := before.Acknowledged; !a.At.IsZero() {
			return fault.New(fault.Conflict, "acknowledged", "%s acknowledged %s on %s already.", a.By, before.Number, a.At.Format("2 Jan 2006"))
		}
		event := eventRow{InvoiceID: id, Seq: 1, Kind: "acknowledge", At: s.now(), ByID: actor.Account, ByName: actor.Name, Words: words}
		if _, err := tx.NewInsert().Model(&event).Exec(ctx); err != nil {
			return err
		}
		entry := row.entry(access.InvoiceAcknowledge, nil, fmt.Sprintf("acknowledged %s", before.Number))
		if words != "" {
			entry.Words += ": " + words
		}
		entry.At, entry.After = event.At, ""
		if _, err := journalops.Append(ctx, tx, journalops.By(actor, entry)); err != nil {
			return err
		}
		out, err = s.read(ctx, tx, id)
		return err
	})
	if err != nil {
		return Invoice{}, fmt.Errorf("acknowledge %s: %w", id, err)
	}
	return out, nil
}
