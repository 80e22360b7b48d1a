// Package ui holds the pages of the work: the inbox and the board, a request with its brief, conversation and clocks, and what briefs ask for.
package ui

import (
	"net/http"
	"net/url"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// The rooms of the navigation that these pages mark: that of a client, and that of the workspace.
const (
	Room      = "work"
	InboxRoom = "inbox"
)

// InboxPath is the address of the work of all clients.
const InboxPath = "/inbox"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service
}

// Path is the address of a client's work.
func Path(client string) string { return "/clients/" + url.PathEscape(client) + "/work" }

// RequestPath is the address of a request.
func RequestPath(client, request string) string { return Path(client) + "/" + url.PathEscape(request) }

// uploads is the largest body of a form with files.
const uploads = 64 << 20

// Register adds the pages with the action each needs: each file names its own.
func (p *Pages) Register(g *web.Registry) {
	g.Add(p.inboxRoutes()...)
	g.Add(p.openRoutes()...)
	g.Add(p.requestRoutes()...)
	g.Add(p.stepRoutes()...)
	g.Add(p.briefRoutes()...)
	g.Add(p.monthRoutes()...)
	g.Add(p.viewRoutes()...)
	g.Add(p.deliverableRoutes()...)
	g.Add(p.mailRoutes()...)
}

func get(pattern string, action access.Action, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Action: string(action), Handler: h}
}

func post(pattern string, action access.Action, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Action: string(action), Handler: h}
}

// upload is post of a form with files.
func upload(pattern string, action access.Action, h web.Handler) web.Route {
	r := post(pattern, action, h)
	r.BodyLimit = uploads
	return r
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }
