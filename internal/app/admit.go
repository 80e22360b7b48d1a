package app

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party"
	partyui "github.com/ofrecord/ofrecord/internal/party/ui"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// admit lets a request in as party does, and finds the client in the address, so that a page of a client that does not exist is not found
// for everybody alike.
func (p *Program) admit(party *partyui.Pages) func(r *http.Request, action string) (context.Context, error) {
	return func(r *http.Request, action string) (context.Context, error) {
		ctx, err := party.Admit(r, action)
		client := r.PathValue("client")
		if err != nil || client == "" || action == web.Public {
			return ctx, err
		}
		org, err := p.Party.Client(ctx, access.ActorFrom(ctx), client)
		if err != nil {
			return nil, err
		}
		return context.WithValue(ctx, clientKey{}, org), nil
	}
}

type clientKey struct{}

// clientOf is the client in the address, found at admission.
func clientOf(ctx context.Context) (party.Org, bool) {
	org, ok := ctx.Value(clientKey{}).(party.Org)
	return org, ok
}
