package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

func (o *Operations) registerRead(a *api.API) {
	get := func(path, id, summary string) api.Operation {
		return api.Operation{Method: http.MethodGet, Path: path, ID: id, Summary: summary, Tags: []string{tag}, Action: string(access.ContractSee)}
	}
	api.Register(a, get(all, "listContracts", "List the contracts of a client"), o.list)
	api.Register(a, get(one, "getContract", "Read a contract with its versions"), o.get)
	api.Register(a, get(one+"/versions", "listContractVersions", "List the versions of a contract"), o.listVersions)
	api.Register(a, get(version, "getContractVersion", "Read a version: its text, and the same in words"), o.getVersion)
}

func (o *Operations) list(ctx context.Context, in *struct {
	api.Page
	Client string `path:"client" doc:"Id of the client"`
}) (*api.Answer[api.List[Contract]], error) {
	contracts, err := o.Contracts.Contracts(ctx, access.ActorFrom(ctx), in.Client)
	if err != nil {
		return nil, err
	}
	if access.SeesInternal(access.ActorFrom(ctx), in.Client) {
		engaged, err := o.Contracts.Engaged(ctx, access.ActorFrom(ctx), in.Client)
		if err != nil {
			return nil, err
		}
		contracts = append(contracts, engaged...)
	}
	var out []Contract
	for _, c := range contracts {
		out = append(out, o.contractOf(c))
	}
	return api.Cut(in.Page, out, func(c Contract) string { return c.ID })
}

func (o *Operations) get(ctx context.Context, in *Of) (*api.Answer[Contract], error) {
	c, err := o.contract(ctx, *in)
	if err != nil {
		return nil, err
	}
	return &api.Answer[Contract]{Body: o.contractOf(c)}, nil
}

func (o *Operations) listVersions(ctx context.Context, in *struct {
	api.Page
	Of
}) (*api.Answer[api.List[Version]], error) {
	c, err := o.contract(ctx, in.Of)
	if err != nil {
		return nil, err
	}
	var out []Version
	for _, v := range c.Versions {
		out = append(out, versionOf(v))
	}
	return api.Cut(in.Page, out, func(v Version) string { return v.ID })
}

// Text is a version with its text and what the text says.
type Text struct {
	Version
	Source string    `json:"source" doc:"The YAML, as it was proposed"`
	Words  []Section `json:"words" nullable:"false" doc:"Every choice in plain sentences"`
}

// Section is a part of a contract in plain sentences.
type Section struct {
	Heading   string   `json:"heading"`
	Clause    string   `json:"clause,omitempty" doc:"The clause it tells; absent for the general parts"`
	Sentences []string `json:"sentences" nullable:"false"`
}

func (o *Operations) getVersion(ctx context.Context, in *OfVersion) (*api.Answer[Text], error) {
	v, err := o.version(ctx, *in)
	if err != nil {
		return nil, err
	}
	terms, err := contract.ParseAccepted([]byte(v.Source))
	if err != nil {
		return nil, fmt.Errorf("read version %s: %w", v.ID, err)
	}
	return &api.Answer[Text]{Body: Text{Version: versionOf(v), Source: v.Source, Words: wordsOf(terms)}}, nil
}

func wordsOf(t contract.Terms) []Section {
	out := []Section{}
	for _, s := range contract.Words(t) {
		out = append(out, Section{Heading: s.Heading, Clause: s.ID, Sentences: s.Sentences})
	}
	return out
}

// Check is what a text would mean as the next version.
type Check struct {
	Problems []Problem `json:"problems" nullable:"false" doc:"Empty: it can be proposed"`
	Words    []Section `json:"words" nullable:"false" doc:"What the text says; empty while it cannot be read"`
	Changes  []Change  `json:"changes" nullable:"false" doc:"Against the latest accepted version"`
}

// Problem is something to mend, at its place.
type Problem struct {
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

// Change is one choice that differs.
type Change struct {
	Path   string `json:"path"`
	Name   string `json:"name" doc:"For people"`
	Before string `json:"before" doc:"Empty when it was not there"`
	After  string `json:"after" doc:"Empty when it is gone"`
}

func checkOf(checked ops.Checked) Check {
	out := Check{Problems: []Problem{}, Words: []Section{}, Changes: []Change{}}
	for _, f := range checked.Problems {
		out.Problems = append(out.Problems, Problem{Code: f.Code, Field: f.Field, Line: f.Line, Column: f.Column, Message: f.Message})
	}
	if checked.Readable {
		out.Words = wordsOf(checked.Terms)
	}
	for _, c := range checked.Changes {
		out.Changes = append(out.Changes, Change(c))
	}
	return out
}
