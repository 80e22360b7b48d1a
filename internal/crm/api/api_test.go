package api_test

import (
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	crmapi "github.com/ofrecord/ofrecord/internal/crm/api"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func of(account string, role access.Role, org string, kind access.OrgKind) access.Actor {
	return access.Actor{Account: account, Name: account, Workspace: dbtest.Workspace, Memberships: []access.Membership{{Role: role, Org: org, OrgKind: kind}}}
}

var (
	owner    = of("acc_owner", access.Owner, "org_ag", access.Agency)
	sales    = of("acc_sales", access.ClientSales, "org_acme", access.Client)
	auditor  = of("acc_audit", access.Auditor, "org_acme", access.Client)
	stranger = of("acc_str", access.ClientExecutive, "org_bolt", access.Client)
	nobody   access.Actor
)

// desk is the operations over a fresh database. Whether an actor may do something is decided by the use cases alone.
type desk struct {
	t   *testing.T
	api *api.API
	crm *ops.Service
	who access.Actor
}

type caller struct{}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	files, err := blob.Open(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	service := &ops.Service{DB: d, Files: files, Now: time.Now, Random: rand.Reader}
	t.Cleanup(service.Close)
	a := api.New(api.Options{Title: "Ofrecord", Version: "test", DB: d, Now: time.Now, Caller: func(ctx context.Context) string { return access.ActorFrom(ctx).Account },
		Admit: func(ctx context.Context, r *http.Request, _, _ string) (context.Context, error) {
			who, _ := r.Context().Value(caller{}).(access.Actor)
			if who.Account == "" {
				return nil, fault.New(fault.Unauthenticated, "sign-in", "Sign in.")
			}
			return access.WithActor(db.WithWorkspace(ctx, dbtest.Workspace), who), nil
		}})
	(&crmapi.Operations{CRM: service, MaxUpload: 32 << 20}).Register(a)
	return &desk{t: t, api: a, crm: service, who: owner}
}

func each(t *testing.T, test func(t *testing.T, k *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ context.Context) { test(t, newDesk(t, d)) })
}

// send is one call of who; body is the file.
func (k *desk) send(who access.Actor, method, path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/api/v1/clients/org_acme"+path, body)
	r = r.WithContext(context.WithValue(r.Context(), caller{}, who))
	if body != nil {
		r.Header.Set("Content-Type", "text/csv")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	k.api.Handler().ServeHTTP(w, r)
	return w
}

// call is a call that must answer with the status; out reads the answer unless it is nil.
func (k *desk) call(status int, method, path, body string, out any) {
	k.t.Helper()
	var file io.Reader
	if body != "" {
		file = strings.NewReader(body)
	}
	w := k.send(k.who, method, path, file)
	if w.Code != status {
		k.t.Fatalf("%s %s as %s: status %d, want %d: %s", method, path, k.who.Account, w.Code, status, w.Body)
	}
	if out == nil {
		return
	}
	if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
		k.t.Fatal(err)
	}
}

const dealsCSV = "deal_id,name,amount,currency,is_won,is_closed,closed_on\nd1,Boreal,12000.00,USD,true,true,2026-03-14\nd2,Kestrel,,,false,false,\n,none,1.00,USD,,,\n"

func TestAProgramBringsAFileIn(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		var i crmapi.Import
		k.call(201, "POST", "/imports?filename=deals.csv&dry_run=true", dealsCSV, &i)
		if i.Progress.Rows != 3 || i.Progress.Bytes != int64(len(dealsCSV)) || i.Progress.Of != i.Progress.Bytes {
			t.Errorf("what was checked was read to its end: %+v", i.Progress)
		}
		if i.State != "checked" || i.Number != 0 || i.Tally.New != 2 || i.Tally.Rejected != 1 || i.Filename != "deals.csv" || i.Kind != "deal" {
			t.Fatalf("%+v", i)
		}
		var list api.List[crmapi.Import]
		if k.call(200, "GET", "/imports", "", &list); len(list.Items) != 0 {
			t.Errorf("a dry run is no import: %+v", list)
		}
		if k.call(200, "GET", "/imports?state=pending", "", &list); len(list.Items) != 1 || list.Items[0].ID != i.ID {
			t.Errorf("%+v", list)
		}
		k.call(200, "POST", "/imports/"+i.ID+"/apply", "", &i)
		if i.Number != 1 || i.State != "applied" || i.AppliedAt == nil || i.Progress.Bytes != i.Progress.Of {
			t.Fatalf("%+v", i)
		}
		k.call(409, "POST", "/imports/"+i.ID+"/apply", "", nil)
		k.call(409, "POST", "/imports/1/apply", "", nil)
		var byNumber crmapi.Import
		if k.call(200, "GET", "/imports/1", "", &byNumber); byNumber.ID != i.ID {
			t.Errorf("%+v", byNumber)
		}
		for _, missing := range []string{"/imports/0", "/imports/-1", "/imports/2", "/imports/imp_none", "/imports/imp_none/rejects"} {
			k.call(404, "GET", missing, "", nil)
		}
	})
}

