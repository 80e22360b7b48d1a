package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Account is what a client was invoiced and has paid in one currency, as of a day.
type Account struct {
	billing.Book
	Sheet billing.AccountSheet
	Ages  []billing.Age
	Late  []billing.LateBasis // of invoices that bear a late charge as of today
	Early []EarlyBill         // of invoices that can still be paid early
}

// EarlyBill is what can be taken off an invoice that is paid early.
type EarlyBill struct {
	billing.Bill
	billing.Early
}

// accountOf puts an account together.
func accountOf(b billing.Book, days cal.Period, today cal.Date) Account {
	out := Account{Book: b, Sheet: b.Sheet(days), Ages: b.Ageing(today)}
	for _, bill := range b.Bills {
		if l, ok := b.LateOn(bill, today); ok && (!l.Due.IsZero() || !l.Charged.IsZero()) {
			out.Late = append(out.Late, l)
		}
		if e, ok := b.EarlyOn(bill, today); ok {
			out.Early = append(out.Early, EarlyBill{bill, e})
		}
	}
	return out
}

// Accrued is what of late charges has accrued as of today and is not charged yet; negative: more was charged than is left of it.
func (a Account) Accrued() money.Amount {
	sum := money.New(0, a.Currency)
	for _, l := range a.Late {
		sum = sum.Add(l.Delta)
	}
	return sum
}

// Accounts are the statements of account of a client, one a currency.
type Accounts struct {
	Client   string // name
	Accounts []Account
	Payments []Payment // the newest first
	Days     cal.Period
	Today    cal.Date
}

// Accounts lists what happened in the days; a zero first day is the beginning, a zero last one the end. Who may: see InvoiceSee. Faults:
// NotFound, Forbidden.
func (s *Service) Accounts(ctx context.Context, actor access.Actor, client string, days cal.Period) (Accounts, error) {
	if err := access.Require(actor, access.InvoiceSee, access.Of(client)); err != nil {
		return Accounts{}, err
	}
	org, err := s.Parties.Client(ctx, actor, client)
	if err != nil {
		return Accounts{}, err
	}
	out := Accounts{Client: org.Name, Days: days}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if out.Today, err = s.todayOf(ctx, tx, client); err != nil {
			return err
		}
		books, err := readBooks(ctx, tx, client)
		if err != nil {
			return err
		}
		for _, b := range books {
			out.Accounts = append(out.Accounts, accountOf(b, out.Days, out.Today))
		}
		var rows []paymentRow
		if err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("paid_on DESC, recorded_at DESC").Scan(ctx); err != nil {
			return err
		}
		for _, r := range rows {
			for _, b := range books {
				if string(b.Currency) == r.Currency {
					out.Payments = append(out.Payments, r.payment(b))
				}
			}
		}
		return nil
	})
	if err != nil {
		return Accounts{}, fmt.Errorf("read the account of %s: %w", client, err)
	}
	return out, nil
}
