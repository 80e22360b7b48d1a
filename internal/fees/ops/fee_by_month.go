package ops

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// FeesByMonth is what the locked statements of a client charged for each month of a period, without what is bought at cost; a month without one is
// not there. It is for use cases that have decided access already, inside their transaction.
func FeesByMonth(ctx context.Context, tx bun.Tx, client string, in cal.Period) (map[cal.Month]money.Amount, error) {
	finals, err := Finals(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	out := map[cal.Month]money.Amount{}
	var contracts []string
	for _, f := range finals {
		if in.Contains(f.Period.From) {
			out[cal.MonthOf(f.Period.From)] = money.New(0, f.Payable.Currency)
			contracts = append(contracts, f.Contract)
		}
	}
	slices.Sort(contracts)
	for _, contract := range slices.Compact(contracts) {
		rows, err := readFinals(ctx, tx, contract)
		if err != nil {
			return nil, err
		}
		settled, err := settledOf(ctx, tx, rows)
		if err != nil {
			return nil, err
		}
		for _, s := range settled {
			month := cal.MonthOf(s.Period.From)
			fee, wanted := out[month]
			for _, l := range s.Lines {
				if wanted && !l.Kind.AtCost() {
					fee.Minor += l.Minor - l.Waived
				}
			}
			if wanted {
				out[month] = fee
			}
		}
	}
	return out, nil
}

// lockedMonths are what the locked statements of a contract charged for their months, all lines, less what the agency gave up since.
func lockedMonths(ctx context.Context, tx bun.Tx, contract string, currency money.Currency) ([]fees.LockedMonth, error) {
	rows, err := readFinals(ctx, tx, contract)
	if err != nil {
		return nil, err
	}
	settled, err := settledOf(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	var out []fees.LockedMonth
	for i, s := range settled {
		charged := money.New(0, currency)
		for _, l := range s.Lines {
			charged.Minor += l.Minor - l.Waived
		}
		out = append(out, fees.LockedMonth{Month: cal.MonthOf(s.Period.From), Statement: rows[i].StatementID, Charged: charged})
	}
	return out, nil
}
