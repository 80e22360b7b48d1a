package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

// concerned says who is told of something, among the people who have a role for the client now and may see the request.
type concerned struct {
	pick     func(r *Request, l partyops.Listing) bool
	orOwners bool // the agency's owners where there is nobody else
}

func picked(r *Request, who concerned) func(partyops.Listing) bool {
	return func(l partyops.Listing) bool { return who.pick(r, l) }
}

func ofAgency(l partyops.Listing) bool { return l.Membership.Org.Kind == access.Agency }

func owners(_ *Request, l partyops.Listing) bool { return l.Membership.Role == access.Owner }

// leads are those of the agency who give the work to people, and whoever has it already.
var leads = concerned{func(r *Request, l partyops.Listing) bool {
	role := l.Membership.Role
	return ofAgency(l) && (role == access.AccountLead || role == access.FractionalCMO) || assigned.pick(r, l)
}, true}

// assigned is who has the work.
var assigned = concerned{pick: func(r *Request, l partyops.Listing) bool {
	return r.State.Assignee != "" && l.Account.ID == r.State.Assignee
}}

// doers is who has the work, or else those who give it to people.
func doers(r *Request) concerned {
	if r.State.Assignee != "" {
		return assigned
	}
	return leads
}

func among(accounts []string) concerned {
	return concerned{pick: func(_ *Request, l partyops.Listing) bool { return slices.Contains(accounts, l.Account.ID) }}
}

// ofProvider are the people of the specialist that does the request.
var ofProvider = concerned{pick: func(r *Request, l partyops.Listing) bool {
	return r.State.Provider != "" && l.Membership.Org.ID == r.State.Provider
}}

// internally leaves out everybody who is not of the agency, whatever else they are.
func internally(who concerned) concerned {
	return concerned{func(r *Request, l partyops.Listing) bool { return ofAgency(l) && who.pick(r, l) }, who.orOwners}
}

func either(some ...concerned) concerned {
	return concerned{func(r *Request, l partyops.Listing) bool {
		return slices.ContainsFunc(some, func(c concerned) bool { return c.pick(r, l) })
	}, slices.ContainsFunc(some, func(c concerned) bool { return c.orOwners })}
}

// tell leaves a mail in the outbox for each that is concerned, but for who acts. What somebody of the agency answers to it by mail is internal.
func (s *Service) tell(ctx context.Context, tx bun.Tx, actor access.Actor, r *Request, who concerned, subject, text string) error {
	return s.tellAs(ctx, tx, actor, r, who, Internal, subject, text)
}

// tellOpenly is tell of what both sides read: answers by mail are read by the client too.
func (s *Service) tellOpenly(ctx context.Context, tx bun.Tx, actor access.Actor, r *Request, who concerned, subject, text string) error {
	return s.tellAs(ctx, tx, actor, r, who, ForClient, subject, text)
}

func (s *Service) tellAs(ctx context.Context, tx bun.Tx, actor access.Actor, r *Request, who concerned, answers Visibility, subject, text string) error {
	now := s.now()
	people, err := partyops.PeopleOf(ctx, tx, r.Client, now)
	if err != nil {
		return err
	}
	if people = slices.DeleteFunc(people, func(l partyops.Listing) bool { return !l.Membership.InForce(now) || !maySee(r, l) }); !slices.ContainsFunc(people, picked(r, who)) && who.orOwners {
		who.pick = owners
	}
	told := map[string]bool{actor.Account: true}
	for _, l := range people {
		if told[l.Account.ID] || !who.pick(r, l) {
			continue
		}
		told[l.Account.ID] = true
		if err := s.send(ctx, tx, r, letterTo(l.Account, people, r, answers, subject, text)); err != nil {
			return fmt.Errorf("tell %s: %w", l.Account.ID, err)
		}
	}
	return nil
}

// maySee holds a mail to what the person's own page would show.
func maySee(r *Request, l partyops.Listing) bool {
	who := access.Actor{Account: l.Account.ID, Memberships: []access.Membership{l.Membership.Access()}}
	return access.Decide(who, access.RequestSee, r.Scope()).Allowed
}
