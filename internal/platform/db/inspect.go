package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/migrations"
)

// Inspection is what the engine says of itself and of the context's workspace.
type Inspection struct {
	Version    string    // "3.50.4" or "17.2 (Debian …)"
	Major      int       // first number of Version
	Superuser  bool      // the role may do anything, so that no right can be taken from it
	Clock      time.Time // the database server's; zero on SQLite, which has none
	Damage     []string  // what the engine found broken in the file, at most a few lines; never on PostgreSQL
	Changeable []string  // append-only tables that the engine would let this program change
}

// damageLimit is how many lines of damage are worth reading.
const damageLimit = 10

// Inspect asks the engine for its version, its health and the protection of the append-only tables. On SQLite it reads the
// whole file. Fault: Unavailable.
func (d *DB) Inspect(ctx context.Context) (Inspection, error) {
	var found Inspection
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		found = Inspection{}
		if d.Engine() == Postgres {
			return inspectPostgres(ctx, tx, &found)
		}
		return inspectSQLite(ctx, tx, &found)
	})
	if err != nil {
		return Inspection{}, fmt.Errorf("inspect the database: %w", err)
	}
	_, err = fmt.Sscanf(found.Version, "%d", &found.Major)
	return found, err
}

// CheckWrite tries a change of the context's workspace that changes no row. Faults: Unavailable when the database takes none
// ("database-read-only"), as a standby or one that was set read-only, and those of Write.
func (d *DB) CheckWrite(ctx context.Context) error {
	return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*workspaceRow)(nil)).Set("name = name").Where("1 = 0").Exec(ctx)
		return err
	})
}

func inspectSQLite(ctx context.Context, tx bun.Tx, found *Inspection) error {
	if err := tx.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&found.Version); err != nil {
		return err
	}
	var broken, dangling []string
	if err := tx.NewRaw("PRAGMA integrity_check(?)", damageLimit).Scan(ctx, &broken); err != nil {
		return err
	}
	broken = slices.DeleteFunc(broken, func(line string) bool { return line == "ok" })
	err := tx.NewRaw(`SELECT 'table ' || "table" || ' refers to a missing row of ' || parent FROM pragma_foreign_key_check() LIMIT ?`, damageLimit).Scan(ctx, &dangling)
	if err != nil {
		return err
	}
	found.Damage = append(broken, dangling...)
	for _, table := range migrations.AppendOnly {
		wanted := 4
		if slices.Contains(migrations.Replaceable, table) {
			wanted = 2
		}
		var guards int
		err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? AND name IN (?, ?, ?, ?)",
			table, table+"_no_update", table+"_no_delete", table+"_no_replace", table+"_pk_taken").Scan(&guards)
		if err != nil {
			return err
		}
		if guards < wanted {
			found.Changeable = append(found.Changeable, table)
		}
	}
	return nil
}

func inspectPostgres(ctx context.Context, tx bun.Tx, found *Inspection) error {
	err := tx.QueryRowContext(ctx, `SELECT current_setting('server_version'), clock_timestamp(),
		(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`).Scan(&found.Version, &found.Clock, &found.Superuser)
	if err != nil {
		return err
	}
	return tx.NewRaw(`SELECT c.relname FROM pg_class AS c WHERE c.relname = ANY (string_to_array(?, ',')) AND c.relkind = 'r'
		AND pg_table_is_visible(c.oid) AND (has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')
		OR has_table_privilege(c.oid, 'TRUNCATE')) ORDER BY 1`, strings.Join(migrations.AppendOnly, ",")).Scan(ctx, &found.Changeable)
}
