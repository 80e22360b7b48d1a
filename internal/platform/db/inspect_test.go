package db_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
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

func TestWriterTellsOfADatabaseThatIsReadOnly(t *testing.T) {
	refused := func(t *testing.T, d *db.DB, ctx context.Context) {
		for name, err := range map[string]error{"check": d.CheckWrite(ctx), "write": execute(d, ctx, "DELETE FROM session")} {
			if fault.Code(err) != "database-read-only" || !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Cause(err), "read") {
				t.Errorf("%s: %v (%s)", name, err, fault.Cause(err))
			}
		}
	}
	t.Run(db.SQLite, func(t *testing.T) {
		d, ctx := dbtest.SQLite(t)
		if err := d.CheckWrite(ctx); err != nil {
			t.Fatal(err)
		}
		if err := execute(d, ctx, "PRAGMA query_only = 1"); err != nil { // of the one connection that writes
			t.Fatal(err)
		}
		refused(t, d, ctx)
	})
	t.Run(db.Postgres, func(t *testing.T) {
		url := dbtest.PostgresURL(t)
		for setting, check := range map[string]func(*testing.T, *db.DB, context.Context){"off": func(t *testing.T, d *db.DB, ctx context.Context) {
			if err := d.CheckWrite(ctx); err != nil {
				t.Error(err)
			}
		}, "on": refused} {
			d, err := db.Open(t.Context(), url+"&default_transaction_read_only="+setting)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			check(t, d, db.WithWorkspace(t.Context(), dbtest.Workspace))
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
