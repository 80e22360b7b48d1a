package ops_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Downloads that nobody reads on with must not keep the database from everybody else.
func TestStalledRejectsHoldNoConnection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		const bad = 4500 // more than two pages
		var file strings.Builder
		file.WriteString("deal_id,name,amount,currency\n")
		for i := range bad {
			fmt.Fprintf(&file, "d%d,x,ten,USD\n", i)
		}
		i := r.take("deals.csv", file.String())
		release := make(chan struct{})
		const readers = 64 // more than either engine has connections
		var stalled, ended sync.WaitGroup
		stalled.Add(readers)
		for range readers {
			ended.Go(func() {
				n, line := 0, int64(0)
				err := r.Rejects(ctx, owner, acme, i.ID, func(x ops.Reject) error {
					if n++; n == 1 {
						stalled.Done()
						<-release
					}
					if x.Line <= line {
						t.Errorf("line %d after %d", x.Line, line)
					}
					line = x.Line
					return nil
				})
				if err != nil || n != bad {
					t.Errorf("%d of %d problems, %v", n, bad, err)
				}
			})
		}
		all := make(chan struct{})
		go func() {
			stalled.Wait()
			close(all)
		}()
		select {
		case <-all:
		case <-time.After(20 * time.Second):
			t.Error("downloads wait for those that stall")
		}
		close(release)
		ended.Wait()
	})
}
