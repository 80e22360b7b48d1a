package ui_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// engagement adds a client with an agreed contract from a day on.
func (k *desk) engagement(name, from string) {
	k.T.Helper()
	org := "org_" + strings.ToLower(strings.ReplaceAll(name, " ", "-"))
	err := k.DB.Write(k.Ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, 'client', ?, ?)", org, name, k.Clock())
		return err
	})
	if err != nil {
		k.T.Fatal(err)
	}
	source := strings.NewReplacer("Acme Robotics, Inc.", name, "effective: 2026-01-01", "effective: "+from, "start: 2026-01-01", "start: "+from).Replace(text)
	executive := feestest.Of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: org, OrgKind: access.Client})
	k.Agreed(executive, source)
}

// ended asks for the page of a run until it has come to its end.
func (b *browser) ended(path string) answer {
	b.t.Helper()
	for range 200 {
		a := b.get(path)
		if a.header.Get("Refresh") == "" {
			return a
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.t.Fatal("the month end does not end")
	return answer{}
}

// TestMonthEndOfAll is a month end through its pages, without JavaScript.
func TestMonthEndOfAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.engagement("Boreal <Freight>", "2026-02-01")
		k.MoveTo("2026-03-03")
		agency := k.as(owner)
		agency.get("/month-ends").says(t, 200, "No month end yet", "Run a month end")
		form := agency.get("/month-ends/new")
		if got := form.Find("input[name=month]").AttrOr("value", ""); got != "2026-02" {
			t.Errorf("the month before is not proposed, but %q", got)
		}
		agency.press(form, "/new", "month", "Feb", "purpose", "").says(t, 422, "Write the month as 2026-03.", "Choose whether")
		agency.press(form, "/new", "month", "2026-03", "purpose", "draft").says(t, 422, "March 2026 is not over")

		run := agency.press(form, "/new", "purpose", "draft")
		page := agency.ended(run.path)
		page.says(t, 200, "Month end of February 2026", "ended", "Exceptions 1", "Drafted 1", "Acme Robotics, Inc.", "There is no statement of January 2026.", "Run the month end of January 2026 first.", "Open the statements")
		agency.get(run.path+"?kind=drafted").says(t, 200, "Boreal <Freight>", "Revision 1", "14,000.00")
		if again := agency.press(form, "/new", "purpose", "draft"); again.path != run.path {
			t.Errorf("pressed twice it is another run: %s", again.path)
		}
		agency.get(run.path+"/progress").says(t, 200)
		if body := agency.get(run.path + "/progress").body; !strings.Contains(body, "See what came out") {
			t.Errorf("the progress of an ended run says %s", body)
		}
		agency.get("/month-ends").says(t, 200, "February 2026", "drafted only", "1 exception, 1 drafted", "Olga Owner")

		second := agency.press(agency.get("/month-ends/new"), "/new", "purpose", "submit")
		agency.ended(second.path).says(t, 200, "Submitted 1", "drafted and submitted")
		client := k.as(finance)
		for _, path := range []string{"/month-ends", "/month-ends/new", run.path, run.path + "/progress"} {
			if a := client.get(path); a.status != 403 || strings.Contains(a.body, "Boreal") {
				t.Errorf("the client's finance gets %s: %d", path, a.status)
			}
		}
	})
}

func TestAnInterruptedMonthEndIsShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-02-03")
		half, stop := context.WithCancel(ctx)
		agency := k.as(owner)
		path := ""
		_, err := k.MonthEnd(half, owner, ops.MonthEndInput{Month: cal.Month{Year: 2026, Month: 1}}, func(ops.MonthEndStep) {
			path = "/month-ends/" + must(k.MonthEnds(ctx, owner, 1))(t).Runs[0].ID
			running := agency.get(path)
			running.says(t, 200, "running", "0 of 1 engagement, now Acme Robotics, Inc.", "Nothing is done yet")
			if running.header.Get("Refresh") == "" {
				t.Error("the browser is not asked to look again")
			}
			stop()
		})
		if err == nil {
			t.Fatal("it was not interrupted")
		}
		stopped := agency.get(path)
		stopped.says(t, 200, "This month end was interrupted", "The program was stopped.", "Go on")
		agency.press(stopped, "/resume")
		agency.ended(path).says(t, 200, "ended")
	})
}
