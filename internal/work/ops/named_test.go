package ops_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestARequestIsNamedToThoseWhoSeeIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		d := newDesk(t, data, ctx)
		r := d.open("a page")
		for _, c := range []struct {
			who          access.Actor
			client, text string
			want         string
		}{{lead, r.Client, "R-1", "R-1"}, {lead, r.Client, "1", "R-1"}, {lead, r.Client, " r-1 ", "R-1"}, {lead, r.Client, r.ID, "R-1"}, {lead, r.Client, "R-999", ""}, {lead, r.Client, "nonsense", ""},
			{owner, "org_other", "R-1", ""}, {specialist, r.Client, "R-1", ""}, {stranger, r.Client, "R-1", ""}} {
			var got string
			err := data.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
				got, err = d.RequestNamed(ctx, tx, c.who, c.client, c.text)
				return err
			})
			if err != nil || got != c.want {
				t.Errorf("%s, %s, %q: %q, %v", c.who.Name, c.client, c.text, got, err)
			}
		}
	})
}
