package ops

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/billing/ledger"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// BenchmarkLedger posts entries of three legs: each in a transaction of its own, one after the other and from eight clients at once; and a
// hundred in a transaction, as a month end does. What the machine's disk and cores allow is measured with it: the same rows by the plain driver, with a
// prepared statement, each entry in a transaction, from as many clients, which on PostgreSQL wait for no other.
func BenchmarkLedger(b *testing.B) {
	b.Run(db.SQLite, func(b *testing.B) {
		file := dbtest.SQLiteURL(b)
		benchLedger(b, file, bareLedger(b, "sqlite", "file:"+file+
			"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&_pragma=recursive_triggers(1)&_time_format=sqlite", 1))
	})
	b.Run(db.Postgres, func(b *testing.B) {
		address := dbtest.PostgresURL(b)
		u, err := url.Parse(address)
		if err != nil {
			b.Fatal(err)
		}
		q := u.Query()
		q.Set("search_path", "ws_"+dbtest.Workspace+",public")
		u.RawQuery = q.Encode()
		benchLedger(b, address, bareLedger(b, "pgx", u.String(), 8))
	})
}

var benchEntries atomic.Int64

func benchEntry() ledger.Entry {
	return ledger.Entry{Ref: fmt.Sprintf("bench:%d", benchEntries.Add(1)), Client: "org_c", Contract: "growth", Kind: ledger.OfInvoice, Subject: "inv", On: cal.MustDate("2026-03-31"), Currency: "USD", Words: "Invoice",
		Postings: []ledger.Posting{{Debit: ledger.Receivable, Credit: ledger.Unbilled, Minor: 100_00}, {Debit: ledger.Receivable, Credit: ledger.Taxes, Minor: 19_00}}}
}

// bareLedger posts one entry by the plain driver.
func bareLedger(b *testing.B, driver, address string, connections int) func(context.Context, ledger.Entry) error {
	b.Helper()
	d, err := sql.Open(driver, address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	d.SetMaxOpenConns(connections)
	d.SetMaxIdleConns(connections)
	const columns = 13
	row := "(" + strings.Repeat("?, ", columns-1) + "?)"
	text := "INSERT INTO ledger_posting (ref, no, client_id, contract, subject_kind, subject_id, on_day, currency, debit, credit, minor, words, posted_at) VALUES " + row + ", " + row
	for i := 1; driver == "pgx" && i <= 2*columns; i++ {
		text = strings.Replace(text, "?", fmt.Sprintf("$%d", i), 1)
	}
	insert, err := d.Prepare(text)
	if err != nil {
		b.Fatal(err)
	}
	return func(ctx context.Context, e ledger.Entry) error {
		var values []any
		for i, p := range e.Postings {
			values = append(values, e.Ref, i+1, e.Client, e.Contract, string(e.Kind), e.Subject, e.On.String(), string(e.Currency), string(p.Debit), string(p.Credit), p.Minor, e.Words, time.Unix(1, 0).UTC())
		}
		tx, err := d.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := tx.StmtContext(ctx, insert).ExecContext(ctx, values...); err != nil {
			return err
		}
		return tx.Commit()
	}
}

func benchLedger(b *testing.B, address string, bare func(context.Context, ledger.Entry) error) {
	d, err := db.Open(b.Context(), address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	ctx := db.WithWorkspace(context.Background(), dbtest.Workspace)
	write := func(ctx context.Context, entries ...ledger.Entry) error {
		return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return post(ctx, tx, time.Unix(1, 0), entries...) })
	}
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES ('org_c', 'client', 'C', ?)", time.Now())
		return err
	}); err != nil {
		b.Fatal(err)
	}
	// rate is how many entries come a second when so many clients post n in turn.
	rate := func(b *testing.B, clients, n int, one func(context.Context, ledger.Entry) error) float64 {
		var left atomic.Int64
		left.Store(int64(n))
		var all sync.WaitGroup
		start := time.Now()
		for range clients {
			all.Go(func() {
				for left.Add(-1) >= 0 {
					if err := one(ctx, benchEntry()); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		return float64(n) / time.Since(start).Seconds()
	}
	for _, c := range []struct {
		name    string
		clients int
	}{{"one", 1}, {"eight", 8}} {
		b.Run(c.name, func(b *testing.B) {
			ours := rate(b, c.clients, b.N, func(ctx context.Context, e ledger.Entry) error { return write(ctx, e) })
			b.StopTimer()
			plain := rate(b, c.clients, b.N, bare)
			b.ReportMetric(ours, "entries/s")
			b.ReportMetric(plain, "bare-entries/s")
			b.ReportMetric(100*ours/plain, "%-of-bare")
		})
	}
	b.Run("hundred", func(b *testing.B) {
		for range b.N {
			var entries []ledger.Entry
			for range 100 {
				entries = append(entries, benchEntry())
			}
			if err := write(ctx, entries...); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
}
