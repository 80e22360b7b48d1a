package ops

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// erased stands in the place of what is taken out as a whole.
const erased = "(erased)"

type rejectRow struct {
	bun.BaseModel `bun:"table:crm_reject"`

	ImportID string `bun:"import_id,pk"`
	Seq      int64  `bun:"seq,pk"`
	Raw      string `bun:"raw"`
	Reason   string `bun:"reason"`
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
	return x.note(ctx, note{table: "outbox", column: "body", key: []string{"id"}, of: "workspace = ?", asJSON: true}, workspace)
}

func (x *erasure) note(ctx context.Context, n note, of string) error {
	if x.unknown() {
		return nil
	}
	where, args := x.names(n.column)
	change := x.Text
	if n.whole {
		change = func(s string) string {
			if x.tells(s) {
				return erased
			}
			return s
		}
	}
	changed, err := x.s.rewriteNote(ctx, x.tx, n, of, where, args, change)
	x.out.Notes += changed
	return err
}

func (x *erasure) decisions(ctx context.Context) error {
	changed, err := x.s.rewriteDecisions(ctx, x.tx, x.in.Client, x.Record)
	x.out.Notes += changed
	return err
}

// stored puts copies without the person in the place of files of the client, and takes out what imports noted of the person's rows in them.
func (x *erasure) stored(ctx context.Context) error {
	done, err := x.s.rewriteFiles(ctx, x.tx, x.in.Client, x.files, x.redactor)
	x.out.Files = replaced(done)
	for _, file := range done {
		sha := file.was
		if err == nil && file.changed {
			sha = file.is.SHA256
			err = x.marked(ctx, sha)
		}
		if err == nil {
			err = x.notedOf(ctx, sha, file.people)
		}
	}
	return err
}

// notedOf takes out what imports of a file noted of rows: the row or the cell, and what a message quotes of it.
func (x *erasure) notedOf(ctx context.Context, sha string, lines []int64) error {
	ofFile := `import_id IN (SELECT id FROM crm_upload WHERE client_id = ? AND sha256 = ?)`
	for batch := range slices.Chunk(lines, lookupBatch) {
		var found []rejectRow
		err := x.tx.NewSelect().Model(&found).Where(ofFile, x.in.Client, sha).Where("line IN (?)", bun.List(batch)).Scan(ctx)
		if err != nil {
			return err
		}
		err = x.s.DB.Unsealed(ctx, x.tx, "crm_reject", []string{"raw", "reason"}, func() error {
			for _, row := range found {
				raw, reason := erased, crm.WithoutQuotes(row.Reason)
				if row.Raw == raw && row.Reason == reason {
					continue
				}
				if _, err := x.tx.ExecContext(ctx, `UPDATE crm_reject SET raw = ?, reason = ? WHERE import_id = ? AND seq = ?`, raw, reason, row.ImportID, row.Seq); err != nil {
					return err
				}
				x.out.Notes++
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return x.talliedOf(ctx, sha, lines)
}

// talliedOf takes the same out of the first words of each code.
func (x *erasure) talliedOf(ctx context.Context, sha string, lines []int64) error {
	if len(lines) == 0 {
		return nil
	}
	var rows []resultRow
	err := x.tx.NewSelect().Model(&rows).Where("client_id = ? AND import_id IN (SELECT id FROM crm_upload WHERE client_id = ? AND sha256 = ?)", x.in.Client, x.in.Client, sha).Scan(ctx)
	if err != nil {
		return err
	}
	return x.s.DB.Unsealed(ctx, x.tx, "crm_result", []string{"tally"}, func() error {
		for _, row := range rows {
			t, err := decodeTally(row.Tally)
			if err != nil {
				return err
			}
			changed := false
			for code, p := range t.Problems {
				words := crm.WithoutQuotes(p.Text)
				if _, theirs := slices.BinarySearch(lines, p.Line); !theirs || words == p.Text {
					continue
				}
				p.Text, changed = words, true
				t.Problems[code] = p
			}
			if !changed {
				continue
			}
			x.out.Notes++
			if err := x.tally(ctx, row.ImportID, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// tally writes what came of an import, where it is kept.
func (x *erasure) tally(ctx context.Context, id string, t Tally) error {
	for _, table := range []string{"crm_result", "crm_progress"} {
		if _, err := x.tx.ExecContext(ctx, `UPDATE `+table+` SET tally = ? WHERE import_id = ?`, encode(t), id); err != nil {
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
			if err := x.tally(ctx, row.ImportID, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// removeLeft deletes the stored files that tell of the people and that nothing rests on any more, also those of an interrupted erasure.
func (s *Service) removeLeft(ctx context.Context, files *blob.Store, r redactor) error {
	var used []string
	err := s.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		used, err = s.filesInUse(ctx, tx)
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

// stays counts where an address or a name of the person stands that is not changed. What stays of people who were erased before was told then.
func (x *erasure) stays(ctx context.Context) error {
	person := x.alone()
	if len(person.Words) == 0 && len(person.Mails) == 0 {
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
		n, err := x.telling(ctx, t, person)
		if err != nil {
			return err
		}
		if n > 0 {
			x.out.Stays = append(x.out.Stays, Stay{t.Name, n})
		}
	}
	if x.s.Frozen == nil {
		return nil
	}
	n, err := x.s.Frozen(ctx, x.tx, x.in.Client, "", func(text string) bool { return person.Text(text) != text })
	if n > 0 {
		x.out.Stays = append(x.out.Stays, Stay{"statement (what was frozen with it)", int64(n)})
	}
	return err
}

// telling counts the rows of a table that name the person.
func (x *erasure) telling(ctx context.Context, t db.Table, person *crm.Erasing) (n int64, err error) {
	var columns, parts []string
	var args []any
	for _, c := range t.Columns {
		if c.Type == db.Text {
			where, words := x.names(c.Name)
			columns, parts, args = append(columns, "COALESCE("+c.Name+", '')"), append(parts, where), append(args, words...)
		}
	}
	if len(parts) == 0 {
		return 0, nil
	}
	rows, err := x.tx.QueryContext(ctx, `SELECT `+strings.Join(columns, ", ")+` FROM `+t.Name+` WHERE `+strings.Join(parts, " OR "), args...)
	if err != nil {
		return 0, err
	}
	texts, into := make([]string, len(columns)), make([]any, len(columns))
	for i := range texts {
		into[i] = &texts[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return 0, errors.Join(err, rows.Close())
		}
		if slices.ContainsFunc(texts, func(s string) bool { return tellsOf(person, s) }) {
			n++
		}
	}
	return n, errors.Join(rows.Err(), rows.Close())
}
