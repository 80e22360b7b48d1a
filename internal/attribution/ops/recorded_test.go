package ops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/attribution/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// TestAlteredCreditIsFound: given two deals recorded as of one import and one of them again as of the next, when somebody with all rights changes a line, takes
// one away or puts one in, then what was recorded together with it does not hold, and the rest does.
func TestAlteredCreditIsFound(t *testing.T) {
	const forged = "INSERT INTO attribution_credit (client_id, terms, deal_id, as_of, minor, sha256, credited_at) SELECT client_id, terms, 'D9', as_of, minor, sha256, "
	for what, c := range map[string]struct {
		attack, says string
		held, found  int
	}{
		"nothing": {"SELECT 1", "", 3, 0},
		"amount":  {"UPDATE attribution_credit SET minor = 1 WHERE as_of = 7", "as of import 7 was altered", 2, 1},
		"hash":    {"UPDATE attribution_credit SET sha256 = 'ab' WHERE deal_id = 'D7'", "as of import 6 was altered", 1, 1},
		"gone":    {"DELETE FROM attribution_credit WHERE as_of = 7", "as of import 7 is told of in the record but is not kept", 2, 1},
		"beside":  {forged + "credited_at FROM attribution_credit WHERE as_of = 7", "as of import 7 was altered", 2, 1},
		"forged":  {forged + "'2026-01-01T00:00:00Z' FROM attribution_credit WHERE as_of = 7", "was put in beside the record", 3, 1},
	} {
		t.Run(what, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				r := newRoom(t, d, ctx)
				r.takeAll()
				kept, first, err := r.Keep(ctx, owner, acme, keptTerms)
				must(t, err)
				r.take("late.csv", "touch_id,contact_id,at,channel,campaign,provider\nt9,p1,2026-06-01T12:00:00Z,trade fair,,agency\n")
				late, err := kept.Advance(ctx, owner)
				must(t, err)
				if len(first) != 2 || len(late) != 1 {
					t.Fatal(first, late)
				}
				steps := []string{"DROP TRIGGER attribution_credit_no_update", "DROP TRIGGER attribution_credit_no_delete", c.attack}
				if d.Engine() == db.Postgres {
					steps = []string{"GRANT UPDATE, DELETE ON attribution_credit TO CURRENT_USER", c.attack}
				}
				must(t, d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
					for _, step := range steps {
						if _, err := tx.ExecContext(ctx, step); err != nil {
							return err
						}
					}
					return nil
				}))
				must(t, d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
					held, found, err := ops.VerifyCredits(ctx, tx)
					if held != c.held || len(found) != c.found || c.found > 0 && !strings.Contains(found[0].Error(), c.says) {
						t.Errorf("%d hold, %v do not", held, found)
					}
					return err
				}))
			})
		})
	}
}
