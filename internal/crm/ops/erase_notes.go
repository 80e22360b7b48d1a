package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// note is a text of a row that may name the person.
type note struct {
	table, column string
	key           []string // columns of the primary key
	of            string   // condition: of the client
	sealed        bool     // append-only
	whole         bool     // what names the person is taken out as a whole
}

const ofImport = "import_id IN (SELECT id FROM crm_upload WHERE client_id = ?)"

// noted are the texts that imports left beside the rows.
var noted = []note{
	{"crm_result", "tally", []string{"import_id"}, "client_id = ?", true, false},
	{"crm_progress", "tally", []string{"import_id"}, "client_id = ?", false, false},
	{"crm_progress", "message", []string{"import_id"}, "client_id = ?", false, false},
	{"crm_reject", "raw", []string{"import_id", "seq"}, ofImport, true, true},
	{"crm_reject", "reason", []string{"import_id", "seq"}, ofImport, true, false},
	{"crm_upload", "filename", []string{"id"}, "client_id = ?", true, false},
	{"crm_import", "filename", []string{"id"}, "client_id = ?", true, false},
	{"crm_decision", "words", []string{"id"}, "client_id = ?", true, false},
}

// notes takes the person out of what imports noted.
func (x *erasure) notes(ctx context.Context) error {
	for _, n := range noted {
		if err := x.note(ctx, n, x.in.Client); err != nil {
			return err
		}
	}
	return nil
}

// mails takes the person out of mails of the workspace, sent ones included.
func (x *erasure) mails(ctx context.Context) error {
	workspace, _ := db.Workspace(ctx)
	return x.note(ctx, note{"outbox", "body", []string{"id"}, "workspace = ?", false, false}, workspace)
}

