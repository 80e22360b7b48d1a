package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

func TestWhatIsSentIsReadStrictly(t *testing.T) {
	const notes = "/clients/acme/notes"
	tests := []struct {
		name, path, body, mediaType string
		status                      int
		code, location              string
	}{
		{"unknown field", notes, `{"text":"x","colour":"red"}`, "", 422, "unknown-field", "body.colour"},
		{"unknown field deep inside", notes, `{"text":"x","lines":[{"rate":"1","r":2}]}`, "", 422, "unknown-field", "body.lines[0].r"},
		{"wrong type", notes, `{"text":7}`, "", 422, "value", "body.text"},
		{"fraction for a whole number", notes, `{"text":"x","amount":1.5}`, "", 422, "value", "body.amount"},
		{"whole number out of range", notes, `{"text":"x","amount":99999999999999999999}`, "", 422, "value", "body"},
		{"missing field", notes, `{}`, "", 422, "required", "body"},
		{"too short", notes, `{"text":""}`, "", 422, "value", "body.text"},
		{"null for the body", notes, `null`, "", 422, "value", "body"},
		{"no body", notes, ``, "", 400, "body-missing", ""},
		{"no JSON", notes, "{\n  \"text\": x}", "", 400, "unreadable", "body"},
		{"half of it", notes, `{"text":"x"`, "", 400, "unreadable", "body"},
		{"two of it", notes, `{"text":"x"}{"text":"y"}`, "", 400, "unreadable", "body"},
		{"a field twice", notes, `{"text":"x","text":"y"}`, "", 400, "unreadable", "body"},
		{"a field twice in other letters", notes, `{"text":"x","t\u0065xt":"y"}`, "", 400, "unreadable", "body"},
		{"a field twice deep inside", notes, `{"text":"x","lines":[{"rate":"1"},{"rate":"1","rate":"2"}]}`, "", 400, "unreadable", "body"},
		{"a parameter twice", notes + "?dry=1&dry=1", `{"text":"x"}`, "", 422, "repeated-parameter", "query.dry"},
		{"a form", notes, `text=x`, "application/x-www-form-urlencoded", 415, "media-type", ""},
		{"unknown parameter", notes + "?dry=1", `{"text":"x"}`, "", 422, "unknown-parameter", "query.dry"},
		{"several", notes, `{"text":7,"colour":1}`, "", 422, "invalid", ""},
	}
	k := newDesk(nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := problemIn(t, k.do(t, request("POST", test.path, test.body, "Content-Type", test.mediaType)))
			location := ""
			if len(p.Errors) == 1 {
				location = p.Errors[0].Location
			}
			if p.Status != test.status || p.Code != test.code || location != test.location {
				t.Errorf("%+v", p)
			}
		})
	}
	p := problemIn(t, k.do(t, request("POST", notes, "{\n  \"text\": x}")))
	if e := p.Errors[0]; e.Line != 2 || e.Column != 11 || strings.Contains(e.Message, "line") {
		t.Errorf("%+v", e)
	}
	p = problemIn(t, k.do(t, request("POST", notes, "{\"text\": \"x\",\n  \"text\": \"y\"}")))
	if e := p.Errors[0]; e.Line != 2 || e.Column != 3 || !strings.Contains(e.Message, `"text"`) {
		t.Errorf("%+v", e)
	}
	if w := k.do(t, request("POST", notes, `{"text":"text","lines":[{"rate":"1"},{"rate":"1"}]}`)); w.Code != 201 {
		t.Errorf("the same name in two places: %d %s", w.Code, w.Body)
	}
	p = problemIn(t, k.do(t, request("GET", notes+"?limit=1&limit=2", "")))
	if p.Code != "repeated-parameter" || p.Errors[0].Location != "query.limit" {
		t.Errorf("%+v", p)
	}
}

func TestABodyBeyondTheLimitIsRefused(t *testing.T) {
	k := newDesk(nil)
	exactly := `{"text":"` + strings.Repeat("x", 1000-11) + `"}`
	if w := k.do(t, request("POST", "/clients/acme/notes", exactly)); w.Code != 201 {
		t.Errorf("%d bytes: %d %s", len(exactly), w.Code, w.Body)
	}
	stated := request("POST", "/clients/acme/notes", exactly+" ")
	unstated := request("POST", "/clients/acme/notes", exactly+" ")
	unstated.ContentLength = -1
	for _, r := range []*http.Request{stated, unstated} {
		p := problemIn(t, k.do(t, r))
		if p.Status != 413 || p.Code != "too-large" || !strings.Contains(p.Detail, "1000 bytes") {
			t.Errorf("%+v", p)
		}
	}
	k.put = func(in io.Reader) error { _, err := io.Copy(io.Discard, in); return err }
	r := httptest.NewRequest("POST", "/api/v1/clients/acme/uploads", io.LimitReader(letters{}, 64<<20+1))
	r.Header.Set("Account", "ann")
	r.Header.Set("Content-Type", "text/csv")
	if p := problemIn(t, k.do(t, r)); p.Status != 413 || !strings.Contains(p.Detail, "64 MB") {
		t.Errorf("%+v", p)
	}
}

