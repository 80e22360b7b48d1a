package archive

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// Backup writes the context's workspace to w while the program goes on; on SQLite it is the workspace of the file. Files is
// the store of that workspace. What it wrote is a backup only when the error is nil: see WriteFile.
// Stored files that are damaged already are left out and named in the summary.
// Faults: NotFound when there is no such workspace, Unavailable from the database, files or w.
func Backup(ctx context.Context, d *db.DB, files *blob.Store, w io.Writer, o Options) (Summary, error) {
	workspace, err := sourceWorkspace(ctx, d)
	if err != nil {
		return Summary{}, err
	}
	ctx = db.WithWorkspace(ctx, workspace.Slug)
	steps, err := stepsOf(ctx, d, workspace.Slug)
	if err != nil {
		return Summary{}, fmt.Errorf("back up: %w", err)
	}
	// Most content is read before the snapshot begins, so that the snapshot is not held for long.
	known := map[string]bool{}
	if _, _, err := survey(ctx, files, known); err != nil {
		return Summary{}, fmt.Errorf("back up the files: %w", err)
	}
	sum := Summary{Workspace: workspace.Slug, Manifest: Manifest{
		Format: Format, Program: o.Program, Created: o.now(), Engine: d.Engine(), Workspace: workspace, Steps: steps,
	}}
	out := newWriter(w, sum.Manifest.Created)
	err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return out.snapshot(ctx, tx, files, known, &sum)
	})
	if err != nil {
		return Summary{}, fmt.Errorf("back up the tables: %w", err)
	}
	for _, b := range sum.Manifest.Blobs {
		if err := out.blob(ctx, files, b); err != nil {
			return Summary{}, fmt.Errorf("back up the file %s: %w", b.SHA256, err)
		}
	}
	return sum, out.close()
}

func sourceWorkspace(ctx context.Context, d *db.DB) (Workspace, error) {
	list, err := d.Workspaces(ctx)
	if err != nil {
		return Workspace{}, fmt.Errorf("find the workspace: %w", err)
	}
	slug, _ := db.Workspace(ctx)
	for _, w := range list {
		if d.Engine() == db.SQLite || w.Slug == slug {
			return Workspace{Slug: w.Slug, Name: w.Name, CreatedAt: w.CreatedAt}, nil
		}
	}
	return Workspace{}, fault.New(fault.NotFound, "workspace", "there is no workspace %q in this database, so there is nothing to back up", slug)
}

// writer writes the parts of a file in their order.
type writer struct {
	packed *gzip.Writer
	parts  *tar.Writer
	at     time.Time
}

func newWriter(w io.Writer, at time.Time) *writer {
	packed := gzip.NewWriter(w)
	return &writer{packed: packed, parts: tar.NewWriter(packed), at: at}
}

func (w *writer) part(name string, size int64) error {
	return w.parts.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.at})
}

func (w *writer) close() error {
	if err := w.parts.Close(); err != nil {
		return err
	}
	return w.packed.Close()
}

// snapshot reads every table twice in one transaction: to count and digest it for the manifest, and to write it.
func (w *writer) snapshot(ctx context.Context, tx bun.Tx, files *blob.Store, known map[string]bool, sum *Summary) error {
	all, err := db.Tables(ctx, tx)
	if err != nil {
		return err
	}
	tables, err := belonging(all)
	if err != nil {
		return err
	}
	m := &sum.Manifest
	for _, t := range tables {
		content, err := writeTable(ctx, tx, t, tables, m.Workspace.Slug, io.Discard)
		if err != nil {
			return err
		}
		m.Tables = append(m.Tables, content)
	}
	// A row that names content is written after the content: what the snapshot names is listed now.
	if m.Blobs, sum.Damaged, err = survey(ctx, files, known); err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if len(text) > maxManifest {
		return fault.New(fault.TooLarge, "archive-size", "the workspace has %d stored files, more than a backup can list; save the database and the folder of files themselves", len(m.Blobs))
	}
	digest := sha256.Sum256(text)
	sum.Fingerprint = hex.EncodeToString(digest[:])
	if err := w.part(manifestName, int64(len(text))); err != nil {
		return err
	}
	if _, err := w.parts.Write(text); err != nil {
		return err
	}
	for i, t := range tables {
		if err := w.part(tablesFolder+t.Name+tablesSuffix, m.Tables[i].Bytes); err != nil {
			return err
		}
		again, err := writeTable(ctx, tx, t, tables, m.Workspace.Slug, w.parts)
		if err != nil {
			return err
		}
		if again != m.Tables[i] {
			return fmt.Errorf("table %s changed within one snapshot", t.Name)
		}
	}
	return nil
}

func writeTable(ctx context.Context, tx bun.Tx, t db.Table, all []db.Table, slug string, w io.Writer) (TableContent, error) {
	content := TableContent{Name: t.Name}
	digest := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(digest, w), 64<<10)
	var line []byte
	where, args := condition(t, all, slug)
	for row, err := range t.Rows(ctx, tx, where, args...) {
		if err != nil {
			return content, err
		}
		if line, err = appendRow(line[:0], t, row); err != nil {
			return content, err
		}
		if len(line) > maxRow {
			return content, fmt.Errorf("a row of table %s has %d bytes; a backup takes %d", t.Name, len(line), maxRow)
		}
		content.Rows++
		content.Bytes += int64(len(line))
		if _, err := out.Write(line); err != nil {
			return content, err
		}
	}
	if err := out.Flush(); err != nil {
		return content, err
	}
	content.SHA256 = hex.EncodeToString(digest.Sum(nil))
	return content, nil
}

func (w *writer) blob(ctx context.Context, files *blob.Store, b BlobContent) error {
	in, err := files.Get(b.SHA256)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := w.part(blobsFolder+b.SHA256, b.Bytes); err != nil {
		return err
	}
	_, err = io.Copy(w.parts, heeding{ctx, in})
	return err
}

// survey lists the content that is whole, and the digests of what is not. What known holds was read before.
func survey(ctx context.Context, files *blob.Store, known map[string]bool) (list []BlobContent, broken []string, err error) {
	for ref, err := range files.All() {
		if err != nil {
			return nil, nil, err
		}
		whole, read := known[ref.SHA256]
		if !read {
			if whole, err = isWhole(ctx, files, ref); err != nil {
				return nil, nil, err
			}
			known[ref.SHA256] = whole
		}
		if whole {
			list = append(list, BlobContent(ref))
		} else {
			broken = append(broken, ref.SHA256)
		}
	}
	return list, broken, nil
}

// isWhole reads content to its end. It is not whole when it is not what its name says, or when the disk cannot read it.
func isWhole(ctx context.Context, files *blob.Store, ref blob.Ref) (bool, error) {
	in, err := files.Get(ref.SHA256)
	if err != nil {
		return false, err
	}
	defer in.Close()
	_, err = io.Copy(io.Discard, heeding{ctx, in})
	return err == nil, ctx.Err()
}

// heeding is a reader that ends with its context.
type heeding struct {
	ctx context.Context
	r   io.Reader
}

func (h heeding) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	return h.r.Read(p)
}
