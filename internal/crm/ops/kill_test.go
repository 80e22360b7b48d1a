package ops_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const killedRows = 30_000

// roomAt opens the room over an existing database file, as another process would.
func roomAt(t testing.TB, dir string, c *clock) room {
	t.Helper()
	d, err := db.Open(t.Context(), filepath.Join(dir, "ofrecord.db"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	s := &ops.Service{DB: d, Files: files, Now: c.now, Random: chance, ChunkRows: 500}
	t.Cleanup(func() {
		s.Close()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return room{s, c, t, db.WithWorkspace(t.Context(), dbtest.Workspace), filepath.Join(dir, "files")}
}

func (r room) takeMany(dry bool) (ops.Import, error) {
	file := manyTouches(killedRows, true)
	defer file.Close()
	return r.Import(r.ctx, owner, ops.ImportInput{Client: acme, Kind: crm.KindTouch, Filename: "touches.csv", Reader: file, DryRun: dry})
}

// TestImportToKill is the process that TestAKilledImportIsFinished kills: it applies the upload whose id it is given.
func TestImportToKill(t *testing.T) {
	dir, id := os.Getenv("OFRECORD_KILL_DIR"), os.Getenv("OFRECORD_KILL_IMPORT")
	if dir == "" {
		t.Skip("only run by another test")
	}
	r := roomAt(t, dir, &clock{})
	r.clock.wait(time.Hour) // after everything that was done before
	var err error
	if os.Getenv("OFRECORD_KILL_RESUME") != "" {
		_, err = r.ResumeInterrupted(r.ctx)
	} else {
		_, err = r.Apply(r.ctx, owner, acme, id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAKilledImportIsFinished(t *testing.T) {
	want, segment, rejects := undisturbed(t)
	for range 3 {
		dir := t.TempDir()
		migrated, err := os.ReadFile(dbtest.SQLiteURL(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "ofrecord.db"), migrated, 0o600); err != nil {
			t.Fatal(err)
		}
		c := &clock{}
		first := roomAt(t, dir, c)
		checked, err := first.takeMany(true)
		if err != nil {
			t.Fatal(err)
		}
		kills := 0
		for state := ops.Checked; state != ops.Applied; {
			if state == ops.Applying && kills > 2 {
				c.wait(2 * time.Hour)
				if _, err := first.ResumeInterrupted(first.ctx); err != nil {
					t.Fatal(err)
				}
			} else {
				killed(t, dir, checked.ID, state == ops.Applying, time.Duration(rand.IntN(1500))*time.Millisecond)
				kills++
			}
			if n := first.latest(); n != 0 && n != 1 {
				t.Fatalf("latest is %d", n)
			}
			i, err := first.Show(first.ctx, owner, acme, checked.ID)
			if err != nil {
				t.Fatal(err)
			}
			if state = i.State; state != ops.Applied && len(first.evidence(first.latest()).Touches) > 0 {
				t.Fatal("an unfinished import is visible")
			}
		}
		i, err := first.Show(first.ctx, owner, acme, checked.ID)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("killed %d times, %d rows", kills, i.Tally.Rows)
		if got := first.hash(1); got != want {
			t.Errorf("the state after %d kills differs from the undisturbed one", kills)
		}
		if got := first.segments(); len(got) != 1 || got[0] != segment {
			t.Errorf("the file of the touches after %d kills is %+v, want %+v", kills, got, segment)
		}
		if i.Tally.New != killedRows || i.No != 1 || len(first.rejects(i)) != rejects {
			t.Errorf("%+v", i.Tally)
		}
	}
}

func undisturbed(t *testing.T) (hash string, segment ops.Segment, rejects int) {
	d, ctx := dbtest.SQLite(t)
	r := newRoom(t, d, ctx)
	i, err := r.takeMany(false)
	if err != nil {
		t.Fatal(err)
	}
	return r.hash(1), r.segments()[0], len(r.rejects(i))
}

// killed applies the import in a process of its own and kills it after a while, unless it has ended before.
func killed(t *testing.T, dir, id string, resume bool, after time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestImportToKill$")
	cmd.Env = append(os.Environ(), "OFRECORD_KILL_DIR="+dir, "OFRECORD_KILL_IMPORT="+id)
	if resume {
		cmd.Env = append(cmd.Env, "OFRECORD_KILL_RESUME=1")
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(after):
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) { // it may end as it is to be killed
			t.Fatal(err)
		}
		<-ended
	}
}

// mixedTouches is a file with rows of every fate, more than one chunk of them.
func mixedTouches() string {
	var b strings.Builder
	b.WriteString("touch_id,contact_id,at,channel\n")
	for i := range 3_000 {
		switch {
		case i%97 == 3:
			fmt.Fprintf(&b, "t%d,p1,2026-01-01T00:00:00Z,again\n", i-3)
		case i%101 == 5:
			fmt.Fprintf(&b, ",p1,2026-01-01T00:00:00Z,nameless\n")
		case i%103 == 7:
			fmt.Fprintf(&b, "t%d,p1,yesterday,web\n", i)
		case i%107 == 9:
			fmt.Fprintf(&b, "t%d,p1\n", i)
		default:
			fmt.Fprintf(&b, "t%d,p%d,2026-01-01T00:00:00Z,web\n", i, i%50)
		}
	}
	return b.String()
}

func TestAnImportStoppedAtAnyChunkIsFinished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		text := mixedTouches()
		r := newRoom(t, d, ctx)
		r.ChunkRows = 250
		take := func(client string, dry bool) ops.Import {
			i, err := r.Import(ctx, owner, ops.ImportInput{Client: client, Filename: "touches.csv", Reader: strings.NewReader(text), DryRun: dry})
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		want := take("org_whole", false)
		stops := 0
		for stop := 1; stop < 9; stop++ {
			client := fmt.Sprintf("org_%d", stop)
			i := take(client, true)
			stopping, cancel := context.WithCancel(ctx)
			asked := 0
			r.Service.Now = func() time.Time {
				if asked++; asked == stop {
					cancel()
				}
				return r.clock.now()
			}
			if _, err := r.Apply(stopping, owner, client, i.ID); err != nil {
				stops++
			}
			cancel()
			r.Service.Now = r.clock.now
			r.clock.wait(time.Minute)
			if _, err := r.ResumeInterrupted(ctx); err != nil {
				t.Fatal(err)
			}
			got, err := r.Show(ctx, owner, client, i.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got.State == ops.Checked { // stopped before it began
				continue
			}
			if diff := cmp.Diff(want.Tally, got.Tally); got.State != ops.Applied || diff != "" {
				t.Errorf("stop %d: %s %s", stop, got.State, diff)
			}
		}
		if stops < 3 {
			t.Errorf("only %d imports were stopped", stops)
		}
	})
}

func TestOneImportOfAClientAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.ChunkRows = 250
		check := func(name, text string) ops.Import {
			i, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: name, Reader: strings.NewReader(text), DryRun: true})
			if err != nil {
				t.Fatal(err)
			}
			return i
		}
		one, two := check("touches.csv", mixedTouches()), check("deals.csv", deals)
		beside := 0
		r.Progress = func(string, int64, int64) {
			if _, err := r.Apply(ctx, owner, acme, two.ID); fault.Code(err) != "import-running" || !strings.Contains(err.Error(), "touches.csv") {
				t.Errorf("beside another: %v", err)
			}
			if list, err := r.Unfinished(ctx); err != nil || len(list) != 1 || list[0].ID != one.ID || list[0].Stalled {
				t.Errorf("%+v %v", list, err)
			}
			if _, err := r.Finish(ctx, owner, acme, one.ID); fault.Code(err) != "import-running" {
				t.Errorf("taken from who works on it: %v", err)
			}
			beside++
		}
		stopping, cancel := context.WithCancel(ctx)
		asked := 0
		r.Service.Now = func() time.Time {
			if asked++; asked == 12 {
				cancel()
			}
			return r.clock.now()
		}
		if _, err := r.Apply(stopping, owner, acme, one.ID); err == nil || beside == 0 {
			t.Fatal("the first was not stopped on its way")
		}
		r.Progress = nil
		if _, err := r.Apply(ctx, owner, acme, two.ID); fault.Code(err) != "import-interrupted" || !strings.Contains(err.Error(), "touches.csv") {
			t.Fatalf("beside one that was stopped: %v", err)
		}
		if list, err := r.Unfinished(ctx); err != nil || len(list) != 1 || !list[0].Stalled || list[0].RowsDone == 0 {
			t.Fatalf("%+v %v", list, err)
		}
		if i, err := r.Finish(ctx, owner, acme, one.ID); err != nil || i.State != ops.Applied || i.No != 1 || i.Tally.Rows != 3000 {
			t.Fatalf("%+v %v", i, err)
		}
		if list, err := r.Unfinished(ctx); err != nil || len(list) != 0 {
			t.Fatalf("%+v %v", list, err)
		}
		if i, err := r.Apply(ctx, owner, acme, two.ID); err != nil || i.No != 2 {
			t.Fatalf("%d %v", i.No, err)
		}
		if _, err := r.Apply(ctx, owner, acme, two.ID); fault.Code(err) != "import-applied" {
			t.Fatal(err)
		}
	})
}

func TestWorkInTheBackgroundIsDoneOrLeftForTheNextStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.ChunkRows = 250
		i, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "touches.csv", Reader: strings.NewReader(mixedTouches()), DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.StartApply(ctx, owner, acme, i.ID); err != nil {
			t.Fatal(err)
		}
		r.Close()
		next := newRoom(t, d, ctx)
		next.Files = r.Files
		next.clock.wait(time.Hour)
		if _, err := next.ResumeInterrupted(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := next.Show(ctx, owner, acme, i.ID); err != nil || got.State != ops.Applied {
			t.Fatalf("%s %v", got.State, err)
		}
	})
}
