package ops_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/work"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// Six requests were answered after an hour to six; of one that is open for two hours and has four, two of four took longer than what is left, and that is too few;
// of one that is open for half an hour, two of six.
func TestWhatIsLikelyIsCountedAmongThePast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		for i := range 6 {
			d.clock.set(t, "2026-03-03 09:00")
			r := d.open(fmt.Sprintf("page %d", i))
			d.clock.set(t, fmt.Sprintf("2026-03-03 %02d:00", 10+i))
			must[*ops.Request](t)(d.Answer(ctx, team, ops.MessageInput{Act: d.act(r), Text: "Thank you."}))
			must[*ops.Request](t)(d.Resolve(ctx, team, d.act(r)))
		}
		d.clock.set(t, "2026-03-04 09:00")
		open := d.open("one more")
		likely := func(at string) work.Likely {
			d.clock.set(t, at)
			page := must[ops.Page](t)(d.List(ctx, product, ops.Filter{Client: "org_acme", Open: true}))
			shown := must[ops.Shown](t)(d.Show(ctx, lead, open.Client, open.ID))
			if l := page.Lines[0].Foreseen; l == shown.Past.Foresee(page.Lines[0].Clock) {
				return l
			}
			t.Fatal("the list and the page foresee otherwise")
			return work.Likely{}
		}
		if got := likely("2026-03-04 09:30"); got != (work.Likely{Of: 6, Longer: 2}) || !got.Known() || got.Late() {
			t.Errorf("%+v", got)
		}
		if got := likely("2026-03-04 11:00"); got != (work.Likely{Of: 4, Longer: 2}) || got.Known() {
			t.Errorf("%+v", got)
		}
		// a specialist is not told how long others took
		must[*ops.Request](t)(d.Triage(ctx, lead, d.act(open), "org_spec"))
		page := must[ops.Page](t)(d.List(ctx, specialist, ops.Filter{}))
		if shown := must[ops.Shown](t)(d.Show(ctx, specialist, open.Client, open.ID)); len(page.Lines) != 1 || page.Lines[0].Foreseen != (work.Likely{}) || shown.Past != nil {
			t.Errorf("%+v", page.Lines)
		}
	})
}
