package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/asset"
	"github.com/ofrecord/ofrecord/internal/platform/web/gallery"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

const secret = "pq: password authentication failed for user of.record@example.com"

// routes is a room with one page for each way a request can end.
func routes() *web.Registry {
	g := &web.Registry{}
	gallery.Register(g)
	fails := func(err error) web.Handler {
		return func(http.ResponseWriter, *http.Request) error { return err }
	}
	g.Get("/hidden", web.Public, fails(fault.New(fault.NotFound, "statement", "there is no such statement")))
	g.Get("/broken", web.Public, fails(errors.New(secret)))
	g.Get("/internal", web.Public, fails(fault.New(fault.Internal, "defect", "%s", secret)))
	g.Get("/panic", web.Public, func(http.ResponseWriter, *http.Request) error { panic(secret) })
	g.Get("/private", "statement.read", fails(nil))
	g.Get("/clients/{client}/page", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, kit.PageView{Title: "Page of " + r.PathValue("client")}, kit.Text("body"))
	})
	g.Post("/form", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		values, err := web.ReadForm(r)
		if err != nil {
			return err
		}
		web.Flash(r, kit.Done, "Taken: "+values.Get("text"))
		web.Redirect(w, r, "/clients/acme/page")
		return nil
	})
	g.Add(web.Route{Method: "POST", Pattern: "/upload", Action: web.Public, BodyLimit: 4 << 20, Handler: func(w http.ResponseWriter, r *http.Request) error {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(w, n)
		return err
	}})
	g.Mount("/api/", web.Public, 0, http.NotFoundHandler())
	return g
}

func serve(t *testing.T, change func(*web.Options)) (*web.Server, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	opt := web.Options{Log: slog.New(slog.NewTextHandler(log, nil)), Frame: gallery.Frame}
	if change != nil {
		change(&opt)
	}
	return web.New(opt, routes()), log
}

func do(s http.Handler, method, target string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func formBody(text string) func(*http.Request) {
	return func(r *http.Request) {
		body := url.Values{"text": {text}}.Encode()
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
}

func page(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEveryAnswerCarriesTheProtection(t *testing.T) {
	s, _ := serve(t, func(o *web.Options) { o.PublicURL = "https://records.example.com" })
	targets := []string{"GET /healthz", "GET /readyz", "GET /metrics", "GET " + asset.URL("app.css"), "GET /static/nothing", "GET /nothing", "DELETE /hidden", "POST /theme"}
	for _, route := range s.Registry().Routes() {
		method := route.Method
		if method == "" {
			method = "GET"
		}
		targets = append(targets, method+" "+strings.ReplaceAll(route.Pattern, "{client}", "acme"))
	}
	for _, target := range targets {
		method, path, _ := strings.Cut(target, " ")
		h := do(s, method, path).Header()
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy lacks %s: %q", target, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", target, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", target, name, h.Get(name))
			}
		}
		if h.Get("X-Request-Id") == "" || h.Get("Permissions-Policy") == "" {
			t.Errorf("%s: no request id or permissions policy", target)
		}
	}
}

func TestPlainHTTPPromisesNoHTTPS(t *testing.T) {
	s, _ := serve(t, nil)
	if got := do(s, "GET", "/healthz").Header().Get("Strict-Transport-Security"); got != "" {
		t.Fatal(got)
	}
}

func TestCrossOriginPostIsRefused(t *testing.T) {
	s, _ := serve(t, func(o *web.Options) { o.PublicURL = "https://records.example.com" })
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"other site", header("Sec-Fetch-Site", "cross-site"), 403},
		{"other origin of an old browser", header("Origin", "https://evil.example"), 403},
		{"own page", header("Sec-Fetch-Site", "same-origin"), 303},
		{"public address behind a proxy", header("Origin", "https://records.example.com"), 303},
		{"program", func(*http.Request) {}, 303},
	} {
		w := do(s, "POST", "/form", formBody("x"), c.change)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
		if w.Code == 403 && !strings.Contains(page(t, w).Find("main").Text(), "came from another site") {
			t.Errorf("%s: the page does not say why", c.name)
		}
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	s, _ := serve(t, nil)
	w := do(s, "GET", asset.URL("htmx.min.js"), header("Accept-Encoding", "br, gzip"))
	if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	if w.Body.Len() > 20<<10 {
		t.Errorf("%d bytes compressed", w.Body.Len())
	}
	if got := do(s, "GET", asset.URL("app.css")).Header(); got.Get("Content-Encoding") != "" || got.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("without gzip: %v", got)
	}
	if w := do(s, "GET", asset.URL("app.css"), header("If-None-Match", w.Header().Get("ETag"))); w.Code != 200 {
		t.Errorf("another file's tag: %d", w.Code)
	}
	if w := do(s, "GET", "/static/app.css"); w.Code != 404 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("without hash: %d", w.Code)
	}
}

