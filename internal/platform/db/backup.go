package db

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// BackupSQLite writes a complete, compact copy of the file to a new file, readable by its owner only, while readers and
// the writer go on. Faults: Invalid on PostgreSQL (pg_dump does it there), Conflict when the destination exists,
// Unavailable when it cannot be written.
func (d *DB) BackupSQLite(ctx context.Context, destination string) error {
	e, ok := d.engine.(*sqliteEngine)
	if !ok {
		return fault.New(fault.Invalid, "backup-engine", "a PostgreSQL database is backed up with pg_dump")
	}
	file, err := os.OpenFile(destination, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "backup-exists", "%s exists already; choose a new file for the backup", destination)
	}
	if err != nil {
		return fault.New(fault.Unavailable, "backup-file", "%s cannot be written; check its folder", destination).Because(err)
	}
	if err := errors.Join(file.Close(), e.copyInto(ctx, destination)); err != nil {
		return d.fault(ctx, errors.Join(err, os.Remove(destination)))
	}
	return nil
}
