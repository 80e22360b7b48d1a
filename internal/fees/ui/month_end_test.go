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
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
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
func ended(t *testing.T, b *webtest.Browser, path string) webtest.Answer {
	t.Helper()
	for range 200 {
		a := b.Get(path)
		if a.Header.Get("Refresh") == "" {
			return a
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the month end does not end")
	return webtest.Answer{}
}

// TestMonthEndOfAll is a month end through its pages, without JavaScript.
func TestMonthEndOfAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.engagement("Boreal <Freight>", "2026-02-01")
		k.MoveTo("2026-03-03")
		agency := k.as(owner)
		agency.Get("/month-ends").Says(t, 200, "No month end yet", "Run a month end")
		form := agency.Get("/month-ends/new")
		if got := form.Find("input[name=month]").AttrOr("value", ""); got != "2026-02" {
			t.Errorf("the month before is not proposed, but %q", got)
		}
		agency.Press(form, "/new", "month", "Feb", "purpose", "").Says(t, 422, "Write the month as 2026-03.", "Choose whether")
		agency.Press(form, "/new", "month", "2026-03", "purpose", "draft").Says(t, 422, "March 2026 is not over")

		run := agency.Press(form, "/new", "purpose", "draft")
		page := ended(t, agency, run.Path)
		page.Says(t, 200, "Month end of February 2026", "ended", "Exceptions 1", "Drafted 1", "Acme Robotics, Inc.", "There is no statement of January 2026.", "Run the month end of January 2026 first.", "Open the statements")
		agency.Get(run.Path+"?kind=drafted").Says(t, 200, "Boreal <Freight>", "Revision 1", "14,000.00")
		if again := agency.Press(form, "/new", "purpose", "draft"); again.Path != run.Path {
			t.Errorf("pressed twice it is another run: %s", again.Path)
		}
		agency.Get(run.Path+"/progress").Says(t, 200)
		if body := agency.Get(run.Path + "/progress").Body; !strings.Contains(body, "See what came out") {
			t.Errorf("the progress of an ended run says %s", body)
		}
		agency.Get("/month-ends").Says(t, 200, "February 2026", "drafted only", "1 exception, 1 drafted", "Olga Owner")

		second := agency.Press(agency.Get("/month-ends/new"), "/new", "purpose", "submit")
		ended(t, agency, second.Path).Says(t, 200, "Submitted 1", "drafted and submitted")
		client := k.as(finance)
		for _, path := range []string{"/month-ends", "/month-ends/new", run.Path, run.Path + "/progress"} {
			if a := client.Get(path); a.Status != 403 || strings.Contains(a.Body, "Boreal") {
				t.Errorf("the client's finance gets %s: %d", path, a.Status)
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
			running := agency.Get(path)
			running.Says(t, 200, "running", "0 of 1 engagement, now Acme Robotics, Inc.", "Nothing is done yet")
			if running.Header.Get("Refresh") == "" {
				t.Error("the browser is not asked to look again")
			}
			stop()
		})
		if err == nil {
			t.Fatal("it was not interrupted")
		}
		stopped := agency.Get(path)
		stopped.Says(t, 200, "This month end was interrupted", "The program was stopped.", "Go on")
		agency.Press(stopped, "/resume")
		ended(t, agency, path).Says(t, 200, "ended")
	})
}
