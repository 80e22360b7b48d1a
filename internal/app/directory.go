package app

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
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
		open = openAtOnce
	}
	if len(name) > longestName {
		return nil, aloneError{"its name is too long for a text beside it; give it a shorter one"}
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

// longestName is how long a name may be that gets a number and an ending.
const longestName = 240

// openAtOnce waits for nobody, should a pipe or a device have taken the place of a file since it was seen.
func openAtOnce(root *os.Root, name string) (fs.File, error) {
	return root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// taken does with a file what is to be done, and moves it away.
func (d *directory) taken(root *os.Root, name string) error {
	f, err := d.opened(root, name)
	if err != nil {
		return err
	}
	defer f.Close() // it was only read
	was, err := f.Stat()
	if err != nil {
		return aloneError{"it cannot be read: " + plainCause(err)}
	}
	to, text, err := d.takeOpen(f, name)
	if err != nil || to == "" {
		return err
	}
	return d.move(root, name, to, text, func(is fs.FileInfo) bool {
		return os.SameFile(was, is) && was.Size() == is.Size() && was.ModTime().Equal(is.ModTime())
	})
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
	sum := hex.EncodeToString(h.Sum(nil))
	return d.take(arrival{name, sum, &steady{ReadSeeker: seeker, sum: sha256.New(), want: sum}})
}

// steady reads a file again, and ends with an error when it is no longer what it was.
type steady struct {
	io.ReadSeeker
	sum  hash.Hash
	want string
}

func (s *steady) Read(p []byte) (int, error) {
	n, err := s.ReadSeeker.Read(p)
	s.sum.Write(p[:n])
	if errors.Is(err, io.EOF) && hex.EncodeToString(s.sum.Sum(nil)) != s.want {
		return n, aloneError{"it was written to while it was read; it is taken when it is at rest"}
	}
	return n, err
}

// Seek begins again at the start, the only place that is sought.
func (s *steady) Seek(offset int64, whence int) (int64, error) {
	s.sum.Reset()
	return s.ReadSeeker.Seek(offset, whence)
}

func unfinishedName(name string) bool {
	for _, end := range []string{".part", ".tmp", ".crdownload", ".filepart", "~"} {
		if strings.HasSuffix(strings.ToLower(name), end) {
			return true
		}
	}
	return strings.HasPrefix(name, ".")
}

// move puts the file away under a name that is free, with a text beside it. The text comes first: a file that lies there has one, and whoever made it has the name. A file that
// another process has moved meanwhile is left to it, and what has taken the place of the one that was read stays.
func (d *directory) move(root *os.Root, name, to, text string, same func(fs.FileInfo) bool) error {
	if err := d.own(root); err != nil {
		return err
	}
	free, err := freeName(root, name, to)
	if err != nil {
		return d.unmoved(name, to, err)
	}
	put, beside := filepath.Join(to, free), filepath.Join(to, free+".txt")
	is, err := root.Lstat(name)
	if err != nil || !same(is) {
		_ = root.Remove(beside) // it would speak of another file
		return nil
	}
	if err = writeIn(root, beside, text); err == nil {
		err = root.Rename(name, put)
	}
	if err != nil {
		_ = root.Remove(beside) // it speaks of a file that is not there
		return d.unmoved(name, to, err)
	}
	if is, err := root.Lstat(put); err == nil && !same(is) { // it came in the last moment
		return d.back(root, put, beside, name)
	}
	d.moved(name, put)
	return nil
}

// unmoved is the error of a file that could not be moved; nil when it is gone.
func (d *directory) unmoved(name, to string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, fs.ErrPermission):
		return aloneError{fmt.Sprintf("it cannot be moved to %s: %s", to, plainCause(err))}
	}
	return fault.New(fault.Unavailable, "directory", "%s cannot be moved to %s: %s", name, to, plainCause(err)).Because(err)
}

// freeName finds a name that neither a file nor a text has, and takes it by the text beside it, which is still blank: no other process can.
func freeName(root *os.Root, name, to string) (string, error) {
	ending := filepath.Ext(name)
	for n := 1; ; n++ {
		free := name
		if n > 1 {
			free = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ending), n, ending)
		}
		if _, err := root.Lstat(filepath.Join(to, free)); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		f, err := root.OpenFile(filepath.Join(to, free+".txt"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return free, f.Close()
	}
}

// back puts a file where it came from, to be taken at another look.
func (d *directory) back(root *os.Root, put, beside, name string) error {
	_ = root.Remove(beside) // it speaks of another file
	ending := filepath.Ext(name)
	free := name
	for n := 2; ; n++ {
		if _, err := root.Lstat(free); errors.Is(err, fs.ErrNotExist) {
			return d.unmoved(put, ".", root.Rename(put, free))
		}
		free = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ending), n, ending)
	}
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
