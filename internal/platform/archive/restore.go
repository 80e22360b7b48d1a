package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Restore reads a backup into the context's workspace, or under the name it had when the context names none. The database
// is migrated and the workspace is empty or not there yet; on PostgreSQL a missing one is made first and stays, empty,
// when the restore fails. Files is the store of that workspace. Accounts that the database has already are kept as they are.
// The backup is somebody's word: whoever wrote it decides who can sign in to the restored workspace.
//
// Faults: Conflict when the workspace is not empty, when the migration steps differ, or when an address belongs to another
// account here; Invalid when the file is damaged, cut off or no backup; TooLarge; Unavailable. After any of them the workspace is as
// empty as before, and the message says so.
func Restore(ctx context.Context, r io.Reader, d *db.DB, files *blob.Store, o Options) (Summary, error) {
	limit := o.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	in, err := open(heeding{ctx, r})
	if err != nil {
		return Summary{}, untouched(err)
	}
	sum, err := in.manifest()
	if err == nil {
		err = sum.Manifest.check(limit)
	}
	if err != nil {
		return Summary{}, untouched(err)
	}
	target, err := prepare(ctx, d, sum.Manifest)
	if err != nil {
		return Summary{}, untouched(err)
	}
	own := *files
	own.MaxBytes = limit
	run := restoring{in: in, manifest: sum.Manifest, target: target, files: &own, engine: d.Engine()}
	if err := d.WriteAlone(db.WithWorkspace(ctx, target.slug), run.everything); err != nil {
		if gone := ctx.Err(); gone != nil { // what was read of it then says nothing of the backup
			err = gone
		}
		for _, sha := range run.placed {
			err = errors.Join(err, files.Remove(sha))
		}
		return Summary{}, untouched(target.undone(ctx, d, err))
	}
	sum.Workspace = target.slug
	return sum, nil
}

// untouched adds to the reason what became of the target.
func untouched(err error) error {
	const rest = "; nothing was restored, the target is as it was before"
	all := fault.All(err)
	if len(all) == 0 {
		return fault.New(fault.Internal, "restore", "the restore failed%s", rest).Because(err)
	}
	f := *all[0]
	f.Message += rest
	return f.Because(err)
}

// destination is where a workspace goes.
type destination struct {
	slug string
	have bool // it stands in the list of workspaces
	made bool // for this restore
}

// undone takes away what was made for a restore that failed.
func (t destination) undone(ctx context.Context, d *db.DB, cause error) error {
	if !t.made {
		return cause
	}
	if err := d.DropWorkspace(context.WithoutCancel(ctx), t.slug); err != nil {
		return errors.Join(cause, err)
	}
	return cause
}

// prepare finds or makes the workspace and compares its tables with those of the backup.
func prepare(ctx context.Context, d *db.DB, m Manifest) (destination, error) {
	slug, named := db.Workspace(ctx)
	if !named {
		slug = m.Workspace.Slug
	}
	list, err := d.Workspaces(ctx)
	if err != nil {
		return destination{}, err
	}
	target := destination{slug: slug}
	for _, w := range list {
		if d.Engine() == db.SQLite || w.Slug == slug {
			target = destination{slug: w.Slug, have: true}
		}
	}
	if !target.have && d.Engine() == db.Postgres {
		if err := d.CreateWorkspace(ctx, slug, m.Workspace.Name); err != nil {
			return destination{}, err
		}
		target.have, target.made = true, true
	}
	steps, err := stepsOf(ctx, d, target.slug)
	if err != nil {
		return destination{}, target.undone(ctx, d, err)
	}
	if !steps.equal(m.Steps) {
		return destination{}, target.undone(ctx, d, fault.New(fault.Conflict, "archive-steps",
			"this backup was written by version %s, whose tables differ from those here; restore it with that version, then upgrade and run \"ofrecord migrate\"", fault.Excerpt(m.Program, maxQuote)))
	}
	return target, nil
}

// restoring is one run through a backup. It cannot be repeated, for the file is read once.
type restoring struct {
	in       *reader
	manifest Manifest
	target   destination
	files    *blob.Store
	engine   string
	began    bool
	placed   []string // content that was not there before
}

func (r *restoring) everything(ctx context.Context, tx bun.Tx) error {
	if r.began {
		return fault.New(fault.Unavailable, "restore-interrupted", "another transaction of the database came in between; run the restore again")
	}
	r.began = true
	all, err := db.Tables(ctx, tx)
	if err != nil {
		return err
	}
	tables, err := belonging(all)
	if err != nil {
		return err
	}
	if err := r.checkTables(tables); err != nil {
		return err
	}
	if err := r.checkEmpty(ctx, tx, tables); err != nil {
		return err
	}
	if !r.target.have {
		w := r.manifest.Workspace
		row := [][]any{{r.target.slug, w.Name, w.CreatedAt.UTC()}}
		if _, err := db.InsertRows(ctx, tx, "workspace", []string{"slug", "name", "created_at"}, slices.Values(row)); err != nil {
			return err
		}
	}
	for _, content := range r.manifest.Tables {
		at := slices.IndexFunc(tables, func(t db.Table) bool { return t.Name == content.Name })
		if err := r.table(ctx, tx, tables[at], content); err != nil {
			return err
		}
	}
	for _, content := range r.manifest.Blobs {
		if err := r.blob(ctx, content); err != nil {
			return err
		}
	}
	return r.in.end()
}

