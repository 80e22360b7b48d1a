package ops

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

type personRow struct {
	bun.BaseModel `bun:"table:time_person"`

	AccountID string `bun:"account_id,pk"`
	Name      string `bun:"name"`
	Role      string `bun:"role"`
	Zone      string `bun:"zone"`
	Hours     string `bun:"hours"`
}

type timerRow struct {
	bun.BaseModel `bun:"table:time_timer"`

	AccountID string    `bun:"account_id,pk"`
	ID        string    `bun:"id"`
	StartedAt time.Time `bun:"started_at"`
	ClientID  string    `bun:"client_id,nullzero"`
	What      string    `bun:"what"`
}

type entryRow struct {
	bun.BaseModel `bun:"table:time_entry"`

	EntryID      string    `bun:"entry_id,pk"`
	Version      int       `bun:"version,pk"`
	AccountID    string    `bun:"account_id"`
	Person       string    `bun:"person"`
	ProviderID   string    `bun:"provider_id,nullzero"`
	Role         string    `bun:"role"`
	ClientID     string    `bun:"client_id,nullzero"`
	WorkedOn     string    `bun:"worked_on"`
	Minutes      int       `bun:"minutes"`
	Class        string    `bun:"class"`
	Clause       string    `bun:"clause"`
	Category     string    `bun:"category"`
	Request      string    `bun:"request"`
	Note         string    `bun:"note"`
	InternalNote string    `bun:"internal_note"`
	State        string    `bun:"state"`
	Reason       string    `bun:"reason"`
	Late         bool      `bun:"late"`
	Corrects     string    `bun:"corrects,nullzero"`
	Source       string    `bun:"source"`
	Gone         bool      `bun:"gone"`
	At           time.Time `bun:"at"`
	ByID         string    `bun:"by_id"`
	ByName       string    `bun:"by_name"`
}

type approvedRow struct {
	bun.BaseModel `bun:"table:time_approved"`

	EntryID    string    `bun:"entry_id,pk"`
	Version    int       `bun:"version"`
	EvidenceID string    `bun:"evidence_id"`
	ClientID   string    `bun:"client_id,nullzero"`
	WorkedOn   string    `bun:"worked_on"`
	Minutes    int       `bun:"minutes"`
	Class      string    `bun:"class"`
	Corrects   string    `bun:"corrects,nullzero"`
	Late       bool      `bun:"late"`
	At         time.Time `bun:"at"`
	ByID       string    `bun:"by_id"`
	ByName     string    `bun:"by_name"`
}

type lockRow struct {
	bun.BaseModel `bun:"table:time_lock"`

	ClientID string    `bun:"client_id,pk"`
	Month    string    `bun:"month,pk"`
	At       time.Time `bun:"at"`
	ByID     string    `bun:"by_id"`
	ByName   string    `bun:"by_name"`
}

type handOverRow struct {
	bun.BaseModel `bun:"table:time_hand_over"`

	ID       string    `bun:"id,pk"`
	ClientID string    `bun:"client_id"`
	No       int       `bun:"no"`
	Filename string    `bun:"filename"`
	File     string    `bun:"file"`
	SHA256   string    `bun:"sha256"`
	Entries  int       `bun:"entries"`
	At       time.Time `bun:"at"`
	ByID     string    `bun:"by_id"`
	ByName   string    `bun:"by_name"`
}

type handedRow struct {
	bun.BaseModel `bun:"table:time_handed"`

	EntryID    string `bun:"entry_id,pk"`
	HandOverID string `bun:"hand_over_id"`
}

type doneRow struct {
	bun.BaseModel `bun:"table:time_hand_over_done"`

	HandOverID string    `bun:"hand_over_id,pk"`
	ImportNo   int64     `bun:"import_no"`
	At         time.Time `bun:"at"`
}