func TestAProgramDiscardsWhatItSentIn(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		var i crmapi.Import
		k.call(201, "POST", "/imports?filename=deals.csv&dry_run=true", dealsCSV, &i)
		for _, who := range []access.Actor{auditor, stranger, nobody} {
			if w := k.send(who, "POST", "/imports/"+i.ID+"/discard", nil); w.Code < 400 {
				t.Errorf("%s discards: %d", who.Account, w.Code)
			}
		}
		for range 2 { // the second is the answer to the first again
			if w := k.send(k.who, "POST", "/imports/"+i.ID+"/discard", nil, "Idempotency-Key", "away"); w.Code != 204 || w.Body.Len() > 0 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		k.call(404, "GET", "/imports/"+i.ID, "", nil)
		k.call(404, "POST", "/imports/"+i.ID+"/discard", "", nil)
		k.call(201, "POST", "/imports?filename=deals.csv", dealsCSV, &i)
		k.call(409, "POST", "/imports/1/discard", "", nil)
	})
}

func TestRejectsAreACSVFile(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		k.call(201, "POST", "/imports?filename=deals.csv", dealsCSV, nil)
		w := k.send(auditor, "GET", "/imports/1/rejects", nil)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if w.Code != 200 || err != nil || len(rows) < 2 || !slices.Equal(rows[1][:5], []string{"4", "1", "deal_id", "true", "id-missing"}) {
			t.Errorf("%d %v %v", w.Code, err, rows)
		}
		if got := w.Header().Get("Content-Disposition"); got != `attachment; filename=rejects-1.csv` {
			t.Error(got)
		}
	})
}

func TestAListGoesOnWhileFilesAreImported(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		for range 3 {
			k.call(201, "POST", "/imports?filename=deals.csv", dealsCSV, nil)
		}
		var page api.List[crmapi.Import]
		k.call(200, "GET", "/imports?limit=2", "", &page)
		if len(page.Items) != 2 || page.Items[0].Number != 3 || page.Next != "2" {
			t.Fatalf("%+v", page)
		}
		k.call(201, "POST", "/imports?filename=deals.csv", dealsCSV, nil)
		page = api.List[crmapi.Import]{}
		k.call(200, "GET", "/imports?limit=2&after=2", "", &page)
		if len(page.Items) != 1 || page.Items[0].Number != 1 || page.Next != "" {
			t.Errorf("%+v", page)
		}
		k.call(422, "GET", "/imports?after=x", "", nil)
		k.call(422, "GET", "/imports?limit=0", "", nil)
	})
}

func TestDealsAreAsOfAnImport(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		k.call(201, "POST", "/imports?filename=deals.csv", dealsCSV, nil)
		k.call(201, "POST", "/imports?filename=deals.csv", strings.Replace(dealsCSV, "12000.00", "9500.00", 1), nil)
		var now, then crmapi.Deals
		k.call(200, "GET", "/deals?outcome=won", "", &now)
		k.call(200, "GET", "/deals?outcome=won&as_of=1", "", &then)
		if len(now.Items) != 1 || *now.Items[0].Amount != (crmapi.Money{Amount: "9500.00", Currency: "USD"}) || now.Items[0].Import != 2 || now.AsOf != 2 {
			t.Errorf("%+v", now)
		}
		if len(then.Items) != 1 || then.Items[0].Amount.Amount != "12000.00" || then.AsOf != 1 || then.Latest != 2 || then.Sums[0].Amount != "12000.00" {
			t.Errorf("%+v", then)
		}
		var open crmapi.DealView
		k.call(200, "GET", "/deals/d2", "", &open)
		if open.Amount != nil || open.Outcome != "open" || open.ClosedOn != "" || len(open.History) != 1 {
			t.Errorf("%+v", open)
		}
		var won crmapi.DealView
		k.call(200, "GET", "/deals/d1?as_of=1", "", &won)
		if won.Amount.Amount != "12000.00" || won.ClosedOn != "2026-03-14" || won.AsOf != 1 {
			t.Errorf("%+v", won)
		}
		for _, period := range []string{"closed_from=2026-03-14&closed_to=2026-03-15", "text=BOREAL", "changed=2"} {
			if k.call(200, "GET", "/deals?"+period, "", &now); now.Total != 1 || now.Items[0].ID != "d1" {
				t.Errorf("%s: %+v", period, now)
			}
		}
		k.call(404, "GET", "/deals/d9", "", nil)
		k.call(404, "GET", "/deals?as_of=3", "", nil)
		for query, total := range map[string]int{"closed_from=2026-03-14&closed_through=2026-03-14": 1, "closed_through=2026-03-13": 0, "amount_from=1": now.Total} {
			var got crmapi.Deals
			if k.call(200, "GET", "/deals?"+query, "", &got); got.Total != total || (got.Why == "") != (total > 0) {
				t.Errorf("%s: %+v", query, got)
			}
		}
		k.call(404, "GET", "/comparison?statement=nope", "", nil)
		for _, path := range []string{"/hygiene?as_of=0", "/deals?as_of=0", "/deals/d1?as_of=0"} {
			k.call(422, "GET", path, "", nil)
		}
		for _, wrong := range []string{"as_of=-1", "outcome=great", "amount_from=1e9", "amount_from=-1", "closed_through=soon", "closed_from=2026-03-02&closed_through=2026-03-01", "closed_to=2026-03-02&closed_through=2026-03-01", "closed_from=2026-02-30", "sort=colour", "after=x", "after=1-1&as_of=2", "colour=red"} {
			k.call(422, "GET", "/deals?"+wrong, "", nil)
		}
	})
}

