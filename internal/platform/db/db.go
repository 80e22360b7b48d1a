package db

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// The names of the engines, as Engine returns them and as migration files are suffixed.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// queueLimit is how long a writer waits for the one before it.
const queueLimit = 30 * time.Second

// engine is what differs between the two databases.
type engine interface {
	name() string
	// reader and writer begin a transaction. In this process one writer a workspace is asked for at a time; writer waits for those of other processes.
	reader(ctx context.Context, workspace string) (bun.Tx, error)
	writer(ctx context.Context, workspace string) (bun.Tx, error)
	// undone tells of an error of Commit that nothing of the transaction was kept for sure, for a reason that lies in it.
	undone(err error) bool
	// diagnose turns a driver's error into a fault, or nil when the error is not the driver's.
	diagnose(ctx context.Context, err error) *fault.Fault
	// migrator lends a connection pool whose unqualified names mean the given schema.
	migrator(schema string) (*sql.DB, func(), error)
	ping(ctx context.Context) error
	close() error
}

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	engine engine
	lines  sync.Map      // of *line, by workspace
	share  time.Duration // shareLongest
}

// Open opens a database by a file path (SQLite) or a postgres:// URL (PostgreSQL and what speaks its protocol) and
// checks that it answers. A missing SQLite file is created, readable by its owner only; its folder must exist. Open does
// not migrate. Faults: Invalid for an address that cannot be read, Unavailable when the database does not answer, Conflict when a newer
// version of the program has migrated it ("newer-database").
func Open(ctx context.Context, url string) (*DB, error) {
	var e engine
	var err error
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		e, err = openPostgres(url)
	case url == "" || strings.Contains(url, ":memory:") || strings.Contains(url, "://"):
		return nil, fault.New(fault.Invalid, "database-url", "write the database as a file path or as postgres://user@host/name")
	default:
		e, err = openSQLite(url, "FULL")
	}
	if err != nil {
		return nil, err
	}
	d := &DB{engine: e, share: shareLongest}
	err = d.Ping(ctx)
	if err == nil {
		err = d.refuseNewer(ctx)
	}
	if err != nil {
		_ = e.close()
		return nil, err
	}
	return d, nil
}

// OpenTemporary opens a SQLite file that nobody needs after a crash of the machine, such as a demo's: it does not wait for the disk.
func OpenTemporary(ctx context.Context, path string) (*DB, error) {
	e, err := openSQLite(path, "OFF")
	if err != nil {
		return nil, err
	}
	return &DB{engine: e, share: shareLongest}, nil
}

// Engine is SQLite or Postgres.
func (d *DB) Engine() string { return d.engine.name() }

// Ping checks that the database answers. Fault: Unavailable.
func (d *DB) Ping(ctx context.Context) error { return d.fault(ctx, d.engine.ping(ctx)) }

// Close waits for running queries and gives every connection back.
func (d *DB) Close() error { return d.engine.close() }
