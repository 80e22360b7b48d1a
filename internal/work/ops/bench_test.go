package ops_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// copies multiplies one request that was opened: its head, event, state, clocks and words, each copy under its own number and words. The clocks of one of every
// so many are due at once, those of the others later, a minute after the other.
func (d desk) copies(tb testing.TB, n, everyDue int) {
	tb.Helper()
	first := d.open("the pattern of the others")
	err := d.DB.WriteAlone(d.ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, table := range []string{"request", "request_event", "request_state", "request_clock"} {
			tables, err := db.Tables(ctx, tx)
			if err != nil {
				return err
			}
			t := tables[slices.IndexFunc(tables, func(t db.Table) bool { return t.Name == table })]
			var pattern [][]any
			for row, err := range t.Rows(ctx, tx, "") {
				if err != nil {
					return err
				}
				pattern = append(pattern, slices.Clone(row))
			}
			if _, err := db.InsertRows(ctx, tx, table, t.ColumnNames(), repeated(t.ColumnNames(), pattern, first, n, everyDue)); err != nil {
				return err
			}
		}
		_, err := db.InsertRows(ctx, tx, "request_word", []string{"word", "visibility", "number", "client_id"}, words(n))
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func repeated(columns []string, pattern [][]any, first *ops.Request, n, everyDue int) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for i := 2; i <= n; i++ {
			for _, row := range pattern {
				row = slices.Clone(row)
				for c, name := range columns {
					switch {
					case row[c] == first.ID:
						row[c] = copyID(i)
					case name == "post_key":
						row[c] = fmt.Sprintf("copy-%d", i)
					case name == "number":
						row[c] = int64(i)
					case name == "title":
						row[c] = title(i)
					case (name == "next_order" || name == "due_order") && i%everyDue != 0:
						row[c] = row[c].(int64) + int64(i)*int64(time.Minute/time.Microsecond)
					}
				}
				if !yield(row) {
					return
				}
			}
		}
	}
}

func copyID(i int) string { return fmt.Sprintf("req_copy%07d", i) }

func title(i int) string { return fmt.Sprintf("page %d for brand%d in market%d", i, i%500, i%37) }

func words(n int) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for i := 2; i <= n; i++ {
			for _, w := range work.SearchWords(title(i), "campaign with the words of a usual brief about leads forms pictures and dates") {
				if !yield([]any{w, string(ops.ForClient), int64(i), "org_acme"}) {
					return
				}
			}
		}
	}
}

// BenchmarkTick tells how long a tick takes among 1,000,000 open clocks that settles a thousand requests, and measures ticks at which nothing is due.
func BenchmarkTick(b *testing.B) {
	const requests = 500_000 // of two clocks each that run
	data, ctx := dbtest.SQLite(b)
	d := newDesk(b, data, ctx)
	d.copies(b, requests, requests/1000)
	d.clock.set(b, "2026-03-03 12:01")
	began := time.Now()
	done, err := d.Tick(ctx)
	if err != nil || done.Requests < 900 {
		b.Fatalf("%+v, %v", done, err)
	}
	took := time.Since(began)
	for b.Loop() {
		if _, err := d.Tick(ctx); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(took.Milliseconds())/1000, "s/thousand-due")
}

// BenchmarkInbox reads pages and searches of 100,000 requests as 50 readers do, while five write. A reader opens a page, looks at it for up to two seconds and opens
// the next: on average 50 pages a second. A writer opens a request and answers it five times a second. Each waits for no other, so what a page takes has in it
// what it waits for others; what it costs by itself is measured by BenchmarkInboxPage.
func BenchmarkInbox(b *testing.B) {
	data, ctx := dbtest.SQLite(b)
	d := newDesk(b, data, ctx)
	d.copies(b, 100_000, 1000)
	for _, c := range []struct {
		name string
		f    func() ops.Filter
	}{
		{"page", func() ops.Filter { return ops.Filter{Open: true} }},
		{"search=rare", func() ops.Filter { return ops.Filter{Words: fmt.Sprintf("campaign brand%d", rand.IntN(500))} }},
		{"search=common", func() ops.Filter { return ops.Filter{Words: "leads campaign"} }},
	} {
		b.Run(c.name, func(b *testing.B) {
			stop, writers := make(chan struct{}), sync.WaitGroup{}
			for range 5 {
				writers.Go(func() { d.write(b, stop) })
			}
			var mu sync.Mutex
			var times []time.Duration
			work := make(chan struct{})
			var readers sync.WaitGroup
			for range 50 {
				readers.Go(func() {
					for range work {
						time.Sleep(time.Duration(rand.IntN(2000)) * time.Millisecond) // a person looks at what came before
						began := time.Now()
						page, err := d.List(ctx, product, c.f())
						if err != nil || len(page.Lines) == 0 {
							b.Errorf("%d lines, %v", len(page.Lines), err)
						}
						mu.Lock()
						times = append(times, time.Since(began))
						mu.Unlock()
					}
				})
			}
			for b.Loop() {
				work <- struct{}{}
			}
			close(work)
			readers.Wait()
			close(stop)
			writers.Wait()
			slices.Sort(times)
			b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "median-ms")
		})
	}
}

// write opens a request and answers it, again and again.
func (d desk) write(tb testing.TB, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(200 * time.Millisecond):
		}
		r, err := d.Open(d.ctx, product, ops.OpenInput{Client: "org_acme", Title: "Another page", Category: "other", Priority: contract.Normal, Brief: work.Answers{"what": strings.Repeat("words of a brief ", 20)}})
		if err == nil {
			_, err = d.Answer(d.ctx, team, ops.MessageInput{Act: d.act(r), Text: "Thank you, we look at it."})
		}
		if err != nil {
			tb.Error(err)
			return
		}
	}
}
