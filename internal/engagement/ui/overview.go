package ui

import (
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
)

func (p *Pages) overviewRoutes() []web.Route {
	return []web.Route{get("/clients/{client}/relationship", access.ContractSee, p.overview)}
}

// overview is the head of the room: what stands between the two, and where the rest of it is told.
func (p *Pages) overview(w http.ResponseWriter, r *http.Request) error {
	contracts, err := p.Ops.Contracts.Contracts(r.Context(), actor(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	view := kit.PageView{Title: "Relationship", Room: Room}
	if len(contracts) == 0 {
		return web.Render(w, r, view, kit.Empty(kit.EmptyView{Title: "No contract yet",
			Text: "Who is of record for what, until when, and what follows at the end is read from the contract that both sides have accepted. It will stand here then."}))
	}
	if access.Decide(actor(r), access.SpecialistSee, access.Of(r.PathValue("client"))).Allowed {
		view.Actions = append(view.Actions, kit.Button(kit.ButtonView{Text: "Specialists", Href: specialistsPath(r.PathValue("client"))}))
	}
	return web.Render(w, r, view, kit.Text("Each contract is told in its own words on its page."))
}
