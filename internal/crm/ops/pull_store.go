package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/connect"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

type pullRow struct {
	bun.BaseModel `bun:"table:crm_pull"`

	ID        string      `bun:"id,pk"`
	ClientID  string      `bun:"client_id"`
	System    crm.Profile `bun:"system"`
	State     PullState   `bun:"state"`
	Holder    string      `bun:"holder"`
	ByClock   bool        `bun:"by_clock"`
	ActorID   string      `bun:"actor_id"`
	ActorName string      `bun:"actor_name"`
	Requests  int64       `bun:"requests"`
	Message   string      `bun:"message"`
	BeganAt   time.Time   `bun:"began_at"`
	BeatAt    time.Time   `bun:"beat_at"`
	EndedAt   time.Time   `bun:"ended_at,nullzero"`
	Since     time.Time   `bun:"since,nullzero"` // only what changed since then is pulled; zero: everything
}

type pullTableRow struct {
	bun.BaseModel `bun:"table:crm_pull_table"`

	PullID   string     `bun:"pull_id,pk"`
	Seq      int64      `bun:"seq,pk"`
	Object   string     `bun:"object"`
	State    TableState `bun:"state"`
	Cursor   string     `bun:"cursor"`
	Pages    int64      `bun:"pages"`
	Rows     int64      `bun:"row_count"`
	ImportID string     `bun:"import_id"`
	Message  string     `bun:"message"`
}

type pullPageRow struct {
	bun.BaseModel `bun:"table:crm_pull_page"`

	PullID string `bun:"pull_id,pk"`
	Seq    int64  `bun:"seq,pk"`
	Page   int64  `bun:"page,pk"`
	Body   string `bun:"body"`
}

func (t pullTableRow) cursor() (c connect.Cursor, err error) {
	if t.Cursor == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(t.Cursor), &c); err != nil {
		return c, fmt.Errorf("read how far a table is pulled: %w", err)
	}
	return c, nil
}

var errPullTaken = fault.New(fault.Conflict, "pull-taken-over", "This pull is being finished by another run of the program.")

// newestPull is the last pull of the client from the system; ok is false when there was none.
func newestPull(ctx context.Context, tx bun.Tx, client string, system crm.Profile) (row pullRow, ok bool, err error) {
	var rows []pullRow
	err = tx.NewSelect().Model(&rows).Where("client_id = ? AND system = ?", client, system).OrderExpr("began_at DESC, id DESC").Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return row, false, err
	}
	return rows[0], true, nil
}

func pullTables(ctx context.Context, tx bun.Tx, pull string) (rows []pullTableRow, err error) {
	err = tx.NewSelect().Model(&rows).Where("pull_id = ?", pull).OrderExpr("seq").Scan(ctx)
	return rows, err
}

// savePull writes the pull, if it is still in the hands of the holder.
func savePull(ctx context.Context, tx bun.Tx, holder string, p pullRow) error {
	res, err := tx.NewUpdate().Model(&p).WherePK().Where("holder = ?", holder).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errPullTaken)
	}
	return nil
}

func saveTable(ctx context.Context, tx bun.Tx, t pullTableRow) error {
	_, err := tx.NewUpdate().Model(&t).WherePK().Exec(ctx)
	return err
}

func dropPages(ctx context.Context, tx bun.Tx, pull string) error {
	_, err := tx.NewDelete().Model((*pullPageRow)(nil)).Where("pull_id = ?", pull).Exec(ctx)
	return err
}

// pulledUpload tells whether an upload came by a pull, and under which name its mapping is kept.
func pulledUpload(ctx context.Context, tx bun.Tx, id string) (mapping string, ok bool, err error) {
	var rows []struct {
		System crm.Profile
		Object string
	}
	err = tx.NewSelect().TableExpr("crm_pull_table AS t").Join("JOIN crm_pull AS p ON p.id = t.pull_id").ColumnExpr("p.system, t.object").
		Where("t.import_id = ?", id).Limit(1).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return "", false, err
	}
	return pullMapping(rows[0].System, rows[0].Object), true, nil
}

// pullMapping is the name under which the mapping of a pulled table is kept.
func pullMapping(system crm.Profile, object string) string {
	s, _ := connect.SystemOf(system)
	return s.Name + " " + object + ", pulled"
}
