package ops

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalops "github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// EntryInput is time that a person enters, or changes while nobody approved it.
type EntryInput struct {
	ID      string // of the entry to change; empty: a new one
	Version int    // of it, as seen
	Key     string // of a new one: the same key enters once, however often it is sent; empty: each time
	Day     cal.Date
	Minutes int
	timesheet.What
	Late   bool // its month is locked; then Reason says why it comes now
	Reason string
	Again  bool // the same time really happened twice
}

// Enter writes a new entry of the actor's own time, or changes a draft. Who may: see TimeEnter; time without a client only the agency's people.
// Faults: NotFound, Forbidden; Invalid at fields; Conflict when the month is locked and the entry is not late, it stands there already, it has changed since it was
// seen, or it was submitted.
func (s *Service) Enter(ctx context.Context, actor access.Actor, in EntryInput) (timesheet.Entry, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return timesheet.Entry{}, err
	}
	var out timesheet.Entry
	err := s.write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = s.desk(actor).enter(ctx, tx, in)
		return err
	})
	return out, err
}

func (d *desk) enter(ctx context.Context, tx bun.Tx, in EntryInput) (timesheet.Entry, error) {
	e := timesheet.Entry{ID: in.ID, Version: in.Version, Day: in.Day, Minutes: in.Minutes, What: trimmed(in.What), State: timesheet.Draft, Late: in.Late, Reason: oneLine(in.Reason)}
	if in.ID == "" && in.Key != "" {
		e.ID = idOf("key", d.actor.Account, in.Key)
		have, err := readEntry(ctx, tx, e.ID)
		switch {
		case err == nil && !within(d.actor, have.ClientID):
			return e, notFound()
		case !fault.Is(err, fault.NotFound):
			return have.entry(), err
		}
	}
	if in.ID == "" {
		e.Version = 0
	}
	e, err := d.put(ctx, tx, e, in.Again, "")
	if err != nil {
		return e, err
	}
	return e, d.record(ctx, tx, e.Client, access.TimeEnter, fmt.Sprintf("entered %s on %s", timesheet.Clock(e.Minutes), e.Day.Words()))
}

// Remove takes a draft away. Who may: whoever entered it. Faults: NotFound; Conflict as Enter.
func (s *Service) Remove(ctx context.Context, actor access.Actor, id string, version int) error {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		d := s.desk(actor)
		e, err := d.take(ctx, tx, id, version)
		if err != nil {
			return err
		}
		return d.record(ctx, tx, e.Client, access.TimeEnter, fmt.Sprintf("took an entry of %s on %s away", timesheet.Clock(e.Minutes), e.Day.Words()))
	})
}

// desk is a person at work in one transaction.
type desk struct {
	*Service
	actor access.Actor
	at    time.Time
	zones map[string]*time.Location

	stands  string // the request that the entry names already: it is kept as it is
	foreign bool   // entries come from the table of another program, where a request may be the name of a task
}

func (s *Service) desk(actor access.Actor) *desk {
	return &desk{Service: s, actor: actor, at: s.now(), zones: map[string]*time.Location{}}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func trimmed(w timesheet.What) timesheet.What {
	w.Clause, w.Category, w.Request, w.Note, w.InternalNote = oneLine(w.Clause), oneLine(w.Category), oneLine(w.Request), oneLine(w.Note), oneLine(w.InternalNote)
	return w
}

// zone is where the days of a client begin: as its first accepted contract says, else where the person works, else UTC.
func (d *desk) zone(ctx context.Context, tx bun.Tx, client string, p personRow) (*time.Location, error) {
	if z, known := d.zones[client]; known {
		return z, nil
	}
	zone := time.UTC
	if z, err := cal.Zone(p.Zone); err == nil {
		zone = z
	}
	if client != "" {
		all, err := contractops.ContractsOf(ctx, tx, client)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			if len(c.Accepted()) == 0 {
				continue
			}
			a, err := c.Agreement()
			if err != nil {
				return nil, err
			}
			zone = a.First().Zone
			break
		}
	}
	d.zones[client] = zone
	return zone, nil
}

// put writes the next version of an own entry: a new one when it has no version.
func (d *desk) put(ctx context.Context, tx bun.Tx, e timesheet.Entry, again bool, source string) (timesheet.Entry, error) {
	provider, err := scopeOf(d.actor, e.Client)
	if err != nil {
		return e, err
	}
	if provider != "" && e.Class == timesheet.Internal {
		return e, fault.New(fault.Invalid, "class", "Internal time is the agency's own. Choose billable or over-serviced.").At("class")
	}
	p, err := personOf(ctx, tx, d.actor.Account, d.actor.Name)
	if err != nil {
		return e, err
	}
	e.Account, e.Person, e.Provider = p.AccountID, p.Name, provider
	if e.Role == "" {
		e.Role = p.Role
	}
	d.stands = ""
	typed := slices.Contains(typedSources, source)
	if e.Version > 0 {
		have, err := d.own(ctx, tx, e.ID, e.Version)
		if err != nil {
			return e, err
		}
		d.stands = have.Request
		if e.Late, source = e.Late || have.Late, have.Source; e.Reason == "" && have.State != string(timesheet.Returned) {
			e.Reason = have.Reason
		}
	}
	if e.ID == "" {
		e.ID = d.id("te")
	}
	if err := d.check(ctx, tx, &e, p, again, typed); err != nil {
		return e, err
	}
	e.Version++
	row := rowOf(e)
	row.Source = source
	return e, d.insert(ctx, tx, row)
}

