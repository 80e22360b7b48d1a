package ops_test

import (
	"context"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const strayContacts = "contact_id,company_id,email,name,created_at,merged_ids\np1,c1,ann@boreal.example,Ann,2025-11-01T10:00:00Z,p9\np2,,bo@boreal.example,Bo,2025-11-02T10:00:00Z,\np3,,cy@gmail.com,Cy,2025-12-01T10:00:00Z,\np4,,di@boreal-robotics.example,Di,2025-12-01T10:00:00Z,\n"

const strayTouches = "touch_id,contact_id,at,channel\nt1,p1,2025-11-18T08:00:00Z,webinar\nt2,p2,2025-12-09T08:00:00Z,webinar\nt3,p3,2025-12-09T08:00:00Z,webinar\nt4,p4,2025-12-09T08:00:00Z,webinar\n"

// Whose contact one is, people state; each statement is an import of its own, and is taken back by another.
func TestAStatedAccountIsEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("companies.csv", companies)
		r.take("contacts.csv", strayContacts)
		r.take("deals.csv", deals)
		r.take("touches.csv", strayTouches)
		told := func(no int64) (ids []string) {
			e := r.evidence(no)
			for _, touch := range e.Touches {
				ids = append(ids, touch.ID)
			}
			var deal crm.Evidence
			err := r.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
				deal, err = ops.DealEvidence(ctx, tx, acme, "d1", no)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var ofDeal []string
			for _, touch := range deal.Touches {
				ofDeal = append(ofDeal, touch.ID)
			}
			if !slices.Equal(ids, ofDeal) {
				t.Errorf("as of %d the whole tells of %v, the deal of %v", no, ids, ofDeal)
			}
			return ids
		}
		if got := told(4); !slices.Equal(got, []string{"t1", "t2"}) { // p2 by the domain of the address
			t.Errorf("got %v", got)
		}
		link := ops.AccountInput{Client: acme, Contact: "p3", Company: "c1", Reason: "met at the fair"}
		rule := ops.AccountInput{Client: acme, Domain: "@Boreal-Robotics.example ", Company: "c1", Reason: "their second domain"}
		for i, in := range []ops.AccountInput{link, rule} {
			if no, err := r.LinkAccount(ctx, owner, in); err != nil || no != int64(5+i) {
				t.Fatalf("%d, %v", no, err)
			}
			if no, err := r.LinkAccount(ctx, owner, in); err != nil || no != 0 {
				t.Errorf("the same again: %d, %v", no, err)
			}
		}
		if got := told(6); !slices.Equal(got, []string{"t1", "t2", "t3", "t4"}) {
			t.Errorf("got %v", got)
		}
		link.Undo = true
		if no, err := r.LinkAccount(ctx, owner, link); err != nil || no != 7 {
			t.Fatalf("%d, %v", no, err)
		}
		if got := told(7); !slices.Equal(got, []string{"t1", "t2", "t4"}) {
			t.Errorf("got %v", got)
		}
		if got := told(6); len(got) != 4 {
			t.Errorf("as of 6 there are %v now", got)
		}
		view, err := r.Accounts(ctx, owner, acme, 0, "")
		if err != nil || len(view.Rows) != 3 || view.Rows[0].Account.By != crm.ByDomain || view.Rows[1].Account.By != crm.FreeMail || view.Rows[2].Account.By != crm.ByRule || len(view.Stated) != 1 || view.Stated[0].No != 6 {
			t.Errorf("%+v, %v", view, err)
		}
		c, err := r.Compare(ctx, owner, ops.CompareInput{Client: acme, From: "4", To: "6"})
		if err != nil || len(c.Kinds) != 1 || c.Kinds[0].Kind != crm.KindAccountLink || c.Kinds[0].New != 2 {
			t.Errorf("%+v, %v", c.Kinds, err)
		}
	})
}

func TestAStatedAccountIsRefusedWhereItTellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		for _, c := range []struct {
			in   ops.AccountInput
			want string
		}{
			{ops.AccountInput{Company: "c1", Reason: "x"}, "required"},
			{ops.AccountInput{Domain: "gmail.com", Company: "c1", Reason: "x"}, "free-mail-domain"},
			{ops.AccountInput{Domain: "boreal", Company: "c1", Reason: "x"}, "domain"},
			{ops.AccountInput{Contact: "p77", Company: "c1", Reason: "x"}, "contact"},
			{ops.AccountInput{Contact: "p1", Company: "c77", Reason: "x"}, "company"},
			{ops.AccountInput{Contact: "p1", Company: "c1"}, "required"},
			{ops.AccountInput{Contact: "p1", Domain: "boreal.example", Company: "c1", Reason: "x"}, "either"},
		} {
			c.in.Client = acme
			if _, err := r.LinkAccount(ctx, owner, c.in); !fault.Is(err, fault.Invalid) || fault.Code(err) != c.want {
				t.Errorf("%+v: %v", c.in, err)
			}
		}
		if _, err := r.LinkAccount(ctx, owner, ops.AccountInput{Client: acme, Contact: "p1", Undo: true}); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
		if _, err := r.LinkAccount(ctx, access.Actor{}, ops.AccountInput{Client: acme, Contact: "p1", Company: "c1", Reason: "x"}); err == nil {
			t.Error("nobody may link")
		}
		if r.latest() != 6 {
			t.Error("something was written")
		}
	})
}
