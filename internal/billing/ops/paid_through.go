package ops

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// PaidThrough says whether the fee of a contract is paid up to a month: the statement of that month is locked, each statement of the contract up to it is invoiced where it has something to
// invoice, and nothing is left to pay of those invoices. on is the day of the newest payment. An invoice that only a credit note settled is not paid. It is for use cases that have decided access already.
func PaidThrough(ctx context.Context, tx bun.Tx, client, contract string, through cal.Month) (on cal.Date, paid bool, err error) {
	statements, locked, err := lockedThrough(ctx, tx, client, contract, through)
	if err != nil || !locked {
		return cal.Date{}, false, err
	}
	open, err := waiting(ctx, tx, client)
	if err != nil || slices.ContainsFunc(open, func(w Waiting) bool { return statements[w.Statement] }) {
		return cal.Date{}, false, err
	}
	var rows []invoiceRow
	if err := tx.NewSelect().Model(&rows).Column("id", "statement_id").Where("client_id = ? AND credits_id IS NULL", client).Scan(ctx); err != nil {
		return cal.Date{}, false, err
	}
	books, err := readBooks(ctx, tx, client)
	if err != nil {
		return cal.Date{}, false, err
	}
	for _, r := range rows {
		if !statements[r.StatementID] {
			continue
		}
		for _, b := range books {
			bill, ok := b.Bill(r.ID)
			if !ok {
				continue
			}
			if !b.LeftOf(bill).IsZero() {
				return cal.Date{}, false, nil
			}
			on = cal.Later(on, lastPayment(b, bill))
		}
	}
	return on, !on.IsZero(), nil
}

// lockedThrough are the locked statements of a contract up to a month, and whether that of the month is among them.
func lockedThrough(ctx context.Context, tx bun.Tx, client, contract string, through cal.Month) (statements map[string]bool, locked bool, err error) {
	finals, err := feesops.Finals(ctx, tx, client)
	statements = map[string]bool{}
	for _, f := range finals {
		if f.Contract != contract || !f.Period.From.Before(through.Next().First()) {
			continue
		}
		statements[f.Statement] = true
		locked = locked || f.Period.Contains(through.First()) || cal.MonthOf(f.Period.From) == through
	}
	return statements, locked, err
}

// lastPayment is the day of the newest payment that was applied to an invoice; zero without any.
func lastPayment(b billing.Book, bill billing.Bill) (on cal.Date) {
	for _, a := range b.Applied {
		for _, s := range b.Sources {
			if a.Target == bill.ID && a.Source == s.ID && s.Kind == billing.Receipt && a.Minor > 0 {
				on = cal.Later(on, s.On)
			}
		}
	}
	return on
}
