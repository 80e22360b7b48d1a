package ops

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/pack"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

type statementRow struct {
	bun.BaseModel `bun:"table:statement"`

	ID            string    `bun:"id,pk"`
	ContractID    string    `bun:"contract_id"`
	ClientID      string    `bun:"client_id"`
	PeriodFrom    string    `bun:"period_from"`
	PeriodTo      string    `bun:"period_to"`
	Revision      int       `bun:"revision"`
	AsOf          string    `bun:"as_of"`
	ImportNo      int64     `bun:"import_no"`
	Currency      string    `bun:"currency"`
	TotalMinor    int64     `bun:"total_minor"`
	Document      string    `bun:"document"`
	Terms         string    `bun:"terms"`
	Facts         string    `bun:"facts"`
	Hash          string    `bun:"hash"`
	DraftedAt     time.Time `bun:"drafted_at"`
	DraftedBy     string    `bun:"drafted_by"`
	DraftedByName string    `bun:"drafted_by_name"`
}

type eventRow struct {
	bun.BaseModel `bun:"table:statement_event"`

	StatementID string    `bun:"statement_id,pk"`
	Seq         int       `bun:"seq,pk"`
	Kind        string    `bun:"kind"`
	Line        int       `bun:"line"`
	At          time.Time `bun:"at"`
	ByID        string    `bun:"by_id"`
	ByName      string    `bun:"by_name"`
	ClientSide  bool      `bun:"client_side"`
	Words       string    `bun:"words"`
	Minor       int64     `bun:"minor"`
}

type finalRow struct {
	bun.BaseModel `bun:"table:statement_final"`

	ContractID   string    `bun:"contract_id,pk"`
	PeriodFrom   string    `bun:"period_from,pk"`
	PeriodTo     string    `bun:"period_to"`
	StatementID  string    `bun:"statement_id"`
	Hash         string    `bun:"hash"`
	PayableMinor int64     `bun:"payable_minor"`
	HeldMinor    int64     `bun:"held_minor"`
	Settled      string    `bun:"settled"`
	LockedAt     time.Time `bun:"locked_at"`
}

type carryRow struct {
	bun.BaseModel `bun:"table:statement_carry"`

	ReleaseID   string `bun:"release_id,pk"`
	StatementID string `bun:"statement_id"`
}

// briefly are the columns that a list needs: not the texts.
var briefly = []string{"id", "contract_id", "client_id", "period_from", "period_to", "revision", "as_of", "import_no", "currency", "total_minor",
	"hash", "drafted_at", "drafted_by", "drafted_by_name"}

func (r statementRow) period() cal.Period {
	from, _ := cal.ParseDate(r.PeriodFrom)
	to, _ := cal.ParseDate(r.PeriodTo)
	return cal.Period{From: from, To: to}
}

func (r statementRow) summary() Summary {
	asOf, _ := cal.ParseDate(r.AsOf)
	currency := money.Currency(r.Currency)
	return Summary{
		ID: r.ID, Contract: r.ContractID, Client: r.ClientID, Period: r.period(), Revision: r.Revision, AsOf: asOf, Import: r.ImportNo,
		Total: money.New(r.TotalMinor, currency), Hash: r.Hash, DraftedAt: r.DraftedAt.UTC(), DraftedBy: r.DraftedByName, State: fees.Drafted,
	}
}

func (r eventRow) event() fees.Event {
	return fees.Event{Seq: r.Seq, Kind: fees.EventKind(r.Kind), Line: r.Line, At: r.At.UTC(), By: r.ByName, ByID: r.ByID, Client: r.ClientSide, Text: r.Words, Minor: r.Minor}
}

func eventRowOf(statement string, e fees.Event) eventRow {
	return eventRow{StatementID: statement, Seq: e.Seq, Kind: string(e.Kind), Line: e.Line, At: e.At, ByID: e.ByID, ByName: e.By, ClientSide: e.Client, Words: e.Text, Minor: e.Minor}
}

func notFound() error {
	return fault.New(fault.NotFound, "not-found", "There is nothing here, or it is not for you.")
}

