package ops_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
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

// Addresses are hashed between a locked month and the next: what was locked verifies as before and is no different from the evidence, a repetition of a result of
// the locked month is none to pay, and evidence that was remembered is read again. What was frozen with addresses is told, of an erasure too.
func TestHashingAddressesChangesNoStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		terms := feestest.Rewritten(feestest.Rewritten(feestest.MilestoneText, "contacts: associated\n", "contacts: associated-or-inferred-account\n"),
			"duplicate: {by: none}", "duplicate: {by: dedupe-key, within: 90 days, since: first, without_key: hold}")
		k := &desk{feestest.New(t, d, ctx, terms).WithRows()}
		memory := new(crmops.Memory)
		plain := k.Evidence
		k.Evidence = func(ctx context.Context, tx bun.Tx, client string, n int64) (crm.Evidence, error) {
			if n == 0 {
				return plain(ctx, tx, client, n)
			}
			return memory.EvidenceAt(ctx, tx, client, n)
		}
		k.MoveTo("2026-03-02")
		people := "contact_id,company_id,email,name\np1,,ann.howe@boreal.example,Ann Howe\np2,,bo@gmail.com,Bo Li\n"
		k.File("companies.csv", "company_id,name,domain\nc1,Boreal Freight,boreal.example\n")
		k.File("contacts.csv", people)
		k.File("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nA,Line 2,c1,100000.00,USD,2026-01-05T10:00:00Z,2026-02-10,won,true,true\n")
		k.File("touches.csv", "touch_id,contact_id,at,channel\nt1,p1,2026-01-06T10:00:00Z,webinar\nt2,p2,2026-01-07T10:00:00Z,sales call\n")
		leads := "lead_id,delivered_at,dedupe_key\nL-1,2026-02-03T10:00:00Z,ann.howe@boreal.example\nL-2,2026-02-04T10:00:00Z,bo@gmail.com\n"
		k.File("leads.csv", leads)
		st := k.Locked("2026-02")
		wantAmount(t, "total", st.Total, "17170.00") // the retainer, 3 % of the deal, and two results at 85.00
		before := zipOf(t, k, st.ID)
		if diff := must(k.Difference(ctx, finance, st.ID))(t); !diff.Nothing() {
			t.Fatalf("%+v", diff)
		}

		done := must(k.Rows.HashAddresses(ctx, feestest.Owner, "org_acme"))(t)
		if view := must(k.Rows.Addresses(ctx, feestest.Owner, "org_acme"))(t); done.Rows == 0 || view.Frozen == 0 {
			t.Errorf("%+v, %+v: the addresses that were frozen are not told", done, view)
		}
		leads += "L-3,2026-03-05T10:00:00Z,Ann.Howe@boreal.example\nL-4,2026-03-06T10:00:00Z,cy@web.de\n"
		for _, when := range []string{"after hashing", "after the next export"} {
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
			k.File("leads.csv", leads)
		}
		k.MoveTo("2026-04-02")
		march := k.Locked("2026-03")
		wantAmount(t, "the next month", march.Total, "14085.00") // the retainer and one result: L-3 repeats L-1
		if files := zipOf(t, k, march.ID); bytes.Contains(files, []byte("ann.howe")) {
			t.Error("an address is frozen")
		}
		err := k.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			n, err := k.FrozenTexts(ctx, tx, "org_acme", "", func(text string) bool { return strings.Contains(text, "cy@web.de") })
			if n != 0 {
				t.Errorf("%d statements hold an address that came after", n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}

		erased := must(k.Rows.Erase(ctx, feestest.Owner, crmops.EraseInput{Client: "org_acme", Contact: "p1", Reason: "request of 2 March 2026"}))(t)
		if len(erased.Stays) != 1 || !strings.HasPrefix(erased.Stays[0].Table, "statement") {
			t.Errorf("what is frozen is not told: %+v", erased.Stays)
		}
		if diff := must(k.Difference(ctx, finance, st.ID))(t); len(diff.Lines) != 0 || !diff.Left().IsZero() {
			t.Errorf("%+v", diff)
		}
		rewritten := crm.Evidence{}
		err = k.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			n, err := crmops.LatestImport(ctx, tx, "org_acme")
			if err == nil {
				rewritten, err = k.Evidence(ctx, tx, "org_acme", n)
			}
			return err
		})
		if err != nil || rewritten.Contacts[0].Name != erased.Pseudonym {
			t.Errorf("a name is remembered: %+v, %v", rewritten.Contacts[0], err)
		}
	})
}

