package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestAMonthThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.MoveTo("2026-03-02")
		k.Imported(feestest.Won("A", "200000.00", "2026-02-10"))
		drafted := k.draft("2026-02")
		at := "/statements/" + drafted.ID
		if drafted.Statement.Total != "20000.00" || drafted.Life.State != "draft" || drafted.Statement.Evidence != 1 {
			t.Fatalf("%+v", drafted)
		}
		if again := k.draft("2026-02"); again.ID != drafted.ID {
			t.Error("a draft that says the same adds no revision")
		}
		k.call(finance, 404, "GET", at, "", nil)
		k.call(owner, 409, "POST", at+"/submit", `{"hash":"0000"}`, nil)
		var st feesapi.Statement
		k.call(owner, 200, "POST", at+"/submit", `{"hash":"`+drafted.Hash+`"}`, &st)
		if st.Life.State != "submitted" || st.Life.WindowEnds != "2026-03-09" || !st.Life.WindowOpen || st.Life.SubmittedBy != "Olga Owner" {
			t.Errorf("%+v", st.Life)
		}
		k.call(owner, 409, "POST", at+"/lock", "", nil)
		k.call(finance, 200, "POST", at+"/lines/2/dispute", `{"reason":"We won this one alone."}`, &st)
		if want := (feesapi.Split{Currency: "USD", Payable: "14000.00", Held: "6000.00", Conceded: "0.00"}); st.Life.Split != want || st.Life.Lines[1].State != "disputed" {
			t.Errorf("%+v", st.Life)
		}
		k.call(owner, 200, "POST", at+"/lines/2/answer", `{"answer":"The webinar came first."}`, &st)
		if e := st.Life.Lines[1].Events; len(e) != 2 || e[0].Side != "client" || e[1].Side != "agency" || e[1].Text != "The webinar came first." {
			t.Errorf("%+v", e)
		}
		k.call(boss, 200, "POST", at+"/accept-rest", "", &st)
		k.call(owner, 409, "POST", at+"/lock", `{"seen":1}`, nil)
		k.call(owner, 200, "POST", at+"/lock", `{"seen":4,"hash":"`+st.Hash+`"}`, &st)
		if st.Life.State != "locked" || st.Life.Lines[1].Held != "6000.00" || st.Life.LockedAt == nil {
			t.Errorf("%+v", st.Life)
		}
		k.call(finance, 422, "POST", at+"/lines/2/release", `{"amount":"7000"}`, nil)
		k.call(finance, 200, "POST", at+"/lines/2/release", `{"amount":"4500.00"}`, &st)
		k.call(owner, 200, "POST", at+"/lines/2/waive", "", &st)
		if l := st.Life.Lines[1]; l.Released != "4500.00" || l.Waived != "1500.00" || l.Held != "0.00" {
			t.Errorf("%+v", l)
		}
		var list api.List[feesapi.Summary]
		if k.call(finance, 200, "GET", "/statements", "", &list); len(list.Items) != 1 || list.Items[0].State != "locked" || list.Items[0].Total.Amount != "20000.00" {
			t.Errorf("%+v", list)
		}
	})
}

func TestLinesAreAcceptedAndConceded(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		st, at := k.submitted()
		k.call(finance, 200, "POST", at+"/lines/1/accept", "", &st)
		if st.Life.Lines[0].State != "accepted" || st.Life.Lines[0].By != "Finn Finance" {
			t.Errorf("%+v", st.Life.Lines[0])
		}
		k.call(finance, 200, "POST", at+"/lines/2/dispute", `{"reason":"no"}`, nil)
		k.call(owner, 200, "POST", at+"/lines/2/concede", "", &st)
		if st.Life.Lines[1].State != "conceded" || st.Life.Split.Conceded != "6000.00" {
			t.Errorf("%+v", st.Life)
		}
		k.call(owner, 409, "POST", at+"/withdraw", "", nil)
	})
}

