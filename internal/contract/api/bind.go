package api

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerBind(a *api.API) {
	post := func(path, id, summary string, action access.Action) api.Operation {
		return api.Operation{Method: http.MethodPost, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(action)}
	}
	propose := post(one+"/propose", "proposeContract", "Freeze the draft as the next version and offer it", access.ContractPropose)
	propose.Status = http.StatusCreated
	propose.Description = "It counts as the agency's acceptance when the caller may accept for the agency."
	api.Register(a, propose, o.propose)
	accept := post(version+"/accept", "acceptContract", "Accept a version for one side", access.ContractAccept)
	accept.Description = "For the client its executives may, for the agency its owner and the fractional CMO. In a contract with a specialist the agency is the side that pays (client), and the people of the specialist accept for the side that is paid (agency)."
	api.Register(a, accept, o.accept)
	api.Register(a, post(version+"/paper", "recordContractPaper", "Record that the client signed a version on paper", access.ContractAcceptAgency), o.paper)
	api.Register(a, post(version+"/withdraw", "withdrawContract", "Withdraw a proposal that does not bind yet", access.ContractPropose), o.withdraw)
}

// Propose names the draft as it was read.
type Propose struct {
	Revision int `json:"revision" minimum:"1" doc:"The revision of the draft that is meant"`
}

func (o *Operations) propose(ctx context.Context, in *struct {
	Of
	Body Propose
}) (*api.Created[Version], error) {
	c, err := o.contract(ctx, in.Of)
	if err != nil {
		return nil, err
	}
	v, err := o.Contracts.Propose(ctx, access.ActorFrom(ctx), ops.ProposeInput{Contract: c.ID, Revision: in.Body.Revision})
	if err != nil {
		return nil, err
	}
	return &api.Created[Version]{Location: api.Path("clients", c.Client, "contracts", c.ID, "versions", v.ID), Body: versionOf(v)}, nil
}

// Accept names the text that is accepted, and for whom.
type Accept struct {
	SHA256 string `json:"sha256" minLength:"64" maxLength:"64" doc:"Of the text that was read"`
	Side   string `json:"side" enum:"agency,client"`
}

func (o *Operations) accept(ctx context.Context, in *struct {
	OfVersion
	Body Accept
}) (*api.Answer[Version], error) {
	v, err := o.version(ctx, in.OfVersion)
	if err != nil {
		return nil, err
	}
	v, err = o.Contracts.Accept(ctx, access.ActorFrom(ctx), ops.AcceptInput{Version: v.ID, SHA256: in.Body.SHA256, Side: contract.Side(in.Body.Side)})
	if err != nil {
		return nil, err
	}
	return &api.Answer[Version]{Body: versionOf(v)}, nil
}

// Signed is a paper that the client has signed.
type Signed struct {
	Paper
	SHA256 string `json:"sha256" minLength:"64" maxLength:"64" doc:"Of the text that the paper carries"`
}

func (o *Operations) paper(ctx context.Context, in *struct {
	OfVersion
	Body Signed
}) (*api.Answer[Version], error) {
	signed, err := cal.ParseDate(in.Body.SignedOn)
	if err != nil {
		return nil, err
	}
	v, err := o.version(ctx, in.OfVersion)
	if err != nil {
		return nil, err
	}
	v, err = o.Contracts.RecordPaper(ctx, access.ActorFrom(ctx), ops.PaperInput{Version: v.ID, SHA256: in.Body.SHA256,
		Paper: contract.Paper{Reference: in.Body.Reference, Signatory: in.Body.Signatory, SignedOn: signed}})
	if err != nil {
		return nil, err
	}
	return &api.Answer[Version]{Body: versionOf(v)}, nil
}

// Withdraw says why.
type Withdraw struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"The client sees it"`
}

func (o *Operations) withdraw(ctx context.Context, in *struct {
	OfVersion
	Body Withdraw
}) (*api.Answer[Version], error) {
	v, err := o.version(ctx, in.OfVersion)
	if err != nil {
		return nil, err
	}
	v, err = o.Contracts.Withdraw(ctx, access.ActorFrom(ctx), v.ID, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Version]{Body: versionOf(v)}, nil
}
