package ops_test

import (
	"context"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func TestWhoUsedTheTimeOfASpecialistsRequests(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r, other := d.open("a page"), d.open("a banner")
		since := d.clock.now()
		d.clock.set(t, "2026-03-03 10:00")
		must[*ops.Request](t)(d.Triage(ctx, lead, d.act(r), "org_spec"))
		must[*ops.Request](t)(d.Triage(ctx, lead, d.act(other), ""))
		d.clock.set(t, "2026-03-03 11:00")
		must[*ops.Request](t)(d.Wait(ctx, lead, d.act(r), work.OnSpecialist))
		d.clock.set(t, "2026-03-03 16:00")
		must[*ops.Request](t)(d.Wait(ctx, lead, ops.Act{Client: r.Client, Request: r.ID, Note: "Which picture?"}, work.OnClient))
		d.clock.set(t, "2026-03-04 12:00") // 1 h and 3 h of the client
		used := must[[]ops.Used](t)(d.UsedWith(ctx, owner, "org_acme", "org_spec", since))
		want := ops.Used{Priority: contract.Normal, Requests: 1, Client: 4 * time.Hour, Agency: 2 * time.Hour, Specialist: 5 * time.Hour}
		if len(used) != 1 || used[0] != want || used[0].Whole() != 11*time.Hour {
			t.Errorf("%+v, want %+v", used, want)
		}
		if later := must[[]ops.Used](t)(d.UsedWith(ctx, owner, "org_acme", "org_spec", since.Add(time.Minute))); len(later) != 0 {
			t.Errorf("requests of before count: %+v", later)
		}
		for who, kind := range map[*access.Actor]fault.Kind{&specialist: fault.NotFound, &stranger: fault.NotFound} {
			if _, err := d.UsedWith(ctx, *who, "org_acme", "org_spec", since); !fault.Is(err, kind) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", who.Name, err)
			}
		}
	})
}