func TestAWithdrawnStatementIsDraftedAgain(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		st, at := k.submitted()
		k.call(owner, 409, "POST", "/statements", `{"contract":"`+k.Contract+`","month":"2026-02"}`, nil)
		k.call(owner, 200, "POST", at+"/withdraw", `{"reason":"a wrong deal"}`, &st)
		if st.Life.State != "withdrawn" || st.Life.WithdrawnBy != "Olga Owner" {
			t.Errorf("%+v", st.Life)
		}
		if again := k.draft("2026-02"); again.Revision != 2 || again.ID == st.ID {
			t.Errorf("%+v", again)
		}
		var old feesapi.Statement
		if k.call(owner, 200, "GET", at, "", &old); !old.Life.Superseded {
			t.Errorf("%+v", old.Life)
		}
	})
}

// What a program reads is what is printed: not a field more, less or otherwise. The deal is capped, so that limits and touches are in it.
func TestTheDocumentIsTheOneThatIsPrinted(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.MoveTo("2026-03-02")
		k.Imported(feestest.Won("A", "900000.00", "2026-02-10"))
		id := k.draft("2026-02").ID
		st, err := k.Statement(db.WithWorkspace(t.Context(), dbtest.Workspace), owner, id)
		if err != nil {
			t.Fatal(err)
		}
		printed, err := st.Document.Encode()
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{`"limit"`, `"touches"`, `"evidence"`, `Acme <Robotics> & Sons`} {
			if !strings.Contains(string(printed), part) {
				t.Errorf("the statement lacks %s, so this proves little", part)
			}
		}
		var got, want map[string]any
		body := k.call(owner, 200, "GET", "/statements/"+id, "", &got).Body.String()
		if err := json.Unmarshal(printed, &want); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"statement", "issues"} {
			if !reflect.DeepEqual(got[part], want[part]) {
				t.Errorf("%s:\n%v\nprinted:\n%v", part, got[part], want[part])
			}
		}
		strict := json.NewDecoder(bytes.NewReader(printed))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&feesapi.Document{}); err != nil {
			t.Errorf("the schema lacks what is printed: %v", err)
		}
		if !strings.Contains(body, "Acme <Robotics> & Sons") {
			t.Error("the text is escaped")
		}
	})
}

func TestTheTagChangesWithTheReview(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		_, at := k.submitted()
		tag := k.send(finance, "GET", at, "").Header().Get("ETag")
		if w := k.send(finance, "GET", at, "", "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		k.call(finance, 200, "POST", at+"/lines/1/accept", "", nil)
		if w := k.send(finance, "GET", at, "", "If-None-Match", tag); w.Code != 200 || w.Header().Get("ETag") == tag {
			t.Errorf("a line was accepted meanwhile: %d", w.Code)
		}
		tag = k.send(finance, "GET", at, "").Header().Get("ETag")
		k.MoveTo("2026-03-10")
		var st feesapi.Statement
		w := k.send(finance, "GET", at, "", "If-None-Match", tag)
		if err := json.Unmarshal(w.Body.Bytes(), &st); w.Code != 200 || err != nil || st.Life.Lines[1].State != "deemed accepted" {
			t.Errorf("the window has closed without any event: %d %v %+v", w.Code, err, st.Life)
		}
	})
}

func TestThePackAndTheDifference(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		st, at := k.submitted()
		w := k.call(sales, 200, "GET", at+"/pack", "", nil)
		files, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
		if err != nil || !slices.ContainsFunc(files.File, func(f *zip.File) bool { return strings.HasSuffix(f.Name, "statement.json") }) {
			t.Fatalf("%v", err)
		}
		if got := w.Header().Get("Content-Disposition"); got != "attachment; filename=growth-2026-02-r1.zip" || w.Header().Get("Content-Type") != "application/zip" {
			t.Error(got, w.Header().Get("Content-Type"))
		}
		var d feesapi.Difference
		if k.call(sales, 200, "GET", at+"/difference", "", &d); d.From != 1 || d.To != 1 || len(d.Lines)+len(d.Facts) != 0 {
			t.Errorf("%+v", d)
		}
		k.Imported(feestest.Won("A", "100000.00", "2026-02-10"))
		k.call(sales, 200, "GET", at+"/difference", "", &d)
		if d.To != 2 || d.Total.Amount != st.Statement.Total || d.Now.Amount != "17000.00" || len(d.Lines) != 1 || d.Lines[0].Before.Amount != "6000.00" || d.Lines[0].After.Amount != "3000.00" || len(d.Facts) != 1 {
			t.Errorf("%+v", d)
		}
	})
}

