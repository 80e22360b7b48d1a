package ops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// altered changes rows as someone with all rights in the database would.
func (k *desk) altered(table, attack string) {
	k.T.Helper()
	err := k.DB.Write(k.Ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := dbtest.Unprotect(ctx, tx, table); err != nil {
			return err
		}
		res, err := tx.Tx.ExecContext(ctx, attack)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			k.T.Errorf("%s changes nothing (%v)", attack, err)
		}
		return nil
	})
	if err != nil {
		k.T.Fatal(err)
	}
}

// A step of a locked statement's life that is moved to another statement, or put in: the check goes on and names the statement.
func TestTheCheckFindsALockedStatementThatItsStepsDoNotLock(t *testing.T) {
	for what, attack := range map[string]string{
		"moved":  "UPDATE statement_event SET statement_id = 'st_of_another_client' WHERE kind = 'lock'",
		"put in": "INSERT INTO statement_event SELECT statement_id, 99, 'withdraw', 0, locked_at, 'acc_x', 'X', false, '', 0 FROM statement_final",
	} {
		t.Run(what, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				k := newDesk(t, d, ctx)
				k.profiled()
				k.MoveTo("2026-03-02")
				inv := k.issued("2026-02")
				k.inBalance()
				k.altered("statement_event", attack)
				report := must(k.CheckLedger(ctx, owner))(t)
				if words := strings.Join(report.Problems, "\n"); !strings.Contains(words, inv.Document.Statement.ID+" of February 2026 was locked, but the steps that are kept of it do not say so") {
					t.Errorf("%s", words)
				}
			})
		})
	}
}

func TestTheCheckFindsAnAlteredWordOfAnEntry(t *testing.T) {
	for _, set := range []string{"words = 'Gift'", "contract = 'another'", "subject_kind = 'payment'", "subject_id = 'inv_x'", "on_day = '2026-01-01'", "debit = 'assets:bank'"} {
		t.Run(set, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				k := newDesk(t, d, ctx)
				k.profiled()
				k.MoveTo("2026-03-02")
				k.issued("2026-02")
				k.inBalance()
				k.altered("ledger_posting", "UPDATE ledger_posting SET "+set+" WHERE ref LIKE 'issue:%' AND no = 1")
				report := must(k.CheckLedger(ctx, owner))(t)
				if words := strings.Join(report.Problems, "\n"); !strings.Contains(words, "is not posted as it happened") {
					t.Errorf("%q", words)
				}
			})
		})
	}
}
