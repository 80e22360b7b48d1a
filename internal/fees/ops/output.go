package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// Output is what was done and paid under a contract with a specialist.
type Output struct {
	Statements int // locked
	Payable    money.Amount
	Minutes    int64
	Handed     int // deliveries
	Accepted   int // of them
	Missed     int // promises, but for those excused
	Import     int64

	Months   int          // of the locked ones, those for which the agency's own statements with the client are locked too
	Then     money.Amount // payable for them
	FromFees money.Amount // what the client was charged for them, without what is bought at cost
}

// OutputUnder counts it from the locked statements and the newest evidence. It is the agency's. Who may: see StatementSee. Faults: NotFound, Forbidden.
func (s *Service) OutputUnder(ctx context.Context, actor access.Actor, contractID string) (Output, error) {
	var out Output
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		c, err := contractops.ContractOf(ctx, tx, contractID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.StatementSee, c.Scope()); err != nil {
			return err
		}
		if err := hostOnly(actor, c); err != nil {
			return err
		}
		a, err := c.Agreement()
		if err != nil {
			return err
		}
		zero := money.New(0, a.First().Currency)
		out = Output{Payable: zero, Then: zero, FromFees: zero}
		if err := out.paid(ctx, tx, c); err != nil {
			return err
		}
		e, err := s.evidenceUnder(ctx, tx, c.ID, a, 0)
		out.Import = e.AsOf
		out.done(e)
		return err
	})
	if err != nil {
		return Output{}, fmt.Errorf("count what contract %s brought: %w", contractID, err)
	}
	return out, nil
}

// paid adds the locked statements, and what the client was charged for the same months.
func (o *Output) paid(ctx context.Context, tx bun.Tx, c contractops.Contract) error {
	finals, err := readFinals(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if len(finals) == 0 {
		return nil
	}
	first, err := cal.ParseDate(finals[0].PeriodFrom)
	if err != nil {
		return err
	}
	last, err := cal.ParseDate(finals[len(finals)-1].PeriodTo)
	if err != nil {
		return err
	}
	charged, err := FeesByMonth(ctx, tx, c.Client, cal.Period{From: first, To: last})
	if err != nil {
		return err
	}
	for _, f := range finals {
		o.Statements++
		o.Payable.Minor += f.PayableMinor
		from, err := cal.ParseDate(f.PeriodFrom)
		if err != nil {
			return err
		}
		if fee, ok := charged[cal.MonthOf(from)]; ok && fee.Currency == o.FromFees.Currency {
			o.Months++
			o.Then.Minor += f.PayableMinor
			o.FromFees = o.FromFees.Add(fee)
		}
	}
	return nil
}

// done counts the rows that bear a name of the contract.
func (o *Output) done(e crm.Evidence) {
	for _, t := range e.TimeEntries {
		if !t.Deleted {
			o.Minutes += t.Minutes
		}
	}
	for _, d := range e.Deliveries {
		if !d.Deleted {
			o.Handed++
			if !d.AcceptedOn.IsZero() {
				o.Accepted++
			}
		}
	}
	o.Missed = len(slices.DeleteFunc(slices.Clone(e.SLAMisses), func(m crm.SLAMiss) bool { return m.Deleted || m.Excused }))
}
