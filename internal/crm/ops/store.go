package ops

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

type uploadRow struct {
	bun.BaseModel `bun:"table:crm_upload"`

	ID        string    `bun:"id,pk"`
	ClientID  string    `bun:"client_id"`
	Filename  string    `bun:"filename"`
	SHA256    string    `bun:"sha256"`
	Bytes     int64     `bun:"bytes"`
	ActorID   string    `bun:"actor_id"`
	ActorName string    `bun:"actor_name"`
	CreatedAt time.Time `bun:"created_at"`
}

type importRow struct {
	bun.BaseModel `bun:"table:crm_import"`

	ID        string    `bun:"id,pk"`
	ClientID  string    `bun:"client_id"`
	Kind      string    `bun:"kind"`
	Filename  string    `bun:"filename"`
	SHA256    string    `bun:"sha256"`
	Bytes     int64     `bun:"bytes"`
	Profile   string    `bun:"profile"`
	Object    string    `bun:"object"`
	Mapping   string    `bun:"mapping"`
	SideReads string    `bun:"side_reads"`
	ActorID   string    `bun:"actor_id"`
	ActorName string    `bun:"actor_name"`
	CreatedAt time.Time `bun:"created_at"`
}

type resultRow struct {
	bun.BaseModel `bun:"table:crm_result"`

	ImportID  string    `bun:"import_id,pk"`
	ClientID  string    `bun:"client_id"`
	No        int64     `bun:"no"`
	Tally     string    `bun:"tally"`
	AppliedAt time.Time `bun:"applied_at"`
}

type progressRow struct {
	bun.BaseModel `bun:"table:crm_progress"`

	ImportID  string    `bun:"import_id,pk"`
	ClientID  string    `bun:"client_id"`
	State     State     `bun:"state"`
	Holder    string    `bun:"holder"`
	No        int64     `bun:"no"`
	RowsDone  int64     `bun:"rows_done"`
	BytesDone int64     `bun:"bytes_done"`
	Mapping   string    `bun:"mapping"`
	Tally     string    `bun:"tally"`
	Message   string    `bun:"message"`
	BeatAt    time.Time `bun:"beat_at"`
}

type mappingRow struct {
	bun.BaseModel `bun:"table:crm_mapping"`

	ID        string    `bun:"id,pk"`
	ClientID  string    `bun:"client_id"`
	Name      string    `bun:"name"`
	Mapping   string    `bun:"mapping"`
	UpdatedAt time.Time `bun:"updated_at"`
}

func readUpload(ctx context.Context, tx bun.Tx, client, id string) (uploadRow, error) {
	var row uploadRow
	err := tx.NewSelect().Model(&row).Where("id = ? AND client_id = ?", id, client).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, fault.New(fault.NotFound, "import", "There is no such import.")
	}
	return row, err
}

func readProgress(ctx context.Context, tx bun.Tx, id string) (progressRow, error) {
	var row progressRow
	err := tx.NewSelect().Model(&row).Where("import_id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, fault.New(fault.NotFound, "import", "There is no such import.")
	}
	return row, err
}

func readImport(ctx context.Context, tx bun.Tx, id string) (importRow, error) {
	var row importRow
	err := tx.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, fault.New(fault.NotFound, "import", "There is no such import.")
	}
	return row, err
}

// applying is the import of the client that is being applied; ok is false when there is none.
func applying(ctx context.Context, tx bun.Tx, client string) (row progressRow, ok bool, err error) {
	err = tx.NewSelect().Model(&row).Where("client_id = ? AND state = ?", client, Applying).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

func saveProgress(ctx context.Context, tx bun.Tx, row progressRow) error {
	_, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
	return err
}

// lastNo is the number of the client's newest import, 0 when there is none.
func lastNo(ctx context.Context, tx bun.Tx, client string) (int64, error) {
	var no int64
	err := tx.NewSelect().Model((*resultRow)(nil)).ColumnExpr("COALESCE(MAX(no), 0)").Where("client_id = ?", client).Scan(ctx, &no)
	return no, err
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("crm: encode %T: %v", v, err))
	}
	return string(b)
}

func decodeMapping(text string) (m crm.Mapping, err error) {
	if text == "" {
		return m, nil
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return m, fmt.Errorf("read a stored mapping: %w", err)
	}
	return m, nil
}

func decodeTally(text string) (t Tally, err error) {
	if text == "" {
		return t, nil
	}
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return t, fmt.Errorf("read a stored tally: %w", err)
	}
	return t, nil
}
