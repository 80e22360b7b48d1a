package ops

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// quiet is how long a run may do nothing before another process takes it over.
const quiet = time.Minute

// stalled: nobody works on the run. One that this process works on is never stalled, however long an engagement takes.
func (s *Service) stalled(p monthEndProgressRow) bool {
	if _, here := s.ending.Load(p.RunID); here {
		return false
	}
	return p.State == monthEndRuns && (p.Holder == "" || s.now().Sub(p.BeatAt) > quiet)
}

// hold takes a run over that nobody works on.
func (s *Service) hold(ctx context.Context, tx bun.Tx, p *monthEndProgressRow) error {
	p.Holder, p.BeatAt, p.Message = s.id("run"), s.now(), ""
	_, err := tx.NewUpdate().Model(p).WherePK().Exec(ctx)
	return err
}

// takeOver takes up a run that was interrupted. Faults: NotFound; Conflict when it has ended or somebody works on it.
func (s *Service) takeOver(ctx context.Context, id string) (run heldRun, err error) {
	err = s.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if run.row, err = readMonthEnd(ctx, tx, id); err != nil {
			return err
		}
		run.plan = run.row.plan()
		if run.progress, err = readMonthEndProgress(ctx, tx, id); err != nil {
			return err
		}
		if run.progress.State != monthEndRuns {
			return fault.New(fault.Conflict, "month-end-ended", "This month end has ended: there is nothing to go on with.")
		}
		if begun, err := recordedSo(ctx, tx, run.row, len(run.plan)); err != nil {
			return err
		} else if !begun {
			return fault.New(fault.Conflict, "month-end-altered", "This month end is not one that the record tells of as it is kept: nobody goes on with it. Begin another.")
		}
		if !s.stalled(run.progress) {
			return fault.New(fault.Conflict, "month-end-running", "This month end is running: %d of %d are done. Wait a moment.", run.progress.Done, len(run.plan))
		}
		return s.hold(ctx, tx, &run.progress)
	})
	return run, err
}

// recordedSo says whether the record tells that this run was begun as it is kept: by whom, when, for which month, and for how many engagements. A
// run that was put in beside the program would otherwise go on with the rights of whoever it names.
func recordedSo(ctx context.Context, tx bun.Tx, row monthEndRow, engagements int) (bool, error) {
	told, err := journalops.About(ctx, tx, "month-end")
	if err != nil || len(told[row.ID]) == 0 {
		return false, err
	}
	first, want := told[row.ID][0], row.entry(row.BegunAt, "", engagements, nil)
	return first.ActorID == row.BegunBy && first.ActorName == row.BegunByName && first.At.Equal(row.BegunAt) && first.After == want.After, nil
}

// ResumeMonthEnd goes on with a run that was interrupted, for the person who began it, and leaves it going on. Who may: see MonthEndRun.
// Faults: NotFound when nothing of it is within reach; Conflict when it has ended or somebody works on it.
func (s *Service) ResumeMonthEnd(ctx context.Context, actor access.Actor, id string) error {
	if err := access.Require(actor, access.MonthEndRun, access.Scope{}); err != nil {
		return err
	}
	if _, err := s.ShowMonthEnd(ctx, actor, id); err != nil {
		return err
	}
	run, err := s.takeOver(ctx, id)
	if err != nil {
		return fmt.Errorf("go on with month end %s: %w", id, err)
	}
	beginner, err := s.beginner(ctx, run.row)
	if err != nil {
		return err
	}
	s.behind(ctx, beginner, run)
	return nil
}

// ResumeMonthEnds finishes every run of the context's workspace that was interrupted, one after the other, each for the person who began it, and gives
// their ids. It decides no access by itself: it is for the program and its command line.
func (s *Service) ResumeMonthEnds(ctx context.Context, tell func(MonthEndStep)) (resumed []string, err error) {
	var open []monthEndProgressRow
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		open, err = readOpenMonthEnds(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	var failures []error
	for _, p := range open {
		run, err := s.takeOver(ctx, p.RunID)
		if fault.Is(err, fault.Conflict) {
			continue
		}
		var beginner access.Actor
		if err == nil {
			beginner, err = s.beginner(ctx, run.row)
		}
		if err == nil {
			err = s.endMonth(ctx, beginner, run, tell)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("go on with month end %s: %w", p.RunID, err))
			continue
		}
		resumed = append(resumed, p.RunID)
	}
	return resumed, errors.Join(failures...)
}

// beginner is who began the run, with the rights that they have now. Who has none any more gets an exception for each engagement.
func (s *Service) beginner(ctx context.Context, row monthEndRow) (access.Actor, error) {
	workspace, _ := db.Workspace(ctx)
	if row.BegunBy == access.MachineAccount {
		return access.Machine(workspace, row.BegunByName), nil
	}
	actor, err := s.Parties.ActorOf(ctx, row.BegunBy, workspace)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return access.Actor{Account: row.BegunBy, Name: row.BegunByName, Workspace: workspace}, nil
	}
	return actor, err
}
