package ops_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// together runs the same thing many times at once and gives what each got.
func together(n int, do func() error) []error {
	var group sync.WaitGroup
	start := make(chan struct{})
	errs := make([]error, n)
	for i := range n {
		group.Go(func() {
			<-start
			errs[i] = do()
		})
	}
	close(start)
	group.Wait()
	return errs
}

func wantOneWinner(t *testing.T, what string, errs []error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, fault.Conflict):
			t.Errorf("%s: got %v", what, err)
		}
	}
	if won != 1 {
		t.Errorf("%s: %d of %d won", what, won, len(errs))
	}
}

func TestOfManyAtOnceOneWins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-02")
		february, _ := cal.ParseMonth("2026-02")
		for i, err := range together(6, func() error {
			_, err := k.Draft(ctx, owner, ops.DraftInput{Contract: k.Contract, Month: february})
			return err
		}) {
			if err != nil {
				t.Errorf("draft %d: %v", i, err)
			}
		}
		list := must(k.Statements(ctx, owner, "org_acme", 1))(t)
		if list.Total != 1 || list.Statements[0].Revision != 1 {
			t.Fatalf("the same draft at once is one revision, got %+v", list.Statements)
		}
		id := list.Statements[0].ID
		wantOneWinner(t, "submit", together(6, func() error { return second(k.Submit(ctx, owner, ops.SubmitInput{Statement: id})) }))
		wantOneWinner(t, "dispute", together(6, func() error {
			return second(k.Dispute(ctx, finance, ops.LineInput{Statement: id, Line: 1, Text: "no"}))
		}))
		wantOneWinner(t, "lock", together(6, func() error { return second(k.Lock(ctx, owner, ops.LockInput{Statement: id, Seen: -1})) }))
		wantOneWinner(t, "release", together(6, func() error { return second(k.Release(ctx, finance, ops.ResolveInput{Statement: id, Line: 1})) }))
	})
}

const killedChild = "OFRECORD_TEST_LOCK_IN"

// A process that is killed while it locks leaves either a locked statement, with its event, its final row and its entry in the
// record, or a statement that can still be locked.
func TestKilledWhileLocking(t *testing.T) {
	if url := os.Getenv(killedChild); url != "" {
		lockAll(t, url)
		return
	}
	for engine, begin := range fresh {
		t.Run(engine, func(t *testing.T) { killWhileLocking(t, begin(t)) })
	}
}

// fresh gives, by engine, a fresh database each, which two processes can open.
var fresh = map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL}

// settled waits until what a killed process had begun to commit is there or not: one writes at a time.
func settled(t *testing.T, d *db.DB, ctx context.Context) {
	t.Helper()
	if err := d.Write(ctx, func(context.Context, bun.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

func killWhileLocking(t *testing.T, url string) {
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx := db.WithWorkspace(t.Context(), dbtest.Workspace)
	k := newDesk(t, d, ctx)
	k.MoveTo("2027-01-20")
	const months = 12
	var ids []string
	for m := range months {
		st := k.Submitted(fmt.Sprintf("2026-%02d", m+1))
		must(k.AcceptRest(ctx, finance, st.ID))(t)
		ids = append(ids, st.ID)
	}
	for pause := time.Duration(0); pause < 24*time.Millisecond; pause += 3 * time.Millisecond {
		killChild(t, "TestKilledWhileLocking", killedChild+"="+url, pause)
		settled(t, d, ctx)
		wantWhole(t, d, ctx)
	}
	for _, id := range ids {
		if st := must(k.Statement(ctx, owner, id))(t); st.State == fees.Submitted {
			must(k.Lock(ctx, owner, ops.LockInput{Statement: id, Seen: -1}))(t)
		}
	}
	wantWhole(t, d, ctx)
}

// killChild starts a process that runs one test with this variable, and kills it a while after it says that it begins.
func killChild(t *testing.T, test, variable string, pause time.Duration) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^"+test+"$")
	child.Env = append(os.Environ(), variable)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the process did not begin: %q %v", line, err)
	}
	time.Sleep(pause)
	_ = child.Process.Kill()
	_ = child.Wait()
}

func lockAll(t *testing.T, url string) {
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx := db.WithWorkspace(t.Context(), dbtest.Workspace)
	k := &desk{&feestest.Bench{T: t, Ctx: ctx}}
	k.MoveTo("2027-01-21")
	k.Service = &ops.Service{DB: d, Now: k.Clock, Random: nil}
	list := must(k.Statements(ctx, owner, "org_acme", 1))(t)
	fmt.Println("begin")
	for _, st := range list.Statements {
		_, _ = k.Lock(ctx, owner, ops.LockInput{Statement: st.ID, Seen: -1})
	}
	time.Sleep(time.Second)
}

// wantWhole checks that each locked statement is locked in every table.
func wantWhole(t *testing.T, d *db.DB, ctx context.Context) {
	t.Helper()
	var events, finals, entries int
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, q := range []struct {
			sql  string
			into *int
		}{
			{"SELECT count(*) FROM statement_event WHERE kind = 'lock'", &events},
			{"SELECT count(*) FROM statement_final", &finals},
			{"SELECT count(*) FROM journal_entry WHERE action = 'statement.lock'", &entries},
		} {
			if err := tx.NewRaw(q.sql).Scan(ctx, q.into); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if events != finals || finals != entries {
		t.Errorf("locked by halves: %d events, %d finals, %d entries", events, finals, entries)
	}
	t.Logf("%d locked", finals)
}
