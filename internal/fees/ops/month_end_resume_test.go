package ops_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Given a run that is interrupted after a draft of which no row is kept, when it is gone on with, then every engagement has one whole statement and the
// outcome tells what the run did, not what it found.
func TestAnInterruptedMonthEndGoesOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.client("Brick")
		h.client("Cog")
		h.MoveTo("2026-04-02")
		interrupted, stop := context.WithCancel(ctx)
		run := ops.MonthEndInput{Month: march, Submit: true}
		_, err := h.MonthEnd(interrupted, owner, run, func(s ops.MonthEndStep) {
			if s.Done == 1 {
				k := must(h.MonthEnds(ctx, owner, 1))(t).Runs[0]
				brick := must(h.Draft(ctx, owner, ops.DraftInput{Contract: h.contractOf("org_brick"), Month: k.Month}))(t)
				must(h.Submit(ctx, owner, ops.SubmitInput{Statement: brick.Statement.ID}))(t)
				stop()
			}
		})
		if err == nil {
			t.Fatal("the run was not interrupted")
		}
		half := must(h.MonthEnds(ctx, owner, 1))(t).Runs[0]
		if !half.Running || !half.Stalled || half.Done != 1 || half.Message != "The program was stopped." {
			t.Fatalf("it stands %+v", half)
		}
		_, err = h.MonthEnd(ctx, owner, ops.MonthEndInput{Month: march}, nil)
		wantFault(t, err, fault.Conflict, "month-end-interrupted", "1 of 3", "--resume")

		whole := must(h.MonthEnd(ctx, owner, run, nil))(t)
		if whole.ID != half.ID {
			t.Error("another run was begun")
		}
		wantTold(t, whole, "Acme Robotics, Inc. exception 14,000.00 previous-open", "Brick submitted 14,000.00", "Cog submitted 14,000.00")
		if resumed, err := h.ResumeMonthEnds(ctx, nil); err != nil || len(resumed) > 0 {
			t.Errorf("nothing was left to go on with: %v %v", resumed, err)
		}
	})
}

func (h *house) contractOf(client string) string {
	h.T.Helper()
	return must(h.Contracts.Contracts(h.Ctx, owner, client))(h.T)[0].ID
}

// The program goes on for the person who began, with the rights of now: who has lost them gets exceptions, and the run comes to its end.
func TestAMonthEndGoesOnWithTheRightsOfNow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.MoveTo("2026-04-02")
		h.Parties = partyops.New(partyops.Options{DB: d, Now: h.Clock, PublicURL: "https://example.test"})
		for _, ended := range []bool{false, true} {
			interrupted, stop := context.WithCancel(ctx)
			_, err := h.MonthEnd(interrupted, lead, ops.MonthEndInput{Month: march}, func(ops.MonthEndStep) { stop() })
			if err == nil {
				t.Fatal("the run was not interrupted")
			}
			if ended {
				err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
					_, err := tx.ExecContext(ctx, "UPDATE membership SET until_at = ? WHERE account_id = 'acc_lead'", h.Clock().Add(-time.Hour))
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			resumed, err := h.ResumeMonthEnds(ctx, nil)
			if err != nil || len(resumed) != 1 {
				t.Fatalf("resumed %v, %v", resumed, err)
			}
			want := "Acme Robotics, Inc. exception 14,000.00 previous-open"
			if ended {
				want = "Acme Robotics, Inc. exception not-found"
			}
			wantTold(t, must(h.ShowMonthEnd(ctx, owner, resumed[0]))(t), want)
		}
	})
}

func TestAMonthEndInTheBackgroundEndsWithTheProgram(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.MoveTo("2026-04-02")
		begun, goOn := make(chan struct{}), make(chan struct{})
		once := sync.Once{}
		h.asked = func(string) { once.Do(func() { close(begun); <-goOn }) }
		request, over := context.WithCancel(ctx)
		run := must(h.StartMonthEnd(request, owner, ops.MonthEndInput{Month: march}))(t)
		over()
		if !run.Running || run.Done != 0 || run.Total != 1 {
			t.Errorf("it stands %+v", run)
		}
		<-begun
		closed := make(chan struct{})
		go func() { h.Close(); close(closed) }()
		time.AfterFunc(20*time.Millisecond, func() { close(goOn) })
		<-closed
		if _, err := h.ResumeMonthEnds(ctx, nil); err != nil {
			t.Fatal(err)
		}
		wantTold(t, must(h.ShowMonthEnd(ctx, owner, run.ID))(t), "Acme Robotics, Inc. exception 14,000.00 previous-open")
	})
}

// A run that was put in beside the program, in the name of somebody who may, is not gone on with.
func TestAMonthEndThatNobodyBeganIsNotTakenUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		h := newHouse(t, d, ctx)
		h.MoveTo("2026-04-02")
		interrupted, stop := context.WithCancel(ctx)
		if _, err := h.MonthEnd(interrupted, lead, ops.MonthEndInput{Month: march}, func(ops.MonthEndStep) { stop() }); err == nil {
			t.Fatal("the run was not interrupted")
		}
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			for _, attack := range []string{
				"INSERT INTO month_end SELECT 'mend_forged', month, TRUE, 'forged', plan, begun_at, 'acc_owner', 'Olga Owner' FROM month_end",
				"INSERT INTO month_end_progress SELECT 'mend_forged', state, holder, done, message, beat_at FROM month_end_progress",
			} {
				if _, err := tx.ExecContext(ctx, attack); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wantFault(t, h.ResumeMonthEnd(ctx, owner, "mend_forged"), fault.Conflict, "month-end-altered", "the record")
		resumed, err := h.ResumeMonthEnds(ctx, nil)
		if err != nil || len(resumed) != 1 || resumed[0] == "mend_forged" {
			t.Errorf("gone on with %v, %v", resumed, err)
		}
	})
}
