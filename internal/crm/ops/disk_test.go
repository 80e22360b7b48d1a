package ops_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestAnImportStopsOnAFullDiskAndGoesOnWhenThereIsRoom(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	r := newRoom(t, d, ctx)
	r.ChunkRows = 100
	var looks, enough atomic.Int64
	enough.Store(1 << 30)
	r.Files.Free = func(string) (int64, bool) {
		if looks.Add(1) > enough.Load() {
			return 1 << 20, true
		}
		return 1 << 40, true
	}
	file := manyTouches(1000, false)
	defer file.Close()
	u, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Kind: crm.KindTouch, Filename: "touches.csv", Reader: file, DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	enough.Store(looks.Load()) // full before it begins: nothing is begun
	if _, err := r.Apply(ctx, owner, acme, u.ID); fault.Code(err) != "disk-full" || !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v", err)
	}
	enough.Store(1 << 30)
	r.Progress = func(_ string, rows, _ int64) {
		if rows == 300 { // full after three chunks
			enough.Store(0)
		}
	}
	if _, err := r.Apply(ctx, owner, acme, u.ID); fault.Code(err) != "disk-full" {
		t.Fatalf("got %v", err)
	}
	stopped, err := r.Show(ctx, owner, acme, u.ID)
	if err != nil || stopped.State != ops.Applying || stopped.RowsDone != 300 || !strings.Contains(stopped.Message, "disk") {
		t.Fatalf("%+v %v", stopped, err)
	}
	if resumed, err := r.ResumeInterrupted(ctx); fault.Code(err) != "disk-full" || len(resumed) != 0 {
		t.Fatalf("got %v %v", resumed, err)
	}
	if again, err := r.Show(ctx, owner, acme, u.ID); err != nil || again.Message != stopped.Message {
		t.Fatalf("it was touched: %+v %v", again, err)
	}
	enough.Store(1 << 30)
	r.Progress = nil
	if resumed, err := r.ResumeInterrupted(ctx); err != nil || len(resumed) != 1 {
		t.Fatalf("got %v %v", resumed, err)
	}
	if done, err := r.Show(ctx, owner, acme, u.ID); err != nil || done.State != ops.Applied || done.Tally.New != 1000 {
		t.Fatalf("%+v %v", done, err)
	}
}
