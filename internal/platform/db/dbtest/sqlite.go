package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// SQLiteURL is the path of a fresh, migrated file with one workspace.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	migrated, err := migratedFile()
	if err != nil {
		t.Fatalf("prepare the SQLite file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "ofrecord.db")
	if err := os.WriteFile(path, migrated, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// migratedFile is the content of a migrated file, made once a test binary.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "ofrecord-sqlite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "migrated.db")
	if err := prepare(context.Background(), path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})
