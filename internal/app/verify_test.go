package app

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