func TestPagesOfDealsStayWithTheirImport(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		k.call(201, "POST", "/imports?filename=deals.csv", dealsCSV, nil)
		var first, second crmapi.Deals
		k.call(200, "GET", "/deals?limit=1&sort=name", "", &first)
		k.call(201, "POST", "/imports?filename=deals.csv", "deal_id,name,amount,currency,is_won,is_closed\nd0,Arbor,1.00,USD,true,true\n", nil)
		k.call(200, "GET", "/deals?limit=1&sort=name&after="+first.Next, "", &second)
		if first.Items[0].ID != "d1" || len(second.Items) != 1 || second.Items[0].ID != "d2" || second.AsOf != 1 || second.Latest != 2 || second.Next != "" {
			t.Errorf("%+v\n%+v", first, second)
		}
	})
}

func TestWhatAFileLeavesOpenIsAProblem(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		for path, file := range map[string]string{"/imports": "PK\x03\x04", "/imports?kind=dragon": dealsCSV, "/imports?dry_run=perhaps": dealsCSV, "/imports?colour=red": dealsCSV} {
			k.call(422, "POST", path, file, nil)
		}
		var p api.Problem
		if k.call(422, "POST", "/imports", "a,b\n1,2\n", &p); p.Code != "file-unknown" || len(p.Errors) != 1 || p.Errors[0].Location != "query.kind" {
			t.Errorf("%+v", p)
		}
		if k.call(404, "POST", "/imports?mapping=none", dealsCSV, &p); p.Code != "mapping" {
			t.Errorf("%+v", p)
		}
		if w := k.send(owner, "POST", "/imports", strings.NewReader(dealsCSV), "Content-Type", "application/json"); w.Code != 415 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		large := io.MultiReader(strings.NewReader("deal_id\n"), io.LimitReader(again("d123456\n"), 33<<20))
		if w := k.send(owner, "POST", "/imports", large); w.Code != 413 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestWhatAFileLeavesOpenIsStated(t *testing.T) {
	const opportunities = "Id,AccountId,Name,Amount,CreatedDate,CloseDate,StageName\no1,a1,Boreal,1200.50,2026-01-02T10:00:00,2026-03-14,\"Signed, at last\"\n"
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		var p api.Problem
		k.call(422, "POST", "/imports?filename=o.csv", opportunities, &p)
		if len(p.Errors) != 2 || p.Errors[0].Location != "query.zone" || p.Errors[1].Location != "query.currency" {
			t.Errorf("%+v", p)
		}
		for query, place := range map[string]string{"zone=Mars": "query.zone", "column=amount": "query.column", "decimal=x": "query.decimal", "zone=UTC&currency=XXQ": "query.currency",
			"zone=UTC&currency=USD&column=amonut%3DAmount": "query.column", "zone=UTC&currency=USD&won=a&lost=a": "query.lost"} {
			if k.call(422, "POST", "/imports?"+query, opportunities, &p); p.Errors[0].Location != place {
				t.Errorf("%s: %+v", query, p)
			}
		}
		var i crmapi.Import
		k.call(201, "POST", "/imports?filename=o.csv&zone=UTC&currency=USD&won=Signed,%20at%20last&won=Other&column=is_won%3D&constant=owner%3DAna", opportunities, &i)
		if i.Tally.New != 1 || len(i.Tally.Problems) != 0 {
			t.Errorf("%+v", i.Tally)
		}
		var deals crmapi.Deals
		k.call(200, "GET", "/deals?outcome=won", "", &deals)
		if len(deals.Items) != 1 || *deals.Items[0].Amount != (crmapi.Money{Amount: "1200.50", Currency: "USD"}) {
			t.Errorf("%+v", deals.Items)
		}
	})
}

// again is a text without end.
type again string

