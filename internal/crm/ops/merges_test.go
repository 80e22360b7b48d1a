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

const mergeAudit = "canonical_vid,vid_to_merge,timestamp,user_id\np1,p2,2026-02-03 15:39:29,14401\n"

// The audit of merges holds whether it comes before the contacts, after the touches or in between.
func TestMergesHoldInWhateverOrderFilesCome(t *testing.T) {
	files := [][2]string{{"contacts.csv", contacts}, {"deals.csv", deals}, {"deal_contacts.csv", dealContacts}, {"touches.csv", touches}, {"merges.csv", mergeAudit}}
	orders := [][]int{{0, 1, 2, 3, 4}, {4, 0, 1, 2, 3}, {4, 3, 2, 1, 0}, {3, 2, 4, 1, 0}, {1, 4, 3, 0, 2}}
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		var want []crm.Record
		for i, order := range orders {
			r := newRoom(t, d, ctx)
			client := acme + string(rune('a'+i))
			for _, n := range order {
				in := ops.ImportInput{Client: client, Filename: files[n][0], Reader: strings.NewReader(files[n][1])}
				in.Stated.Zone = "UTC"
				if _, err := r.Import(ctx, owner, in); err != nil {
					t.Fatal(err)
				}
			}
			e := r.evidenceOf(client, 5)
			got := e.Records()
			if i == 0 {
				want = got
				if c := e.Contacts[0]; c.ID != "p1" || !slices.Equal(c.MergedIDs, []string{"p2", "p9"}) {
					t.Errorf("p1 is also known as %v", c.MergedIDs)
				}
				if len(e.Touches) != 4 || len(e.Merges) != 0 { // those of p2, merged into the contact of a won deal, too
					t.Errorf("%d touches", len(e.Touches))
				}
				continue
			}
			if !slices.EqualFunc(got, want, func(a, b crm.Record) bool { return a.Hash() == b.Hash() }) {
				t.Errorf("in the order %v the evidence differs:\n%v\nwant\n%v", order, got, want)
			}
		}
	})
}

func TestAMergeIsVersionedAndStatedInTheComparison(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		in := ops.ImportInput{Client: acme, Filename: "merges.csv", Reader: strings.NewReader(mergeAudit)}
		in.Stated.Zone = "UTC"
		if _, err := r.Import(ctx, owner, in); err != nil {
			t.Fatal(err)
		}
		// then the evidence before it is what it was, and after it the touches of p2 belong to p1
		if before, after := r.evidence(6), r.evidence(7); len(before.Contacts[0].MergedIDs) != 1 || len(after.Contacts[0].MergedIDs) != 2 {
			t.Errorf("%v, then %v", before.Contacts[0].MergedIDs, after.Contacts[0].MergedIDs)
		}
		memory := &ops.Memory{}
		r.remembered(memory, acme, 6)
		if e := r.remembered(memory, acme, 7); len(e.Contacts[0].MergedIDs) != 2 {
			t.Error("a merge alone is taken in by who remembers the contacts")
		}
		if got, want := lines(r.compare(ops.CompareInput{From: "6"})), []string{"new merge p2 deal d1"}; !slices.Equal(got, want) {
			t.Errorf("the comparison says %v", got)
		}
		// when the audit corrects itself, that is a change like any other
		r.take("merges.csv", "merged_id,into\np2,p3\n")
		if got, want := lines(r.compare(ops.CompareInput{From: "7"})), []string{"changed merge p2 into:p1>p3 at:2026-02-03T15:39:29Z> by:14401> deal d2"}; !slices.Equal(got, want) {
			t.Errorf("the comparison says %v", got)
		}
		if e := r.evidence(8); len(e.Contacts[0].MergedIDs) != 1 || len(e.Contacts[2].MergedIDs) != 1 {
			t.Errorf("%+v", e.Contacts)
		}
	})
}

func TestWhoChangedAFieldStandsBesideIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("deals.csv", deals)
		r.take("deals.csv", strings.ReplaceAll(deals, "12000.00", "13500.00"))
		r.take("edits.csv", "edit_id,of,record_id,field,at,by,before,after\nh1,deal,d1,amount,2026-03-01T10:00:00Z,Ann,12000.0,13500.0\n"+
			"h2,deal,d1,amount,2026-03-02T10:00:00Z,Bo,13500.0,99.00\nh3,deal,d1,amount,2026-03-28T15:04:05Z,Cy,99.00,13500.0\nh4,contact,d1,amount,2026-03-29T10:00:00Z,Di,1,13500.0\n")
		c := r.compare(ops.CompareInput{From: "1", To: "3", Filter: ops.CompareFilter{Kind: crm.KindDeal}})
		if e := c.Rows[0].Edits["amount"]; e.By != "Cy" || e.Before != "99.00" {
			t.Errorf("the last edit that left it so tells: %+v", e)
		}
		if c := r.compare(ops.CompareInput{From: "1", To: "2"}); len(c.Rows[0].Edits) != 0 {
			t.Error("as of import 2 the history was not known yet")
		}
	})
}
