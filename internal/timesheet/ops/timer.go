package ops

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Running is the actor's timer, and how it may have ended if it was forgotten.
type Running struct {
	timesheet.Timer
	Minutes   int         // until now
	Forgotten bool        // whether stopping asks when the work ended
	Proposals []time.Time // likely ends
	Zone      *time.Location
}

// Timer is the actor's running timer; nil when none runs. Who may: see TimeOwn.
func (s *Service) Timer(ctx context.Context, actor access.Actor) (*Running, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return nil, err
	}
	var out *Running
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.desk(actor).running(ctx, tx)
		return err
	})
	return out, err
}

func (d *desk) running(ctx context.Context, tx bun.Tx) (*Running, error) {
	row, t, err := readTimer(ctx, tx, d.actor.Account)
	if err != nil || row.ID == "" || !within(d.actor, row.ClientID) {
		return nil, err
	}
	var p personRow
	if err := tx.NewSelect().Model(&p).Where("account_id = ?", d.actor.Account).Scan(ctx); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	out := &Running{Timer: t, Minutes: timesheet.Minutes(t.Started, d.at), Forgotten: d.at.Sub(t.Started) > timesheet.Forgotten}
	if out.Zone, err = d.zone(ctx, tx, t.Client, p); err == nil && out.Forgotten {
		out.Proposals = t.Proposals(p.workHours(), out.Zone, d.at)
	}
	return out, err
}

func readTimer(ctx context.Context, tx bun.Tx, account string) (timerRow, timesheet.Timer, error) {
	var row timerRow
	err := tx.NewSelect().Model(&row).Where("account_id = ?", account).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return timerRow{}, timesheet.Timer{}, nil
	}
	t := timesheet.Timer{ID: row.ID, Account: row.AccountID, Started: row.StartedAt.UTC()}
	if err == nil {
		err = json.Unmarshal([]byte(row.What), &t.What)
	}
	t.Client = row.ClientID
	return row, t, err
}

// StartTimer begins to count the actor's time. Who may: see TimeEnter. Faults: NotFound, Forbidden; Invalid at fields; Conflict "timer-runs" when one runs already,
// perhaps started in another window.
func (s *Service) StartTimer(ctx context.Context, actor access.Actor, what timesheet.What) (timesheet.Timer, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return timesheet.Timer{}, err
	}
	provider, err := scopeOf(actor, what.Client)
	if err != nil {
		return timesheet.Timer{}, err
	}
	if provider != "" && what.Class == timesheet.Internal {
		return timesheet.Timer{}, fault.New(fault.Invalid, "class", "Internal time is the agency's own. Choose billable or over-serviced.").At("class")
	}
	var out timesheet.Timer
	err = s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		p, err := personOf(ctx, tx, actor.Account, actor.Name)
		if err != nil {
			return err
		}
		zone, err := d.zone(ctx, tx, what.Client, p)
		if err != nil {
			return err
		}
		out = timesheet.Timer{ID: s.id("tim"), Account: actor.Account, Started: d.at, What: trimmed(what)}
		trial := timesheet.Entry{Day: cal.DateOf(d.at, zone), Minutes: 1, What: out.What}
		if err := trial.Check(timesheet.Around{Today: trial.Day}); err != nil {
			return err
		}
		if err := d.dropHidden(ctx, tx); err != nil {
			return err
		}
		trial.Provider = provider
		if err := d.place(ctx, tx, &trial); err != nil {
			return err
		}
		out.What = trial.What
		row := timerRow{AccountID: actor.Account, ID: out.ID, StartedAt: d.at, ClientID: out.Client, What: encode(out.What)}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return err
		}
		return d.record(ctx, tx, out.Client, access.TimeEnter, "started the timer")
	})
	return out, err
}

