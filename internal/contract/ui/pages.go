// Package ui holds the pages of contracts: the agreement as it stands, its versions, the editor, and what binds: proposing, accepting,
// recording a paper, withdrawing.
package ui

import (
	"net/http"
	"net/url"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// Room of the navigation that these pages mark.
const Room = "contract"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service

	// Priced: the program has pages of what the choices of a text are worth, at the address of the contract, of a version and of the
	// draft, with /worth behind it, and of other terms tried on its history, with /what-if. Fees stand above contracts, so the program says it.
	Priced bool
}

// Path is the address of a client's contracts.
func Path(client string) string { return "/clients/" + url.PathEscape(client) + "/contract" }

// ContractPath is the address of one contract.
func ContractPath(c ops.Contract) string { return Path(c.Client) + "/" + url.PathEscape(c.ID) }

// VersionPath is the address of one version.
func VersionPath(c ops.Contract, v contract.Version) string {
	return ContractPath(c) + "/versions/" + url.PathEscape(v.ID)
}

// Register adds the pages with the action each needs.
func (p *Pages) Register(g *web.Registry) {
	const all = "/clients/{client}/contract"
	const one = all + "/{contract}"
	const version = one + "/versions/{version}"
	get := func(pattern string, action access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: pattern, Action: string(action), Handler: h}
	}
	post := func(pattern string, action access.Action, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Pattern: pattern, Action: string(action), Handler: h}
	}
	g.Add([]web.Route{
		get(all, access.ContractSee, p.showAll),
		get(all+"/new", access.ContractEdit, p.showNew),
		post(all+"/new", access.ContractEdit, p.begin),
		get(one, access.ContractSee, p.show),
		get(one+"/edit", access.ContractEdit, p.showEditor),
		post(one+"/edit", access.ContractEdit, p.save),
		post(one+"/check", access.ContractEdit, p.check),
		get(one+"/propose", access.ContractPropose, p.confirmProposal),
		post(one+"/propose", access.ContractPropose, p.propose),
		get(version, access.ContractSee, p.showVersion),
		get(version+"/yaml", access.ContractSee, p.download),
		get(version+"/accept", access.ContractAccept, p.confirmAcceptance),
		post(version+"/accept", access.ContractAccept, p.accept),
		get(version+"/paper", access.ContractAcceptAgency, p.showPaper),
		post(version+"/paper", access.ContractAcceptAgency, p.recordPaper),
		get(version+"/withdraw", access.ContractPropose, p.confirmWithdrawal),
		post(version+"/withdraw", access.ContractPropose, p.withdraw),
		get(version+"/decline", access.ContractAccept, p.confirmDecline),
		post(version+"/decline", access.ContractAccept, p.decline),
	}...)
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }

func may(r *http.Request, action access.Action, c ops.Contract) bool {
	return access.Decide(actor(r), action, c.Scope()).Allowed
}

// elsewhere refuses a contract under the address of another client.
func elsewhere(r *http.Request, c ops.Contract) error {
	if c.Client != r.PathValue("client") {
		return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	return nil
}

func (p *Pages) contract(r *http.Request) (ops.Contract, error) {
	c, err := p.Ops.Contract(r.Context(), actor(r), r.PathValue("contract"))
	if err != nil {
		return ops.Contract{}, err
	}
	return c, elsewhere(r, c)
}

func (p *Pages) version(r *http.Request) (ops.Contract, contract.Version, error) {
	c, v, err := p.Ops.VersionOf(r.Context(), actor(r), r.PathValue("version"))
	if err == nil && c.ID != r.PathValue("contract") {
		err = fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	if err != nil {
		return ops.Contract{}, contract.Version{}, err
	}
	return c, v, elsewhere(r, c)
}
