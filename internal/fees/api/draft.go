package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerDraft(a *api.API) {
	post := func(path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: http.MethodPost, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
	}
	draft := post(all, "draftStatement", "Draft the statement of a month", access.StatementDraft)
	draft.Status = http.StatusCreated
	draft.Description = "From the agreement, the newest evidence and what was locked before. When the newest draft says the same already, no revision is added and it is the answer."
	api.Register(a, draft, o.draft)
	api.Register(a, post(one+"/submit", "submitStatement", "Put a draft before the client and open the objection window", access.StatementSubmit), o.submit)
	api.Register(a, post(one+"/withdraw", "withdrawStatement", "Take a statement back, so that it can be drafted again", access.StatementWithdraw), o.withdraw)
}

// Draft names what to draft.
type Draft struct {
	Contract string `json:"contract" minLength:"1" maxLength:"64" doc:"Id of the contract"`
	Month    string `json:"month" pattern:"^\\d{4}-\\d{2}$" example:"2026-03" doc:"The month that the statement is for"`
}

func (o *Operations) draft(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Body   Draft
}) (*api.Created[Statement], error) {
	month, err := cal.ParseMonth(in.Body.Month)
	if err != nil {
		return nil, fault.New(fault.Invalid, "month", "Write the month as 2026-03.").At("body.month").Because(err)
	}
	who := access.ActorFrom(ctx)
	contracts, err := o.Contracts(ctx, who, in.Client)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(contracts, in.Body.Contract) {
		return nil, fault.New(fault.Invalid, "contract-unknown", "This client has no contract of this id; list its contracts.").At("body.contract")
	}
	d, err := o.Fees.Draft(ctx, who, ops.DraftInput{Contract: in.Body.Contract, Month: month})
	if err != nil {
		return nil, err
	}
	body, err := statementOf(d.Statement)
	return &api.Created[Statement]{Location: api.Path("clients", in.Client, "statements", body.ID), Body: body}, err
}

// Seen names the statement as it was read.
type Seen struct {
	Hash string `json:"hash,omitempty" maxLength:"64" doc:"Of the statement that was read; another one is refused. Absent: whatever it is"`
}

func (o *Operations) submit(ctx context.Context, in *struct {
	Of
	Body *Seen
}) (*api.Answer[Statement], error) {
	submit := ops.SubmitInput{Statement: in.Statement}
	if in.Body != nil {
		submit.Hash = in.Body.Hash
	}
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) { return o.Fees.Submit(ctx, who, submit) })
}

// Withdraw says why.
type Withdraw struct {
	Reason string `json:"reason,omitempty" maxLength:"2000" doc:"The client sees it"`
}

func (o *Operations) withdraw(ctx context.Context, in *struct {
	Of
	Body *Withdraw
}) (*api.Answer[Statement], error) {
	reason := ""
	if in.Body != nil {
		reason = in.Body.Reason
	}
	return o.step(ctx, in.Of, func(who access.Actor) (ops.Statement, error) { return o.Fees.Withdraw(ctx, who, in.Statement, reason) })
}

// step takes a step with the statement of the address and answers with where it stands then.
func (o *Operations) step(ctx context.Context, at Of, take func(who access.Actor) (ops.Statement, error)) (*api.Answer[Statement], error) {
	if _, err := o.find(ctx, at); err != nil {
		return nil, err
	}
	st, err := take(access.ActorFrom(ctx))
	if err != nil {
		return nil, err
	}
	body, err := statementOf(st)
	return &api.Answer[Statement]{Body: body}, err
}