// dropHidden throws a timer away that runs for a client behind a wall: its time is nothing that the person may enter, and it would keep them from starting another.
func (d *desk) dropHidden(ctx context.Context, tx bun.Tx) error {
	row, t, err := readTimer(ctx, tx, d.actor.Account)
	if err != nil || row.ID == "" || within(d.actor, row.ClientID) {
		return err
	}
	if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
		return err
	}
	return d.record(ctx, tx, t.Client, access.TimeEnter, "threw a timer away that ran for a client whom a wall hides now")
}

// StopInput says which timer ends, and when.
type StopInput struct {
	ID      string    // as seen
	Ended   time.Time // zero: now
	AsItRan bool      // one that has run for long really took that long
	Late    bool      // as EntryInput
	Reason  string
}

// StopTimer ends the actor's timer and enters its time as drafts, one for each day that it touches. Less than a minute enters nothing. Stopping the same timer again gives the same
// entries. Faults: NotFound; Invalid at "ended"; Conflict "timer-forgotten" when it has run for long and nobody says when it ended; those of Enter, and the timer runs on.
func (s *Service) StopTimer(ctx context.Context, actor access.Actor, in StopInput) ([]timesheet.Entry, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return nil, err
	}
	var out []timesheet.Entry
	err := s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = nil
		d := s.desk(actor)
		row, t, err := readTimer(ctx, tx, actor.Account)
		if err != nil {
			return err
		}
		if row.ID != in.ID || in.ID == "" || !within(actor, row.ClientID) {
			out, err = stoppedBefore(ctx, tx, actor, in.ID)
			return err
		}
		ended, err := t.Stop(in.Ended, d.at, in.AsItRan)
		if err != nil {
			return err
		}
		p, err := personOf(ctx, tx, actor.Account, actor.Name)
		if err != nil {
			return err
		}
		zone, err := d.zone(ctx, tx, t.Client, p)
		if err != nil {
			return err
		}
		for _, piece := range timesheet.Split(t.Started, ended, zone) {
			e := timesheet.Entry{ID: idOf("timer", t.ID, piece.Day.String()), Day: piece.Day, Minutes: piece.Minutes, What: t.What, State: timesheet.Draft, Late: in.Late, Reason: oneLine(in.Reason)}
			if e, err = d.put(ctx, tx, e, true, "timer:"+t.ID); err != nil {
				return err
			}
			out = append(out, e)
		}
		if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
			return err
		}
		return d.record(ctx, tx, t.Client, access.TimeEnter, fmt.Sprintf("stopped the timer at %s", timesheet.Clock(timesheet.Minutes(t.Started, ended))))
	})
	return out, err
}

// stoppedBefore are the entries of a timer that was stopped before. Fault: NotFound when none was.
func stoppedBefore(ctx context.Context, tx bun.Tx, actor access.Actor, id string) ([]timesheet.Entry, error) {
	out, err := readEntries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("account_id = ? AND source = ?", actor.Account, "timer:"+id)
	})
	out = slices.DeleteFunc(out, func(e timesheet.Entry) bool { return !within(actor, e.Client) })
	if err == nil && len(out) == 0 {
		err = fault.New(fault.NotFound, "timer-stopped", "This timer does not run any more; it may have been stopped in another window.")
	}
	return out, err
}

// DropTimer throws the running timer away without entering anything. Fault: NotFound when it does not run.
func (s *Service) DropTimer(ctx context.Context, actor access.Actor, id string) error {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, t, err := readTimer(ctx, tx, actor.Account)
		if err != nil {
			return err
		}
		if row.ID == "" || row.ID != id || !within(actor, row.ClientID) {
			return fault.New(fault.NotFound, "timer-stopped", "This timer does not run any more; it may have been stopped in another window.")
		}
		if _, err := tx.NewDelete().Model(&row).WherePK().Exec(ctx); err != nil {
			return err
		}
		return s.desk(actor).record(ctx, tx, t.Client, access.TimeEnter, "threw the running timer away")
	})
}
