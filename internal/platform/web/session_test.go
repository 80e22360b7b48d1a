package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// browser keeps the session cookie between requests.
type browser struct {
	t      *testing.T
	server http.Handler
	cookie string
}

func (b *browser) do(method, path string) *httptest.ResponseRecorder {
	b.t.Helper()
	w := do(b.server, method, path, func(r *http.Request) {
		if b.cookie != "" {
			r.Header.Set("Cookie", b.cookie)
		}
	}, formBody("hello"))
	for _, c := range w.Result().Cookies() {
		if strings.HasSuffix(c.Name, "ofrecord") {
			b.cookie = c.Name + "=" + c.Value
			if c.MaxAge < 0 {
				b.cookie = ""
			}
		}
	}
	return w
}

func withSessions(store *web.SessionStore, publicURL string) *web.Server {
	g := routes()
	g.Post("/in", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		if err := web.SignIn(r, web.Session{Account: "acc_1", Epoch: 3, Workspace: "northlight"}); err != nil {
			return err
		}
		web.Redirect(w, r, "/who")
		return nil
	})
	g.Post("/out", web.Public, func(w http.ResponseWriter, r *http.Request) error { return web.SignOut(r) })
	g.Post("/choose", web.Public, func(w http.ResponseWriter, r *http.Request) error { return web.ChooseWorkspace(r, "southlight") })
	g.Get("/who", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		s := web.SessionOf(r)
		_, err := fmt.Fprintf(w, "%s %d %s", s.Account, s.Epoch, s.Workspace)
		return err
	})
	return web.New(web.Options{Sessions: store, PublicURL: publicURL}, g)
}

func TestSessionLivesInTheDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		now := time.Now()
		store := web.NewSessionStore(d, func() time.Time { return now })
		b := &browser{t: t, server: withSessions(store, "")}

		b.do("GET", "/who")
		if b.cookie != "" {
			t.Fatal("a visitor got a session for nothing")
		}
		b.do("POST", "/form")
		before := b.cookie
		if flash := page(t, b.do("GET", "/clients/acme/page")).Find(".flash").Text(); !strings.Contains(flash, "Taken: hello") {
			t.Fatalf("flash %q", flash)
		}
		if flash := page(t, b.do("GET", "/clients/acme/page")).Find(".flash").Text(); flash != "" {
			t.Fatalf("the flash came twice: %q", flash)
		}
		b.do("POST", "/in")
		if b.cookie == before {
			t.Fatal("the token is the one from before sign-in")
		}
		if got := b.do("GET", "/who").Body.String(); got != "acc_1 3 northlight" {
			t.Fatal(got)
		}
		b.do("POST", "/choose")
		if got := b.do("GET", "/who").Body.String(); got != "acc_1 3 southlight" {
			t.Fatal(got)
		}
		for _, token := range storedTokens(t, d, ctx) {
			if strings.Contains(b.cookie, token) {
				t.Error("the token itself is in the database, not its hash")
			}
		}

		now = now.Add(web.SessionIdle + time.Minute)
		if got := b.do("GET", "/who").Body.String(); got != " 0 " {
			t.Fatalf("after the idle time: %q", got)
		}
		if n, err := store.Sweep(ctx); err != nil || n != 1 {
			t.Fatalf("swept %d, %v", n, err)
		}
		if left := storedTokens(t, d, ctx); len(left) != 0 {
			t.Errorf("left %d", len(left))
		}

		now = time.Now()
		b.cookie = ""
		b.do("POST", "/in")
		kept := b.cookie
		b.do("POST", "/out")
		b.cookie = kept
		if got := b.do("GET", "/who").Body.String(); got != " 0 " {
			t.Fatalf("after sign-out the old cookie is still %q", got)
		}
	})
}

func storedTokens(t *testing.T, d *db.DB, ctx context.Context) (tokens []string) {
	t.Helper()
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Table("session").Column("token").Scan(ctx, &tokens)
	})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func TestPageViewsDoNotWriteTheSession(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	store := web.NewSessionStore(d, time.Now)
	b := &browser{t: t, server: withSessions(store, "")}
	b.do("POST", "/in")
	touch := func(expiry time.Time) {
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewUpdate().Table("session").Set("expires_at = ?", expiry).Where("TRUE").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	expiry := func() (out time.Time) {
		var row struct{ ExpiresAt time.Time }
		err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			return tx.NewSelect().Table("session").Column("expires_at").Scan(ctx, &row)
		})
		if err != nil {
			t.Fatal(err)
		}
		return row.ExpiresAt
	}
	nearly := time.Now().Add(web.SessionIdle - time.Minute).UTC().Truncate(time.Microsecond)
	touch(nearly)
	b.do("GET", "/who")
	if !expiry().Equal(nearly) {
		t.Error("a page view within the slack wrote the session")
	}
	touch(nearly.Add(-time.Hour))
	b.do("GET", "/who")
	if !expiry().After(nearly) {
		t.Error("a page view after an hour did not prolong the session")
	}
}

func TestSessionCookieIsStrict(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	store := web.NewSessionStore(d, time.Now)
	for publicURL, want := range map[string]string{"": "ofrecord", "https://records.example.com": "__Host-ofrecord"} {
		w := do(withSessions(store, publicURL), "POST", "/in")
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d cookies", len(cookies))
		}
		c := cookies[0]
		if c.Name != want || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.Secure != (publicURL != "") {
			t.Errorf("%q: %s", publicURL, c)
		}
	}
}
