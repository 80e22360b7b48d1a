package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// Unsealed lets fn update some columns of an append-only table, and no others, within the transaction; when it returns, the table is append-only again, and
// nobody else has seen it otherwise. It is for one purpose: taking what tells of a person out of rows that stay. Deleting stays refused.
func (d *DB) Unsealed(ctx context.Context, tx bun.Tx, table string, columns []string, fn func() error) error {
	if d.Engine() == SQLite {
		return unsealedSQLite(ctx, tx, table, columns, fn)
	}
	name, list := pgx.Identifier{table}.Sanitize(), ""
	for i, c := range columns {
		if i > 0 {
			list += ", "
		}
		list += pgx.Identifier{c}.Sanitize()
	}
	if _, err := tx.ExecContext(ctx, "GRANT UPDATE ("+list+") ON "+name+" TO CURRENT_USER"); err != nil {
		return fmt.Errorf("unseal %s: %w", table, err)
	}
	if err := fn(); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "REVOKE UPDATE ("+list+") ON "+name+" FROM CURRENT_USER")
	return err
}

// unsealedSQLite puts a trigger that refuses only the other columns in the place of the one that refuses all.
func unsealedSQLite(ctx context.Context, tx bun.Tx, table string, columns []string, fn func() error) error {
	trigger := table + "_no_update"
	var text string
	if err := tx.QueryRowContext(ctx, "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", trigger).Scan(&text); err != nil {
		return fmt.Errorf("unseal %s: %w", table, err)
	}
	var others []string
	rows, err := tx.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return err
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return errors.Join(err, rows.Close())
		}
		if !slices.Contains(columns, name) {
			others = append(others, name)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	list := ""
	for i, c := range others {
		if i > 0 {
			list += ", "
		}
		list += pgx.Identifier{c}.Sanitize()
	}
	narrow := pgx.Identifier{table + "_unsealed"}.Sanitize()
	for _, step := range []string{"DROP TRIGGER " + pgx.Identifier{trigger}.Sanitize(),
		"CREATE TRIGGER " + narrow + " BEFORE UPDATE OF " + list + " ON " + pgx.Identifier{table}.Sanitize() + " BEGIN SELECT RAISE(ABORT, 'immutable'); END"} {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("unseal %s: %w", table, err)
		}
	}
	if err := fn(); err != nil {
		return err
	}
	for _, step := range []string{"DROP TRIGGER " + narrow, text} {
		if _, err := tx.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("seal %s: %w", table, err)
		}
	}
	return nil
}

// Forget rewrites tables of the workspace, so that what was overwritten in them stands nowhere in the database's files any more: on SQLite the whole file and
// its log. It takes the time of writing them anew, and on PostgreSQL keeps others out of them meanwhile. What PostgreSQL's write-ahead log
// and backups hold goes as those are recycled.
func (d *DB) Forget(ctx context.Context, tables ...string) error {
	if s, ok := d.engine.(*sqliteEngine); ok {
		for _, step := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
			if err := drained(ctx, s.one.DB, step); err != nil {
				return d.fault(ctx, err)
			}
		}
		return nil
	}
	schema := "public"
	if workspace, ok := Workspace(ctx); ok {
		schema = schemaOf(workspace)
	}
	pool, done, err := d.engine.migrator(schema)
	if err != nil {
		return err
	}
	defer done()
	for _, t := range tables {
		if _, err := pool.ExecContext(ctx, "VACUUM (FULL) "+pgx.Identifier{t}.Sanitize()); err != nil {
			return d.fault(ctx, err)
		}
	}
	return nil
}

// drained runs a statement and reads what it answers.
func drained(ctx context.Context, pool *sql.DB, statement string) error {
	rows, err := pool.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return errors.Join(rows.Err(), rows.Close())
}