func TestAListGoesOn(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.MoveTo("2026-12-02")
		for _, month := range []string{"2026-01", "2026-02", "2026-03"} {
			k.draft(month)
		}
		var first, second api.List[feesapi.Summary]
		k.call(owner, 200, "GET", "/statements?limit=2", "", &first)
		k.call(owner, 200, "GET", "/statements?limit=2&after="+first.Next, "", &second)
		if len(first.Items) != 2 || first.Items[0].Period.From != "2026-03-01" || len(second.Items) != 1 || second.Items[0].Period.To != "2026-02-01" || second.Next != "" {
			t.Errorf("%+v\n%+v", first, second)
		}
		if first.Items[0].Split != nil || first.Items[0].Total.Currency != "USD" {
			t.Errorf("%+v", first.Items[0])
		}
		var none api.List[feesapi.Summary]
		if w := k.call(finance, 200, "GET", "/statements", "", &none); len(none.Items) != 0 || !strings.Contains(w.Body.String(), `"items":[]`) {
			t.Errorf("drafts are internal to the agency: %s", w.Body)
		}
		k.call(owner, 422, "GET", "/statements?after=stm_none", "", nil)
	})
}

func TestOfTwoThatSubmitOrLockOneDoes(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		k.MoveTo("2026-03-02")
		at := "/statements/" + k.draft("2026-02").ID
		for _, verb := range []string{"/submit", "/lock"} {
			var both sync.WaitGroup
			status := make([]int, 2)
			for n := range status {
				both.Go(func() { status[n] = k.send(owner, "POST", at+verb, "").Code })
			}
			both.Wait()
			slices.Sort(status)
			if !slices.Equal(status, []int{200, 409}) {
				t.Errorf("%s: %v", verb, status)
			}
			if verb == "/submit" {
				k.call(finance, 200, "POST", at+"/accept-rest", "", nil)
			}
		}
	})
}

func TestARepeatedStepHappensOnce(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		_, at := k.submitted()
		const said = `{"reason":"not ours"}`
		first := k.send(finance, "POST", at+"/lines/2/dispute", said, "Idempotency-Key", "d1")
		again := k.send(finance, "POST", at+"/lines/2/dispute", said, "Idempotency-Key", "d1")
		if first.Code != 200 || again.Code != 200 || again.Body.String() != first.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("%d %s\n%d %s", first.Code, first.Body, again.Code, again.Body)
		}
		if w := k.send(finance, "POST", at+"/lines/2/dispute", said, "Idempotency-Key", "d2"); w.Code != 409 {
			t.Errorf("another key is another call: %d %s", w.Code, w.Body)
		}
		if w := k.send(finance, "POST", at+"/lines/1/dispute", said, "Idempotency-Key", "d1"); w.Code != 422 || !strings.Contains(w.Body.String(), "idempotency-mismatch") {
			t.Errorf("another line: %d %s", w.Code, w.Body)
		}
		var st feesapi.Statement
		if k.call(finance, 200, "GET", at, "", &st); st.Life.Events != 2 {
			t.Errorf("%d events", st.Life.Events)
		}
	})
}

func TestWhatIsWrongIsNamedAtItsPlace(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		_, at := k.submitted()
		c := k.Contract
		tests := []struct {
			who                      access.Actor
			path, body, place, codes string
		}{
			{owner, "/statements", `{"contract":"` + c + `"}`, "body", "required"},
			{owner, "/statements", `{"contract":"` + c + `","month":"2026-3"}`, "body.month", "value"},
			{owner, "/statements", `{"contract":"` + c + `","month":"2026-13"}`, "body.month", "month"},
			{owner, "/statements", `{"contract":"` + c + `","month":"2025-12"}`, "period", "period-before"},
			{owner, "/statements", `{"contract":"` + c + `","month":"2026-09"}`, "period", "period-to-come"},
			{owner, "/statements", `{"contract":"ct_other","month":"2026-02"}`, "body.contract", "contract-unknown"},
			{owner, "/statements", `{"contract":"` + c + `","month":"2026-02","mnth":"x"}`, "body.mnth", "unknown-field"},
			{finance, at + "/lines/2/dispute", `{"reason":""}`, "body.reason", "value"},
			{finance, at + "/lines/2/dispute", `{"reason":"   "}`, "reason", "reason-missing"},
			{finance, at + "/lines/0/accept", "", "path.no", "value"},
			{finance, at + "/lines/x/accept", "", "path.no", "value"},
			{owner, at + "/lock", `{"seen":-1}`, "body.seen", "value"},
		}
		for _, test := range tests {
			var p api.Problem
			k.call(test.who, 422, "POST", test.path, test.body, &p)
			if len(p.Errors) != 1 || p.Errors[0].Location != test.place || p.Errors[0].Code != test.codes {
				t.Errorf("%s %s: %+v", test.path, test.body, p)
			}
		}
		k.call(finance, 404, "POST", at+"/lines/9/accept", "", nil)
		k.call(owner, 400, "POST", "/statements", "", nil)
		k.call(owner, 400, "POST", "/statements", "{", nil)
		k.call(owner, 422, "GET", at+"?colour=red", "", nil)
	})
}

