package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"modernc.org/sqlite"
)

// mostPrepared is how many statements a connection to SQLite keeps.
const mostPrepared = 64

// openPrepared opens a SQLite file by connections that keep what they prepared.
func openPrepared(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(preparing{c}), nil
}

type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c, ok := conn.(sqliteConn)
	if !ok {
		_ = conn.Close()
		return nil, fmt.Errorf("the driver's connection %T lacks what this program uses", conn)
	}
	return &prepared{sqliteConn: c, statements: map[string]driver.Stmt{}}, nil
}

// sqliteConn is what database/sql asks a connection for.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// prepared is a connection that prepares a statement with arguments once: to prepare an INSERT takes as long as to run it.
type prepared struct {
	sqliteConn
	statements map[string]driver.Stmt
}

// ExecContext runs what has arguments by the statement that was prepared for it.
func (p *prepared) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		return p.sqliteConn.ExecContext(ctx, query, args)
	}
	s, known := p.statements[query]
	if !known {
		if len(p.statements) == mostPrepared {
			if err := p.forget(); err != nil {
				return nil, err
			}
		}
		var err error
		if s, err = p.PrepareContext(ctx, query); err != nil {
			return nil, err
		}
		p.statements[query] = s
	}
	return s.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (p *prepared) forget() (err error) {
	for query, s := range p.statements {
		if e := s.Close(); err == nil {
			err = e
		}
		delete(p.statements, query)
	}
	return err
}

// Close ends the statements before the connection.
func (p *prepared) Close() error {
	err := p.forget()
	if e := p.sqliteConn.Close(); err == nil {
		err = e
	}
	return err
}