// failing is a body that must not be read.
type failing struct{ t *testing.T }

func (f failing) Read([]byte) (int, error) {
	f.t.Error("the body was read before admission")
	return 0, io.EOF
}

func TestAdmissionComesFirst(t *testing.T) {
	tests := []struct {
		account, path string
		status        int
	}{
		{"", "/clients/acme/notes", 401},
		{"ann", "/clients/readable/notes", 403},
		{"ann", "/clients/other/notes", 404},
	}
	k := newDesk(nil)
	for _, test := range tests {
		r := httptest.NewRequest("POST", "/api/v1"+test.path+"?unknown=1", failing{t})
		r.Header.Set("Account", test.account)
		w := k.do(t, r)
		if p := problemIn(t, w); p.Status != test.status {
			t.Errorf("%s: %+v", test.path, p)
		}
		if (w.Header().Get("WWW-Authenticate") != "") != (test.status == 401) || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", test.path, w.Header())
		}
	}
	if w := k.do(t, request("GET", "/clients/readable/notes", "")); w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	closed := api.New(api.Options{})
	api.Register(closed, api.Operation{Method: "GET", Path: "/x", ID: "x", Summary: "X", Tags: []string{"X"}, Action: "x"}, nothing)
	w := httptest.NewRecorder()
	if closed.Handler().ServeHTTP(w, request("GET", "/x", "")); w.Code != 401 {
		t.Errorf("an API without Admit answers %d", w.Code)
	}
}

func TestAddressesWithoutOperation(t *testing.T) {
	k := newDesk(nil)
	if p := problemIn(t, k.do(t, request("GET", "/nowhere", ""))); p.Status != 404 || p.Code != "no-operation" {
		t.Errorf("%+v", p)
	}
	w := k.do(t, request("DELETE", "/clients/acme/notes", ""))
	if p := problemIn(t, w); p.Status != 405 || !strings.Contains(w.Header().Get("Allow"), "POST") {
		t.Errorf("%+v %v", p, w.Header())
	}
}

func TestAPageOfAList(t *testing.T) {
	k := newDesk(nil)
	tests := []struct{ query, want string }{
		{"", `{"items":[{"rate":"1"},{"rate":"2"},{"rate":"3"}]}`},
		{"?limit=2", `{"items":[{"rate":"1"},{"rate":"2"}],"next":"2"}`},
		{"?limit=2&after=2", `{"items":[{"rate":"3"}]}`},
		{"?after=3", `{"items":[]}`},
	}
	for _, test := range tests {
		w := k.do(t, request("GET", "/clients/acme/notes"+test.query, ""))
		if got := strings.TrimSpace(w.Body.String()); w.Code != 200 || got != test.want {
			t.Errorf("%s: %d %s", test.query, w.Code, got)
		}
	}
	if p := problemIn(t, k.do(t, request("GET", "/clients/acme/notes?after=9", ""))); p.Status != 422 || p.Code != "after-unknown" {
		t.Errorf("%+v", p)
	}
	for _, query := range []string{"?limit=0", "?limit=201", "?limit=x"} {
		if p := problemIn(t, k.do(t, request("GET", "/clients/acme/notes"+query, ""))); p.Status != 422 || p.Errors[0].Location != "query.limit" {
			t.Errorf("%s: %+v", query, p)
		}
	}
}

func TestWhatNeverChangesIsSentOnce(t *testing.T) {
	k := newDesk(nil)
	w := k.do(t, request("GET", "/notes/7", ""))
	if w.Code != 200 || w.Header().Get("ETag") != `"abc"` {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	for _, known := range []string{`"abc"`, `W/"abc"`, `"x", "abc"`} {
		w := k.do(t, request("GET", "/notes/7", "", "If-None-Match", known))
		if w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("ETag") != `"abc"` || w.Header().Get("Cache-Control") == "no-store" {
			t.Errorf("%s: %d %s %v", known, w.Code, w.Body, w.Header())
		}
	}
	if w := k.do(t, request("GET", "/notes/7", "", "If-None-Match", `"old"`)); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
	w = k.do(t, request("GET", "/openapi.json", ""))
	if w := k.do(t, request("GET", "/openapi.json", "", "If-None-Match", w.Header().Get("ETag"))); w.Code != 304 {
		t.Errorf("%d", w.Code)
	}
}

func TestIncompleteOperationsPanic(t *testing.T) {
	sound := api.Operation{Method: "GET", Path: "/x", ID: "x", Summary: "X", Tags: []string{"X"}, Action: "x"}
	a := api.New(api.Options{})
	api.Register(a, sound, nothing)
	for _, spoil := range []func(op *api.Operation){
		func(op *api.Operation) {}, // its id is taken
		func(op *api.Operation) { op.Action = "" },
		func(op *api.Operation) { op.Summary = "" },
		func(op *api.Operation) { op.Tags = nil },
		func(op *api.Operation) { op.ID = "" },
		func(op *api.Operation) { op.Method = "" },
		func(op *api.Operation) { op.Path = "y" },
	} {
		op := sound
		op.Path = "/y"
		op.ID = "y"
		if spoil(&op); op.Action != "" && op.ID == "y" && op.Path == "/y" && op.Summary != "" && op.Tags != nil && op.Method != "" {
			op = sound
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v is registered", op)
				}
			}()
			api.Register(a, op, nothing)
		}()
	}
}

