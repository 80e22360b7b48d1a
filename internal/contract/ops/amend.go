package ops

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// ProposeText freezes a text as the next version and offers it to the client, as Propose does with a draft, in the transaction of a use case that wrote the text itself:
// a change order. Who may, and faults: as Propose; Conflict "draft-in-the-way" while somebody writes on another text, which would be lost.
func (s *Service) ProposeText(ctx context.Context, tx bun.Tx, actor access.Actor, contractID, source string) (contract.Version, error) {
	c, err := seen(ctx, tx, actor, access.ContractPropose, contractID)
	if err != nil {
		return contract.Version{}, err
	}
	if open, ok := c.Open(); ok {
		return contract.Version{}, fault.New(fault.Conflict, "proposal-open", "Version %d is proposed and waits for an acceptance. Withdraw it before you propose another text.", open.Number)
	}
	draft, saved, err := readDraft(ctx, tx, c.ID)
	switch {
	case err != nil:
		return contract.Version{}, err
	case saved:
		return contract.Version{}, fault.New(fault.Conflict, "draft-in-the-way", "%s saved a draft of this contract on %s that was not proposed yet. Propose it first, or bring this change into it.", draft.ByName, draft.At.Format("2 Jan 2006"))
	}
	return s.offer(ctx, tx, actor, c, source)
}

// offer checks and freezes a text, and accepts it for the agency where the actor may.
func (s *Service) offer(ctx context.Context, tx bun.Tx, actor access.Actor, c Contract, source string) (contract.Version, error) {
	checked, err := s.CheckText(ctx, tx, c, source)
	if err != nil {
		return contract.Version{}, err
	}
	if len(checked.Problems) > 0 {
		return contract.Version{}, fault.List(checked.Problems).Err()
	}
	v, err := s.freeze(ctx, tx, actor, c, checked.Terms)
	if err != nil || !access.Decide(actor, access.ContractAcceptAgency, c.Scope()).Allowed {
		return v, err
	}
	return s.accept(ctx, tx, actor, c, v, contract.Acceptance{Side: c.HostSide()})
}

// CheckText reads a text as the next version of a contract, as Check, for use cases that have decided access already, inside their transaction.
func (s *Service) CheckText(ctx context.Context, tx bun.Tx, c Contract, source string) (Checked, error) {
	out, err := s.check(ctx, tx, c, source)
	if err != nil || !out.Readable {
		return out, err
	}
	return out, apart(ctx, tx, c, &out)
}
