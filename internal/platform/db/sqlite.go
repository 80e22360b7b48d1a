package db

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// sqliteEngine is one file: a pool of readers that cannot write, and one writer.
type sqliteEngine struct {
	path    string
	readers *bun.DB
	one     *bun.DB
}

func openSQLite(path, synchronous string) (engine, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "database-url", "the database path cannot be read").Because(err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return nil, diskFull(err)
	case err != nil:
		return nil, fault.New(fault.Unavailable, "database-file",
			"the database file %s cannot be opened for writing; check that its folder exists and belongs to this user", path).Because(err)
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	writer, err := openFile(path, "_txlock=immediate", "journal_mode(WAL)", "synchronous("+synchronous+")", "recursive_triggers(1)", "cache_size(-65536)")
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	readers, err := openFile(path, "", "query_only(1)")
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	pool := max(4, 2*runtime.GOMAXPROCS(0))
	readers.SetMaxOpenConns(pool)
	readers.SetMaxIdleConns(pool)
	return &sqliteEngine{
		path:    path,
		readers: bun.NewDB(readers, sqlitedialect.New()),
		one:     bun.NewDB(writer, sqlitedialect.New()),
	}, nil
}

// openFile names the file as a URI, so that no character of its path is taken for a parameter.
func openFile(path, more string, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_time_format": {"sqlite"}, "_timezone": {"UTC"}}
	q["_pragma"] = append([]string{"busy_timeout(10000)", "foreign_keys(1)"}, pragmas...)
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
	if more != "" {
		dsn += "&" + more
	}
	return openPrepared(dsn)
}

func (e *sqliteEngine) name() string { return SQLite }

func (e *sqliteEngine) reader(ctx context.Context, _ string) (bun.Tx, error) {
	return e.readers.BeginTx(ctx, nil)
}

func (e *sqliteEngine) writer(ctx context.Context, _ string) (bun.Tx, error) {
	return e.one.BeginTx(ctx, nil)
}

// undone is never said: what SQLite refuses, it refuses before the commit.
func (e *sqliteEngine) undone(error) bool { return false }

func (e *sqliteEngine) migrator(string) (*sql.DB, func(), error) {
	return e.one.DB, func() {}, nil
}

func (e *sqliteEngine) ping(ctx context.Context) error {
	var mode string
	if err := e.one.DB.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	return e.readers.DB.PingContext(ctx)
}

func (e *sqliteEngine) close() error { return errors.Join(e.readers.Close(), e.one.Close()) }

// copyInto writes a copy of one snapshot into an empty file, by a connection of its own: to the readers it would be a write.
func (e *sqliteEngine) copyInto(ctx context.Context, path string) error {
	own, err := openFile(e.path, "")
	if err != nil {
		return err
	}
	_, err = own.ExecContext(ctx, "VACUUM INTO ?", path)
	return errors.Join(err, own.Close())
}

// Result codes of SQLite, https://www.sqlite.org/rescode.html.
const (
	sqliteError      = 1
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteReadOnly   = 8
	sqliteIO         = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteCantOpen   = 14
	sqliteNotADB     = 26
	sqliteCheck      = 275
	sqliteForeignKey = 787
	sqliteNotNull    = 1299
	sqlitePrimaryKey = 1555
	sqliteTrigger    = 1811
	sqliteUnique     = 2067
	sqliteNoRoom     = 4874 // the file in which its connections share their locks cannot grow
)

func (e *sqliteEngine) diagnose(ctx context.Context, err error) *fault.Fault {
	var said *sqlite.Error
	if !errors.As(err, &said) {
		return nil
	}
	subject := constraintSubject(said.Error())
	switch said.Code() {
	case sqliteUnique, sqlitePrimaryKey:
		return taken(e.constraint(ctx, subject), err)
	case sqliteForeignKey:
		return dangling(err)
	case sqliteCheck:
		return refused(subject, err)
	case sqliteNotNull:
		return missing(subject, err)
	case sqliteTrigger:
		if key := takenKey.FindStringSubmatch(said.Error()); key != nil {
			return taken(key[1], err)
		}
		return immutable(err)
	case sqliteNoRoom:
		return diskFull(err)
	}
	switch said.Code() & 0xff {
	case sqliteBusy, sqliteLocked:
		return busy(err)
	case sqliteReadOnly:
		if strings.Contains(said.Error(), "attempt to write") {
			return readOnly(err)
		}
		return unreadable(err)
	case sqliteFull:
		return diskFull(err)
	case sqliteIO, sqliteCantOpen:
		return unreadable(err)
	case sqliteCorrupt:
		return damaged(err)
	case sqliteNotADB:
		return foreign(err)
	case sqliteError:
		if strings.Contains(said.Error(), "no such table") {
			return unprepared(err)
		}
	}
	return nil
}

// constraintSubject cuts "account.email" out of "constraint failed: UNIQUE constraint failed: account.email (2067)".
func constraintSubject(message string) string {
	_, subject, _ := strings.Cut(message, " constraint failed: ")
	if i := strings.LastIndex(subject, " ("); i >= 0 {
		subject = subject[:i]
	}
	return subject
}

// takenKey reads what the triggers say that keep a row of an append-only table from being replaced.
var takenKey = regexp.MustCompile(`taken: (\w+)`)

var (
	namedUnique = regexp.MustCompile(`(?i)CONSTRAINT\s+(\w+)\s+(?:UNIQUE|PRIMARY\s+KEY)\s*\(([^)]*)\)`)
	uniqueIndex = regexp.MustCompile(`(?is)CREATE\s+UNIQUE\s+INDEX\s+(\w+)\s+ON\s+\w+\s*\(([^)]*)\)`)
)

// constraint finds the name that PostgreSQL would have reported, for SQLite reports columns: "touch.source, touch.ref".
// Without a name it gives the columns.
func (e *sqliteEngine) constraint(ctx context.Context, columns string) string {
	table, _, ok := strings.Cut(columns, ".")
	if !ok {
		return strings.Trim(strings.TrimPrefix(columns, "index "), "'")
	}
	rows, err := e.readers.DB.QueryContext(ctx, "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", table)
	if err != nil {
		return columns
	}
	defer rows.Close()
	want := strings.ReplaceAll(columns, table+".", "")
	for rows.Next() {
		var ddl string
		if rows.Scan(&ddl) != nil {
			return columns
		}
		for _, found := range append(namedUnique.FindAllStringSubmatch(ddl, -1), uniqueIndex.FindAllStringSubmatch(ddl, -1)...) {
			if strings.Join(strings.FieldsFunc(found[2], isListSpace), ", ") == want {
				return found[1]
			}
		}
	}
	return columns
}

func isListSpace(r rune) bool { return strings.ContainsRune(", \t\n", r) }
