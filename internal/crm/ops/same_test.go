package ops_test

import (
	"context"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const (
	doubledFirms  = "company_id,name,domain\nc1,Boreal Freight,boreal.example\nc2,Boreal Freigth,boreal.test\nc3,Kestrel Foods,kestrel.example\n"
	doubledPeople = "contact_id,company_id,email,name\np1,c1,ann@boreal.example,Ann\np2,c2,bo@boreal.test,Bo\np3,,cy@boreal.test,Cy\np4,,di@boreal.example,Di\n"
	doubledDeals  = "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nd1,One,c1,100.00,USD,2025-12-01T00:00:00Z,2026-03-14,won,true,true\nd2,Two,c2,200.00,USD,2025-12-01T00:00:00Z,2026-03-15,won,true,true\n"
	doubledLists  = "list,company_id,company\nhouse,c2,\nhouse,c1,\nnamed,,Boreal Freigth\n"
)

// What belongs to two companies belongs to the one that remains from the statement on, whatever the CRM exports after it, until it is taken back; before it, all is as it was.
func TestCompaniesAreSaidToBeOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("companies.csv", doubledFirms)
		r.take("contacts.csv", doubledPeople)
		r.take("deals.csv", doubledDeals)
		r.take("touches.csv", "touch_id,contact_id,at,channel\nt1,p1,2026-01-06T10:00:00Z,webinar\nt2,p2,2026-01-07T10:00:00Z,call\nt3,p3,2026-01-07T10:00:00Z,call\n")
		r.take("carve_outs.csv", doubledLists)
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
		ofDeal := func(deal string) (people []string) {
			t.Helper()
			err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
				e, err := ops.DealEvidence(ctx, tx, acme, deal, r.latest())
				for _, c := range e.Contacts {
					people = append(people, c.ID)
				}
				slices.Sort(people)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return people
		}
		apart := func(n int64) {
			t.Helper()
			e := at(n)
			if accounts := crm.Accounts(&e.Snapshot); e.Deals[1].CompanyID != "c2" || accounts["p3"].CompanyID != "c2" || e.Companies[1].Deleted || len(e.CarveOuts) != 3 {
				t.Errorf("as of %d: %+v, %v", n, e.Deals, accounts)
			}
		}
		before := r.latest()
		apart(before)
		if got := ofDeal("d1"); !slices.Equal(got, []string{"p1", "p4"}) {
			t.Errorf("people of d1 are %v", got)
		}

		no, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindCompany, IDs: []string{"c1", "c2"}, Into: "c1"})
		if err != nil || no != before+2 { // and the rule for addresses at boreal.test
			t.Fatalf("import %d, %v", no, err)
		}
		one := func(n int64) {
			t.Helper()
			e := at(n)
			accounts := crm.Accounts(&e.Snapshot)
			for _, p := range []string{"p1", "p2", "p3", "p4"} {
				if accounts[p].CompanyID != "c1" {
					t.Errorf("as of %d %s is of %+v", n, p, accounts[p])
				}
			}
			lists := map[string]string{}
			for _, c := range e.CarveOuts {
				lists[c.List+" "+c.Company] = c.CompanyID
			}
			if e.Deals[0].CompanyID != "c1" || e.Deals[1].CompanyID != "c1" || !e.Companies[1].Deleted || len(e.CarveOuts) != 2 || lists["house "] != "c1" || lists["named Boreal Freigth"] != "c1" {
				t.Errorf("as of %d: %+v, %+v", n, e.Deals, e.CarveOuts)
			}
			if got := ofDeal("d1"); !slices.Equal(got, []string{"p1", "p2", "p3", "p4"}) {
				t.Errorf("people of d1 are %v", got)
			}
		}
		one(no)
		apart(before)
		// it is said once, is seen, and nothing looks alike any more
		if again, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindCompany, IDs: []string{"c2"}, Into: "c1"}); err != nil || again != 0 {
			t.Errorf("again it is import %d, %v", again, err)
		}
		found, err := r.Duplicates(ctx, owner, ops.DuplicatesInput{Client: acme, Of: crm.KindCompany})
		if err != nil || found.Total != 0 {
			t.Errorf("%+v, %v", found, err)
		}
		stated, err := r.StatedIdentities(ctx, owner, acme)
		if err != nil || len(stated) != 1 || !stated[0].Same || stated[0].Of != crm.KindCompany || stated[0].IDs != [2]string{"c2", "c1"} {
			t.Errorf("%+v, %v", stated, err)
		}
		// the CRM goes on as before
		r.take("deals.csv", doubledDeals+"d3,Three,c2,300.00,USD,2025-12-01T00:00:00Z,2026-03-16,won,true,true\n")
		if i := r.take("companies.csv", doubledFirms); i.Tally.Changed != 0 {
			t.Errorf("%+v", i.Tally)
		}
		one(r.latest())
		if e := at(r.latest()); e.Deals[2].CompanyID != "c1" {
			t.Errorf("%+v", e.Deals[2])
		}
		// and it is taken back
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindCompany, IDs: []string{"c2"}, Undo: true}); err != nil {
			t.Fatal(err)
		}
		apart(r.latest())
	})
}

func TestWhatCannotBeSaidToBeOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("companies.csv", doubledFirms)
		r.take("deals.csv", doubledDeals)
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindCompany, IDs: []string{"c1"}, Into: "c3"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			in   ops.SameInput
			want string
		}{
			{ops.SameInput{Of: crm.KindTouch, IDs: []string{"d1"}, Into: "d2"}, "of"},
			{ops.SameInput{Of: crm.KindCompany, IDs: []string{"c2"}}, "required"},
			{ops.SameInput{Of: crm.KindCompany, IDs: []string{"c2"}, Into: "c1"}, "merged"},
			{ops.SameInput{Of: crm.KindCompany, IDs: []string{"c2"}, Into: "c7"}, "company"},
		} {
			c.in.Client = acme
			if _, err := r.SaySame(ctx, owner, c.in); fault.Code(err) != c.want {
				t.Errorf("%+v: %v", c.in, err)
			}
		}
	})
}
