package timesheet

import (
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// Column is what a column of a table of entries says.
type Column string

// The columns. Those of the program's own tables have these names.
const (
	ColumnEntry    Column = "entry_id"
	ColumnDay      Column = "worked_on"
	ColumnPerson   Column = "person"
	ColumnLast     Column = "last_name" // joined to person
	ColumnEmail    Column = "email"
	ColumnClient   Column = "client"
	ColumnMinutes  Column = "minutes"
	ColumnDuration Column = "duration" // hours and minutes, or hours as a decimal
	ColumnClass    Column = "class"
	ColumnClause   Column = "clause"
	ColumnCategory Column = "category"
	ColumnRequest  Column = "request"
	ColumnRole     Column = "role"
	ColumnNote     Column = "note"
	ColumnInternal Column = "internal_note"
)

// ExportColumns are the columns of a table that the program writes for the agency, in order. Such a table can be imported again.
var ExportColumns = []Column{ColumnEntry, ColumnDay, ColumnPerson, ColumnEmail, ColumnClient, ColumnMinutes, ColumnClass, ColumnClause, ColumnCategory, ColumnRequest, ColumnRole, ColumnNote, ColumnInternal}

// known are the names that columns go by: in the program's own tables, and in the detailed reports of Toggl Track, Harvest and Clockify. Of several that
// say the same the first is read.
var known = []struct {
	column Column
	names  []string
}{
	{ColumnEntry, []string{"entry_id"}},
	{ColumnDay, []string{"worked_on", "start date", "date", "day"}},
	{ColumnPerson, []string{"person", "user", "first name", "team member", "employee"}},
	{ColumnLast, []string{"last name"}},
	{ColumnEmail, []string{"email"}},
	{ColumnClient, []string{"client"}},
	{ColumnMinutes, []string{"minutes"}},
	{ColumnDuration, []string{"duration", "duration (h)", "duration (decimal)", "hours", "time (h)", "time (decimal)"}},
	{ColumnClass, []string{"class", "billable", "billable?"}},
	{ColumnClause, []string{"clause"}},
	{ColumnCategory, []string{"category", "project"}},
	{ColumnRequest, []string{"request", "task"}},
	{ColumnRole, []string{"role", "roles"}},
	{ColumnNote, []string{"note", "notes", "description"}},
	{ColumnInternal, []string{"internal_note"}},
}

// Columns is where a table has what.
type Columns map[Column]int

// FindColumns finds the columns of a table by their names. Fault: Invalid when a table lacks the day, the client or the time.
func FindColumns(header []string) (Columns, error) {
	out := Columns{}
	for _, k := range known {
		for _, name := range k.names {
			i := slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
			if i >= 0 {
				out[k.column] = i
				break
			}
		}
	}
	var faults fault.List
	miss := func(what, write string) {
		faults.Add(fault.New(fault.Invalid, "column-missing", "No column says %s. Name one %s in the first row.", what, write).At("file"))
	}
	if _, ok := out[ColumnDay]; !ok {
		miss("on which day it was worked", "worked_on, Date or Start date")
	}
	if _, ok := out[ColumnClient]; !ok {
		miss("for which client", "client")
	}
	_, minutes := out[ColumnMinutes]
	if _, duration := out[ColumnDuration]; !duration && !minutes {
		miss("how long", "minutes, hours or Duration")
	}
	return out, faults.Err()
}

// Row is an entry as a table says it. Person, Email and Client are words that are still to be found.
type Row struct {
	Line    int
	Key     string // entry_id; empty: the table has none
	Person  string
	Email   string
	Client  string
	Entry   Entry
	Nothing bool // a time of 0: the row is passed over
}

// Reading is what is stated of a table.
type Reading struct {
	Day      func(text string) (cal.Date, error) // reads a day by the order of its parts
	Rounding Rounding                            // of parts of a minute
	Class    Class                               // of rows that say none; empty: each row must
}

// ReadRow reads the cells of a line. Faults: Invalid at the columns' names, with the line.
func (c Columns) ReadRow(line int, cells []string, read Reading) (Row, error) {
	at := func(col Column) string {
		if i, ok := c[col]; ok && i < len(cells) {
			return strings.Join(strings.Fields(cells[i]), " ")
		}
		return ""
	}
	var faults fault.List
	bad := func(col Column, err error) {
		for _, f := range fault.All(err) {
			faults.Add(fault.New(fault.Invalid, f.Code, "%s", f.Message).At(string(col)).AtLine(line, c[col]+1))
		}
	}
	out := Row{Line: line, Key: at(ColumnEntry), Person: strings.TrimSpace(at(ColumnPerson) + " " + at(ColumnLast)), Email: strings.ToLower(at(ColumnEmail)), Client: at(ColumnClient)}
	e := &out.Entry
	e.State, e.Role = Draft, at(ColumnRole)
	e.What = What{Clause: at(ColumnClause), Category: at(ColumnCategory), Request: at(ColumnRequest), Note: at(ColumnNote), InternalNote: at(ColumnInternal)}
	var err error
	if e.Day, err = read.Day(at(ColumnDay)); err != nil {
		bad(ColumnDay, fault.New(fault.Invalid, "day", "%s", sayDay(at(ColumnDay), err)))
	}
	if e.Class, err = classOf(at(ColumnClass), read.Class); err != nil {
		bad(ColumnClass, err)
	}
	column, text := ColumnDuration, at(ColumnDuration)
	if _, ok := c[ColumnMinutes]; ok && at(ColumnMinutes) != "" {
		column, text = ColumnMinutes, at(ColumnMinutes)+"m"
	}
	if e.Minutes, err = ParseDuration(text, read.Rounding); err != nil {
		bad(column, err)
	}
	out.Nothing = err == nil && e.Minutes == 0
	return out, faults.Err()
}

func sayDay(text string, err error) string {
	if text == "" {
		return "The row has no day. Write it as 2026-03-31."
	}
	return err.Error()
}

// classOf reads the class, or the yes and no of other programs.
func classOf(text string, unsaid Class) (Class, error) {
	switch strings.ToLower(text) {
	case "":
		if unsaid == "" {
			return "", fault.New(fault.Invalid, "class-missing", "The row does not say whether the time is billable. Add a column class, or state what rows without it are.")
		}
		return unsaid, nil
	case "yes", "true", "1", string(Billable):
		return Billable, nil
	case string(OverServiced):
		return OverServiced, nil
	case "no", "false", "0", string(Internal):
		return Internal, nil
	}
	return "", fault.New(fault.Invalid, "class", "%q is no class. Write billable, over-serviced or internal, or Yes or No.", text)
}

// Cells is the entry as a line of a table that the program writes, in the order of ExportColumns.
func (e Entry) Cells(client, email string) []string {
	return []string{e.ID, e.Day.String(), e.Person, email, client, itoa(e.Minutes), string(e.Class), e.Clause, e.Category, e.Request, e.Role, e.Note, e.InternalNote}
}
