package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/party"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// ImportInput is a table of entries, as CSV or workbook.
type ImportInput struct {
	Reader    io.Reader
	Sheet     string          // of a workbook with several
	DateOrder csvin.DateOrder // of days written with numbers only; empty: year-month-day
	Rounding  timesheet.Rounding
	Class     timesheet.Class // of rows that say none; empty: each must
	Preview   bool            // tell what would come of it, and change nothing
}

// Imported is what came of a table, or would.
type Imported struct {
	Rows      int
	New       int
	Changed   int
	Unchanged int // they stand there already
	Empty     int // rows of no time
	Minutes   int // of new and changed ones
	Entries   []timesheet.Entry
}

// mostRows of a table of entries; a year of a large agency.
const mostRows = 20_000

// mostProblems is how many are told of a table.
const mostProblems = 200

// Import enters a table as drafts, or changes the drafts that it names: all of it or nothing. The same table again changes nothing. People enter their own time; who approves for a client also that of
// others. Faults: Invalid with every problem of the table at its line and column, "too-many-problems" last when some are left out; those of the file.
func (s *Service) Import(ctx context.Context, actor access.Actor, in ImportInput) (Imported, error) {
	if err := access.Require(actor, access.TimeOwn, access.Scope{}); err != nil {
		return Imported{}, err
	}
	rows, problems, err := readTable(in)
	if err != nil {
		return Imported{}, err
	}
	clients, err := s.Parties.Clients(ctx, actor)
	if err != nil {
		return Imported{}, err
	}
	var out Imported
	err = s.DB.WriteAlone(ctx, func(ctx context.Context, tx bun.Tx) error {
		out = Imported{}
		t := &taking{desk: s.desk(actor), clients: clients, nth: map[string]int{}, out: &out, problems: slices.Clone(problems)}
		if t.people, err = partyops.PeopleOf(ctx, tx, "", t.at); err != nil {
			return err
		}
		for _, row := range rows {
			if err := t.row(ctx, tx, row); err != nil {
				return err
			}
		}
		if err := bounded(t.problems).Err(); err != nil {
			return err
		}
		if in.Preview {
			return errPreview
		}
		if out.New+out.Changed == 0 {
			return nil
		}
		return t.record(ctx, tx, "", access.TimeEnter, fmt.Sprintf("imported a table of time: %d new, %d changed, %d unchanged", out.New, out.Changed, out.Unchanged))
	})
	if errors.Is(err, errPreview) {
		err = nil
	}
	return out, err
}

var errPreview = errors.New("only looked at")

func bounded(l fault.List) fault.List {
	if len(l) <= mostProblems {
		return l
	}
	return append(slices.Clone(l[:mostProblems]), fault.New(fault.Invalid, "too-many-problems", "%d more problems are not listed. Mend these first.", len(l)-mostProblems).At("file"))
}

// readTable reads the rows of a table, and the problems of those that cannot be read.
func readTable(in ImportInput) ([]timesheet.Row, fault.List, error) {
	table, err := csvin.Open(in.Reader, csvin.Options{Sheet: in.Sheet})
	if err != nil {
		return nil, nil, err
	}
	columns, err := timesheet.FindColumns(table.Header())
	if err != nil {
		return nil, nil, err
	}
	convention := csvin.Convention{DateOrder: in.DateOrder}
	read := timesheet.Reading{Day: convention.Date, Rounding: in.Rounding, Class: in.Class}
	var rows []timesheet.Row
	var problems fault.List
	for table.Next() {
		r := table.Row()
		if r.Fault != nil {
			problems.Add(fault.New(fault.Invalid, r.Fault.Code, "%s", r.Fault.Message).At("file").AtLine(r.Line, 0))
			continue
		}
		if len(rows) == mostRows {
			return nil, nil, fault.New(fault.TooLarge, "too-many-rows", "The table has more than %d rows. Split it, for example by quarter.", mostRows)
		}
		cells := make([]string, len(r.Cells))
		for i, c := range r.Cells {
			cells[i] = csvin.Restore(c)
		}
		row, err := columns.ReadRow(r.Line, cells, read)
		problems = append(problems, fault.All(err)...)
		rows = append(rows, row)
		if err != nil {
			rows[len(rows)-1].Nothing = true // its problems are told; nothing else of it is
		}
	}
	return rows, problems, table.Err()
}

// taking is a table on its way in.
type taking struct {
	*desk
	clients  []party.Org
	people   []partyops.Listing
	nth      map[string]int
	out      *Imported
	problems fault.List
}

// row takes one row; what is wrong with it is kept as a problem.
func (t *taking) row(ctx context.Context, tx bun.Tx, row timesheet.Row) error {
	t.out.Rows++
	if row.Nothing {
		t.out.Empty++
		return nil
	}
	bad := func(column timesheet.Column, code, message string, args ...any) {
		t.problems.Add(fault.New(fault.Invalid, code, message, args...).At(string(column)).AtLine(row.Line, 0))
	}
	e := row.Entry
	if i := slices.IndexFunc(t.clients, func(c party.Org) bool { return strings.EqualFold(c.Name, row.Client) || c.ID == row.Client }); i >= 0 {
		e.Client = t.clients[i].ID
	} else if row.Client != "" {
		bad(timesheet.ColumnClient, "client-unknown", "%q is none of your clients. Write the name as it stands in the list of clients.", row.Client)
		return nil
	}
	who, ok := t.person(row, e.Client)
	if !ok {
		bad(timesheet.ColumnPerson, "person-unknown", "%q is nobody whose time you may enter for %q. People enter their own; who approves for the client enters that of others.", strings.TrimSpace(row.Person+" "+row.Email), row.Client)
		return nil
	}
	desk := *t.desk
	desk.actor, desk.foreign = who, true
	what := encode(e.What)
	occurrence := fmt.Sprint(who.Account, e.Day, what, e.Minutes)
	t.nth[occurrence]++
	err := t.put(ctx, tx, &desk, row.Key, idOf("import", who.Account, e.Day.String(), what, fmt.Sprint(e.Minutes), fmt.Sprint(t.nth[occurrence])), e)
	if err == nil || !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		return err
	}
	for _, f := range fault.All(err) {
		t.problems.Add(fault.New(fault.Invalid, f.Code, "%s", f.Message).At(f.Field).AtLine(row.Line, 0))
	}
	return nil
}

