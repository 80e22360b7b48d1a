package ops_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const (
	saleTwice = "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\n" +
		"d1,Line 2,c1,100.00,USD,2025-12-01T00:00:00Z,2026-03-14,won,true,true\nd2,Line 2,c1,100.00,USD,2025-12-01T00:00:00Z,2026-03-14,won,true,true\nd3,Other,c1,7.00,USD,2025-12-01T00:00:00Z,2026-03-15,won,true,true\n"
	saleTouches  = "touch_id,contact_id,at,channel\nt1,p1,2026-01-06T10:00:00Z,webinar\nt2,p2,2026-01-07T10:00:00Z,call\n"
	saleContacts = "deal_id,contact_id,role\nd1,p1,buyer\nd2,p1,user\nd2,p2,user\n"
)

func (r *room) takeSale() {
	r.take("deals.csv", saleTwice)
	r.take("contacts.csv", "contact_id,company_id,email,name\np1,,ann@boreal.example,Ann\np2,,bo@boreal.example,Bo\n")
	r.take("deal_contacts.csv", saleContacts)
	r.take("touches.csv", saleTouches)
	r.take("payments.csv", "payment_id,deal_id,paid_on,amount,currency,kind\ny1,d1,2026-03-20,60.00,USD,payment\ny2,d2,2026-03-21,40.00,USD,payment\n")
	r.take("carve_outs.csv", "list,deal_id\nhouse,d2\n")
}

// From the statement on a sale that stands twice counts once, whatever the CRM exports after it; before it, and once it is taken back, all is as the CRM says.
func TestDealsAreSaidToBeOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeSale()
		memory := new(ops.Memory)
		at := func(n int64) (e crm.Evidence) {
			t.Helper()
			err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
				e, err = memory.EvidenceAt(ctx, tx, acme, n)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		apart := func(n int64) {
			t.Helper()
			if e := at(n); e.Deals[1].Deleted || len(e.DealContacts) != 3 || e.Payments[1].DealID != "d2" || e.CarveOuts[0].DealID != "d2" {
				t.Errorf("as of %d: %+v", n, e)
			}
		}
		one := func(n int64) {
			t.Helper()
			e := at(n)
			people := []crm.DealContact{{DealID: "d1", ContactID: "p1", Role: "buyer"}, {DealID: "d1", ContactID: "p2", Role: "user"}}
			if e.Deals[0].Deleted || !e.Deals[1].Deleted || !slices.Equal(e.DealContacts, people) || e.Payments[1].DealID != "d1" || e.CarveOuts[0].DealID != "d1" || len(e.Touches) != 2 || len(e.DealMerges) != 0 {
				t.Errorf("as of %d: %+v", n, e)
			}
			err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
				e, err := ops.DealEvidence(ctx, tx, acme, "d1", n)
				if len(e.DealContacts) != 2 || len(e.Payments) != 2 || len(e.Contacts) != 2 || len(e.Touches) != 2 {
					t.Errorf("of d1 as of %d: %+v", n, e)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		before := r.latest()
		apart(before)
		if found, err := r.Duplicates(ctx, owner, ops.DuplicatesInput{Client: acme, Of: crm.KindDeal}); err != nil || found.Total != 1 || found.Groups[0].Won != 2 {
			t.Fatalf("%+v, %v", found, err)
		}

		in := ops.SameInput{Client: acme, Of: crm.KindDeal, IDs: []string{"d1", "d2"}, Into: "d1", Reason: "typed in twice"}
		no, err := r.SaySame(ctx, owner, in)
		if err != nil || no != before+1 {
			t.Fatalf("import %d, %v", no, err)
		}
		one(no)
		apart(before)
		// it is said once, is seen with who said it and why, and nothing looks alike any more
		if again, err := r.SaySame(ctx, owner, in); err != nil || again != 0 {
			t.Errorf("again it is import %d, %v", again, err)
		}
		if found, err := r.Duplicates(ctx, owner, ops.DuplicatesInput{Client: acme, Of: crm.KindDeal}); err != nil || found.Total != 0 {
			t.Errorf("%+v, %v", found, err)
		}
		stated, err := r.StatedIdentities(ctx, owner, acme)
		if err != nil || len(stated) != 1 || !stated[0].Same || stated[0].Of != crm.KindDeal || stated[0].IDs != [2]string{"d2", "d1"} || stated[0].Why != owner.Name+": typed in twice" || stated[0].No != no {
			t.Errorf("%+v, %v", stated, err)
		}
		list, err := r.DealsAt(ctx, owner, acme, 0, ops.DealFilter{}, ops.DealSort{}, 0, 0)
		if err != nil || list.Total != 2 || list.Sums[0].String() != "107.00" {
			t.Errorf("%+v, %v", list, err)
		}
		c, err := r.Compare(ctx, owner, ops.CompareInput{Client: acme, From: fmt.Sprint(before), To: fmt.Sprint(no)})
		if err != nil || len(c.Revenue) != 1 || c.Revenue[0].Left.String() != "100.00" || !c.Revenue[0].Came.IsZero() || c.Deals != 2 {
			t.Errorf("%+v, %v", c, err)
		}
		// the CRM goes on as before, and changes the merged deal
		r.take("deals.csv", strings.Replace(saleTwice, "d2,Line 2,c1,100.00", "d2,Line 2,c1,150.00", 1))
		r.take("touches.csv", saleTouches+"t3,p2,2026-01-08T10:00:00Z,event\n")
		if e := at(r.latest()); !e.Deals[1].Deleted || len(e.Touches) != 3 {
			t.Errorf("%+v", e)
		}
		if c, err = r.Compare(ctx, owner, ops.CompareInput{Client: acme, From: fmt.Sprint(no), To: fmt.Sprint(r.latest())}); err != nil || len(c.Revenue) != 0 {
			t.Errorf("%+v, %v", c.Revenue, err)
		}
		// and it is taken back
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindDeal, IDs: []string{"d2"}, Undo: true}); err != nil {
			t.Fatal(err)
		}
		apart(r.latest())
		if c, err = r.Compare(ctx, owner, ops.CompareInput{Client: acme, From: fmt.Sprint(no), To: fmt.Sprint(r.latest())}); err != nil || c.Revenue[0].Came.String() != "150.00" {
			t.Errorf("%+v, %v", c.Revenue, err)
		}
		if stated, err = r.StatedIdentities(ctx, owner, acme); err != nil || len(stated) != 0 {
			t.Errorf("%+v, %v", stated, err)
		}
	})
}

