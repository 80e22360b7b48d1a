package ops_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

func TestOnlyOwnTimeOfOwnClientsIsEntered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		input := ops.EntryInput{Day: cal.MustDate("2026-03-30"), Minutes: 60, What: acme}
		_, err := k.Enter(ctx, finance, input)
		wantFault(t, err, fault.Forbidden, "not-allowed")
		input.Client = "org_bolt"
		_, err = k.Enter(ctx, specialist, input)
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Enter(ctx, namesake, input)
		wantFault(t, err, fault.NotFound, "not-found")
		if e := k.enters(specialist, "2026-03-30", 60, acme); e.Provider != "org_spec" {
			t.Errorf("the specialist's organisation did it: %+v", e)
		}
		internal := acme
		internal.Class = timesheet.Internal
		_, err = k.Enter(ctx, specialist, ops.EntryInput{Day: cal.MustDate("2026-03-30"), Minutes: 60, What: internal})
		wantFault(t, err, fault.Invalid, "class")
		_, err = k.Enter(ctx, specialist, ops.EntryInput{Day: cal.MustDate("2026-03-30"), Minutes: 60, What: timesheet.What{Class: timesheet.Internal}})
		wantFault(t, err, fault.Invalid, "client-missing")
		e := k.enters(ana, "2026-03-30", 60, acme)
		_, err = k.Enter(ctx, lead, ops.EntryInput{ID: e.ID, Version: 1, Day: e.Day, Minutes: 5, What: acme})
		wantFault(t, err, fault.NotFound, "not-found")
		if two := k.enters(namesake, "2026-03-30", 30, acme); two.Person != "Ana Adler (2)" {
			t.Errorf("two people of one name would be rounded together: %q", two.Person)
		}
	})
}

func TestAnEntryIsChangedAsItWasSeenAndEnteredOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		input := ops.EntryInput{Key: "form-0001", Day: cal.MustDate("2026-03-30"), Minutes: 60, What: acme}
		e := must(k.Enter(ctx, ana, input))(t)
		if again := must(k.Enter(ctx, ana, input))(t); again.ID != e.ID || again.Version != 1 {
			t.Errorf("the same form sent twice: %+v", again)
		}
		_, err := k.Enter(ctx, ana, ops.EntryInput{Day: input.Day, Minutes: 60, What: acme})
		wantFault(t, err, fault.Conflict, "entry-twice")
		changed := ops.EntryInput{ID: e.ID, Version: 1, Day: e.Day, Minutes: 75, What: acme}
		must(k.Enter(ctx, ana, changed))(t)
		_, err = k.Enter(ctx, ana, changed)
		wantFault(t, err, fault.Conflict, "entry-changed")
		if err := k.Remove(ctx, ana, e.ID, 2); err != nil {
			t.Fatal(err)
		}
		if got := k.entries(owner); len(got) != 0 {
			t.Errorf("still there: %+v", got)
		}
	})
}

func TestTheTimerRunsOnceAndItsTimeIsSplit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.on("2026-03-30 23:10")
		timer := must(k.StartTimer(ctx, ana, acme))(t)
		_, err := k.StartTimer(ctx, ana, acme)
		wantFault(t, err, fault.Conflict, "timer-runs")
		k.on("2026-03-31 00:40")
		got := must(k.StopTimer(ctx, ana, ops.StopInput{ID: timer.ID}))(t)
		if len(got) != 2 || got[0].Minutes != 50 || got[1].Minutes != 40 || got[0].Day.String() != "2026-03-30" || got[1].State != timesheet.Draft {
			t.Fatalf("%+v", got)
		}
		if again := must(k.StopTimer(ctx, ana, ops.StopInput{ID: timer.ID}))(t); len(again) != 2 || again[0].ID != got[0].ID {
			t.Errorf("stopped in a second window: %+v", again)
		}
		if n := len(k.entries(owner)); n != 2 {
			t.Errorf("%d entries", n)
		}
		_, err = k.StopTimer(ctx, ana, ops.StopInput{ID: "tim_none"})
		wantFault(t, err, fault.NotFound, "timer-stopped")
	})
}

func TestAForgottenTimerAsksBeforeItEnters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.on("2026-03-30 09:00")
		timer := must(k.StartTimer(ctx, ana, acme))(t)
		k.on("2026-03-31 08:00")
		_, err := k.StopTimer(ctx, ana, ops.StopInput{ID: timer.ID})
		wantFault(t, err, fault.Conflict, "timer-forgotten")
		running := must(k.Timer(ctx, ana))(t)
		if running == nil || !running.Forgotten || len(running.Proposals) != 2 {
			t.Fatalf("%+v", running)
		}
		ended := time.Date(2026, 3, 30, 17, 30, 0, 0, time.UTC)
		if got := must(k.StopTimer(ctx, ana, ops.StopInput{ID: timer.ID, Ended: ended}))(t); len(got) != 1 || got[0].Minutes != 510 {
			t.Errorf("%+v", got)
		}
		if running := must(k.Timer(ctx, ana))(t); running != nil {
			t.Errorf("it still runs: %+v", running)
		}
	})
}

