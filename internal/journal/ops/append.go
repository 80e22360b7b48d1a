// Package ops records changes and reads the record.
package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Append adds the entry to the workspace's chain, in the caller's Write transaction: both are committed or neither. The caller fills in
// everything but Seq, PrevHash and Hash. Faults: Internal when the entry lacks time, actor, action or words.
func Append(ctx context.Context, tx bun.Tx, e journal.Entry) (journal.Head, error) {
	if e.At.IsZero() || e.ActorID == "" || e.Action == "" || e.Words == "" {
		return journal.Head{}, fault.New(fault.Internal, "journal-entry", "a journal entry lacks its time, actor, action or words")
	}
	head, err := readHead(ctx, tx)
	if err != nil {
		return journal.Head{}, fmt.Errorf("read the head of the journal: %w", err)
	}
	row := rowOf(journal.Seal(head, e))
	if err := db.Insert(ctx, tx, "journal_entry", entryColumns, row.values()...); err != nil {
		return journal.Head{}, fmt.Errorf("append to the journal: %w", err)
	}
	return journal.Head{Seq: row.Seq, Hash: row.Hash}, nil
}

// By fills in who acts.
func By(actor access.Actor, e journal.Entry) journal.Entry {
	e.ActorID, e.ActorName = actor.Account, actor.Name
	return e
}
