package db_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestOpenTellsWhatIsWrongWithAnAddress(t *testing.T) {
	tests := []struct {
		url  string
		kind fault.Kind
	}{
		{"", fault.Invalid},
		{":memory:", fault.Invalid},
		{"mysql://localhost/x", fault.Invalid},
		{"postgres://localhost:notaport/x", fault.Invalid},
		{"postgres://nobody:secret@127.0.0.1:1/x?sslmode=disable", fault.Unavailable},
		{filepath.Join(t.TempDir(), "no", "such", "folder.db"), fault.Unavailable},
	}
	for _, test := range tests {
		d, err := db.Open(t.Context(), test.url)
		if err == nil {
			d.Close()
		}
		if !fault.Is(err, test.kind) {
			t.Errorf("%q: %v", test.url, err)
		}
	}
}

func TestOpenRefusesAFileThatIsNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "letter.db")
	if err := os.WriteFile(path, []byte("Dear client, this is a letter and not a database at all."), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), path); !fault.Is(err, fault.Unavailable) || fault.Code(err) != "no-database" {
		t.Fatalf("got %v", err)
	}
}

func TestFileIsPrivateAndMayHaveAnyName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?mode=ro&c#d%20é.db")
	d, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat.Mode().Perm() != 0o600 || stat.Size() == 0 {
		t.Fatalf("mode %v, %d bytes", stat.Mode(), stat.Size())
	}
}

func TestBackupIsAWholeDatabase(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "a", "b") }); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "backup.db")
	if err := d.BackupSQLite(ctx, path); err != nil {
		t.Fatal(err)
	}
	if err := d.BackupSQLite(ctx, path); fault.Code(err) != "backup-exists" {
		t.Fatalf("an existing file is kept: %v", err)
	}
	if err := d.BackupSQLite(ctx, filepath.Join(path, "under-a-file.db")); fault.Code(err) != "backup-file" {
		t.Fatalf("got %v", err)
	}
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, error %v", stat.Mode(), err)
	}
	copied, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if n := countSessions(t, copied, ctx); n != 1 {
		t.Fatalf("%d rows in the backup", n)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var verdict string
	if err := raw.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("%q, %v", verdict, err)
	}
}

func TestBackupOfPostgresIsAnothersWork(t *testing.T) {
	d, ctx := dbtest.Postgres(t)
	if err := d.BackupSQLite(ctx, filepath.Join(t.TempDir(), "x")); fault.Code(err) != "backup-engine" {
		t.Fatalf("got %v", err)
	}
}
