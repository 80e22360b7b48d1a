package app

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/app/demo"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	partyui "github.com/ofrecord/ofrecord/internal/party/ui"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// address is one route or operation with the action that it says it needs.
type address struct{ method, pattern, action string }

func (p *Program) addresses() []address {
	people := &partyui.Pages{Ops: p.Party}
	var out []address
	for _, r := range p.registry(people).Routes() {
		if r.Method != "" {
			out = append(out, address{r.Method, r.Pattern, r.Action})
		}
	}
	for _, o := range p.api(people).Operations() {
		out = append(out, address{o.Method, o.Path, o.Action})
	}
	return out
}

// openAddresses are the addresses that answer without asking the table of access: what is public, what is mounted and admits by itself, and what the
// server and the API answer on their own. A new one must be argued for here.
var openAddresses = []string{
	"GET /sign-in", "POST /sign-in", "GET /sign-in/link", "POST /sign-in/link", "GET /sign-in/sent", "GET /sign-in/link/{token}", "POST /sign-in/link/{token}",
	"GET /workspaces", "POST /workspaces", "POST /sign-out", // of whoever the session names
	"GET /api", "GET /api/v1/openapi.json", "GET /api/v1/openapi.yaml", "GET /api/v1/schemas/{name}", // what the operations are, the same for all
	"/api/v1/", // each operation admits by itself
	"POST /upload/{workspace}/{link}/{secret}", "PUT /upload/{workspace}/{link}/{secret}", // by a secret of its own, for whoever made it
	"GET /calendar/{workspace}/{token}",         // likewise, revoked by those who see the contract
	"POST /mail/{workspace}/{address}/{secret}", // likewise: what becomes of a message is decided by its sender
	"GET /static/", "GET /favicon.ico", "GET /robots.txt", "POST /theme",
	"GET /healthz", "GET /readyz",
	"GET /metrics", // by a token of its own, or from this machine
}

// unasked are the addresses among the patterns that no walk can hold to the table.
func unasked(patterns []string, routes []web.Route, operations []api.Listed) []string {
	walked := map[string]bool{}
	for _, r := range routes {
		walked[r.String()] = r.Method != "" && r.Action != web.Public
	}
	for _, o := range operations {
		walked[o.Method+" "+o.Path] = o.Action != web.Public
	}
	var out []string
	for _, pattern := range patterns {
		if !walked[pattern] {
			out = append(out, pattern)
		}
	}
	return out
}

// TestWhatIsOpenIsOnTheList compares every address that asks for no action with the list above.
func TestWhatIsOpenIsOnTheList(t *testing.T) {
	p, _ := demoProgram(t)
	server, operations := p.server(), p.api(&partyui.Pages{Ops: p.Party})
	got := unasked(slices.Concat(server.Patterns(), operations.Patterns()), server.Registry().Routes(), operations.Operations())
	for _, a := range got {
		if !slices.Contains(openAddresses, a) {
			t.Errorf("%s is open and not on the list", a)
		}
	}
	for _, a := range openAddresses {
		if !slices.Contains(got, a) {
			t.Errorf("%s is on the list and not open", a)
		}
	}
}

// TestAnOpenAddressIsFound holds the finding itself to made-up addresses.
func TestAnOpenAddressIsFound(t *testing.T) {
	g, operations := &web.Registry{}, api.New(api.Options{})
	page := func(http.ResponseWriter, *http.Request) error { return nil }
	g.Get("/clients/{client}/kept", string(access.StatementSee), page)
	g.Get("/clients/{client}/leak", web.Public, page)
	g.Mount("/leak/", web.Public, 0, http.NotFoundHandler())
	g.Mount("/mounted/", string(access.StatementSee), 0, http.NotFoundHandler())
	operation := api.Operation{Method: http.MethodGet, Path: "/kept", ID: "kept", Summary: "Kept", Tags: []string{"Tests"}, Action: string(access.StatementSee)}
	nothing := func(context.Context, *struct{}) (*struct{}, error) { return nil, nil }
	api.Register(operations, operation, nothing)
	operation.Path, operation.ID, operation.Action = "/leak", "leak", web.Public
	api.Register(operations, operation, nothing)
	got := unasked(slices.Concat(web.New(web.Options{}, g).Patterns(), operations.Patterns()), g.Routes(), operations.Operations())
	got = slices.DeleteFunc(got, func(a string) bool { return slices.Contains(openAddresses, a) })
	if want := []string{"GET /clients/{client}/leak", "/leak/", "/mounted/", "GET /api/v1/leak"}; !slices.Equal(got, want) {
		t.Errorf("found %q", got)
	}
}

