package ops

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// BenchmarkLedger posts entries of three legs: each in a transaction of its own, one after the other and from eight clients at once, which measures
// the engine's commit; and a hundred in a transaction, as a month end does.
func BenchmarkLedger(b *testing.B) {
	run := func(b *testing.B, d *db.DB, ctx context.Context) {
		if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES ('org_c', 'client', 'C', ?)", time.Now())
			return err
		}); err != nil {
			b.Fatal(err)
		}
		var next atomic.Int64
		entry := func() ledger.Entry {
			n := next.Add(1)
			return ledger.Entry{Ref: fmt.Sprintf("bench:%d", n), Client: "org_c", Contract: "growth", Kind: ledger.OfInvoice, Subject: "inv", On: cal.MustDate("2026-03-31"), Currency: "USD", Words: "Invoice",
				Postings: []ledger.Posting{{Debit: ledger.Receivable, Credit: ledger.Unbilled, Minor: 100_00}, {Debit: ledger.Receivable, Credit: ledger.Taxes, Minor: 19_00}}}
		}
		write := func(entries ...ledger.Entry) error {
			return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return post(ctx, tx, time.Unix(1, 0), entries...) })
		}
		one := func() error { return write(entry()) }
		b.Run("one", func(b *testing.B) {
			for range b.N {
				if err := one(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
		b.Run("hundred", func(b *testing.B) {
			for range b.N {
				var entries []ledger.Entry
				for range 100 {
					entries = append(entries, entry())
				}
				if err := write(entries...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
		b.Run("eight", func(b *testing.B) {
			b.SetParallelism(8)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := one(); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
	b.Run(db.SQLite, func(b *testing.B) {
		d, ctx := dbtest.SQLite(b)
		run(b, d, ctx)
	})
	b.Run(db.Postgres, func(b *testing.B) {
		d, ctx := dbtest.Postgres(b)
		run(b, d, ctx)
	})
}
