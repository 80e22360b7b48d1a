package app

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The address that the limits count behind a proxy comes from a header: the manual says so, and its proxy sends it.
func TestManualTellsWhoseAddressIsCounted(t *testing.T) {
	_, section, _ := strings.Cut(manual(t), "## Behind a proxy with TLS\n")
	words, proxies, _ := strings.Cut(section, "Caddy:")
	if !strings.Contains(words, "last one in `X-Forwarded-For`") {
		t.Errorf("the manual does not tell where the address comes from: %s", words)
	}
	if !strings.Contains(proxies, "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;") {
		t.Error("the proxy of the manual sends no address")
	}
}

func TestManualErasesAWorkspaceAndNothingElse(t *testing.T) {
	script := regexp.MustCompile("(?s)```sql\nBEGIN;\n(.*?)COMMIT;").FindStringSubmatch(manual(t))
	if script == nil {
		t.Fatal("the manual tells no more how to erase a workspace")
	}
	d, other := dbtest.Postgres(t)
	if err := d.CreateWorkspace(t.Context(), "agency-one", "Agency One"); err != nil {
		t.Fatal(err)
	}
	execute := func(ctx context.Context, statements ...string) {
		t.Helper()
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			for _, statement := range statements {
				if strings.TrimSpace(statement) == "" {
					continue
				}
				if _, err := tx.Tx.ExecContext(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const at = "'2026-01-01 00:00:00+00:00'"
	execute(t.Context(), "INSERT INTO account (id, email, name, created_at) VALUES ('acc_1', 'ana@example.com', 'Ana', "+at+")")
	for _, slug := range []string{"agency-one", dbtest.Workspace} {
		execute(db.WithWorkspace(t.Context(), slug),
			"INSERT INTO workspace_account (account_id, workspace) VALUES ('acc_1', '"+slug+"')",
			"INSERT INTO api_token (hash, account_id, workspace, label, created_at) VALUES ('"+slug+"', 'acc_1', '"+slug+"', '', "+at+")",
			"INSERT INTO sign_in_link (hash, account_id, workspace, purpose, expires_at) VALUES ('"+slug+"', 'acc_1', '"+slug+"', 'sign-in', "+at+")",
			"INSERT INTO outbox (id, workspace, kind, body, state, run_at, created_at) VALUES ('"+slug+"', '"+slug+"', 'mail', '', 'waiting', "+at+", "+at+")",
			"INSERT INTO org (id, kind, name, created_at) VALUES ('org_1', 'agency', 'A', "+at+")")
	}
	execute(t.Context(), strings.Split(script[1], ";")...)

	list, err := d.Workspaces(t.Context())
	if err != nil || len(list) != 1 || list[0].Slug != dbtest.Workspace {
		t.Errorf("workspaces %+v, %v", list, err)
	}
	err = d.Read(other, func(ctx context.Context, tx bun.Tx) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		for _, table := range tables {
			for row, err := range table.Rows(ctx, tx, "") {
				if err != nil {
					return err
				}
				for _, value := range row {
					if value == "agency-one" {
						t.Errorf("table %s still names it", table.Name)
					}
				}
			}
		}
		var orgs int
		err = tx.NewRaw("SELECT count(*) FROM org").Scan(ctx, &orgs)
		if orgs != 1 {
			t.Errorf("the other workspace has %d organisations", orgs)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
