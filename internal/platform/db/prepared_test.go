package db_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// TestInsertGoesOnAfterWhatFailed: a row that is refused, a transaction that is rolled back, a table that changes, and more statements than a connection keeps.
func TestInsertGoesOnAfterWhatFailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		insert := func(id string) error {
			return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				return db.Insert(ctx, tx, "org", []string{"id", "kind", "name", "created_at"}, id, "client", id, time.Now().UTC())
			})
		}
		want := 0
		count := func(after string) {
			t.Helper()
			var got int
			if err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
				return tx.NewSelect().Table("org").ColumnExpr("COUNT(*)").Scan(ctx, &got)
			}); err != nil || got != want {
				t.Fatalf("after %s: %d rows, want %d, %v", after, got, want, err)
			}
		}
		for _, id := range []string{"a", "b"} {
			if err := insert(id); err != nil {
				t.Fatal(err)
			}
			want++
		}
		if err := insert("a"); !fault.Is(err, fault.Conflict) {
			t.Fatalf("a second row of one id: %v", err)
		}
		count("a row that is refused")
		_ = d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			if err := db.Insert(ctx, tx, "org", []string{"id", "kind", "name", "created_at"}, "c", "client", "c", time.Now().UTC()); err != nil {
				t.Error(err)
			}
			return fault.New(fault.Conflict, "test", "rolled back")
		})
		count("a transaction that is rolled back")
		if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "ALTER TABLE org ADD COLUMN more TEXT")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := insert("c"); err != nil {
			t.Fatal(err)
		}
		want++
		count("a table that changed")
		for i := range 100 {
			columns, values := []string{"id", "kind", "name", "created_at"}, []any{fmt.Sprint("n", i), "client", fmt.Sprint("n", i), time.Now().UTC()}
			at := i % 4
			columns[0], columns[at], values[0], values[at] = columns[at], columns[0], values[at], values[0]
			if i >= 4 { // a text of its own
				columns = append(columns, "more")
				values = append(values, nil)
				columns[0] = fmt.Sprintf("%s /* %d */", columns[0], i)
			}
			if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return db.Insert(ctx, tx, "org", columns, values...) }); err != nil {
				t.Fatal(err)
			}
			want++
		}
		count("many statements")
		if err := insert("d"); err != nil {
			t.Fatal(err)
		}
		want++
		count("all")
	})
}
