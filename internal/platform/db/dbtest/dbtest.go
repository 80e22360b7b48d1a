package dbtest

import (
	"context"
	"os"
	"testing"

	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Workspace is the slug of the workspace that every test database holds.
const Workspace = "test"

// Each runs the test once on each engine, with a fresh database and a context that carries its workspace.
func Each(t *testing.T, test func(t *testing.T, d *db.DB, ctx context.Context)) {
	t.Helper()
	t.Run(db.SQLite, func(t *testing.T) {
		d, ctx := SQLite(t)
		test(t, d, ctx)
	})
	t.Run(db.Postgres, func(t *testing.T) {
		d, ctx := Postgres(t)
		test(t, d, ctx)
	})
}

// SQLite opens a fresh database on SQLite, for a test or benchmark that needs this engine.
func SQLite(t testing.TB) (*db.DB, context.Context) {
	t.Helper()
	return open(t, SQLiteURL(t))
}

// Postgres opens a fresh database on PostgreSQL, for a test or benchmark that needs this engine.
func Postgres(t testing.TB) (*db.DB, context.Context) {
	t.Helper()
	return open(t, PostgresURL(t))
}

// TwoWorkspaces opens a fresh database on PostgreSQL with two workspaces, and a context for each.
func TwoWorkspaces(t testing.TB) (d *db.DB, one, two context.Context) {
	t.Helper()
	d, one = Postgres(t)
	if err := d.CreateWorkspace(t.Context(), "second", "Second workspace"); err != nil {
		t.Fatal(err)
	}
	return d, one, db.WithWorkspace(t.Context(), "second")
}

func open(t testing.TB, url string) (*db.DB, context.Context) {
	t.Helper()
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, db.WithWorkspace(t.Context(), Workspace)
}

// prepare brings an empty database to the state that every test begins with.
func prepare(ctx context.Context, url string) error {
	d, err := db.Open(ctx, url)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	if err := d.CreateWorkspace(ctx, Workspace, "Test workspace"); err != nil {
		return err
	}
	return d.Close()
}

// lacking ends a test that cannot have PostgreSQL: a skip at a desk, a failure in CI.
func lacking(t testing.TB, why error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("PostgreSQL is required with CI=true: %v", why)
	}
	t.Skipf("no PostgreSQL: %v", why)
}
