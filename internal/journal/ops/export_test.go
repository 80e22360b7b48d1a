package ops_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Downloads that nobody reads on with must not keep the database from everybody else.
func TestStalledDownloadsHoldNoConnection(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		fill(t, d, ctx)
		s := &ops.Service{DB: d}
		release := make(chan struct{})
		ways := []func(func(journal.Entry) error) error{
			func(each func(journal.Entry) error) error { return s.Each(ctx, owner, ops.Filter{}, each) },
			func(each func(journal.Entry) error) error { return s.Export(ctx, finance, each) },
		}
		const readers = 64 // more than either engine has connections
		var stalled, ended sync.WaitGroup
		stalled.Add(readers)
		for i := range readers {
			ended.Go(func() {
				var once sync.Once
				if err := ways[i%len(ways)](func(journal.Entry) error {
					once.Do(func() {
						stalled.Done()
						<-release
					})
					return nil
				}); err != nil {
					t.Error(err)
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

func TestADownloadIsTheRecordAsItStoodInAllItsPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		const before = 1203 // more than two pages
		if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			for i := range before {
				if _, err := ops.Append(ctx, tx, locked([]string{"c1", "c2"}[i%2], fmt.Sprint("stm_", i))); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		s := &ops.Service{DB: d}
		var chain []journal.Entry
		if err := s.Export(ctx, finance, func(e journal.Entry) error {
			if e.Seq == 1 {
				appendAll(t, d, ctx, locked("c1", "later"))
			}
			chain = append(chain, e)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if b := journal.Verify(chain); b != nil || len(chain) != before {
			t.Errorf("%d entries, want %d; %v", len(chain), before, b)
		}
		last, n := int64(0), 0
		if err := s.Each(ctx, finance, ops.Filter{}, func(e journal.Entry) error {
			if e.Seq <= last || e.Client != "c1" {
				t.Errorf("entry %d of %s after %d", e.Seq, e.Client, last)
			}
			last, n = e.Seq, n+1
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if n != 602+1 {
			t.Errorf("%d entries of c1", n)
		}
	})
}
