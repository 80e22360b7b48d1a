package ops

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// SideRead is an earlier import that another one reads beside its file.
type SideRead struct {
	Import string `json:"import"`
	No     int64  `json:"no"`
	Object string `json:"object"`
}

// sideReads finds what an import under the mapping reads beside its file: of each side table of the profile, and of each table of leads that
// tells their contacts, the newest import.
func sideReads(ctx context.Context, tx bun.Tx, client string, m crm.Mapping) ([]SideRead, error) {
	if m.Profile == crm.Generic {
		return nil, nil
	}
	var rows []struct {
		ID      string
		No      int64
		Kind    string
		Object  string
		Mapping string
	}
	err := tx.NewRaw(`SELECT i.id, r.no, i.kind, i.object, i.mapping FROM crm_import i JOIN crm_result r ON r.import_id = i.id
		WHERE i.client_id = ? AND i.profile = ? AND i.object <> ? ORDER BY r.no DESC`, client, string(m.Profile), m.Object).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	var out []SideRead
	for _, row := range rows {
		of, err := decodeMapping(row.Mapping)
		if err != nil {
			return nil, err
		}
		if row.Kind != "" && of.Columns["converted_contact_id"] == "" || have[row.Object] {
			continue
		}
		have[row.Object] = true
		out = append(out, SideRead{Import: row.ID, No: row.No, Object: row.Object})
	}
	return out, nil
}

// reference reads the files of earlier imports again for what they say beside their records.
func (s *Service) reference(ctx context.Context, reads []SideRead) (*crm.Reference, error) {
	ref := &crm.Reference{}
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	for _, read := range reads {
		var row importRow
		err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			row, err = readImport(ctx, tx, read.Import)
			return err
		})
		if err != nil {
			return nil, err
		}
		m, err := decodeMapping(row.Mapping)
		if err != nil {
			return nil, err
		}
		src := source{files: files, sha: row.SHA256, mapping: m, ref: ref, chunk: chunkRows}
		if err := src.walk(ctx, func(context.Context, chunk) error { return nil }); err != nil {
			return nil, fmt.Errorf("read %s of import %d again: %w", read.Object, read.No, err)
		}
	}
	return ref, nil
}

func decodeSideReads(text string) (out []SideRead, err error) {
	if text == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read what an import read beside its file: %w", err)
	}
	return out, nil
}
