package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Seen is an entry as a person saw it.
type Seen struct {
	ID      string
	Version int
}

// Waiting lists what was submitted for the clients that the actor approves for, by day. Who may: see TimeQueue.
func (s *Service) Waiting(ctx context.Context, actor access.Actor) ([]timesheet.Entry, error) {
	if err := access.Require(actor, access.TimeQueue, access.Scope{}); err != nil {
		return nil, err
	}
	reach := access.Reachable(actor, access.TimeApprove)
	var out []timesheet.Entry
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = readEntries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
			q = q.Where("state = ?", string(timesheet.Submitted))
			if !reach.All {
				q = q.Where("client_id IN (?)", bun.List(reach.Clients))
			}
			return q
		})
		return err
	})
	return out, err
}

// ApproveInput is what is approved.
type ApproveInput struct {
	Entries []Seen
	Class   timesheet.Class // of all of them; empty: each as it was entered
}

// Approve approves entries that were submitted, all or none; they never change again. What is approved already stays so. Both sides are told when the use of a retainer has come to an alert. It
// gives how many were approved. Who may: see TimeApprove, for each entry's client. Faults: NotFound, Forbidden; Invalid at "entries" or "class"; Conflict when an entry has changed since it was seen or was not
// submitted.
func (s *Service) Approve(ctx context.Context, actor access.Actor, in ApproveInput) (n int, err error) {
	if err := access.Require(actor, access.TimeQueue, access.Scope{}); err != nil {
		return 0, err
	}
	if len(in.Entries) == 0 {
		return 0, fault.New(fault.Invalid, "entries-missing", "Choose the entries to approve.").At("entries")
	}
	err = s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		n = 0
		sums := map[string]int{}
		for _, seen := range in.Entries {
			row, done, err := d.decided(ctx, tx, seen, timesheet.Approved)
			if err != nil {
				return err
			}
			if done {
				continue
			}
			if in.Class != "" && row.Corrects == "" {
				row.Class = string(in.Class)
			}
			if err := d.stillPlaced(ctx, tx, &row); err != nil {
				return err
			}
			if err := d.approve(ctx, tx, row); err != nil {
				return err
			}
			sums[row.ClientID] += row.Minutes
			n++
		}
		if err := d.recordSums(ctx, tx, sums, access.TimeApprove, "approved %s of submitted time"); err != nil {
			return err
		}
		for client := range sums {
			if client == "" {
				continue
			}
			if err := d.alert(ctx, tx, client); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// decided is a submitted entry that the actor may decide about; done when it is in the state already.
func (d *desk) decided(ctx context.Context, tx bun.Tx, seen Seen, state timesheet.State) (row entryRow, done bool, err error) {
	if row, err = readEntry(ctx, tx, seen.ID); err != nil {
		return row, false, err
	}
	if err := access.Require(d.actor, access.TimeApprove, access.Of(row.ClientID)); err != nil {
		return row, false, err
	}
	switch {
	case row.State == string(state) && row.Version == seen.Version+1 || row.State == string(state) && row.Version == seen.Version:
		return row, true, nil
	case row.Gone || row.Version != seen.Version:
		return row, false, changedSince()
	case row.State != string(timesheet.Submitted):
		return row, false, fault.New(fault.Conflict, "entry-"+row.State, "The entry of %s on %s is %s; only what was submitted can be decided about.", row.Person, day(row.WorkedOn).Words(), row.State)
	}
	return row, false, nil
}

// stillPlaced refuses what is charged under a clause that takes no hours: it would be settled and not counted, and what is approved never changes. It spells the clause as the contract does.
func (d *desk) stillPlaced(ctx context.Context, tx bun.Tx, row *entryRow) error {
	e := row.entry()
	if e.Class != timesheet.Billable || e.Clause == "" || e.Corrects != "" {
		return nil
	}
	first, takers, err := d.takersOf(ctx, tx, e)
	if err != nil {
		return err
	}
	if err := e.NameClause(names(takers), told(takers), !first.IsZero()); err != nil {
		return fault.New(fault.Conflict, "clause-unknown", "The entry of %s on %s names the clause %q, which takes no hours that day: it would not be counted. Return it, so that the clause is mended.", e.Person, e.Day.Words(), e.Clause).At("entries")
	}
	row.Clause = e.Clause
	return nil
}

// approve writes the approved version, and what of it money depends on. What is approved after its month was locked is late.
func (d *desk) approve(ctx context.Context, tx bun.Tx, row entryRow) error {
	locked, err := isLocked(ctx, tx, row.ClientID, day(row.WorkedOn))
	if err != nil {
		return err
	}
	row.Version, row.State, row.Late = row.Version+1, string(timesheet.Approved), row.Late || locked
	a := approvedRow{EntryID: row.EntryID, Version: row.Version, EvidenceID: row.EntryID, ClientID: row.ClientID, WorkedOn: row.WorkedOn, Minutes: row.Minutes, Class: row.Class, Corrects: row.Corrects,
		Late: row.Late, At: d.at, ByID: d.actor.Account, ByName: d.actor.Name}
	if row.Corrects != "" {
		var corrected approvedRow
		if err := tx.NewSelect().Model(&corrected).Where("entry_id = ?", row.Corrects).Scan(ctx); err != nil {
			return fmt.Errorf("read what %s corrects: %w", row.EntryID, err)
		}
		a.EvidenceID = corrected.EvidenceID
	}
	if err := d.insert(ctx, tx, row); err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&a).Exec(ctx)
	return err
}

// Return gives submitted entries back to whoever entered them, with a reason. Who may and faults as Approve; Invalid at "reason".
func (s *Service) Return(ctx context.Context, actor access.Actor, entries []Seen, reason string) (n int, err error) {
	if err := access.Require(actor, access.TimeQueue, access.Scope{}); err != nil {
		return 0, err
	}
	var faults fault.List
	if reason = oneLine(reason); reason == "" || len(reason) > 500 {
		faults.Add(fault.New(fault.Invalid, "reason", "Say in up to 500 characters what should be otherwise.").At("reason"))
	}
	if len(entries) == 0 {
		faults.Add(fault.New(fault.Invalid, "entries-missing", "Choose the entries to return.").At("entries"))
	}
	if err := faults.Err(); err != nil {
		return 0, err
	}
	err = s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		n = 0
		sums := map[string]int{}
		for _, seen := range entries {
			row, done, err := d.decided(ctx, tx, seen, timesheet.Returned)
			if err != nil {
				return err
			}
			if done {
				continue
			}
			row.Version, row.State, row.Reason = row.Version+1, string(timesheet.Returned), reason
			if err := d.insert(ctx, tx, row); err != nil {
				return err
			}
			sums[row.ClientID] += row.Minutes
			n++
		}
		return d.recordSums(ctx, tx, sums, access.TimeApprove, "returned %s of submitted time")
	})
	return n, err
}

