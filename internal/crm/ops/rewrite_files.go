package ops

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/platform/blob"
)

// rewriteFiles puts rewritten copies in the place of the client's files, and tells what became of each. Where addresses are hashed, files that are not applied stay as they came.
func (s *Service) rewriteFiles(ctx context.Context, tx bun.Tx, client string, files *blob.Store, r redactor) (out []copied, err error) {
	var uploads []struct {
		SHA256  string
		Mapping string
		State   State
	}
	err = tx.NewRaw(`SELECT u.sha256, p.mapping, p.state FROM crm_upload u JOIN crm_progress p ON p.import_id = u.id WHERE u.client_id = ?
		ORDER BY u.sha256, CASE WHEN p.state = ? THEN 0 ELSE 1 END, u.id`, client, string(Applied)).Scan(ctx, &uploads)
	if err != nil {
		return nil, err
	}
	for len(uploads) > 0 {
		u := uploads[0]
		m, err := decodeMapping(u.Mapping)
		if err != nil {
			return nil, err
		}
		of := rowsIn(m)
		for uploads = uploads[1:]; len(uploads) > 0 && uploads[0].SHA256 == u.SHA256; uploads = uploads[1:] {
			other, err := decodeMapping(uploads[0].Mapping)
			if err != nil {
				return nil, err
			}
			of.also(other)
		}
		if r.hashing != nil && u.State != Applied || !files.Has(u.SHA256) {
			continue
		}
		done, err := r.file(ctx, files, u.SHA256, of)
		if err != nil {
			return nil, fmt.Errorf("rewrite the stored file %s: %w", u.SHA256, err)
		}
		if out = append(out, done); !done.changed {
			continue
		}
		if err := s.inPlaceOf(ctx, tx, client, u.SHA256, done.is); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// replaced counts the files in whose place another one stands.
func replaced(files []copied) (n int) {
	for _, f := range files {
		if f.changed {
			n++
		}
	}
	return n
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

// redacted makes the copy that stands in the place of an import's file from its conclusion on: without people who were erased, and with hashes where
// addresses are kept so. Until then the import could be interrupted, and would read its file again.
func (s *Service) redacted(ctx context.Context, p progressRow) (out *copied, err error) {
	var row importRow
	r := redactor{keep: map[string]bool{}}
	err = s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		if row, err = readImport(ctx, tx, p.ImportID); err != nil {
			return err
		}
		if r.hashing, err = s.hashing(ctx, tx, p.ClientID); err != nil {
			return err
		}
		r.Erasing, err = s.erasing(ctx, tx, p.ClientID)
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
	done, err := r.file(ctx, files, row.SHA256, rowsIn(m))
	if err != nil || !done.changed {
		return nil, err
	}
	return &done, nil
}
