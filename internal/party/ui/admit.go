package ui

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/web"
)

// Admit lets a request in: it finds the actor by session or bearer token and asks whether the action is allowed for the {client} of the
// address. The context it returns carries the actor and the workspace. It is web.Options.Admit. Faults: Unauthenticated, Forbidden, NotFound.
func (p *Pages) Admit(r *http.Request, action string) (context.Context, error) {
	if action == web.Public {
		return r.Context(), nil
	}
	token, byToken := web.Bearer(r)
	who, err := p.who(r, token, byToken)
	if err != nil {
		return nil, err
	}
	if err := access.RequireAny(who, access.Action(action), r.PathValue("client")); err != nil {
		return nil, err
	}
	if byToken && personal(access.Action(action)) {
		return nil, fault.New(fault.Forbidden, "token-account", "a token does not reach the account it belongs to; sign in with a browser to manage it")
	}
	return access.WithActor(db.WithWorkspace(r.Context(), who.Workspace), who), nil
}

// personal actions are for the person alone: with them a stolen token would become the whole account, and outlive its revocation.
func personal(action access.Action) bool {
	return action == access.AccountSelf || action == access.TokenMake
}

func (p *Pages) who(r *http.Request, token string, byToken bool) (access.Actor, error) {
	if byToken {
		return p.Ops.ActorByToken(r.Context(), token)
	}
	return p.Ops.Admit(r.Context(), claimOf(r))
}

func claimOf(r *http.Request) ops.Claim {
	s := web.SessionOf(r)
	return ops.Claim{Account: s.Account, Epoch: s.Epoch, Workspace: s.Workspace}
}
