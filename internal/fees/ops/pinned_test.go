package ops_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Evidence that a locked statement rests on is pinned: the database refuses to take any of it away, by whatever statement, and what people can do leaves
// it, its file too.
func TestWhatALockedStatementRestsOnIsNeverDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		// given a locked statement on real imports
		k := newDesk(t, d, ctx)
		s := k.importing(t, d)
		k.MoveTo("2026-02-03")
		k.take(t, s, cal.Month{Year: 2026, Month: 1}, 1, 2)
		st := k.Locked("2026-01")
		if st.Import == 0 || st.Total.IsZero() {
			t.Fatalf("the statement rests on nothing: %+v", st.Summary)
		}
		evidence := func() (hash string) {
			t.Helper()
			err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
				hash, err = crmops.StateHash(ctx, tx, st.Client, st.Import)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return hash
		}
		before := evidence()
		// when somebody tries to take it away with the rights that the program has
		attacks := []string{
			"DELETE FROM crm_row WHERE client_id = 'org_acme'", "DELETE FROM crm_row WHERE kind = 'touch' AND ext_id IN (SELECT MAX(ext_id) FROM crm_row WHERE kind = 'touch')",
			"UPDATE crm_row SET body = '{}'", "UPDATE crm_row SET import_no = import_no + 1000",
			"DELETE FROM crm_import", "DELETE FROM crm_result", "DELETE FROM crm_upload", "UPDATE crm_upload SET sha256 = ''",
			"DELETE FROM statement", "UPDATE statement SET facts = ''", "DELETE FROM statement_final",
		}
		switch d.Engine() {
		case db.SQLite:
			attacks = append(attacks, "INSERT OR REPLACE INTO crm_row SELECT client_id, kind, ext_id, import_no, '', link, line, '{}' FROM crm_row")
		case db.Postgres:
			attacks = append(attacks, "TRUNCATE crm_row", "TRUNCATE crm_import CASCADE",
				"INSERT INTO crm_row SELECT * FROM crm_row ON CONFLICT ON CONSTRAINT crm_row_pk DO UPDATE SET body = '{}'")
		}
		for _, attack := range attacks {
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, attack)
				return err
			})
			if err == nil {
				t.Errorf("the database let it pass: %s", attack)
			}
		}
		// and with all that people can do: discard the import, or an upload of the same file
		last := must(s.ShowNo(ctx, owner, st.Client, st.Import))(t)
		if err := s.Discard(ctx, owner, st.Client, last.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("an applied import is discarded: %v", err)
		}
		file := must(s.File(ctx, owner, st.Client, last.ID))(t)
		body := must(io.ReadAll(file))(t)
		file.Close()
		again := must(s.Upload(ctx, owner, crmops.UploadInput{Client: st.Client, Filename: last.Filename, Reader: strings.NewReader(string(body))}))(t)
		if err := s.Discard(ctx, owner, st.Client, again.ID); err != nil {
			t.Fatal(err)
		}
		// then all of it is as it was, and the statement still gives its hash
		if after := evidence(); after != before {
			t.Error("the evidence is not what it was")
		}
		kept, err := s.File(ctx, owner, st.Client, last.ID)
		if err != nil {
			t.Fatalf("the file is gone: %v", err)
		}
		if text := must(io.ReadAll(kept))(t); string(text) != string(body) {
			t.Error("the file is not what it was")
		}
		kept.Close()
		err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			held, altered, err := ops.VerifyStored(ctx, tx)
			if held == 0 || len(altered) > 0 {
				t.Errorf("%d statements hold, altered: %v", held, altered)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
