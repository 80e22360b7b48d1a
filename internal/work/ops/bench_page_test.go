package ops_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// BenchmarkInboxPage is what one page or search of 100,000 requests costs by itself, one after the other: how many can be read a second follows from it, whatever else
// the machine does.
func BenchmarkInboxPage(b *testing.B) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) (*db.DB, context.Context)
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		b.Run(engine.name, func(b *testing.B) {
			data, ctx := engine.open(b)
			d := newDesk(b, data, ctx)
			d.copies(b, 100_000, 1000)
			for _, c := range []struct {
				name string
				f    ops.Filter
			}{
				{"client", ops.Filter{Client: "org_acme", Open: true}},
				{"all", ops.Filter{Open: true}},
				{"search=rare", ops.Filter{Words: "campaign brand77"}},
				{"search=common", ops.Filter{Words: "leads campaign"}},
			} {
				b.Run(c.name, func(b *testing.B) {
					began := processor()
					for b.Loop() {
						page, err := d.List(ctx, team, c.f)
						if err != nil || len(page.Lines) == 0 {
							b.Fatalf("%d lines, %v", len(page.Lines), err)
						}
					}
					b.ReportMetric(float64((processor()-began).Microseconds())/float64(b.N), "cpu-us/page")
				})
			}
		})
	}
}

// processor is the time that this process has used of processors; a server of a database beside it is not in it.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
