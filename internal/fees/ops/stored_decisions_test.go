package ops_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// decidedAfter tells what is found of decisions after somebody changed rows beside the program; the change is undone.
func decidedAfter(t *testing.T, d *db.DB, ctx context.Context, attack string) (held int, altered []ops.AlteredDecision) {
	t.Helper()
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if err := dbtest.Unprotect(ctx, tx, "crm_decision", "crm_row", "journal_entry"); err != nil {
			return err
		}
		if _, err := tx.Tx.ExecContext(ctx, attack); err != nil {
			return err
		}
		if held, altered, err = ops.VerifyDecisions(ctx, tx); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Errorf("%s: %v", attack, err)
	}
	return held, altered
}

// A delivery is handed over, returned and handed over again, a lead disputed and answered, and two more accepted together.
func TestStoredDecisionsHoldUntilSomebodyChangesThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newApprovals(t, d, ctx)
		handed := k.handedOver("2026-03-03", "", "key-launch-1")
		back := about(handed, crm.ActReturn)
		back.Words = "The form is missing."
		k.decide(finance, back)
		k.handedOver("2026-03-03", "50 %", "key-launch-2")
		no := k.File("leads.csv", "lead_id,delivered_at\nL-1,2026-03-03T11:00:00Z\nL-2,2026-03-03T11:00:00Z\nL-3,2026-03-03T11:00:00Z\n").No
		dispute := ops.DecideInput{Client: acme, Kind: crm.KindLead, Row: "L-1", Act: crm.ActDispute, Seen: no, Reason: "no budget"}
		answer := about(k.decide(sales, dispute), crm.ActAnswer)
		answer.Words = "It is on the list."
		k.decide(owner, answer)
		must(k.AcceptResults(ctx, sales, ops.AcceptInput{Client: acme, Rows: []ops.RowSeen{{Row: "L-2", Seen: no}, {Row: "L-3", Seen: no}}}))(t)
		k.File("later.csv", "lead_id,delivered_at\nL-2,2026-03-03T12:00:00Z\n") // a later file changes the row, and not what was decided

		if held, altered := decidedAfter(t, d, ctx, "SELECT 1"); held != 7 || len(altered) != 0 {
			t.Fatalf("%d hold, %v", held, altered)
		}
		for _, attack := range []struct{ do, want string }{
			{"DELETE FROM crm_decision WHERE act = 'return'", "is told of in entry"},
			{"DELETE FROM crm_decision WHERE ext_id = 'L-3'", "decision about result L-3 is told of in entry"},
			{"UPDATE crm_decision SET act = 'accept' WHERE act = 'return'", "is not what entry"},
			{"UPDATE crm_decision SET words = 'Well done.' WHERE act = 'return'", "is not what entry"},
			{"UPDATE crm_decision SET actor_role = 'client-executive' WHERE ext_id = 'L-2'", "is not what entry"},
			{"UPDATE crm_decision SET words = 'Well done.' WHERE ext_id = 'L-2'", "is not what entry"},
			{"UPDATE crm_decision SET actor_name = 'Emil Executive' WHERE ext_id = 'L-2'", "who decided, or when"},
			{"UPDATE crm_decision SET decided_at = '2026-03-02 12:00:00+00:00' WHERE ext_id = 'L-2'", "who decided, or when"},
			{"UPDATE crm_decision SET body = replace(body, '50 %', '20 %')", "is not what entry"},
			{"UPDATE crm_decision SET body = 'x' WHERE ext_id = 'L-2'", "cannot be read"},
			{"UPDATE crm_decision SET ext_id = 'L-4' WHERE ext_id = 'L-3'", "decision about result L-4 was put in beside the record"},
			{"UPDATE crm_row SET body = replace(body, 'no budget', 'wrong region') WHERE ext_id = 'L-1'", "the row that it left as import"},
			{"DELETE FROM crm_row WHERE ext_id = 'L-3' AND import_no > 4", "the row that it left as import"},
		} {
			held, altered := decidedAfter(t, d, ctx, attack.do)
			if held > 6 || len(altered) == 0 || !strings.Contains(altered[0].Error(), attack.want) {
				t.Errorf("%s: %d hold, %v", attack.do, held, altered)
			}
		}
	})
}