// Behind the server of the pages: the mount lets the largest body through, a panic is a problem, and the reference names the call.
func TestMountedInTheServer(t *testing.T) {
	k := newDesk(nil)
	var registry web.Registry
	k.Mount(&registry)
	server := web.New(web.Options{}, &registry)
	k.put = func(in io.Reader) error { _, err := io.Copy(io.Discard, in); return err }
	r := httptest.NewRequest("POST", "/api/v1/clients/acme/uploads?filename=a.csv", io.LimitReader(letters{}, 5<<20))
	r.Header.Set("Account", "ann")
	r.Header.Set("Content-Type", "text/csv; charset=utf-8")
	w := httptest.NewRecorder()
	if server.ServeHTTP(w, r); w.Code != 200 || !strings.Contains(w.Body.String(), "a.csv text/csv") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	server.ServeHTTP(w, request("GET", "/nowhere", ""))
	if p := problemIn(t, w); p.Reference == "" || p.Reference != w.Header().Get("X-Request-Id") {
		t.Errorf("%+v %v", p, w.Header())
	}
	k.put = func(io.Reader) error { panic("boom") }
	w = httptest.NewRecorder()
	server.ServeHTTP(w, request("POST", "/clients/acme/uploads", "x", "Content-Type", "text/csv"))
	if w.Code != 500 || w.Header().Get("Content-Type") != "application/problem+json" || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	server.ServeHTTP(w, request("POST", "/clients/acme/notes", `{"text":"x"}`, "Sec-Fetch-Site", "cross-site"))
	if w.Code != 403 {
		t.Errorf("a cross-site call answers %d", w.Code)
	}
	w = httptest.NewRecorder()
	server.ServeHTTP(w, httptest.NewRequest("GET", "/api", nil))
	if text := w.Body.String(); w.Code != 200 || !strings.Contains(text, "Upload a file") || !strings.Contains(text, "/api/v1/clients/{client}/uploads") {
		t.Errorf("the page for people: %d %s", w.Code, text)
	}
	w = httptest.NewRecorder()
	if server.ServeHTTP(w, request("HEAD", "/clients/acme/notes", "")); w.Code != 200 {
		t.Errorf("HEAD answers %d", w.Code)
	}
}

func TestLogAndMetricsTellOperationsApart(t *testing.T) {
	k := newDesk(nil)
	var registry web.Registry
	k.Mount(&registry)
	var log strings.Builder
	server := web.New(web.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, &registry)
	for _, path := range []string{"/clients/acme/notes", "/notes/17", "/nowhere/17"} {
		server.ServeHTTP(httptest.NewRecorder(), request("GET", path, ""))
	}
	scrape := httptest.NewRequest("GET", "/metrics", nil)
	scrape.RemoteAddr = "127.0.0.1:4000"
	w := httptest.NewRecorder()
	server.ServeHTTP(w, scrape)
	for _, route := range []string{"/api/v1/clients/{client}/notes", "/api/v1/notes/{id}", "/api/v1/"} {
		if !strings.Contains(w.Body.String(), `method="GET",route="`+route+`"} 1`) {
			t.Errorf("the metrics lack %s", route)
		}
		if !strings.Contains(log.String(), "route="+route+" ") {
			t.Errorf("the log lacks %s", route)
		}
	}
	if all := w.Body.String() + log.String(); strings.Contains(all, "acme") || strings.Contains(all, "nowhere") {
		t.Errorf("what callers wrote is in\n%s", log.String())
	}
}

func TestTextThatNoEngineKeepsIsRefusedAtItsPlace(t *testing.T) {
	k := newDesk(nil)
	tests := []struct {
		method, path, body string
		location           string
	}{
		{"GET", "/notes/a%00", "", "path"},
		{"GET", "/notes/a%FF", "", "path"},
		{"GET", "/clients/acme/notes?after=%00", "", "query.after"},
		{"GET", "/clients/acme/notes?after=%FF", "", "query.after"},
		{"GET", "/clients/acme/notes?a%00=1", "", "query"},
		{"POST", "/clients/acme/notes", `{"text":"a\u0000"}`, "body"},
		{"POST", "/clients/acme/notes", `{"text":"a\\\u0000"}`, "body"},
	}
	for _, test := range tests {
		p := problemIn(t, k.do(t, request(test.method, test.path, test.body)))
		if p.Status != 422 && p.Status != 400 || len(p.Errors) != 1 || p.Errors[0].Location != test.location {
			t.Errorf("%s %s: %+v", test.path, test.body, p)
		}
	}
	if w := k.do(t, request("POST", "/clients/acme/notes", `{"text":"a\\u0000"}`)); w.Code != 201 {
		t.Errorf("a backslash and letters: %d %s", w.Code, w.Body)
	}
}
