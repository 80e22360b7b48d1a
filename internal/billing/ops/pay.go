package ops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// PaymentInput is money that came in.
type PaymentInput struct {
	Client    string
	Currency  string // empty: the only one in which the client was invoiced
	Amount    string // as written; empty with Lines: their sum
	PaidOn    cal.Date
	Reference string // as the bank writes it
	Note      string
	Invoice   string         // pay this one alone; empty: the oldest line first
	Lines     map[int]string // of Invoice: what is paid for each line, as written; nil: the first line first
	KeepRest  bool           // what is more than what is open stays on account
}

// Payment is money that came in or went back.
type Payment struct {
	ID        string
	Client    string
	Kind      billing.SourceKind
	Amount    money.Amount
	PaidOn    cal.Date
	Reference string
	Note      string
	At        time.Time
	By        string
	Applied   []billing.Applied
	OnAccount money.Amount // what of it is not applied

	Discounts []TakenDiscount // that it took by being early; of a reversal, what is charged again
	Missed    []string        // why it took none where one was agreed, in words
}

// RecordPayment enters a payment and applies it. Who may: see PaymentRecord. Faults: NotFound, Forbidden; Invalid at fields, or when it is more
// than what is open and shall not be kept; Conflict when the same payment stands there already.
func (s *Service) RecordPayment(ctx context.Context, actor access.Actor, in PaymentInput) (Payment, error) {
	var out Payment
	if err := access.Require(actor, access.PaymentRecord, access.Of(in.Client)); err != nil {
		return out, err
	}
	to, err := s.acknowledgers(ctx, actor, in.Client)
	if err != nil {
		return out, err
	}
	err = s.cash(ctx, actor, in.Client, func(ctx context.Context, tx bun.Tx, books []billing.Book, today cal.Date) error {
		book, row, err := in.read(books, today)
		if err != nil {
			return err
		}
		row.ID = s.id("pay")
		if err := repeated(ctx, tx, row); err != nil {
			return err
		}
		parts, taken, err := in.parts(book, row)
		if err != nil {
			return err
		}
		missed := missedOf(book, parts, in.PaidOn)
		book.Sources = append(book.Sources, row.source())
		var applied []appliedRow
		if out, applied, err = s.keep(ctx, tx, actor, &book, &row, parts); err != nil {
			return err
		}
		if out.Discounts, err = s.take(ctx, tx, actor, &book, row, taken, today, to); err != nil {
			return err
		}
		out.Missed = missed
		words := fmt.Sprintf("recorded a payment of %s of %s: %s applied, %s on account", out.Amount.FormatWith(), out.PaidOn.Words(), out.Amount.Sub(out.OnAccount).Format(), out.OnAccount.Format())
		for _, d := range out.Discounts {
			words += fmt.Sprintf("; it was early, and %s takes %s off %s", d.Number, d.Amount.Format(), d.Invoice)
		}
		return record(ctx, tx, actor, row, applied, words)
	})
	if err != nil {
		return Payment{}, fmt.Errorf("record a payment of %s: %w", in.Client, err)
	}
	return out, nil
}

// cash decides access and opens the transaction with the client's books.
func (s *Service) cash(ctx context.Context, actor access.Actor, client string, do func(ctx context.Context, tx bun.Tx, books []billing.Book, today cal.Date) error) error {
	if err := access.Require(actor, access.PaymentRecord, access.Of(client)); err != nil {
		return err
	}
	if _, err := s.Parties.Client(ctx, actor, client); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		books, err := readBooks(ctx, tx, client)
		if err != nil {
			return err
		}
		today, err := s.todayOf(ctx, tx, client)
		if err != nil {
			return err
		}
		return do(ctx, tx, books, today)
	})
}

// read makes a row of what was written. Faults: Invalid at fields.
func (in PaymentInput) read(books []billing.Book, today cal.Date) (billing.Book, paymentRow, error) {
	var faults fault.List
	refuse := func(field, message string, args ...any) {
		faults.Add(fault.New(fault.Invalid, field, message, args...).At(field))
	}
	book, err := choose(books, in.Currency)
	if err != nil {
		return book, paymentRow{}, err
	}
	amount, err := in.amount(book)
	faults = append(faults, fault.All(err)...)
	if err == nil && amount.Minor <= 0 {
		refuse("amount", "Write an amount above zero. What goes back to the client is a refund.")
	}
	if in.PaidOn.IsZero() || in.PaidOn.After(today) {
		refuse("paid_on", "Choose the day on which the money came in, today, %s, or earlier.", today.Words())
	}
	reference := strings.Join(strings.Fields(in.Reference), " ")
	if len(reference) > 140 {
		refuse("reference", "Shorten the reference to 140 characters.")
	}
	if len(in.Note) > longestText {
		refuse("note", "Shorten the note to %d characters.", longestText)
	}
	row := paymentRow{ClientID: in.Client, Kind: string(billing.Receipt), Currency: string(book.Currency), Minor: amount.Minor, PaidOn: in.PaidOn.String(), Reference: reference, Note: in.Note}
	return book, row, faults.Err()
}

// choose is the book of a currency. Fault: Invalid at "currency" when it is not said and there are several, or none.
func choose(books []billing.Book, currency string) (billing.Book, error) {
	if currency == "" && len(books) == 1 {
		return books[0], nil
	}
	c, err := money.ParseCurrency(currency)
	if currency == "" || err != nil {
		return billing.Book{}, fault.New(fault.Invalid, "currency", "Choose the currency, such as USD.").At("currency")
	}
	return bookOf(books, c), nil
}

