package ops_test

import (
	"context"
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

// walled is the actor with a wall between them and Acme.
func walled(who access.Actor) access.Actor {
	who.Memberships = access.Behind(who.Memberships, []string{"org_acme"}, []string{"org_acme", "org_bolt"})
	return who
}

func TestAWallHidesOwnTimeOfTheClient(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		bolt := timesheet.What{Client: "org_bolt", Class: timesheet.Billable}
		approved := k.enters(ana, "2026-03-30", 60, acme)
		k.submits(ana, "2026-03-30")
		k.approves(owner)
		waits := k.enters(ana, "2026-03-30", 45, acme)
		k.submits(ana, "2026-03-30")
		k.approves(owner)
		must(k.Correct(ctx, ana, ops.CorrectInput{Entry: waits.ID, Day: waits.Day, Minutes: 50, Class: timesheet.Billable, Reason: "longer"}))(t)
		draft := must(k.Enter(ctx, ana, ops.EntryInput{Key: "form-0001", Day: cal.MustDate("2026-03-31"), Minutes: 30, What: acme}))(t)
		own := k.enters(ana, "2026-03-31", 20, bolt)
		timer := must(k.StartTimer(ctx, ana, acme))(t)

		behind := walled(ana)
		for _, id := range []string{approved.ID, draft.ID} {
			_, err := k.Entry(ctx, behind, id)
			wantFault(t, err, fault.NotFound, "not-found")
		}
		_, err := k.Correct(ctx, behind, ops.CorrectInput{Entry: approved.ID, Day: approved.Day, Minutes: 10, Class: timesheet.Billable, Reason: "less"})
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Enter(ctx, behind, ops.EntryInput{ID: draft.ID, Version: draft.Version, Day: draft.Day, Minutes: 30, What: bolt})
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Enter(ctx, behind, ops.EntryInput{Key: "form-0001", Day: draft.Day, Minutes: 30, What: bolt})
		wantFault(t, err, fault.NotFound, "not-found")
		wantFault(t, k.Remove(ctx, behind, draft.ID, draft.Version), fault.NotFound, "not-found")
		week := must(k.Week(ctx, behind, cal.MustDate("2026-03-30")))(t)
		if len(week.Waiting) != 0 || week.Sum() != 20 {
			t.Errorf("the own week tells of it: %+v", week)
		}
		if n := must(k.CopyWeek(ctx, behind, cal.MustDate("2026-04-06")))(t); n != 0 {
			t.Errorf("%d copied into a week to come", n)
		}
		if running := must(k.Timer(ctx, behind))(t); running != nil {
			t.Errorf("the timer tells of it: %+v", running)
		}
		_, err = k.StopTimer(ctx, behind, ops.StopInput{ID: timer.ID, Ended: time.Time{}})
		wantFault(t, err, fault.NotFound, "timer-stopped")
		wantFault(t, k.DropTimer(ctx, behind, timer.ID), fault.NotFound, "timer-stopped")
		if next := must(k.StartTimer(ctx, behind, bolt))(t); next.ID == timer.ID {
			t.Errorf("the old timer: %+v", next)
		}
		if n := must(k.Submit(ctx, behind, cal.MustDate("2026-03-30")))(t); n != 1 {
			t.Errorf("%d submitted, and only the one of Boltworks is theirs", n)
		}
		if e := must(k.Entry(ctx, ana, draft.ID))(t); e.State != timesheet.Draft {
			t.Errorf("the hidden draft went along: %+v", e)
		}
		if e := must(k.Entry(ctx, behind, own.ID))(t); e.State != timesheet.Submitted {
			t.Errorf("the other client goes on: %+v", e)
		}
	})
}
