package db_test

import (
	"context"
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

func execute(d *db.DB, ctx context.Context, statement string) error {
	return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.Tx.ExecContext(ctx, statement)
		return err
	})
}
