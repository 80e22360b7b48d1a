package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Public is the action of pages that need no sign-in. Every other action name belongs to the access room and is opaque here.
const Public = "public"

// DefaultBodyLimit is the largest request body of a route that names no limit of its own: 1 MiB.
const DefaultBodyLimit int64 = 1 << 20

// Handler answers one request. An error it returns becomes an error page, or problem+json for programs; nothing may have
// been written to w before. Errors that are no fault are shown without their text and logged with it.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one address of the program and the action a person must be allowed to do there.
type Route struct {
	Method    string // "GET" (serves HEAD too), "POST"; "" for every method, as a mounted handler needs
	Pattern   string // as in net/http: "/clients/{client}/statements/{$}"
	Action    string // never empty; Public for pages without sign-in
	Handler   Handler
	BodyLimit int64 // bytes; 0 means DefaultBodyLimit, an upload states its own
}

// String is the route as net/http writes it.
func (t Route) String() string {
	if t.Method == "" {
		return t.Pattern
	}
	return t.Method + " " + t.Pattern
}

// Registry is the one list of routes, filled by the rooms and walked by tests.
type Registry struct {
	routes []Route
}

// Add registers routes. A route without action, handler or absolute pattern is a mistake of the programmer and panics,
// as net/http does for two patterns that collide.
func (g *Registry) Add(routes ...Route) {
	for _, t := range routes {
		switch {
		case t.Action == "":
			panic(fmt.Sprintf("web: route %s has no action", t))
		case t.Handler == nil:
			panic(fmt.Sprintf("web: route %s has no handler", t))
		case !strings.HasPrefix(t.Pattern, "/"):
			panic(fmt.Sprintf("web: route %s must begin with a slash", t))
		}
		g.routes = append(g.routes, t)
	}
}

// Get registers a page.
func (g *Registry) Get(pattern, action string, h Handler) {
	g.Add(Route{Method: http.MethodGet, Pattern: pattern, Action: action, Handler: h})
}

// Post registers what a form of a page does.
func (g *Registry) Post(pattern, action string, h Handler) {
	g.Add(Route{Method: http.MethodPost, Pattern: pattern, Action: action, Handler: h})
}

// Mount registers a net/http handler, such as the API, for all methods below a pattern that ends in a slash.
func (g *Registry) Mount(pattern, action string, limit int64, h http.Handler) {
	g.Add(Route{Pattern: pattern, Action: action, BodyLimit: limit, Handler: func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}})
}

// Routes lists every registered route in the order of registration.
func (g *Registry) Routes() []Route { return slices.Clone(g.routes) }
