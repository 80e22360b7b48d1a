package api

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// keepFor is how long an answer can be repeated.
const keepFor = 24 * time.Hour

// The states of a key.
const (
	running  = "running"  // taken; the call has not answered, or the program was stopped midway
	answered = "answered" // done; the answer is kept
	unkept   = "unkept"   // done; the answer was secret or too large to keep
	failed   = "failed"   // the program failed midway; nobody knows what was done
)

type idempotencyRow struct {
	bun.BaseModel `bun:"table:idempotency"`

	Caller    string    `bun:"caller,pk"`
	Operation string    `bun:"operation,pk"`
	Key       string    `bun:"request_key,pk"`
	State     string    `bun:"state"`
	SHA256    string    `bun:"sha256"`
	Status    int64     `bun:"status"`
	Header    string    `bun:"header"`
	Answer    string    `bun:"answer"`
	CreatedAt time.Time `bun:"created_at"`
}

// takeKey inserts the row and returns nil, or returns the one that is there. Keys older than keepFor go.
func takeKey(ctx context.Context, d *db.DB, row idempotencyRow) (*idempotencyRow, error) {
	var earlier *idempotencyRow
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		earlier = nil
		_, err := tx.NewDelete().Model((*idempotencyRow)(nil)).Where("created_at <= ?", row.CreatedAt.Add(-keepFor)).Exec(ctx)
		if err != nil {
			return err
		}
		found := row
		err = tx.NewSelect().Model(&found).WherePK().Scan(ctx)
		if err == nil {
			earlier = &found
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		_, err = tx.NewInsert().Model(&row).Exec(ctx)
		return err
	})
	return earlier, err
}

// endCall notes how the call ended.
func endCall(ctx context.Context, d *db.DB, row idempotencyRow) error {
	return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model(&row).WherePK().Where("state = ?", running).Exec(ctx)
		return err
	})
}

// freeKey forgets a call that did nothing.
func freeKey(ctx context.Context, d *db.DB, row idempotencyRow) error {
	return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewDelete().Model(&row).WherePK().Where("state = ?", running).Exec(ctx)
		return err
	})
}