// typedSources are where a person writes how long it was, and no clock or other program has counted it.
var typedSources = []string{"", "week", "copy"}

// check holds an entry against the rules and what stands around it; typed time of today also against what of the day has passed.
func (d *desk) check(ctx context.Context, tx bun.Tx, e *timesheet.Entry, p personRow, again, typed bool) error {
	zone, err := d.zone(ctx, tx, e.Client, p)
	if err != nil {
		return err
	}
	a := timesheet.Around{Today: cal.DateOf(d.at, zone), Again: again}
	if a.Locked, err = isLocked(ctx, tx, e.Client, e.Day); err != nil {
		return err
	}
	e.Late = e.Late && a.Locked
	if a.Others, err = d.others(ctx, tx, *e); err != nil {
		return err
	}
	if typed && e.Day == a.Today {
		if a.ToCome, err = d.toCome(ctx, tx, *e, a.Others, p); err != nil {
			return err
		}
	}
	placed := d.place(ctx, tx, e)
	if placed != nil && len(fault.All(placed)) == 0 {
		return placed
	}
	return fault.List(slices.Concat(fault.All(placed), fault.All(e.Check(a)))).Err()
}

// toCome is what of the entry's day is still to come, where it is latest among the clients for whom the person worked on it.
func (d *desk) toCome(ctx context.Context, tx bun.Tx, e timesheet.Entry, others []timesheet.Entry, p personRow) (int, error) {
	least := timesheet.MinutesOfADay
	for _, o := range append([]timesheet.Entry{e}, others...) {
		zone, err := d.zone(ctx, tx, o.Client, p)
		if err != nil {
			return 0, err
		}
		least = min(least, timesheet.ToCome(e.Day, d.at, zone))
	}
	return least, nil
}

// others are the entries of the person on the day beside this one, and beside the one that it corrects. Corrections that wait do not count yet.
func (d *desk) others(ctx context.Context, tx bun.Tx, e timesheet.Entry) ([]timesheet.Entry, error) {
	all, err := readEntries(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("account_id = ? AND worked_on = ?", e.Account, e.Day.String())
	})
	return slices.DeleteFunc(all, func(o timesheet.Entry) bool {
		return o.ID == e.ID || o.ID == e.Corrects || o.Corrects != "" && o.State != timesheet.Approved
	}), err
}

func (d *desk) insert(ctx context.Context, tx bun.Tx, row entryRow) error {
	row.At, row.ByID, row.ByName = d.at, d.actor.Account, d.actor.Name
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

func changedSince() error {
	return fault.New(fault.Conflict, "entry-changed", "The entry has changed since you saw it, perhaps in another window. Look at it again; nothing was saved.")
}

// own is an entry of the actor that can still be changed, as it was seen.
func (d *desk) own(ctx context.Context, tx bun.Tx, id string, version int) (entryRow, error) {
	row, err := readEntry(ctx, tx, id)
	switch {
	case err != nil:
		return row, err
	case row.AccountID != d.actor.Account || !within(d.actor, row.ClientID):
		return row, notFound()
	case row.Gone || version != row.Version:
		return row, changedSince()
	case !timesheet.State(row.State).Editable():
		return row, fault.New(fault.Conflict, "entry-"+row.State, "The entry was %s and stands. What is wrong with it is corrected after its approval, or returned to you before.", row.State)
	}
	return row, nil
}

// take takes an own draft away.
func (d *desk) take(ctx context.Context, tx bun.Tx, id string, version int) (timesheet.Entry, error) {
	row, err := d.own(ctx, tx, id, version)
	if err != nil {
		return timesheet.Entry{}, err
	}
	out := row.entry()
	row.Version++
	row.Gone, row.State = true, string(timesheet.Draft)
	return out, d.insert(ctx, tx, row)
}

// record appends to the journal. What is not approved is the agency's own affair.
func (d *desk) record(ctx context.Context, tx bun.Tx, client string, action access.Action, words string) error {
	e := journal.Entry{At: d.at, Action: string(action), Client: client, Subject: journal.Subject{Kind: "time", ID: d.actor.Account, Name: "Time of " + d.actor.Name}, Words: words, Internal: true}
	_, err := journalops.Append(ctx, tx, journalops.By(d.actor, e))
	return err
}
