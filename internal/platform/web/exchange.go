package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// exchange is what one request gathers on its way: its id, and the route that answered.
type exchange struct {
	id      string
	route   string
	server  *Server
	session bool // scs has loaded the session into the context
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	if e, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return e
	}
	return &exchange{}
}

// RequestID is the id that the log, the error page and the X-Request-Id header share; "" outside a request.
func RequestID(ctx context.Context) string { return exchangeOf(ctx).id }

// named notes the route of the server's own addresses for log and metrics.
func named(pattern string, h http.HandlerFunc) http.HandlerFunc {
	_, path, _ := strings.Cut(pattern, " ")
	return func(w http.ResponseWriter, r *http.Request) {
		exchangeOf(r.Context()).route = path
		h(w, r)
	}
}

// observe is the outermost layer: id, recovery from panics, access log, metrics, pace of the connection.
// The log holds no personal data: the route pattern instead of the path, no query, no address, no agent.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		e := &exchange{id: rand.Text(), route: "unmatched", server: s}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e))
		out := newResponse(w, s.patience.pace)
		out.Header().Set("X-Request-Id", e.id)
		out.asked = paced(r, out.control, s.patience)
		defer out.asked.leave()
		defer func() {
			cause := recover()
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
			if cause != nil {
				s.opt.Log.ErrorContext(r.Context(), "panic", "request", e.id, "route", e.route, "cause", cause, "stack", string(debug.Stack()))
				if out.status == 0 {
					e.session = false // it lived in a context further in
					s.answer(out, r, problemOf(nil))
				}
			}
			s.account(r, e, out, time.Since(start))
			if cause != nil && out.status != http.StatusInternalServerError {
				panic(http.ErrAbortHandler) // half a page is on its way: break the connection rather than pretend
			}
		}()
		next.ServeHTTP(out, r)
		out.moving()
	})
}

func (s *Server) account(r *http.Request, e *exchange, out *response, took time.Duration) {
	status := out.status
	if status == 0 {
		status = http.StatusOK
	}
	s.metrics.request(e.route, r.Method, status, took)
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	s.opt.Log.LogAttrs(r.Context(), level, "request",
		slog.String("id", e.id), slog.String("method", r.Method), slog.String("route", e.route),
		slog.Int("status", status), slog.Int64("bytes", out.bytes), slog.Duration("took", took))
}

// response remembers status and size, and keeps a long answer alive as long as it moves.
type response struct {
	http.ResponseWriter
	control *http.ResponseController
	asked   *pacedBody // of the request; nil when it has none
	pace    time.Duration
	status  int
	bytes   int64
	extends time.Time
}

func newResponse(w http.ResponseWriter, pace time.Duration) *response {
	return &response{ResponseWriter: w, control: http.NewResponseController(w), pace: pace}
}

// Unwrap lets http.ResponseController reach the connection.
func (p *response) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// WriteHeader notes the first final status.
func (p *response) WriteHeader(status int) {
	if p.status == 0 && status >= 200 {
		p.status = status
	}
	p.moving()
	p.ResponseWriter.WriteHeader(status)
}

func (p *response) Write(b []byte) (int, error) {
	if p.status == 0 {
		p.status = http.StatusOK
	}
	p.moving()
	p.asked.leave() // a long answer begins with the rest of the body
	n, err := p.ResponseWriter.Write(b)
	p.asked.stay()
	p.bytes += int64(n)
	return n, err
}

// moving grants the answer its pace anew, also over what an earlier request left on the connection.
func (p *response) moving() {
	if now := time.Now(); now.After(p.extends) {
		p.extends = now.Add(p.pace / 4)
		_ = p.control.SetWriteDeadline(now.Add(p.pace)) // not every connection has deadlines
	}
}
