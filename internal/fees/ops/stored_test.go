package ops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func stored(t *testing.T, d *db.DB, ctx context.Context) (held int, altered []ops.Altered) {
	t.Helper()
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		held, altered, err = ops.VerifyStored(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return held, altered
}

func TestStoredStatementsHoldUntilSomebodyReplacesThem(t *testing.T) {
	d, ctx := dbtest.SQLite(t)
	k := newDesk(t, d, ctx)
	k.moveTo("2026-03-02")
	k.imported(won("A", "200000.00", "2026-02-10"))
	locked, draft := k.locked("2026-02"), k.draft("2026-03").Statement
	if held, altered := stored(t, d, ctx); held != 2 || len(altered) != 0 {
		t.Fatalf("%d hold, %v", held, altered)
	}
	for _, table := range []string{"statement", "statement_final"} {
		for _, verb := range []string{"update", "delete"} {
			change(t, d, ctx, "DROP TRIGGER "+table+"_no_"+verb)
		}
	}
	for _, attack := range []struct{ do, undo, want string }{
		{"UPDATE statement SET document = replace(document, '14000.00', '15000.00') WHERE id = '" + locked.ID + "'",
			"UPDATE statement SET document = replace(document, '15000.00', '14000.00') WHERE id = '" + locked.ID + "'", "gives the hash"},
		{"UPDATE statement SET total_minor = total_minor + 1 WHERE id = '" + locked.ID + "'", "UPDATE statement SET total_minor = total_minor - 1 WHERE id = '" + locked.ID + "'", "its row does not say"},
		{"UPDATE statement SET revision = 7 WHERE id = '" + locked.ID + "'", "UPDATE statement SET revision = 1 WHERE id = '" + locked.ID + "'", "of the record tells of revision 1"},
		{"UPDATE statement SET facts = '' WHERE id = '" + locked.ID + "'", "", "cannot be read"},
	} {
		change(t, d, ctx, attack.do)
		held, altered := stored(t, d, ctx)
		if held != 1 || len(altered) != 1 || altered[0].Statement != locked.ID || !strings.Contains(altered[0].Reason, attack.want) {
			t.Errorf("%s: %d hold, %v", attack.do, held, altered)
		}
		if attack.undo != "" {
			change(t, d, ctx, attack.undo)
		}
	}
	change(t, d, ctx, "DELETE FROM statement WHERE id = '"+draft.ID+"'")
	if _, altered := stored(t, d, ctx); len(altered) != 2 || altered[1].Statement != draft.ID || !strings.Contains(altered[1].Reason, "not kept") {
		t.Errorf("a deleted one: %v", altered)
	}
}

func change(t *testing.T, d *db.DB, ctx context.Context, statement string) {
	t.Helper()
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.Tx.ExecContext(ctx, statement)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
