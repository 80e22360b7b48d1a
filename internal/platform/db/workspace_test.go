package db_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestWorkspaceRidesInTheContext(t *testing.T) {
	if slug, ok := db.Workspace(t.Context()); ok || slug != "" {
		t.Fatalf("got %q", slug)
	}
	if slug, ok := db.Workspace(db.WithWorkspace(t.Context(), "acme")); !ok || slug != "acme" {
		t.Fatalf("got %q", slug)
	}
	if _, ok := db.Workspace(db.WithWorkspace(t.Context(), "")); ok {
		t.Fatal("an empty slug is no workspace")
	}
}

func TestCreateWorkspaceChecksItsName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		for _, slug := range []string{"", "Acme", "a_b", `a"b`, "a b", "a;b", "é", strings.Repeat("a", 41), "a\n"} {
			if err := d.CreateWorkspace(ctx, slug, "Name"); fault.Code(err) != "workspace-slug" {
				t.Errorf("%q: %v", slug, err)
			}
			if slug == "" {
				continue
			}
			if err := d.Read(db.WithWorkspace(ctx, slug), func(context.Context, bun.Tx) error { return nil }); fault.Code(err) != "workspace-slug" {
				t.Errorf("a context with %q: %v", slug, err)
			}
		}
		if err := d.CreateWorkspace(ctx, "acme", " "); fault.Code(err) != "workspace-name" {
			t.Errorf("without a name: %v", err)
		}
		if err := d.CreateWorkspace(ctx, dbtest.Workspace, "Again"); fault.Code(err) != "workspace-exists" {
			t.Errorf("twice: %v", err)
		}
	})
}

func TestOneFileHoldsOneWorkspace(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	if err := d.CreateWorkspace(ctx, "second", "Second"); fault.Code(err) != "one-workspace" {
		t.Fatalf("got %v", err)
	}
}

func TestLongestSlugHasItsOwnSchema(t *testing.T) {
	d, ctx := dbtest.Postgres(t)
	long := strings.Repeat("a", 39)
	for _, slug := range []string{long + "b", long + "-"} {
		if err := d.CreateWorkspace(ctx, slug, slug); err != nil {
			t.Fatal(err)
		}
	}
	list, err := d.Workspaces(ctx)
	if err != nil || len(list) != 3 {
		t.Fatalf("%v, %v", list, err)
	}
}

// Given a row in every table of the first workspace, the second one sees none of them, on whichever pooled connection.
func TestEveryTableOfAWorkspaceIsInvisibleFromAnother(t *testing.T) {
	d, one, two := dbtest.TwoWorkspaces(t)
	tables := workspaceTables(t, d, one)
	if len(tables) == 0 {
		t.Fatal("a workspace has tables")
	}
	if other := workspaceTables(t, d, two); !slices.Equal(tables, other) {
		t.Fatalf("the first has %v, the second %v", tables, other)
	}
	for _, table := range tables {
		if err := putAnyRow(d, one, table); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, table := range tables {
				if n := countRows(t, d, one, table); n != 1 {
					t.Errorf("the first workspace sees %d rows of its own %s", n, table)
				}
				if n := countRows(t, d, two, table); n != 0 {
					t.Errorf("the second workspace sees %d rows of %s", n, table)
				}
			}
		})
	}
	all.Wait()
	outside := db.WithWorkspace(t.Context(), "")
	for _, table := range tables {
		err := d.Read(outside, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewSelect().Table(table).Count(ctx)
			return err
		})
		if fault.Code(err) != "not-migrated" {
			t.Errorf("without a workspace %s is seen: %v", table, err)
		}
	}
}

func workspaceTables(t *testing.T, d *db.DB, ctx context.Context) []string {
	t.Helper()
	var tables []string
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewRaw(`SELECT table_name FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_name NOT LIKE 'migration_%' ORDER BY table_name`).Scan(ctx, &tables)
	})
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func countRows(t *testing.T, d *db.DB, ctx context.Context, table string) int64 {
	var n int64
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		n, err = tx.NewSelect().Table(table).Count(ctx)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// putAnyRow lifts the table's checks and references and inserts a row of the plainest values.
func putAnyRow(d *db.DB, ctx context.Context, table string) error {
	return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		var constraints []string
		err := tx.NewRaw("SELECT conname FROM pg_constraint WHERE conrelid = ?::regclass AND contype IN ('c', 'f')", table).Scan(ctx, &constraints)
		if err != nil {
			return err
		}
		for _, name := range constraints {
			if _, err := tx.NewRaw("ALTER TABLE ? DROP CONSTRAINT ?", bun.Ident(table), bun.Ident(name)).Exec(ctx); err != nil {
				return err
			}
		}
		var columns []struct{ Name, Type string }
		err = tx.NewRaw(`SELECT column_name AS name, data_type AS type FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = ?`, table).Scan(ctx, &columns)
		if err != nil {
			return err
		}
		plain := map[string]string{
			"text": "'x'", "bigint": "1", "boolean": "true", "double precision": "1", "timestamp with time zone": "'2026-01-01 00:00:00+00'",
		}
		var names, values []string
		for _, c := range columns {
			if plain[c.Type] == "" {
				return fmt.Errorf("column %s has type %s", c.Name, c.Type)
			}
			names, values = append(names, `"`+c.Name+`"`), append(values, plain[c.Type])
		}
		_, err = tx.Tx.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(names, ", "), strings.Join(values, ", ")))
		return err
	})
}
