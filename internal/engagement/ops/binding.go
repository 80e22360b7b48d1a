package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
)

// Binding is a contract that binds.
type Binding struct {
	Contract  string
	Name      string
	Agreement contract.Agreement
}

// Binding are the contracts of a client that bind, oldest first. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Binding(ctx context.Context, actor access.Actor, client string) ([]Binding, error) {
	if err := access.Require(actor, access.ContractSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []Binding
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		list, err := contractops.ContractsOf(ctx, tx, client)
		if err != nil {
			return err
		}
		for _, c := range list {
			if len(c.Accepted()) == 0 {
				continue
			}
			agreement, err := c.Agreement()
			if err != nil {
				return err
			}
			out = append(out, Binding{c.ID, c.Name, agreement})
		}
		return nil
	})
	return out, err
}
