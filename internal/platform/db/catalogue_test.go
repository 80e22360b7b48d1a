package db_test

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestBothEnginesDescribeTheSameTables(t *testing.T) {
	described := map[string][]db.Table{}
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			tables, err := db.Tables(ctx, tx)
			described[d.Engine()] = tables
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		before := map[string]bool{}
		for _, table := range described[d.Engine()] {
			if len(table.Key) == 0 || len(table.Columns) == 0 {
				t.Errorf("%+v has no key or no columns", table)
			}
			for _, to := range table.Refers {
				if !before[to] && to != table.Name {
					t.Errorf("%s comes before %s, to which it refers", table.Name, to)
				}
			}
			before[table.Name] = true
			wantShared := slices.Contains([]string{"account", "session", "sign_in_link", "sign_in_attempt", "workspace",
				"workspace_account", "api_token", "outbox"}, table.Name)
			if table.Shared != wantShared {
				t.Errorf("%s: shared is %v", table.Name, table.Shared)
			}
		}
		if !before["journal_entry"] || !before["account"] || before["migration_shared"] {
			t.Errorf("tables %v", before)
		}
	})
	if len(described) == 2 && !reflect.DeepEqual(described[db.SQLite], described[db.Postgres]) {
		t.Errorf("SQLite says\n%+v\nPostgreSQL says\n%+v", described[db.SQLite], described[db.Postgres])
	}
}

func TestRowsComeInTheOrderOfBytesAndInOneType(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			for _, token := range []string{"b", "a", "B", "é", "_"} {
				if err := insertSession(ctx, tx, token, "x"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			tables, err := db.Tables(ctx, tx)
			if err != nil {
				return err
			}
			at := slices.IndexFunc(tables, func(t db.Table) bool { return t.Name == "session" })
			var order []any
			for row, err := range tables[at].Rows(ctx, tx, "token <> ?", "_") {
				if err != nil {
					return err
				}
				order = append(order, row[0])
				if !reflect.DeepEqual(row[2], any(noon)) {
					t.Errorf("%v is not %v", row[2], noon)
				}
			}
			if !slices.Equal(order, []any{"B", "a", "b", "é"}) {
				t.Errorf("order %v", order)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
