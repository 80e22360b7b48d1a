package ops

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// Binding is a contract of a client that binds: both sides have accepted a version of it.
type Binding struct {
	contractops.Contract
	Agreement contract.Agreement
}

// TermsOn are the terms in force on a day, else the first that will be.
func (b Binding) TermsOn(day cal.Date) contract.Terms {
	if terms, ok := b.Agreement.InForce(day); ok {
		return terms
	}
	return b.Agreement.First()
}

// version is the id of the version with these terms.
func (b Binding) version(t contract.Terms) string {
	for _, v := range b.Accepted() {
		if v.Number == t.Version {
			return v.ID
		}
	}
	return ""
}

// Binding are the contracts of a client that bind, oldest first. Who may: see ContractSee. Faults: NotFound, Forbidden.
func (s *Service) Binding(ctx context.Context, actor access.Actor, client string) (out []Binding, err error) {
	if err := access.Require(actor, access.ContractSee, access.Of(client)); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = bindingOf(ctx, tx, client)
		return err
	})
	return out, err
}

// bindingOf is Binding for use cases that have decided access already, inside their transaction.
func bindingOf(ctx context.Context, tx bun.Tx, client string) ([]Binding, error) {
	list, err := contractops.ContractsOf(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	return those(list)
}

// those are the ones of a list of contracts that bind, in its order.
func those(list []contractops.Contract) ([]Binding, error) {
	var out []Binding
	for _, c := range list {
		if len(c.Accepted()) == 0 {
			continue
		}
		agreement, err := c.Agreement()
		if err != nil {
			return nil, err
		}
		out = append(out, Binding{c, agreement})
	}
	return out, nil
}

// Today is the day where the client's days begin and end. Who may, and faults: as Binding.
func (s *Service) Today(ctx context.Context, actor access.Actor, client string) (cal.Date, error) {
	binding, err := s.Binding(ctx, actor, client)
	return today(binding, s.now()), err
}

// today is the day at an instant where the client's days begin and end: as the first contract that binds says, UTC while there is none.
func today(binding []Binding, now time.Time) cal.Date {
	if len(binding) == 0 {
		return cal.DateOf(now, time.UTC)
	}
	return cal.DateOf(now, binding[0].Agreement.First().Zone)
}
