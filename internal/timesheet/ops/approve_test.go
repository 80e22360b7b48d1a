package ops_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

func TestTimeIsSubmittedReturnedAndApproved(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		e := k.enters(ana, "2026-03-24", 60, acme)
		_, err := k.Approve(ctx, lead, ops.ApproveInput{Entries: []ops.Seen{{ID: e.ID, Version: 1}}})
		wantFault(t, err, fault.Conflict, "entry-draft")
		k.submits(ana, "2026-03-24")
		_, err = k.Approve(ctx, ana, ops.ApproveInput{Entries: []ops.Seen{{ID: e.ID, Version: 2}}})
		wantFault(t, err, fault.Forbidden, "not-allowed")
		_, err = k.Return(ctx, lead, k.seen(lead), " ")
		wantFault(t, err, fault.Invalid, "reason")
		if n := must(k.Return(ctx, lead, k.seen(lead), "which campaign?"))(t); n != 1 {
			t.Fatalf("%d returned", n)
		}
		w := must(k.Week(ctx, ana, cal.MustDate("2026-03-24")))(t)
		if len(w.Returned) != 1 || w.Returned[0].Reason != "which campaign?" {
			t.Fatalf("%+v", w.Returned)
		}
		must(k.Enter(ctx, ana, ops.EntryInput{ID: e.ID, Version: 3, Day: e.Day, Minutes: 50, What: acme}))(t)
		k.submits(ana, "2026-03-24")
		seen := k.seen(lead)
		if n := k.approves(lead); n != 1 {
			t.Fatalf("%d approved", n)
		}
		if n := must(k.Approve(ctx, owner, ops.ApproveInput{Entries: seen}))(t); n != 0 {
			t.Errorf("approved again: %d", n)
		}
		_, err = k.Enter(ctx, ana, ops.EntryInput{ID: e.ID, Version: 6, Day: e.Day, Minutes: 5, What: acme})
		wantFault(t, err, fault.Conflict, "entry-approved")
		wantFault(t, k.Remove(ctx, ana, e.ID, 6), fault.Conflict, "entry-approved")
	})
}

func TestTwoApprovalsAtOnceApproveOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.enters(ana, "2026-03-24", 60, acme)
		k.enters(ana, "2026-03-25", 60, acme)
		k.submits(ana, "2026-03-24")
		seen := k.seen(lead)
		var work sync.WaitGroup
		n, errs := make([]int, 4), make([]error, 4)
		for i := range n {
			work.Go(func() { n[i], errs[i] = k.Approve(ctx, lead, ops.ApproveInput{Entries: seen}) })
		}
		work.Wait()
		sum := 0
		for i := range n {
			if errs[i] != nil {
				t.Errorf("refused: %v", errs[i])
			}
			sum += n[i]
		}
		if sum != 2 || len(k.entries(finance)) != 2 {
			t.Errorf("%d approvals of 2 entries", sum)
		}
	})
}

func TestAnApprovedEntryIsCorrectedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		e := k.enters(ana, "2026-03-24", 600, acme)
		in := ops.CorrectInput{Entry: e.ID, Day: e.Day, Minutes: 1400, Class: timesheet.Billable, Note: "copy", Reason: "mistyped"}
		_, err := k.Correct(ctx, ana, in)
		wantFault(t, err, fault.Conflict, "not-approved")
		k.submits(ana, "2026-03-24")
		k.approves(lead)
		must(k.Correct(ctx, ana, in))(t)
		_, err = k.Correct(ctx, lead, in)
		wantFault(t, err, fault.Conflict, "correction-waits")
		if got := k.entries(finance); len(got) != 1 || got[0].Minutes != 600 {
			t.Fatalf("it stands until the correction is approved: %+v", got)
		}
		k.approves(lead)
		if got := k.entries(finance); len(got) != 1 || got[0].Minutes != 1400 {
			t.Fatalf("%+v", got)
		}
		_, err = k.Correct(ctx, ana, in)
		wantFault(t, err, fault.Conflict, "corrected-before")
		in.Entry, in.Minutes, in.Reason = k.entries(lead)[0].ID, 0, "not worked"
		must(k.Correct(ctx, ana, in))(t)
		k.approves(lead)
		if got := k.entries(finance); len(got) != 0 {
			t.Errorf("it was not worked: %+v", got)
		}
	})
}

