package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Owing is what of a client's locked statements is not invoiced, and what of its invoices is not paid, as of a day.
type Owing struct {
	Waiting []Waiting // the oldest first
	Overdue []Overdue // likewise, by the day on which they were due
	Open    []Open    // likewise: what is not due yet
	Today   cal.Date
}

// Overdue is an invoice that is not paid and was due before the day.
type Overdue struct {
	Invoice string // id
	Number  string
	DueOn   cal.Date
	Left    money.Amount
}

// Open is an invoice that is not paid and is due on the day or later.
type Open struct {
	Invoice  string // id
	Number   string
	DueOn    cal.Date
	Left     money.Amount
	Discount money.Amount // taken off when all that is left is paid early; zero: none is to be had any more
	Until    cal.Date     // the last day of it
}

// Owing tells what is to be invoiced, what is overdue, and what is open without being so. Who may: see InvoiceSee. Faults: NotFound, Forbidden.
func (s *Service) Owing(ctx context.Context, actor access.Actor, client string) (Owing, error) {
	if err := access.Require(actor, access.InvoiceSee, access.Of(client)); err != nil {
		return Owing{}, err
	}
	if _, err := s.Parties.Client(ctx, actor, client); err != nil {
		return Owing{}, err
	}
	var out Owing
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out = Owing{}
		if out.Today, err = s.todayOf(ctx, tx, client); err != nil {
			return err
		}
		if out.Waiting, err = waiting(ctx, tx, client); err != nil {
			return err
		}
		books, err := readBooks(ctx, tx, client)
		for _, b := range books {
			for _, bill := range b.Late(out.Today) {
				out.Overdue = append(out.Overdue, Overdue{bill.ID, bill.Number, bill.DueOn, b.LeftOf(bill)})
			}
			for _, bill := range b.NotDue(out.Today) {
				open := Open{Invoice: bill.ID, Number: bill.Number, DueOn: bill.DueOn, Left: b.LeftOf(bill), Discount: b.InCurrency(0)}
				if early, ok := b.EarlyOn(bill, out.Today); ok {
					open.Discount, open.Until = early.Full, early.Until
				}
				out.Open = append(out.Open, open)
			}
		}
		return err
	})
	if err != nil {
		return Owing{}, fmt.Errorf("read what %s owes: %w", client, err)
	}
	return out, nil
}
