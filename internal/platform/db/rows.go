package db

import (
	"context"
	"errors"

	"github.com/uptrace/bun"
)

// EachRow hands over the rows of a query one after the other, and stops at the first error of the function, which makes no query of its own.
// A row with a value that is none of its column, as only somebody beside the program can have written, comes as far as it was read, with the
// reason; the rows after it follow.
func EachRow[R any](ctx context.Context, q *bun.SelectQuery, each func(row R, unreadable error) error) error {
	rows, err := q.Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row R
		unreadable := q.DB().ScanRow(ctx, rows, &row)
		if err := errors.Join(ctx.Err(), rows.Err()); err != nil {
			return err
		}
		if err := each(row, unreadable); err != nil {
			return err
		}
	}
	return rows.Err()
}