var wildcard = regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}|\{\$\}`)

// TestEveryAddressKeepsTheTable asks for every page and operation as every role, for the own client and for another one, and compares the
// answer with the table of access. An address with an action that the table does not know fails.
func TestEveryAddressKeepsTheTable(t *testing.T) {
	p, made := demoProgram(t)
	server := p.server()
	ctx := p.inWorkspace(t.Context())
	clients, err := p.Party.Clients(ctx, p.operator())
	if err != nil {
		t.Fatal(err)
	}
	other := clients[slices.IndexFunc(clients, func(c party.Org) bool { return c.ID != made.Client })].ID
	real := p.realIDs(t, made)
	if n := len(p.addresses()); n < 60 {
		t.Fatalf("only %d addresses found", n)
	}
	actors, tokens := map[access.Role]access.Actor{}, map[access.Role]string{}
	for _, persona := range made.Personas {
		if actors[persona.Role], err = p.Party.ActorOf(ctx, persona.Account(), demo.Workspace); err != nil {
			t.Fatal(err)
		}
		tokens[persona.Role] = p.tokenOf(t, persona.Role, made.Personas)
	}
	for _, a := range p.addresses() {
		if a.action != web.Public && !slices.Contains(access.Actions(), access.Action(a.action)) {
			t.Errorf("%s %s needs %q, which the table of access does not know", a.method, a.pattern, a.action)
			continue
		}
		if a.action == web.Public {
			continue
		}
		p.walkNobody(t, server, a, made.Client, real)
		for _, persona := range made.Personas {
			for _, client := range []string{made.Client, other} {
				if !strings.Contains(a.pattern, "{client}") && client == other {
					continue
				}
				p.walk(t, ask(server, a, fill(a.pattern, client, real), tokens[persona.Role]), a, actors[persona.Role], persona, client, client == made.Client, real)
			}
		}
	}
}

// realIDs fills the placeholders of an address with things that exist at the sample client.
func (p *Program) realIDs(t *testing.T, made demo.Made) map[string]string {
	t.Helper()
	ctx := p.inWorkspace(t.Context())
	c, err := p.Contracts.Contract(ctx, p.operator(), made.Contract)
	if err != nil {
		t.Fatal(err)
	}
	conflicts, err := p.Engagement.Conflicts(ctx, p.operator())
	if err != nil || len(conflicts) == 0 {
		t.Fatal("the demo has no check", err)
	}
	return map[string]string{
		"check":     conflicts[0].ID,
		"statement": made.Statement, "contract": made.Contract, "version": c.Versions[0].ID, "deal": "D-0100", "import": "1", "line": "1", "number": "1", "no": "1",
		"request": made.Request, "invoice": made.Invoice, "payment": made.Payment, "account": "assets:receivable",
	}
}

func fill(pattern, client string, real map[string]string) string {
	return wildcard.ReplaceAllStringFunc(pattern, func(w string) string {
		name := strings.Trim(strings.TrimSuffix(strings.Trim(w, "{}"), "..."), "{}")
		switch {
		case name == "$":
			return ""
		case name == "client":
			return client
		case real[name] != "":
			return real[name]
		default:
			return "nothing"
		}
	})
}

func ask(server http.Handler, a address, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(a.method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	return w
}

// walkNobody: without a sign-in every page sends to the sign-in and every operation answers 401.
func (p *Program) walkNobody(t *testing.T, server http.Handler, a address, client string, real map[string]string) {
	t.Helper()
	path := fill(a.pattern, client, real)
	w := ask(server, a, path, "")
	toSignIn := w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), partyui.SignInPath)
	if w.Code != http.StatusUnauthorized && !toSignIn {
		t.Errorf("nobody: %s %s answers %d", a.method, path, w.Code)
	}
}

func (p *Program) walk(t *testing.T, w *httptest.ResponseRecorder, a address, actor access.Actor, persona demo.Persona, client string, own bool, real map[string]string) {
	t.Helper()
	scope := ""
	if strings.Contains(a.pattern, "{client}") {
		scope = client
	}
	path := fill(a.pattern, client, real)
	say := func(format string, args ...any) {
		t.Errorf("%s: %s %s (%s): answers %d, %s", persona.Role, a.method, path, a.action, w.Code, fmt.Sprintf(format, args...))
	}
	err := access.RequireAny(actor, access.Action(a.action), scope)
	if ofAccount := a.action == string(access.AccountSelf) || a.action == string(access.TokenMake); ofAccount {
		if err != nil || w.Code != http.StatusForbidden || len(w.Result().Cookies()) > 0 {
			say("but a token reaches no account, and only a token is refused; %v", err)
		}
		return
	}
	if persona.Role == access.SpecialistPartner && strings.HasPrefix(a.action, "deliverable.") && access.GrantOf(persona.Role, access.Action(a.action)) == access.OfOrg {
		p.walkMade(t, a, w, own, real)
		return
	}
	if persona.Role == access.SpecialistPartner && strings.HasPrefix(a.action, "request.") && access.GrantOf(persona.Role, access.Action(a.action)) == access.OfOrg {
		p.walkGiven(t, a, w, own, real)
		return
	}
	if persona.Role == access.SpecialistPartner && access.GrantOf(persona.Role, access.Action(a.action)) == access.OfOrg {
		p.walkProvider(t, a, w, real)
		return
	}
	switch {
	case w.Code == http.StatusTooManyRequests:
		say("so that nothing was tried")
	case w.Code >= 500:
		say("our mistake: %s", w.Body.String())
	case err == nil && (w.Code == http.StatusUnauthorized || w.Code == http.StatusForbidden):
		say("but the table allows it")
	case err == nil && a.method == http.MethodGet && own && w.Code == http.StatusNotFound && !p.mayBeMissing(a, persona):
		say("but it is there")
	case err == nil && !own && w.Code < 300 && wildcardBesideClient(a.pattern):
		say("but what it names belongs to another client")
	case fault.Is(err, fault.NotFound) && w.Code != http.StatusNotFound:
		say("but it must look as if it were not there")
	case fault.Is(err, fault.Forbidden) && w.Code != http.StatusForbidden:
		say("but the table forbids it")
	}
}

// walkProvider: of what a specialist may see only as far as it is between the agency and its own organisation, nothing is there of what belongs to the client: neither what an
// address names, nor any of it in a list.
func (p *Program) walkProvider(t *testing.T, a address, w *httptest.ResponseRecorder, real map[string]string) {
	t.Helper()
	hidden := w.Code == http.StatusNotFound || a.method != http.MethodGet && w.Code == http.StatusBadRequest // before anything is looked for
	if wildcardBesideClient(a.pattern) && !hidden {
		t.Errorf("specialist: %s %s (%s): answers %d, but it must look as if it were not there", a.method, a.pattern, a.action, w.Code)
	}
	for _, name := range []string{"statement", "contract", "version", "deal", "invoice"} {
		if w.Code >= 500 || strings.Contains(w.Body.String(), real[name]) && w.Code < 300 {
			t.Errorf("specialist: %s %s (%s): answers %d and tells of the %s of the client", a.method, a.pattern, a.action, w.Code, name)
		}
	}
}

// walkMade: of deliverables a specialist sees those that its own organisation makes, and of them nothing that is between the agency and the client. What cannot be read is refused before
// anything is looked up.
func (p *Program) walkMade(t *testing.T, a address, w *httptest.ResponseRecorder, own bool, real map[string]string) {
	t.Helper()
	hidden := slices.Contains([]int{http.StatusNotFound, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity}, w.Code)
	if w.Code >= 500 || (!own || strings.Contains(a.pattern, "{deliverable}")) && !hidden {
		t.Errorf("specialist: %s %s (%s): answers %d, but it must look as if it were not there", a.method, a.pattern, a.action, w.Code)
	}
	for _, secret := range []string{real["statement"], real["contract"], real["invoice"], "Landing page of the robotics guide"} {
		if strings.Contains(w.Body.String(), secret) && w.Code < 300 {
			t.Errorf("specialist: %s %s (%s): answers %d and tells of %s", a.method, a.pattern, a.action, w.Code, secret)
		}
	}
}

// walkGiven: of requests a specialist sees those that its own organisation does. The newest is none of them.
func (p *Program) walkGiven(t *testing.T, a address, w *httptest.ResponseRecorder, own bool, real map[string]string) {
	t.Helper()
	missing := !own || strings.Contains(a.pattern, "{request}")
	unread := a.method == http.MethodPost && strings.HasPrefix(a.pattern, "/api/") && w.Code == http.StatusBadRequest // it was sent without a body
	if w.Code >= 500 || missing && w.Code != http.StatusNotFound && !unread || strings.Contains(w.Body.String(), real["request"]) && w.Code < 300 {
		t.Errorf("specialist: %s %s (%s): answers %d, or tells of a request that somebody else does", a.method, a.pattern, a.action, w.Code)
	}
}

// mayBeMissing: addresses that name what the walk has no example of, and what a specialist may see only of its own work.
func (p *Program) mayBeMissing(a address, persona demo.Persona) bool {
	return strings.Contains(fill(a.pattern, "", map[string]string{"statement": "x", "contract": "x", "version": "x", "deal": "x", "import": "x", "line": "x", "no": "x", "invoice": "x", "payment": "x", "account": "x", "request": "x"}), "nothing") ||
		persona.Role == access.SpecialistPartner
}

func wildcardBesideClient(pattern string) bool {
	return len(wildcard.FindAllString(strings.ReplaceAll(pattern, "{client}", ""), -1)) > 0
}
