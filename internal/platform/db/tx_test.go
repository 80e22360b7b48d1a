package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// sessionRow stands for any table in these tests.
type sessionRow struct {
	bun.BaseModel `bun:"table:session"`
	Token         string    `bun:"token,pk"`
	Body          string    `bun:"body"`
	ExpiresAt     time.Time `bun:"expires_at"`
}

var noon = time.Date(2026, 3, 31, 12, 0, 0, 123456000, time.UTC)

func insertSession(ctx context.Context, tx bun.Tx, token, body string) error {
	_, err := tx.NewInsert().Model(&sessionRow{Token: token, Body: body, ExpiresAt: noon}).Exec(ctx)
	return err
}

func countSessions(t *testing.T, d *db.DB, ctx context.Context) int64 {
	t.Helper()
	var n int64
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		n, err = tx.NewSelect().Model((*sessionRow)(nil)).Count(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteCommitsWhenTheFunctionSucceeds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "a", "b") })
		if err != nil {
			t.Fatal(err)
		}
		if n := countSessions(t, d, ctx); n != 1 {
			t.Fatalf("%d rows", n)
		}
	})
}

func TestWriteRollsBackOnErrorAndOnPanic(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		boom := errors.New("boom")
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			return errors.Join(insertSession(ctx, tx, "a", "b"), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatalf("got %v", err)
		}
		func() {
			defer func() {
				if got := recover(); got != "boom" {
					t.Fatalf("the panic goes on, got %v", got)
				}
			}()
			_ = d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				if err := insertSession(ctx, tx, "a", "b"); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		if n := countSessions(t, d, ctx); n != 0 {
			t.Fatalf("%d rows remain", n)
		}
		if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "a", "b") }); err != nil {
			t.Fatalf("the writer is free again: %v", err)
		}
	})
}

func TestTransactionInsideTransactionIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		never := func(context.Context, bun.Tx) error {
			t.Error("the inner function ran")
			return nil
		}
		outers := map[string]func(context.Context, func(context.Context, bun.Tx) error) error{"read": d.Read, "write": d.Write}
		for outer, begin := range outers {
			for inner, nested := range outers {
				err := begin(ctx, func(ctx context.Context, _ bun.Tx) error { return nested(ctx, never) })
				if fault.Code(err) != "nested-transaction" {
					t.Errorf("%s inside %s: %v", inner, outer, err)
				}
			}
		}
	})
}

func TestReadCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "a", "b") })
		if fault.Code(err) != "read-only" || fault.KindOf(err) != fault.Internal {
			t.Fatalf("got %v", err)
		}
	})
}

func TestReadSeesOneSnapshot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		err := d.Read(ctx, func(inside context.Context, tx bun.Tx) error {
			before, err := tx.NewSelect().Model((*sessionRow)(nil)).Count(inside)
			if err != nil {
				return err
			}
			err = d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "a", "b") })
			if err != nil {
				return err
			}
			after, err := tx.NewSelect().Model((*sessionRow)(nil)).Count(inside)
			if before != after {
				t.Errorf("saw %d rows, then %d", before, after)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWritersOfOneWorkspaceTakeTurns(t *testing.T) {
	const writers, times = 8, 10
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "sum", "") })
		if err != nil {
			t.Fatal(err)
		}
		lengthen := func(ctx context.Context, tx bun.Tx) error {
			row := sessionRow{Token: "sum"}
			if err := tx.NewSelect().Model(&row).WherePK().Scan(ctx); err != nil {
				return err
			}
			row.Body += "x"
			_, err := tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
			return err
		}
		var all sync.WaitGroup
		for range writers {
			all.Go(func() {
				for range times {
					if err := d.Write(ctx, lengthen); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			row := sessionRow{Token: "sum"}
			err := tx.NewSelect().Model(&row).WherePK().Scan(ctx)
			if len(row.Body) != writers*times {
				t.Errorf("%d of %d writes are there", len(row.Body), writers*times)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Two workspaces write at the same time and cross each other on shared rows: one is given up and repeated.
func TestDeadlockBetweenWorkspacesIsRepeated(t *testing.T) {
	d, one, two := dbtest.TwoWorkspaces(t)
	err := d.Write(one, func(ctx context.Context, tx bun.Tx) error {
		return errors.Join(insertSession(ctx, tx, "a", ""), insertSession(ctx, tx, "b", ""))
	})
	if err != nil {
		t.Fatal(err)
	}
	var meet, all sync.WaitGroup
	meet.Add(2)
	cross := func(ctx context.Context, first, second string) {
		tries := 0
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			tries++
			for i, token := range []string{first, second} {
				if _, err := tx.NewRaw("UPDATE session SET body = body || 'x' WHERE token = ?", token).Exec(ctx); err != nil {
					return err
				}
				if i == 0 && tries == 1 {
					meet.Done()
					meet.Wait()
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	all.Go(func() { cross(one, "a", "b") })
	all.Go(func() { cross(two, "b", "a") })
	all.Wait()
	err = d.Read(one, func(ctx context.Context, tx bun.Tx) error {
		var bodies []string
		err := tx.NewSelect().Model((*sessionRow)(nil)).Column("body").Scan(ctx, &bodies)
		if strings.Join(bodies, ",") != "xx,xx" {
			t.Errorf("bodies %q", bodies)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMomentsComeBackAsTheSameInstant(t *testing.T) {
	east := time.FixedZone("east", 5*3600+1800)
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.NewInsert().Model(&sessionRow{Token: "bun", ExpiresAt: noon.In(east)}).Exec(ctx)
			if err != nil {
				return err
			}
			_, err = db.InsertRows(ctx, tx, "session", []string{"token", "body", "expires_at"}, rows([]any{"raw", "", noon.In(east)}))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
			var got []sessionRow
			err := tx.NewSelect().Model(&got).Where("expires_at = ?", noon).Where("expires_at > ?", noon.Add(-time.Microsecond)).Scan(ctx)
			if len(got) != 2 {
				t.Errorf("%d rows are found by their moment", len(got))
			}
			for _, row := range got {
				if !row.ExpiresAt.Equal(noon) {
					t.Errorf("%s: %v", row.Token, row.ExpiresAt)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestEndedContextIsReported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			cancel()
			return insertSession(ctx, tx, "a", "b")
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestInsertRowsKeepsEveryRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		for _, n := range []int{0, 1, 499, 500, 1203} {
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				many := func(yield func([]any) bool) {
					for i := range n {
						if !yield([]any{fmt.Sprintf("%d-%d", n, i), "it's ?", noon}) {
							return
						}
					}
				}
				got, err := db.InsertRows(ctx, tx, "session", []string{"token", "body", "expires_at"}, many)
				if got != n {
					t.Errorf("inserted %d of %d", got, n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := countSessions(t, d, ctx); n != 2203 {
			t.Fatalf("%d rows", n)
		}
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := db.InsertRows(ctx, tx, "session", []string{"token", "body", "expires_at"}, rows([]any{"short"}))
			return err
		})
		if err == nil {
			t.Fatal("a row with too few values is refused")
		}
	})
}

func rows(all ...[]any) func(func([]any) bool) {
	return func(yield func([]any) bool) {
		for _, row := range all {
			if !yield(row) {
				return
			}
		}
	}
}
