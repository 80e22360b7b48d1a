package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// LockInput names the statement and what the person was shown of it.
type LockInput struct {
	Statement string
	Hash      string // of the statement that was shown; empty: whatever it is
	Seen      int    // number of the last event that was shown; negative: whatever happened
	Newest    int64  // number of the newest import that was shown; 0: whatever was imported
}

// Lock makes a statement final: what is undisputed is payable, what is disputed is held until it is settled, and nothing of it changes
// again. Who may: see StatementLock. Faults: NotFound, Forbidden; Conflict when it was locked already, lines are open, something happened
// or was imported that the person was not shown, or something that was locked or agreed since changes it.
func (s *Service) Lock(ctx context.Context, actor access.Actor, in LockInput) (Statement, error) {
	return s.take(ctx, actor, in.Statement, turn{
		action: access.StatementLock,
		events: func(st Statement) ([]fees.Event, error) {
			return []fees.Event{{Kind: fees.Lock}}, lockable(st, in)
		},
		words: func(_, st Statement) string {
			return fmt.Sprintf("locked the %s: %s payable, %s held, hash %s", st.lowerName(), st.Split.Payable.FormatWith(), st.Split.Held.FormatWith(), st.Hash)
		},
		also: func(ctx context.Context, tx bun.Tx, st Statement) error {
			if err := finalise(ctx, tx, st); err != nil || s.AfterLock == nil {
				return err
			}
			return s.AfterLock(ctx, tx, st)
		},
		letter: func(_, st Statement, by string) (string, string) {
			return fmt.Sprintf("%s locked: %s payable", st.Name(), st.Split.Payable.FormatWith()),
				fmt.Sprintf("%s locked the %s of %s.\n\nPayable: %s\nHeld by disputes: %s\nReceipt: %s\n\nKeep the receipt. The pack of the statement, which you can download, is verified against it on your own machine.",
					by, st.lowerName(), st.Drafter(), st.Split.Payable.FormatWith(), st.Split.Held.FormatWith(), st.Hash)
		},
	})
}

func lockable(st Statement, in LockInput) error {
	switch {
	case st.State != fees.Submitted: // the life of the statement says it with who and when
		return nil
	case in.Hash != "" && in.Hash != st.Hash:
		return fault.New(fault.Conflict, "other-hash", "This is not the statement that you were shown. Look at it again before you lock it.")
	case in.Newest > 0 && st.Newest > in.Newest:
		return fault.New(fault.Conflict, "newer-evidence", "Import %d came since you looked. Look at what it would change before you lock the statement.", st.Newest)
	case in.Seen >= 0 && in.Seen != len(st.Events):
		last := st.Events[len(st.Events)-1]
		return fault.New(fault.Conflict, "seen", "Something happened since you looked: %s, %s, line %d. Look at the statement again before you lock it.", last.By, last.Kind, last.Line)
	}
	return nil
}

// finalise enters the statement as the final one of its contract and period, and the releases that it carries as carried.
func finalise(ctx context.Context, tx bun.Tx, st Statement) error {
	final := finalRow{
		ContractID: st.Contract, PeriodFrom: st.Period.From.String(), PeriodTo: st.Period.To.String(), StatementID: st.ID, Hash: st.Hash,
		PayableMinor: st.Split.Payable.Minor, HeldMinor: st.Split.Held.Minor, Settled: st.settled(), LockedAt: st.Life.LockedAt,
	}
	if _, err := tx.NewInsert().Model(&final).Exec(ctx); err != nil {
		return fmt.Errorf("enter the final statement: %w", err)
	}
	for _, l := range st.Document.Statement.Lines {
		if l.Kind != fees.KindReleased {
			continue
		}
		for _, release := range l.Events {
			carry := carryRow{ReleaseID: release, StatementID: st.ID}
			if _, err := tx.NewInsert().Model(&carry).Exec(ctx); err != nil {
				return fmt.Errorf("carry the release %s: %w", release, err)
			}
		}
	}
	return nil
}
