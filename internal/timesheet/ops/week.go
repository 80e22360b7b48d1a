package ops

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// Week is a person's week.
type Week struct {
	timesheet.Grid
	Today    cal.Date
	Drafts   []timesheet.Entry // what can be submitted
	Returned []timesheet.Entry // what somebody wants otherwise, with the reason
	Waiting  []timesheet.Entry // corrections that nobody approved yet
}

// Week is the actor's week around a day; the zero day is today. Who may: see TimeOwn.
func (s *Service) Week(ctx context.Context, actor access.Actor, around cal.Date) (Week, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return Week{}, err
	}
	var out Week
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		today, err := d.today(ctx, tx)
		if err != nil {
			return err
		}
		if around.IsZero() {
			around = today
		}
		entries, waiting, err := weekOf(ctx, tx, actor, timesheet.WeekOf(around))
		if err != nil {
			return err
		}
		out = Week{Grid: timesheet.GridOf(timesheet.WeekOf(around), entries), Today: today, Waiting: waiting}
		for _, e := range entries {
			switch e.State {
			case timesheet.Draft:
				out.Drafts = append(out.Drafts, e)
			case timesheet.Returned:
				out.Returned = append(out.Returned, e)
			}
		}
		return nil
	})
	return out, err
}

// within reports whether the person still works for the client: time of one that a wall keeps them from, or that they have left, is not theirs to see.
func within(actor access.Actor, client string) bool {
	reach := access.Reachable(actor, access.TimeEnter)
	return client == "" || reach.All || slices.Contains(reach.Clients, client)
}

// today is the person's day.
func (d *desk) today(ctx context.Context, tx bun.Tx) (cal.Date, error) {
	var rows []personRow
	if err := tx.NewSelect().Model(&rows).Where("account_id = ?", d.actor.Account).Scan(ctx); err != nil {
		return cal.Date{}, err
	}
	var p personRow
	if len(rows) == 1 {
		p = rows[0]
	}
	reach := access.Reachable(d.actor, access.TimeEnter)
	client := ""
	if !reach.All && len(reach.Clients) == 1 {
		client = reach.Clients[0]
	}
	zone, err := d.zone(ctx, tx, client, p)
	return cal.DateOf(d.at, zone), err
}

// weekOf are the entries of a person's week that are theirs to see, and apart from them the corrections that wait.
func weekOf(ctx context.Context, tx bun.Tx, actor access.Actor, monday cal.Date) (entries, waiting []timesheet.Entry, err error) {
	all, err := readEntries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("account_id = ? AND worked_on >= ? AND worked_on < ?", actor.Account, monday.String(), monday.AddDays(7).String())
	})
	for _, e := range all {
		if !within(actor, e.Client) {
			continue
		}
		if e.Corrects != "" && e.State != timesheet.Approved {
			waiting = append(waiting, e)
		} else {
			entries = append(entries, e)
		}
	}
	return entries, waiting, err
}

// CellInput is what a person wrote into a cell of the week.
type CellInput struct {
	What    timesheet.What
	Day     cal.Date
	Was     int    // minutes, as the person saw them
	Minutes int    // as they should be
	Field   string // where a fault belongs
}

// SaveWeek writes the cells that a person changed, all or none. Who may: see TimeEnter. Faults: as Enter, each at the cell's field; Conflict "week-changed" at a cell that
// is otherwise than the person saw it, perhaps by another window.
func (s *Service) SaveWeek(ctx context.Context, actor access.Actor, cells []CellInput) error {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		var faults fault.List
		changed := map[string]int{}
		// Shorter ones first: a day that is full makes room before it is filled.
		ordered := slices.Clone(cells)
		slices.SortStableFunc(ordered, func(a, b CellInput) int { return (a.Minutes - a.Was) - (b.Minutes - b.Was) })
		for _, c := range ordered {
			if c.Was == c.Minutes {
				continue
			}
			if err := d.saveCell(ctx, tx, c); err != nil {
				list := fault.All(err)
				if len(list) == 0 || !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) || list[0].Code == "entry-changed" {
					return err
				}
				for _, f := range list {
					faults.Add(fault.New(f.Kind, f.Code, "%s", f.Message).At(c.Field))
				}
				continue
			}
			changed[c.What.Client]++
		}
		if err := faults.Err(); err != nil {
			return err
		}
		clients := make([]string, 0, len(changed))
		for client := range changed {
			clients = append(clients, client)
		}
		slices.Sort(clients)
		for _, client := range clients {
			if err := d.record(ctx, tx, client, access.TimeEnter, fmt.Sprintf("changed %d cells of the week", changed[client])); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *desk) saveCell(ctx context.Context, tx bun.Tx, c CellInput) error {
	what := trimmed(c.What)
	entries, _, err := weekOf(ctx, tx, d.actor, timesheet.WeekOf(c.Day))
	if err != nil {
		return err
	}
	cell := timesheet.Cell{}
	for _, e := range entries {
		if e.Day == c.Day && e.What == what {
			cell.Minutes += e.Minutes
			cell.Entries = append(cell.Entries, e)
		}
	}
	switch {
	case cell.Minutes == c.Minutes:
		return nil // another window wrote the same
	case cell.Minutes != c.Was:
		return fault.New(fault.Conflict, "week-changed", "%s stands there now, and you saw %s. Look at the week again.", timesheet.Clock(cell.Minutes), timesheet.Clock(c.Was))
	case !cell.Editable():
		return fault.New(fault.Conflict, "cell-submitted", "This time was submitted and stands. Add what is missing as another entry.")
	}
	for _, set := range cell.Setting(c.Day, what, c.Minutes) {
		if set.Entry.Minutes == 0 {
			if _, err := d.take(ctx, tx, set.Entry.ID, set.Entry.Version); err != nil {
				return err
			}
			continue
		}
		if _, err := d.put(ctx, tx, set.Entry, true, "week"); err != nil {
			return err
		}
	}
	return nil
}

