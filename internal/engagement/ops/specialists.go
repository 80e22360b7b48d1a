package ops

import (
	"context"
	"fmt"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/party"
)

// Specialist is a contract under which a specialist or vendor works for a client.
type Specialist struct {
	Contract contractops.Contract
	With     party.Org
	Terms    *contract.Terms // in force, or the first to come; nil: no version is accepted by both
	Chain    []engagement.Link
	Score    *engagement.Score // nil: nobody counts it, or nothing is accepted yet
	Used     []engagement.Used // the time that each side had the requests given to it under the contract, by priority; none: there are no such requests
}

// Gaps are the promises to the client that nothing holds.
func (s Specialist) Gaps() []engagement.Link {
	var out []engagement.Link
	for _, l := range s.Chain {
		if l.Held.Gap() {
			out = append(out, l)
		}
	}
	return out
}

// Specialists tells who is engaged for a client, by which contract until when, what they promised under what the client is promised, and what they did and brought. Who may: see
// SpecialistSee. Faults: NotFound, Forbidden.
func (s *Service) Specialists(ctx context.Context, actor access.Actor, client string) ([]Specialist, error) {
	if err := access.Require(actor, access.SpecialistSee, access.Of(client)); err != nil {
		return nil, err
	}
	engaged, err := s.Contracts.Engaged(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	agreed, err := s.Binding(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	var out []Specialist
	for _, c := range engaged {
		one, err := s.specialist(ctx, actor, c, agreed)
		if err != nil {
			return nil, fmt.Errorf("contract %s with a specialist: %w", c.ID, err)
		}
		out = append(out, one)
	}
	return out, nil
}

func (s *Service) specialist(ctx context.Context, actor access.Actor, c contractops.Contract, agreed []Binding) (Specialist, error) {
	out := Specialist{Contract: c}
	var err error
	if out.With, err = s.Parties.Provider(ctx, actor, c.Client, c.Provider); err != nil || len(c.Accepted()) == 0 {
		return out, err
	}
	agreement, err := c.Agreement()
	if err != nil {
		return out, err
	}
	terms := s.standing(agreement)
	out.Terms = &terms
	for _, a := range agreed {
		out.Chain = append(out.Chain, engagement.Chain(s.standing(a.Agreement), terms)...)
	}
	if s.UsedWith != nil {
		if out.Used, err = s.UsedWith(ctx, actor, c.Client, c.Provider, agreement.First().Effective.Start(agreement.First().Zone)); err != nil {
			return out, err
		}
	}
	if s.Score != nil {
		score, err := s.Score(ctx, actor, c, agreement)
		if err != nil {
			return out, err
		}
		out.Score = &score
	}
	return out, nil
}

// standing is the version in force today, else the first to come.
func (s *Service) standing(a contract.Agreement) contract.Terms {
	first := a.First()
	if terms, ok := a.InForce(cal.DateOf(s.now(), first.Zone)); ok {
		return terms
	}
	return first
}

// Organisations are the specialists and vendors that a contract can be begun with. Who may: see ContractEdit. Faults: NotFound, Forbidden.
func (s *Service) Organisations(ctx context.Context, actor access.Actor, client string) ([]party.Org, error) {
	if err := access.Require(actor, access.ContractEdit, access.Of(client)); err != nil {
		return nil, err
	}
	return s.Parties.Providers(ctx, actor, client)
}
