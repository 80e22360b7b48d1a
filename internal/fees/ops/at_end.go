package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// AtEnd is what a contract, its locked statements and the newest evidence say of the parts of its final settlement.
type AtEnd struct {
	Balance, Tail, Reserve, Commitments, Credits, Disputed fees.EndPart

	Missing bool      // a month until the end stands on no locked statement
	First   cal.Month // the first such month
	Undone  []string  // results, milestones and pieces of before the end that nobody has decided about, by name
}

// AtEnd computes it. Who may: see StatementSee. Faults: NotFound, Forbidden; Conflict "no-version".
func (s *Service) AtEnd(ctx context.Context, actor access.Actor, contractID string) (AtEnd, error) {
	var out AtEnd
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = AtEnd{}
		c, err := contractops.ContractOf(ctx, tx, contractID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.StatementSee, c.Scope()); err != nil {
			return err
		}
		a, err := c.Agreement()
		if err != nil {
			return err
		}
		finals, err := readFinals(ctx, tx, contractID)
		if err != nil {
			return err
		}
		settled, err := settledOf(ctx, tx, finals)
		if err != nil {
			return err
		}
		evidence, err := s.evidenceAtEnd(ctx, tx, c, a)
		if err != nil {
			return err
		}
		out.Balance = fees.BalanceAtEnd(a, settled)
		out.Tail = fees.TailAtEnd(a, evidence.Deals, settled)
		out.Reserve = fees.ReserveAtEnd(a, settled, cal.DateOf(s.now(), a.First().Zone))
		out.Commitments, out.Credits = fees.BoughtAtEnd(a, evidence.Spend)
		out.First, out.Missing = fees.UnlockedBeforeEnd(a, settled)
		for _, w := range fees.WaitingFor(a, fees.Facts{Evidence: evidence, Settled: settled}, s.now()) {
			if !w.IsHours() {
				out.Undone = append(out.Undone, w.Name)
			}
		}
		out.Disputed, err = s.disputedAtEnd(ctx, tx, finals, a.First().Currency)
		return err
	})
	if err != nil {
		return AtEnd{}, fmt.Errorf("read what is known at the end of %s: %w", contractID, err)
	}
	return out, nil
}

// evidenceAtEnd is the rows that the parts look at, as the newest import says.
func (s *Service) evidenceAtEnd(ctx context.Context, tx bun.Tx, c contractops.Contract, a contract.Agreement) (crm.Evidence, error) {
	newest, err := s.NewestImport(ctx, tx, c.Client)
	if err != nil || newest == 0 {
		return crm.Evidence{}, err
	}
	kinds := fees.DecidedKinds(a)
	for _, k := range []crm.Kind{crm.KindDeal, crm.KindSpend} {
		if !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	rows, err := crmops.RowsAt(ctx, tx, c.Client, newest, kinds...)
	if err != nil {
		return crm.Evidence{}, fmt.Errorf("read the evidence of %s: %w", c.Client, err)
	}
	if c.Underpins() {
		return fees.UnderProvider(rows.Evidence, a), nil
	}
	return rows.Evidence, nil
}

// disputedAtEnd is what disputes still hold back, which is open, and what of them the client accepted and no statement carries, which it owes.
func (s *Service) disputedAtEnd(ctx context.Context, tx bun.Tx, finals []finalRow, currency money.Currency) (fees.EndPart, error) {
	out := fees.EndPart{Amount: money.New(0, currency), Source: "locked statements and what was said of their disputes"}
	held := money.New(0, currency)
	for _, f := range finals {
		if f.HeldMinor == 0 {
			continue
		}
		st, err := s.read(ctx, tx, f.StatementID)
		if err != nil {
			return out, err
		}
		for i, l := range st.Life.Lines {
			if amount := money.New(l.Held, currency); l.Held != 0 {
				held = held.Add(amount)
				out.Rows = append(out.Rows, fees.EndRow{Text: fmt.Sprintf("Held of the statement of %s, line %d", st.Period.Words(), i+1), Clause: st.Document.Statement.Lines[i].Clause, Ref: st.ID, Amount: &amount})
			}
		}
	}
	released, err := readReleased(ctx, tx, finals)
	if err != nil {
		return out, err
	}
	for _, r := range released {
		out.Amount = out.Amount.Add(r.Amount)
		out.Rows = append(out.Rows, fees.EndRow{Text: fmt.Sprintf("Accepted after the dispute of the statement of %s, line %d", r.Period.Words(), r.Line), Clause: r.Clause, Ref: r.Statement, Amount: &r.Amount})
	}
	switch {
	case held.Minor != 0:
		out.Open = fmt.Sprintf("Disputes hold back %s. Settle them on their statements, or state what both sides agree on.", held.FormatWith())
	case len(released) > 0:
		out.Basis = "What was accepted of disputes after the lock and stands on no statement yet."
	default:
		out.Basis = "Nothing is held by a dispute."
	}
	return out, nil
}
