package ops

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// ApplyOnAccount lets what is on account pay the oldest open lines, or those of one invoice. It gives how much was applied. Who may: see
// PaymentRecord. Faults: NotFound, Forbidden; Conflict when nothing is on account or nothing is open; Invalid at "currency".
func (s *Service) ApplyOnAccount(ctx context.Context, actor access.Actor, client, currency, invoice string) (money.Amount, error) {
	var out money.Amount
	err := s.cash(ctx, actor, client, func(ctx context.Context, tx bun.Tx, books []billing.Book, _ cal.Date) error {
		book, err := choose(books, currency)
		if err != nil {
			return err
		}
		var only []string
		if invoice != "" {
			if _, ok := book.Bill(invoice); !ok {
				return fault.New(fault.NotFound, "invoice", "There is no such invoice in %s.", book.Currency)
			}
			only = []string{invoice}
		}
		at := s.now()
		var applied []appliedRow
		out = money.New(0, book.Currency)
		for _, source := range book.Sources {
			free := book.Free(source)
			if source.Kind == billing.Reversal || free.Minor <= 0 {
				continue
			}
			parts := book.Spread(source.ID, free.Minor, only...)
			for _, p := range parts {
				out.Minor += p.Minor
			}
			rows, err := apply(ctx, tx, actor, client, at, &book, parts)
			if err != nil {
				return err
			}
			applied = append(applied, rows...)
		}
		if out.IsZero() {
			return fault.New(fault.Conflict, "nothing-to-apply", "Nothing can be applied: %s is on account and %s is open.", book.OnAccount().FormatWith(), book.Open().FormatWith())
		}
		entry := journal.Entry{At: at, Action: string(access.PaymentRecord), Client: client, Subject: journal.Subject{Kind: "account", ID: client, Name: "Account"},
			Words: fmt.Sprintf("applied %s that was on account", out.FormatWith()), After: journal.Snapshot(recordedApplied{out.FormatWith(), keysOf(applied)})}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, entry))
		return err
	})
	if err != nil {
		return out, fmt.Errorf("apply what is on account of %s: %w", client, err)
	}
	return out, nil
}

// Refund records that money on account went back to the client. Who may: see PaymentRecord. Faults: NotFound, Forbidden; Invalid at fields;
// Conflict when less is on account.
func (s *Service) Refund(ctx context.Context, actor access.Actor, in PaymentInput) (Payment, error) {
	var out Payment
	in.Lines, in.Invoice = nil, ""
	err := s.cash(ctx, actor, in.Client, func(ctx context.Context, tx bun.Tx, books []billing.Book, today cal.Date) error {
		book, row, err := in.read(books, today)
		if err != nil {
			return err
		}
		row.ID, row.Kind, row.Minor = s.id("pay"), string(billing.Refund), -row.Minor
		if err := repeated(ctx, tx, row); err != nil {
			return err
		}
		parts, err := book.Draw(-row.Minor, billing.Applied{Target: row.ID})
		if err != nil {
			return err
		}
		book.Sources = append(book.Sources, row.source())
		var applied []appliedRow
		if out, applied, err = s.keep(ctx, tx, actor, &book, &row, parts); err != nil {
			return err
		}
		return record(ctx, tx, actor, row, applied, fmt.Sprintf("recorded a refund of %s on %s", out.Amount.Neg().FormatWith(), out.PaidOn.Words()))
	})
	if err != nil {
		return Payment{}, fmt.Errorf("record a refund to %s: %w", in.Client, err)
	}
	return out, nil
}

// Reverse takes a payment or refund out as if it had not been recorded: what it paid is open again. The row stays, and another refers to it. Who may: see
// PaymentRecord. Faults: NotFound, Forbidden; Invalid at "reason"; Conflict when it is reversed already, or a part of it went back.
func (s *Service) Reverse(ctx context.Context, actor access.Actor, client, payment, reason string) (Payment, error) {
	reason, err := checkText("reason", reason, "Say why: a bounced cheque, an amount mistyped.")
	if err != nil {
		return Payment{}, err
	}
	var out Payment
	if err := access.Require(actor, access.PaymentRecord, access.Of(client)); err != nil {
		return out, err
	}
	to, err := s.acknowledgers(ctx, actor, client)
	if err != nil {
		return out, err
	}
	err = s.cash(ctx, actor, client, func(ctx context.Context, tx bun.Tx, books []billing.Book, today cal.Date) error {
		of, err := readPayment(ctx, tx, client, payment)
		if err != nil {
			return err
		}
		book := bookOf(books, money.Currency(of.Currency))
		parts, err := undo(book, of)
		if err != nil {
			return err
		}
		row := paymentRow{ID: s.id("pay"), ClientID: client, Kind: string(billing.Reversal), OfID: of.ID, Currency: of.Currency, Minor: -of.Minor, PaidOn: today.String(), Reference: of.Reference, Note: reason}
		book.Sources = append(book.Sources, row.source())
		var applied []appliedRow
		if out, applied, err = s.keep(ctx, tx, actor, &book, &row, parts); err != nil {
			return err
		}
		if out.Discounts, err = s.takeBack(ctx, tx, actor, book, of.ID, today, to); err != nil {
			return err
		}
		if s.Reversed != nil {
			if err := s.Reversed(ctx, tx, client); err != nil {
				return err
			}
		}
		return record(ctx, tx, actor, row, applied, fmt.Sprintf("reversed the %s of %s of %s: %s", lowerKind(of), money.New(of.Minor, book.Currency).FormatWith(), day(of.PaidOn).Words(), reason))
	})
	if err != nil {
		return Payment{}, fmt.Errorf("reverse payment %s: %w", payment, err)
	}
	return out, nil
}

func lowerKind(p paymentRow) string {
	if billing.SourceKind(p.Kind) == billing.Refund {
		return "refund"
	}
	return "payment"
}

func readPayment(ctx context.Context, tx bun.Tx, client, id string) (paymentRow, error) {
	var row paymentRow
	err := tx.NewSelect().Model(&row).Where("id = ? AND client_id = ?", id, client).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, notFound()
	}
	return row, err
}

// undo takes back all that a payment was applied to, or all that was applied to a refund.
func undo(b billing.Book, of paymentRow) ([]billing.Applied, error) {
	for _, s := range b.Sources {
		switch {
		case s.Kind == billing.Reversal && s.Of == of.ID:
			return nil, fault.New(fault.Conflict, "reversed", "It was reversed on %s already.", s.On.Words())
		case s.ID == of.ID && s.Kind == billing.Reversal:
			return nil, fault.New(fault.Conflict, "reversal", "A reversal cannot be reversed. Record the payment again.")
		}
	}
	left := map[billing.Applied]int64{}
	var order []billing.Applied
	for _, a := range b.Applied {
		if a.Source != of.ID && a.Target != of.ID {
			continue
		}
		key := billing.Applied{Source: a.Source, Target: a.Target, Line: a.Line}
		if _, known := left[key]; !known {
			order = append(order, key)
		}
		left[key] += a.Minor
	}
	var out []billing.Applied
	for _, a := range order {
		a.Minor = -left[billing.Applied{Source: a.Source, Target: a.Target, Line: a.Line}]
		if a.Minor == 0 {
			continue
		}
		if a.Source == of.ID && a.Line == 0 {
			return nil, fault.New(fault.Conflict, "refunded", "A part of this payment went back to the client. Reverse that refund first.")
		}
		out = append(out, a)
	}
	return out, nil
}