func TestTooLargeBodyIsAPage(t *testing.T) {
	s, _ := serve(t, nil)
	for name, known := range map[string]bool{"length known": true, "length unknown": false} {
		w := do(s, "POST", "/form", formBody(strings.Repeat("x", 2<<20)), func(r *http.Request) {
			if !known {
				r.ContentLength = -1
			}
		})
		if w.Code != 413 {
			t.Fatalf("%s: %d", name, w.Code)
		}
		if text := page(t, w).Find("main").Text(); !strings.Contains(text, "larger than the 1 MB") {
			t.Errorf("%s: %s", name, text)
		}
	}
	upload := func(size int) int {
		return do(s, "POST", "/upload", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", size))) }).Code
	}
	if got := upload(3 << 20); got != 200 {
		t.Errorf("an upload within its own limit: %d", got)
	}
	if got := upload(5 << 20); got != 413 {
		t.Errorf("an upload beyond its own limit: %d", got)
	}
}

func TestOurMistakesShowNoDetails(t *testing.T) {
	for _, path := range []string{"/panic", "/broken", "/internal"} {
		s, log := serve(t, nil)
		w := do(s, "GET", path)
		body := w.Body.String()
		if w.Code != 500 || strings.Contains(body, "password") || strings.Contains(body, "goroutine") {
			t.Errorf("%s: %d %s", path, w.Code, body)
		}
		id := w.Header().Get("X-Request-Id")
		if !strings.Contains(body, id) || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "password") {
			t.Errorf("%s: the reference does not lead from the page to the cause in the log", path)
		}
	}
}

func TestFaultsArePagesForPeopleAndProblemsForPrograms(t *testing.T) {
	s, _ := serve(t, nil)
	w := do(s, "GET", "/hidden")
	doc := page(t, w)
	if w.Code != 404 || strings.TrimSpace(doc.Find("h1").Text()) != "Nothing here" || !strings.Contains(doc.Find("main").Text(), "There is no such statement.") {
		t.Fatalf("%d %s", w.Code, doc.Find("main").Text())
	}
	w = do(s, "GET", "/hidden", header("Accept", "application/json"))
	var p struct {
		Status                  int
		Code, Detail, Reference string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Fatal(err, w.Header())
	}
	if p.Status != 404 || p.Code != "statement" || p.Detail != "there is no such statement" || p.Reference == "" {
		t.Errorf("%+v", p)
	}
	w = do(s, "DELETE", "/hidden")
	if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" || page(t, w).Find("h1").Text() == "" {
		t.Errorf("wrong method: %d %v", w.Code, w.Header())
	}
}

func TestPrivatePagesNeedAdmission(t *testing.T) {
	s, _ := serve(t, func(o *web.Options) { o.SignIn = "/gallery/sign-in" })
	w := do(s, "GET", "/private?id=7")
	if w.Code != 303 || w.Header().Get("Location") != "/gallery/sign-in?next=%2Fprivate%3Fid%3D7" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if w := do(s, "GET", "/private", header("Accept", "application/json")); w.Code != 401 {
		t.Errorf("a program: %d", w.Code)
	}
	asked := ""
	s, _ = serve(t, func(o *web.Options) {
		o.Admit = func(r *http.Request, action string) (context.Context, error) {
			asked = action
			return nil, fault.New(fault.Forbidden, "role", "ask Northlight for access to statements")
		}
	})
	if w := do(s, "GET", "/private"); w.Code != 403 || asked != "statement.read" {
		t.Errorf("%d, asked for %q", w.Code, asked)
	}
}

