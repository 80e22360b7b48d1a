// Package ui holds the portfolio and the overview of a client: where each stands and what waits on whom.
package ui

import (
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/portfolio/ops"
)

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service
}

// Register adds the pages to the registry.
func (p *Pages) Register(g *web.Registry) {
	g.Get("/{$}", string(access.PortfolioSee), p.portfolio)
	g.Get("/clients/{client}", string(access.ClientSee), p.overview)
}

func (p *Pages) portfolio(w http.ResponseWriter, r *http.Request) error {
	actor := access.ActorFrom(r.Context())
	cards, err := p.Ops.Portfolio(r.Context(), actor)
	if err != nil {
		return err
	}
	if len(cards) == 1 && !access.Decide(actor, access.ClientCreate, access.Scope{}).Allowed {
		web.Redirect(w, r, "/clients/"+cards[0].Client.ID) // somebody of one client is at home there
		return nil
	}
	return web.Render(w, r, portfolioPage(actor), portfolioBody(cardViews(cards, actor)))
}

func (p *Pages) overview(w http.ResponseWriter, r *http.Request) error {
	actor := access.ActorFrom(r.Context())
	card, err := p.Ops.Overview(r.Context(), actor, r.PathValue("client"))
	if err != nil {
		return err
	}
	return web.Render(w, r, overviewPage(card), overviewBody(overviewView(card, actor)))
}