func TestAMonthIsLockedWhenItsTimeIsSettled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		march := ops.LockInput{Client: "org_acme", Month: cal.Month{Year: 2026, Month: 3}}
		_, err := k.Lock(ctx, lead, march)
		wantFault(t, err, fault.Invalid, "month-runs")
		k.enters(ana, "2026-03-24", 60, acme)
		internal := acme
		internal.Class = timesheet.Internal
		k.enters(ana, "2026-03-24", 20, internal)
		k.submits(ana, "2026-03-24")
		open := k.enters(ana, "2026-03-25", 60, acme)
		k.approves(lead)
		k.on("2026-04-02 10:00")
		_, err = k.Lock(ctx, ana, march)
		wantFault(t, err, fault.Forbidden, "not-allowed")
		_, err = k.Lock(ctx, lead, march)
		wantFault(t, err, fault.Conflict, "time-open")
		march.LeaveOpen = true
		k.fails = fault.New(fault.Conflict, "import-running", "Another import is being applied.")
		locked := must(k.Lock(ctx, lead, march))(t)
		if locked.HandOver.Waiting != 1 || locked.HandOver.Why != "Another import is being applied." {
			t.Fatalf("%+v", locked.HandOver)
		}
		k.fails = nil
		if done := must(k.HandOverNow(ctx, lead, "org_acme"))(t); done.Entries != 1 || len(k.handed) != 1 || strings.Contains(k.handed[0], "margin") {
			t.Fatalf("%+v, %q", done, k.handed)
		}
		_, err = k.Enter(ctx, ana, ops.EntryInput{Day: cal.MustDate("2026-03-26"), Minutes: 60, What: acme})
		wantFault(t, err, fault.Conflict, "month-locked")
		late := must(k.Enter(ctx, ana, ops.EntryInput{Day: cal.MustDate("2026-03-26"), Minutes: 60, What: acme, Late: true, Reason: "was ill"}))(t)
		if !late.Late {
			t.Error("it comes late")
		}
		k.submits(ana, open.Day.String())
		k.approves(lead)
		for _, e := range k.entries(lead) {
			if e.State == timesheet.Approved && e.Class == timesheet.Billable && e.Day.String() != "2026-03-24" && !e.Late {
				t.Errorf("approved after the lock and not late: %+v", e)
			}
		}
		if done := must(k.HandOverNow(ctx, lead, "org_acme"))(t); done.Entries != 2 {
			t.Errorf("%+v", done)
		}
		if done := must(k.Lock(ctx, lead, march))(t); done.HandOver.Entries != 0 || len(k.handed) != 2 {
			t.Errorf("handed over twice: %+v", done)
		}
	})
}

// The evidence gets one row of an entry and its correction, and none of what was not worked.
func TestACorrectedEntryIsHandedOverOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		right, gone := k.enters(ana, "2026-03-24", 60, acme), k.enters(ana, "2026-03-25", 90, acme)
		k.submits(ana, "2026-03-24")
		k.approves(lead)
		must(k.Correct(ctx, ana, ops.CorrectInput{Entry: right.ID, Day: right.Day, Minutes: 45, Class: timesheet.Billable, Note: "copy", Reason: "mistyped"}))(t)
		must(k.Correct(ctx, ana, ops.CorrectInput{Entry: gone.ID, Day: gone.Day, Minutes: 0, Class: timesheet.Billable, Reason: "not worked"}))(t)
		k.approves(lead)
		k.on("2026-04-02 10:00")
		must(k.Lock(ctx, lead, ops.LockInput{Client: "org_acme", Month: cal.Month{Year: 2026, Month: 3}}))(t)
		want := "entry_id,worked_on,person,role,minutes,clause,note,deleted\n" + right.ID + ",2026-03-24,Ana Adler,,45,,copy,\n"
		if len(k.handed) != 1 || k.handed[0] != want {
			t.Errorf("handed over %q, want %q", k.handed, want)
		}
	})
}

// A file that could not become evidence is tried again by the program, later after each failure, and the page is told; once it is there nothing is done twice.
func TestAHandOverThatFailedIsTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		program := access.Machine(dbtest.Workspace, "the program")
		k.enters(ana, "2026-03-24", 60, acme)
		k.submits(ana, "2026-03-24")
		k.approves(lead)
		k.on("2026-04-02 10:00")
		k.fails = fault.New(fault.Conflict, "import-running", "Another import is being applied.")
		must(k.Lock(ctx, lead, ops.LockInput{Client: "org_acme", Month: cal.Month{Year: 2026, Month: 3}}))(t)
		told := func(tries int, again string) {
			t.Helper()
			h := must(k.ClientTime(ctx, lead, "org_acme"))(t).HandOvers[0]
			if h.Tries != tries || tries > 0 && (h.Why != "Another import is being applied." || h.Again.Format("15:04") != again) {
				t.Errorf("%d tries, again at %s, for %q", h.Tries, h.Again.Format("15:04"), h.Why)
			}
		}
		told(1, "10:01")
		must(k.Redeliver(ctx, program))(t)
		told(1, "10:01")
		k.on("2026-04-02 10:02")
		must(k.Redeliver(ctx, program))(t)
		told(2, "10:04")
		k.on("2026-04-02 10:03")
		must(k.Redeliver(ctx, program))(t)
		if len(k.handed) != 0 {
			t.Fatal("it was tried before its time")
		}
		k.fails = nil
		k.on("2026-04-02 10:05")
		if n := must(k.Redeliver(ctx, program))(t); n != 1 || len(k.handed) != 1 {
			t.Errorf("%d entries, %d files", n, len(k.handed))
		}
		told(0, "")
		if n := must(k.Redeliver(ctx, program))(t); n != 0 || len(k.handed) != 1 {
			t.Errorf("again: %d entries, %d files", n, len(k.handed))
		}
		_, err := k.Redeliver(ctx, finance)
		wantFault(t, err, fault.Forbidden, "not-allowed")
	})
}
