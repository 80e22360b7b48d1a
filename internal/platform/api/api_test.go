package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

type Note struct {
	Text   string `json:"text" minLength:"1"`
	Amount int64  `json:"amount,omitempty"`
	Lines  []Line `json:"lines,omitempty"`
}

type Line struct {
	Rate string `json:"rate"`
}

type noteInput struct {
	Client string `path:"client"`
	Body   Note
}

type account struct{}

// desk is an API with a few operations of every form, whose handlers do what the test says.
type desk struct {
	*api.API
	fail  error                     // what every handler returns
	note  func(ctx context.Context) // what addNote does first
	put   func(io.Reader) error     // what upload does with its stream
	write func(w io.Writer) error   // what download writes
	now   func() time.Time
}

func newDesk(d *db.DB) *desk {
	k := &desk{now: time.Now}
	k.API = api.New(api.Options{
		Title: "Desk", Version: "1", DB: d, Now: func() time.Time { return k.now() }, Admit: admit,
		Caller: func(ctx context.Context) string { who, _ := ctx.Value(account{}).(string); return who },
	})
	api.Register(k.API, api.Operation{
		Method: "POST", Path: "/clients/{client}/notes", ID: "addNote", Summary: "Add a note", Tags: []string{"Notes"},
		Action: "note.add", Status: http.StatusCreated, MaxBody: 1000,
	}, func(ctx context.Context, in *noteInput) (*api.Created[Note], error) {
		if k.note != nil {
			k.note(ctx)
		}
		return &api.Created[Note]{Location: api.Path("clients", in.Client, "notes", "1"), Body: in.Body}, k.fail
	})
	api.Register(k.API, api.Operation{
		Method: "POST", Path: "/clients/{client}/keys", ID: "makeKey", Summary: "Make a key", Tags: []string{"Keys"}, Action: "note.add", Once: true,
	}, func(ctx context.Context, in *struct {
		Client string `path:"client"`
	}) (*api.Answer[Note], error) {
		return &api.Answer[Note]{Body: Note{Text: "secret"}}, k.fail
	})
	api.Register(k.API, api.Operation{
		Method: "GET", Path: "/clients/{client}/notes", ID: "listNotes", Summary: "List the notes", Tags: []string{"Notes"}, Action: "note.read",
	}, func(_ context.Context, in *struct {
		Client string `path:"client"`
		api.Page
	}) (*api.Answer[api.List[Line]], error) {
		if k.fail != nil {
			return nil, k.fail
		}
		return api.Cut(in.Page, []Line{{"1"}, {"2"}, {"3"}}, func(l Line) string { return l.Rate })
	})
	api.Register(k.API, api.Operation{
		Method: "GET", Path: "/notes/{id}", ID: "showNote", Summary: "Show a note", Tags: []string{"Notes"}, Action: web.Public,
	}, func(_ context.Context, in *struct {
		ID string `path:"id"`
	}) (*struct {
		api.Immutable
		Body Note
	}, error) {
		return &struct {
			api.Immutable
			Body Note
		}{api.Unchanging("abc"), Note{Text: in.ID}}, k.fail
	})
	api.Register(k.API, api.Operation{
		Method: "POST", Path: "/clients/{client}/uploads", ID: "upload", Summary: "Upload a file", Tags: []string{"Files"},
		Action: "note.add", Accepts: []string{"text/csv"}, MaxBody: 64 << 20,
	}, func(_ context.Context, in *struct {
		Client string `path:"client"`
		api.Upload
	}) (*api.Answer[Note], error) {
		if err := k.put(in.Stream()); err != nil {
			return nil, err
		}
		return &api.Answer[Note]{Body: Note{Text: in.Filename + " " + in.MediaType()}}, nil
	})
	api.Register(k.API, api.Operation{
		Method: "GET", Path: "/files/{name}", ID: "download", Summary: "Download a file", Tags: []string{"Files"},
		Action: web.Public, Produces: []string{"text/csv"},
	}, func(_ context.Context, in *struct {
		Name string `path:"name"`
	}) (*api.Download, error) {
		return api.Stream("text/csv; charset=utf-8", in.Name, func(_ context.Context, w io.Writer) error { return k.write(w) }), k.fail
	})
	return k
}

// admit lets the account of the header "Account" do everything for its client "acme", and only read for "public".
func admit(ctx context.Context, r *http.Request, action, client string) (context.Context, error) {
	who := r.Header.Get("Account")
	switch {
	case action == web.Public:
		return ctx, nil
	case who == "":
		return nil, fault.New(fault.Unauthenticated, "sign-in", "Sign in.")
	case client == "readable" && action != "note.read":
		return nil, fault.New(fault.Forbidden, "not-allowed", "Only its owner may do this.")
	case client != "acme" && client != "readable":
		return nil, fault.New(fault.NotFound, "not-found", "There is nothing here.")
	}
	if workspace := r.Header.Get("Workspace"); workspace != "" {
		ctx = db.WithWorkspace(ctx, workspace)
	}
	return context.WithValue(ctx, account{}, who), nil
}

func (k *desk) do(t *testing.T, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	k.Handler().ServeHTTP(w, r)
	return w
}

func request(method, path, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, "/api/v1"+path, strings.NewReader(body))
	if body == "" {
		r.Body = http.NoBody
	}
	r.Header.Set("Account", "ann")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func problemIn(t *testing.T, w *httptest.ResponseRecorder) api.Problem {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("status %d, content type %q: %s", w.Code, got, w.Body)
	}
	var p api.Problem
	in := json.NewDecoder(w.Body)
	in.DisallowUnknownFields()
	if err := in.Decode(&p); err != nil {
		t.Fatal(err)
	}
	if p.Status != w.Code || p.Title == "" || p.Detail == "" || p.Code == "" || p.Type != "about:blank" {
		t.Errorf("status %d, incomplete problem %+v", w.Code, p)
	}
	return p
}

func TestDocumentIsSound(t *testing.T) {
	k := newDesk(nil)
	apitest.Check(t, k.API)
	for _, path := range []string{"/openapi.json", "/openapi.yaml", "/schemas/Note", "/schemas/Problem.json"} {
		w := k.do(t, request("GET", path, "", "Account", ""))
		if w.Code != 200 || w.Body.Len() == 0 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestEveryKindOfFaultBecomesItsProblem(t *testing.T) {
	k := newDesk(nil)
	for kind := fault.Invalid; kind <= fault.Unavailable; kind++ {
		k.fail = fault.List{
			fault.New(kind, "some-code", "first").At("clauses[1].rate").AtLine(3, 7),
			fault.New(kind, "other-code", "second"),
		}
		w := k.do(t, request("POST", "/clients/acme/notes", `{"text":"x"}`))
		p := problemIn(t, w)
		if p.Status != fault.HTTPStatus(kind) || p.Code != "some-code" || p.Detail != "first" || len(p.Errors) != 2 {
			t.Errorf("%v: %+v", kind, p)
		}
		if want := (api.Mistake{Location: "clauses[1].rate", Line: 3, Column: 7, Message: "first", Code: "some-code"}); p.Errors[0] != want {
			t.Errorf("%v: %+v", kind, p.Errors[0])
		}
	}
	for _, err := range []error{errors.New("password is hunter2"), fault.New(fault.Internal, "x", "password is hunter2")} {
		k.fail = err
		w := k.do(t, request("GET", "/clients/acme/notes", ""))
		if text := w.Body.String(); w.Code != 500 || strings.Contains(text, "hunter2") {
			t.Errorf("%d %s", w.Code, text)
		}
	}
}
