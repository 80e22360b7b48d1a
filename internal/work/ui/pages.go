// Package ui holds the pages of the work: deliverables, their versions and approvals.
package ui

import (
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/work/ops"
)

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service
}

// Register adds the pages with the action each needs: each file names its own.
func (p *Pages) Register(g *web.Registry) {
	g.Add(p.deliverableRoutes()...)
}

func get(pattern string, action access.Action, h web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Pattern: pattern, Action: string(action), Handler: h}
}

func post(pattern string, action access.Action, h web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Pattern: pattern, Action: string(action), Handler: h}
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }
