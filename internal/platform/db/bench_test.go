package db_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func eachEngine(b *testing.B, run func(b *testing.B, d *db.DB, ctx context.Context)) {
	b.Run(db.SQLite, func(b *testing.B) {
		d, ctx := dbtest.SQLite(b)
		run(b, d, ctx)
	})
	b.Run(db.Postgres, func(b *testing.B) {
		d, ctx := dbtest.Postgres(b)
		run(b, d, ctx)
	})
}

func BenchmarkFreshDatabase(b *testing.B) {
	b.Run(db.SQLite, func(b *testing.B) {
		dbtest.SQLiteURL(b)
		for b.Loop() {
			dbtest.SQLiteURL(b)
		}
	})
	b.Run(db.Postgres, func(b *testing.B) {
		dbtest.PostgresURL(b)
		for b.Loop() {
			dbtest.PostgresURL(b)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	eachEngine(b, func(b *testing.B, d *db.DB, ctx context.Context) {
		n := 0
		for b.Loop() {
			n++
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.NewRaw("INSERT INTO sign_in_attempt (id, key, at) VALUES (?, ?, ?)", fmt.Sprint(n), "k", time.Now()).Exec(ctx)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkInsertRows(b *testing.B) {
	const rows = 20000
	eachEngine(b, func(b *testing.B, d *db.DB, ctx context.Context) {
		run := 0
		for b.Loop() {
			run++
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := db.InsertRows(ctx, tx, "sign_in_attempt", []string{"id", "key", "at"}, attemptRows(run, rows))
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

func attemptRows(run, n int) iter.Seq[[]any] {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	return func(yield func([]any) bool) {
		for i := range n {
			if !yield([]any{fmt.Sprintf("%d-%d", run, i), "key", at}) {
				return
			}
		}
	}
}
