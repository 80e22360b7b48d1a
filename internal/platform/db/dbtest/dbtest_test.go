package dbtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestEachGivesAMigratedDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewRaw("INSERT INTO session (token, body, expires_at) VALUES (?, ?, ?)", "t", "b", time.Now()).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		list, err := d.Workspaces(ctx)
		if err != nil || len(list) != 1 || list[0].Slug != dbtest.Workspace {
			t.Fatalf("workspaces %v, error %v", list, err)
		}
	})
}
