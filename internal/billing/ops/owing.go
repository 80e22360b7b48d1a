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
	Today   cal.Date
}

// Overdue is an invoice that is not paid and was due before the day.
type Overdue struct {
	Invoice string // id
	Number  string
	DueOn   cal.Date
	Left    money.Amount
}

// Owing tells what is to be invoiced and what is overdue. Who may: see InvoiceSee. Faults: NotFound, Forbidden.
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
		}
		return err
	})
	if err != nil {
		return Owing{}, fmt.Errorf("read what %s owes: %w", client, err)
	}
	return out, nil
}
