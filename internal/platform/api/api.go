package api

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// Prefix is where the API lives, with the slash that web.Registry.Mount wants.
const Prefix = "/api/v1/"

// Options is what the API needs from the rest of the program.
type Options struct {
	Title   string
	Version string // of the program, as the document names it
	Log     *slog.Logger

	// Admit decides who may do the action with the client in the path ("" when there is none), before anything of the body is
	// read, and for web.Public too. The context it returns, derived from ctx, is the handler's. Nil refuses everything but web.Public.
	Admit func(ctx context.Context, r *http.Request, action, client string) (context.Context, error)

	// Caller names the account that Admit found, so that two people may use the same Idempotency-Key.
	Caller func(ctx context.Context) string

	// DB and Now keep the answers of repeatable calls, in the workspace of the admitted context. A nil DB refuses an Idempotency-Key.
	DB  *db.DB
	Now func() time.Time
}

// API is the list of operations and what serves them.
type API struct {
	opt        Options
	mux        *web.Mux
	huma       huma.API
	operations []Listed
	limit      int64
	document   func() (document, error)
	lists      func() map[string]bool // names of query parameters that may be given several times
}

// Listed is one registered operation, for tests that walk all.
type Listed struct {
	Method, Path, ID, Action string // Path is the whole one: "/api/v1/clients/{client}/statements"
	Summary, Tag             string
}

// New makes an API without operations.
func New(opt Options) *API {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{opt: opt, mux: &web.Mux{}, limit: web.DefaultBodyLimit}
	registry := huma.NewMapRegistry("#/components/schemas/", schemaName)
	registry.RegisterTypeAlias(typeOf[huma.ErrorModel](), typeOf[Problem]())
	a.huma = humago.NewWithPrefix(a.mux, strings.TrimSuffix(Prefix, "/"), huma.Config{
		OpenAPI:                      description(opt, registry),
		Formats:                      map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{a.speak},
	})
	a.document = sync.OnceValues(a.describe)
	a.lists = sync.OnceValue(a.listParameters)
	a.mux.HandleFunc("GET "+Prefix+"openapi.json", a.serveJSON)
	a.mux.HandleFunc("GET "+Prefix+"openapi.yaml", a.serveYAML)
	a.mux.HandleFunc("GET "+Prefix+"schemas/{name}", a.serveSchema)
	return a
}

// Operations lists every registered operation in the order of registration.
func (a *API) Operations() []Listed { return slices.Clone(a.operations) }

// Patterns lists every address that the API answers: the operations, and its own documents, which ask nobody's admission.
func (a *API) Patterns() []string { return a.mux.Patterns() }

// BodyLimit is the largest body that any operation takes: what the mount must let through.
func (a *API) BodyLimit() int64 { return a.limit }

// Mount puts the API, and the page at /api that shows it to people, into the registry of routes. All operations are registered before.
// The API admits each operation by itself, so its route is public to the registry.
func (a *API) Mount(g *web.Registry) {
	g.Mount(Prefix, web.Public, a.limit, a.Handler())
	g.Get("/api", web.Public, a.reference)
}

// Handler serves every address below Prefix.
func (a *API) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := askable(r, a.lists()); err != nil {
			a.write(r.Context(), w, a.problem(r.Context(), err))
			return
		}
		h, pattern := a.mux.Handler(r)
		if pattern != "" {
			web.NameRoute(r.Context(), pattern[strings.Index(pattern, "/"):])
			a.mux.ServeHTTP(w, r)
			return
		}
		probe := &probe{header: http.Header{}}
		h.ServeHTTP(probe, r)
		switch {
		case probe.status == http.StatusMethodNotAllowed:
			w.Header().Set("Allow", probe.header.Get("Allow"))
			p := problemOfStatus(http.StatusMethodNotAllowed, "method", "this address does not take "+r.Method)
			a.write(r.Context(), w, p)
		case probe.status >= 300 && probe.status < 400:
			h.ServeHTTP(w, r)
		default:
			a.write(r.Context(), w, a.problem(r.Context(), fault.New(fault.NotFound, "no-operation", "there is no operation at this address; %sopenapi.json lists them all", Prefix)))
		}
	})
}

// listParameters are the query parameters of any operation that take a list. All operations are registered before the first request.
func (a *API) listParameters() map[string]bool {
	out := map[string]bool{}
	for _, path := range a.huma.OpenAPI().Paths {
		for _, op := range []*huma.Operation{path.Get, path.Put, path.Post, path.Delete, path.Patch} {
			if op == nil {
				continue
			}
			for _, p := range op.Parameters {
				if p.In == "query" && p.Schema != nil && p.Schema.Type == huma.TypeArray {
					out[p.Name] = true
				}
			}
		}
	}
	return out
}

// askable refuses an address or a query with text that no engine can keep, and a parameter that is given twice and is no list. Faults: Invalid,
// at its place.
func askable(r *http.Request, lists map[string]bool) error {
	refuse := func(place string) error {
		return fault.New(fault.Invalid, "unprintable", "%s", notStorable).At(place)
	}
	if !web.Storable(r.URL.Path) {
		return refuse("path")
	}
	for name, values := range r.URL.Query() {
		if !web.Storable(name) {
			return refuse("query")
		}
		for _, v := range values {
			if !web.Storable(v) {
				return refuse("query." + name)
			}
		}
		if len(values) > 1 && !lists[name] {
			return fault.New(fault.Invalid, "repeated-parameter", "this parameter is given %d times; keep one", len(values)).At("query." + name)
		}
	}
	return nil
}

const notStorable = "this holds a NUL or is not UTF-8, and no text can keep that; leave it out"

type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// Path is an address below Prefix from its segments, each escaped: for Location and links.
func Path(segments ...string) string {
	escaped := make([]string, len(segments))
	for i, s := range segments {
		escaped[i] = url.PathEscape(s)
	}
	return Prefix + strings.Join(escaped, "/")
}

// jsonFormat tells line and column of what is no JSON.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		return out.Encode(v)
	},
	Unmarshal: unmarshal,
}