// Submit gives the actor's drafts of a week, or those that are named, to whoever approves. What is submitted already stays so, and what a wall hides from
// the actor is left out. It gives how many were submitted. Who may: see TimeOwn.
func (s *Service) Submit(ctx context.Context, actor access.Actor, monday cal.Date, only ...string) (n int, err error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return 0, err
	}
	err = s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		n = 0
		entries, _, err := weekOf(ctx, tx, actor, timesheet.WeekOf(monday))
		if err != nil {
			return err
		}
		sums := map[string]int{}
		for _, e := range entries {
			if !e.State.Editable() || len(only) > 0 && !slices.Contains(only, e.ID) {
				continue
			}
			row, err := readEntry(ctx, tx, e.ID)
			if err != nil {
				return err
			}
			row.Version, row.State = row.Version+1, string(timesheet.Submitted)
			if err := d.insert(ctx, tx, row); err != nil {
				return err
			}
			sums[e.Client] += e.Minutes
			n++
		}
		return d.recordSums(ctx, tx, sums, access.TimeEnter, "submitted %s of the week of "+timesheet.WeekOf(monday).Words())
	})
	return n, err
}

// recordSums appends an entry to the journal for each client; words hold one place for the sum.
func (d *desk) recordSums(ctx context.Context, tx bun.Tx, sums map[string]int, action access.Action, words string) error {
	clients := make([]string, 0, len(sums))
	for client := range sums {
		clients = append(clients, client)
	}
	slices.Sort(clients)
	for _, client := range clients {
		if err := d.record(ctx, tx, client, action, fmt.Sprintf(words, timesheet.Clock(sums[client]))); err != nil {
			return err
		}
	}
	return nil
}

// CopyWeek enters the rows of the week before into the actor's week as drafts with the same times, for rows and days that are empty yet and not still to come. It gives how many entries it
// made. Who may: see TimeEnter. Faults as Enter.
func (s *Service) CopyWeek(ctx context.Context, actor access.Actor, monday cal.Date) (n int, err error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return 0, err
	}
	monday = timesheet.WeekOf(monday)
	err = s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		n = 0
		before, _, err := weekOf(ctx, tx, actor, monday.AddDays(-7))
		if err != nil {
			return err
		}
		have, _, err := weekOf(ctx, tx, actor, monday)
		if err != nil {
			return err
		}
		for _, e := range before {
			on := e.Day.AddDays(7)
			there := slices.ContainsFunc(have, func(h timesheet.Entry) bool { return h.What == e.What && h.Day == on })
			if there {
				continue
			}
			_, err := d.put(ctx, tx, timesheet.Entry{Day: on, Minutes: e.Minutes, What: e.What, State: timesheet.Draft, Role: e.Role}, true, "copy")
			switch code := fault.Code(err); {
			case slices.Contains(notCopied, code):
				continue
			case err != nil:
				return err
			}
			n++
		}
		if n == 0 {
			return nil
		}
		return d.record(ctx, tx, "", access.TimeEnter, fmt.Sprintf("copied %d entries into the week of %s", n, monday.Words()))
	})
	return n, err
}

// notCopied are the reasons for which an entry of the week before is left out.
var notCopied = []string{"day-to-come", "time-to-come", "month-locked", "clause-unknown", "clause-missing", "request-unknown"}
