package app

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// directory is one that is looked into for files. Several processes may look into the same.
type directory struct {
	dir    string
	settle time.Duration // how long nothing must have written to a file
	once   bool          // one look must do: a file need not have been the same at the last
	seen   map[string]fileState

	// take does what is to be done with a complete file, and says where it goes ("done", "failed") and what is written beside it. "": it stays.
	take  func(name, path string) (to, text string, err error)
	moved func(name, to string)
}

// fileState tells whether a file still grows.
type fileState struct {
	size    int64
	changed time.Time
}

// prepare makes the places to which files go. Faults: NotFound, Unavailable.
func (d *directory) prepare() error {
	for _, sub := range []string{"", "done", "failed"} {
		path := filepath.Join(d.dir, sub)
		if info, err := os.Stat(path); sub == "" && (err != nil || !info.IsDir()) {
			return fault.New(fault.NotFound, "directory", "%s is no directory that can be read", d.dir)
		}
		if err := os.MkdirAll(path, 0o750); err != nil {
			return fault.New(fault.Unavailable, "directory", "%s cannot be written to: %s", d.dir, plainCause(err)).Because(err)
		}
	}
	return nil
}

// writable tries whether files can be moved out of the directory, and leaves nothing. Faults: NotFound, Unavailable.
func (d *directory) writable() error {
	if info, err := os.Stat(d.dir); err != nil || !info.IsDir() {
		return fault.New(fault.NotFound, "directory", "%s is no directory that can be read", d.dir)
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

// look takes what is complete, by the order of names. It ends at the first error, and gives the name of its file.
func (d *directory) look() (name string, err error) {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return "", fault.New(fault.Unavailable, "directory", "%s cannot be read: %s", d.dir, plainCause(err)).Because(err)
	}
	now := map[string]fileState{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || unfinishedName(e.Name()) {
			continue // a file that is gone meanwhile is none
		}
		now[e.Name()] = fileState{info.Size(), info.ModTime()}
	}
	before := d.seen
	d.seen = now
	for _, e := range entries {
		state, ok := now[e.Name()]
		was, known := before[e.Name()]
		if !ok || time.Since(state.changed) < d.settle || !d.once && (!known || was != state) {
			continue
		}
		to, text, err := d.take(e.Name(), filepath.Join(d.dir, e.Name()))
		if err == nil && to != "" {
			err = d.move(e.Name(), to, text)
		}
		if err != nil {
			return e.Name(), err
		}
	}
	return "", nil
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
func (d *directory) move(name, to, text string) error {
	free := name
	for n := 2; ; n++ {
		_, err := os.Lstat(filepath.Join(d.dir, to, free))
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		ending := filepath.Ext(name)
		free = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ending), n, ending)
	}
	if _, err := os.Lstat(filepath.Join(d.dir, name)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	beside := filepath.Join(d.dir, to, free+".txt")
	err := writeTo(beside, func(out io.Writer) error { _, err := io.WriteString(out, text); return err })
	if err == nil {
		err = os.Rename(filepath.Join(d.dir, name), filepath.Join(d.dir, to, free))
	}
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Lstat(filepath.Join(d.dir, to, free)); errors.Is(err, os.ErrNotExist) {
			_ = os.Remove(beside) // it speaks of a file that is not there
		}
		return nil
	}
	if err != nil {
		return fault.New(fault.Unavailable, "directory", "%s cannot be moved to %s: %s", name, to, plainCause(err)).Because(err)
	}
	d.moved(name, filepath.Join(to, free))
	return nil
}

func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
