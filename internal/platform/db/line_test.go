package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// inLine lets the writers come one after the other while another one has the turn, and gives what each of them got.
func inLine(t *testing.T, d *db.DB, ctx context.Context, writers ...func() error) []error {
	t.Helper()
	d.ShareFor(time.Minute)
	errs := make([]error, len(writers))
	var all sync.WaitGroup
	err := d.WriteAlone(ctx, func(context.Context, bun.Tx) error {
		for i, write := range writers {
			all.Go(func() { errs[i] = write() })
			for d.Waiting(ctx) != i+1 {
				time.Sleep(time.Millisecond)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all.Wait()
	return errs
}

func tokens(t *testing.T, d *db.DB, ctx context.Context) (all []string) {
	t.Helper()
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.NewSelect().Model((*sessionRow)(nil)).Column("token").Order("token").Scan(ctx, &all)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWritersInLineShareATransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		used := map[*sql.Tx][]string{}
		writer := func(token string, write func(context.Context, func(context.Context, bun.Tx) error) error) func() error {
			return func() error {
				return write(ctx, func(ctx context.Context, tx bun.Tx) error {
					used[tx.Tx] = append(used[tx.Tx], token)
					return insertSession(ctx, tx, token, "")
				})
			}
		}
		errs := inLine(t, d, ctx, writer("a", d.Write), writer("b", d.Write), writer("c", d.Write), writer("long", d.WriteAlone), writer("d", d.Write))
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		var together []string
		for _, tokens := range used {
			together = append(together, fmt.Sprint(tokens))
		}
		if slices.Sort(together); !slices.Equal(together, []string{"[a b c]", "[d]", "[long]"}) {
			t.Errorf("transactions of %v", together)
		}
		if got := tokens(t, d, ctx); len(got) != 5 {
			t.Errorf("kept %v", got)
		}
	})
}

// Whatever becomes of one writer, those that share its transaction keep theirs, and see nothing of it.
func TestAWriterThatFailsTakesNoOtherWithIt(t *testing.T) {
	boom := errors.New("boom")
	stopped := func(d *db.DB, ctx context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			cancel()
			return insertSession(ctx, tx, "b", "")
		})
	}
	for name, c := range map[string]struct {
		write func(d *db.DB, ctx context.Context) error
		holds func(error) bool
	}{
		"error": {func(d *db.DB, ctx context.Context) error {
			return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return errors.Join(insertSession(ctx, tx, "b", ""), boom) })
		}, func(err error) bool { return errors.Is(err, boom) }},
		"refused by the database": {func(d *db.DB, ctx context.Context) error {
			return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "a", "") })
		}, func(err error) bool { return fault.KindOf(err) == fault.Conflict }},
		"panic": {func(d *db.DB, ctx context.Context) (err error) {
			defer func() { err = fmt.Errorf("panic: %v", recover()) }()
			return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_ = insertSession(ctx, tx, "b", "")
				panic("boom")
			})
		}, func(err error) bool { return err.Error() == "panic: boom" }},
		"stopped": {stopped, func(err error) bool { return errors.Is(err, context.Canceled) }},
		"stopped unnoticed": {func(d *db.DB, ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				err := insertSession(ctx, tx, "b", "")
				cancel()
				return err
			})
		}, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				runs := 0
				good := func(token string) func() error {
					return func() error {
						return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
							runs++
							return insertSession(ctx, tx, token, "")
						})
					}
				}
				errs := inLine(t, d, ctx, good("a"), func() error { return c.write(d, ctx) }, good("c"))
				if errs[0] != nil || errs[2] != nil {
					t.Errorf("the others got %v, %v", errs[0], errs[2])
				}
				if errs[1] == nil || !c.holds(errs[1]) {
					t.Errorf("got %v", errs[1])
				}
				if got := tokens(t, d, ctx); !slices.Equal(got, []string{"a", "c"}) {
					t.Errorf("kept %v", got)
				}
				if runs != 3 {
					t.Errorf("the others ran %d times; the first of them shared a transaction that was rolled back", runs)
				}
			})
		})
	}
}

// On PostgreSQL a transaction in which a statement failed cannot be committed, though the writer took no notice.
func TestAnErrorThatAWriterPassesOverHarmsNoOther(t *testing.T) {
	d, ctx := dbtest.Postgres(t)
	good := func() error {
		return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "a", "") })
	}
	errs := inLine(t, d, ctx, good, func() error {
		return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, _ = tx.ExecContext(ctx, "SELECT 1/0")
			return nil
		})
	})
	if errs[0] != nil || errs[1] == nil {
		t.Errorf("got %v", errs)
	}
	if got := tokens(t, d, ctx); !slices.Equal(got, []string{"a"}) {
		t.Errorf("kept %v", got)
	}
}

func TestAWriterThatIsStoppedLeavesTheLine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		stopped, cancel := context.WithCancel(ctx)
		err := d.Write(ctx, func(context.Context, bun.Tx) error {
			gone := make(chan error)
			go func() {
				gone <- d.Write(stopped, func(context.Context, bun.Tx) error {
					t.Error("it ran")
					return nil
				})
			}()
			for d.Waiting(ctx) != 1 {
				time.Sleep(time.Millisecond)
			}
			cancel()
			if err := <-gone; !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			return nil
		})
		if err != nil || d.Waiting(ctx) != 0 {
			t.Fatalf("%v, %d wait", err, d.Waiting(ctx))
		}
		if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error { return insertSession(ctx, tx, "a", "") }); err != nil {
			t.Fatalf("the turn is free again: %v", err)
		}
	})
}