func (a again) Read(p []byte) (n int, err error) {
	for n < len(p) {
		n += copy(p[n:], a)
	}
	return n, nil
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		k.call(201, "POST", "/imports?filename=deals.csv", dealsCSV, nil)
		reads := []string{"/imports", "/imports/1", "/imports/1/rejects", "/deals", "/deals/d1", "/hygiene", "/hygiene/fresh/failing", "/records/deal", "/duplicates", "/pulls"}
		for _, path := range reads {
			for who, want := range map[*access.Actor]int{&nobody: 401, &stranger: 404, &auditor: 200, &sales: 200, &owner: 200} {
				if w := k.send(*who, "GET", path, nil); w.Code != want {
					t.Errorf("GET %s as %q: %d, want %d: %s", path, who.Account, w.Code, want, w.Body)
				}
			}
		}
		for who, want := range map[*access.Actor]int{&nobody: 401, &stranger: 404, &auditor: 403, &sales: 201} {
			if w := k.send(*who, "POST", "/imports?filename=deals.csv", strings.NewReader(dealsCSV)); w.Code != want {
				t.Errorf("import as %q: %d, want %d: %s", who.Account, w.Code, want, w.Body)
			}
		}
		for who, want := range map[*access.Actor]int{&nobody: 401, &stranger: 404, &auditor: 403, &sales: 404} {
			if w := k.send(*who, "POST", "/pulls/hubspot", nil); w.Code != want {
				t.Errorf("pull as %q: %d, want %d: %s", who.Account, w.Code, want, w.Body)
			}
		}
		for who, want := range map[*access.Actor]int{&nobody: 401, &stranger: 404, &auditor: 403, &sales: 409} {
			if w := k.send(*who, "POST", "/imports/1/apply", nil); w.Code != want {
				t.Errorf("apply as %q: %d, want %d: %s", who.Account, w.Code, want, w.Body)
			}
		}
	})
}

func TestARepeatedImportHappensOnce(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		post := func(file string) *httptest.ResponseRecorder {
			return k.send(owner, "POST", "/imports?filename=deals.csv", strings.NewReader(file), "Idempotency-Key", "march")
		}
		first, second := post(dealsCSV), post(dealsCSV)
		if first.Code != 201 || second.Code != 201 || second.Body.String() != first.Body.String() || second.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("%d %s\n%d %s", first.Code, first.Body, second.Code, second.Body)
		}
		if w := post(dealsCSV + "d3,Other,,,,,\n"); w.Code != 422 || !strings.Contains(w.Body.String(), "idempotency-mismatch") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		var list api.List[crmapi.Import]
		if k.call(200, "GET", "/imports", "", &list); len(list.Items) != 1 {
			t.Errorf("%d imports", len(list.Items))
		}
	})
}

func TestOfTwoThatApplyOneDoes(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		var i crmapi.Import
		k.call(201, "POST", "/imports?filename=deals.csv&dry_run=true", dealsCSV, &i)
		var both sync.WaitGroup
		status := make([]int, 2)
		for n := range status {
			both.Go(func() { status[n] = k.send(owner, "POST", "/imports/"+i.ID+"/apply", nil).Code })
		}
		both.Wait()
		slices.Sort(status)
		if !slices.Equal(status, []int{200, 409}) {
			t.Errorf("%v", status)
		}
	})
}

const many = 100_000

// table writes the rows as they are read, so that the test itself holds no file.
func table() io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.WriteString(w, "deal_id,name,amount,currency,is_won,is_closed,closed_on\n")
		for n := 0; n < many && err == nil; n++ {
			_, err = fmt.Fprintf(w, "d%d,Deal %d,%d.50,USD,true,true,2026-03-14\n", n, n, n)
		}
		w.CloseWithError(err)
	}()
	return r
}

func TestAHundredThousandRowsStreamIn(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.t = t
		w := k.send(owner, "POST", "/imports?filename=year.csv", table())
		var i crmapi.Import
		if err := json.Unmarshal(w.Body.Bytes(), &i); w.Code != 201 || err != nil || i.Tally.Rows != many || i.Tally.New != many || i.Progress.Rows != many {
			t.Fatalf("%d %v %s", w.Code, err, w.Body)
		}
		var deals crmapi.Deals
		if k.call(200, "GET", "/deals?limit=200", "", &deals); deals.Total != many || len(deals.Items) != 200 || deals.Sums[0].Amount != "5000000000.00" {
			t.Errorf("%d deals, %v", deals.Total, deals.Sums)
		}
	})
}

func TestOperationsAreComplete(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	k := newDesk(t, d)
	apitest.Check(t, k.api)
	for _, op := range k.api.Operations() {
		if !slices.Contains(access.Actions(), access.Action(op.Action)) {
			t.Errorf("%s has the action %q, which the table of access does not know", op.ID, op.Action)
		}
	}
}
