// Package api holds the operations of contracts for programs: read them, write and check a draft, propose, accept, withdraw.
package api

import (
	"context"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/api"
)

const (
	tag     = "Contracts"
	all     = "/clients/{client}/contracts"
	one     = all + "/{contract}"
	version = one + "/versions/{version}"
)

// Operations are the operations of this room.
type Operations struct {
	Contracts *ops.Service
}

// Register adds them to the API.
func (o *Operations) Register(a *api.API) {
	o.registerRead(a)
	o.registerDraft(a)
	o.registerBind(a)
}

// Contract is one engagement with every version.
type Contract struct {
	ID        string    `json:"id"`
	Client    string    `json:"client"`
	Provider  string    `json:"provider,omitempty" doc:"Id of the specialist or vendor that it is with; absent: it is the agency's own with the client. Only these two see such a contract"`
	Name      string    `json:"name" doc:"The same in every version"`
	CreatedAt time.Time `json:"created_at"`
	InForce   string    `json:"in_force,omitempty" doc:"Id of the version that governs today, in the contract's time zone; absent when none does"`
	Versions  []Version `json:"versions" nullable:"false" doc:"In the order in which they were proposed, without their texts"`
}

// Version is one text as it was proposed, with what became of it.
type Version struct {
	ID          string       `json:"id"`
	Number      int          `json:"number"`
	Attempt     int          `json:"attempt" doc:"1 for the first text proposed with this number"`
	State       string       `json:"state" enum:"proposed,accepted,withdrawn"`
	Effective   string       `json:"effective" format:"date"`
	SHA256      string       `json:"sha256" doc:"Of the text"`
	ProposedAt  time.Time    `json:"proposed_at"`
	ProposedBy  string       `json:"proposed_by"`
	Acceptances []Acceptance `json:"acceptances" nullable:"false"`
	Withdrawn   *Withdrawal  `json:"withdrawn,omitempty"`
}

// Acceptance is the assent of one side.
type Acceptance struct {
	Side  string    `json:"side" enum:"agency,client"`
	At    time.Time `json:"at"`
	By    string    `json:"by" doc:"Who accepted; with a paper, who recorded it"`
	Paper *Paper    `json:"paper,omitempty" doc:"Present when the side signed outside the product"`
}

// Paper is a signature outside the product.
type Paper struct {
	Signatory string `json:"signatory" minLength:"1" maxLength:"200" doc:"Who signed"`
	SignedOn  string `json:"signed_on" format:"date"`
	Reference string `json:"reference" minLength:"1" maxLength:"200" doc:"Where the paper is kept"`
}

// Withdrawal takes a proposal back.
type Withdrawal struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
}

func (o *Operations) contractOf(c ops.Contract) Contract {
	out := Contract{ID: c.ID, Client: c.Client, Provider: c.Provider, Name: c.Name, CreatedAt: c.CreatedAt, Versions: []Version{}}
	for _, v := range c.Versions {
		out.Versions = append(out.Versions, versionOf(v))
	}
	agreement, err := c.Agreement()
	if err != nil {
		return out
	}
	if t, ok := agreement.InForce(cal.DateOf(o.Contracts.Now(), agreement.First().Zone)); ok {
		for _, v := range c.Accepted() {
			if v.Number == t.Version {
				out.InForce = v.ID
			}
		}
	}
	return out
}

func versionOf(v contract.Version) Version {
	out := Version{ID: v.ID, Number: v.Number, Attempt: v.Attempt, State: string(v.State()), Effective: v.Effective.String(), SHA256: v.SHA256,
		ProposedAt: v.At, ProposedBy: v.ByName, Acceptances: []Acceptance{}}
	for _, a := range v.Acceptances {
		accepted := Acceptance{Side: string(a.Side), At: a.At, By: a.ByName}
		if a.Paper != nil {
			accepted.Paper = &Paper{Signatory: a.Paper.Signatory, SignedOn: a.Paper.SignedOn.String(), Reference: a.Paper.Reference}
		}
		out.Acceptances = append(out.Acceptances, accepted)
	}
	if w := v.Withdrawal; w != nil {
		out.Withdrawn = &Withdrawal{At: w.At, By: w.ByName, Reason: w.Reason}
	}
	return out
}

// Of names a contract in the address.
type Of struct {
	Client   string `path:"client" doc:"Id of the client"`
	Contract string `path:"contract" doc:"Id of the contract"`
}

// OfVersion names a version in the address.
type OfVersion struct {
	Of
	Version string `path:"version" doc:"Id of the version"`
}

func elsewhere() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

// contract is the contract of the address, under its own client.
func (o *Operations) contract(ctx context.Context, at Of) (ops.Contract, error) {
	c, err := o.Contracts.Contract(ctx, access.ActorFrom(ctx), at.Contract)
	if err == nil && c.Client != at.Client {
		err = elsewhere()
	}
	return c, err
}

func (o *Operations) version(ctx context.Context, at OfVersion) (contract.Version, error) {
	c, v, err := o.Contracts.VersionOf(ctx, access.ActorFrom(ctx), at.Version)
	if err == nil && (c.Client != at.Client || c.ID != at.Contract) {
		err = elsewhere()
	}
	return v, err
}
