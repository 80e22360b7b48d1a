package web

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	handler  http.Handler
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ofrecord_http_requests_total", Help: "Requests by route pattern, method and status class.",
		}, []string{"route", "method", "class"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ofrecord_http_request_seconds", Help: "Time to answer by route pattern.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 120},
		}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.duration,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) request(route, method string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other" // callers choose it; labels must stay few
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status/100)+"xx").Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}

// NameRoute tells log and metrics the pattern of the address that answers, where a mounted handler has addresses of its own. It takes patterns
// only, never what a caller wrote: labels must stay few and hold no people.
func NameRoute(ctx context.Context, pattern string) { exchangeOf(ctx).route = pattern }

// serveMetrics hides the numbers from everyone without the token, or from other machines when there is none.
func (s *Server) serveMetrics(w http.ResponseWriter, r *http.Request) {
	allowed := direct(r)
	if s.opt.MetricsToken != "" {
		given, _ := Bearer(r)
		allowed = subtle.ConstantTimeCompare([]byte(given), []byte(s.opt.MetricsToken)) == 1
	}
	if !allowed {
		s.fail(w, r, nothingHere())
		return
	}
	s.metrics.handler.ServeHTTP(w, r)
}

// direct reports a connection from this very machine that no proxy passed on.
func direct(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	forwarded := r.Header.Get("X-Forwarded-For") + r.Header.Get("Forwarded") + r.Header.Get("X-Real-Ip")
	return ip != nil && ip.IsLoopback() && forwarded == ""
}
