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
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
)

// Begin opens a contract of a client under a name that no version changes. Nothing is promised by it. Who may: see ContractEdit.
// Faults: NotFound, Forbidden, Invalid at "name", Conflict when the client has a contract of that name.
func (s *Service) Begin(ctx context.Context, actor access.Actor, client, name string) (Contract, error) {
	return s.begin(ctx, actor, client, "", name)
}

// Engage opens a contract with a specialist or vendor that works under the agency for the client, as Begin. It is between the agency and that
// organisation; nobody else learns of it. Faults: as Begin, and Invalid at "provider" for what is neither.
func (s *Service) Engage(ctx context.Context, actor access.Actor, client, provider, name string) (Contract, error) {
	if provider == "" {
		return Contract{}, fault.New(fault.Invalid, "provider-missing", "Choose the specialist or vendor that the contract is with. A new one is added among the agency's people.").At("provider")
	}
	return s.begin(ctx, actor, client, provider, name)
}

func (s *Service) begin(ctx context.Context, actor access.Actor, client, provider, name string) (Contract, error) {
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
		row := contractRow{ID: s.id("ct"), ClientID: client, ProviderID: provider, Name: name, CreatedAt: s.now()}
		with := org.Name
		if provider != "" {
			engaged, err := partyops.ProviderOf(ctx, tx, provider)
			if err != nil {
				return err
			}
			with = engaged.Name
		}
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
		out = Contract{ID: row.ID, Client: client, Provider: provider, Name: name, CreatedAt: row.CreatedAt}
		_, err = journalops.Append(ctx, tx, journalops.By(actor, journal.Entry{
			At: row.CreatedAt, Action: "contract.begin", Client: client, Subject: subject(out), Internal: true,
			Words: fmt.Sprintf("began the contract %s with %s", name, with), After: journal.Snapshot(begun(out, org.Name, with)),
		}))
		return err
	})
	if err != nil {
		return Contract{}, fmt.Errorf("begin a contract: %w", err)
	}
	return out, nil
}

// begun is a contract as the journal shows its beginning.
func begun(c Contract, client, with string) map[string]string {
	out := map[string]string{"name": c.Name, "client": client}
	if c.Underpins() {
		out["provider"], out["with"] = c.Provider, with
	}
	return out
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
	if !c.Underpins() {
		return contract.Template(c.Name, client.Name, host.Name, first), nil
	}
	provider, err := s.Parties.Provider(ctx, actor, c.Client, c.Provider)
	if err != nil {
		return "", err
	}
	return contract.UnderpinningTemplate(c.Name, host.Name, provider.Name, first), nil
}

func subject(c Contract) journal.Subject {
	return journal.Subject{Kind: "contract", ID: c.ID, Name: "Contract " + c.Name}
}
