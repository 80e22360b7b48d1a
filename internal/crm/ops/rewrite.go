package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
)

// rewriteBatch is how many rows are read before those that change are written.
const rewriteBatch = 5000

// rewriteRows changes all versions of all rows of a kind, with their hashes, and tells how many it changed. The condition spares the reading of others; "" reads all.
func (s *Service) rewriteRows(ctx context.Context, tx bun.Tx, client string, k crm.Kind, where string, args []any, change func(crm.Record) (crm.Record, bool)) (changed int64, err error) {
	if where != "" {
		where = " AND " + where
	}
	type rowChange struct {
		version
		rec crm.Record
	}
	after := version{}
	for {
		var changes []rowChange
		read := 0
		err := eachVersion(ctx, tx, func(v version) error {
			read, after = read+1, v
			r, err := v.record(k)
			if err != nil {
				return err
			}
			if r, differs := change(r); differs {
				changes = append(changes, rowChange{v, r})
			}
			return nil
		}, `SELECT ext_id, import_no, hash, line, body FROM crm_row WHERE client_id = ? AND kind = ? AND (ext_id > ? OR ext_id = ? AND import_no > ?)`+where+` ORDER BY ext_id, import_no LIMIT ?`,
			append(append([]any{client, string(k), after.ID, after.ID, after.No}, args...), rewriteBatch)...)
		if err != nil {
			return changed, err
		}
		if len(changes) > 0 {
			changed += int64(len(changes))
			err = s.DB.Unsealed(ctx, tx, "crm_row", []string{"body", "hash"}, func() error {
				for _, c := range changes {
					_, err := tx.ExecContext(ctx, `UPDATE crm_row SET body = ?, hash = ? WHERE client_id = ? AND kind = ? AND ext_id = ? AND import_no = ?`,
						bodyOf(c.rec), c.rec.Hash().String(), client, string(k), c.ID, c.No)
					if err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err != nil || read < rewriteBatch {
			return changed, err
		}
	}
}

// note is a text of a row that may name a person.
type note struct {
	table, column string
	key           []string // columns of the primary key
	of            string   // condition: of the client
	sealed        bool     // append-only
	asJSON        bool     // texts within a JSON document
	whole         bool     // what names an erased person is taken out as a whole
}

const ofImport = "import_id IN (SELECT id FROM crm_upload WHERE client_id = ?)"

// noted are the texts that imports left beside the rows.
var noted = []note{
	{"crm_result", "tally", []string{"import_id"}, "client_id = ?", true, true, false},
	{"crm_progress", "tally", []string{"import_id"}, "client_id = ?", false, true, false},
	{"crm_progress", "message", []string{"import_id"}, "client_id = ?", false, false, false},
	{"crm_reject", "raw", []string{"import_id", "seq"}, ofImport, true, false, true},
	{"crm_reject", "reason", []string{"import_id", "seq"}, ofImport, true, false, false},
	{"crm_upload", "filename", []string{"id"}, "client_id = ?", true, false, false},
	{"crm_import", "filename", []string{"id"}, "client_id = ?", true, false, false},
	{"crm_decision", "words", []string{"id"}, "client_id = ?", true, false, false},
}

// rewriteNote changes one column where the condition holds, and tells how many rows it changed.
func (s *Service) rewriteNote(ctx context.Context, tx bun.Tx, n note, of, where string, args []any, change func(string) string) (changed int64, err error) {
	if where != "" {
		where = " AND " + where
	}
	second := "''"
	if len(n.key) > 1 {
		second = n.key[1]
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+n.key[0]+`, `+second+`, `+n.column+` FROM `+n.table+` WHERE `+n.of+where, append([]any{of}, args...)...)
	if err != nil {
		return 0, err
	}
	var found [][3]string
	for rows.Next() {
		var r [3]string
		if err := rows.Scan(&r[0], &r[1], &r[2]); err != nil {
			return 0, errors.Join(err, rows.Close())
		}
		was := r[2]
		if n.asJSON {
			r[2] = inJSON(was, change)
		} else {
			r[2] = change(was)
		}
		if r[2] != was {
			found = append(found, r)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(found) == 0 {
		return 0, err
	}
	update := func() error {
		for _, r := range found {
			set, args := `UPDATE `+n.table+` SET `+n.column+` = ? WHERE `+n.key[0]+` = ?`, []any{r[2], r[0]}
			if len(n.key) > 1 {
				set, args = set+` AND CAST(`+n.key[1]+` AS TEXT) = ?`, append(args, r[1])
			}
			if _, err := tx.ExecContext(ctx, set, args...); err != nil {
				return err
			}
		}
		return nil
	}
	if n.sealed {
		return int64(len(found)), s.DB.Unsealed(ctx, tx, n.table, []string{n.column}, update)
	}
	return int64(len(found)), update()
}

// inJSON changes the texts of a JSON document, and leaves alone how they are escaped. What is no JSON is changed as a text.
func inJSON(document string, change func(string) string) string {
	d := json.NewDecoder(bytes.NewReader([]byte(document)))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return change(document)
	}
	changed := false
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			is := change(v)
			changed = changed || is != v
			return is
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case map[string]any:
			for key := range v {
				v[key] = walk(v[key])
			}
		}
		return v
	}
	v = walk(v)
	if !changed {
		return document
	}
	return encode(v)
}

// rewriteDecisions leaves what people decided saying the same as the rows that they decided about.
func (s *Service) rewriteDecisions(ctx context.Context, tx bun.Tx, client string, change func(crm.Record) (crm.Record, bool)) (changed int64, err error) {
	var rows []decisionRow
	if err := tx.NewSelect().Model(&rows).Where("client_id = ?", client).Scan(ctx); err != nil {
		return 0, err
	}
	err = s.DB.Unsealed(ctx, tx, "crm_decision", []string{"body"}, func() error {
		for _, row := range rows {
			d, err := row.decision()
			if err != nil {
				continue // whoever verifies tells of it
			}
			r, differs := change(d.record)
			if !differs {
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE crm_decision SET body = ? WHERE id = ?`, bodyOf(r), row.ID); err != nil {
				return err
			}
			changed++
		}
		return nil
	})
	return changed, err
}
