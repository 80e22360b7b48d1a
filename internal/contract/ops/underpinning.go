package ops

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
)

// Underpins reports whether the contract is with a specialist or vendor that works under the agency for the client. In its text the agency is the party
// that pays (client), and the specialist the party that is paid (agency). Nobody but these two sees it.
func (c Contract) Underpins() bool { return c.Provider != "" }

// Scope is what every decision about the contract, and about what is computed under it, is asked in.
func (c Contract) Scope() access.Scope { return scopeOf(c.Client, c.Provider) }

func scopeOf(client, provider string) access.Scope {
	if provider == "" {
		return access.Of(client)
	}
	return access.Between(client, provider)
}

// HostSide is the side of the agency whose workspace this is.
func (c Contract) HostSide() contract.Side {
	if c.Underpins() {
		return contract.ClientSide
	}
	return contract.AgencySide
}

// Counterpart is the other side: the client's, or that of the specialist.
func (c Contract) Counterpart() contract.Side {
	if c.Underpins() {
		return contract.AgencySide
	}
	return contract.ClientSide
}

// Accepts is what a person must be allowed to do to bind the side.
func (c Contract) Accepts(side contract.Side) access.Action {
	switch {
	case side == c.HostSide():
		return access.ContractAcceptAgency
	case c.Underpins():
		return access.ContractAcceptSpecialist
	default:
		return access.ContractAcceptClient
	}
}

// SideWords is who the side is, after "the": "agency", "client", "specialist".
func (c Contract) SideWords(side contract.Side) string {
	switch {
	case side == c.HostSide():
		return "agency"
	case c.Underpins():
		return "specialist"
	default:
		return "client"
	}
}

// Engaged lists the contracts with specialists and vendors that work for a client, oldest first: for the agency's people all, for those of a specialist
// their own. What is not proposed yet is the agency's own. Who may: see ContractSee; each contract is decided by itself. Fault: NotFound for who
// has nothing to do with the client.
func (s *Service) Engaged(ctx context.Context, actor access.Actor, client string) ([]Contract, error) {
	if err := access.RequireAny(actor, access.ContractSee, client); err != nil {
		return nil, err
	}
	var out []Contract
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = EngagedOf(ctx, tx, client)
		return err
	})
	return slices.DeleteFunc(out, func(c Contract) bool {
		return !access.Decide(actor, access.ContractSee, c.Scope()).Allowed ||
			len(c.Versions) == 0 && !access.Decide(actor, access.ContractEdit, c.Scope()).Allowed
	}), err
}

// EngagedOf are the contracts with specialists and vendors that work for a client, oldest first, as ContractOf.
func EngagedOf(ctx context.Context, tx bun.Tx, client string) ([]Contract, error) {
	return readContracts(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("client_id = ? AND provider_id <> ''", client)
	})
}

// Providers are the organisations that contracts of a client are with, by the id of the contract: only of those with specialists and vendors. It
// decides no access: whoever lists what hangs on contracts leaves out by it what is not for the actor.
type Providers map[string]string

// ProvidersOf reads them, for use cases inside their transaction.
func ProvidersOf(ctx context.Context, tx bun.Tx, client string) (Providers, error) {
	var rows []contractRow
	err := tx.NewSelect().Model(&rows).Column("id", "provider_id").Where("client_id = ? AND provider_id <> ''", client).Scan(ctx)
	out := make(Providers, len(rows))
	for _, r := range rows {
		out[r.ID] = r.ProviderID
	}
	return out, err
}

// Contracts are the ids of all of them, in order.
func (p Providers) Contracts() []string { return slices.Sorted(maps.Keys(p)) }

// ScopeOf is that of a contract, for use cases that decide access by it, inside their transaction. Fault: NotFound.
func ScopeOf(ctx context.Context, tx bun.Tx, contractID string) (access.Scope, error) {
	var row contractRow
	err := tx.NewSelect().Model(&row).Column("client_id", "provider_id").Where("id = ?", contractID).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return access.Scope{}, notFound()
	}
	return scopeOf(row.ClientID, row.ProviderID), err
}
