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
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// A response within 4 working hours from 09:00: 75 % at 12:00 tells the lead, 100 % at 13:00 the owner, and after it the promise is missed.
func TestATickTellsEachOnceAndMarksTheMiss(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r := d.open("a page")
		before := d.mailsTo(lead)
		for _, c := range []struct {
			at   string
			want ops.Ticked
		}{
			{"2026-03-03 11:59", ops.Ticked{}},
			{"2026-03-03 12:00", ops.Ticked{Requests: 1, Told: 1}},
			{"2026-03-03 12:30", ops.Ticked{}},
			{"2026-03-03 13:30", ops.Ticked{Requests: 1, Told: 1, Missed: 1}},
			{"2026-03-03 14:30", ops.Ticked{}},
		} {
			d.clock.set(t, c.at)
			if got := must[ops.Ticked](t)(d.Tick(ctx)); got != c.want {
				t.Errorf("at %s: %+v, want %+v", c.at, got, c.want)
			}
			if said := must[string](t)(d.Underived(ctx, r.ID)); said != "" {
				t.Errorf("at %s: kept otherwise: %s", c.at, said)
			}
		}
		if d.mailsTo(lead)-before != 1 || d.mailsTo(owner) != 1 {
			t.Errorf("lead %d, owner %d", d.mailsTo(lead)-before, d.mailsTo(owner))
		}
	})
}

func TestTwoTicksAtOnceTellOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		for range 5 {
			d.open("a page")
		}
		before := d.mailsTo(lead)
		d.clock.set(t, "2026-03-03 12:10")
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if _, err := d.Tick(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := d.mailsTo(lead) - before; n != 5 {
			t.Errorf("the lead is told %d times of five", n)
		}
	})
}

func TestATickThatFailsOnTheWayLeavesNothingHalf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.open("a page")
		before := d.mailsTo(lead)
		d.clock.set(t, "2026-03-03 12:10")
		broken := d.Random
		d.Random = strings.NewReader("") // the mail's id cannot be made
		func() {
			defer func() { _ = recover() }()
			_, _ = d.Tick(ctx)
		}()
		d.Random = broken
		if n := d.mailsTo(lead) - before; n != 0 {
			t.Errorf("%d mails of a tick that failed", n)
		}
		if got := must[ops.Ticked](t)(d.Tick(ctx)); got.Told != 1 || d.mailsTo(lead)-before != 1 {
			t.Errorf("%+v", got)
		}
	})
}

// The response of the first request is missed on 3 March, that of the second is kept; the third is of another month.
func TestAMonthOfPromisesAndItsMissesGoToTheEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.open("a page")
		second := d.open("another page")
		d.clock.set(t, "2026-03-03 10:00")
		must[*ops.Request](t)(d.Answer(ctx, team, ops.MessageInput{Act: d.act(second), Text: "We see."}))
		d.clock.set(t, "2026-03-31 16:00")
		d.open("a third page")
		march := cal.MonthOf(cal.MustDate("2026-03-01"))
		_, err := d.HandOverMisses(ctx, lead, "org_acme", march)
		refused(t, err, fault.Unavailable, "no-evidence")
		var handed []string
		d.HandOver = func(_ context.Context, _ access.Actor, client, name string, file []byte) error {
			handed = append(handed, client+" "+name+"\n"+string(file))
			return nil
		}
		_, err = d.HandOverMisses(ctx, lead, "org_acme", march)
		refused(t, err, fault.Conflict, "month-runs")
		d.clock.set(t, "2026-04-02 16:00")
		month := must[ops.Month](t)(d.Compliance(ctx, product, "org_acme", march))
		got := map[string]work.Compliance{}
		for _, c := range month.Kept {
			got[c.Promise] = c
		}
		if c := got["first-response"]; c.Kept != 1 || c.Missed != 1 || c.Open != 1 {
			t.Errorf("%+v", c)
		}
		_, err = d.HandOverMisses(ctx, team, "org_acme", march)
		refused(t, err, fault.Forbidden, "not-allowed")
		n := must[int](t)(d.HandOverMisses(ctx, lead, "org_acme", march))
		want := "org_acme sla_misses-2026-03.csv\nmiss_id,missed_on,target,note,excused\n" +
			"R-1/first-response,2026-03-03,first-response,was due 3 Mar 2026 13:00 UTC,false\nR-1/launch,2026-03-09,launch,was due 9 Mar 2026 17:00 UTC,false\nR-2/launch,2026-03-09,launch,was due 9 Mar 2026 17:00 UTC,false\n"
		if n != 3 || len(handed) != 1 || handed[0] != want {
			t.Errorf("%d\n%s", n, handed)
		}
		_, err = d.Compliance(ctx, specialist, "org_acme", march)
		refused(t, err, fault.NotFound, "not-found")
	})
}
