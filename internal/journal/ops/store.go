package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/journal"
)

type entryRow struct {
	bun.BaseModel `bun:"table:journal_entry"`

	Seq         int64     `bun:"seq,pk"`
	At          time.Time `bun:"at"`
	ActorID     string    `bun:"actor_id"`
	ActorName   string    `bun:"actor_name"`
	Action      string    `bun:"action"`
	ClientID    string    `bun:"client_id"`
	SubjectKind string    `bun:"subject_kind"`
	SubjectID   string    `bun:"subject_id"`
	SubjectName string    `bun:"subject_name"`
	Words       string    `bun:"words"`
	Before      string    `bun:"before_json"`
	After       string    `bun:"after_json"`
	Internal    bool      `bun:"internal"`
	PrevHash    string    `bun:"prev_hash"`
	Hash        string    `bun:"hash"`
}

var entryColumns = []string{"seq", "at", "actor_id", "actor_name", "action", "client_id", "subject_kind", "subject_id", "subject_name", "words", "before_json", "after_json",
	"internal", "prev_hash", "hash"}

// values are those of the columns.
func (r *entryRow) values() []any {
	return []any{r.Seq, r.At.UTC(), r.ActorID, r.ActorName, r.Action, r.ClientID, r.SubjectKind, r.SubjectID, r.SubjectName, r.Words, r.Before, r.After,
		r.Internal, r.PrevHash, r.Hash}
}

func rowOf(e journal.Entry) entryRow {
	return entryRow{
		Seq: e.Seq, At: e.At, ActorID: e.ActorID, ActorName: e.ActorName, Action: e.Action, ClientID: e.Client,
		SubjectKind: e.Subject.Kind, SubjectID: e.Subject.ID, SubjectName: e.Subject.Name, Words: e.Words,
		Before: e.Before, After: e.After, Internal: e.Internal, PrevHash: e.PrevHash, Hash: e.Hash,
	}
}

func (r entryRow) entry() journal.Entry {
	return journal.Entry{
		Seq: r.Seq, At: r.At.UTC(), ActorID: r.ActorID, ActorName: r.ActorName, Action: r.Action, Client: r.ClientID,
		Subject: journal.Subject{Kind: r.SubjectKind, ID: r.SubjectID, Name: r.SubjectName}, Words: r.Words,
		Before: r.Before, After: r.After, Internal: r.Internal, PrevHash: r.PrevHash, Hash: r.Hash,
	}
}

func readHead(ctx context.Context, tx bun.Tx) (journal.Head, error) {
	var rows []entryRow
	err := tx.NewSelect().Model(&rows).Column("seq", "hash").OrderExpr("seq DESC").Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return journal.Head{}, err
	}
	return journal.Head{Seq: rows[0].Seq, Hash: rows[0].Hash}, nil
}
