package ops_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// shownOf is a deliverable for a request of which the client sees a version.
func (d desk) shownOf(t *testing.T, r *ops.Request, name string) (ops.Deliverable, ops.VersionFile) {
	t.Helper()
	made := must[ops.Deliverable](t)(d.ProposeDeliverable(d.ctx, lead, ops.ProposeDeliverableInput{Client: r.Client, Name: name, Request: r.Name(), Key: "key-of-" + name}))
	made = must[ops.Deliverable](t)(d.SubmitVersion(d.ctx, team, ops.SubmitVersionInput{Client: r.Client, Deliverable: made.ID, Filename: name + ".txt", Reader: strings.NewReader(name)}))
	f := made.Files[0]
	return must[ops.Deliverable](t)(d.ReleaseVersion(d.ctx, lead, ops.ReviewInput{Client: r.Client, Deliverable: made.ID, Version: 1, SHA256: f.SHA256})), f
}

// Each version has its own time; the request waits on the client until none waits, and what is withdrawn waits no more.
func TestARequestWaitsForEveryVersionThatIsShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		d.Deliverables = ops.DeliverableDoors{RequestEvent: d.TellRequest, RequestOf: d.RequestOf}
		r := d.open("two banners")
		feedback := func(round int) work.Clock {
			t.Helper()
			for _, c := range must[ops.Shown](t)(d.Show(ctx, lead, r.Client, r.ID)).Clocks.Clocks {
				if c.Promise == "feedback" && c.Round == round {
					return c
				}
			}
			t.Fatalf("no time for feedback on version %d", round)
			return work.Clock{}
		}
		state := func() work.Request { return must[ops.Shown](t)(d.Show(ctx, lead, r.Client, r.ID)).State }
		// given two versions that the client was shown
		a, file := d.shownOf(t, r, "summer")
		b, _ := d.shownOf(t, r, "winter")
		if c := feedback(1); c.State != work.Running {
			t.Errorf("the first is %s when the second is shown", c.State)
		}
		// when one is approved, then the other waits on
		d.clock.set(t, "2026-03-03 11:00")
		must[ops.Deliverable](t)(d.AnswerVersion(ctx, product, ops.AnswerInput{Client: r.Client, Deliverable: a.ID, Version: 1, SHA256: file.SHA256, Step: work.StepApproved}))
		if one, two := feedback(1).State, feedback(2).State; one != work.Kept || two != work.Running || state().Waiting != work.OnClient {
			t.Errorf("%s and %s, waits on %s", one, two, state().Waiting)
		}
		// when the other is withdrawn, then the request is the agency's again and nothing is missed
		d.clock.set(t, "2026-03-03 12:00")
		must[ops.Deliverable](t)(d.WithdrawDeliverable(ctx, lead, r.Client, b.ID, "one is enough"))
		d.clock.set(t, "2026-03-12 12:00")
		if two := feedback(2).State; two != work.Ended || state().Waiting != work.OnNobody || state().Stage() == work.InReview {
			t.Errorf("%s, waits on %s, %s", two, state().Waiting, state().Stage())
		}
		// then the history names who did what to which version
		want := []string{"Lea Lead delivered version 1 of summer", "Lea Lead delivered version 1 of winter", "Pia Product approved version 1 of summer", "Lea Lead withdrew the deliverable winter"}
		var told []string
		for _, e := range must[ops.Shown](t)(d.Show(ctx, lead, r.Client, r.ID)).Events {
			if e.Of != "" {
				told = append(told, e.ByName+" "+e.Words()+e.Said())
			}
		}
		if !slices.Equal(told, want) {
			t.Errorf("the history tells %q", told)
		}
		// and a specialist to whom it goes reads nothing of what others made
		must[*ops.Request](t)(d.HandTo(ctx, lead, d.act(r), "org_spec"))
		for _, e := range must[ops.Shown](t)(d.Show(ctx, specialist, r.Client, r.ID)).Events {
			if words := e.Words() + e.Said(); strings.Contains(words, "summer") || strings.Contains(words, "winter") {
				t.Errorf("a specialist reads %q", words)
			}
		}
		if said := must[string](t)(d.Underived(ctx, r.ID)); said != "" {
			t.Errorf("what is kept of it is not what its events say: %s", said)
		}
	})
}