type alertRow struct {
	bun.BaseModel `bun:"table:time_alert"`

	ContractID string    `bun:"contract_id,pk"`
	Clause     string    `bun:"clause,pk"`
	PeriodFrom string    `bun:"period_from,pk"`
	Level      string    `bun:"level,pk"`
	ClientID   string    `bun:"client_id"`
	Used       int       `bun:"used"`
	AtHand     int       `bun:"at_hand"`
	At         time.Time `bun:"at"`
}

type planRow struct {
	bun.BaseModel `bun:"table:time_plan"`

	AccountID string `bun:"account_id,pk"`
	ClientID  string `bun:"client_id,pk"`
	Monday    string `bun:"monday,pk"`
	Minutes   int    `bun:"minutes"`
}

func day(text string) cal.Date {
	d, _ := cal.ParseDate(text) // what is stored was a date
	return d
}

func (r entryRow) entry() timesheet.Entry {
	return timesheet.Entry{ID: r.EntryID, Version: r.Version, Account: r.AccountID, Person: r.Person, Provider: r.ProviderID, Role: r.Role, Day: day(r.WorkedOn), Minutes: r.Minutes,
		What:  timesheet.What{Client: r.ClientID, Class: timesheet.Class(r.Class), Clause: r.Clause, Category: r.Category, Request: r.Request, Note: r.Note, InternalNote: r.InternalNote},
		State: timesheet.State(r.State), Reason: r.Reason, Late: r.Late, Corrects: r.Corrects}
}

func rowOf(e timesheet.Entry) entryRow {
	return entryRow{EntryID: e.ID, Version: e.Version, AccountID: e.Account, Person: e.Person, ProviderID: e.Provider, Role: e.Role, ClientID: e.Client, WorkedOn: e.Day.String(), Minutes: e.Minutes,
		Class: string(e.Class), Clause: e.Clause, Category: e.Category, Request: e.Request, Note: e.Note, InternalNote: e.InternalNote, State: string(e.State), Reason: e.Reason, Late: e.Late, Corrects: e.Corrects}
}

// newestVersion keeps the newest version of each entry.
const newestVersion = "NOT EXISTS (SELECT 1 FROM time_entry AS n WHERE n.entry_id = entry_row.entry_id AND n.version > entry_row.version)"

// standing leaves out what a correction has replaced.
const standing = "NOT EXISTS (SELECT 1 FROM time_approved AS c WHERE c.corrects = entry_row.entry_id)"

// readEntries reads the newest versions of entries that are there, by day and id. What approved corrections have replaced is left out.
func readEntries(ctx context.Context, tx bun.Tx, narrow func(*bun.SelectQuery) *bun.SelectQuery) ([]timesheet.Entry, error) {
	var rows []entryRow
	q := narrow(tx.NewSelect().Model(&rows)).Where(newestVersion).Where("gone = ?", false).Where(standing).OrderExpr("worked_on, person, entry_id")
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read time: %w", err)
	}
	out := make([]timesheet.Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
	}
	return out, nil
}

// readEntry is the newest version of an entry, also of one that was taken away. Fault: NotFound.
func readEntry(ctx context.Context, tx bun.Tx, id string) (entryRow, error) {
	var row entryRow
	err := tx.NewSelect().Model(&row).Where("entry_id = ?", id).Where(newestVersion).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, notFound()
	}
	return row, err
}

func notFound() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

// lockedMonths are the locked months of a client, in order.
func lockedMonths(ctx context.Context, tx bun.Tx, client string) ([]lockRow, error) {
	var rows []lockRow
	err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).OrderExpr("month").Scan(ctx)
	return rows, err
}

func isLocked(ctx context.Context, tx bun.Tx, client string, day cal.Date) (bool, error) {
	if client == "" {
		return false, nil
	}
	return tx.NewSelect().Model((*lockRow)(nil)).Where("client_id = ? AND month = ?", client, cal.MonthOf(day).String()).Exists(ctx)
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("timesheet: " + err.Error()) // plain structs of texts and numbers
	}
	return string(text)
}