// A file says the same as the page, also in a chain.
func TestAFileSaysWhichDealsAreOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeSale()
		r.take("deal_merges.csv", "merged_deal_id,into_deal_id,by,reason\nd2,d3,Ann,two CRMs\nd3,d1,Ann,two CRMs\n")
		e := r.evidenceOf(acme, r.latest())
		if e.Deals[0].Deleted || !e.Deals[1].Deleted || !e.Deals[2].Deleted || e.Payments[1].DealID != "d1" {
			t.Errorf("%+v", e)
		}
	})
}

func TestWhatCannotBeSaidOfDeals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeSale()
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindDeal, IDs: []string{"d2"}, Into: "d1", Reason: "twice"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			in       ops.SameInput
			want, at string
		}{
			{ops.SameInput{IDs: []string{"d3"}, Into: "d1"}, "required", "reason"},
			{ops.SameInput{IDs: []string{"d1"}, Into: "d2", Reason: "a circle"}, "merged", "into"},
			{ops.SameInput{IDs: []string{"d3"}, Into: "d2", Reason: "a chain"}, "merged", "into"},
			{ops.SameInput{IDs: []string{"d1"}, Into: "d3", Reason: "a chain"}, "chained", "ids"},
			{ops.SameInput{IDs: []string{"d3"}, Into: "d7", Reason: "nobody"}, "deal", "ids"},
		} {
			c.in.Client, c.in.Of = acme, crm.KindDeal
			if _, err := r.SaySame(ctx, owner, c.in); fault.Code(err) != c.want || fault.All(err)[0].Field != c.at {
				t.Errorf("%+v: %v", c.in, err)
			}
		}
		// both move together: nothing is chained then
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindDeal, IDs: []string{"d1", "d2"}, Into: "d3", Reason: "thrice"}); err != nil {
			t.Error(err)
		}
	})
}

