package app

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// directory is one that is looked into for files. Several processes may look into the same. Whoever may write into it may be anybody: nothing below
// it is reached through a symbolic link.
type directory struct {
	dir    string
	settle time.Duration // how long nothing must have written to a file
	once   bool          // one look must do: a file need not have been the same at the last
	seen   map[string]fileState
	passed map[string]string // files that the last look passed over, and why
	barred int               // how many of them bear a mistake that somebody must mend

	// take does what is to be done with a complete file, and says where it goes ("done", "failed") and what is written beside it. "": it stays.
	take  func(f arrival) (to, text string, err error)
	moved func(name, to string)
	pass  func(name, why string)                            // tells of a file that is passed over, once
	open  func(root *os.Root, name string) (fs.File, error) // nil: as the machine opens files
}

// arrival is a complete file, open at its start.
type arrival struct {
	name, sha256 string
	io.ReadSeeker
}

// fileState tells whether a file still grows.
type fileState struct {
	size    int64
	changed time.Time
}

// places are where files go.
var places = []string{"done", "failed"}

// prepare makes the places to which files go. Faults: NotFound, Unavailable; one that is a symbolic link is refused.
func (d *directory) prepare() error {
	root, err := d.root()
	if err != nil {
		return err
	}
	defer root.Close()
	for _, sub := range places {
		if err := root.Mkdir(sub, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
			return fault.New(fault.Unavailable, "directory", "%s cannot be written to: %s", d.dir, plainCause(err)).Because(err)
		}
	}
	return d.own(root)
}

func (d *directory) root() (*os.Root, error) {
	root, err := os.OpenRoot(d.dir)
	if err != nil {
		return nil, fault.New(fault.NotFound, "directory", "%s is no directory that can be read", d.dir).Because(err)
	}
	return root, nil
}

// own refuses places that are something else than directories of this one.
func (d *directory) own(root *os.Root) error {
	for _, sub := range places {
		info, err := root.Lstat(sub)
		switch path := filepath.Join(d.dir, sub); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fault.New(fault.Unavailable, "directory", "%s cannot be read: %s", path, plainCause(err)).Because(err)
		case info.Mode()&fs.ModeSymlink != 0:
			return fault.New(fault.Unavailable, "directory-link", "%s is a symbolic link, and files are put through none; replace it by a directory", path)
		case !info.IsDir():
			return fault.New(fault.Unavailable, "directory-link", "%s is no directory; move it away", path)
		}
	}
	return nil
}

// writable tries whether files can be moved out of the directory, and leaves nothing. Faults: NotFound, Unavailable.
func (d *directory) writable() error {
	root, err := d.root()
	if err != nil {
		return err
	}
	defer root.Close()
	if err := d.own(root); err != nil {
		return err
	}
	f, err := os.CreateTemp(d.dir, ".ofrecord-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return fault.New(fault.Unavailable, "directory", "%s cannot be written to: %s", d.dir, plainCause(err)).Because(err)
	}
	return nil
}

// passedOver tells which files no look will take, and takes none itself. Faults: NotFound, Unavailable.
func (d *directory) passedOver() (map[string]string, error) {
	probe := *d
	probe.seen, probe.passed, probe.settle, probe.once = nil, nil, 0, true
	probe.pass = func(string, string) {}
	probe.take = func(arrival) (string, string, error) { return "", "", nil }
	err := probe.each(func(root *os.Root, name string) error {
		f, err := probe.opened(root, name)
		if err == nil {
			err = f.Close()
		}
		return err
	})
	return probe.passed, err
}

// look takes what is complete, by the order of names. A file that cannot be read or moved stops no other; the first error of another sort ends it,
// with the name of its file.
func (d *directory) look() (name string, err error) {
	err = d.each(func(root *os.Root, file string) error {
		name = file
		return d.taken(root, file)
	})
	if err == nil {
		name = ""
	}
	return name, err
}

