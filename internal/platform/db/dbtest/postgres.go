package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/ofrecord/ofrecord/migrations"

	_ "github.com/jackc/pgx/v5/stdlib" // names the driver "pgx"
)

// role is whom the tests connect as: no superuser, owner of its own database only.
const role = "ofrecord_test"

// PostgresURL is the address of a fresh, migrated database with one workspace. It is dropped when the test ends.
func PostgresURL(t testing.TB) string {
	t.Helper()
	s, err := sharedServer()
	if errors.Is(err, ErrNotInstalled) {
		lacking(t, err)
	}
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := s.admin.Exec("CREATE DATABASE " + name + " TEMPLATE " + s.template + s.strategy + " OWNER " + role); err != nil {
		t.Fatalf("copy the template database: %v", err)
	}
	t.Cleanup(func() {
		if _, err := s.admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop the test database: %v", err)
		}
	})
	return s.address(name)
}

// server is a running cluster with the template of this version's tables.
type server struct {
	superuser *url.URL
	admin     *sql.DB
	template  string
	strategy  string // how to copy it fastest
}

// sharedServer is the one server of this test binary.
var sharedServer = sync.OnceValues(func() (*server, error) {
	ctx := context.Background()
	address := os.Getenv("OFRECORD_TEST_POSTGRES")
	if address == "" {
		own, err := StartCluster(ctx)
		if err != nil {
			return nil, err
		}
		address = own.URL
	}
	return newServer(ctx, address)
})

func newServer(ctx context.Context, address string) (*server, error) {
	superuser, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("OFRECORD_TEST_POSTGRES is not an address")
	}
	admin, err := sql.Open("pgx", address)
	if err != nil {
		return nil, err
	}
	admin.SetMaxOpenConns(4)
	s := &server{superuser: superuser, admin: admin}
	if s.template, err = templateName(); err != nil {
		return nil, err
	}
	var version int
	if err := admin.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return nil, err
	}
	if version >= 150000 {
		s.strategy = " STRATEGY file_copy"
	}
	return s, s.prepareTemplate(ctx)
}

// prepareTemplate makes role and template once a cluster, whichever test binary comes first. The template gets its name
// only when it is complete.
func (s *server) prepareTemplate(ctx context.Context) error {
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	const lock = 7221
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", lock)); err != nil {
		return err
	}
	defer conn.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_unlock(%d)", lock))

	var haveRole, haveTemplate bool
	err = conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1),
		EXISTS (SELECT 1 FROM pg_database WHERE datname = $2)`, role, s.template).Scan(&haveRole, &haveTemplate)
	if err != nil {
		return err
	}
	if haveTemplate {
		return nil
	}
	var steps []string
	if !haveRole {
		steps = append(steps, fmt.Sprintf("CREATE ROLE %s LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '%s'", role, s.password()))
	}
	draft := s.template + "_draft"
	steps = append(steps, "DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)", "CREATE DATABASE "+draft+" OWNER "+role)
	for _, step := range steps {
		if _, err := conn.ExecContext(ctx, step); err != nil {
			return err
		}
	}
	if err := prepare(ctx, s.address(draft)); err != nil {
		return fmt.Errorf("prepare the template database: %w", err)
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+draft+" RENAME TO "+s.template)
	return err
}

// password is the superuser's, so that every test binary of a run knows the role's.
func (s *server) password() string {
	word, _ := s.superuser.User.Password()
	return strings.ReplaceAll(word, "'", "''")
}

func (s *server) address(database string) string {
	word, _ := s.superuser.User.Password()
	u := url.URL{Scheme: "postgres", User: url.UserPassword(role, word), Host: s.superuser.Host, Path: "/" + database, RawQuery: s.superuser.RawQuery}
	return u.String()
}

// templateName changes with the migrations, so that binaries built from different steps never share a template.
func templateName() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(migrations.Files, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(body), body)
		return err
	})
	return "template_" + hex.EncodeToString(sum.Sum(nil))[:16], err
}
