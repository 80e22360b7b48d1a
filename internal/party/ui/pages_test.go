package ui_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/alexedwards/argon2id"
	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	journalui "github.com/ofrecord/ofrecord/internal/journal/ui"
	"github.com/ofrecord/ofrecord/internal/party"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/party/ui"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/mail"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

const (
	ownerEmail = "olga@northlight.example"
	password   = "correct horse battery"
)

// site is the program's pages of people and record over a fresh database, with an owner, two clients and some people.
type site struct {
	t          *testing.T
	ops        *ops.Service
	d          *db.DB
	ctx        context.Context
	server     *httptest.Server
	owner      access.Actor
	acme, bolt party.Org
	finance    access.Actor // at Acme
	registry   *web.Registry
}

func newSite(t *testing.T) *site {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	s := &site{t: t, d: d, ctx: ctx}
	s.ops = ops.New(ops.Options{DB: d, Now: time.Now, PublicURL: "https://records.example.com",
		Hashing: &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}})
	got, err := s.ops.Bootstrap(ctx, ops.BootstrapInput{Workspace: dbtest.Workspace, AgencyName: "Northlight", OwnerName: "Olga Owner",
		OwnerEmail: ownerEmail, Password: password})
	s.must(err)
	s.owner = s.actor(got.Owner.ID)
	s.acme, err = s.ops.CreateClient(ctx, s.owner, "Acme Robotics")
	s.must(err)
	s.bolt, err = s.ops.CreateClient(ctx, s.owner, "Bolt")
	s.must(err)
	m, err := s.ops.Invite(ctx, s.owner, ops.InviteInput{Email: "fin@acme.example", Name: "Finn Finance", Org: s.acme.ID, Role: access.ClientFinance})
	s.must(err)
	s.finance = s.actor(m.Account)

	pages := &ui.Pages{Ops: s.ops}
	record := &journalui.Pages{Ops: &journalops.Service{DB: d}, ClientName: func(ctx context.Context, actor access.Actor, id string) (string, error) {
		client, err := s.ops.Client(ctx, actor, id)
		return client.Name, err
	}}
	s.registry = &web.Registry{}
	pages.Register(s.registry)
	record.Register(s.registry)
	s.registry.Get("/{$}", string(access.PortfolioSee), func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, kit.PageView{Title: "Portfolio"}, kit.Text("Hello "+access.ActorFrom(r.Context()).Name))
	})
	s.server = httptest.NewServer(web.New(web.Options{Admit: pages.Admit, SignIn: ui.SignInPath, Frame: s.frame}, s.registry))
	t.Cleanup(s.server.Close)
	return s
}

func (s *site) frame(r *http.Request) kit.Frame {
	f := kit.Frame{Workspace: "Northlight"}
	if who := access.ActorFrom(r.Context()); who.Account != "" {
		f.Person = &kit.Person{Name: who.Name, Role: who.Memberships[0].Role.Label(), Href: ui.AccountPath, SignOut: ui.SignOutPath}
		f.Main = []kit.NavLink{{Key: "portfolio", Text: "Portfolio", Href: "/"}, {Key: ui.PeopleRoom, Text: "People", Href: ui.PeoplePath}, {Key: journalui.Room, Text: "Record", Href: journalui.RecordPath}}
	}
	return f
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) actor(account string) access.Actor {
	s.t.Helper()
	a, err := s.ops.ActorOf(s.ctx, account, dbtest.Workspace)
	s.must(err)
	return a
}

// linkFor is the path of the newest link mailed to the address.
func (s *site) linkFor(to string) string {
	s.t.Helper()
	var bodies []string
	s.must(s.d.Read(s.ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().TableExpr("outbox").Column("body").OrderExpr("created_at DESC").Scan(ctx, &bodies)
	}))
	for _, b := range bodies {
		var m mail.Message
		s.must(json.Unmarshal([]byte(b), &m))
		if _, after, ok := strings.Cut(m.Text, "https://records.example.com"); ok && m.To == to {
			path, _, _ := strings.Cut(after, "\n")
			return path
		}
	}
	s.t.Fatalf("no link was mailed to %s", to)
	return ""
}

// browser keeps cookies and follows redirects, without JavaScript.
type browser struct {
	*site
	client *http.Client
}

type answer struct {
	*goquery.Document
	status int
	path   string
	header http.Header
	text   string
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	s.must(err)
	return &browser{s, &http.Client{Jar: jar}}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	res, err := b.client.Get(b.server.URL + path)
	b.must(err)
	return b.read(res)
}

func (b *browser) post(path string, pairs ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	res, err := b.client.PostForm(b.server.URL+path, form)
	b.must(err)
	return b.read(res)
}

func (b *browser) read(res *http.Response) answer {
	b.t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.must(err)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	b.must(err)
	return answer{doc, res.StatusCode, res.Request.URL.RequestURI(), res.Header, string(body)}
}

func (b *browser) signedIn() *browser {
	b.t.Helper()
	if a := b.post("/sign-in", "email", ownerEmail, "password", password); a.path != "/" || a.status != 200 {
		b.t.Fatalf("signing in led to %d %s: %s", a.status, a.path, a.Find("main").Text())
	}
	return b
}

func (b *browser) byLink(email string) *browser {
	b.t.Helper()
	path := b.linkFor(email)
	if a := b.post(path); a.status != 200 {
		b.t.Fatalf("the link led to %d %s: %s", a.status, a.path, a.Find("main").Text())
	}
	return b
}

func (a answer) says(t *testing.T, status int, words ...string) {
	t.Helper()
	text := strings.Join(strings.Fields(a.Find("body").Text()), " ")
	if a.status != status {
		t.Errorf("%s: status %d, want %d", a.path, a.status, status)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%s does not say %q: %s", a.path, w, text)
		}
	}
}