// Deals were stated to be one, and the CRM keeps the other one: the sale counts as before the statement, with its payments and contacts, and it is said.
func TestADealWhoseOtherOneIsGoneCountsByItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeSale()
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindDeal, IDs: []string{"d2"}, Into: "d1", Reason: "typed in twice"}); err != nil {
			t.Fatal(err)
		}
		memory := new(ops.Memory)
		at := func() (e crm.Evidence) {
			t.Helper()
			err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
				e, err = memory.EvidenceAt(ctx, tx, acme, r.latest())
				return err
			})
			if plain := r.evidenceOf(acme, r.latest()); err != nil || !reflect.DeepEqual(plain, e) {
				t.Fatalf("%+v, %+v, %v", plain, e, err)
			}
			return e
		}
		if e := at(); !e.Deals[1].Deleted || len(e.DealMerges) != 0 {
			t.Fatalf("%+v", e)
		}
		before := r.latest()
		for _, c := range []struct{ row, code string }{
			{"d1,Line 2,c1,100.00,USD,2025-12-01T00:00:00Z,2026-03-14,won,true,true,true", crm.MergeWithoutEnd},
			{"d1,Line 2,c1,100.00,USD,2025-12-01T00:00:00Z,2026-03-14,lost,false,true,", crm.WonMergedIntoNotWon},
		} {
			r.take("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,deleted\n"+c.row+"\n")
			e, alone := at(), c.code == crm.MergeWithoutEnd
			if of := map[bool]string{true: "d2", false: "d1"}[alone]; e.Deals[1].Deleted == alone || e.Payments[1].DealID != of || e.CarveOuts[0].DealID != of {
				t.Errorf("%s: %+v", c.code, e)
			}
			issues, err := r.Hygiene(ctx, owner, acme, 0, time.UTC, nil)
			if err != nil || !slices.ContainsFunc(issues, func(i crm.Issue) bool { return i.Code == c.code && slices.Equal(i.IDs, []string{"d2"}) }) {
				t.Errorf("%s: %+v, %v", c.code, issues, err)
			}
			if _, err := r.DealAt(ctx, owner, acme, "d2", 0); (err == nil) != alone {
				t.Errorf("the page of d2: %v", err)
			}
			cmp, err := r.Compare(ctx, owner, ops.CompareInput{Client: acme, From: fmt.Sprint(before), To: fmt.Sprint(r.latest())})
			if err != nil || len(cmp.Revenue) != 1 || cmp.Revenue[0].Left.String() != "100.00" || cmp.Revenue[0].Came.IsZero() == alone {
				t.Errorf("%s: %+v, %v", c.code, cmp.Revenue, err)
			}
		}
	})
}

// What a file says of deals that nobody knows, or without a reason, is taken and doubted.
func TestAFileOfMergesIsDoubted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeSale()
		i := r.take("deal_merges.csv", "merged_deal_id,into_deal_id,by,reason\nd2,zz,Sample Owner,twice\nd3,d1,,\n")
		if i.Tally.Rejected != 0 || i.Tally.New != 2 || i.Tally.Problems["merge-of-unknown-deal"].Count != 1 || i.Tally.Problems["merge-without-reason"].Count != 1 {
			t.Errorf("%+v", i.Tally)
		}
		var told []string
		err := r.Rejects(ctx, owner, acme, i.ID, func(x ops.Reject) error {
			told = append(told, fmt.Sprintf("%d %s %v", x.Line, x.Code, x.Lost))
			return nil
		})
		if err != nil || !slices.Equal(told, []string{"3 merge-without-reason false", "2 merge-of-unknown-deal false"}) {
			t.Errorf("%q, %v", told, err)
		}
		if e := r.evidenceOf(acme, r.latest()); e.Deals[1].Deleted || !e.Deals[2].Deleted || e.Payments[1].DealID != "d2" {
			t.Errorf("%+v", e)
		}
		stated, err := r.StatedIdentities(ctx, owner, acme)
		if err != nil || len(stated) != 2 || stated[0].Why != "imported by "+owner.Name+"; the file says: Sample Owner: twice" || stated[1].Why != owner.Name {
			t.Errorf("%+v, %v", stated, err)
		}
	})
}

// Where addresses are hashed, the record of changes holds none of a reason either.
func TestTheReasonOfAMergeIsHashedInTheJournal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeSale()
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindDeal, IDs: []string{"d2"}, Into: "d1", Reason: "ann.howe@boreal.example says so"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindContact, IDs: []string{"p2"}, Into: "p1"}); err != nil {
			t.Fatal(err)
		}
		var words []string
		err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewRaw("SELECT words FROM journal_entry WHERE words LIKE ? ORDER BY words", "stated that%").Scan(ctx, &words)
		})
		if err != nil || len(words) != 2 || strings.Contains(strings.Join(words, "\n"), "ann.howe") || !strings.Contains(words[1], " says so") {
			t.Errorf("%q, %v", words, err)
		}
	})
}

func TestNothingIsTakenBackThatNobodyStated(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	r := newRoom(t, d, ctx)
	r.takeSale()
	if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindDeal, IDs: []string{"d2"}, Undo: true}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	if _, err := r.SayDifferent(ctx, owner, ops.DifferentInput{Client: acme, Of: crm.KindDeal, IDs: []string{"d1", "d2"}, Undo: true}); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
}