// A person with two addresses that belong to no company is erased: results that each of them tells apart stay two, and one that repeats the other month's is none to pay,
// whether addresses were kept or hashed, and after the next export.
func TestAnErasureLeavesAsManyResultsAsThereWere(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
			terms := feestest.Rewritten(feestest.MilestoneText, "duplicate: {by: none}", "duplicate: {by: dedupe-key, within: 90 days, since: first, without_key: hold}")
			k := &desk{feestest.New(t, d, ctx, terms).WithRows()}
			k.MoveTo("2026-03-02")
			people := "contact_id,company_id,email,name,merged_ids\np1,,ann.howe@gmail.com,Ann Howe,p2\np2,,howe@web.de,Ann Howe,\n"
			leads := "lead_id,delivered_at,dedupe_key\nL-1,2026-02-03T10:00:00Z,ann.howe@gmail.com\nL-2,2026-02-04T10:00:00Z,howe@web.de\nL-3,2026-02-05T10:00:00Z,Howe@web.de\n"
			k.File("contacts.csv", people)
			k.File("leads.csv", leads)
			if hashed {
				must(k.Rows.HashAddresses(ctx, feestest.Owner, "org_acme"))(t)
			}
			wantAmount(t, "before", k.Drafted("2026-02").Statement.Total, "14170.00") // the retainer, and two results at 85.00
			must(k.Rows.Erase(ctx, feestest.Owner, crmops.EraseInput{Client: "org_acme", Contact: "p1", Reason: "request of 2 March 2026"}))(t)
			wantAmount(t, "after", k.Drafted("2026-02").Statement.Total, "14170.00")
			k.File("contacts.csv", people)
			k.File("leads.csv", leads)
			wantAmount(t, "after the next export", k.Locked("2026-02").Total, "14170.00")
			k.MoveTo("2026-04-02")
			k.File("leads.csv", leads+"L-4,2026-03-05T10:00:00Z,howe@web.de\nL-5,2026-03-06T10:00:00Z,cy@web.de\n")
			wantAmount(t, "the next month", k.Locked("2026-03").Total, "14085.00") // L-4 repeats L-2
			again := must(k.Rows.Erase(ctx, feestest.Owner, crmops.EraseInput{Client: "org_acme", Contact: "p1", Reason: "once more"}))(t)
			if again.Rows != 0 {
				t.Errorf("again: %+v", again)
			}
		})
	}
}

// Two companies with a first deal each are stated to be one after the month is locked: the second deal was no first one. The locked statement and its pack stay, the difference tells what that is worth,
// and the next statement carries exactly it; taken back before, it carries nothing.
func TestCompaniesSaidToBeOneAreCarriedByTheNextStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := &desk{feestest.New(t, d, ctx, feestest.Rewritten(feestest.Text, "of: all-customers", "of: new-customers, new_by: first-won-deal")).WithRows()}
		k.MoveTo("2026-03-02")
		k.File("companies.csv", "company_id,name,domain\nc1,Boreal Freight,boreal.example\nc2,Boreal Freigth,boreal.test\n")
		k.File("contacts.csv", "contact_id,company_id,email,name\np1,c1,ann@boreal.example,Ann\np2,c2,bo@boreal.test,Bo\n")
		k.File("deals.csv", "deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed\nA,Line 2,c1,100000.00,USD,2026-01-05T10:00:00Z,2026-02-10,won,true,true\nB,Line 3,c2,50000.00,USD,2026-01-05T10:00:00Z,2026-02-20,won,true,true\n")
		k.File("deal_contacts.csv", "deal_id,contact_id\nA,p1\nB,p2\n")
		k.File("touches.csv", "touch_id,contact_id,at,channel\nt1,p1,2026-01-06T10:00:00Z,webinar\nt2,p2,2026-01-07T10:00:00Z,webinar\n")
		st := k.Locked("2026-02")
		wantAmount(t, "total", st.Total, "18500.00")
		before := zipOf(t, k, st.ID)

		same := crmops.SameInput{Client: "org_acme", Of: crm.KindCompany, IDs: []string{"c2"}, Into: "c1"}
		must(k.Rows.SaySame(ctx, feestest.Owner, same))(t)
		diff := must(k.Difference(ctx, finance, st.ID))(t)
		after := zipOf(t, k, st.ID)
		if !bytes.Equal(after, before) {
			t.Error("the pack has other bytes")
		}
		k.MoveTo("2026-04-02")
		wantAmount(t, "what it is worth", diff.Left(), "-1500.00") // 3 % of B
		wantAmount(t, "the retainer, less what is carried", k.Drafted("2026-03").Statement.Total, "12500.00")
		same.Undo = true
		must(k.Rows.SaySame(ctx, feestest.Owner, same))(t)
		if diff := must(k.Difference(ctx, finance, st.ID))(t); !diff.Nothing() {
			t.Errorf("taken back: %+v", diff)
		}
	})
}
