// Package ui holds the pages of the record: the list in words, what changed in each entry, verification, downloads.
package ui

import (
	"context"
	"net/http"
	"net/url"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// RecordPath is the record of the workspace; that of a client is below the client's address.
const RecordPath = "/record"

// Room of the navigation that these pages mark.
const Room = "record"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service

	// ClientName is the name of a client, for titles and the workspace's list; it decides access. Nil shows no names.
	ClientName func(ctx context.Context, actor access.Actor, id string) (string, error)

	// Subject is the address of the page of what an entry is about; "" when there is none. Nil links nothing.
	Subject func(journal.Entry) string
}

// Register adds the pages with the action each needs.
func (p *Pages) Register(g *web.Registry) {
	var routes []web.Route
	for _, base := range []string{RecordPath, "/clients/{client}" + RecordPath} {
		get := func(path string, action access.Action, h web.Handler) {
			routes = append(routes, web.Route{Method: http.MethodGet, Pattern: base + path, Action: string(action), Handler: h})
		}
		get("", access.RecordSee, p.show)
		get("/verify", access.RecordVerify, p.verify)
		get("/chain", access.RecordVerify, p.chain)
	}
	g.Add(routes...)
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }

// base is the address of the record that a request belongs to.
func base(r *http.Request) string {
	if client := r.PathValue("client"); client != "" {
		return "/clients/" + url.PathEscape(client) + RecordPath
	}
	return RecordPath
}

func (p *Pages) clientName(r *http.Request, id string) (string, error) {
	if id == "" || p.ClientName == nil {
		return "", nil
	}
	return p.ClientName(r.Context(), actor(r), id)
}
