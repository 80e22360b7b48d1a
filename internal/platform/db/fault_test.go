package db_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestConstraintsBecomeTheSameFaultOnBothEngines(t *testing.T) {
	const given = `INSERT INTO account (id, email, name, created_at) VALUES ('acc_1', 'ana@example.com', 'Ana', '2026-01-01 00:00:00+00:00')`
	const indexed = `CREATE UNIQUE INDEX session_body_expires_at_key ON session (body, expires_at)`
	const session = `INSERT INTO session (token, body, expires_at) VALUES ('s1', 'b', '2026-01-01 00:00:00+00:00')`
	const carry = `INSERT INTO statement_carry (release_id, statement_id) VALUES ('stm_1:1', 'stm_2')`
	tests := []struct {
		name, statement string
		kind            fault.Kind
		code            string
	}{
		{"unique", `INSERT INTO account (id, email, name, created_at) VALUES ('acc_2', 'ana@example.com', 'A', '2026-01-01 00:00:00+00:00')`,
			fault.Conflict, "account_email_key"},
		{"primary key", `INSERT INTO account (id, email, name, created_at) VALUES ('acc_1', 'bo@example.com', 'B', '2026-01-01 00:00:00+00:00')`,
			fault.Conflict, "account_pk"},
		{"unique index", `INSERT INTO session (token, body, expires_at) VALUES ('s2', 'b', '2026-01-01 00:00:00+00:00')`,
			fault.Conflict, "session_body_expires_at_key"},
		{"key of an append-only table", carry, fault.Conflict, "statement_carry_pk"},
		{"check", `INSERT INTO account (id, email, name, created_at) VALUES ('acc_2', 'Bo@example.com', 'B', '2026-01-01 00:00:00+00:00')`,
			fault.Invalid, "account_email_lower"},
		{"foreign key", `INSERT INTO workspace_account (account_id, workspace) VALUES ('nobody', 'test')`,
			fault.Invalid, "foreign-key"},
		{"foreign key of a parent", `DELETE FROM workspace WHERE slug = 'test'`,
			fault.Invalid, "foreign-key"},
		{"not null", `INSERT INTO account (id, email, created_at) VALUES ('acc_2', 'bo@example.com', '2026-01-01 00:00:00+00:00')`,
			fault.Invalid, "not-null"},
		{"no such table", `DELETE FROM nowhere`, fault.Unavailable, "not-migrated"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		member := `INSERT INTO workspace_account (account_id, workspace) VALUES ('acc_1', 'test')`
		for _, statement := range []string{given, indexed, session, member, carry} {
			if err := execute(d, ctx, statement); err != nil {
				t.Fatal(err)
			}
		}
		for _, test := range tests {
			err := execute(d, ctx, test.statement)
			if fault.KindOf(err) != test.kind || fault.Code(err) != test.code {
				t.Errorf("%s: kind %v, code %q, error %v; want %v, %q", test.name, fault.KindOf(err), fault.Code(err), err, test.kind, test.code)
			}
		}
	})
}

func TestFaultMadeByTheFunctionPassesUnchanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		want := fault.New(fault.NotFound, "statement", "no such statement")
		err := d.Write(ctx, func(context.Context, bun.Tx) error { return want })
		if err != want {
			t.Fatalf("got %v", err)
		}
	})
}

func TestLostConnectionIsUnavailableAndMends(t *testing.T) {
	d, ctx := dbtest.Postgres(t)
	err := execute(d, ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v", err)
	}
	if err := execute(d, ctx, "SELECT 1"); err != nil {
		t.Fatalf("the next transaction finds a new connection: %v", err)
	}
}

func TestFullDiskIsNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		var err error
		if d.Engine() == db.SQLite {
			if err := execute(d, ctx, "PRAGMA max_page_count = 1"); err != nil { // of the one connection that writes; it means the present size
				t.Fatal(err)
			}
			err = execute(d, ctx, "INSERT INTO session (token, body, expires_at) VALUES ('s', zeroblob(1000000), '2026-01-01 00:00:00+00:00')")
		} else {
			err = execute(d, ctx, `DO $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device, disk is full' USING ERRCODE = 'disk_full'; END $$`)
		}
		if fault.Code(err) != "disk-full" || !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Cause(err), "is full") {
			t.Errorf("got %v (%s)", err, fault.Cause(err))
		}
	})
}

// limited makes this test binary open the database it names, while no file of its own may grow beyond a page.
const limited = "OFRECORD_TEST_OPEN_WITHOUT_ROOM"

func TestFullDiskIsNamedWhenOpening(t *testing.T) {
	if path := os.Getenv(limited); path != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4096, Max: 4096}); err != nil {
			t.Fatal(err)
		}
		_, err := db.Open(t.Context(), path)
		fmt.Println("opened:", fault.Code(err), fault.Cause(err))
		return
	}
	own := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDiskIsNamedWhenOpening$", "-test.v")
	own.Env = append(os.Environ(), limited+"="+dbtest.SQLiteURL(t))
	said, err := own.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "opened: disk-full disk I/O error") {
		t.Fatalf("%v\n%s", err, said)
	}
}

func TestWhyTheServerIsOutOfReachIsNamedInTheCause(t *testing.T) {
	elsewhere, err := url.Parse(dbtest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.Path = "/nowhere"
	for address, why := range map[string]string{
		"postgres://nobody:secret@127.0.0.1:1/x?sslmode=disable": "refused",
		elsewhere.String(): "3D000",
	} {
		d, err := db.Open(t.Context(), address)
		if err == nil {
			d.Close()
		}
		cause := fault.Cause(err)
		if fault.Code(err) != "database" || !strings.Contains(cause, "127.0.0.1:") || !strings.Contains(cause, why) || strings.Contains(cause, "secret") {
			t.Errorf("%v (%s)", err, cause)
		}
	}
}

func TestDamagedFileIsNamed(t *testing.T) {
	path := dbtest.SQLiteURL(t)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	copy(content[page:], bytes.Repeat([]byte{0xff}, len(content)-page)) // all but the first page, so also the list of migrations
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(t.Context(), path); fault.Code(err) != "database-damaged" || !strings.Contains(fault.Cause(err), "malformed") {
		t.Fatalf("%v (%s)", err, fault.Cause(err))
	}
}

func execute(d *db.DB, ctx context.Context, statement string) error {
	return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.Tx.ExecContext(ctx, statement)
		return err
	})
}
