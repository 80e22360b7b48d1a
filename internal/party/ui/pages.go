// Package ui holds the pages of signing in, the own account, people and organisations, and the admission of requests.
package ui

import (
	"net"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// The addresses that other rooms and the frame of a page need.
const (
	SignInPath     = "/sign-in"
	SignOutPath    = "/sign-out"
	AccountPath    = "/account"
	WorkspacesPath = "/workspaces"
	PeoplePath     = "/people"
)

// Rooms of the navigation that these pages mark.
const (
	PeopleRoom  = "people"
	AccountRoom = "account"
)

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service

	// Address is the network address a request came from, for the limits of guessing. Nil takes the connection's own, which behind a
	// proxy is the proxy's: then all people share one limit.
	Address func(*http.Request) string

	// NoMail says that this installation sends no mail, so that nobody waits for a letter that does not come.
	NoMail bool
}

// Register adds the pages with the action each needs.
func (p *Pages) Register(g *web.Registry) {
	get := func(pattern string, action access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: pattern, Action: string(action), Handler: h}
	}
	post := func(pattern string, action access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Pattern: pattern, Action: string(action), Handler: h}
	}
	const atClient = "/clients/{client}" + PeoplePath
	routes := []web.Route{
		get(SignInPath, web.Public, p.showSignIn),
		post(SignInPath, web.Public, p.signIn),
		get("/sign-in/link", web.Public, p.showAskLink),
		post("/sign-in/link", web.Public, p.askLink),
		get("/sign-in/sent", web.Public, p.showSent),
		get("/sign-in/link/{token}", web.Public, p.openLink),
		post("/sign-in/link/{token}", web.Public, p.useLink),
		get(WorkspacesPath, web.Public, p.showWorkspaces),
		post(WorkspacesPath, web.Public, p.chooseWorkspace),
		post(SignOutPath, web.Public, p.signOut),

		get(AccountPath, access.AccountSelf, p.showAccount),
		get("/account/name", access.AccountSelf, p.showName),
		post("/account/name", access.AccountSelf, p.rename),
		get("/account/password", access.AccountSelf, p.showPassword),
		post("/account/password", access.AccountSelf, p.setPassword),
		get("/account/sign-out-everywhere", access.AccountSelf, p.confirmSignOutEverywhere),
		post("/account/sign-out-everywhere", access.AccountSelf, p.signOutEverywhere),
		post("/account/tokens", access.TokenMake, p.makeToken),
		get("/account/tokens/{token}/revoke", access.TokenMake, p.confirmRevoke),
		post("/account/tokens/{token}/revoke", access.TokenMake, p.revokeToken),

		get("/clients/new", access.ClientCreate, p.showNewClient),
		post("/clients/new", access.ClientCreate, p.createClient),
		get("/organisations/new", access.OrgCreate, p.showNewOrg),
		post("/organisations/new", access.OrgCreate, p.createOrg),
	}
	for _, base := range []string{PeoplePath, atClient} {
		routes = append(routes,
			get(base, access.PeopleSee, p.showPeople),
			get(base+"/invite", access.PeopleInvite, p.showInvite),
			post(base+"/invite", access.PeopleInvite, p.invite),
			get(base+"/{membership}/role", access.PeopleChange, p.showRole),
			post(base+"/{membership}/role", access.PeopleChange, p.changeRole),
			get(base+"/{membership}/end", access.PeopleChange, p.confirmEnd),
			post(base+"/{membership}/end", access.PeopleChange, p.end),
		)
	}
	g.Add(routes...)
}

func (p *Pages) address(r *http.Request) string {
	if p.Address != nil {
		return p.Address(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }
