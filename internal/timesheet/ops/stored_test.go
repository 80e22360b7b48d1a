package ops_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/timesheet/ops"
)

func TestApprovedTimeIsHeldToTheRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.enters(ana, "2026-03-24", 60, acme)
		k.submits(ana, "2026-03-24")
		k.approves(lead)
		k.on("2026-04-02 10:00")
		must(k.Lock(ctx, lead, ops.LockInput{Client: "org_acme", Month: cal.Month{Year: 2026, Month: 3}}))(t)
		for _, c := range []struct {
			name, attack string
			held, not    int
		}{
			{"untouched", "", 2, 0},
			{"more minutes are approved", "UPDATE time_approved SET minutes = 600", 1, 1},
			{"and back", "UPDATE time_approved SET minutes = 60", 2, 0},
			{"the file says otherwise", "UPDATE time_hand_over SET file = replace(file, '60', '90')", 1, 1},
		} {
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				if c.attack == "" {
					return nil
				}
				if err := dbtest.Unprotect(ctx, tx, "time_approved", "time_hand_over"); err != nil {
					return err
				}
				_, err := tx.Tx.ExecContext(ctx, c.attack)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
				held, altered, err := ops.VerifyTime(ctx, tx)
				if held != c.held || len(altered) != c.not {
					t.Errorf("%s: %d hold, altered %v", c.name, held, altered)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
