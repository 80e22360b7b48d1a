package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// AgreementOf is what binds both sides: the versions that both have accepted, also those whose effective date is still to come. It is for
// use cases that have decided access already, inside their transaction. Faults: NotFound; Conflict "no-version" while none is accepted.
func AgreementOf(ctx context.Context, tx bun.Tx, contractID string) (contract.Agreement, error) {
	c, err := readContract(ctx, tx, contractID)
	if err != nil {
		return contract.Agreement{}, err
	}
	return c.Agreement()
}

// ContractOf is a contract with its versions, for use cases that have decided access already, inside their transaction. Fault: NotFound.
func ContractOf(ctx context.Context, tx bun.Tx, contractID string) (Contract, error) {
	return readContract(ctx, tx, contractID)
}

// DraftOf is the agency's working text, as ContractOf; saved is false while there is none.
func DraftOf(ctx context.Context, tx bun.Tx, c Contract) (d Draft, saved bool, err error) {
	return readDraft(ctx, tx, c.ID)
}

// ContractsOf are the agency's own contracts with a client, oldest first, as ContractOf. Those with specialists are not among them.
func ContractsOf(ctx context.Context, tx bun.Tx, client string) ([]Contract, error) {
	return readContracts(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("client_id = ? AND provider_id = ''", client)
	})
}

// ContractsWithin are the contracts of every client within reach, oldest first, as ContractOf, those with specialists among them: it is for the agency's people.
func ContractsWithin(ctx context.Context, tx bun.Tx, reach access.Reach) ([]Contract, error) {
	if !reach.All && len(reach.Clients) == 0 {
		return nil, nil
	}
	return readContracts(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		if reach.All {
			return q
		}
		return q.Where("client_id IN (?)", bun.List(reach.Clients))
	})
}

// NamesOf are the names of contracts by id, as ContractOf.
func NamesOf(ctx context.Context, tx bun.Tx, ids []string) (map[string]string, error) {
	names := make(map[string]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	var rows []contractRow
	err := tx.NewSelect().Model(&rows).Column("id", "name").Where("id IN (?)", bun.List(ids)).Scan(ctx)
	for _, r := range rows {
		names[r.ID] = r.Name
	}
	return names, err
}

// Agreement is what binds both sides. Fault: Conflict "no-version" while none is accepted.
func (c Contract) Agreement() (contract.Agreement, error) {
	terms, err := c.terms()
	if err != nil {
		return contract.Agreement{}, err
	}
	if len(terms) == 0 {
		return contract.Agreement{}, fault.New(fault.Conflict, "no-version", "No version of the contract %s is accepted by both sides yet.", c.Name)
	}
	return contract.NewAgreement(terms...)
}

// terms are those of the accepted versions, by number.
func (c Contract) terms() ([]contract.Terms, error) {
	var out []contract.Terms
	for _, v := range c.Accepted() {
		t, err := contract.ParseAccepted([]byte(v.Source))
		if err != nil {
			return nil, fmt.Errorf("read version %d of the contract %s: %w", v.Number, c.ID, err)
		}
		out = append(out, t)
	}
	return out, nil
}

// Contracts lists the agency's own contracts with a client with every version, oldest first; for the people of a specialist, those with their own
// organisation: see Engaged. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Contracts(ctx context.Context, actor access.Actor, client string) ([]Contract, error) {
	if err := access.Require(actor, access.ContractSee, access.Of(client)); err != nil {
		own, otherwise := s.Engaged(ctx, actor, client)
		if otherwise != nil || len(own) == 0 {
			return nil, err
		}
		return own, nil
	}
	var out []Contract
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = ContractsOf(ctx, tx, client)
		return err
	})
	if !access.Decide(actor, access.ContractEdit, access.Of(client)).Allowed { // what is not proposed yet is the agency's own
		out = slices.DeleteFunc(out, func(c Contract) bool { return len(c.Versions) == 0 })
	}
	return out, err
}

// Contract is one contract with every version. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Contract(ctx context.Context, actor access.Actor, id string) (Contract, error) {
	var out Contract
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if out, err = seen(ctx, tx, actor, access.ContractSee, id); err != nil {
			return err
		}
		if out.Underpins() && len(out.Versions) == 0 && !access.Decide(actor, access.ContractEdit, out.Scope()).Allowed { // what is not proposed yet is the agency's own
			return notFound()
		}
		return nil
	})
	return out, err
}

// VersionOf is one version with its contract. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) VersionOf(ctx context.Context, actor access.Actor, versionID string) (Contract, contract.Version, error) {
	if actor.Account == "" {
		return Contract{}, contract.Version{}, access.Require(actor, access.ContractSee, access.Scope{})
	}
	var c Contract
	var v contract.Version
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if c, v, err = contractOf(ctx, tx, versionID); err != nil {
			return err
		}
		return access.Require(actor, access.ContractSee, c.Scope())
	})
	if err != nil {
		return Contract{}, contract.Version{}, err
	}
	return c, v, nil
}

// seen reads a contract for somebody who may do the action with it.
func seen(ctx context.Context, tx bun.Tx, actor access.Actor, action access.Action, id string) (Contract, error) {
	if actor.Account == "" {
		return Contract{}, access.Require(actor, action, access.Scope{})
	}
	c, err := readContract(ctx, tx, id)
	if err != nil {
		return Contract{}, err
	}
	if err := access.Require(actor, action, c.Scope()); err != nil {
		return Contract{}, err
	}
	return c, nil
}
