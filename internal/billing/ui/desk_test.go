package ui_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/PuerkitoBio/goquery"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/billing/ui"
	"github.com/ofrecord/ofrecord/internal/fees/ops/feestest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

var (
	text                     = feestest.CappedText
	owner                    = feestest.Owner
	finance, sales, stranger = feestest.Finance, feestest.Sales, feestest.Stranger
)

// desk is the pages of billing at the bench of statements.
type desk struct {
	*ops.Service
	*feestest.Bench
}

func newDesk(t *testing.T, d *db.DB, ctx context.Context) *desk {
	t.Helper()
	return newDeskUnder(t, d, ctx, text)
}

// newDeskUnder is the pages under another text of the contract.
func newDeskUnder(t *testing.T, d *db.DB, ctx context.Context, text string) *desk {
	t.Helper()
	k := &desk{Bench: feestest.New(t, d, ctx, text)}
	k.Service = &ops.Service{DB: d, Now: k.Clock, Random: rand.Reader, Fees: k.Bench.Service, Parties: k.Bench.Parties, PublicURL: k.Bench.PublicURL}
	k.AfterLock = k.PostLock
	return k
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// handler is the pages as one person gets them.
func (k *desk) handler(who access.Actor) http.Handler {
	g := &web.Registry{}
	(&ui.Pages{Ops: k.Service}).Register(g)
	return web.New(web.Options{
		Admit: func(r *http.Request, action string) (context.Context, error) {
			if err := access.RequireAny(who, access.Action(action), r.PathValue("client")); err != nil {
				return nil, err
			}
			return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), who), nil
		},
		Frame: func(*http.Request) kit.Frame {
			return kit.Frame{Workspace: "Northlight", Person: &kit.Person{Name: who.Name, Role: who.Memberships[0].Role.Label(), SignOut: "/sign-out"},
				Main: []kit.NavLink{{Key: "portfolio", Text: "Portfolio", Href: "/"}},
				Client: &kit.ClientNav{Name: "Acme Robotics", Href: "/clients/org_acme", Rooms: []kit.NavLink{{Key: "overview", Text: "Overview", Href: "/"}, {Key: "contract", Text: "Contract", Href: "/"},
					{Key: ui.Room, Text: "Invoices", Href: "/clients/org_acme/invoices"}, {Key: "evidence", Text: "Evidence", Href: "/"}, {Key: "people", Text: "People", Href: "/"}}}}
		},
	}, g)
}

// browser keeps cookies and follows redirects, without JavaScript.
type browser struct {
	t      testing.TB
	base   string
	client *http.Client
}

func (k *desk) as(who access.Actor) *browser {
	k.T.Helper()
	server := httptest.NewServer(k.handler(who))
	k.T.Cleanup(server.Close)
	jar := must(cookiejar.New(nil))(k.T)
	return &browser{k.T, server.URL, &http.Client{Jar: jar}}
}

type answer struct {
	*goquery.Document
	status int
	path   string
	header http.Header
	body   string
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	return b.read(must(b.client.Get(b.base + path))(b.t))
}

func (b *browser) post(path string, pairs ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.read(must(b.client.PostForm(b.base+path, form))(b.t))
}

// press sends the form of the page whose address ends so, with what the page put into it.
func (b *browser) press(a answer, ends string, pairs ...string) answer {
	b.t.Helper()
	form := a.Find(fmt.Sprintf("form[action$=%q]", ends))
	if form.Length() != 1 {
		b.t.Fatalf("%s has %d forms to %s", a.path, form.Length(), ends)
	}
	form.Find("input:not([type=checkbox]):not([type=radio]), input[checked], textarea, select").Each(func(_ int, in *goquery.Selection) {
		if name, ok := in.Attr("name"); ok {
			value := in.AttrOr("value", in.Text())
			if in.Is("select") {
				value = in.Find("option[selected]").AttrOr("value", "")
			}
			pairs = append([]string{name, value}, pairs...)
		}
	})
	return b.post(form.AttrOr("action", ""), pairs...)
}

func (b *browser) read(res *http.Response) answer {
	b.t.Helper()
	defer res.Body.Close()
	body := must(io.ReadAll(res.Body))(b.t)
	doc := must(goquery.NewDocumentFromReader(strings.NewReader(string(body))))(b.t)
	return answer{doc, res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(body)}
}

// words is the text of the page without any space: where cells and lines break does not matter.
func (a answer) words() string { return spaceless(a.Find("main").Text()) }

func spaceless(text string) string {
	return strings.Join(strings.FieldsFunc(text, unicode.IsSpace), "")
}

func (a answer) says(t testing.TB, status int, words ...string) {
	t.Helper()
	if a.status != status {
		t.Errorf("%s: status %d, want %d: %.300s", a.path, a.status, status, a.words())
	}
	for _, w := range words {
		if !strings.Contains(a.words(), spaceless(w)) {
			t.Errorf("%s does not say %q", a.path, w)
		}
	}
}
