package migrations_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/migrations"
)

func TestAppendOnlyTablesRefuseChangeOnSQLite(t *testing.T) {
	url := dbtest.SQLiteURL(t)
	for _, table := range migrations.AppendOnly {
		if err := putAnyRow(t, url, table); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
	}
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	liftChecks(t, d)
	for _, table := range migrations.AppendOnly {
		refuse(t, d, t.Context(), "UPDATE %[1]s SET %[2]s = %[2]s", table, firstColumn(t, d, t.Context(), table))
		refuse(t, d, t.Context(), "DELETE FROM %[1]s", table)
		if slices.Contains(migrations.Replaceable, table) {
			refuse(t, d, t.Context(), "INSERT OR REPLACE INTO %[1]s SELECT * FROM %[1]s", table)
		}
	}
}

// Another program that opens the file does not ask for recursive triggers, so REPLACE fires none of DELETE there.
func TestAppendOnlyTablesRefuseReplaceByAnyConnection(t *testing.T) {
	url := dbtest.SQLiteURL(t)
	raw, err := sql.Open("sqlite", url+"?_pragma=ignore_check_constraints(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	for _, table := range migrations.AppendOnly {
		if slices.Contains(migrations.Replaceable, table) {
			continue
		}
		if err := putAnyRow(t, url, table); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		columns, other := otherRow(t, raw, table)
		for _, attack := range []string{
			"INSERT OR REPLACE INTO " + table + " SELECT * FROM " + table,
			"INSERT OR REPLACE INTO " + table + " (rowid, " + columns + ") SELECT rowid, " + other + " FROM " + table,
			"REPLACE INTO " + table + " SELECT * FROM " + table,
		} {
			_, err := raw.ExecContext(t.Context(), attack)
			if err == nil || !strings.Contains(err.Error(), "taken: "+table+"_") && !strings.Contains(err.Error(), "immutable") {
				t.Errorf("%s: %v", attack, err)
			}
		}
		var same int
		if err := raw.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table+" WHERE "+strings.Split(columns, ", ")[0]+" IN ('x', 1)").Scan(&same); err != nil || same != 1 {
			t.Errorf("%s: %d rows are as they were, %v", table, same, err)
		}
	}
}

// otherRow is the columns of the table and values that none of its rows has.
func otherRow(t *testing.T, raw *sql.DB, table string) (columns, values string) {
	t.Helper()
	err := raw.QueryRowContext(t.Context(), `SELECT group_concat(name, ', '), group_concat(CASE type WHEN 'TEXT' THEN '''y''' ELSE '2' END, ', ')
		FROM (SELECT name, type FROM pragma_table_info(?) ORDER BY cid)`, table).Scan(&columns, &values)
	if err != nil {
		t.Fatal(err)
	}
	return columns, values
}

func TestAppendOnlyTablesRefuseChangeOnPostgres(t *testing.T) {
	d, ctx := dbtest.Postgres(t)
	for _, table := range migrations.AppendOnly {
		refuse(t, d, ctx, "UPDATE %[1]s SET %[2]s = %[2]s", table, firstColumn(t, d, ctx, table))
		refuse(t, d, ctx, "DELETE FROM %[1]s", table)
		refuse(t, d, ctx, "TRUNCATE %[1]s", table)
	}
}

// liftChecks lets the plainest values pass on the writer's connection, so that it is the trigger that refuses.
func liftChecks(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.Tx.ExecContext(ctx, "PRAGMA ignore_check_constraints = 1")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func refuse(t *testing.T, d *db.DB, ctx context.Context, statement string, names ...any) {
	t.Helper()
	statement = fmt.Sprintf(statement, names...)
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.Tx.ExecContext(ctx, statement)
		return err
	})
	if fault.Code(err) != "immutable" || fault.KindOf(err) != fault.Conflict {
		t.Errorf("%s: %v", statement, err)
	}
}

func firstColumn(t *testing.T, d *db.DB, ctx context.Context, table string) string {
	t.Helper()
	var first string
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := tx.Tx.QueryContext(ctx, "SELECT * FROM "+table+" LIMIT 0")
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err == nil {
			first = columns[0]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return first
}

// putAnyRow inserts a row of the plainest values, past checks and references: a trigger refuses only where a row is.
func putAnyRow(t *testing.T, url, table string) error {
	raw, err := sql.Open("sqlite", url+"?_pragma=ignore_check_constraints(1)")
	if err != nil {
		return err
	}
	defer raw.Close()
	rows, err := raw.QueryContext(t.Context(), "SELECT name, type FROM pragma_table_info(?)", table)
	if err != nil {
		return err
	}
	defer rows.Close()
	plain := map[string]string{
		"TEXT": "'x'", "BIGINT": "1", "BOOLEAN": "1", "DOUBLE PRECISION": "1", "TIMESTAMPTZ": "'2026-01-01 00:00:00+00:00'",
	}
	var values []string
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return err
		}
		values = append(values, plain[kind])
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = raw.ExecContext(t.Context(), "INSERT INTO "+table+" VALUES ("+strings.Join(values, ", ")+")")
	return err
}
