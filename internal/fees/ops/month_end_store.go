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
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

type monthEndRow struct {
	bun.BaseModel `bun:"table:month_end"`

	ID          string    `bun:"id,pk"`
	Month       string    `bun:"month"`
	Submits     bool      `bun:"submits"`
	RunKey      string    `bun:"run_key"`
	Plan        string    `bun:"plan"`
	BegunAt     time.Time `bun:"begun_at"`
	BegunBy     string    `bun:"begun_by"`
	BegunByName string    `bun:"begun_by_name"`
}

type monthEndOutcomeRow struct {
	bun.BaseModel `bun:"table:month_end_outcome"`

	RunID          string    `bun:"run_id,pk"`
	No             int       `bun:"no,pk"`
	ContractID     string    `bun:"contract_id"`
	ClientID       string    `bun:"client_id"`
	Kind           string    `bun:"kind"`
	StatementID    string    `bun:"statement_id"`
	State          string    `bun:"state"`
	Revision       int       `bun:"revision"`
	Currency       string    `bun:"currency"`
	TotalMinor     int64     `bun:"total_minor"`
	BeforeRevision int       `bun:"before_revision"`
	BeforeMinor    int64     `bun:"before_minor"`
	Obstacles      string    `bun:"obstacles"`
	At             time.Time `bun:"at"`
}

// monthEndProgressRow is the only row of a run that changes. An empty holder: nobody works on it.
type monthEndProgressRow struct {
	bun.BaseModel `bun:"table:month_end_progress"`

	RunID   string    `bun:"run_id,pk"`
	State   string    `bun:"state"`
	Holder  string    `bun:"holder"`
	Done    int       `bun:"done"`
	Message string    `bun:"message"`
	BeatAt  time.Time `bun:"beat_at"`
}

const (
	monthEndRuns  = "running"
	monthEndEnded = "ended"
)

func (r monthEndRow) month() cal.Month {
	m, _ := cal.ParseMonth(r.Month)
	return m
}

func (r monthEndRow) plan() []planned {
	var plan []planned
	_ = json.Unmarshal([]byte(r.Plan), &plan) // encode wrote it
	return plan
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("fees: encode %T: %v", v, err))
	}
	return string(text)
}

func (r monthEndOutcomeRow) outcome() (Outcome, error) {
	c := money.Currency(r.Currency)
	out := Outcome{Kind: fees.OutcomeKind(r.Kind), Client: r.ClientID, Contract: r.ContractID, Statement: r.StatementID, State: fees.State(r.State),
		Revision: r.Revision, Total: money.New(r.TotalMinor, c), Before: r.BeforeRevision}
	if r.BeforeRevision > 0 {
		out.Difference = out.Total.Sub(money.New(r.BeforeMinor, c))
	}
	if err := json.Unmarshal([]byte(r.Obstacles), &out.Obstacles); err != nil {
		return out, fmt.Errorf("read what stood in the way of contract %s: %w", r.ContractID, err)
	}
	return out, nil
}

// readMonthEnd reads a run. Fault: NotFound.
func readMonthEnd(ctx context.Context, tx bun.Tx, id string) (row monthEndRow, err error) {
	err = tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, notFound()
	}
	return row, err
}

func readMonthEndOfKey(ctx context.Context, tx bun.Tx, account, key string) (row monthEndRow, ok bool, err error) {
	err = tx.NewSelect().Model(&row).Where("begun_by = ? AND run_key = ?", account, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

// readOpenMonthEnds reads the runs that are not at their end, the one that was quiet longest first.
func readOpenMonthEnds(ctx context.Context, tx bun.Tx) (rows []monthEndProgressRow, err error) {
	err = tx.NewSelect().Model(&rows).Where("state = ?", monthEndRuns).OrderExpr("beat_at, run_id").Scan(ctx)
	return rows, err
}

func readMonthEndProgress(ctx context.Context, tx bun.Tx, run string) (row monthEndProgressRow, err error) {
	err = tx.NewSelect().Model(&row).Where("run_id = ?", run).Scan(ctx)
	return row, err
}

// readOutcomes reads what came of the engagements of runs, in the order in which they were done.
func readOutcomes(ctx context.Context, tx bun.Tx, runs ...string) (rows []monthEndOutcomeRow, err error) {
	if len(runs) == 0 {
		return nil, nil
	}
	err = tx.NewSelect().Model(&rows).Where("run_id IN (?)", bun.List(runs)).OrderExpr("run_id, no").Scan(ctx)
	return rows, err
}
