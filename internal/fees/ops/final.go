package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Locked is a locked statement, for use cases that have decided access already, inside their transaction. Faults: NotFound; Conflict when it
// is not locked.
func (s *Service) Locked(ctx context.Context, tx bun.Tx, id string) (Statement, error) {
	st, err := s.read(ctx, tx, id)
	if err == nil && st.State != fees.Locked {
		err = fault.New(fault.Conflict, "statement-not-locked", "The %s is not locked yet; it is final, and can be invoiced, after the lock.", st.lowerName())
	}
	return st, err
}

// ScopeOf is that of a statement, for use cases that decide access by it. Fault: NotFound.
func ScopeOf(ctx context.Context, tx bun.Tx, id string) (access.Scope, error) {
	row, err := readRow(ctx, tx, id, "id", "contract_id")
	if err != nil {
		return access.Scope{}, err
	}
	return contractops.ScopeOf(ctx, tx, row.ContractID)
}

// Final is a locked statement with what was payable at the lock.
type Final struct {
	Statement string
	Contract  string
	Period    cal.Period
	Hash      string
	Payable   money.Amount
	LockedAt  time.Time
}

// Finals are the locked statements of the agency's own contracts with a client, the oldest period first, for use cases that have decided access already.
func Finals(ctx context.Context, tx bun.Tx, client string) ([]Final, error) {
	var rows []struct {
		ID         string    `bun:"id"`
		ContractID string    `bun:"contract_id"`
		PeriodFrom string    `bun:"period_from"`
		PeriodTo   string    `bun:"period_to"`
		Hash       string    `bun:"hash"`
		Currency   string    `bun:"currency"`
		Payable    int64     `bun:"payable_minor"`
		LockedAt   time.Time `bun:"locked_at"`
	}
	have, err := contractops.ProvidersOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	err = own(tx.NewSelect().TableExpr("statement_final AS f").Join("JOIN statement AS s ON s.id = f.statement_id").
		ColumnExpr("s.id, s.contract_id, s.period_from, s.period_to, s.hash, s.currency, f.payable_minor, f.locked_at").
		Where("s.client_id = ?", client), "s.contract_id", have).OrderExpr("s.period_from, s.contract_id").Scan(ctx, &rows)
	var out []Final
	for _, r := range rows {
		f := Final{Statement: r.ID, Contract: r.ContractID, Hash: r.Hash, Payable: money.New(r.Payable, money.Currency(r.Currency)), LockedAt: r.LockedAt.UTC()}
		f.Period = statementRow{PeriodFrom: r.PeriodFrom, PeriodTo: r.PeriodTo}.period()
		out = append(out, f)
	}
	return out, err
}
