package ops_test

import (
	"context"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// ranked are promises under which impact and urgency make the priority.
const ranked = promises + `  priority:
    impact: {high: a launch stands still, medium: work of several people waits, low: one person is hindered}
    urgency: {high: before the end of the day, medium: within the week, low: it can wait}
    matrix:
      - {impact: high, high: urgent, medium: high, low: normal}
      - {impact: medium, high: high, medium: normal, low: low}
      - {impact: low, high: normal, medium: low, low: low}
  excuses: [client-late]
`

func TestTheContractMakesThePriority(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDeskUnder(t, data, ctx, ranked)
		in := ops.OpenInput{Client: "org_acme", Title: "A page", Category: "other", Brief: work.Answers{"what": "a page"}}
		chosen := in
		chosen.Priority = contract.Urgent
		_, err := d.Open(ctx, product, chosen)
		refused(t, err, fault.Invalid, "impact")
		in.Impact, in.Urgency = contract.Heavy, contract.Light
		r := must[*ops.Request](t)(d.Open(ctx, product, in))
		if r.State.Priority != contract.Normal {
			t.Fatalf("%+v", r.State)
		}
		// two hours on, another urgency makes it urgent and forgets nothing
		d.clock.set(t, "2026-03-03 11:00")
		act := ops.Act{Client: r.Client, Request: r.ID, Note: "The fair is on Friday."}
		must[*ops.Request](t)(d.Prioritise(ctx, lead, act, work.Ranking{Impact: contract.Heavy, Urgency: contract.Heavy}))
		shown := must[ops.Shown](t)(d.Show(ctx, product, r.Client, r.ID))
		if c := shown.Clocks.Clocks[1]; c.Priority != contract.Urgent || c.Elapsed != 2*time.Hour || c.Left() != 6*time.Hour {
			t.Errorf("%+v", c)
		}
		if got := shown.State.Why(shown.Levels.Priority); got != "by the contract: high impact (a launch stands still) and high urgency (before the end of the day) make it urgent" {
			t.Error(got)
		}
		// against the contract it goes with a reason only, which the record has
		_, err = d.Prioritise(ctx, lead, ops.Act{Client: r.Client, Request: r.ID}, work.Ranking{Priority: contract.Low})
		refused(t, err, fault.Invalid, "note-missing")
		must[*ops.Request](t)(d.Prioritise(ctx, lead, act, work.Ranking{Priority: contract.Low}))
		if words := d.lastEntry(); words != "set the priority to low, where the contract says urgent, of R-1 A page" {
			t.Error(words)
		}
		_, err = d.Prioritise(ctx, lead, act, work.Ranking{Priority: contract.Low})
		refused(t, err, fault.Conflict, "priority-same")
		// a mail asks nobody
		mailed := must[*ops.Request](t)(d.Open(ctx, product, ops.OpenInput{Client: "org_acme", Title: "By mail", Category: "other", Brief: work.Answers{"what": "a page"}, Priority: contract.Normal, Unasked: true}))
		if mailed.State.Priority != contract.Normal || mailed.State.Impact != "" {
			t.Errorf("%+v", mailed.State)
		}
		if intake := must[ops.Intake](t)(d.Intake(ctx, product, "org_acme")); intake.Matrix == nil {
			t.Error("nobody is asked for impact and urgency")
		}
	})
}
