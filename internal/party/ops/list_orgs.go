package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
)

// Clients lists the clients within the actor's reach, by name. Who may: everybody signed in; each sees their own.
func (s *Service) Clients(ctx context.Context, actor access.Actor) ([]party.Org, error) {
	if err := access.Require(actor, access.PortfolioSee, access.Scope{}); err != nil {
		return nil, err
	}
	reach := access.Reachable(actor, access.ClientSee)
	if !reach.All && len(reach.Clients) == 0 {
		return nil, nil
	}
	return s.orgs(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("kind = ?", string(access.Client))
		if !reach.All {
			q = q.Where("id IN (?)", bun.List(reach.Clients))
		}
		return q
	})
}

// Orgs lists the organisations of a kind, by name. Who may: the agency's people that cover all clients. Faults: Forbidden.
func (s *Service) Orgs(ctx context.Context, actor access.Actor, kind access.OrgKind) ([]party.Org, error) {
	if err := access.Require(actor, access.PeopleSee, access.Scope{}); err != nil {
		return nil, err
	}
	return s.orgs(ctx, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("kind = ?", string(kind)) })
}

// Client is one client. Faults: NotFound when there is none or it is out of the actor's reach.
func (s *Service) Client(ctx context.Context, actor access.Actor, id string) (party.Org, error) {
	if err := access.Require(actor, access.ClientSee, access.Of(id)); err != nil {
		return party.Org{}, err
	}
	var out party.Org
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readClient(ctx, tx, id)
		return err
	})
	return out, err
}

// Provider is a specialist or vendor that works for a client. Who may: the agency's people who see the client, and its own. Faults: NotFound when there is none
// or it is out of the actor's reach.
func (s *Service) Provider(ctx context.Context, actor access.Actor, client, id string) (party.Org, error) {
	if err := access.Require(actor, access.ClientSee, access.Between(client, id)); err != nil {
		return party.Org{}, err
	}
	var out party.Org
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = ProviderOf(ctx, tx, id)
		return err
	})
	return out, err
}

// Providers lists the specialists and vendors of the workspace, by name. Who may: the agency's people who begin contracts of the client.
func (s *Service) Providers(ctx context.Context, actor access.Actor, client string) ([]party.Org, error) {
	if !access.SeesInternal(actor, client) {
		return nil, access.Require(actor, access.ContractEdit, access.Scope{Client: client, Internal: true})
	}
	return s.orgs(ctx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("kind IN (?)", bun.List([]string{string(access.Specialist), string(access.Vendor)}))
	})
}

// ProviderOf is a specialist or vendor, for use cases that have decided access already, inside their transaction. Fault: Invalid at "provider".
func ProviderOf(ctx context.Context, tx bun.Tx, id string) (party.Org, error) {
	org, err := readOrg(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && org.Kind != access.Specialist && org.Kind != access.Vendor {
		return party.Org{}, fault.New(fault.Invalid, "provider-unknown", "Choose a specialist or vendor of this workspace.").At("provider")
	}
	return org, err
}

// Host is the agency or fractional CMO whose workspace this is. Who may: everybody with a membership; it is their counterpart.
func (s *Service) Host(ctx context.Context, actor access.Actor) (party.Org, error) {
	if err := access.Require(actor, access.PortfolioSee, access.Scope{}); err != nil {
		return party.Org{}, err
	}
	var out party.Org
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readHost(ctx, tx)
		return err
	})
	return out, err
}

func (s *Service) orgs(ctx context.Context, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]party.Org, error) {
	var out []party.Org
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []orgRow
		if err := narrow(tx.NewSelect().Model(&rows)).OrderExpr("lower(name), id").Scan(ctx); err != nil {
			return err
		}
		for _, r := range rows {
			out = append(out, r.org())
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	return out, nil
}

// HostID is the id of the agency whose workspace this is, empty while there is none. It is for use cases that have decided access already, inside
// their transaction.
func HostID(ctx context.Context, tx bun.Tx) (string, error) {
	var ids []string
	err := tx.NewSelect().Model((*orgRow)(nil)).Column("id").Where("kind = ?", string(access.Agency)).Limit(1).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}
