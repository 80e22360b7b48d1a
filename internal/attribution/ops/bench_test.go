package ops_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/attribution"
	"github.com/ofrecord/ofrecord/internal/attribution/engine"
	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// processorTime is what the program computed so far, by all processors: other work on the machine does not count in it.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// piped writes a file without holding it.
func piped(write func(*bufio.Writer)) io.Reader {
	r, w := io.Pipe()
	go func() {
		b := bufio.NewWriterSize(w, 64<<10)
		write(b)
		_ = w.CloseWithError(b.Flush())
	}()
	return r
}

// takeMany imports n touches of n/20 contacts over two years in the order of time, and a won deal for every 100 touches, each with one of the contacts.
func (r room) takeMany(b *testing.B, n int) {
	chance, contacts, span := rand.New(rand.NewPCG(1, 2)), n/20, 2*365*86_400
	begin := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, write := range map[string]func(*bufio.Writer){
		"contacts": func(w *bufio.Writer) {
			fmt.Fprintln(w, "contact_id,company_id,created_at")
			for i := range contacts {
				fmt.Fprintf(w, "p%07d,c%d,2024-01-01T00:00:00Z\n", i, i%1000)
			}
		},
		"deals": func(w *bufio.Writer) {
			fmt.Fprintln(w, "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed")
			for i := range n / 100 {
				day := begin.Add(time.Duration(chance.IntN(span)) * time.Second)
				fmt.Fprintf(w, "d%d,,c1,%d.00,USD,%s,%s,won,true,true\n", i, 1+chance.IntN(50_000), day.Format(time.RFC3339), day.Format(time.DateOnly))
			}
		},
		"deal_contacts": func(w *bufio.Writer) {
			fmt.Fprintln(w, "deal_id,contact_id,role")
			for i := range n / 100 {
				fmt.Fprintf(w, "d%d,p%07d,\n", i, i*5%contacts)
			}
		},
		"touches": func(w *bufio.Writer) {
			fmt.Fprintln(w, "touch_id,contact_id,at,channel,campaign,provider")
			for i := range n {
				at := begin.Add(time.Duration(int64(i)*int64(span)/int64(n)) * time.Second)
				fmt.Fprintf(w, "%d,p%07d,%s,ch_%03d,campaign-%d,agency\n", i, chance.IntN(contacts), at.Format(time.RFC3339), chance.IntN(10)*chance.IntN(10), chance.IntN(400))
			}
		},
	} {
		if _, err := r.crm.Import(r.ctx, owner, crmops.ImportInput{Client: acme, Filename: name + ".csv", Reader: piped(write)}); err != nil {
			b.Fatal(err)
		}
	}
}

var benchTerms = ops.Terms{Models: storedModels[:6], Path: attribution.Path{Zone: time.UTC}}

func manyTouches(b *testing.B) int {
	if text := os.Getenv("OFRECORD_TOUCHES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	return 1_000_000
}

// BenchmarkFromTheStore credits all won deals of a client with OFRECORD_TOUCHES touches (1,000,000 by default) under six models. The aim is 2 s for ten millions.
func BenchmarkFromTheStore(b *testing.B) {
	d, ctx := dbtest.SQLite(b)
	r, n := newRoom(b, d, ctx), manyTouches(b)
	r.takeMany(b, n)
	b.ResetTimer()
	began := processorTime()
	for b.Loop() {
		must(b, d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			s, err := r.Stored(ctx, tx, acme, 4, benchTerms.Path)
			if err == nil {
				_, err = s.Touches.Run(s.Deals, engine.Options{Models: benchTerms.Models})
			}
			return err
		}))
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "touches/s")
	b.ReportMetric(float64((processorTime()-began).Nanoseconds())/float64(n)/float64(b.N), "cpu-ns/touch")
}

// BenchmarkLateTouchOnRecord records the deals of a late touch, from the import that brought it: what is computed, the line of each deal and the entry of the
// journal. The aim is a millisecond.
func BenchmarkLateTouchOnRecord(b *testing.B) {
	d, ctx := dbtest.SQLite(b)
	r := newRoom(b, d, ctx)
	r.takeMany(b, 20_000)
	kept, _, err := r.Keep(ctx, owner, acme, benchTerms)
	must(b, err)
	recorded, computed := 0, time.Duration(0)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		_, err := r.crm.Import(ctx, owner, crmops.ImportInput{Client: acme, Kind: crm.KindTouch, Filename: "late.csv",
			Reader: strings.NewReader(fmt.Sprintf("touch_id,contact_id,at,channel,campaign,provider\nlate%d,p%07d,2023-12-01T00:00:00Z,ch_001,,agency\n", i, i%200*5))})
		must(b, err)
		b.StartTimer()
		began := processorTime()
		changed, err := kept.Advance(ctx, owner)
		must(b, err)
		computed += processorTime() - began
		recorded += len(changed)
	}
	b.ReportMetric(float64(recorded)/float64(b.N), "deals/op")
	b.ReportMetric(float64(computed.Nanoseconds())/float64(b.N), "cpu-ns/op")
}