func TestTwoWindowsStartOneTimer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		var work sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			work.Go(func() { _, errs[i] = k.StartTimer(ctx, ana, acme) })
		}
		work.Wait()
		started := 0
		for _, err := range errs {
			if err == nil {
				started++
			} else {
				wantFault(t, err, fault.Conflict, "timer-runs")
			}
		}
		if started != 1 {
			t.Errorf("%d timers were started", started)
		}
	})
}

// At 10:05 the grid takes ten hours and five minutes of today at most, with what stands there already.
func TestTheGridTakesNoMoreOfTodayThanHasPassed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.on("2026-03-31 10:05")
		today := cal.MustDate("2026-03-31")
		other := acme
		other.Note = "print"
		err := k.SaveWeek(ctx, ana, []ops.CellInput{{What: acme, Day: today, Minutes: 660, Field: "m-0-1"}})
		wantFault(t, err, fault.Invalid, "time-to-come")
		if f := fault.All(err); f[0].Field != "m-0-1" {
			t.Errorf("told at %q", f[0].Field)
		}
		if err := k.SaveWeek(ctx, ana, []ops.CellInput{{What: acme, Day: today, Minutes: 600, Field: "m-0-1"}}); err != nil {
			t.Fatal(err)
		}
		wantFault(t, k.SaveWeek(ctx, ana, []ops.CellInput{{What: other, Day: today, Minutes: 6, Field: "m-1-1"}}), fault.Invalid, "time-to-come")
		_, err = k.Enter(ctx, ana, ops.EntryInput{Day: today, Minutes: 6, What: other})
		wantFault(t, err, fault.Invalid, "time-to-come")
		if err := k.SaveWeek(ctx, ana, []ops.CellInput{{What: other, Day: today, Minutes: 5, Field: "m-1-1"}, {What: other, Day: today.AddDays(-1), Minutes: 660, Field: "m-1-0"}}); err != nil {
			t.Error(err)
		}
	})
}

func TestTheWeekIsSavedWholeOrNotAtAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		monday := cal.MustDate("2026-03-23")
		cell := func(day, was, minutes int) ops.CellInput {
			return ops.CellInput{What: acme, Day: monday.AddDays(day), Was: was, Minutes: minutes, Field: "cell"}
		}
		err := k.SaveWeek(ctx, ana, []ops.CellInput{cell(0, 0, 60), cell(1, 0, 1500), cell(20, 0, 5)})
		if n := len(fault.All(err)); n != 2 || len(k.entries(owner)) != 0 {
			t.Fatalf("%d problems, %d entries: %v", n, len(k.entries(owner)), err)
		}
		if err := k.SaveWeek(ctx, ana, []ops.CellInput{cell(0, 0, 60), cell(1, 0, 90)}); err != nil {
			t.Fatal(err)
		}
		if err := k.SaveWeek(ctx, ana, []ops.CellInput{cell(0, 60, 45), cell(1, 90, 0)}); err != nil {
			t.Fatal(err)
		}
		wantFault(t, k.SaveWeek(ctx, ana, []ops.CellInput{cell(0, 60, 30)}), fault.Conflict, "week-changed")
		if w := must(k.Week(ctx, ana, monday))(t); w.Sum() != 45 || len(w.Lines) != 1 || len(w.Drafts) != 1 {
			t.Errorf("%+v", w)
		}
		k.submits(ana, "2026-03-23")
		wantFault(t, k.SaveWeek(ctx, ana, []ops.CellInput{cell(0, 45, 30)}), fault.Conflict, "cell-submitted")
		if n := must(k.CopyWeek(ctx, ana, cal.MustDate("2026-03-30")))(t); n != 1 {
			t.Errorf("%d copied", n)
		}
		if n := must(k.CopyWeek(ctx, ana, cal.MustDate("2026-03-30")))(t); n != 0 {
			t.Errorf("copied twice: %d", n)
		}
	})
}

func TestNothingInternalReachesTheClient(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.enters(ana, "2026-03-24", 60, acme)
		over := acme
		over.Class = timesheet.OverServiced
		k.enters(ana, "2026-03-24", 30, over)
		if got := k.entries(finance); len(got) != 0 {
			t.Errorf("before the approval: %+v", got)
		}
		k.submits(ana, "2026-03-24")
		k.approves(lead)
		got := k.entries(finance)
		if len(got) != 1 || got[0].Minutes != 60 || got[0].InternalNote != "" || got[0].Account != "" {
			t.Errorf("%+v", got)
		}
		if all := k.entries(lead); len(all) != 2 || all[0].InternalNote == "" {
			t.Errorf("the agency sees all: %+v", all)
		}
		seen := must(k.ClientTime(ctx, finance, "org_acme"))(t)
		if seen.Internal || len(seen.Months) != 1 || seen.Months[0].Minutes != 60 || seen.Months[0].Over != 0 || seen.HandOvers != nil {
			t.Errorf("%+v", seen)
		}
		for _, who := range []access.Actor{product, specialist} {
			if _, err := k.Entries(ctx, who, ops.Filter{Client: "org_acme"}); err == nil {
				t.Errorf("%s sees the time of others", who.Name)
			}
		}
	})
}
