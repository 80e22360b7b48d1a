package ops_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func touchIDs(e crm.Evidence) (ids []string) {
	for _, t := range e.Touches {
		ids = append(ids, t.ID)
	}
	return ids
}

func TestEvidenceIsWhatTheFilesSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		if n := r.latest(); n != 6 {
			t.Fatalf("latest is %d", n)
		}
		e := r.evidence(6)
		if len(e.Companies) != 2 || len(e.Contacts) != 3 || len(e.Deals) != 2 || len(e.DealContacts) != 2 || len(e.Payments) != 1 || e.AsOf != 6 {
			t.Fatalf("%+v", e)
		}
		// p1 with the merged p9, and p2 by the company of the won deal; p3 has no won deal
		if got := touchIDs(e); !slices.Equal(got, []string{"t1", "t2", "t3", "t5"}) {
			t.Fatalf("touches %v", got)
		}
		if d := e.Deals[0]; d.ID != "d1" || d.Amount.String() != "12000.00" || !d.Won {
			t.Fatalf("%+v", d)
		}
	})
}

func TestTheSameFileTwiceChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		was := r.hash(6)
		again := r.take("deals.csv", deals)
		if !again.Unchanging() || again.Tally.Unchanged != 2 || again.No != 7 || again.State != ops.Applied {
			t.Fatalf("%+v", again)
		}
		if got := r.hash(7); got != was {
			t.Fatal("the state changed")
		}
	})
}

func TestEachImportSeesItsOwnTime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		later := strings.Replace(deals, "12000.00", "9500.00", 1) + "d3,Orchard,c2,100.00,USD,2026-01-05T00:00:00Z,2026-02-01,won,true,true\n"
		check, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "deals.csv", Reader: strings.NewReader(later), DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		want := ops.KindTally{New: 1, Changed: 1, Unchanged: 1}
		if check.State != ops.Checked || check.Tally.Kinds[crm.KindDeal] != want || check.Tally.Fields["amount"] != 1 || r.latest() != 6 {
			t.Fatalf("%+v", check)
		}
		if s := check.Tally.Samples; len(s) != 1 || s[0].ID != "d1" || s[0].Fields[0] != (ops.FieldDelta{Field: "amount", Before: "12000.00", After: "9500.00"}) {
			t.Fatalf("%+v", s)
		}
		done, err := r.Apply(ctx, owner, acme, check.ID)
		if err != nil {
			t.Fatal(err)
		}
		if done.Tally.Kinds[crm.KindDeal] != want || done.No != 7 {
			t.Fatalf("%+v", done)
		}
		if got := r.evidence(6).Deals[0].Amount.String(); got != "12000.00" {
			t.Fatalf("as of 6: %s", got)
		}
		if e := r.evidence(7); e.Deals[0].Amount.String() != "9500.00" || len(e.Deals) != 3 {
			t.Fatalf("as of 7: %+v", e.Deals)
		}
	})
}

func TestATouchThatMovedCountsWhereItIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("touches.csv", strings.Replace(touches, "t3,p2", "t3,p3", 1))
		if got := touchIDs(r.evidence(7)); !slices.Equal(got, []string{"t1", "t2", "t5"}) {
			t.Fatalf("as of 7: %v", got)
		}
		if got := touchIDs(r.evidence(6)); !slices.Equal(got, []string{"t1", "t2", "t3", "t5"}) {
			t.Fatalf("as of 6: %v", got)
		}
	})
}
