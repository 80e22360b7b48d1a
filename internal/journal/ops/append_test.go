package ops_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/journal"
	"github.com/ofrecord/ofrecord/internal/journal/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 123456789, time.UTC)
	owner = access.Actor{Account: "acc_owner", Name: "Olga Owner", Workspace: dbtest.Workspace,
		Memberships: []access.Membership{{Role: access.Owner, Org: "ag", OrgKind: access.Agency}}}
	lead = access.Actor{Account: "acc_lead", Name: "Lea Lead", Workspace: dbtest.Workspace,
		Memberships: []access.Membership{{Role: access.AccountLead, Org: "ag", OrgKind: access.Agency, Client: "c1"}}}
	finance = access.Actor{Account: "acc_fin", Name: "Finn Finance", Workspace: dbtest.Workspace,
		Memberships: []access.Membership{{Role: access.ClientFinance, Org: "c1", OrgKind: access.Client}}}
)

func locked(client, statement string) journal.Entry {
	return ops.By(owner, journal.Entry{At: noon, Action: "statement.lock", Client: client,
		Subject: journal.Subject{Kind: "statement", ID: statement, Name: "Statement " + statement},
		Words:   "locked the statement " + statement,
		Before:  journal.Snapshot(map[string]any{"state": "submitted"}),
		After:   journal.Snapshot(map[string]any{"state": "locked"})})
}

func appendAll(t *testing.T, d *db.DB, ctx context.Context, entries ...journal.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := ops.Append(ctx, tx, e)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAppendedEntriesMakeOneChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		const writers = 20
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
					_, err := ops.Append(ctx, tx, locked("c1", fmt.Sprintf("stm_%d", i)))
					return err
				}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s := &ops.Service{DB: d}
		report, err := s.Verify(ctx, owner)
		if err != nil {
			t.Fatal(err)
		}
		if report.Break != nil || report.Head.Seq != writers {
			t.Errorf("got %+v", report)
		}
	})
}

func TestAppendRollsBackWithItsCause(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		appendAll(t, d, ctx, locked("c1", "stm_1"))
		err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			if _, err := ops.Append(ctx, tx, locked("c1", "stm_2")); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "too-late", "too late")
		})
		if !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		appendAll(t, d, ctx, locked("c1", "stm_3"))
		report, err := (&ops.Service{DB: d}).Verify(ctx, owner)
		if err != nil || report.Break != nil || report.Head.Seq != 2 {
			t.Errorf("got %+v, %v", report, err)
		}
	})
}

func TestAppendAsksForWhoWhatAndWhen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		for name, spoil := range map[string]func(*journal.Entry){
			"time":   func(e *journal.Entry) { e.At = time.Time{} },
			"actor":  func(e *journal.Entry) { e.ActorID = "" },
			"action": func(e *journal.Entry) { e.Action = "" },
			"words":  func(e *journal.Entry) { e.Words = "" },
		} {
			e := locked("c1", "stm_1")
			spoil(&e)
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := ops.Append(ctx, tx, e)
				return err
			})
			if fault.Code(err) != "journal-entry" {
				t.Errorf("without %s: %v", name, err)
			}
		}
	})
}

func TestTheDatabaseRefusesToChangeTheRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		appendAll(t, d, ctx, locked("c1", "stm_1"))
		for _, attack := range []string{
			"UPDATE journal_entry SET words = 'did nothing'",
			"DELETE FROM journal_entry",
		} {
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.NewRaw(attack).Exec(ctx)
				return err
			})
			if !fault.Is(err, fault.Conflict) || fault.Code(err) != "immutable" {
				t.Errorf("%s: %v", attack, err)
			}
		}
	})
}
