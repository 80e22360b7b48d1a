package ui_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/crm/ui"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/datatest"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

const at = "/clients/org_acme/evidence"

// site is the pages of evidence over a fresh database, for one person.
type site struct {
	t      *testing.T
	ctx    context.Context
	ops    *ops.Service
	pages  *ui.Pages
	server *httptest.Server
	client *http.Client
	actor  access.Actor
}

func newSite(t *testing.T) *site {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	files, err := blob.Open(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, ctx: ctx, ops: &ops.Service{DB: d, Files: files, Now: time.Now, Random: rand.Reader}, actor: access.Machine(dbtest.Workspace, "Olga Owner")}
	t.Cleanup(s.ops.Close)
	g := &web.Registry{}
	s.pages = &ui.Pages{Ops: s.ops, MaxUpload: 8 << 20}
	s.pages.Register(g)
	admit := func(r *http.Request, action string) (context.Context, error) {
		if action == web.Public {
			return r.Context(), nil
		}
		if err := access.Require(s.actor, access.Action(action), access.Of(r.PathValue("client"))); err != nil {
			return nil, err
		}
		return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), s.actor), nil
	}
	s.server = httptest.NewServer(web.New(web.Options{Admit: admit, Frame: frame}, g))
	t.Cleanup(s.server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.client = &http.Client{Jar: jar}
	return s
}

func frame(*http.Request) kit.Frame {
	return kit.Frame{Workspace: "Northlight", Person: &kit.Person{Name: "Olga Owner", Role: "Owner", SignOut: "/sign-out"},
		Client: &kit.ClientNav{Name: "Acme Robotics", Href: "/clients/org_acme", Rooms: []kit.NavLink{{Key: "contract", Text: "Contract", Href: "/"}, {Key: ui.Room, Text: "Evidence", Href: at}}}}
}

type page struct {
	*goquery.Document
	t      *testing.T
	status int
	path   string
	header http.Header
	body   string
}

func (s *site) get(path string) page {
	s.t.Helper()
	res, err := s.client.Get(s.server.URL + path)
	return s.read(res, err)
}

func (s *site) post(path string, form url.Values) page {
	s.t.Helper()
	res, err := s.client.PostForm(s.server.URL+path, form)
	return s.read(res, err)
}

func (s *site) upload(name string, content []byte) page {
	s.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = f.Write(content)
	if err != nil || m.Close() != nil {
		s.t.Fatal(err)
	}
	res, err := s.client.Post(s.server.URL+at+"/import", m.FormDataContentType(), &b)
	return s.read(res, err)
}

func (s *site) read(res *http.Response, err error) page {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return page{doc, s.t, res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(body)}
}

// settled follows the work in the background to its end.
func (s *site) settled(p page) page {
	s.t.Helper()
	for range 200 {
		if p.header.Get("Refresh") == "" {
			return p
		}
		time.Sleep(10 * time.Millisecond)
		p = s.get(p.path)
	}
	s.t.Fatal("the work does not end")
	return p
}

// submit sends the page's form with the given button as a browser would, with changes.
func (s *site) submit(p page, changes url.Values) page {
	s.t.Helper()
	form := p.Find("main form[method=post]").First()
	values := url.Values{}
	form.Find("input, select, textarea").Each(func(_ int, f *goquery.Selection) {
		name, _ := f.Attr("name")
		value, _ := f.Attr("value")
		switch {
		case f.Is("select"):
			option := f.Find("option[selected]")
			if option.Length() == 0 {
				option = f.Find("option").First()
			}
			value, _ = option.Attr("value")
		case f.Is("textarea"):
			value = f.Text()
		case f.Is("[type=radio]:not([checked])"), f.Is("[type=checkbox]:not([checked])"):
			return
		}
		values.Set(name, value)
	})
	for k, v := range changes {
		values[k] = v
	}
	action, ok := form.Attr("action")
	if !ok {
		s.t.Fatalf("%s has no form: %s", p.path, p.words())
	}
	return s.post(action, values)
}

// chosen is the value that a select of the page holds.
func (p page) chosen(name string) string {
	value, _ := p.Find("main select[name='" + name + "'] option[selected]").Attr("value")
	return value
}

func (p page) words() string { return strings.Join(strings.Fields(p.Find("body").Text()), " ") }

func (p page) says(status int, words ...string) page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s: status %d, want %d: %s", p.path, p.status, status, p.words())
	}
	for _, w := range words {
		if !strings.Contains(p.words(), w) {
			p.t.Errorf("%s does not say %q: %s", p.path, w, p.words())
		}
	}
	return p
}

// real reads one of the published exports.
func real(t *testing.T, path string) []byte { return datatest.Read(t, path) }
