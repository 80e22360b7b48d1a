package ops

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// rewriteFiles puts rewritten copies in the place of the client's files and gives their digests. Where addresses are hashed, files that are not applied stay as they came.
func (s *Service) rewriteFiles(ctx context.Context, tx bun.Tx, client string, files *blob.Store, r redactor) (replaced []string, err error) {
	var uploads []struct {
		SHA256  string
		Mapping string
		State   State
	}
	err = tx.NewRaw(`SELECT u.sha256, p.mapping, p.state FROM crm_upload u JOIN crm_progress p ON p.import_id = u.id WHERE u.client_id = ? ORDER BY u.sha256, u.id`, client).Scan(ctx, &uploads)
	if err != nil {
		return nil, err
	}
	done := map[string]bool{}
	for _, u := range uploads {
		if done[u.SHA256] || r.hashing != nil && u.State != Applied || !files.Has(u.SHA256) {
			continue
		}
		done[u.SHA256] = true
		m, err := decodeMapping(u.Mapping)
		if err != nil {
			return nil, err
		}
		ref, changed, err := r.file(ctx, files, u.SHA256, rowsIn(m))
		if err != nil {
			return nil, fmt.Errorf("rewrite the stored file %s: %w", u.SHA256, err)
		}
		if !changed {
			continue
		}
		replaced = append(replaced, ref.SHA256)
		if err := s.inPlaceOf(ctx, tx, client, u.SHA256, ref); err != nil {
			return nil, err
		}
	}
	return replaced, nil
}

// inPlaceOf lets uploads and imports rest on another file. The digest of the one that they were made from is kept, so that it is known when it comes again.
func (s *Service) inPlaceOf(ctx context.Context, tx bun.Tx, client, was string, is blob.Ref) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO crm_arrival (import_id, sha256, client_id) SELECT u.id, u.sha256, u.client_id FROM crm_upload u
		WHERE u.client_id = ? AND u.sha256 = ? AND NOT EXISTS (SELECT 1 FROM crm_arrival a WHERE a.import_id = u.id AND a.sha256 = u.sha256)`, client, was)
	if err != nil {
		return err
	}
	for _, table := range []string{"crm_upload", "crm_import"} {
		err := s.DB.Unsealed(ctx, tx, table, []string{"sha256", "bytes"}, func() error {
			_, err := tx.ExecContext(ctx, `UPDATE `+table+` SET sha256 = ?, bytes = ? WHERE client_id = ? AND sha256 = ?`, is.SHA256, is.Bytes, client, was)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// instead is a file that is to stand in the place of another one.
type instead struct {
	was string
	is  blob.Ref
}

// redacted makes the copy that stands in the place of an import's file from its conclusion on: without people who were erased, if it met any, and with hashes where
// addresses are kept so. Until then the import could be interrupted, and would read its file again.
func (s *Service) redacted(ctx context.Context, p progressRow) (out *instead, err error) {
	t, err := decodeTally(p.Tally)
	if err != nil {
		return nil, err
	}
	var row importRow
	r := redactor{keep: map[string]bool{}}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if row, err = readImport(ctx, tx, p.ImportID); err != nil {
			return err
		}
		if r.hashing, err = s.hashing(ctx, tx, p.ClientID); err != nil {
			return err
		}
		if t.Erased > 0 {
			r.Erasing, err = s.erasing(ctx, tx, p.ClientID)
		}
		return err
	})
	if err != nil || r.hashing == nil && r.Erasing.Empty() {
		return nil, err
	}
	files, err := s.files(ctx)
	if err != nil {
		return nil, err
	}
	m, err := decodeMapping(row.Mapping)
	if err != nil {
		return nil, err
	}
	ref, changed, err := r.file(ctx, files, row.SHA256, rowsIn(m))
	if err != nil || !changed {
		return nil, err
	}
	return &instead{row.SHA256, ref}, nil
}

// rowsIn says how rows of a file that was read by a mapping, or would be, are treated. What nobody has said how to read may be contacts.
func rowsIn(m crm.Mapping) *rowsOf {
	out := &rowsOf{kind: m.Kind(), whole: m.Kind() == crm.KindContact || m.Object == "", results: m.Kind() == crm.KindLead, fields: map[string]string{}}
	for field, header := range m.Columns {
		if h := strings.TrimSpace(header); h != "" && !crm.Stays(out.kind, out.fields[h]) { // of two fields of one column an id decides
			out.fields[h] = field
		}
	}
	return out
}
