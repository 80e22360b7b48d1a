package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/party"
)

// Place is a role in an organisation that an actor may give.
type Place struct {
	Org  party.Org
	Role access.Role
}

// Places lists what the actor may invite people to: for a client its own organisation, specialists and the host's people for that client
// alone; for the workspace ("") the host's people for all clients. Who may: see PeopleInvite. Faults: Forbidden, NotFound.
func (s *Service) Places(ctx context.Context, actor access.Actor, client string) ([]Place, error) {
	if err := access.Require(actor, access.PeopleInvite, access.Of(client)); err != nil {
		return nil, err
	}
	kinds := []string{string(access.Agency)}
	if client != "" {
		kinds = append(kinds, string(access.Specialist))
	}
	orgs, err := s.orgs(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("kind IN (?) OR id = ?", bun.List(kinds), client)
	})
	if err != nil {
		return nil, fmt.Errorf("list what people can be invited to: %w", err)
	}
	slices.SortStableFunc(orgs, func(a, b party.Org) int { return nearness(a, client) - nearness(b, client) })
	var out []Place
	for _, org := range orgs {
		for _, role := range access.RolesOf(org.Kind) {
			_, misfit := party.CheckMembership(role, org, client)
			if misfit == nil && access.MayGive(actor, role, org.Kind, client) {
				out = append(out, Place{org, role})
			}
		}
	}
	return out, nil
}

// nearness puts the client's own organisation first, then the host, then others.
func nearness(org party.Org, client string) int {
	switch {
	case org.ID == client:
		return 0
	case org.Kind == access.Agency:
		return 1
	default:
		return 2
	}
}
