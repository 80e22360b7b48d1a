package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// LockInput is a month of a client to lock.
type LockInput struct {
	Client    string
	Month     cal.Month
	LeaveOpen bool // time of it that nobody approved yet is left; what is approved later is late
}

// Locked is a lock, and what of it became evidence.
type Locked struct {
	Month    cal.Month
	At       time.Time
	By       string
	HandOver Delivered
}

// Lock settles a month of a client: its approved, billable time is handed over to the evidence, and what comes later is late. Locking again hands over what waits. When the hand-over fails the lock
// stands, and the file waits. Who may: see TimeLock. Faults: NotFound, Forbidden; Invalid at "month" when it is not over; Conflict "time-open" when time of it waits.
func (s *Service) Lock(ctx context.Context, actor access.Actor, in LockInput) (Locked, error) {
	if err := access.Require(actor, access.TimeLock, access.Of(in.Client)); err != nil {
		return Locked{}, err
	}
	if _, err := s.Parties.Client(ctx, actor, in.Client); err != nil {
		return Locked{}, err
	}
	var out Locked
	err := s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		zone, err := d.zone(ctx, tx, in.Client, personRow{})
		if err != nil {
			return err
		}
		if !in.Month.Period().To.After(cal.DateOf(d.at, zone)) {
			out, err = d.lock(ctx, tx, in)
			return err
		}
		return fault.New(fault.Invalid, "month-runs", "%s is not over. A month is locked when all its days have passed.", in.Month.Words()).At("month")
	})
	if err != nil {
		return Locked{}, err
	}
	out.HandOver, err = s.Deliver(ctx, actor, in.Client)
	return out, err
}

func (d *desk) lock(ctx context.Context, tx bun.Tx, in LockInput) (Locked, error) {
	var have lockRow
	rows, err := lockedMonths(ctx, tx, in.Client)
	if err != nil {
		return Locked{}, err
	}
	for _, r := range rows {
		if r.Month == in.Month.String() {
			have = r
		}
	}
	if have.Month != "" {
		return Locked{Month: in.Month, At: have.At.UTC(), By: have.ByName}, d.handOver(ctx, tx, in.Client)
	}
	if err := d.nothingOpen(ctx, tx, in); err != nil {
		return Locked{}, err
	}
	row := lockRow{ClientID: in.Client, Month: in.Month.String(), At: d.at, ByID: d.actor.Account, ByName: d.actor.Name}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return Locked{}, err
	}
	e := journal.Entry{At: d.at, Action: string(access.TimeLock), Client: in.Client, Subject: journal.Subject{Kind: "time", ID: in.Client, Name: "Time of " + in.Month.Words()}, Words: "locked the time of " + in.Month.Words()}
	if _, err := journalops.Append(ctx, tx, journalops.By(d.actor, e)); err != nil {
		return Locked{}, err
	}
	return Locked{Month: in.Month, At: d.at, By: d.actor.Name}, d.handOver(ctx, tx, in.Client)
}

// nothingOpen refuses to lock over time that nobody has approved.
func (d *desk) nothingOpen(ctx context.Context, tx bun.Tx, in LockInput) error {
	if in.LeaveOpen {
		return nil
	}
	period := in.Month.Period()
	open, err := readEntries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("client_id = ? AND worked_on >= ? AND worked_on < ? AND state <> ?", in.Client, period.From.String(), period.To.String(), string(timesheet.Approved))
	})
	if err != nil || len(open) == 0 {
		return err
	}
	sum, people := 0, map[string]bool{}
	for _, e := range open {
		sum += e.Minutes
		people[e.Person] = true
	}
	return fault.New(fault.Conflict, "time-open", "%s of %s by %d people is not approved yet. Approve or return it first, or lock and leave it: what is approved later is late, and the contract says what becomes of it.",
		timesheet.Clock(sum), in.Month.Words(), len(people)).At("leave_open")
}

// Locks are the months of a client that are locked, the newest first. Who may: see TimeSee.
func (s *Service) Locks(ctx context.Context, actor access.Actor, client string) ([]Locked, error) {
	if err := access.Require(actor, access.TimeSee, access.Of(client)); err != nil {
		return nil, err
	}
	var out []Locked
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows, err := lockedMonths(ctx, tx, client)
		if err != nil {
			return err
		}
		out = nil
		for i := len(rows) - 1; i >= 0; i-- {
			m, err := cal.ParseMonth(rows[i].Month)
			if err != nil {
				return fmt.Errorf("read the lock of %s: %w", client, err)
			}
			out = append(out, Locked{Month: m, At: rows[i].At.UTC(), By: rows[i].ByName})
		}
		return nil
	})
	return out, err
}
