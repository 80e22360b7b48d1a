package ops_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// manyTouches writes a touches.csv of n rows without holding it. Ids count up, as those of most systems do, or are scattered, the worst case
// for an index.
func manyTouches(n int, scattered bool) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		b := bufio.NewWriterSize(w, 64<<10)
		fmt.Fprintln(b, "touch_id,contact_id,at,channel,campaign")
		start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		channels := []string{"paid-search", "e-mail", "webinar", "direct", "trade-fair"}
		for i := range n {
			id, contact := uint64(i)+1<<40, i/5
			if scattered {
				id, contact = uint64(i)*0x9e3779b97f4a7c15, (i*7919)%200000
			}
			fmt.Fprintf(b, "%016x,p%06d,%s,%s,campaign-%d\n", id, contact,
				start.Add(time.Duration(i)*31*time.Second).Format(time.RFC3339), channels[i%len(channels)], i%400)
		}
		_ = w.CloseWithError(b.Flush())
	}()
	return r
}

func peakRSS(b *testing.B) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return kb >> 10
		}
	}
	return 0
}

func touchCount(b *testing.B, otherwise int) int {
	text := os.Getenv("OFRECORD_TOUCHES")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkImportTouches imports OFRECORD_TOUCHES rows (1,000,000 by default) into an empty database of each engine, then the same file again. The
// aim is less than 60 s and 300 MiB.
func BenchmarkImportTouches(b *testing.B) {
	n := touchCount(b, 1_000_000)
	for _, c := range []struct {
		name      string
		scattered bool
		open      func(testing.TB) (*db.DB, context.Context)
	}{{"sqlite/ascending", false, dbtest.SQLite}, {"sqlite/scattered", true, dbtest.SQLite}, {"postgres/ascending", false, dbtest.Postgres}} {
		scattered := c.scattered
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				d, ctx := c.open(b)
				r := newRoom(b, d, ctx)
				for _, pass := range []string{"new", "again"} {
					start := time.Now()
					file := manyTouches(n, scattered)
					i, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Kind: crm.KindTouch, Filename: "touches.csv", Reader: file})
					file.Close()
					if err != nil {
						b.Fatal(err)
					}
					if i.Tally.New+i.Tally.Unchanged != int64(n) {
						b.Fatalf("%+v", i.Tally)
					}
					took := time.Since(start)
					b.ReportMetric(float64(n)/took.Seconds(), pass+"-rows/s")
					b.Logf("%s: %d rows in %.1f s, %.0f rows/s, peak %d MiB", pass, n, took.Seconds(), float64(n)/took.Seconds(), peakRSS(b))
				}
				b.ReportMetric(float64(peakRSS(b)), "peak-MiB")
			}
		})
	}
}

// BenchmarkEvidenceAt reads what a statement needs of OFRECORD_TOUCHES touches (100,000 by default): a contact for every five touches, a won
// deal for every hundred.
func BenchmarkEvidenceAt(b *testing.B) {
	n := touchCount(b, 100_000)
	d, ctx := dbtest.SQLite(b)
	r := newRoom(b, d, ctx)
	r.ChunkRows = 50_000
	var contacts, deals, associations strings.Builder
	contacts.WriteString("contact_id,company_id,email\n")
	for i := range n / 5 {
		fmt.Fprintf(&contacts, "p%06d,c%d,p%d@example.com\n", i, i/20, i)
	}
	deals.WriteString("deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\n")
	associations.WriteString("deal_id,contact_id\n")
	for i := range n / 100 {
		fmt.Fprintf(&deals, "d%06d,Deal %d,1000.00,USD,2025-01-01T00:00:00Z,2025-06-01,true,true\n", i, i)
		fmt.Fprintf(&associations, "d%06d,p%06d\nd%06d,p%06d\n", i, i*17%(n/5), i, (i*31+7)%(n/5))
	}
	r.take("contacts.csv", contacts.String())
	r.take("deals.csv", deals.String())
	r.take("deal_contacts.csv", associations.String())
	file := manyTouches(n, false)
	defer file.Close()
	if _, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Kind: crm.KindTouch, Filename: "touches.csv", Reader: file}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.ReportMetric(float64(len(r.evidence(4).Touches)), "touches")
	}
}
