package db

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// attempts is how often Write tries a transaction that lost to another one.
const attempts = 4

// errRetry marks a transaction that the engine gave up in favour of another one; it may succeed when repeated.
var errRetry = errors.New("transaction lost to another one")

// Read runs fn in a transaction that cannot write and sees one unchanging snapshot of the shared tables and of the
// context's workspace. Faults: Unavailable when the database cannot be reached; what fn returns otherwise.
func (d *DB) Read(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	workspace, err := d.enter(ctx)
	if err != nil {
		return err
	}
	tx, err := d.engine.reader(ctx, workspace)
	if err != nil {
		return d.fault(ctx, err)
	}
	done := false
	defer func() {
		if !done {
			_ = tx.Rollback()
		}
	}()
	if err := fn(context.WithValue(ctx, inside{d}, true), tx); err != nil {
		return d.fault(ctx, err)
	}
	done = true
	if err := tx.Commit(); err != nil {
		_ = tx.Rollback()
		return d.fault(ctx, err)
	}
	return nil
}

// Write runs fn in a transaction and commits it when fn returns nil; an error or a panic rolls everything back.
// Writers of one workspace (and those without a workspace) run one after the other; those that wait may share a transaction, which is committed when
// each of them succeeded, before any of them returns. fn may be called again when the engine asks for a repetition or another one that shared its
// transaction failed, so it touches nothing but tx.
// Faults: Conflict (unique constraint, its name as Code; "immutable" for an append-only table), Invalid (check or
// foreign key), Unavailable (busy for half a minute, not reachable, no room on the disk, or read-only); what fn returns otherwise.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	return d.write(ctx, fn, false)
}

// WriteAlone is Write in a transaction that nobody shares: for long work, to whose end nobody else should wait, and for work outside the
// database that rests on what is committed in it.
func (d *DB) WriteAlone(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	return d.write(ctx, fn, true)
}

func (d *DB) write(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error, alone bool) error {
	workspace, err := d.enter(ctx)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := writerFault(d.inLine(ctx, workspace, fn, alone || try > 1))
		if try == attempts || !errors.Is(err, errRetry) {
			return err
		}
		pause := time.NewTimer(time.Duration(try) * time.Duration(5+rand.IntN(20)) * time.Millisecond)
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
	}
}

// inside marks a context that already belongs to a transaction of the database.
type inside struct{ *DB }

// enter gives the workspace of a transaction that begins now.
func (d *DB) enter(ctx context.Context) (workspace string, err error) {
	if ctx.Value(inside{d}) != nil {
		return "", fault.New(fault.Internal, "nested-transaction",
			"a transaction was begun inside a transaction; pass the outer tx to what needs it")
	}
	workspace, _ = Workspace(ctx)
	if workspace != "" {
		err = CheckSlug(workspace)
	}
	return workspace, err
}

// fault translates what a driver said. Faults that fn made, and errors of no driver, pass unchanged.
func (d *DB) fault(ctx context.Context, err error) error {
	if err == nil || len(fault.All(err)) > 0 {
		return err
	}
	if ctx.Err() != nil {
		return errors.Join(ctx.Err(), err)
	}
	if f := d.engine.diagnose(ctx, err); f != nil {
		return f
	}
	return err
}

// writerFault blames the database when what may write was refused as a reader.
func writerFault(err error) error {
	if fault.Code(err) != readOnlyCode {
		return err
	}
	return unwritable(fault.All(err)[0].Unwrap())
}
