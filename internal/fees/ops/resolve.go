package ops

import (
	"context"
	"fmt"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// ResolveInput names a line whose dispute is held over the lock, and how much of it is settled.
type ResolveInput struct {
	Statement string
	Line      int
	Amount    string // plain decimal; empty: all that is held
	Text      string
}

// Release accepts, for the client, what a dispute held back over the lock, in whole or in part. The next statement carries the amount, once.
// Who may: see StatementRelease. Faults: NotFound, Forbidden; Invalid at "amount"; Conflict before the lock and when
// the line is not disputed.
func (s *Service) Release(ctx context.Context, actor access.Actor, in ResolveInput) (Statement, error) {
	return s.resolve(ctx, actor, in, access.StatementRelease, fees.Release, "accepted", "The next statement carries it.")
}

// Waive gives up, for the agency, what a dispute held back over the lock, in whole or in part. Who may: see
// StatementWaive. Faults: as Release.
func (s *Service) Waive(ctx context.Context, actor access.Actor, in ResolveInput) (Statement, error) {
	return s.resolve(ctx, actor, in, access.StatementWaive, fees.Waive, "gave up", "It is no longer owed.")
}

func (s *Service) resolve(ctx context.Context, actor access.Actor, in ResolveInput, action access.Action, kind fees.EventKind, did, so string) (Statement, error) {
	text, err := checkText("text", in.Text, "")
	if err != nil {
		return Statement{}, err
	}
	settled := func(st Statement) string { return st.amount(st.Events[len(st.Events)-1].Minor).FormatWith() }
	return s.take(ctx, actor, in.Statement, turn{
		action: action,
		events: func(st Statement) ([]fees.Event, error) {
			if kind == fees.Waive {
				if err := givesUp(st); err != nil {
					return nil, err
				}
			}
			minor, err := st.heldAmount(in)
			return []fees.Event{{Kind: kind, Line: in.Line, Text: text, Minor: minor}}, err
		},
		words: func(_, st Statement) string {
			return fmt.Sprintf("%s %s of what was held on %s%s", did, settled(st), st.lineWords(in.Line), because(text))
		},
		letter: func(_, st Statement, by string) (string, string) {
			return fmt.Sprintf("Dispute of line %d: %s", in.Line, st.lowerName()),
				fmt.Sprintf("%s %s %s of what was held on %s%s.\n\n%s Still held on this statement: %s.", by, did, settled(st), st.lineWords(in.Line), because(text), so, st.Split.Held.FormatWith())
		},
	})
}

// heldAmount is the amount that is settled. Fault: Invalid at "amount" for what is no amount.
func (st Statement) heldAmount(in ResolveInput) (int64, error) {
	if _, err := st.line(in.Line); err != nil {
		return 0, err
	}
	if in.Amount == "" {
		return st.Life.Lines[in.Line-1].Held, nil
	}
	amount, err := money.Parse(in.Amount, st.Total.Currency)
	if err != nil {
		if all := fault.All(err); len(all) > 0 {
			return 0, all[0].At("amount")
		}
		return 0, err
	}
	return amount.Minor, nil
}
