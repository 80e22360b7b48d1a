package ops_test

import (
	"context"
	"slices"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// Given to a specialist, a request is with it at once; the history names to whom it was given.
func TestGivenToASpecialistItIsWithIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r := d.open("a film")
		r = must[*ops.Request](t)(d.Assign(ctx, lead, d.act(r), team.Account))
		r = must[*ops.Request](t)(d.HandTo(ctx, lead, d.act(r), "org_spec"))
		if r.State.Stage() != work.WithSpecialist || r.State.Provider != "org_spec" {
			t.Errorf("it is %s, with %q", r.State.Stage(), r.State.Provider)
		}
		did := func(shown ops.Shown) (out []string) {
			for _, e := range shown.Told() {
				if e.Kind == work.Assigned || e.Kind == work.Triaged && e.Provider != "" {
					out = append(out, shown.Did(e))
				}
			}
			return out
		}
		shown := must[ops.Shown](t)(d.Show(ctx, lead, r.Client, r.ID))
		if want := []string{"gave it to Tom Team", "gave it to " + shown.ProviderName}; shown.ProviderName == "" || !slices.Equal(did(shown), want) {
			t.Errorf("%v, want %v", did(shown), want)
		}
		// handed back by the specialist, it says so; a word of the client that was waited for does not
		last := func() string { return r.Events[len(r.Events)-1].Words() }
		r = must[*ops.Request](t)(d.Wait(ctx, specialist, d.act(r), work.OnNobody))
		if last() != "handed it back to the agency" {
			t.Errorf("it is told %q", last())
		}
		asks := d.act(r)
		asks.Note = "Which music?"
		r = must[*ops.Request](t)(d.Wait(ctx, lead, asks, work.OnClient))
		r = must[*ops.Request](t)(d.Answer(ctx, product, ops.MessageInput{Act: d.act(r), Text: "None."}))
		if last() != "goes on with it" {
			t.Errorf("it is told %q", last())
		}
		r = must[*ops.Request](t)(d.Wait(ctx, lead, d.act(r), work.OnSpecialist))
		// taken back, it is the agency's
		r = must[*ops.Request](t)(d.HandTo(ctx, lead, d.act(r), ""))
		if r.State.Stage() != work.InWork || r.State.Provider != "" {
			t.Errorf("it is %s, with %q", r.State.Stage(), r.State.Provider)
		}
	})
}
