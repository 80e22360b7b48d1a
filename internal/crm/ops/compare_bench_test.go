package ops_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func manyDeals(n, amount int) io.Reader {
	var b strings.Builder
	b.WriteString("deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed\n")
	for i := range n {
		fmt.Fprintf(&b, "d%06d,Deal %d,%d.00,USD,2025-01-01T00:00:00Z,2025-06-01,true,true\n", i, i, amount)
	}
	return strings.NewReader(b.String())
}

// BenchmarkCompare compares two imports of a database of OFRECORD_TOUCHES touches (100,000 by default) and 100,000 deals, where the later one changed
// one hundred deals, all deals, and looks at a page of that again. What changed decides the time, not what is known.
func BenchmarkCompare(b *testing.B) {
	const many = 100_000
	for _, engine := range []struct {
		name string
		open func(testing.TB) (*db.DB, context.Context)
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		d, ctx := engine.open(b)
		r := newRoom(b, d, ctx)
		r.ChunkRows = 50_000
		take := func(k crm.Kind, name string, file io.Reader) {
			if _, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Kind: k, Filename: name, Reader: file}); err != nil {
				b.Fatal(err)
			}
		}
		touches := manyTouches(touchCount(b, many), false)
		take(crm.KindTouch, "touches.csv", touches)
		touches.Close()
		take(crm.KindDeal, "deals.csv", manyDeals(many, 1000))
		take(crm.KindDeal, "deals.csv", manyDeals(100, 1100))
		take(crm.KindDeal, "deals.csv", manyDeals(many, 1200))
		for _, c := range []struct {
			name     string
			from, to int64
			cold     bool
			limit    int
		}{{"changed-100", 2, 3, true, 50}, {"changed-100000", 3, 4, true, 50}, {"next-page", 3, 4, false, 50}, {"file-100000", 3, 4, true, 0}} {
			b.Run(engine.name+"/"+c.name, func(b *testing.B) {
				for b.Loop() {
					s := r.Service
					if c.cold {
						s = &ops.Service{DB: r.DB, Files: r.Files, Now: time.Now, Random: chance}
					}
					n := 0
					err := s.CompareEach(ctx, owner, ops.CompareInput{Client: acme, From: fmt.Sprint(c.from), To: fmt.Sprint(c.to), Limit: c.limit},
						func(ops.Comparison) error { return nil }, func(ops.ComparedRow) error { n++; return nil })
					if err != nil || n == 0 {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}
