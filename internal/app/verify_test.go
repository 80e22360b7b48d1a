package app

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/migrations"
)

// ran is the exit status of a command and what it printed.
func ran(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	status := Main(args, strings.NewReader(""), &out, &out)
	return status, out.String()
}

func TestCommandsFindWhatWasChangedBesideTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.db")
	p, _ := demoOn(t, path)
	place := []string{"--database", path, "--files", p.Config.FilesDir()}
	status, out := ran(t, append([]string{"journal", "verify"}, place...)...)
	head := regexp.MustCompile(`head (\d+:[0-9a-f]{64})`).FindStringSubmatch(out)
	if status != exitDone || head == nil || !regexp.MustCompile(`(?m)^\d+ statements hold$`).MatchString(out) {
		t.Fatalf("%d\n%s", status, out)
	}
	if status, out := ran(t, append([]string{"journal", "verify", "--head", head[1]}, place...)...); status != exitDone {
		t.Fatalf("%d\n%s", status, out)
	}
	if status, out := ran(t, append([]string{"journal", "verify", "--head", "12"}, place...)...); status != exitUsage {
		t.Fatalf("%d\n%s", status, out)
	}
	if _, out := ran(t, append([]string{"doctor"}, place...)...); !regexp.MustCompile(`(?m)^ok +statements +\d+ statements hold$`).MatchString(out) {
		t.Fatal(out)
	}

	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var id string
	for _, statement := range []string{
		"DROP TRIGGER statement_no_update", "DROP TRIGGER journal_entry_no_delete",
		"UPDATE statement SET document = replace(document, '00\"', '01\"') WHERE id = (SELECT statement_id FROM statement_final ORDER BY period_from LIMIT 1)",
	} {
		if _, err := raw.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.QueryRow("SELECT statement_id FROM statement_final ORDER BY period_from LIMIT 1").Scan(&id); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"journal", "verify"}, {"doctor"}} {
		if status, out := ran(t, append(command, place...)...); status != exitFound || !strings.Contains(out, "statement "+id+" was altered") {
			t.Errorf("%v: %d\n%s", command, status, out)
		}
	}
	if _, err := raw.Exec("DELETE FROM journal_entry WHERE seq = (SELECT max(seq) FROM journal_entry)"); err != nil {
		t.Fatal(err)
	}
	if status, out := ran(t, append([]string{"journal", "verify", "--head", head[1]}, place...)...); status != exitFound || !strings.Contains(out, "the chain ends earlier") {
		t.Errorf("a cut record: %d\n%s", status, out)
	}
}

func TestCommandsFindEveryKindOfRowThatWasChanged(t *testing.T) {
	for engine, database := range map[string]string{db.SQLite: filepath.Join(t.TempDir(), "demo.db"), db.Postgres: dbtest.PostgresURL(t)} {
		t.Run(engine, func(t *testing.T) {
			p, _ := demoOn(t, database)
			place := []string{"--database", database, "--files", p.Config.FilesDir(), "--workspace", p.Config.Workspace}
			if status, out := ran(t, append([]string{"journal", "verify"}, place...)...); status != exitDone || !strings.Contains(out, "\n2 contracts hold\n") || !strings.Contains(out, "\n2 billing profiles hold\n") {
				t.Fatalf("%d\n%s", status, out)
			}
			if _, out := ran(t, append([]string{"doctor"}, place...)...); !regexp.MustCompile(`(?m)^ok +contracts +2 contracts hold$`).MatchString(out) {
				t.Fatal(out)
			}
			never := map[string]string{db.SQLite: "rubbish", db.Postgres: "infinity"}[engine]
			month := func(first string) string {
				return "(SELECT statement.id FROM statement JOIN statement_event ON statement_id = statement.id AND kind = 'lock' WHERE period_from = '" + first + "')"
			}
			// The attacks add up: what the first did is still found after the last.
			var words []string
			for _, attack := range []struct{ do, check, words string }{
				{"DELETE FROM contract_acceptance WHERE side = 'client'", "contracts", "for the client"},
				{"DELETE FROM statement_event WHERE seq > 1 AND kind <> 'lock' AND statement_id = " + month("2025-11-01"), "statements", "of November 2025"},
				{"DELETE FROM statement_final WHERE statement_id = " + month("2025-12-01"), "statements", "locked the statement of December 2025"},
				{"UPDATE statement_final SET payable_minor = 1 WHERE statement_id = " + month("2026-01-01"), "statements", "0.01 is kept as payable"},
				{"UPDATE invoice SET gobl = replace(gobl, 'Sample', 'Simple') WHERE id = (SELECT min(id) FROM invoice)", "billing", "its GOBL document, of which the UBL is written"},
				{"UPDATE payment SET note = 'x' WHERE id = (SELECT min(id) FROM payment)", "billing", "The payment pay_"},
				{"UPDATE billing_profile SET document = replace(document, 'Albany', 'Boston')", "billing", "The billing profile org_"},
				{"UPDATE statement SET client_id = (SELECT min(id) FROM org WHERE kind <> 'client') WHERE id = " + month("2026-02-01"), "statements", "under another client"},
				{"UPDATE journal_entry SET at = '" + never + "' WHERE seq = 20", "journal", "The record is broken: entry 20: cannot be read"},
			} {
				words = append(words, attack.words)
				alter(t, p, attack.do)
				status, out := ran(t, append([]string{"journal", "verify"}, place...)...)
				for _, w := range words {
					if status != exitFound || !strings.Contains(out, w) {
						t.Errorf("%s: %d, without %q\n%s", attack.do, status, w, out)
					}
				}
				if status, out := ran(t, append([]string{"doctor"}, place...)...); status != exitFound || !regexp.MustCompile(`(?m)^fault +`+attack.check+` `).MatchString(out) {
					t.Errorf("%s: %d\n%s", attack.do, status, out)
				}
			}
			alter(t, p, "UPDATE contract_version SET source = 'x'")
			if status, out := ran(t, append([]string{"journal", "verify"}, place...)...); status != exitFound || !strings.Contains(out, "the text of version 1 is not the one that was proposed") {
				t.Errorf("%d\n%s", status, out)
			}
		})
	}
}

// alter changes rows as whoever owns the database can.
func alter(t *testing.T, p *Program, attack string) {
	t.Helper()
	err := p.DB.Write(p.inWorkspace(t.Context()), func(ctx context.Context, tx bun.Tx) error {
		if err := dbtest.Unprotect(ctx, tx, migrations.AppendOnly...); err != nil {
			return err
		}
		_, err := tx.Tx.ExecContext(ctx, attack)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", attack, err)
	}
}

func TestVerifyRefusesAnEmptyHash(t *testing.T) {
	if status, out := ran(t, "verify", "pack.zip", "--hash", ""); status != exitUsage || !strings.Contains(out, "--hash is empty") {
		t.Errorf("%d\n%s", status, out)
	}
}

func TestOneProblemIsSingular(t *testing.T) {
	path := filepath.Join(t.TempDir(), "contract.yaml")
	if err := os.WriteFile(path, []byte("contract: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out := ran(t, "contract", "check", path); status != exitFound || !strings.HasSuffix(out, "\n1 problem to mend\n") {
		t.Errorf("%d\n%s", status, out)
	}
}
