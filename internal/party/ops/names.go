package ops

import (
	"context"

	"github.com/uptrace/bun"
)

// NamesOf are the names of accounts and organisations of the workspace by their ids, for use cases that have decided access already, inside their transaction. An id of
// nobody has none.
func NamesOf(ctx context.Context, tx bun.Tx, accounts, orgs []string) (people, organisations map[string]string, err error) {
	people, organisations = map[string]string{}, map[string]string{}
	if len(accounts) > 0 {
		var rows []accountRow
		if err := tx.NewSelect().Model(&rows).Column("id", "name").Where("id IN (?)", bun.List(accounts)).Scan(ctx); err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			people[r.ID] = r.Name
		}
	}
	if len(orgs) > 0 {
		var rows []orgRow
		if err := tx.NewSelect().Model(&rows).Column("id", "name").Where("id IN (?)", bun.List(orgs)).Scan(ctx); err != nil {
			return nil, nil, err
		}
		for _, r := range rows {
			organisations[r.ID] = r.Name
		}
	}
	return people, organisations, nil
}
