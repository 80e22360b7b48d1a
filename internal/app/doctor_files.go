package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
)

// How much must be free on a disk.
const (
	scarce  = 256 << 20
	becomes = 2 << 30
)

// disk looks at the room beside what grows. It comes before the database, which may not open without room.
func (e *examination) disk() {
	e.space("files", e.config.FilesDir())
	if !e.config.Postgres() {
		e.space("the database", filepath.Dir(e.config.Database))
	}
}

func (e *examination) space(what, dir string) {
	bytes, known := blob.Free(dir)
	switch {
	case !known:
	case bytes < scarce:
		e.note(Fault, "disk", "only %d MiB are free for %s in %s; make room now, uploads and imports are refused already", bytes>>20, what, dir)
	case bytes < becomes:
		e.note(Warning, "disk", "only %d MiB are free for %s in %s; make room", bytes>>20, what, dir)
	default:
		e.note(Well, "disk", "%d GiB are free for %s in %s", bytes>>30, what, dir)
	}
}

// directory looks at the place of the files; whether they are there, contents says.
func (e *examination) directory() {
	dir := e.config.FilesDir()
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.note(Warning, "files", "%s is not there yet; \"ofrecord serve\" makes it", dir)
		return
	case err == nil && !info.IsDir():
		err = errors.New("it is no directory")
	case err == nil:
		if err = writable(dir); err == nil {
			err = writable(filepath.Join(dir, "tmp"))
		}
	}
	if err != nil {
		e.note(Fault, "files", "%s cannot be written; give it to the user that runs this program (%v)", dir, err)
		return
	}
	switch mode := info.Mode().Perm(); {
	case runtime.GOOS == "windows":
	case mode&0o002 != 0:
		e.note(Fault, "permissions", "every user of this machine may replace what lies in %s (%v); run: chmod 700 %s", dir, mode, dir)
	case mode&0o077 != 0:
		e.note(Warning, "permissions", "other users of this machine may look into %s (%v); run: chmod 700 %s", dir, mode, dir)
	default:
		e.note(Well, "permissions", "only its owner may open %s", dir)
	}
}

func writable(dir string) error {
	probe, err := os.CreateTemp(dir, "doctor-")
	if errors.Is(err, fs.ErrNotExist) {
		return nil // made when it is needed
	}
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// readLimit is how much of the files is read to see whether they are what was uploaded.
const readLimit = 256 << 20

// contents wants every file that a row names to be there and what was uploaded.
func (e *examination) contents(ctx context.Context, d *db.DB, slug string) {
	if e.probes.Files == nil {
		return
	}
	named, err := e.probes.Files(ctx, d)
	if err != nil {
		e.note(Fault, "files", "%s", reason(err))
		return
	}
	dir := e.config.FilesDir()
	switch _, err := os.Stat(dir); {
	case len(named) == 0:
		e.note(Well, "files", "none were uploaded yet")
		return
	case errors.Is(err, fs.ErrNotExist):
		e.note(Fault, "files", "%s were uploaded, and there is no %s; set OFRECORD_FILES to where they are, or restore the last backup", counted(len(named), "file"), dir)
		return
	}
	store, err := e.store(d, slug)
	if err != nil {
		e.note(Fault, "files", "%s", reason(err))
		return
	}
	missing, spoilt, read := lost(store, named)
	if len(missing)+len(spoilt) > 0 {
		e.note(Fault, "files", "of %s: %d missing%s, %d damaged or unreadable%s; restore them from a backup, or upload the same files again",
			counted(len(named), "file"), len(missing), listed(missing), len(spoilt), listed(spoilt))
		return
	}
	e.note(Well, "files", "all %d files are there; the %d of them that were read are what was uploaded", len(named), read)
}

// store is the part of the files that belongs to the workspace.
func (e *examination) store(d *db.DB, slug string) (*blob.Store, error) {
	store, err := blob.Open(e.config.FilesDir())
	if err == nil && d.Engine() == db.Postgres {
		store, err = store.In(slug)
	}
	return store, err
}

// segments wants the file of the touches of each import to be there and what was written. Nothing is lost where one is not, for the database has the rows.
func (e *examination) segments(ctx context.Context, d *db.DB, slug string) {
	if e.probes.Segments == nil {
		return
	}
	const mend = "nothing is lost, but credit over many deals is slow without them; run \"ofrecord evidence segments --client NAME --rebuild\""
	named, without, err := e.probes.Segments(ctx, d)
	if err != nil {
		e.note(Fault, "segments", "%s", reason(err))
		return
	}
	if len(named) == 0 {
		if without > 0 {
			e.note(Warning, "segments", "%s of touches without one; %s", counted(without, "import"), mend)
		}
		return
	}
	store, err := e.store(d, slug)
	if err != nil {
		e.note(Fault, "segments", "%s", reason(err))
		return
	}
	missing, spoilt, read := lost(store, named)
	if len(missing)+len(spoilt)+without > 0 {
		e.note(Warning, "segments", "of %s of touches: %d missing%s, %d damaged or unreadable%s, and %s without one; %s",
			counted(len(named), "file"), len(missing), listed(missing), len(spoilt), listed(spoilt), counted(without, "import"), mend)
		return
	}
	e.note(Well, "segments", "all %d files of touches are there; the %d of them that were read are what was written", len(named), read)
}

// lost finds which of the named files are not there, and which of those that it reads are not what was uploaded. It reads some of them.
func lost(store *blob.Store, named []string) (missing, spoilt []string, read int) {
	named = slices.Clone(named)
	rand.Shuffle(len(named), func(i, j int) { named[i], named[j] = named[j], named[i] })
	left := int64(readLimit)
	for _, sha := range named {
		in, err := store.Get(sha)
		if fault.Is(err, fault.NotFound) {
			missing = append(missing, sha)
			continue
		}
		if err == nil && left > 0 {
			var n int64
			n, err = io.Copy(io.Discard, in)
			left -= n
			read++
		}
		if in != nil {
			_ = in.Close()
		}
		if err != nil {
			spoilt = append(spoilt, sha)
		}
	}
	slices.Sort(missing)
	slices.Sort(spoilt)
	return missing, spoilt, read
}

// listed names the first few files in brackets, by how their names begin.
func listed(digests []string) string {
	const few, letters = 5, 12
	if len(digests) == 0 {
		return ""
	}
	var names []string
	for _, sha := range digests[:min(few, len(digests))] {
		names = append(names, sha[:min(letters, len(sha))]+"…")
	}
	if more := len(digests) - few; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return " (" + strings.Join(names, ", ") + ")"
}