// checkTables wants each table exactly once.
func (r *restoring) checkTables(tables []db.Table) error {
	var have, want []string
	for _, t := range r.manifest.Tables {
		have = append(have, t.Name)
	}
	for _, t := range tables {
		want = append(want, t.Name)
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return damaged("the list of tables", fmt.Errorf("have %v, want %v", have, want))
	}
	return nil
}

// checkEmpty refuses a workspace that holds any row already.
func (r *restoring) checkEmpty(ctx context.Context, tx bun.Tx, tables []db.Table) error {
	var full []string
	for _, t := range tables {
		query, args := "SELECT EXISTS (SELECT 1 FROM "+t.Name, []any{}
		if own := shared[t.Name]; own != "" {
			query, args = query+" WHERE "+own, []any{r.target.slug}
		}
		if t.Name == "account" && r.engine == db.Postgres {
			continue // accounts of other workspaces
		}
		var some bool
		if err := tx.QueryRowContext(ctx, query+")", args...).Scan(&some); err != nil {
			return err
		}
		if some {
			full = append(full, t.Name)
		}
	}
	if len(full) > 0 {
		return fault.New(fault.Conflict, "not-empty", "the workspace %q is not empty (%s); restore into a new file or a new workspace", r.target.slug, strings.Join(full, ", "))
	}
	return nil
}

// insertBytes is how much text is gathered before it goes to the database.
const insertBytes = 4 << 20

func (r *restoring) table(ctx context.Context, tx bun.Tx, t db.Table, content TableContent) error {
	lines, err := r.in.table(content)
	if err != nil {
		return err
	}
	for !lines.ended {
		taken := 0
		var failed error
		group := func(yield func([]any) bool) {
			for taken < insertBytes {
				line, ok := lines.next()
				if !ok {
					return
				}
				taken += len(line)
				row, err := parseRow(line, t, r.engine)
				if err != nil {
					failed = inPlace(err, content)
					return
				}
				keep, err := r.adapt(ctx, tx, t, row)
				if err != nil {
					failed = err
					return
				}
				if keep && !yield(row) {
					return
				}
			}
		}
		_, err := db.InsertRows(ctx, tx, t.Name, t.ColumnNames(), group)
		if failed != nil {
			return failed
		}
		if err != nil {
			return fmt.Errorf("fill the table %s: %w", t.Name, err)
		}
	}
	return lines.check()
}

func inPlace(err error, content TableContent) error {
	if len(fault.All(err)) > 0 {
		return err
	}
	return damaged("table "+content.Name, err)
}

// adapt gives a row of a shared table the workspace's name here, and leaves out an account that is here already.
func (r *restoring) adapt(ctx context.Context, tx bun.Tx, t db.Table, row []any) (keep bool, err error) {
	if !t.Shared {
		return true, nil
	}
	names := t.ColumnNames()
	if i := slices.Index(names, "workspace"); i >= 0 {
		row[i] = r.target.slug
	}
	if t.Name != "account" {
		return true, nil
	}
	id, email := row[slices.Index(names, "id")], row[slices.Index(names, "email")]
	var have []string
	if err := tx.NewRaw("SELECT id FROM account WHERE id = ? OR email = ?", id, email).Scan(ctx, &have); err != nil {
		return false, err
	}
	switch {
	case len(have) == 0:
		return true, nil
	case slices.Contains(have, fmt.Sprint(id)):
		return false, nil
	}
	return false, fault.New(fault.Conflict, "account-differs",
		"the person of account %v has another account (%s) in this database, and records cannot be rewritten; restore into a database of its own", fault.Excerpt(fmt.Sprint(id), maxQuote), have[0])
}

func (r *restoring) blob(ctx context.Context, content BlobContent) error {
	body, err := r.in.part(blobsFolder+content.SHA256, content.Bytes)
	if err != nil {
		return err
	}
	ref, existed, err := r.files.Put(ctx, body)
	if err != nil {
		return inArchive(err, content.SHA256)
	}
	if !existed {
		r.placed = append(r.placed, ref.SHA256)
	}
	if ref.SHA256 != content.SHA256 {
		return damaged("file "+content.SHA256, nil)
	}
	return nil
}

// inArchive tells a file that cannot be read from a disk that cannot be written.
func inArchive(err error, sha string) error {
	if len(fault.All(err)) > 0 {
		return err
	}
	return damaged("file "+sha, err)
}
