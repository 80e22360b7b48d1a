package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/migrations"
)

// postgresPool is how many connections one process holds at most.
const postgresPool = 16

type postgresEngine struct {
	config *pgx.ConnConfig
	pool   *bun.DB
}

func openPostgres(url string) (engine, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "database-url", "the database address cannot be read; write postgres://user:password@host:5432/name").Because(err)
	}
	// bun writes arguments into the text, so a cache of prepared texts would only fill up; and none survives a pooler.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	pool := sql.OpenDB(connector{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(timesInUTC))})
	pool.SetMaxOpenConns(postgresPool)
	pool.SetMaxIdleConns(postgresPool)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	return &postgresEngine{config: config, pool: bun.NewDB(pool, pgdialect.New())}, nil
}

func timesInUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

func (e *postgresEngine) name() string { return Postgres }

// reader holds one snapshot for all its queries, as SQLite does.
func (e *postgresEngine) reader(ctx context.Context, workspace string) (bun.Tx, error) {
	return e.begin(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "+searchPath(workspace))
}

// writer reads committed rows: its first statement waits for the writer of another process before it, and must then see what that one wrote.
func (e *postgresEngine) writer(ctx context.Context, workspace string) (bun.Tx, error) {
	return e.begin(ctx, fmt.Sprintf("BEGIN ISOLATION LEVEL READ COMMITTED; %s; SET LOCAL lock_timeout TO %d; SELECT pg_advisory_xact_lock(%d)",
		searchPath(workspace), queueLimit.Milliseconds(), writerLock(workspace)))
}

// begin sends the transaction's beginning and its settings in one message; they end with the transaction.
func (e *postgresEngine) begin(ctx context.Context, words string) (bun.Tx, error) {
	return e.pool.BeginTx(context.WithValue(ctx, beginning{}, words), nil)
}

// beginning is the key of the words that begin a transaction.
type beginning struct{}

// connector makes connections that begin a transaction in the words of its context.
type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return begins{conn.(*stdlib.Conn)}, nil
}

type begins struct{ *stdlib.Conn }

// BeginTx takes back what began before the words failed: the lock that did not come leaves a transaction behind.
func (c begins) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	words, ok := ctx.Value(beginning{}).(string)
	if !ok || c.Conn.Conn().IsClosed() {
		return c.Conn.BeginTx(ctx, options)
	}
	tx, err := c.Conn.Conn().BeginTx(ctx, pgx.TxOptions{BeginQuery: words})
	if err != nil {
		if !c.Conn.Conn().IsClosed() {
			_, rollback := c.Conn.Conn().Exec(ctx, "ROLLBACK")
			err = errors.Join(err, rollback)
		}
		return nil, err
	}
	return begun{ctx, tx}, nil
}

type begun struct {
	ctx context.Context
	tx  pgx.Tx
}

func (b begun) Commit() error   { return b.tx.Commit(b.ctx) }
func (b begun) Rollback() error { return b.tx.Rollback(b.ctx) }

// undone is what COMMIT says of a transaction in which something failed before, and of a constraint that is checked then.
func (e *postgresEngine) undone(err error) bool {
	var said *pgconn.PgError
	return errors.Is(err, pgx.ErrTxCommitRollback) || errors.As(err, &said) && (said.Code[:2] == "23" || said.Code[:2] == "40")
}

func searchPath(workspace string) string {
	if workspace == "" {
		return "SET LOCAL search_path TO public"
	}
	return "SET LOCAL search_path TO " + pgx.Identifier{schemaOf(workspace)}.Sanitize() + ", public"
}

// writerLock is the number of the workspace's writer among the database's advisory locks.
func writerLock(workspace string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("ofrecord writer " + workspace))
	return int64(h.Sum64())
}

// migrator connects with the schema as the whole search path, so that a workspace's tables cannot lean on shared ones.
func (e *postgresEngine) migrator(schema string) (*sql.DB, func(), error) {
	pool := stdlib.OpenDB(*e.config, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET search_path TO "+pgx.Identifier{schema}.Sanitize())
		return err
	}))
	pool.SetMaxOpenConns(2)
	return pool, func() { _ = pool.Close() }, nil
}

func (e *postgresEngine) ping(ctx context.Context) error { return e.pool.DB.PingContext(ctx) }

func (e *postgresEngine) close() error { return e.pool.Close() }

func (e *postgresEngine) diagnose(_ context.Context, err error) *fault.Fault {
	var said *pgconn.PgError
	if !errors.As(err, &said) {
		if isConnectionLoss(err) {
			return unreachable(err)
		}
		return nil
	}
	// https://www.postgresql.org/docs/current/errcodes-appendix.html
	switch said.Code {
	case "23505", "23P01":
		return taken(said.ConstraintName, err)
	case "23503":
		return dangling(err)
	case "23514":
		return refused(said.ConstraintName, err)
	case "23502":
		return missing(said.TableName+"."+said.ColumnName, err)
	case "42501":
		if namesAppendOnly(said.Message) {
			return immutable(err)
		}
		return nil
	case "25006":
		return readOnly(err)
	case "42P01", "3F000":
		return unprepared(err)
	case "40001", "40P01":
		return busy(errors.Join(errRetry, err))
	case "55P03", "57014":
		return busy(err)
	case "53100":
		return diskFull(err)
	case "XX001", "XX002":
		return damaged(err)
	}
	switch said.Code[:2] {
	case "08", "53", "57":
		return unreachable(err)
	case "58":
		return unreadable(err)
	}
	if isConnectionLoss(err) { // the server let nobody in, and said why
		return unreachable(err)
	}
	return nil
}

// namesAppendOnly reads "permission denied for table journal_entry"; the language of the words is the server's, the name is not.
func namesAppendOnly(message string) bool {
	for _, table := range migrations.AppendOnly {
		if strings.HasSuffix(message, " "+table) {
			return true
		}
	}
	return false
}

func isConnectionLoss(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, sql.ErrConnDone) || pgconn.SafeToRetry(err) || errors.Is(err, net.ErrClosed)
}
