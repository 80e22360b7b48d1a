package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
)

// CreateClient adds a client. Its id is the id of the client in every scope. Who may: see ClientCreate.
// Faults: Forbidden, Invalid at "name", Conflict when a client has that name.
func (s *Service) CreateClient(ctx context.Context, actor access.Actor, name string) (party.Org, error) {
	return s.createOrg(ctx, actor, access.ClientCreate, access.Client, name)
}

// CreateOrg adds a specialist or a vendor. Who may: see OrgCreate. Faults: Forbidden, Invalid at "name" or "kind", Conflict when one of the
// kind has that name.
func (s *Service) CreateOrg(ctx context.Context, actor access.Actor, kind access.OrgKind, name string) (party.Org, error) {
	if kind != access.Specialist && kind != access.Vendor {
		return party.Org{}, fault.New(fault.Invalid, "org-kind", "Choose specialist or vendor.").At("kind")
	}
	return s.createOrg(ctx, actor, access.OrgCreate, kind, name)
}

func (s *Service) createOrg(ctx context.Context, actor access.Actor, action access.Action, kind access.OrgKind, name string) (party.Org, error) {
	if err := access.Require(actor, action, access.Scope{}); err != nil {
		return party.Org{}, err
	}
	name, err := party.CheckName("name", name)
	if err != nil {
		return party.Org{}, err
	}
	var out party.Org
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		row := orgRow{ID: s.id("org"), Kind: string(kind), Name: name, CreatedAt: s.now()}
		taken, err := tx.NewSelect().Model((*orgRow)(nil)).Where("kind = ? AND lower(name) = lower(?)", row.Kind, name).Exists(ctx)
		if err != nil {
			return err
		}
		if taken {
			return fault.New(fault.Conflict, "org-exists", "There is a %s with this name already. Open it, or choose another name.", kind).At("name")
		}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		out = row.org()
		entry := journal.Entry{
			At: row.CreatedAt, Action: string(action), Subject: journal.Subject{Kind: string(kind), ID: row.ID, Name: name},
			Words: fmt.Sprintf("added the %s %s", kind, name), After: journal.Snapshot(map[string]string{"name": name, "kind": row.Kind}),
		}
		if kind == access.Client {
			entry.Client = row.ID
		}
		if _, err := journalops.Append(ctx, tx, journalops.By(actor, entry)); err != nil {
			return err
		}
		return s.arrived(ctx, tx, actor, out)
	})
	if err != nil {
		return party.Org{}, fmt.Errorf("add %s: %w", kind, err)
	}
	return out, nil
}
