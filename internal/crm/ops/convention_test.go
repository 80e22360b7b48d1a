package ops_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestDatesAreReadInTheOrderThatTheFileProves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		i := r.take("deals.csv", "deal_id;name;amount;currency;closed_on\nd1;Boreal;31.000,50;USD;05/11/2026\nd2;Kestrel;1.250,00;USD;30/10/2026\n")
		if i.Mapping.Convention.DateOrder != csvin.DMY || i.Mapping.Convention.Decimal != ',' || len(i.Tally.Problems) != 0 {
			t.Fatalf("%+v %+v", i.Mapping.Convention, i.Tally.Problems)
		}
		if got := r.evidence(1).Deals[0]; got.ClosedOn.String() != "2026-11-05" || got.Amount.String() != "31000.50" {
			t.Errorf("%+v", got)
		}
	})
}

func TestWhatTheFileLeavesOpenMustBeStated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		for text, want := range map[string]string{
			"deal_id,name,amount,closed_on\nd1,Boreal,1.00,05/11/2026\n":                "date-order-not-stated",
			"deal_id,name,amount,closed_on\nd1,Boreal,\"3,100\",2026-11-05\n":           "decimal-not-stated",
			"Deal ID,Deal Name,Deal Stage,Create Date\n1,Boreal,won,2026-11-05\n":       "zone-not-stated",
			"Deal ID,Deal Name,Deal Stage,Close Date\n1,Boreal,won,2026-11-05T08:00Z\n": "zone-not-stated",
		} {
			if _, err := r.try("deals.csv", text); fault.Code(err) != want {
				t.Errorf("%q: %v, want %s", text, err, want)
			}
		}
	})
}

func TestAStatedOrderThatMostDatesContradictIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		stated := func(order csvin.DateOrder, days string) error {
			i := r.uploaded("deals.csv", "deal_id,name,closed_on\n"+days)
			m := crm.Plain(crm.KindDeal)
			m.Columns = map[string]string{"deal_id": "deal_id", "name": "name", "closed_on": "closed_on"}
			m.Convention.DateOrder = order
			return r.SetMapping(ctx, owner, acme, i.ID, m, "")
		}
		days := "d1,Boreal,30/10/2026\nd2,Kestrel,05/11/2026\n"
		for order, want := range map[csvin.DateOrder]string{"": "date-order-not-stated", csvin.YMD: "date-order-contradicts", csvin.MDY: "date-order-contradicts", csvin.DMY: ""} {
			if err := stated(order, days); fault.Code(err) != want && (err != nil || want != "") {
				t.Errorf("%q: %v, want %q", order, err, want)
			}
		}
		if err := stated(csvin.YMD, "d1,Boreal,2026-10-30\nd2,Kestrel,2026-10-31\nd3,Orchard,05/11/2026\n"); err != nil {
			t.Errorf("one odd row costs the file: %v", err)
		}
	})
}
