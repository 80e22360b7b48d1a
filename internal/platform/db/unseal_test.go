package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// An append-only table is open for one column within one transaction, and for nothing else.
func TestATableIsUnsealedForOneColumnOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		write := func(statement string) error {
			return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { _, err := tx.ExecContext(ctx, statement); return err })
		}
		if err := write("INSERT INTO crm_row (client_id, kind, ext_id, import_no, hash, link, line, body) VALUES ('c', 'contact', 'p', 1, 'h', '', 2, '{}')"); err != nil {
			t.Fatal(err)
		}
		unsealed := func(fn func(ctx context.Context, tx bun.Tx) error) error {
			return d.WriteAlone(ctx, func(ctx context.Context, tx bun.Tx) error {
				return d.Unsealed(ctx, tx, "crm_row", []string{"body"}, func() error { return fn(ctx, tx) })
			})
		}
		body := "UPDATE crm_row SET body = '{\"name\":\"x\"}'"
		if err := unsealed(func(ctx context.Context, tx bun.Tx) error { _, err := tx.ExecContext(ctx, body); return err }); err != nil {
			t.Errorf("the column that is open: %v", err)
		}
		for _, statement := range []string{"UPDATE crm_row SET hash = 'x'", "UPDATE crm_row SET body = '', link = 'x'", "DELETE FROM crm_row"} {
			err := unsealed(func(ctx context.Context, tx bun.Tx) error { _, err := tx.ExecContext(ctx, statement); return err })
			if fault.Code(err) != "immutable" {
				t.Errorf("%s: %v", statement, err)
			}
		}
		broken := errors.New("the disk broke")
		if err := unsealed(func(context.Context, bun.Tx) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if err := write(body); fault.Code(err) != "immutable" { // also after one that failed
			t.Errorf("the table stays open: %v", err)
		}
		if err := d.Forget(ctx, "crm_row"); err != nil {
			t.Error(err)
		}
	})
}
