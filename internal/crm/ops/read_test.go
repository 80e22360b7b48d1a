package ops_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/datatest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func asked(t *testing.T, q ops.DealQuery) ops.DealFilter {
	t.Helper()
	f, err := q.Filter()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryMistakeInAListOfDealsIsToldAtItsPlace(t *testing.T) {
	_, err := ops.DealQuery{Outcome: "great", ClosedFrom: "soon", ClosedThrough: "2026-01-01", ClosedTo: "2026-01-02", AmountFrom: "1e9", Changed: "0"}.Filter()
	got := map[string]bool{}
	for _, f := range fault.All(err) {
		got[f.Field] = fault.Is(f, fault.Invalid) && f.Message != ""
	}
	for _, field := range []string{"outcome", "closed_from", "closed_through", "amount_from", "changed"} {
		if !got[field] {
			t.Errorf("nothing is told at %s: %v", field, err)
		}
	}
	for text, ok := range map[string]bool{"50,000": true, "1,250,000.50": true, "50000.5": true, "5,00": false, "50,0000": false, ",5": false, "1,2345": false} {
		if _, err := (ops.DealQuery{AmountFrom: text}).Filter(); (err == nil) != ok {
			t.Errorf("amount %q: %v", text, err)
		}
	}
	if _, err := (ops.DealQuery{ClosedFrom: "2026-01-02", ClosedThrough: "2026-01-01"}).Filter(); len(fault.All(err)) != 1 {
		t.Error(err)
	}
}

func TestDealsAreFoundSortedAndSummed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("deals.csv", "deal_id,name,company_id,amount,currency,closed_on,is_won,is_closed,deleted\nd3,unknown,c1,,,,,,\nd4,euros,c2,7.00,EUR,2026-02-01,false,true,\nd5,gone,c1,1.00,USD,2026-01-01,true,true,true\n")
		list := func(n int64, f ops.DealFilter, s ops.DealSort, offset, limit int) (ids []string, out ops.DealList) {
			t.Helper()
			out, err := r.DealsAt(ctx, owner, acme, n, f, s, offset, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range out.Rows {
				ids = append(ids, d.ID)
			}
			return ids, out
		}
		for name, c := range map[string]struct {
			n      int64
			filter ops.DealFilter
			sort   ops.DealSort
			want   []string
		}{
			"by close date, unknown last":  {0, ops.DealFilter{}, ops.DealSort{}, []string{"d4", "d1", "d2", "d3"}},
			"the other way, unknown last":  {0, ops.DealFilter{}, ops.DealSort{Desc: true}, []string{"d2", "d1", "d4", "d3"}},
			"by amount within currencies":  {0, ops.DealFilter{}, ops.DealSort{By: "amount"}, []string{"d4", "d2", "d1", "d3"}},
			"by company":                   {0, ops.DealFilter{}, ops.DealSort{By: "company", Desc: true}, []string{"d2", "d4", "d1", "d3"}},
			"won":                          {0, ops.DealFilter{Outcome: ops.Won}, ops.DealSort{}, []string{"d1"}},
			"unknown":                      {0, ops.DealFilter{Outcome: ops.Unknown}, ops.DealSort{}, []string{"d3"}},
			"words in the company's name":  {0, ops.DealFilter{Text: "KESTREL"}, ops.DealSort{}, []string{"d4", "d2"}},
			"closed in March":              {0, ops.DealFilter{Closed: cal.MonthOf(cal.DateOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.UTC)).Period()}, ops.DealSort{}, []string{"d1"}},
			"in a stage":                   {0, asked(t, ops.DealQuery{Stage: "OPEN"}), ops.DealSort{}, []string{"d2"}},
			"of nobody":                    {0, asked(t, ops.DealQuery{Owner: "nobody"}), ops.DealSort{}, nil},
			"closed through a day":         {0, asked(t, ops.DealQuery{ClosedThrough: "2026-03-14"}), ops.DealSort{}, []string{"d4", "d1"}},
			"closed within days":           {0, asked(t, ops.DealQuery{ClosedFrom: "2026-02-02", ClosedThrough: "2026-06-30"}), ops.DealSort{}, []string{"d1", "d2"}},
			"exactly that amount":          {0, asked(t, ops.DealQuery{AmountFrom: "4400.00"}), ops.DealSort{}, []string{"d1", "d2"}},
			"a cent above it":              {0, asked(t, ops.DealQuery{AmountFrom: "4400.01"}), ops.DealSort{}, []string{"d1"}},
			"brought by the newest import": {0, ops.DealFilter{Changed: 7}, ops.DealSort{By: "name"}, []string{"d4", "d3"}},
			"as it was":                    {6, ops.DealFilter{}, ops.DealSort{By: "name"}, []string{"d1", "d2"}},
		} {
			if got, _ := list(c.n, c.filter, c.sort, 0, 0); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		ids, page := list(0, ops.DealFilter{}, ops.DealSort{}, 1, 2)
		if !slices.Equal(ids, []string{"d1", "d2"}) || page.Total != 4 || page.Unsure != 1 || len(page.Sums) != 2 || page.Sums[1].FormatWith() != "USD 16,400.00" && page.Sums[1].String() != "16400.00" {
			t.Errorf("%v %+v", ids, page)
		}
		if _, err := r.DealsAt(ctx, owner, acme, 8, ops.DealFilter{}, ops.DealSort{}, 0, 0); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestADealTellsWhatEachImportChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("deals.csv", strings.Replace(deals, "2026-03-14", "2026-04-02", 1))
		v, err := r.DealAt(ctx, owner, acme, "d1", 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(v.History) != 2 || v.History[1].Import.No != 7 || !slices.Equal(v.History[1].Fields, []ops.FieldDelta{{Field: "closed_on", Before: "2026-03-14", After: "2026-04-02"}}) {
			t.Errorf("%+v", v.History)
		}
		if v.Company.Name != "Boreal Freight" || len(v.Payments) != 1 || len(v.Contacts) != 2 || v.Contacts[0].ByAccount || !v.Contacts[1].ByAccount || len(v.Touches) != 4 {
			t.Errorf("%+v", v)
		}
		if v, err = r.DealAt(ctx, owner, acme, "d1", 6); err != nil || v.Deal.ClosedOn.String() != "2026-03-14" || len(v.History) != 1 {
			t.Errorf("%+v %v", v, err)
		}
		if _, err := r.DealAt(ctx, owner, "org_bolt", "d1", 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("another client: %v", err)
		}
	})
}

