package ops_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

const killedAt = "OFRECORD_TEST_TIME_KILLED"

var killedMarch = ops.LockInput{Client: "org_acme", Month: cal.Month{Year: 2026, Month: 3}}

// verbs are what a process is killed in.
var verbs = map[string]func(context.Context, *ops.Service) error{
	"approve": func(ctx context.Context, s *ops.Service) error {
		waiting, err := s.Waiting(ctx, lead)
		var seen []ops.Seen
		for _, e := range waiting {
			seen = append(seen, ops.Seen{ID: e.ID, Version: e.Version})
		}
		if err == nil && len(seen) > 0 {
			_, err = s.Approve(ctx, lead, ops.ApproveInput{Entries: seen})
		}
		return err
	},
	"lock": func(ctx context.Context, s *ops.Service) error {
		_, err := s.Lock(ctx, lead, killedMarch)
		return err
	},
}

// A process that is killed at any look at its clock, new id or question to another room while time is approved or a month is locked leaves all of it or nothing, and the same again does nothing twice.
func TestKilledWhileTimeIsApprovedAndLocked(t *testing.T) {
	if told := os.Getenv(killedAt); told != "" {
		dieIn(t, told)
		return
	}
	url := dbtest.SQLiteURL(t)
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx := db.WithWorkspace(t.Context(), dbtest.Workspace)
	k := newDesk(t, d, ctx)
	k.enters(ana, "2026-03-24", 60, acme)
	k.enters(ana, "2026-03-25", 90, acme)
	k.submits(ana, "2026-03-24")
	for _, verb := range []string{"approve", "lock"} {
		kills := 0
		for n := 1; ; n++ {
			child := exec.Command(os.Args[0], "-test.run=^TestKilledWhileTimeIsApprovedAndLocked$")
			child.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s", killedAt, verb, n, url))
			out, err := child.CombinedOutput()
			k.wholeAfter(verb, n)
			if err == nil {
				break
			}
			if !strings.Contains(err.Error(), "killed") || n > 200 {
				t.Fatalf("%s at %d: %v\n%s", verb, n, err, out)
			}
			kills++
		}
		if kills == 0 {
			t.Errorf("%s was never killed", verb)
		}
		t.Logf("%s was killed %d times", verb, kills)
	}
	k.on("2026-04-02 12:00")
	if locked := must(k.Lock(ctx, lead, killedMarch))(t); locked.HandOver.Entries != 0 {
		t.Errorf("handed over twice: %+v", locked)
	}
}

// wholeAfter wants all rows of a verb, or none.
func (k *desk) wholeAfter(verb string, n int) {
	k.t.Helper()
	var approved, said, locks, files, handed, told int
	err := k.DB.Read(k.ctx, func(ctx context.Context, tx bun.Tx) error {
		for q, into := range map[string]*int{
			"SELECT count(*) FROM time_approved": &approved, "SELECT count(*) FROM time_entry WHERE state = 'approved'": &said, "SELECT count(*) FROM time_lock": &locks,
			"SELECT count(*) FROM time_hand_over": &files, "SELECT count(*) FROM time_handed": &handed, "SELECT count(*) FROM journal_entry WHERE action IN ('time.approve', 'time.lock')": &told,
		} {
			if err := tx.NewRaw(q).Scan(ctx, into); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	none := approved == 0 && said == 0 && locks == 0 && told == 0
	accepted := approved == 2 && said == 2 && locks == 0 && files == 0 && told == 1
	done := approved == 2 && said == 2 && locks == 1 && files == 1 && handed == 2 && told == 3
	if !none && !accepted && !done || verb == "lock" && none {
		k.t.Fatalf("%s, killed at %d: %d approved, %d said so, %d locks, %d files of %d entries, %d told", verb, n, approved, said, locks, files, handed, told)
	}
}

// dying gives random bytes, each time as one more moment to die at.
type dying struct{ die func() }

func (d dying) Read(p []byte) (int, error) { d.die(); return rand.Read(p) }

// dieIn is the process that is killed at the n-th such moment.
func dieIn(t *testing.T, told string) {
	verb, rest, _ := strings.Cut(told, " ")
	number, url, _ := strings.Cut(rest, " ")
	left, err := strconv.Atoi(number)
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	die := func() {
		if left--; left == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	now := func() time.Time {
		die()
		return time.Date(2026, 4, 2, 10, 0, 0, 0, time.UTC)
	}
	parties := partyops.New(partyops.Options{DB: d, Now: now, PublicURL: "https://example.test"})
	s := &ops.Service{DB: d, Now: now, Random: dying{die}, Parties: parties, Contracts: &contractops.Service{DB: d, Now: now, Random: rand.Reader, Parties: parties}}
	s.HandOver = func(context.Context, access.Actor, string, string, []byte) (int64, error) { die(); return 1, nil }
	s.Burn = func(context.Context, bun.Tx, string, []timesheet.Handed, time.Time) ([]timesheet.Burn, error) {
		die()
		return nil, nil
	} // all rows of an approval are written
	if err := verbs[verb](db.WithWorkspace(t.Context(), dbtest.Workspace), s); err != nil {
		t.Fatal(err)
	}
}
