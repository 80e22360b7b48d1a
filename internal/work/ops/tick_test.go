package ops_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
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