// each does something with every complete file. What the errors say of a file alone is told, and the others follow.
func (d *directory) each(do func(root *os.Root, name string) error) error {
	root, err := d.root()
	if err != nil {
		return err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fault.New(fault.Unavailable, "directory", "%s cannot be read: %s", d.dir, plainCause(err)).Because(err)
	}
	before, told := d.seen, d.passed
	d.seen, d.passed, d.barred = map[string]fileState{}, map[string]string{}, 0
	over := func(name, why string) {
		if d.passed[name] = why; told[name] != why {
			d.pass(name, why)
		}
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || unfinishedName(e.Name()) {
			continue // a file that is gone meanwhile is none
		}
		if info.Mode()&fs.ModeSymlink != 0 && !slices.Contains(places, e.Name()) {
			over(e.Name(), "it is a symbolic link, and none is followed; put the file itself there")
		}
		if info.Mode().IsRegular() {
			d.seen[e.Name()] = fileState{info.Size(), info.ModTime()}
		}
	}
	for _, e := range entries {
		state, ok := d.seen[e.Name()]
		was, known := before[e.Name()]
		if !ok || time.Since(state.changed) < d.settle || !d.once && (!known || was != state) {
			continue
		}
		var alone aloneError
		err := do(root, e.Name())
		switch {
		case errors.Is(err, errGone): // another process was faster
		case errors.As(err, &alone):
			d.barred++
			over(e.Name(), alone.Error())
		case err != nil:
			for name, why := range told {
				if _, seen := d.passed[name]; !seen {
					d.passed[name] = why // this look did not come to it
				}
			}
			return err
		}
	}
	return nil
}

// aloneError concerns one file, and no other.
type aloneError struct{ words string }

func (e aloneError) Error() string { return e.words }

// errGone says that a file is no longer there.
var errGone = errors.New("the file is gone")

// opened opens a file that is one; an error is errGone or about this file alone.
func (d *directory) opened(root *os.Root, name string) (fs.File, error) {
	open := d.open
	if open == nil {
		open = func(root *os.Root, name string) (fs.File, error) { return root.Open(name) }
	}
	f, err := open(root, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errGone
	case err != nil:
		return nil, aloneError{"it cannot be read: " + plainCause(err)}
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(errGone, f.Close()) // something else took its place
	}
	return f, nil
}

// taken does with a file what is to be done, and moves it away.
func (d *directory) taken(root *os.Root, name string) error {
	f, err := d.opened(root, name)
	if err != nil {
		return err
	}
	to, text, err := d.takeOpen(f, name)
	_ = f.Close() // it was only read
	if err != nil || to == "" {
		return err
	}
	return d.move(root, name, to, text)
}

func (d *directory) takeOpen(f fs.File, name string) (to, text string, err error) {
	seeker, ok := f.(io.ReadSeeker)
	if !ok {
		return "", "", aloneError{"it cannot be read twice"}
	}
	h := sha256.New()
	if _, err = io.Copy(h, f); err == nil {
		_, err = seeker.Seek(0, io.SeekStart)
	}
	if err != nil {
		return "", "", aloneError{"it cannot be read: " + plainCause(err)}
	}
	return d.take(arrival{name, hex.EncodeToString(h.Sum(nil)), seeker})
}

func unfinishedName(name string) bool {
	for _, end := range []string{".part", ".tmp", ".crdownload", ".filepart", "~"} {
		if strings.HasSuffix(strings.ToLower(name), end) {
			return true
		}
	}
	return strings.HasPrefix(name, ".")
}

// move puts the file away under a name that is free, with a text beside it. The text comes first: a file that lies there has one. A file that
// another process has moved meanwhile is left to it.
func (d *directory) move(root *os.Root, name, to, text string) error {
	if err := d.own(root); err != nil {
		return err
	}
	there := func(path string) bool { _, err := root.Lstat(path); return !errors.Is(err, fs.ErrNotExist) }
	free := name
	for n := 2; there(filepath.Join(to, free)); n++ {
		ending := filepath.Ext(name)
		free = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ending), n, ending)
	}
	if !there(name) {
		return nil
	}
	beside := filepath.Join(to, free+".txt")
	err := writeIn(root, beside, text)
	if err == nil {
		err = root.Rename(name, filepath.Join(to, free))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if !there(filepath.Join(to, free)) {
			_ = root.Remove(beside) // it speaks of a file that is not there
		}
		return nil
	case errors.Is(err, fs.ErrPermission):
		return aloneError{fmt.Sprintf("it cannot be moved to %s: %s", to, plainCause(err))}
	case err != nil:
		return fault.New(fault.Unavailable, "directory", "%s cannot be moved to %s: %s", name, to, plainCause(err)).Because(err)
	}
	d.moved(name, filepath.Join(to, free))
	return nil
}

// writeIn writes a file below the root as a whole or not at all.
func writeIn(root *os.Root, path, text string) error {
	temporary := filepath.Join(filepath.Dir(path), ".ofrecord-"+rand.Text())
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temporary, path)
	}
	if err != nil {
		_ = root.Remove(temporary) // it is ours and incomplete
	}
	return err
}
