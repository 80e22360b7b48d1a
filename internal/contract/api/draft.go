package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerDraft(a *api.API) {
	op := func(method, path, id, summary string) api.Operation {
		return api.Operation{Method: method, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(access.ContractEdit)}
	}
	begin := op(http.MethodPost, all, "beginContract", "Begin a contract under a name that no version changes")
	begin.Status = http.StatusCreated
	api.Register(a, begin, o.begin)
	api.Register(a, op(http.MethodGet, one+"/draft", "getContractDraft", "Read the draft of the next version"), o.getDraft)
	save := op(http.MethodPut, one+"/draft", "saveContractDraft", "Save the draft, also while it has problems")
	save.Description = "The revision is the one that the text was written from; when somebody saved meanwhile, the answer is a conflict and nothing is overwritten."
	api.Register(a, save, o.saveDraft)
	api.Register(a, op(http.MethodPost, one+"/check", "checkContract", "Say what a text would mean as the next version, and change nothing"), o.check)
}

// Begin is the name of a new contract.
type Begin struct {
	Name     string `json:"name" minLength:"1" maxLength:"80" example:"acme-growth" doc:"Small letters, digits and hyphens"`
	Provider string `json:"provider,omitempty" doc:"Id of the specialist or vendor that it is with, who works under the agency; absent: it is the agency's own with the client"`
}

func (o *Operations) begin(ctx context.Context, in *struct {
	Client string `path:"client" doc:"Id of the client"`
	Body   Begin
}) (*api.Created[Contract], error) {
	begin := func() (ops.Contract, error) {
		if in.Body.Provider != "" {
			return o.Contracts.Engage(ctx, access.ActorFrom(ctx), in.Client, in.Body.Provider, in.Body.Name)
		}
		return o.Contracts.Begin(ctx, access.ActorFrom(ctx), in.Client, in.Body.Name)
	}
	c, err := begin()
	if err != nil {
		return nil, err
	}
	return &api.Created[Contract]{Location: api.Path("clients", c.Client, "contracts", c.ID), Body: o.contractOf(c)}, nil
}

// Draft is the agency's working text.
type Draft struct {
	Source   string     `json:"source"`
	Revision int        `json:"revision" doc:"Counts the saves; 0: nothing is saved, the source is a text to begin with"`
	SavedAt  *time.Time `json:"saved_at,omitempty"`
	SavedBy  string     `json:"saved_by,omitempty"`
}

func draftOf(d ops.Draft) Draft {
	out := Draft{Source: d.Source, Revision: d.Revision, SavedBy: d.ByName}
	if d.Revision > 0 {
		out.SavedAt = &d.At
	}
	return out
}

func (o *Operations) getDraft(ctx context.Context, in *Of) (*api.Answer[Draft], error) {
	c, d, err := o.Contracts.Draft(ctx, access.ActorFrom(ctx), in.Contract)
	if err == nil && c.Client != in.Client {
		err = elsewhere()
	}
	if err != nil {
		return nil, err
	}
	return &api.Answer[Draft]{Body: draftOf(d)}, nil
}

// Save is a text to keep.
type Save struct {
	Source   string `json:"source" maxLength:"131072" doc:"YAML"`
	Revision int    `json:"revision" minimum:"0" doc:"The revision that the text was written from; 0 where none was saved"`
}

func (o *Operations) saveDraft(ctx context.Context, in *struct {
	Of
	Body Save
}) (*api.Answer[Draft], error) {
	c, err := o.contract(ctx, in.Of)
	if err != nil {
		return nil, err
	}
	d, err := o.Contracts.Save(ctx, access.ActorFrom(ctx), ops.SaveInput{Contract: c.ID, Source: in.Body.Source, Revision: in.Body.Revision})
	if err != nil {
		return nil, err
	}
	return &api.Answer[Draft]{Body: draftOf(d)}, nil
}

// Source is a text to check.
type Source struct {
	Source string `json:"source" maxLength:"131072" doc:"YAML"`
}

func (o *Operations) check(ctx context.Context, in *struct {
	Of
	Body Source
}) (*api.Answer[Check], error) {
	c, err := o.contract(ctx, in.Of)
	if err != nil {
		return nil, err
	}
	checked, err := o.Contracts.Check(ctx, access.ActorFrom(ctx), c.ID, in.Body.Source)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Check]{Body: checkOf(checked)}, nil
}
