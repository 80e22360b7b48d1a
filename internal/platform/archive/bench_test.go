package archive_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/archive"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const benchRows = 100_000

func benchSource(b *testing.B) (*db.DB, context.Context) {
	d, ctx := dbtest.SQLite(b)
	rows := func(yield func([]any) bool) {
		for i := range benchRows {
			if !yield([]any{"org_c", "deal", fmt.Sprintf("d%d", i), int64(1), "h", "", int64(i), `{"amount":"14000.00","stage":"won","name":"Müller & Söhne"}`}) {
				return
			}
		}
	}
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := db.InsertRows(ctx, tx, "crm_row", []string{"client_id", "kind", "ext_id", "import_no", "hash", "link", "line", "body"}, rows)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return d, ctx
}

func BenchmarkBackup(b *testing.B) {
	d, ctx := benchSource(b)
	files := store(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := archive.Backup(ctx, d, files, io.Discard, options); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkRestore(b *testing.B) {
	d, ctx := benchSource(b)
	packed, _ := backup(b, d, ctx, store(b))
	for _, engine := range []string{db.SQLite, db.Postgres} {
		b.Run(engine, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				target, ctx := dbtest.SQLite(b)
				if engine == db.Postgres {
					target, ctx = dbtest.Postgres(b)
				}
				b.StartTimer()
				if _, err := archive.Restore(ctx, bytes.NewReader(packed), target, store(b), options); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(benchRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