// put enters a row, changes the draft that it names, or leaves what stands there already.
func (t *taking) put(ctx context.Context, tx bun.Tx, d *desk, key, id string, e timesheet.Entry) error {
	if key != "" {
		id = key
	}
	have, err := readEntry(ctx, tx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		if key != "" {
			e.ID = idOf("key", d.actor.Account, key) // an id of another program, or of another installation
			if have, err = readEntry(ctx, tx, e.ID); err == nil {
				return t.again(ctx, tx, d, have, e)
			}
		} else {
			e.ID = id
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if e, err = d.put(ctx, tx, e, true, "import"); err != nil {
			return err
		}
		t.out.New++
		t.out.Minutes += e.Minutes
		t.out.Entries = append(t.out.Entries, e)
		return nil
	case err != nil:
		return err
	}
	return t.again(ctx, tx, d, have, e)
}

// again meets an entry that is known.
func (t *taking) again(ctx context.Context, tx bun.Tx, d *desk, have entryRow, e timesheet.Entry) error {
	old := have.entry()
	same := old.Day == e.Day && old.Minutes == e.Minutes && old.What == trimmed(e.What) && (e.Role == "" || e.Role == old.Role)
	switch {
	case !within(t.actor, have.ClientID):
		return fault.New(fault.Invalid, "entry-unknown", "There is no such entry, or it is not for you. Leave the cell empty to enter it new.").At(string(timesheet.ColumnEntry))
	case have.AccountID != d.actor.Account:
		return fault.New(fault.Invalid, "entry-of-another", "The entry %s is of %s.", have.EntryID, have.Person).At(string(timesheet.ColumnEntry))
	case same || have.Gone:
		t.out.Unchanged++
		return nil
	case !old.State.Editable():
		return fault.New(fault.Invalid, "entry-"+have.State, "The entry %s is %s and says otherwise. Correct it instead.", have.EntryID, have.State).At(string(timesheet.ColumnEntry))
	}
	e.ID, e.Version = have.EntryID, have.Version
	out, err := d.put(ctx, tx, e, true, "import")
	if err != nil {
		return err
	}
	t.out.Changed++
	t.out.Minutes += out.Minutes
	t.out.Entries = append(t.out.Entries, out)
	return nil
}

// person is whose time a row is: the actor's, when it names nobody or them; else somebody of the agency or a specialist, when the actor approves for the client.
func (t *taking) person(row timesheet.Row, client string) (access.Actor, bool) {
	if row.Person == "" && row.Email == "" {
		return t.actor, true
	}
	for _, l := range t.people {
		named := row.Email != "" && strings.EqualFold(string(l.Account.Email), row.Email) || row.Email == "" && strings.EqualFold(l.Account.Name, row.Person)
		if !named || !l.Membership.InForce(t.at) {
			continue
		}
		if l.Account.ID == t.actor.Account {
			return t.actor, true
		}
		if client == "" || !access.Decide(t.actor, access.TimeApprove, access.Of(client)).Allowed {
			continue
		}
		who := access.Actor{Account: l.Account.ID, Name: l.Account.Name, Workspace: t.actor.Workspace, Memberships: []access.Membership{l.Membership.Access()}}
		if _, err := scopeOf(who, client); err == nil {
			return who, true
		}
	}
	if row.Email == "" && strings.EqualFold(row.Person, t.actor.Name) {
		return t.actor, true
	}
	return access.Actor{}, false
}

// ExportOf is the entries of a client as a table, the names of the columns first: for the agency one that can be imported again, for the client what it may see.
// Who may: see TimeSee.
func (s *Service) ExportOf(ctx context.Context, actor access.Actor, f Filter) ([][]string, error) {
	entries, err := s.Entries(ctx, actor, f)
	if err != nil {
		return nil, err
	}
	client, err := s.Parties.Client(ctx, actor, f.Client)
	if err != nil {
		return nil, err
	}
	if !access.SeesInternal(actor, f.Client) {
		out := [][]string{{"worked_on", "person", "category", "request", "minutes", "note"}}
		for _, e := range entries {
			out = append(out, []string{e.Day.String(), e.Person, e.Category, e.Request, fmt.Sprint(e.Minutes), e.Note})
		}
		return out, nil
	}
	emails := map[string]string{}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		people, err := partyops.PeopleOf(ctx, tx, "", s.now())
		for _, l := range people {
			emails[l.Account.ID] = string(l.Account.Email)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	head := make([]string, 0, len(timesheet.ExportColumns)+1)
	for _, c := range timesheet.ExportColumns {
		head = append(head, string(c))
	}
	out := [][]string{append(head, "state")}
	for _, e := range entries {
		out = append(out, append(e.Cells(client.Name, emails[e.Account]), string(e.State)))
	}
	return out, nil
}