func (in PaymentInput) amount(b billing.Book) (money.Amount, error) {
	if in.Amount != "" || in.Lines == nil {
		a, err := money.Parse(in.Amount, b.Currency)
		return a, at(err, "amount")
	}
	sum := money.New(0, b.Currency)
	for _, text := range in.Lines {
		if a, err := money.Parse(text, b.Currency); text != "" && err == nil {
			sum = sum.Add(a)
		}
	}
	return sum, nil
}

// at puts every fault at a field.
func at(err error, field string) error {
	var faults fault.List
	for _, f := range fault.All(err) {
		faults.Add(f.At(field))
	}
	if len(faults) == 0 {
		return err
	}
	return faults.Err()
}

// missedOf says of each invoice that a payment pays why it takes no discount, where one is agreed.
func missedOf(b billing.Book, parts []billing.Applied, on cal.Date) []string {
	var out []string
	for _, bill := range b.Bills {
		var sum int64
		for _, p := range parts {
			if p.Target == bill.ID {
				sum += p.Minor
			}
		}
		if words := b.Missed(bill, sum, on); sum > 0 && words != "" {
			out = append(out, words)
		}
	}
	return out
}

// parts says what the payment pays, and which discounts it takes. Faults: Invalid at "amount" or a line; NotFound for an invoice that is not there.
func (in PaymentInput) parts(b billing.Book, row paymentRow) (parts []billing.Applied, taken []billing.Taken, err error) {
	var only []string
	open := b.Open()
	if in.Invoice != "" {
		bill, ok := b.Bill(in.Invoice)
		if !ok {
			return nil, nil, fault.New(fault.NotFound, "invoice", "There is no such invoice in %s.", b.Currency)
		}
		only, open = []string{bill.ID}, b.LeftOf(bill)
		chosen, err := in.chosen(b, bill, row)
		if err != nil {
			return nil, nil, err
		}
		parts, taken = chosen, b.TakenBy(bill, chosen, in.PaidOn)
	}
	if in.Lines == nil || in.Invoice == "" {
		parts, taken = b.SpreadEarly(row.ID, row.Minor, in.PaidOn, only...)
	}
	var applied int64
	for _, p := range parts {
		applied += p.Minor
	}
	rest := money.New(row.Minor-applied, b.Currency)
	switch {
	case rest.Minor < 0:
		return nil, nil, fault.New(fault.Invalid, "amount", "The lines together are %s, more than the payment.", money.New(applied, b.Currency).Format()).At("amount")
	case rest.Minor > 0 && !in.KeepRest:
		return nil, nil, fault.New(fault.Invalid, "amount", "%s is open, and %s of the payment would pay nothing. If the client really paid that much, keep the rest on account.", open.Format(), rest.Format()).At("amount")
	}
	return parts, taken, b.Check(parts)
}

// chosen are the amounts that were written for lines.
func (in PaymentInput) chosen(b billing.Book, bill billing.Bill, row paymentRow) ([]billing.Applied, error) {
	var faults fault.List
	var out []billing.Applied
	for _, l := range bill.Lines {
		text := in.Lines[l.No]
		if text == "" {
			continue
		}
		a, err := money.Parse(text, b.Currency)
		for _, f := range fault.All(err) {
			faults.Add(f.At(billing.LineField(l.No)))
		}
		if err == nil && a.Minor != 0 {
			out = append(out, billing.Applied{Source: row.ID, Target: bill.ID, Line: l.No, Minor: a.Minor})
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return out, b.Check(out)
}

// repeated refuses a payment that stands there already: the same day, amount and reference, and not reversed.
func repeated(ctx context.Context, tx bun.Tx, row paymentRow) error {
	if row.Reference == "" {
		return nil
	}
	same, err := tx.NewSelect().Model((*paymentRow)(nil)).
		Where("client_id = ? AND kind = ? AND currency = ? AND minor = ? AND paid_on = ? AND reference = ?", row.ClientID, row.Kind, row.Currency, row.Minor, row.PaidOn, row.Reference).
		Where("NOT EXISTS (SELECT 1 FROM payment AS r WHERE r.of_id = payment_row.id)").Exists(ctx)
	if err == nil && same {
		err = fault.New(fault.Conflict, "payment-recorded", "A payment of this day, amount and reference is recorded already. If the client really paid twice, give this one its own reference.").At("reference")
	}
	return err
}

// keep writes a payment and what it is applied to, and posts both.
func (s *Service) keep(ctx context.Context, tx bun.Tx, actor access.Actor, b *billing.Book, row *paymentRow, parts []billing.Applied) (Payment, []appliedRow, error) {
	row.RecordedAt, row.RecordedBy, row.RecordedByName = s.now(), actor.Account, actor.Name
	if _, err := tx.NewInsert().Model(row).Exec(ctx); err != nil {
		return Payment{}, nil, err
	}
	if err := post(ctx, tx, row.RecordedAt, ledger.OfCash(row.ClientID, b.Currency, row.source())); err != nil {
		return Payment{}, nil, err
	}
	applied, err := apply(ctx, tx, actor, row.ClientID, row.RecordedAt, b, parts)
	return row.payment(*b), applied, err
}

func (p paymentRow) payment(b billing.Book) Payment {
	out := Payment{
		ID: p.ID, Client: p.ClientID, Kind: billing.SourceKind(p.Kind), Amount: money.New(p.Minor, b.Currency), PaidOn: day(p.PaidOn), Reference: p.Reference, Note: p.Note,
		At: p.RecordedAt.UTC(), By: p.RecordedByName, OnAccount: b.Free(p.source()),
	}
	for _, a := range b.Applied {
		if a.Source == p.ID {
			out.Applied = append(out.Applied, a)
		}
	}
	return out
}

// InCurrency is an amount in the currency of the payment.
func (p Payment) InCurrency(minor int64) money.Amount { return money.New(minor, p.Amount.Currency) }