// CorrectInput says what an approved entry should have said.
type CorrectInput struct {
	Entry   string // the approved one
	Day     cal.Date
	Minutes int // 0: it was not worked
	Class   timesheet.Class
	Note    string
	Reason  string
}

// Correct enters what an approved entry should have said, and submits it; the approved one stands until the correction is approved. Who may: whoever entered it, and who may
// approve for its client. Faults: NotFound; Invalid at fields; Conflict when it is not approved, was corrected already, or a correction of it waits.
func (s *Service) Correct(ctx context.Context, actor access.Actor, in CorrectInput) (timesheet.Entry, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return timesheet.Entry{}, err
	}
	var out timesheet.Entry
	err := s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		row, err := readEntry(ctx, tx, in.Entry)
		if err != nil {
			return err
		}
		if own := row.AccountID == actor.Account && within(actor, row.ClientID); !own && !access.Decide(actor, access.TimeApprove, access.Of(row.ClientID)).Allowed {
			return notFound()
		}
		if err := correctable(ctx, tx, row); err != nil {
			return err
		}
		out = row.entry()
		out.ID, out.Version, out.Corrects, out.State, out.Reason, out.Late = s.id("te"), 0, row.EntryID, timesheet.Submitted, oneLine(in.Reason), false
		out.Day, out.Minutes, out.Class, out.Note = in.Day, in.Minutes, in.Class, oneLine(in.Note)
		if out.Reason == "" {
			return fault.New(fault.Invalid, "reason", "Say why it is corrected.").At("reason")
		}
		if out.Day != day(row.WorkedOn) && cal.MonthOf(out.Day) != cal.MonthOf(day(row.WorkedOn)) {
			return fault.New(fault.Invalid, "day", "A correction stays in the month of its entry. Correct it to 0:00 and enter it again on its day.").At("day")
		}
		p, err := personOf(ctx, tx, row.AccountID, row.Person)
		if err != nil {
			return err
		}
		if err := d.check(ctx, tx, &out, p, true, false); err != nil {
			return err
		}
		out.Version = 1
		next := rowOf(out)
		next.Source = "correction"
		if err := d.insert(ctx, tx, next); err != nil {
			return err
		}
		return d.record(ctx, tx, row.ClientID, access.TimeEnter, fmt.Sprintf("corrected %s of %s on %s to %s", timesheet.Clock(row.Minutes), row.Person, day(row.WorkedOn).Words(), timesheet.Clock(out.Minutes)))
	})
	return out, err
}

func correctable(ctx context.Context, tx bun.Tx, row entryRow) error {
	if row.State != string(timesheet.Approved) {
		return fault.New(fault.Conflict, "not-approved", "Only what is approved is corrected; until then it is changed or returned.")
	}
	var pending []entryRow
	if err := tx.NewSelect().Model(&pending).Where("corrects = ?", row.EntryID).Where(newestVersion).Where("gone = ?", false).Scan(ctx); err != nil {
		return err
	}
	for _, c := range pending {
		if c.State == string(timesheet.Approved) {
			return fault.New(fault.Conflict, "corrected-before", "The entry was corrected already. Correct its correction.")
		}
		if c.State == string(timesheet.Submitted) {
			return fault.New(fault.Conflict, "correction-waits", "A correction of it waits for approval already.")
		}
	}
	return nil
}
