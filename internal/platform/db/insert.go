package db

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
)

// insertBatch is how many rows InsertRows sends in one message, within insertArguments arguments.
const (
	insertBatch     = 500
	insertArguments = 30000
)

// PrepareInsert prepares an INSERT of the given number of rows for many repetitions inside the transaction, where
// building each text anew would be slow. Its arguments are the values of the first row, then of the second. Table and
// columns are the program's own words, never a person's. Moments are given in UTC. The caller closes the statement.
func PrepareInsert(ctx context.Context, tx bun.Tx, table string, columns []string, rows int) (*sql.Stmt, error) {
	return tx.Tx.PrepareContext(ctx, insertText(tx, table, columns, rows))
}

// Insert inserts a row by a statement that either engine's connection keeps prepared: for what is inserted often, one at a time. The same rules as for
// PrepareInsert hold.
func Insert(ctx context.Context, tx bun.Tx, table string, columns []string, values ...any) error {
	_, err := tx.Tx.ExecContext(ctx, insertText(tx, table, columns, 1), values...)
	return err
}

func insertText(tx bun.Tx, table string, columns []string, rows int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
	for i := range rows * len(columns) {
		switch {
		case i == 0:
			text.WriteString("(")
		case i%len(columns) == 0:
			text.WriteString("), (")
		default:
			text.WriteString(", ")
		}
		if tx.Dialect().Name() == dialect.PG {
			fmt.Fprintf(&text, "$%d", i+1)
		} else {
			text.WriteString("?")
		}
	}
	text.WriteString(")")
	return text.String()
}

// InsertRows inserts many rows, each with one value a column, as fast as either engine allows, and says how many there
// were. The same rules as for PrepareInsert hold.
func InsertRows(ctx context.Context, tx bun.Tx, table string, columns []string, rows iter.Seq[[]any]) (int, error) {
	batch := min(insertBatch, insertArguments/len(columns))
	full, err := PrepareInsert(ctx, tx, table, columns, batch)
	if err != nil {
		return 0, err
	}
	defer full.Close()
	count := 0
	values := make([]any, 0, batch*len(columns))
	for row := range rows {
		if len(row) != len(columns) {
			return count, fmt.Errorf("insert into %s: row %d has %d values for %d columns", table, count+1, len(row), len(columns))
		}
		values = append(values, row...)
		count++
		if count%batch == 0 {
			if _, err := full.ExecContext(ctx, values...); err != nil {
				return count, err
			}
			values = values[:0]
		}
	}
	if len(values) == 0 {
		return count, nil
	}
	rest, err := PrepareInsert(ctx, tx, table, columns, len(values)/len(columns))
	if err != nil {
		return count, err
	}
	defer rest.Close()
	_, err = rest.ExecContext(ctx, values...)
	return count, err
}
