package ops_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

const draftPromises = `
service_levels:
  hours:
    - {days: mon-fri, shifts: "09:00-17:00"}
  other_days: []
  promises:
    - {promise: first-response, by: agency, until: response, urgent: 30 minutes, high: 2 hours, normal: 4 hours, low: 8 hours, around_the_clock: []}
    - {promise: first-draft, by: agency, until: first-draft, urgent: 8 hours, high: 16 hours, normal: 40 hours, low: none, around_the_clock: []}
  escalate:
    - {at: 100 %, to: agency-owner}
`

// The first draft is handed in with words or a file: the client reads it, and what was promised until then is kept.
func TestTheFirstDraftIsHandedInOnTheRequest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDeskUnder(t, data, ctx, draftPromises)
		r := d.open("a banner")
		d.clock.set(t, "2026-03-03 10:00")
		in := ops.MessageInput{Act: ops.Act{Client: r.Client, Request: r.ID, Key: "form-of-draft"}}
		_, err := d.HandInDraft(ctx, product, in)
		refused(t, err, fault.Forbidden, "not-allowed")
		for range 2 { // sent twice, it is handed in once
			in.Files = []ops.NewFile{{Name: "draft.txt", Content: strings.NewReader("Arms for everybody")}}
			must[*ops.Request](t)(d.HandInDraft(ctx, team, in))
		}
		shown := must[ops.Shown](t)(d.Show(ctx, product, r.Client, r.ID))
		for i, promise := range []string{"first-response", "first-draft"} {
			if c := shown.Clocks.Clocks[i]; c.Promise != promise || c.State != work.Kept {
				t.Errorf("%s is %s", c.Promise, c.State)
			}
		}
		if len(shown.Messages) != 1 || len(shown.Messages[0].Files) != 1 || shown.Messages[0].Visibility != ops.ForClient || d.mailsTo(product) != 1 {
			t.Errorf("%+v, %d mails", shown.Messages, d.mailsTo(product))
		}
		in.Key, in.Files, in.Text = "another-form", nil, "And another one"
		_, err = d.HandInDraft(ctx, team, in)
		refused(t, err, fault.Conflict, "drafted-already")
	})
}

// A question is a response: the time for one ends, and the words stand where the client answers them.
func TestAQuestionIsAResponse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r := d.open("a banner")
		d.clock.set(t, "2026-03-03 10:00")
		must[*ops.Request](t)(d.Wait(ctx, team, ops.Act{Client: r.Client, Request: r.ID, Note: "Which colour?"}, work.OnClient))
		shown := must[ops.Shown](t)(d.Show(ctx, product, r.Client, r.ID))
		if c := shown.Clocks.Clocks[0]; c.Promise != "first-response" || c.State != work.Kept || len(shown.Messages) != 1 || shown.Messages[0].Text != "Which colour?" {
			t.Errorf("%s is %s; %+v", c.Promise, c.State, shown.Messages)
		}
	})
}

// A question that was written already stands in the conversation once; asked again after an answer it stands there again.
func TestAQuestionStandsOnceInTheConversation(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r := d.open("a banner")
		asks := ops.Act{Client: r.Client, Request: r.ID, Note: "Which colour?"}
		texts := func() (out []string) {
			for _, m := range must[ops.Shown](t)(d.Show(ctx, product, r.Client, r.ID)).Messages {
				out = append(out, m.Text)
			}
			return out
		}
		must[*ops.Request](t)(d.Answer(ctx, team, ops.MessageInput{Act: d.act(r), Text: "Which colour?"}))
		must[*ops.Request](t)(d.Wait(ctx, team, asks, work.OnClient))
		if got := texts(); !slices.Equal(got, []string{"Which colour?"}) {
			t.Errorf("%q", got)
		}
		must[*ops.Request](t)(d.Answer(ctx, product, ops.MessageInput{Act: d.act(r), Text: "Any."}))
		must[*ops.Request](t)(d.Wait(ctx, team, asks, work.OnClient))
		if got := texts(); !slices.Equal(got, []string{"Which colour?", "Any.", "Which colour?"}) {
			t.Errorf("%q", got)
		}
	})
}
