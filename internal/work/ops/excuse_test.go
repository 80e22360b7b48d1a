package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// evidence is what was handed over, file after file.
type evidence struct {
	files []string
	by    []access.Actor
	down  bool
}

func (e *evidence) take(_ context.Context, actor access.Actor, _, _ string, file []byte) error {
	if e.down {
		return errors.New("no room on the disk")
	}
	e.files, e.by = append(e.files, string(file)), append(e.by, actor)
	return nil
}

// The agency answers a request too late in March; in April the client excuses it, after it became evidence.
func TestAMissIsExcused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d, e := newDesk(t, data, ctx), &evidence{}
		d.HandOver = e.take
		r := d.open("a page")
		d.clock.set(t, "2026-03-04 10:00") // an hour too late
		must[*ops.Request](t)(d.Answer(ctx, team, ops.MessageInput{Act: d.act(r), Text: "Thank you."}))
		must[*ops.Request](t)(d.Resolve(ctx, team, d.act(r)))
		d.clock.set(t, "2026-04-03 09:00")
		march := must[cal.Month](t)(cal.ParseMonth("2026-03"))
		if n := must[int](t)(d.HandOverMisses(ctx, lead, "org_acme", march)); n != 1 || !strings.Contains(e.files[0], ",false") {
			t.Fatalf("%d %v", n, e.files)
		}

		because := ops.Act{Client: r.Client, Request: r.ID, Note: "We asked for it on a holiday.", Key: "form-1"}
		for who, kind := range map[string]fault.Kind{"lead": fault.Forbidden, "product": fault.Forbidden, "stranger": fault.NotFound, "specialist": fault.NotFound} {
			actor := map[string]access.Actor{"lead": lead, "product": product, "stranger": stranger, "specialist": specialist}[who]
			if _, err := d.Excuse(ctx, actor, because, "first-response", true); !fault.Is(err, kind) {
				t.Errorf("%s: %v", who, err)
			}
		}
		_, err := d.Excuse(ctx, executive, d.act(r), "first-response", true)
		refused(t, err, fault.Invalid, "note-missing")
		_, err = d.Excuse(ctx, executive, because, "launch", true) // was kept
		refused(t, err, fault.Invalid, "clock")
		_, err = d.Excuse(ctx, executive, because, "first-response", false)
		refused(t, err, fault.Conflict, "not-excused")

		must[*ops.Request](t)(d.Excuse(ctx, executive, because, "first-response", true))
		must[*ops.Request](t)(d.Excuse(ctx, executive, because, "first-response", true)) // the same form once more
		if len(e.files) != 2 || !strings.Contains(e.files[1], "excused by Emil Executive: We asked for it on a holiday.,true") || e.by[1].Account != access.MachineAccount {
			t.Fatalf("%v", e.files)
		}
		if words := d.lastEntry(); words != "corrected the missed promises of March 2026 in the evidence: 1 of 1 are excused, 0 were" {
			t.Error(words)
		}
		month := must[ops.Month](t)(d.Compliance(ctx, product, "org_acme", march))
		of := month.Kept[0]
		share, _ := of.Share()
		all, _ := of.ShareWithExcused()
		if of.Promise != "first-response" || of.Excused != 1 || of.Missed != 0 || all.Sign() != 0 || share.Sign() != 0 || month.Behind() || month.Handed.Excused != 1 {
			t.Errorf("%+v %+v", month, *month.Handed)
		}
		again := because
		again.Key = "form-2"
		_, err = d.Excuse(ctx, executive, again, "first-response", true)
		refused(t, err, fault.Conflict, "excused-already")

		// taken back while the evidence cannot be written: it is known to be behind, and a tick brings it up
		e.down = true
		must[*ops.Request](t)(d.Excuse(ctx, executive, again, "first-response", false))
		if month := must[ops.Month](t)(d.Compliance(ctx, product, "org_acme", march)); !month.Behind() || month.Kept[0].Missed != 1 {
			t.Errorf("%+v", month)
		}
		if _, err := d.Tick(ctx); err == nil {
			t.Error("nobody hears that the evidence cannot be corrected")
		}
		e.down = false
		must[ops.Ticked](t)(d.Tick(ctx))
		must[ops.Ticked](t)(d.Tick(ctx))
		if month := must[ops.Month](t)(d.Compliance(ctx, product, "org_acme", march)); len(e.files) != 3 || !strings.Contains(e.files[2], ",false") || month.Behind() {
			t.Errorf("%v", e.files)
		}
	})
}