// note rewrites one column.
func (x *erasure) note(ctx context.Context, n note, of string) error {
	if len(x.Words) == 0 {
		return nil
	}
	where, args := x.names(n.column)
	second := "''"
	if len(n.key) > 1 {
		second = n.key[1]
	}
	rows, err := x.tx.QueryContext(ctx, `SELECT `+n.key[0]+`, `+second+`, `+n.column+` FROM `+n.table+` WHERE `+n.of+` AND `+where, append([]any{of}, args...)...)
	if err != nil {
		return err
	}
	var found [][3]string
	for rows.Next() {
		var r [3]string
		if err := rows.Scan(&r[0], &r[1], &r[2]); err != nil {
			return errors.Join(err, rows.Close())
		}
		found = append(found, r)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(found) == 0 {
		return err
	}
	update := func() error {
		for _, r := range found {
			text := x.Text(r[2])
			if n.whole {
				text = "(erased)"
			}
			set, args := `UPDATE `+n.table+` SET `+n.column+` = ? WHERE `+n.key[0]+` = ?`, []any{text, r[0]}
			if len(n.key) > 1 {
				set, args = set+` AND CAST(`+n.key[1]+` AS TEXT) = ?`, append(args, r[1])
			}
			if _, err := x.tx.ExecContext(ctx, set, args...); err != nil {
				return err
			}
		}
		x.out.Notes += int64(len(found))
		return nil
	}
	if !n.sealed {
		return update()
	}
	return x.s.DB.Unsealed(ctx, x.tx, n.table, []string{n.column}, update)
}

// decisions leaves what people decided saying the same as the rows that they decided about.
func (x *erasure) decisions(ctx context.Context) error {
	var rows []decisionRow
	if err := x.tx.NewSelect().Model(&rows).Where("client_id = ?", x.in.Client).Scan(ctx); err != nil {
		return err
	}
	return x.s.DB.Unsealed(ctx, x.tx, "crm_decision", []string{"body"}, func() error {
		for _, row := range rows {
			d, err := row.decision()
			if err != nil {
				continue // whoever verifies tells of it
			}
			r, changed := x.Record(d.record)
			if !changed {
				continue
			}
			if _, err := x.tx.ExecContext(ctx, `UPDATE crm_decision SET body = ? WHERE id = ?`, bodyOf(r), row.ID); err != nil {
				return err
			}
			x.out.Notes++
		}
		return nil
	})
}

// stored puts copies without the person in the place of files of the client.
func (x *erasure) stored(ctx context.Context) error {
	var uploads []struct {
		SHA256  string
		Mapping string
	}
	err := x.tx.NewRaw(`SELECT u.sha256, p.mapping FROM crm_upload u JOIN crm_progress p ON p.import_id = u.id WHERE u.client_id = ? ORDER BY u.sha256, u.id`, x.in.Client).Scan(ctx, &uploads)
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, u := range uploads {
		if done[u.SHA256] || !x.files.Has(u.SHA256) {
			continue
		}
		done[u.SHA256] = true
		m, err := decodeMapping(u.Mapping)
		if err != nil {
			return err
		}
		of := &rowsOf{}
		if m.Kind() == crm.KindContact || m.Object == "" { // what nobody has said how to read may be contacts
			of = contactRows(m)
		}
		ref, changed, err := x.file(ctx, x.files, u.SHA256, of)
		if err != nil {
			return fmt.Errorf("take a person out of the stored file %s: %w", u.SHA256, err)
		}
		if !changed {
			continue
		}
		x.out.Files++
		if err := x.s.inPlaceOf(ctx, x.tx, x.in.Client, u.SHA256, ref); err != nil {
			return err
		}
		if err := x.marked(ctx, ref.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// marked lets the results of imports of a file tell that somebody was taken out of it.
func (x *erasure) marked(ctx context.Context, sha string) error {
	var rows []resultRow
	err := x.tx.NewSelect().Model(&rows).Where("client_id = ? AND import_id IN (SELECT id FROM crm_import WHERE client_id = ? AND sha256 = ?)", x.in.Client, x.in.Client, sha).Scan(ctx)
	if err != nil {
		return err
	}
	return x.s.DB.Unsealed(ctx, x.tx, "crm_result", []string{"tally"}, func() error {
		for _, row := range rows {
			t, err := decodeTally(row.Tally)
			if err != nil {
				return err
			}
			t.Erased++
			for _, table := range []string{"crm_result", "crm_progress"} {
				if _, err := x.tx.ExecContext(ctx, `UPDATE `+table+` SET tally = ? WHERE import_id = ?`, encode(t), row.ImportID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// inPlaceOf lets uploads and imports rest on another file. Which one they were made from stays in the record of changes, by its digest.
func (s *Service) inPlaceOf(ctx context.Context, tx bun.Tx, client, was string, is blob.Ref) error {
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

// removeLeft deletes the stored files that tell of the people and that nothing rests on any more, also those of an interrupted erasure.
func (s *Service) removeLeft(ctx context.Context, files *blob.Store, r redactor) error {
	var used []string
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		used, err = FilesOf(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for ref, err := range files.All() {
		if err != nil {
			return err
		}
		if slices.Contains(used, ref.SHA256) {
			continue
		}
		layout, err := layoutOf(files, ref.SHA256)
		if err != nil {
			return err
		}
		named, err := r.named(files, ref.SHA256, layout)
		if err != nil {
			return err
		}
		if !named {
			continue
		}
		if err := s.removeUnused(ctx, ref.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// stays counts where an address or a name of the person stands that is not changed.
func (x *erasure) stays(ctx context.Context) error {
	if len(x.Words) == 0 {
		return nil
	}
	tables, err := db.Tables(ctx, x.tx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if t.Shared {
			continue
		}
		var parts []string
		var args []any
		for _, c := range t.Columns {
			if c.Type == db.Text {
				where, words := x.names(c.Name)
				parts, args = append(parts, where), append(args, words...)
			}
		}
		if len(parts) == 0 {
			continue
		}
		var n int64
		if err := x.tx.NewRaw(`SELECT COUNT(*) FROM `+t.Name+` WHERE `+strings.Join(parts, " OR "), args...).Scan(ctx, &n); err != nil {
			return err
		}
		if n > 0 {
			x.out.Stays = append(x.out.Stays, Stay{t.Name, n})
		}
	}
	return nil
}

// redactImport takes people who were erased out of the file of an import that met them, before it is concluded. A workbook is taken away after that, for its rows could not be
// read on.
func (s *Service) redactImport(ctx context.Context, p progressRow) error {
	t, err := decodeTally(p.Tally)
	if err != nil || t.Erased == 0 {
		return err
	}
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	var was string
	err = s.DB.WriteAlone(ctx, func(ctx context.Context, tx bun.Tx) error {
		row, err := readImport(ctx, tx, p.ImportID)
		if err != nil {
			return err
		}
		e, err := s.erasing(ctx, tx, p.ClientID)
		if err != nil || e.Empty() {
			return err
		}
		r := redactor{Erasing: e, keep: map[string]bool{}}
		m, err := decodeMapping(row.Mapping)
		if err != nil {
			return err
		}
		of := &rowsOf{}
		if m.Kind() == crm.KindContact {
			of = contactRows(m)
		}
		ref, changed, err := r.file(ctx, files, row.SHA256, of)
		if err != nil || !changed {
			return err
		}
		was = row.SHA256
		return s.inPlaceOf(ctx, tx, p.ClientID, row.SHA256, ref)
	})
	if err != nil || was == "" {
		return err
	}
	return s.removeUnused(ctx, was)
}