// readRow reads a statement with some or, naming none, all of its columns. Fault: NotFound.
func readRow(ctx context.Context, tx bun.Tx, id string, columns ...string) (statementRow, error) {
	var row statementRow
	err := tx.NewSelect().Model(&row).Column(columns...).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, notFound()
	}
	return row, err
}

// readEvents reads what happened to statements, in order.
func readEvents(ctx context.Context, tx bun.Tx, ids ...string) (map[string][]fees.Event, error) {
	out := map[string][]fees.Event{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []eventRow
	if err := tx.NewSelect().Model(&rows).Where("statement_id IN (?)", bun.List(ids)).OrderExpr("statement_id, seq").Scan(ctx); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.StatementID] = append(out[r.StatementID], r.event())
	}
	return out, nil
}

// readFinals reads the locked statements of a contract, by period.
func readFinals(ctx context.Context, tx bun.Tx, contractID string) ([]finalRow, error) {
	var rows []finalRow
	err := tx.NewSelect().Model(&rows).Where("contract_id = ?", contractID).OrderExpr("period_from").Scan(ctx)
	return rows, err
}

// settledOf is what locked statements charged, and what the agency gave up of it since.
func settledOf(ctx context.Context, tx bun.Tx, finals []finalRow) ([]fees.SettledStatement, error) {
	var out []fees.SettledStatement
	waived, err := readWaived(ctx, tx, finals)
	if err != nil {
		return nil, err
	}
	for _, f := range finals {
		var s fees.SettledStatement
		if err := json.Unmarshal([]byte(f.Settled), &s); err != nil {
			return nil, fmt.Errorf("read what statement %s charged: %w", f.StatementID, err)
		}
		for _, w := range waived {
			if w.StatementID == f.StatementID && w.Line >= 1 && w.Line <= len(s.Lines) {
				s.Lines[w.Line-1].Waived += w.Minor
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// readWaived reads what the agency gave up after the lock. The lines of a settled statement stand in the order of the statement's.
func readWaived(ctx context.Context, tx bun.Tx, finals []finalRow) ([]eventRow, error) {
	if len(finals) == 0 {
		return nil, nil
	}
	ids := make([]string, len(finals))
	for i, f := range finals {
		ids[i] = f.StatementID
	}
	var rows []eventRow
	err := tx.NewSelect().Model(&rows).Where("kind = ? AND statement_id IN (?)", string(fees.Waive), bun.List(ids)).OrderExpr("statement_id, seq").Scan(ctx)
	return rows, err
}

// readReleased reads the amounts of settled disputes of a contract that no locked statement has carried.
func readReleased(ctx context.Context, tx bun.Tx, finals []finalRow) ([]fees.Released, error) {
	if len(finals) == 0 {
		return nil, nil
	}
	ids := make([]string, len(finals))
	for i, f := range finals {
		ids[i] = f.StatementID
	}
	var rows []eventRow
	err := tx.NewSelect().Model(&rows).Where("kind = ? AND statement_id IN (?)", string(fees.Release), bun.List(ids)).OrderExpr("statement_id, seq").Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var out []fees.Released
	for _, r := range rows {
		release := fees.ReleaseID(r.StatementID, r.Seq)
		carried, err := tx.NewSelect().Model((*carryRow)(nil)).Where("release_id = ?", release).Exists(ctx)
		if err != nil {
			return nil, err
		}
		if carried {
			continue
		}
		source, err := readRow(ctx, tx, r.StatementID, "id", "document")
		if err != nil {
			return nil, err
		}
		var document fees.Document
		if err := json.Unmarshal([]byte(source.Document), &document); err != nil {
			return nil, fmt.Errorf("read statement %s: %w", r.StatementID, err)
		}
		out = append(out, fees.ReleasesOf(r.StatementID, document.Statement, []fees.Event{r.event()})...)
	}
	return out, nil
}

// files are what the row's statement was computed from.
func (r statementRow) files() ([]pack.File, error) {
	terms, err := pack.OpenArchive(r.Terms)
	if err != nil {
		return nil, fmt.Errorf("statement %s: %w", r.ID, err)
	}
	facts, err := pack.OpenArchive(r.Facts)
	if err != nil {
		return nil, fmt.Errorf("statement %s: %w", r.ID, err)
	}
	return append(terms, facts...), nil
}
