package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// FileName is the usual name of a backup.
func FileName(workspace string, at time.Time) string {
	return fmt.Sprintf("ofrecord-%s-%s.tar.gz", workspace, at.UTC().Format("20060102T150405Z"))
}

// WriteFile makes a file that is there only when it is whole and safe on the disk, readable by its owner only. A process
// that dies on the way leaves at most a file "<name>.part-*" beside it. An existing file is never replaced.
// Faults: Conflict when the file exists, Unavailable when it cannot be written; what write returns otherwise.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	if err := vacant(path); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".part-*") // mode 0600
	if err != nil {
		return unwritten(path, err)
	}
	defer func() {
		if err != nil {
			_ = part.Close()
			_ = os.Remove(part.Name())
		}
	}()
	if err := write(part); err != nil {
		return err
	}
	if err := errors.Join(part.Sync(), part.Close()); err != nil {
		return unwritten(path, err)
	}
	if err := vacant(path); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return unwritten(path, err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return unwritten(path, err)
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func vacant(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fault.New(fault.Conflict, "backup-exists", "%s exists already; choose a new file for the backup", path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return unwritten(path, err)
}

func unwritten(path string, cause error) error {
	return fault.New(fault.Unavailable, "backup-file", "%s cannot be written; check its folder and the room on its disk", path).Because(cause)
}
