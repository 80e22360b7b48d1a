package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web/asset"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

// Options is what the server needs from the rest of the program.
type Options struct {
	Log *slog.Logger

	// PublicURL is the address people type, such as "https://records.example.com". With https the session cookie is
	// Secure and HSTS is sent, also when a proxy in front ends the encryption. Empty means plain http on this machine.
	PublicURL string

	// Sessions keeps the sessions; nil keeps them in memory, for tests.
	Sessions scs.Store

	// Admit decides who may do the action, before the handler runs and for public actions too. The context it returns
	// (with actor and workspace), derived from the request's, is the handler's. Nil refuses everything but Public.
	Admit func(r *http.Request, action string) (context.Context, error)

	// Frame gives the navigation, the workspace and the person around a page; it must cope with nobody being signed in.
	Frame func(r *http.Request) kit.Frame

	// SignIn is where a person without a session is sent, with the wanted address in ?next=.
	SignIn string

	// Ready says whether requests can be served now; nil means always.
	Ready func(ctx context.Context) error

	// MetricsToken opens /metrics as a bearer token. Empty opens it only for a direct connection from this machine.
	MetricsToken string
}

// Server serves the registered routes with everything a page needs around them.
type Server struct {
	opt      Options
	registry *Registry
	sessions *scs.SessionManager
	metrics  *metrics
	patience patience
	https    bool
	mux      Mux
	handler  http.Handler
}

// New builds the server. Routes added to the registry afterwards are not served.
func New(opt Options, registry *Registry) *Server {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		opt:      opt,
		registry: registry,
		metrics:  newMetrics(),
		patience: usual,
		https:    strings.HasPrefix(opt.PublicURL, "https://"),
	}
	s.sessions = newSessions(opt.Sessions, s.https, s.sessionFailed)
	s.handler = s.build()
	return s
}

// Registry is the list of routes this server was built from.
func (s *Server) Registry() *Registry { return s.registry }

// Patterns lists every address that the server answers: the routes, and its own, which ask nobody's admission.
func (s *Server) Patterns() []string { return s.mux.Patterns() }

// Metrics is the server's own registry, open for the counters of other rooms.
func (s *Server) Metrics() *prometheus.Registry { return s.metrics.registry }

// ServeHTTP answers one request, as in tests.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) build() http.Handler {
	for _, t := range s.registry.Routes() {
		s.mux.Handle(t.String(), s.sessions.LoadAndSave(s.serve(t)))
	}
	own := map[string]http.HandlerFunc{
		"GET " + asset.Prefix: asset.Serve,
		"GET /healthz":        s.healthz,
		"GET /readyz":         s.readyz,
		"GET /metrics":        s.serveMetrics,
		"GET /robots.txt":     robots,
		"GET /favicon.ico":    favicon,
		"POST /theme":         s.theme,
	}
	for pattern, h := range own {
		s.mux.Handle(pattern, named(pattern, h))
	}
	return s.observe(s.secure(s.crossOrigin(s.match())))
}

// serve is the way of one request through a route: limit, admit, handle, and the page of whatever went wrong.
func (s *Server) serve(t Route) http.Handler {
	limit := t.BodyLimit
	if limit == 0 {
		limit = DefaultBodyLimit
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := exchangeOf(r.Context())
		e.route, e.session = t.Pattern, true
		w.Header().Set("Cache-Control", caching(r, t))
		if err := askable(r); err != nil && t.Method != "" { // what is mounted answers in its own words
			s.fail(w, r, err)
			return
		}
		if r.ContentLength > limit {
			s.fail(w, r, &http.MaxBytesError{Limit: limit})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		ctx, err := s.admit(r, t.Action)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		r = r.WithContext(ctx)
		if err := t.Handler(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// caching keeps pages of those who are signed in out of every cache, that of the browser they share with others included. What is mounted may
// let its readers ask whether something has changed.
func caching(r *http.Request, t Route) string {
	if t.Method != "" && (t.Action != Public || SessionOf(r).Account != "") {
		return "no-store"
	}
	return "private, no-cache"
}

func (s *Server) admit(r *http.Request, action string) (context.Context, error) {
	if s.opt.Admit != nil {
		return s.opt.Admit(r, action)
	}
	if action == Public {
		return r.Context(), nil
	}
	return nil, fault.New(fault.Unauthenticated, "sign-in", "sign in to open this page")
}

// match answers what no route knows with a page instead of bare text.
func (s *Server) match() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := s.mux.Handler(r)
		if pattern != "" {
			s.mux.ServeHTTP(w, r)
			return
		}
		probe := &statusProbe{header: http.Header{}}
		h.ServeHTTP(probe, r)
		if probe.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", probe.header.Get("Allow"))
			s.answer(w, r, problem{
				Status: http.StatusMethodNotAllowed, Title: "Not done this way",
				Detail: "this address does not take " + r.Method + "; go back and use the button on the page",
			})
			return
		}
		s.fail(w, r, nothingHere())
	})
}

type statusProbe struct {
	header http.Header
	status int
}

func (p *statusProbe) Header() http.Header         { return p.header }
func (p *statusProbe) Write(b []byte) (int, error) { return len(b), nil }
func (p *statusProbe) WriteHeader(status int)      { p.status = status }

// Serve answers requests on the listener until ctx ends, then lets open requests finish for a while and cuts off those that do not. It
// returns nil after a stop that was asked for.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	// ReadTimeout and WriteTimeout stay 0: a big upload may take minutes as long as it moves (see patience).
	hs := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.opt.Log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- hs.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.patience.stop)
	defer cancel()
	err := hs.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		s.opt.Log.Warn("open requests were cut off at the stop", "waited", s.patience.stop)
		return hs.Close()
	}
	return err
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") }

func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.opt.Ready != nil {
		if err := s.opt.Ready(r.Context()); err != nil {
			s.opt.Log.WarnContext(r.Context(), "not ready", "error", err)
			plain(w, http.StatusServiceUnavailable, "not ready")
			return
		}
	}
	plain(w, http.StatusOK, "ready")
}

// robots keeps search engines out: everything here is between the parties.
func robots(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, "User-agent: *\nDisallow: /")
}

func favicon(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, asset.URL("icon.svg"), http.StatusFound)
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the reader has gone; nothing to do
}

func nothingHere() *fault.Fault {
	return fault.New(fault.NotFound, "no-page", "there is nothing at this address; check it, or start from the front page")
}
