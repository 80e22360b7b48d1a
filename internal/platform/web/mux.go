package web

import (
	"net/http"
	"slices"
)

// Mux is a http.ServeMux that tells what was registered, so that tests can hold every address to account.
type Mux struct {
	mux      http.ServeMux
	patterns []string
}

// Handle registers a handler, as http.ServeMux does.
func (m *Mux) Handle(pattern string, h http.Handler) {
	m.patterns = append(m.patterns, pattern)
	m.mux.Handle(pattern, h)
}

// HandleFunc registers a function, as http.ServeMux does.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, http.HandlerFunc(h))
}

// Handler is what answers the request, and its pattern; "" when nothing is registered for it.
func (m *Mux) Handler(r *http.Request) (http.Handler, string) { return m.mux.Handler(r) }

// ServeHTTP answers the request.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }

// Patterns lists all that was registered, in order.
func (m *Mux) Patterns() []string { return slices.Clone(m.patterns) }
