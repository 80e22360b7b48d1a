package ops_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// aged makes the one text of a contract what it would be if it had been accepted before a clawback had to be written.
func aged(t *testing.T, d *db.DB, ctx context.Context, v contract.Version) string {
	t.Helper()
	old := regexp.MustCompile(`(?m)^ *clawback:.*\n`).ReplaceAllString(v.Source, "")
	if old == v.Source {
		t.Fatal("it has no clawback")
	}
	sum := sha256.Sum256([]byte(old))
	write(t, d, ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := dbtest.Unprotect(ctx, tx, "contract_version", "journal_entry"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE contract_version SET source = ?, sha256 = ?", old, hex.EncodeToString(sum[:])); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE journal_entry SET after_json = replace(after_json, ?, ?)", v.SHA256, hex.EncodeToString(sum[:]))
		return err
	})
	return old
}

func TestAContractAcceptedBeforeTheClawbackStaysInForce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, data *db.DB, ctx context.Context) {
		// given
		d := newDesk(t, data, ctx)
		c := d.begin()
		old := aged(t, data, ctx, d.accepted(c.ID, text(1, "2025-12-01")))
		// when it is read
		a := must[contract.Agreement](t)(d.agreement(c.ID))
		// then it holds, and means what it meant
		if a.Latest().Source != old {
			t.Error("another text is in force")
		}
		if held, altered := after(t, data, ctx, "SELECT 1"); held != 1 || len(altered) != 0 {
			t.Errorf("%d hold, %v", held, altered)
		}
		// and its amendment has to say a clawback
		_, draft, err := d.Draft(ctx, lead, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		checked := must[ops.Checked](t)(d.Check(ctx, lead, c.ID, draft.Source))
		if len(checked.Problems) != 1 || checked.Problems[0].Code != "missing" || checked.Problems[0].Line == 0 {
			t.Errorf("%v", checked.Problems)
		}
		if _, err := d.proposed(lead, c.ID, draft.Source); !fault.Is(err, fault.Invalid) {
			t.Errorf("it was proposed: %v", err)
		}
	})
}
