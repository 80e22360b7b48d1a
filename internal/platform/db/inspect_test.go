package db_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestSoundDatabaseInspectsWell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		found, err := d.Inspect(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if found.Version == "" || found.Major < 3 || found.Superuser || len(found.Damage) > 0 || len(found.Changeable) > 0 {
			t.Errorf("%+v", found)
		}
		if away := time.Since(found.Clock).Abs(); d.Engine() == db.Postgres && away > time.Minute {
			t.Errorf("the server's clock is %v away", away)
		}
	})
}

func TestInspectSeesLostProtection(t *testing.T) {
	lift := map[string]map[string]string{
		db.SQLite:   {"journal_entry": "DROP TRIGGER journal_entry_no_delete", "statement": "DROP TRIGGER statement_pk_taken"},
		db.Postgres: {"journal_entry": "GRANT DELETE ON journal_entry TO CURRENT_USER", "statement": "GRANT UPDATE ON statement TO CURRENT_USER"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		for _, statement := range lift[d.Engine()] {
			if err := execute(d, ctx, statement); err != nil {
				t.Fatal(err)
			}
		}
		found, err := d.Inspect(ctx)
		if err != nil || !slices.Equal(found.Changeable, []string{"journal_entry", "statement"}) {
			t.Fatalf("%+v, %v", found, err)
		}
	})
}

func TestInspectSeesDanglingReferences(t *testing.T) {
	path := dbtest.SQLiteURL(t)
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if _, err := raw.Exec("INSERT INTO workspace_account (account_id, workspace) VALUES ('nobody', 'test')"); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	found, err := d.Inspect(t.Context())
	if err != nil || !slices.Equal(found.Damage, []string{"table workspace_account refers to a missing row of account"}) {
		t.Fatalf("%+v, %v", found, err)
	}
}
