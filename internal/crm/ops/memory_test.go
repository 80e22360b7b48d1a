package ops_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func (r room) remembered(m *ops.Memory, client string, n int64) crm.Evidence {
	r.t.Helper()
	var e crm.Evidence
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		e, err = m.EvidenceAt(ctx, tx, client, n)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

// Whatever is imported and whatever was asked before, the evidence is what one reads who remembers nothing.
func TestWhatIsRememberedIsWhatIsRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		var long ops.Memory
		tight := ops.Memory{Bytes: 1}
		same := func(step string) {
			t.Helper()
			for n := r.latest(); n >= 0; n-- {
				want := r.evidence(n)
				for name, m := range map[string]*ops.Memory{"long": &long, "tight": &tight, "new": {}} {
					if got := r.remembered(m, acme, n); !reflect.DeepEqual(got, want) {
						t.Errorf("after %s, %s memory as of import %d: got %+v, want %+v", step, name, n, got, want)
					}
				}
			}
		}
		same("nothing")
		for _, step := range []struct{ name, file, rows string }{
			{"companies", "companies.csv", companies},
			{"contacts", "contacts.csv", contacts},
			{"touches of no won deal", "touches.csv", touches},
			{"the won deal", "deals.csv", deals},
			{"its contact", "deal_contacts.csv", dealContacts},
			{"a payment", "payments.csv", payments},
			{"an amended amount", "deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nd1,Boreal line,c1,12500.00,USD,2025-12-01T00:00:00Z,2026-03-14,won,true,true\n"},
			{"nothing new", "deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nd1,Boreal line,c1,12500.00,USD,2025-12-01T00:00:00Z,2026-03-14,won,true,true\n"},
			{"a touch that moves to another contact", "touches.csv", "touch_id,contact_id,at,channel,campaign\nt5,p3,2026-03-20T08:00:00Z,e-mail,\n"},
			{"the second deal won", "deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nd2,Kestrel cell,c2,4400.00,USD,2026-01-05T00:00:00Z,2026-06-30,won,true,true\n"},
			{"the first deal lost after all", "deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nd1,Boreal line,c1,12500.00,USD,2025-12-01T00:00:00Z,2026-03-14,lost,false,true\n"},
			{"contacts merged", "contacts.csv", "contact_id,company_id,email,name,created_at,merged_ids\np3,c2,cy@kestrel.example,Cy,2025-12-01T10:00:00Z,p2\n"},
		} {
			r.take(step.file, step.rows)
			same(step.name)
		}
		gone := r.uploaded("deals.csv", "deal_id,name\nd9,Gone\n")
		if err := r.Discard(r.ctx, owner, acme, gone.ID); err != nil {
			t.Fatal(err)
		}
		same("an upload that is discarded")

		spoilt := r.remembered(&long, acme, r.latest())
		spoilt.Deals[0].Name = "spoilt"
		same("a caller that changes its list")
	})
}

// A client of the same id, with as many imports, in another database or workspace has its own evidence.
func TestEvidenceIsRememberedPerWorkspace(t *testing.T) {
	d, one, two := dbtest.TwoWorkspaces(t)
	other, otherCtx := dbtest.SQLite(t)
	var m ops.Memory
	for i, r := range []room{newRoom(t, d, one), newRoom(t, d, two), newRoom(t, other, otherCtx)} {
		r.take("deals.csv", fmt.Sprintf("deal_id,name\nd1,Deal of %d\n", i))
	}
	for range 2 {
		for i, r := range []room{newRoom(t, d, one), newRoom(t, d, two), newRoom(t, other, otherCtx)} {
			if got := r.remembered(&m, acme, 1); len(got.Deals) != 1 || got.Deals[0].Name != fmt.Sprintf("Deal of %d", i) {
				t.Errorf("room %d remembers %+v", i, got.Deals)
			}
		}
	}
}
