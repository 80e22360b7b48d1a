// Package api holds the operations of organisations for programs: which clients there are.
package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

// Operations are the operations of this room.
type Operations struct {
	Party *ops.Service
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	api.Register(a, api.Operation{
		Method: http.MethodGet, Path: "/clients", ID: "listClients", Summary: "List the clients within the caller's reach",
		Tags: []string{"Clients"}, Action: string(access.PortfolioSee),
	}, o.list)
}

// Client is a company that the agency works for.
type Client struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (o *Operations) list(ctx context.Context, in *struct {
	api.Page
}) (*api.Answer[api.List[Client]], error) {
	clients, err := o.Party.Clients(ctx, access.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	out := make([]Client, len(clients))
	for i, c := range clients {
		out[i] = Client{ID: c.ID, Name: c.Name}
	}
	return api.Cut(in.Page, out, func(c Client) string { return c.ID })
}