func TestTheOverviewCountsAndChecks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("deals.csv", "deal_id,name,is_won,is_closed,closed_on\nd9,No amount,true,true,2026-03-01\n")
		o, err := r.Overview(ctx, owner, acme, 0, time.UTC, nil)
		if err != nil {
			t.Fatal(err)
		}
		counts := map[crm.Kind]int64{}
		for _, k := range o.Kinds {
			counts[k.Kind] = k.Count
		}
		if counts[crm.KindDeal] != 3 || counts[crm.KindTouch] != 5 || counts[crm.KindCarveOut] != 0 || o.Kinds[2].Import.No != 7 {
			t.Errorf("%+v", o.Kinds)
		}
		var found []string
		for _, i := range o.Issues {
			found = append(found, i.Code)
		}
		for _, code := range []string{"deal-without-amount", "won-without-contacts", "touch-after-close"} {
			if !slices.Contains(found, code) {
				t.Errorf("%s is not among %v", code, found)
			}
		}
		early, err := r.Hygiene(ctx, owner, acme, 6, time.UTC, nil)
		if err != nil || len(early) >= len(o.Issues) {
			t.Errorf("%v %v", early, err)
		}
		blocks := func(by *crm.Weighing) bool {
			issues, err := r.Hygiene(ctx, owner, acme, 0, time.UTC, by)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(issues, func(i crm.Issue) bool { return i.Code == "deal-without-amount" })
			return issues[i].Severity == crm.Blocks
		}
		collected, closed := &crm.Weighing{DealsEarn: true, PaymentsDecide: true}, &crm.Weighing{DealsEarn: true, AmountDecides: true}
		if blocks(collected) || !blocks(closed) || !blocks(nil) || blocks(&crm.Weighing{}) {
			t.Error("the weights of one contract are taken for those of another")
		}
	})
}

func TestWhoMayNot(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	r := newRoom(t, d, ctx)
	r.takeAll()
	of := func(role access.Role, org string, kind access.OrgKind) access.Actor {
		return access.Actor{Account: "acc", Workspace: "test", Memberships: []access.Membership{{Role: role, Org: org, OrgKind: kind}}}
	}
	stranger, auditor := of(access.ClientFinance, "org_bolt", access.Client), of(access.Auditor, acme, access.Client)
	for name, try := range map[string]func(access.Actor) error{
		"upload": func(a access.Actor) error {
			_, err := r.Upload(ctx, a, ops.UploadInput{Client: acme, Filename: "x", Reader: strings.NewReader(deals)})
			return err
		},
		"preview": func(a access.Actor) error { _, err := r.Preview(ctx, a, acme, "imp"); return err },
		"check":   func(a access.Actor) error { _, err := r.Check(ctx, a, acme, "imp"); return err },
		"apply":   func(a access.Actor) error { _, err := r.Apply(ctx, a, acme, "imp"); return err },
		"resume":  func(a access.Actor) error { return r.Resume(ctx, a, acme, "imp") },
		"rebuild segments": func(a access.Actor) error {
			_, err := r.RebuildSegments(ctx, a, acme, true)
			return err
		},
		"discard": func(a access.Actor) error { return r.Discard(ctx, a, acme, "imp") },
		"try": func(a access.Actor) error {
			_, err := r.Try(ctx, a, ops.ImportInput{Client: acme, Filename: "x", Reader: strings.NewReader(deals)})
			return err
		},
	} {
		if err := try(stranger); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger may %s: %v", name, err)
		}
		if err := try(auditor); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an auditor may %s: %v", name, err)
		}
	}
	if _, _, err := r.ImportList(ctx, stranger, acme, 0, 10); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if list, total, err := r.ImportList(ctx, auditor, acme, 0, 2); err != nil || len(list) != 2 || total != 6 || list[0].No != 6 {
		t.Error(list, total, err)
	}
	if _, err := r.DealsAt(ctx, auditor, acme, 0, ops.DealFilter{}, ops.DealSort{}, 0, 0); err != nil {
		t.Error(err)
	}
}

func TestTheRecordNamesEveryImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("deals.csv", deals)
		listed, err := (&journalops.Service{DB: d}).List(ctx, owner, journalops.Filter{Client: acme}, journalops.Page{})
		if err != nil {
			t.Fatal(err)
		}
		e := listed.Entries
		if len(e) != 1 || e[0].Subject.Name != "Import 1" || e[0].Words != "imported deals.csv as import 1: 2 new, 0 changed, 0 unchanged, 0 rows rejected" || e[0].ActorName != "operator" {
			t.Errorf("%+v", e)
		}
	})
}

// real opens one of the published exports.
func real(t *testing.T, path string) *os.File { return datatest.Open(t, path) }

// TestTheHubSpotExportIsReadWithItsSideTables: stages, associations and merges are read first and looked up by what comes later.
func TestTheHubSpotExportIsReadWithItsSideTables(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		take := func(name string) ops.Import {
			t.Helper()
			in := ops.ImportInput{Client: acme, Filename: name, Reader: real(t, "hubspot/"+name)}
			i, err := r.Upload(ctx, owner, ops.UploadInput{Client: acme, Filename: name, Reader: in.Reader})
			if err != nil {
				t.Fatal(err)
			}
			p, err := r.Preview(ctx, owner, acme, i.ID)
			if err != nil || len(p.Candidates) == 0 {
				t.Fatalf("%s: %v", name, err)
			}
			m, _ := p.Propose(p.Candidates[0].Mapping)
			m.Convention.Zone = time.UTC
			if m.Convention.Decimal == 0 {
				m.Convention.Decimal = '.'
			}
			if err := r.SetMapping(ctx, owner, acme, i.ID, m, ""); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if i, err = r.Apply(ctx, owner, acme, i.ID); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return i
		}
		names := []string{"deal_pipeline_stage_data.csv", "deal_company_data.csv", "contact_merge_audit_data.csv", "merged_deal_data.csv",
			"company_data.csv", "contact_data.csv", "deal_data.csv", "deal_contact_data.csv"}
		for _, n := range names {
			take(n)
		}
		e := r.evidence(r.latest())
		if len(e.Deals) != 44 || len(e.Contacts) == 0 || len(e.Companies) == 0 || len(e.DealContacts) == 0 {
			t.Fatalf("%d deals, %d contacts, %d companies, %d associations", len(e.Deals), len(e.Contacts), len(e.Companies), len(e.DealContacts))
		}
		for _, d := range e.Deals {
			if d.AmountKnown || d.AmountText != "" {
				t.Errorf("deal %s: an amount out of nothing", d.ID)
			}
		}
		if !slices.ContainsFunc(e.Contacts, func(c crm.Contact) bool { return c.ID == "78971951" && slices.Contains(c.MergedIDs, "46897301") }) {
			t.Error("the audit of merges is not followed")
		}
		was := r.hash(r.latest())
		for _, n := range names {
			if i := take(n); !i.Unchanging() {
				t.Errorf("%s again: %+v", n, i.Tally)
			}
		}
		if got := r.hash(r.latest()); got != was {
			t.Error("importing again changed the evidence")
		}
		if i, err := r.ShowNo(ctx, owner, acme, 7); err != nil || len(i.SideReads) != 3 { // the audit of merges is evidence of its own
			t.Errorf("%+v %v", i.SideReads, err)
		}
	})
}

func TestAHundredThousandRealTouches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		m := crm.Mapping{Profile: crm.Generic, Object: "touches", Columns: map[string]string{"touch_id": "touch_id", "contact_id": "person_id", "at": "ts", "channel": "channel"},
			Convention: csvin.Convention{Zone: time.UTC}}
		i, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "touches.csv", Reader: real(t, "events-100k/touches.csv"), Mapping: &m})
		if err != nil {
			t.Fatal(err)
		}
		if i.Tally.New != 100_000 || i.Tally.Rejected != 0 {
			t.Fatalf("%+v", i.Tally)
		}
	})
}

func TestWorkspacesDoNotSeeEachOther(t *testing.T) {
	d, one, two := dbtest.TwoWorkspaces(t)
	r := newRoom(t, d, one)
	r.takeAll()
	var n int64
	err := d.Read(two, func(ctx context.Context, tx bun.Tx) (err error) {
		n, err = ops.LatestImport(ctx, tx, acme)
		return err
	})
	if err != nil || n != 0 {
		t.Errorf("%d %v", n, err)
	}
	other := newRoom(t, d, two)
	other.Files = r.Files
	if i := other.take("deals.csv", deals); i.No != 1 || i.Tally.New != 2 {
		t.Errorf("%+v", i)
	}
}
