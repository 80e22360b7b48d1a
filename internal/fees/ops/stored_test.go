package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var errUndo = errors.New("undo")

// after tells what is found after somebody changed rows beside the program; the change is undone.
func after(t *testing.T, d *db.DB, ctx context.Context, attack string) (held int, altered []ops.Altered) {
	t.Helper()
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if err := dbtest.Unprotect(ctx, tx, "statement", "statement_event", "statement_final", "statement_carry", "journal_entry"); err != nil {
			return err
		}
		if _, err := tx.Tx.ExecContext(ctx, attack); err != nil {
			return err
		}
		if held, altered, err = ops.VerifyStored(ctx, tx); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Errorf("%s: %v", attack, err)
	}
	return held, altered
}

// lived is February locked with a dispute that was released since, March locked and carrying it, and April drafted.
func lived(t *testing.T, d *db.DB, ctx context.Context) (february, march, april ops.Statement) {
	t.Helper()
	k := newDesk(t, d, ctx)
	k.MoveTo("2026-03-02")
	k.Imported(won("A", "200000.00", "2026-02-10"))
	february = k.Submitted("2026-02")
	must(k.Dispute(ctx, finance, ops.LineInput{Statement: february.ID, Line: 2, Text: "We won this one alone."}))(t)
	must(k.AcceptRest(ctx, finance, february.ID))(t)
	must(k.Lock(ctx, owner, ops.LockInput{Statement: february.ID, Seen: -1}))(t)
	must(k.Release(ctx, finance, ops.ResolveInput{Statement: february.ID, Line: 2, Amount: "1000.00"}))(t)
	k.MoveTo("2026-04-02")
	march = k.Locked("2026-03")
	return february, march, k.Drafted("2026-04").Statement
}

func TestStoredStatementsHoldUntilSomebodyChangesThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		february, march, april := lived(t, d, ctx)
		if held, altered := after(t, d, ctx, "SELECT 1"); held != 3 || len(altered) != 0 {
			t.Fatalf("%d hold, %v", held, altered)
		}
		for _, attack := range []struct{ do, want string }{
			{"UPDATE statement SET document = replace(document, '14000.00', '15000.00') WHERE ?", "gives the hash"},
			{"UPDATE statement SET total_minor = total_minor + 1 WHERE ?", "its row does not say"},
			{"UPDATE statement SET revision = 7 WHERE ?", "of the record tells of revision 1"},
			{"UPDATE statement SET facts = '' WHERE ?", "cannot be read"},
			{"UPDATE statement SET client_id = 'org_bolt' WHERE ?", "under another client than entry"},
			{"UPDATE statement SET drafted_by_name = 'Lea Lead' WHERE ?", "who drafted it"},
			{"DELETE FROM statement_event WHERE seq > 1 AND ?", `no longer kept so: Finn Finance disputed line 2`},
			{"DELETE FROM statement_event WHERE kind = 'lock' AND ?", `no longer kept so: Olga Owner locked the statement of February 2026`},
			{"UPDATE statement_event SET line = 1 WHERE kind = 'dispute' AND ?", "the steps that are kept of its life are not those"},
			{"UPDATE statement_event SET words = 'Fine.' WHERE kind = 'dispute' AND ?", "the steps that are kept of its life are not those"},
			{"UPDATE statement_event SET minor = 1 WHERE kind = 'release' AND ?", "the steps that are kept of its life are not those"},
			{"UPDATE statement_event SET kind = 'waive' WHERE kind = 'release' AND ?", "the steps that are kept of its life are not those"},
			{"UPDATE statement_event SET kind = 'answer' WHERE kind = 'lock' AND ?", "leave it submitted; entry"},
			{"UPDATE statement_event SET by_id = 'acc_exec', by_name = 'Emil Executive' WHERE kind = 'accept' AND ?", "no longer kept so: Finn Finance accepted line 1"},
			{"INSERT INTO statement_event SELECT statement_id, 9, 'waive', 2, locked_at, 'acc_lead', 'Lea Lead', false, '', 500000 FROM statement_final WHERE ?",
				`the step "waive" by Lea Lead on 2 Mar 2026`},
			{"DELETE FROM statement_final WHERE ?", "no longer kept so: Olga Owner locked"},
			{"UPDATE statement_final SET payable_minor = 1 WHERE ?", "0.01 is kept as payable where entry"},
			{"UPDATE statement_final SET held_minor = 0 WHERE ?", "0.00 is kept as held where entry"},
			{"UPDATE statement_final SET settled = replace(settled, '600000', '600001') WHERE ?", "what is kept of what it charged"},
			{"UPDATE statement_final SET locked_at = '2026-03-03 00:00:00+00:00' WHERE ?", "not the one that was locked"},
			{"UPDATE statement_final SET hash = 'f' WHERE ?", "not the one that was locked"},
		} {
			where := "statement_id = '" + february.ID + "'"
			if strings.HasPrefix(attack.do, "UPDATE statement SET") {
				where = "id = '" + february.ID + "'"
			}
			wantAltered(t, d, ctx, strings.Replace(attack.do, "?", where, 1), february.ID, attack.want)
		}
		wantAltered(t, d, ctx, "DELETE FROM statement_carry", march.ID, "the settled disputes that are kept as carried")
		wantAltered(t, d, ctx, "INSERT INTO statement_carry VALUES ('"+february.ID+"/9', '"+march.ID+"')", march.ID, "the settled disputes that are kept as carried")
		wantAltered(t, d, ctx, "DELETE FROM statement WHERE id = '"+april.ID+"'", april.ID, "is told of in the record but is not kept")
		wantAltered(t, d, ctx, "INSERT INTO statement_final SELECT contract_id, period_from, period_to, id, hash, total_minor, 0, '{}', drafted_at FROM statement WHERE id = '"+april.ID+"'",
			april.ID, "kept as locked, but no entry")
		wantAltered(t, d, ctx, "INSERT INTO contract SELECT 'ct_other', client_id, 'other', created_at, provider_id FROM contract; UPDATE statement SET contract_id = 'ct_other' WHERE id = '"+april.ID+"'",
			april.ID, "under another contract")
		older := `UPDATE journal_entry SET after_json = replace(replace(after_json, '"settled"', '"s"'), '"steps"', '"t"')`
		if held, altered := after(t, d, ctx, older); held != 3 || len(altered) != 0 {
			t.Errorf("entries that tell less: %d hold, %v", held, altered)
		}
		wantAltered(t, d, ctx, older+"; UPDATE statement_final SET payable_minor = 1 WHERE statement_id = '"+february.ID+"'", february.ID, "USD 0.01 is kept as payable and")
		if held, altered := after(t, d, ctx, "INSERT INTO statement_carry VALUES ('stm_x/1', 'stm_x')"); held != 3 || len(altered) != 1 || !strings.Contains(altered[0].Reason, "something of its life is") {
			t.Errorf("%d hold, %v", held, altered)
		}
	})
}

