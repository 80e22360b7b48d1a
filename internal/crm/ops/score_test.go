package ops_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Given imports of three months, in which close dates are pushed, deals come to another stage and a source is changed, the standing of each tells what was
// known then, and the trend has one mark a month.
func TestTheStandingOfTheEvidenceOverImports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		if got, err := r.Standing(ctx, owner, acme, 0, time.UTC); err != nil || got.AsOf != 0 || len(got.Trend) != 0 {
			t.Fatalf("of nothing: %+v, %v", got, err)
		}
		deals := func(closes, stage, source string) string {
			var b strings.Builder
			b.WriteString("deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,source,owner\n")
			for i := range 20 {
				fmt.Fprintf(&b, "d%d,Deal %d,co1,100.00,USD,2026-03-25,%s,%s,false,false,%s,Ana\n", i, i, closes, stage, source)
			}
			return b.String()
		}
		r.take("deals.csv", deals("2026-05-10", "new", "Webinar"))
		r.take("contacts.csv", "contact_id,company_id,email,name\nc1,co1,a@x.example,Ann\n")
		r.take("deal_contacts.csv", "deal_id,contact_id\nd0,c1\nd1,c1\n")
		r.take("touches.csv", "touch_id,contact_id,at,channel\nt1,c1,2026-03-30T10:00:00Z,webinar\n") // import 4, of 1 April
		r.clock.wait(31 * 24 * time.Hour)
		r.take("deals.csv", deals("2026-06-10", "new", "Webinar"))
		r.clock.wait(31 * 24 * time.Hour)
		r.take("deals.csv", deals("2026-07-10", "offer", "Fair"))

		now, err := r.Standing(ctx, owner, acme, 0, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		shares := func(checks []crm.Check) string {
			var out []string
			for _, c := range checks {
				out = append(out, fmt.Sprintf("%s %d/%d", c.Code, c.Met, c.Of))
			}
			return strings.Join(out, ", ")
		}
		if got := shares(now.Score.Checks); now.AsOf != 6 || got != "complete 83/83, fresh 0/20, close-date 0/20, unique 21/21, linked 2/20, stage-history 20/20" {
			t.Errorf("as of import %d: %s", now.AsOf, got)
		}
		if got := now.Score.Checks[2].Failing[0].Why; got != "the close date was pushed 2 times" {
			t.Errorf("the first close date: %s", got)
		}
		var trend []string
		for _, m := range now.Trend {
			trend = append(trend, fmt.Sprintf("%d %s %s %t", m.No, m.On, m.Points, m.Known))
		}
		// 4: 25 + 2/20 of 20 + 15 + 15 + 2/20 of 15 + 10; 5: without fresh; 6: without close dates
		if got := strings.Join(trend, ", "); got != "4 2026-04-01 68.5 true, 5 2026-05-02 66.5 true, 6 2026-06-02 51.5 true" {
			t.Errorf("the trend is %s", got)
		}
		then, err := r.Standing(ctx, owner, acme, 4, time.UTC)
		if err != nil || then.AsOf != 4 || then.Latest != 6 || shares(then.Score.Checks) != "complete 83/83, fresh 2/20, close-date 20/20, unique 21/21, linked 2/20, stage-history 20/20" || len(then.Trend) != 1 {
			t.Errorf("as of import 4: %+v, %v", then, err)
		}
		if _, err := r.Standing(ctx, owner, acme, 7, time.UTC); !fault.Is(err, fault.NotFound) {
			t.Errorf("of an import that is not there: %v", err)
		}
		if _, err := r.Standing(ctx, access.Actor{}, acme, 0, time.UTC); err == nil {
			t.Error("nobody may see it")
		}
	})
}