func TestWhoMay(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		_, at := k.submitted()
		tests := []struct {
			method, path, body       string
			owner, client, bystander int // the client's finance, and its sales
		}{
			{"GET", "/statements", "", 200, 200, 200},
			{"GET", at, "", 200, 200, 200},
			{"GET", at + "/pack", "", 200, 200, 200},
			{"GET", at + "/difference", "", 200, 200, 200},
			{"POST", "/statements", `{"contract":"` + k.Contract + `","month":"2026-02"}`, 409, 403, 403},
			{"POST", at + "/submit", "", 409, 403, 403},
			{"POST", at + "/withdraw", "", 0, 403, 403},
			{"POST", at + "/lines/1/accept", "", 403, 200, 403},
			{"POST", at + "/lines/2/dispute", `{"reason":"no"}`, 403, 200, 403},
			{"POST", at + "/lines/2/answer", `{"answer":"yes"}`, 200, 403, 403},
			{"POST", at + "/lines/1/concede", "", 409, 403, 403},
			{"POST", at + "/accept-rest", "", 403, 409, 403},
			{"POST", at + "/lock", "", 200, 409, 403},
			{"POST", at + "/lines/2/release", "", 403, 200, 403},
			{"POST", at + "/lines/2/waive", "", 409, 403, 403},
		}
		for _, test := range tests {
			for _, call := range []struct {
				who  access.Actor
				want int
			}{{nobody, 401}, {stranger, 404}, {sales, test.bystander}, {owner, test.owner}, {finance, test.client}} {
				if call.want == 0 {
					continue
				}
				if w := k.send(call.who, test.method, test.path, test.body); w.Code != call.want {
					t.Errorf("%s %s as %q: %d, want %d: %s", test.method, test.path, call.who.Account, w.Code, call.want, w.Body)
				}
			}
		}
	})
}

func TestAStatementIsFoundOnlyUnderItsClient(t *testing.T) {
	each(t, func(t *testing.T, k *desk) {
		_, at := k.submitted()
		k.client = "org_bolt"
		for _, op := range k.api.Operations() {
			if !strings.Contains(op.Path, "{statement}") {
				continue
			}
			_, rest, _ := strings.Cut(op.Path, "{statement}")
			body := map[bool]string{true: `{"reason":"x"}`}[strings.HasSuffix(rest, "dispute")]
			if strings.HasSuffix(rest, "answer") {
				body = `{"answer":"x"}`
			}
			k.call(owner, 404, op.Method, at+strings.Replace(rest, "{no}", "1", 1), body, nil)
		}
		k.call(owner, 422, "POST", "/statements", `{"contract":"`+k.Contract+`","month":"2026-02"}`, nil)
		k.client = "org_acme"
		var st feesapi.Statement
		if k.call(owner, 200, "GET", at, "", &st); st.Life.Events != 1 || st.Life.State != "submitted" {
			t.Errorf("something happened: %+v", st.Life)
		}
		k.call(owner, 404, "GET", "/statements/stm_none", "", nil)
	})
}

func TestOperationsAreComplete(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, context.WithoutCancel(ctx))
	apitest.Check(t, k.api)
	for _, op := range k.api.Operations() {
		if !slices.Contains(access.Actions(), access.Action(op.Action)) {
			t.Errorf("%s has the action %q, which the table of access does not know", op.ID, op.Action)
		}
	}
}