// wantAltered wants one of the three statements found.
func wantAltered(t *testing.T, d *db.DB, ctx context.Context, attack, id, want string) {
	t.Helper()
	held, altered := after(t, d, ctx, attack)
	if held != 2 || len(altered) != 1 || altered[0].Statement != id || !strings.Contains(altered[0].Reason, want) {
		t.Errorf("%s: %d hold, %v", attack, held, altered)
	}
}

func TestStoredStatementsThatCannotBeReadAreFound(t *testing.T) {
	for engine, attacks := range map[string][]string{
		db.SQLite: {"UPDATE statement SET total_minor = 'much' WHERE id = ?", "UPDATE statement_event SET at = 'rubbish' WHERE statement_id = ?",
			"UPDATE statement_event SET client_side = 'maybe' WHERE statement_id = ?", "UPDATE statement_final SET payable_minor = 'all' WHERE statement_id = ?"},
		db.Postgres: {"UPDATE statement SET drafted_at = 'infinity' WHERE id = ?", "UPDATE statement_event SET at = 'infinity' WHERE statement_id = ?",
			"UPDATE statement_final SET locked_at = '-infinity' WHERE statement_id = ?"},
	} {
		t.Run(engine, func(t *testing.T) {
			open := dbtest.SQLite
			if engine == db.Postgres {
				open = dbtest.Postgres
			}
			d, ctx := open(t)
			february, _, _ := lived(t, d, ctx)
			for _, attack := range attacks {
				wantAltered(t, d, ctx, strings.Replace(attack, "?", "'"+february.ID+"'", 1), february.ID, "cannot be read")
			}
			unreadable := map[string]string{db.SQLite: "rubbish", db.Postgres: "infinity"}[engine]
			wantAltered(t, d, ctx, "UPDATE journal_entry SET at = '"+unreadable+"' WHERE action = 'statement.draft' AND subject_id = '"+february.ID+"'; "+
				"UPDATE statement_final SET payable_minor = 1 WHERE statement_id = '"+february.ID+"'", february.ID, "payable")
		})
	}
}
