package ops_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// deskWithSaleTwice has a sale of 100,000.00 that stands twice in the CRM, each with a touch that earns.
func deskWithSaleTwice(t *testing.T, d *db.DB, ctx context.Context) *desk {
	k := &desk{feestest.New(t, d, ctx, text).WithRows()}
	k.fillSaleTwice()
	return k
}

func (k *desk) fillSaleTwice() {
	k.MoveTo("2026-03-02")
	k.File("deals.csv", "deal_id,name,amount,currency,created_at,closed_on,stage,is_won,is_closed\n"+
		"A,Line 2,100000.00,USD,2026-01-05T10:00:00Z,2026-02-10,won,true,true\nB,Line 2,100000.00,USD,2026-01-05T10:00:00Z,2026-02-10,won,true,true\n")
	k.File("contacts.csv", "contact_id,name\np1,Ann\np2,Bo\n")
	k.File("deal_contacts.csv", "deal_id,contact_id\nA,p1\nB,p2\n")
	k.File("touches.csv", "touch_id,contact_id,at,channel\nt1,p1,2026-01-06T10:00:00Z,webinar\nt2,p2,2026-01-07T10:00:00Z,webinar\n")
}

func (k *desk) same(t *testing.T, undo bool) {
	t.Helper()
	must(k.Rows.SaySame(k.Ctx, feestest.Owner, crmops.SameInput{Client: "org_acme", Of: crm.KindDeal, IDs: []string{"B"}, Into: "A", Reason: "typed in twice", Undo: undo}))(t)
}

func verified(t *testing.T, k *desk, st ops.Statement) {
	t.Helper()
	zip := zipOf(t, k, st.ID)
	if report, err := pack.Verify(k.Ctx, bytes.NewReader(zip), int64(len(zip)), st.Hash); err != nil || !report.OK() {
		t.Errorf("%v, %+v", err, report)
	}
}

func corrections(st ops.Statement) (out []fees.Line) {
	for _, l := range st.Document.Statement.Lines {
		if l.Corrects() {
			out = append(out, l)
		}
	}
	return out
}

// A statement that charged a sale twice is locked. Then it is stated that both deals are one: the next statement takes one of them back and says why, and once it is taken back the one
// after it charges it again, with what was corrected.
func TestASaleThatWasPaidTwiceIsTakenBackOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := deskWithSaleTwice(t, d, ctx)
		february := k.Locked("2026-02")
		wantAmount(t, "February", february.Total, "20000.00") // the retainer and 3 % of both
		k.same(t, false)
		diff := must(k.Difference(ctx, finance, february.ID))(t)
		wantAmount(t, "left", diff.Left(), "-3000.00")
		if len(diff.Facts) != 2 || diff.Facts[0].ID != "B" || diff.Facts[0].Kind != crm.KindDealMerge || diff.Facts[0].Import != 5 || diff.Facts[1].Kind != crm.KindDealContact {
			t.Errorf("%+v", diff.Facts)
		}
		k.MoveTo("2026-04-02")
		march := k.Locked("2026-03")
		wantAmount(t, "March", march.Total, "11000.00")
		lines := corrections(march)
		if len(lines) != 1 || lines[0].Deal != "B" || lines[0].Amount.String() != "-3000.00" {
			t.Fatalf("%+v", lines)
		}
		if why := strings.Join(lines[0].Basis.Notes, "\n"); !strings.Contains(why, "Since then, import 5: it was stated that deals B and A are one sale, of which A remains ("+feestest.Owner.Name+": typed in twice).") {
			t.Errorf("the line says %q", why)
		}
		verified(t, k, march)
		if diff := must(k.Difference(ctx, finance, february.ID))(t); !diff.Left().IsZero() {
			t.Errorf("left %s", diff.Left())
		}
		k.same(t, true)
		k.MoveTo("2026-05-02")
		april := k.Locked("2026-04")
		wantAmount(t, "April", april.Total, "17000.00")
		lines = corrections(april)
		if len(lines) != 1 || lines[0].Deal != "B" || lines[0].Amount.String() != "3000.00" {
			t.Fatalf("%+v", lines)
		}
		verified(t, k, april)
		if st := must(k.Statement(ctx, finance, february.ID))(t); st.Total != february.Total || st.Hash != february.Hash {
			t.Error("the locked statement stays as it is")
		}
	})
}

// Where the clawback is over nothing is taken back, and what was charged for the payments of the merged deal is not charged again at the one that remains.
func TestASaleThatWasPaidTwiceStaysSoWhereTheClawbackIsOver(t *testing.T) {
	for revenue, lines := range map[string]int{"closed": 0, "collected": 2} { // the payment at A, and that it was charged at B
		t.Run(revenue, func(t *testing.T) {
			d, ctx := dbtest.SQLite(t)
			late := feestest.Rewritten(text, "clawback: unlimited", "clawback: 30 days", "revenue: closed", "revenue: "+revenue)
			k := &desk{feestest.New(t, d, ctx, late).WithRows()}
			k.fillSaleTwice()
			k.File("payments.csv", "payment_id,deal_id,paid_on,amount,currency,kind\ny1,A,2026-02-12,100000.00,USD,payment\ny2,B,2026-02-13,100000.00,USD,payment\n")
			wantAmount(t, "February", k.Locked("2026-02").Total, "20000.00")
			for _, month := range []string{"2026-03", "2026-04"} {
				k.MoveTo(cal.MustDate(month + "-01").AddDays(33).String())
				wantAmount(t, month, k.Locked(month).Total, "14000.00")
			}
			k.same(t, false)
			for _, month := range []string{"2026-05", "2026-06"} {
				k.MoveTo(cal.MustDate(month + "-01").AddDays(33).String())
				st := k.Locked(month)
				wantAmount(t, month, st.Total, "14000.00")
				verified(t, k, st)
				if got := corrections(st); len(got) != lines {
					t.Errorf("%s: %+v", month, got)
				}
				lines = 0
			}
		})
	}
}