func TestLogAndMetricsHoldRoutesNotPeople(t *testing.T) {
	s, log := serve(t, nil)
	do(s, "GET", "/clients/acme/page?email=dana@acme.example", header("User-Agent", "Firefox"))
	do(s, "GET", "/nothing/dana@acme.example")
	if got := log.String(); !strings.Contains(got, "route=/clients/{client}/page") || strings.Contains(got, "acme") || strings.Contains(got, "Firefox") {
		t.Errorf("log: %s", got)
	}
	local := func(r *http.Request) { r.RemoteAddr = "127.0.0.1:4000" }
	got := do(s, "GET", "/metrics", local).Body.String()
	if !strings.Contains(got, `ofrecord_http_requests_total{class="2xx",method="GET",route="/clients/{client}/page"} 1`) || strings.Contains(got, "acme") {
		t.Errorf("metrics: %s", got)
	}
	for name, change := range map[string][]func(*http.Request){
		"another machine": {}, "through a proxy": {local, header("X-Forwarded-For", "203.0.113.9")},
	} {
		if w := do(s, "GET", "/metrics", change...); w.Code != 404 {
			t.Errorf("metrics for %s: %d", name, w.Code)
		}
	}
	s, _ = serve(t, func(o *web.Options) { o.MetricsToken = "t0ken" })
	if w := do(s, "GET", "/metrics", header("Authorization", "bearer t0ken")); w.Code != 200 {
		t.Errorf("a scheme in small letters: %d", w.Code)
	}
	if w := do(s, "GET", "/metrics", header("Authorization", "Bearer t0ken")); w.Code != 200 {
		t.Errorf("with the token: %d", w.Code)
	}
	if w := do(s, "GET", "/metrics", local); w.Code != 404 {
		t.Errorf("without the token: %d", w.Code)
	}
}

func TestThemeIsACookieSetByAForm(t *testing.T) {
	s, _ := serve(t, nil)
	w := do(s, "POST", "/theme", func(r *http.Request) {
		formBody("")(r)
		r.Body = io.NopCloser(strings.NewReader("theme=dark&back=%2Fgallery%2Fdeals%3Fsort%3Dname"))
	})
	if w.Code != 303 || w.Header().Get("Location") != "/gallery/deals?sort=name" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	doc := page(t, do(s, "GET", "/gallery/deals", header("Cookie", w.Header().Get("Set-Cookie"))))
	if got, _ := doc.Find("html").Attr("data-theme"); got != "dark" {
		t.Errorf("theme %q", got)
	}
	if n := doc.Find(".sidebar .theme button[aria-pressed=true][value=dark]").Length(); n != 1 {
		t.Errorf("%d pressed", n)
	}
}

func TestLocalPathStaysHere(t *testing.T) {
	for _, bad := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "", "/a\r\nb"} {
		if got := web.LocalPath(bad, "/"); got != "/" {
			t.Errorf("%q leads to %q", bad, got)
		}
	}
	if got := web.LocalPath("/a/b?c=d#e", "/"); got != "/a/b?c=d#e" {
		t.Error(got)
	}
}

func TestRouteWithoutActionPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("taken")
		}
	}()
	(&web.Registry{}).Get("/x", "", func(http.ResponseWriter, *http.Request) error { return nil })
}

func TestFailingComponentIsAnErrorPageNotHalfAPage(t *testing.T) {
	g := &web.Registry{}
	g.Get("/half", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, kit.PageView{Title: "Half"}, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, _ = io.WriteString(w, "<p>half")
			return errors.New(secret)
		}))
	})
	w := do(web.New(web.Options{}, g), "GET", "/half")
	if w.Code != 500 || strings.Contains(w.Body.String(), "half") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
}

