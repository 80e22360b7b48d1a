package api_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/api/apitest"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	workapi "github.com/ofrecord/ofrecord/internal/work/api"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

func person(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	lead    = person("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency})
	product = person("acc_prod", "Petra Product", access.Membership{Role: access.ClientProduct, Org: "org_acme", OrgKind: access.Client})
)

type desk struct {
	t   *testing.T
	api *api.API
	ops *ops.Service
	who access.Actor
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	now := time.Date(2026, 3, 6, 15, 0, 0, 0, time.UTC)
	clock := func() time.Time { now = now.Add(time.Millisecond); return now }
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], now); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	files, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	parties := partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://example.test"})
	k := &desk{t: t, who: lead}
	k.api = api.New(api.Options{Title: "Ofrecord", Version: "test", Admit: func(ctx context.Context, _ *http.Request, action, client string) (context.Context, error) {
		return access.WithActor(db.WithWorkspace(ctx, dbtest.Workspace), k.who), access.RequireAny(k.who, access.Action(action), client)
	}})
	service := &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contracts: &contractops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties}, Files: files}
	(&workapi.Deliverables{Work: service}).Register(k.api)
	(&workapi.Operations{Work: service}).Register(k.api)
	k.ops = service
	return k
}

func (k *desk) callOf(room string, want int, method, path string, body, out any) string {
	k.t.Helper()
	return k.call(want, method, "/"+room+path, body, out)
}

// call sends the body, a text as it is and everything else as JSON, and reads the answer into out.
func (k *desk) call(want int, method, path string, body, out any) string {
	k.t.Helper()
	if !strings.HasPrefix(path, "/requests") {
		path = "/deliverables" + path
	}
	path = "/api/v1/clients/org_acme" + path
	r := httptest.NewRequest(method, path, nil)
	if text, ok := body.(string); ok {
		r = httptest.NewRequest(method, path, strings.NewReader(text))
		r.Header.Set("Content-Type", "application/octet-stream")
	} else if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			k.t.Fatal(err)
		}
		r = httptest.NewRequest(method, path, strings.NewReader(string(text)))
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	k.api.Handler().ServeHTTP(w, r)
	if w.Code != want {
		k.t.Fatalf("%s %s answers %d: %s", method, path, w.Code, w.Body)
	}
	if out != nil {
		if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
			k.t.Fatal(err)
		}
	}
	return w.Body.String()
}

func TestOperationsAreComplete(t *testing.T) { apitest.Check(t, newDesk(t).api) }

func TestADeliverableThroughTheAPI(t *testing.T) {
	k := newDesk(t)
	var d workapi.Deliverable
	k.call(http.StatusCreated, "POST", "", workapi.Proposal{Name: "Headline", Due: "2026-03-31", Key: "key-headline"}, &d)
	at := "/" + d.ID
	k.call(http.StatusUnprocessableEntity, "POST", at+"/versions?filename=a.png", "no picture", nil)
	k.call(http.StatusCreated, "POST", at+"/versions?filename=secret.txt", "Buy now", &d)
	if len(d.Versions) != 1 || d.Versions[0].Released {
		t.Errorf("%+v", d)
	}
	k.who = product
	if got := k.call(http.StatusOK, "GET", at, nil, nil) + k.call(http.StatusOK, "GET", "", nil, nil); strings.Contains(got, "secret") {
		t.Errorf("the client reads %s", got)
	}
	k.call(http.StatusNotFound, "GET", at+"/versions/1/file", nil, nil)
	k.call(http.StatusForbidden, "POST", at+"/versions/1/release", workapi.Review{SHA256: d.Versions[0].SHA256}, nil)
	k.who = lead
	k.call(http.StatusOK, "POST", at+"/versions/1/release", workapi.Review{SHA256: d.Versions[0].SHA256}, &d)
	k.who = product
	if got := k.call(http.StatusOK, "GET", at+"/versions/1/file", nil, nil); got != "Buy now" {
		t.Errorf("%q", got)
	}
	k.call(http.StatusConflict, "POST", at+"/versions/1/answer", workapi.Answer{SHA256: strings.Repeat("0", 64), Answer: "approved"}, nil)
	k.call(http.StatusUnprocessableEntity, "POST", at+"/versions/1/answer", workapi.Answer{SHA256: d.Versions[0].SHA256, Answer: "feedback"}, nil)
	k.call(http.StatusOK, "POST", at+"/versions/1/answer", workapi.Answer{SHA256: d.Versions[0].SHA256, Answer: "approved"}, &d)
	if d.Accepted == nil || d.Accepted.SHA256 != d.Versions[0].SHA256 || d.Stage != "accepted" || d.Accepted.By != "Petra Product" {
		t.Errorf("%+v", d)
	}
	k.who = lead
	k.call(http.StatusConflict, "POST", at+"/withdraw", map[string]string{"words": "off"}, nil)
}

// A list is read page by page, each from the place where the one before ended, and holds each deliverable once.
func TestDeliverablesPageByPage(t *testing.T) {
	k := newDesk(t)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		k.call(http.StatusCreated, "POST", "", workapi.Proposal{Name: name, Due: "2026-03-31", Key: "key-page-" + name}, nil)
	}
	var names string
	after, pages := "", 0
	for {
		var page api.List[workapi.Deliverable]
		k.call(http.StatusOK, "GET", "?limit=2&after="+after, nil, &page)
		for _, d := range page.Items {
			names += d.Name
		}
		pages++
		if after = page.Next; after == "" {
			break
		}
	}
	if len(names) != 5 || pages != 3 || !strings.ContainsAny(names, "abcde") || strings.Count(names, "a")*strings.Count(names, "e") != 1 {
		t.Errorf("%q in %d pages", names, pages)
	}
	if got := k.call(http.StatusUnprocessableEntity, "GET", "?after=del_none", nil, nil); !strings.Contains(got, "query.after") {
		t.Error(got)
	}
}
