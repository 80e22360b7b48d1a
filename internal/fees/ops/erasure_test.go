package ops_test

import (
	"bytes"
	"context"
	"testing"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// A person of whose touches a fee rests, found by the domain of the address, is erased: to the cent nothing changes, before and after the CRM exports
// the person again, and what was locked verifies.
func TestAnErasureChangesNoStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		inferred := feestest.Rewritten(text, "contacts: associated\n", "contacts: associated-or-inferred-account\n")
		k := &desk{feestest.New(t, d, ctx, inferred).WithRows()}
		k.MoveTo("2026-03-02")
		people := "contact_id,company_id,email,name\np1,,ann.howe@boreal.example,Ann Howe\np2,,bo@gmail.com,Bo Li\n"
		k.File("companies.csv", "company_id,name,domain\nc1,Boreal Freight,boreal.example\n")
		k.File("contacts.csv", people)
		k.File("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nA,Line 2,c1,100000.00,USD,2026-01-05T10:00:00Z,2026-02-10,won,true,true\n")
		k.File("touches.csv", "touch_id,contact_id,at,channel\nt1,p1,2026-01-06T10:00:00Z,webinar\nt2,p2,2026-01-07T10:00:00Z,sales call\n")
		st := k.Locked("2026-02")
		wantAmount(t, "total", st.Total, "17000.00") // the retainer and 3 % of all of the deal: the other contact belongs to nobody
		before := zipOf(t, k, st.ID)
		if bytes.Contains(before, []byte("Howe")) {
			t.Fatal("a pack names a person")
		}

		done := must(k.Rows.Erase(ctx, feestest.Owner, crmops.EraseInput{Client: "org_acme", Contact: "p1", Reason: "request of 2 March 2026"}))(t)
		if done.Rows == 0 || done.Stays != nil {
			t.Errorf("got %+v", done)
		}
		for _, when := range []string{"after the erasure", "after the next export"} {
			if diff := must(k.Difference(ctx, finance, st.ID))(t); !diff.Nothing() {
				t.Errorf("%s: %+v", when, diff)
			}
			after := zipOf(t, k, st.ID)
			if !bytes.Equal(after, before) {
				t.Errorf("%s: the pack has other bytes", when)
			}
			if report, err := pack.Verify(ctx, bytes.NewReader(after), int64(len(after)), st.Hash); err != nil || !report.OK() {
				t.Errorf("%s: %+v, %v", when, report, err)
			}
			k.File("contacts.csv", people)
		}
	})
}