func TestServeStopsAfterOpenRequests(t *testing.T) {
	g := &web.Registry{}
	entered := make(chan struct{})
	g.Get("/slow", web.Public, func(w http.ResponseWriter, _ *http.Request) error {
		close(entered)
		time.Sleep(100 * time.Millisecond)
		_, err := io.WriteString(w, "done")
		return err
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- web.New(web.Options{}, g).Serve(ctx, l) }()
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + l.Addr().String() + "/slow")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		answer <- string(b)
	}()
	<-entered
	stop()
	if got := <-answer; got != "done" {
		t.Errorf("the open request got %q", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestReadinessIsAskedAndHealthIsNot(t *testing.T) {
	s, _ := serve(t, func(o *web.Options) { o.Ready = func(context.Context) error { return errors.New(secret) } })
	if w := do(s, "GET", "/readyz"); w.Code != 503 || strings.Contains(w.Body.String(), "password") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := do(s, "GET", "/healthz"); w.Code != 200 {
		t.Errorf("%d", w.Code)
	}
}

func TestTextThatNoEngineKeepsIsRefusedBeforeAnythingElse(t *testing.T) {
	s, log := serve(t, func(o *web.Options) {
		o.Admit = func(r *http.Request, _ string) (context.Context, error) {
			if !web.Storable(r.PathValue("client")) {
				return nil, errors.New(secret)
			}
			return r.Context(), nil
		}
	})
	for _, test := range []struct {
		target string
		want   int
	}{
		{"/clients/a%00b/page", 404},
		{"/clients/a%FFb/page", 404},
		{"/clients/acme/page?q=a%00", 422},
		{"/clients/acme/page?q=a%FF", 422},
		{"/clients/acme/page?a%00=q", 422},
		{"/clients/acme/page?q=a%2500%C3%A4", 200},
	} {
		if w := do(s, "GET", test.target); w.Code != test.want {
			t.Errorf("%s: %d", test.target, w.Code)
		}
	}
	for body, want := range map[string]int{"text=a%00b": 422, "te%00xt=b": 422, "text=a%FF": 422, "text=a": 303} {
		r := httptest.NewRequest("POST", "/form", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
		if body == "text=a%00b" && !strings.Contains(w.Body.String(), `"field":"text"`) {
			t.Errorf("the field is not named: %s", w.Body)
		}
	}
	if strings.Contains(log.String(), secret) {
		t.Error("admission saw it")
	}
}

// brokenOff is a body whose sender goes away in the middle.
type brokenOff struct{}

func (brokenOff) Read(p []byte) (int, error) { return copy(p, "half"), io.ErrUnexpectedEOF }

func TestABodyThatBreaksOffIsNotOurMistake(t *testing.T) {
	s, log := serve(t, nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("POST", "/upload", brokenOff{}))
	if w.Code != 400 || !strings.Contains(w.Body.String(), "did not arrive whole") || strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("%d %s %s", w.Code, w.Body, log)
	}
}

func TestPagesOfThoseSignedInAreKeptInNoCache(t *testing.T) {
	g := routes()
	g.Get("/enter", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return web.SignIn(r, web.Session{Account: "acc_1"})
	})
	g.Get("/mine", "statement.read", func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, kit.PageView{Title: "Mine"}, kit.Text("body"))
	})
	s := web.New(web.Options{Frame: gallery.Frame, Admit: func(r *http.Request, _ string) (context.Context, error) { return r.Context(), nil }}, g)
	signedIn := header("Cookie", strings.Split(do(s, "GET", "/enter").Header().Get("Set-Cookie"), ";")[0])
	for _, test := range []struct {
		path   string
		change func(*http.Request)
		want   string
	}{
		{"/mine", signedIn, "no-store"},
		{"/mine", header("Accept", "text/html"), "no-store"},
		{"/clients/acme/page", signedIn, "no-store"},
		{"/clients/acme/page", header("Accept", "text/html"), "private, no-cache"},
		{"/api/x", signedIn, "private, no-cache"},
		{asset.URL("app.css"), signedIn, "public, max-age=31536000, immutable"},
	} {
		if got := do(s, "GET", test.path, test.change).Header().Get("Cache-Control"); got != test.want {
			t.Errorf("%s: %q, want %q", test.path, got, test.want)
		}
	}
}
