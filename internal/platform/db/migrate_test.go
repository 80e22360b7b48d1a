package db_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestMigrateMayBeRepeated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		if err := d.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		steps, err := d.MigrationStatus(ctx)
		if err != nil {
			t.Fatal(err)
		}
		folders := map[string]int{}
		for _, s := range steps {
			folders[s.Folder]++
			if s.AppliedAt.IsZero() || s.Version == 0 || s.Name == "" {
				t.Errorf("step %+v", s)
			}
			if inWorkspace := d.Engine() == db.Postgres && s.Folder == "workspace"; inWorkspace != (s.Workspace == dbtest.Workspace) {
				t.Errorf("step %+v", s)
			}
		}
		if folders["shared"] == 0 || folders["workspace"] == 0 {
			t.Errorf("steps by folder: %v", folders)
		}
	})
}

func TestStatusShowsWhatIsPending(t *testing.T) {
	d, err := db.Open(t.Context(), filepath.Join(t.TempDir(), "new.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	steps, err := d.MigrationStatus(t.Context())
	if err != nil || len(steps) == 0 {
		t.Fatalf("%d steps, %v", len(steps), err)
	}
	for _, s := range steps {
		if !s.AppliedAt.IsZero() {
			t.Errorf("%s is applied", s.Name)
		}
	}
	if err := execute(d, t.Context(), "DELETE FROM account"); fault.Code(err) != "not-migrated" {
		t.Errorf("a missing table is named as such: %v", err)
	}
}

func TestDatabaseOfANewerVersionIsRefused(t *testing.T) {
	urls := map[string]func(testing.TB) string{db.SQLite: dbtest.SQLiteURL, db.Postgres: dbtest.PostgresURL}
	for engine, url := range urls {
		for _, table := range []string{"migration_shared", "migration_workspace"} {
			t.Run(engine+" "+table, func(t *testing.T) {
				address := url(t)
				d, err := db.Open(t.Context(), address)
				if err != nil {
					t.Fatal(err)
				}
				defer d.Close()
				// lower than the newest known step, for each room numbers its own
				step := "INSERT INTO " + table + " (version_id, is_applied) VALUES (299, " + map[string]string{db.SQLite: "1", db.Postgres: "true"}[engine] + ")"
				if err := execute(d, db.WithWorkspace(t.Context(), dbtest.Workspace), step); err != nil {
					t.Fatal(err)
				}
				if err := d.Migrate(t.Context()); fault.Code(err) != "newer-database" || !fault.Is(err, fault.Conflict) {
					t.Errorf("migrate: %v", err)
				}
				again, err := db.Open(t.Context(), address)
				if fault.Code(err) != "newer-database" || !strings.Contains(err.Error(), "step 299") {
					t.Errorf("open: %v", err)
				}
				if err == nil {
					again.Close()
				}
			})
		}
	}
}

func TestManyProcessesMayMigrateAtOnce(t *testing.T) {
	url := dbtest.PostgresURL(t)
	first, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	for _, undo := range []string{`DROP SCHEMA ws_test CASCADE`, `DROP SCHEMA public CASCADE`, `CREATE SCHEMA public`} {
		if err := execute(first, t.Context(), undo); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			d, err := db.Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			defer d.Close()
			if err := d.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// The driver is generated against one exact libc: another pair builds and then fails in strange ways.
func TestSQLiteDriverHasTheLibcItWasMadeFor(t *testing.T) {
	sqlite, libc := module(t, "modernc.org/sqlite"), module(t, "modernc.org/libc")
	own, err := os.ReadFile(sqlite.GoMod)
	if err != nil {
		t.Fatal(err)
	}
	wants := regexp.MustCompile(`modernc\.org/libc (v\S+)`).FindStringSubmatch(string(own))
	if wants == nil || wants[1] != libc.Version {
		t.Fatalf("modernc.org/sqlite %s wants libc %v, go.mod has %s", sqlite.Version, wants, libc.Version)
	}
}

func module(t *testing.T, path string) (m struct{ Version, GoMod string }) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", path).Output()
	if err == nil {
		err = json.Unmarshal(out, &m)
	}
	if err != nil || m.Version == "" {
		t.Fatalf("%s: %+v, %v", path, m, err)
	}
	return m
}
