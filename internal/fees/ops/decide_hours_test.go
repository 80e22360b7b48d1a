package ops_test

import (
	"context"
	"slices"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Hours above those included are approved ahead or afterwards, and more of them later: the statement charges what is approved.
func TestHoursThatAPersonApprovesAreCharged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := &desk{feestest.New(t, d, ctx, feestest.HoursText).WithRows()}
		k.MoveTo("2026-03-06")
		ahead := k.approvals(finance).Waiting
		if len(ahead) != 1 || ahead[0].Unapproved() || ahead[0].ID != "overage-approved|2026-03-01|2026-03-31" || ahead[0].Seen != 0 {
			t.Fatalf("got %+v", ahead)
		}
		in := ops.DecideInput{Client: acme, Kind: crm.KindMetricReading, Row: ahead[0].ID, Act: crm.ActApprove, Hours: "many"}
		_, err := k.Decide(ctx, finance, in)
		wantFault(t, err, fault.Invalid, "hours")
		in.Hours = "2.5"
		for _, who := range []access.Actor{owner, lead, sales} {
			_, err := k.Decide(ctx, who, in)
			wantFault(t, err, fault.Forbidden, "not-allowed")
		}
		first := k.decide(finance, in)
		if again := k.decide(finance, in); again.No != first.No {
			t.Errorf("approved twice: %+v", again)
		}
		k.File("time_entries.csv", "entry_id,worked_on,person,role,minutes,clause\nE1,2026-03-02,Ana,designer,1200,\nE2,2026-03-03,Ana,designer,240,\n")
		if w := k.approvals(boss).Waiting; len(w) != 1 || !w[0].Unapproved() || w[0].Worth.String() != "262.50" || w[0].Seen != 1 {
			t.Errorf("got %+v", w)
		}
		in.Hours, in.Seen = "4", 1
		k.decide(boss, in)
		_, err = k.Decide(ctx, finance, in)
		wantFault(t, err, fault.Conflict, "decision-moved", "Emil Executive approved hours")
		k.MoveTo("2026-04-02")
		var got []string
		for _, l := range k.Drafted("2026-03").Statement.Document.Statement.Lines {
			if l.Kind == fees.KindOverage {
				got = append(got, l.Amount.String())
			}
		}
		if !slices.Equal(got, []string{"700.00"}) {
			t.Errorf("got %q, want 4 x 175.00", got)
		}
	})
}

// After 3 of 5 hours are approved the client says that it approves no more: the other 2 wait no longer, until more hours are worked.
func TestApprovingExactlyWhatStandsClosesTheRest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := &desk{feestest.New(t, d, ctx, feestest.HoursText).WithRows()}
		k.MoveTo("2026-03-06")
		const entries = "entry_id,worked_on,person,role,minutes,clause\nE1,2026-03-02,Ana,designer,1200,\nE2,2026-03-03,Ana,designer,300,\n"
		k.File("time_entries.csv", entries)
		w := k.approvals(finance).Waiting[0]
		in := ops.DecideInput{Client: acme, Kind: crm.KindMetricReading, Row: w.ID, Act: crm.ActApprove, Hours: "3"}
		first := k.decide(finance, in)
		if w = k.approvals(finance).Waiting[0]; !w.Unapproved() || w.Closing() != "3" || w.Worth.String() != "350.00" {
			t.Fatalf("got %+v", w.Waiting)
		}
		in.Seen = first.No
		closed := k.decide(finance, in)
		k.wantRecord("Finn Finance", "approved no more than 3 hours above those included in March 2026, as import 3")
		if again := k.decide(finance, in); again.No != closed.No {
			t.Errorf("closed twice: %+v", again)
		}
		if w = k.approvals(finance).Waiting[0]; w.Unapproved() || !w.Closed || w.Worth.Minor != 0 {
			t.Errorf("it waits still: %+v", w.Waiting)
		}
		if left := must(k.WaitingApprovals(ctx, finance, acme))(t); len(left) != 0 {
			t.Errorf("got %+v", left)
		}
		k.MoveTo("2026-04-02")
		for _, w := range k.approvals(finance).Waiting {
			if w.ID == in.Row {
				t.Errorf("the closed hours of March wait in April: %+v", w.Waiting)
			}
		}
		k.File("time_entries.csv", entries+"E3,2026-03-30,Ana,designer,60,\n")
		if w = k.approvals(finance).Waiting[0]; w.ID != in.Row || !w.Unapproved() || w.Worked != 360 {
			t.Errorf("an hour more does not wait: %+v", w.Waiting)
		}
	})
}
