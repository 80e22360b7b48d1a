package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Begin opens a contract of a client under a name that no version changes. Nothing is promised by it. Who may: see ContractEdit.
// Faults: NotFound, Forbidden, Invalid at "name", Conflict when the client has a contract of that name.
func (s *Service) Begin(ctx context.Context, actor access.Actor, client, name string) (Contract, error) {
	if err := access.Require(actor, access.ContractEdit, access.Of(client)); err != nil {
		return Contract{}, err
	}
	if err := contract.CheckName(name); err != nil {
		return Contract{}, err
	}
	org, err := s.Parties.Client(ctx, actor, client)
	if err != nil {
		return Contract{}, err
	}
	var out Contract
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		row := contractRow{ID: s.id("ct"), ClientID: client, Name: name, CreatedAt: s.now()}
		taken, err := tx.NewSelect().Model((*contractRow)(nil)).Where("client_id = ? AND name = ?", client, name).Exists(ctx)
		if err != nil {
			return err
		}
		if taken {
			return fault.New(fault.Conflict, "contract-exists", "%s has a contract named %s already. Open it to amend it, or choose another name.", org.Name, name).At("name")
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		out = Contract{ID: row.ID, Client: client, Name: name, CreatedAt: row.CreatedAt}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: row.CreatedAt, Action: "contract.begin", Client: client, Subject: subject(out), Internal: true,
			Words: fmt.Sprintf("began the contract %s with %s", name, org.Name),
			After: journal.Snapshot(map[string]string{"name": name, "client": org.Name}),
		}))
		return err
	})
	if err != nil {
		return Contract{}, fmt.Errorf("begin a contract: %w", err)
	}
	return out, nil
}

// template is the text that a new contract begins with.
func (s *Service) template(ctx context.Context, actor access.Actor, c Contract) (string, error) {
	client, err := s.Parties.Client(ctx, actor, c.Client)
	if err != nil {
		return "", err
	}
	host, err := s.Parties.Host(ctx, actor)
	if err != nil {
		return "", err
	}
	today := cal.DateOf(s.Now(), time.UTC)
	first := today.AddDays(1-today.Day()).AddMonths(1, 1)
	return contract.Template(c.Name, client.Name, host.Name, first), nil
}

func subject(c Contract) journal.Subject {
	return journal.Subject{Kind: "contract", ID: c.ID, Name: "Contract " + c.Name}
}
