package ui

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// Room of the navigation that these pages mark.
const Room = "statements"

// Pages are the pages of this room.
type Pages struct {
	Ops *ops.Service

	// Contracts are the contracts of a client that a statement can be drafted under; it decides access.
	Contracts func(ctx context.Context, actor access.Actor, client string) ([]Contract, error)

	// NoMail says that this installation sends no mail, so that nobody promises a letter that does not come.
	NoMail bool
}

// Contract is a choice when drafting.
type Contract struct {
	ID   string
	Name string
}

// Register adds the pages with the action that each needs.
func (p *Pages) Register(g *web.Registry) {
	const list = "/clients/{client}/statements"
	const one = list + "/{statement}"
	g.Get(list, string(access.StatementSee), p.list)
	g.Get(list+"/draft", string(access.StatementDraft), p.showDraft)
	g.Post(list+"/draft", string(access.StatementDraft), p.draft)

	g.Get(one, string(access.StatementSee), p.show)
	g.Get(one+"/later", string(access.StatementSee), p.later)
	g.Get(one+"/statement.json", string(access.StatementSee), p.downloadJSON)
	g.Get(one+"/lines.csv", string(access.StatementSee), p.downloadCSV)
	g.Get(one+"/lines.xlsx", string(access.StatementSee), p.downloadXLSX)

	g.Get(one+"/pack", string(access.PackDownload), p.downloadPack)

	g.Get(one+"/submit", string(access.StatementSubmit), p.showSubmit)
	g.Post(one+"/submit", string(access.StatementSubmit), p.submit)
	g.Get(one+"/withdraw", string(access.StatementWithdraw), p.showWithdraw)
	g.Post(one+"/withdraw", string(access.StatementWithdraw), p.withdraw)
	g.Get(one+"/accept", string(access.StatementAccept), p.showAcceptRest)
	g.Post(one+"/accept", string(access.StatementAccept), p.acceptRest)
	g.Get(one+"/lock", string(access.StatementLock), p.showLock)
	g.Post(one+"/lock", string(access.StatementLock), p.lock)

	const contract = "/clients/{client}/contract/{contract}"
	g.Get(contract+"/worth", string(access.ContractSee), p.worthOfAgreement)
	g.Get(contract+"/versions/{version}/worth", string(access.ContractSee), p.worthOfVersion)
	g.Get(contract+"/edit/worth", string(access.ContractEdit), p.worthOfDraft)

	p.registerMonthEnds(g)
	p.registerApprovals(g)
	g.Get(contract+"/what-if", string(access.ContractSee), p.showWhatIf)
	g.Post(contract+"/what-if", string(access.ContractSee), p.runWhatIf)
	g.Get(contract+"/advice", string(access.ContractSee), p.showAdvice)

	for _, s := range lineSteps {
		g.Post(one+"/lines/{line}/"+s.verb, string(s.action), p.takeLineStep(s))
	}
}

func actor(r *http.Request) access.Actor { return access.ActorFrom(r.Context()) }

func clientPath(client string) string { return "/clients/" + url.PathEscape(client) }

func listPath(client string) string { return clientPath(client) + "/statements" }

func contractsPath(client string) string { return clientPath(client) + "/contract" }

func contractPath(client, contract string) string {
	return contractsPath(client) + "/" + url.PathEscape(contract)
}

func statementPath(client, id string) string { return listPath(client) + "/" + url.PathEscape(id) }

func dealPath(client, deal string) string {
	return clientPath(client) + "/evidence/deals/" + url.PathEscape(deal)
}

func importPath(client string, number int64) string {
	return clientPath(client) + "/evidence/imports/" + strconv.FormatInt(number, 10)
}

// read is the statement of the address. Faults: NotFound, Forbidden.
func (p *Pages) read(r *http.Request) (ops.Statement, error) {
	st, err := p.Ops.Statement(r.Context(), actor(r), r.PathValue("statement"))
	if err == nil && st.Client != r.PathValue("client") {
		err = fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
	}
	return st, err
}

// may reports whether the actor may do the action in the scope as one of the side; an empty side asks for no side.
func may(who access.Actor, action access.Action, scope access.Scope, side access.OrgKind) bool {
	own := who
	if side != "" {
		own.Memberships = nil
		for _, m := range who.Memberships {
			if m.OrgKind == side {
				own.Memberships = append(own.Memberships, m)
			}
		}
	}
	return access.Decide(own, action, scope).Allowed
}