// Stated before the draft, the sale is charged once, by the touches of everybody who had to do with it.
func TestASaleThatStandsTwiceIsChargedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := deskWithSaleTwice(t, d, ctx)
		k.same(t, false)
		february := k.Locked("2026-02")
		wantAmount(t, "February", february.Total, "17000.00")
		touched := 0
		for _, l := range february.Document.Statement.Lines {
			touched += len(l.Basis.Touches)
		}
		if touched != 2 {
			t.Errorf("%d touches make the path", touched)
		}
		verified(t, k, february)
	})
}

// warned are the warnings about merges of deals on a statement.
func warned(st ops.Statement) (out []string) {
	for _, i := range st.Document.Issues {
		if i.Code == crm.MergeWithoutEnd || i.Code == crm.WonMergedIntoNotWon {
			out = append(out, i.Text)
		}
	}
	return out
}

const saleHead = "deal_id,name,amount,currency,created_at,closed_on,is_won,is_closed,deleted\n"

// The month is locked on two deals that were stated to be one, and then the CRM is cleaned and keeps the other one: the next statement charges that one in its place, and says so.
func TestASaleOutlivesTheDealThatItWasStatedToBe(t *testing.T) {
	for _, revenue := range []string{"closed", "collected"} {
		t.Run(revenue, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				k := &desk{feestest.New(t, d, ctx, feestest.Rewritten(text, "revenue: closed", "revenue: "+revenue)).WithRows()}
				k.fillSaleTwice()
				k.File("payments.csv", "payment_id,deal_id,paid_on,amount,currency,kind\ny2,B,2026-02-13,100000.00,USD,payment\n")
				k.same(t, false)
				february := k.Locked("2026-02")
				wantAmount(t, "February", february.Total, "17000.00")
				if got := warned(february); got != nil {
					t.Errorf("%q", got)
				}
				k.File("deals.csv", saleHead+"A,Line 2,100000.00,USD,2026-01-05T10:00:00Z,2026-02-10,true,true,true\n")
				if diff := must(k.Difference(ctx, finance, february.ID))(t); !diff.Left().IsZero() {
					t.Errorf("left %s", diff.Left())
				}
				k.MoveTo("2026-04-02")
				march := k.Locked("2026-03")
				wantAmount(t, "March", march.Total, "14000.00")
				if got := warned(march); len(got) != 1 || got[0] != "Deal Line 2 (B) was stated to be one sale with A, which the CRM has deleted: B counts by itself." {
					t.Errorf("%q", got)
				}
				if diff := must(k.Difference(ctx, finance, february.ID))(t); len(diff.Facts) == 0 {
					t.Error("the difference tells nothing")
				}
				for _, l := range corrections(march) {
					if why := strings.Join(l.Basis.Notes, "\n"); l.Deal == "B" && !strings.Contains(why, "deal A, with which B was stated to be one sale, was deleted.") {
						t.Errorf("the line of B says %q", why)
					}
					if l.Text != "Line 2, correction of February 2026" {
						t.Errorf("the line of %s is %q", l.Deal, l.Text)
					}
				}
				verified(t, k, march)
			})
		})
	}
}

// The deal that remains is lost, or open again: its outcome stands, and the statement names both.
func TestAWonSaleThatIsOneWithALostOneIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := deskWithSaleTwice(t, d, ctx)
		k.same(t, false)
		k.File("deals.csv", saleHead+"A,Line 2,100000.00,USD,2026-01-05T10:00:00Z,2026-02-10,false,true,\n")
		february := k.Locked("2026-02")
		wantAmount(t, "February", february.Total, "14000.00")
		if got := warned(february); len(got) != 1 || !strings.HasPrefix(got[0], "Won deal Line 2 (B) was stated to be one sale with Line 2 (A), which is lost") {
			t.Errorf("%q", got)
		}
		verified(t, k, february)
		k.MoveTo("2026-04-02")
		if got := warned(k.Locked("2026-03")); got != nil {
			t.Errorf("it is told again: %q", got)
		}
	})
}

// A file says who stated it; whoever imported it is told first.
func TestALineNamesWhoImportedAMerge(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := deskWithSaleTwice(t, d, ctx)
	k.Locked("2026-02")
	k.File("deal_merges.csv", "merged_deal_id,into_deal_id,by,reason\nB,A,Sample Owner,typed in twice\n")
	k.MoveTo("2026-04-02")
	lines := corrections(k.Locked("2026-03"))
	if len(lines) != 1 || !strings.Contains(strings.Join(lines[0].Basis.Notes, "\n"), "; the file says: Sample Owner: typed in twice).") || !strings.Contains(strings.Join(lines[0].Basis.Notes, "\n"), "(imported by ") {
		t.Errorf("%+v", lines)
	}
}
