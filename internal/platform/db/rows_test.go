package db_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestEachRowGoesOnAfterOneThatCannotBeRead(t *testing.T) {
	type org struct {
		bun.BaseModel `bun:"table:org"`

		ID        string    `bun:"id,pk"`
		CreatedAt time.Time `bun:"created_at"`
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		never := "rubbish"
		if d.Engine() == db.Postgres {
			never = "infinity"
		}
		var read, unreadable []string
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			for id, at := range map[string]string{"a": "2026-01-01 00:00:00+00:00", "b": never, "c": "2026-01-01 00:00:00+00:00"} {
				if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, 'client', ?, ?)", id, id, at); err != nil {
					return err
				}
			}
			return db.EachRow(ctx, tx.NewSelect().Model((*org)(nil)).OrderExpr("id"), func(o org, bad error) error {
				if bad != nil {
					unreadable = append(unreadable, o.ID)
				} else {
					read = append(read, o.ID)
				}
				return nil
			})
		})
		if err != nil || !slices.Equal(read, []string{"a", "c"}) || !slices.Equal(unreadable, []string{"b"}) {
			t.Errorf("read %v, not %v, %v", read, unreadable, err)
		}

		enough := errors.New("enough")
		err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			return db.EachRow(ctx, tx.NewSelect().Model((*org)(nil)), func(org, error) error { return enough })
		})
		if !errors.Is(err, enough) {
			t.Errorf("got %v", err)
		}
	})
}
