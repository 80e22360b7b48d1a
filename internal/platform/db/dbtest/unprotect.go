package dbtest

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
)

// Unprotect takes the protection of append-only tables away, as whoever owns the database can.
func Unprotect(ctx context.Context, tx bun.Tx, tables ...string) error {
	for _, table := range tables {
		attacks := []string{"DROP TRIGGER IF EXISTS " + table + "_no_update", "DROP TRIGGER IF EXISTS " + table + "_no_delete"}
		if tx.Dialect().Name() == dialect.PG {
			attacks = []string{"GRANT UPDATE, DELETE ON " + table + " TO CURRENT_USER"}
		}
		for _, attack := range attacks {
			if _, err := tx.Tx.ExecContext(ctx, attack); err != nil {
				return err
			}
		}
	}
	return nil
}
