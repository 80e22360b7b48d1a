// Package ui holds the pages of the relationship: who is of record for what, term and notice, conflicts, scope, exit.
package ui

import (
	"net/http"
	"net/url"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// Room of the navigation that these pages mark.
const Room = "relationship"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service
}

// Path is the address of a client's relationship.
func Path(client string) string { return "/clients/" + url.PathEscape(client) + "/relationship" }

// Register adds the pages with the action each needs: each file names its own.
func (p *Pages) Register(g *web.Registry) {
	g.Add(p.overviewRoutes()...)
	g.Add(p.scopeRoutes()...)
	g.Add(p.orderRoutes()...)
	g.Add(p.leakageRoutes()...)
	g.Add(p.askRoutes()...)
	g.Add(p.offerRoutes()...)
	g.Add(p.termRoutes()...)
	g.Add(p.conflictRoutes()...)
	g.Add(p.wallRoutes()...)
	g.Add(p.waiverRoutes()...)
	g.Add(p.specialistRoutes()...)
}

func get(pattern string, action access.Action, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Action: string(action), Handler: h}
}

func post(pattern string, action access.Action, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Action: string(action), Handler: h}
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }
