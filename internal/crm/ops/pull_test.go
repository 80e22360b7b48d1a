package ops_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/archive"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func sqliteFor(t *testing.T) (*db.DB, context.Context) {
	t.Helper()
	return dbtest.SQLite(t)
}

// notInTheDatabase looks for words in a backup, which holds every table of the workspace and every file.
func (r *rig) notInTheDatabase(words ...string) {
	r.t.Helper()
	var b bytes.Buffer
	if _, err := archive.Backup(r.ctx, r.DB, r.Files, &b, archive.Options{}); err != nil {
		r.t.Fatal(err)
	}
	z, err := gzip.NewReader(&b)
	if err != nil {
		r.t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || !bytes.Contains(text, []byte("began to pull from")) {
		r.t.Fatalf("%v: the backup does not hold the record of the pull", err)
	}
	for _, w := range words {
		if bytes.Contains(text, []byte(w)) {
			r.t.Errorf("a backup holds %q", w)
		}
	}
}

// each runs a test of the use case over HubSpot, on both engines.
func each(t *testing.T, run func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) { run(t, harnesses[0].rig(t, d, ctx, 2)) })
}

// pages counts the pages of pulls that are kept.
func (r *rig) pages() (n int64) {
	r.t.Helper()
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		n, err = tx.NewSelect().TableExpr("crm_pull_page").Count(ctx)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func (r *rig) stateOf(object string) ops.PulledTable {
	r.t.Helper()
	for _, table := range r.last().Tables {
		if table.Object == object {
			return table
		}
	}
	r.t.Fatalf("no table %s", object)
	return ops.PulledTable{}
}

func TestPullWithoutAConnectionIsOff(t *testing.T) {
	d, ctx := sqliteFor(t)
	r := newRoom(t, d, ctx)
	for _, connections := range []func(context.Context) ([]ops.Connection, error){nil, func(context.Context) ([]ops.Connection, error) { return nil, nil }} {
		r.Connections = connections
		_, err := r.Pull(ctx, owner, ops.PullInput{Client: acme, System: crm.HubSpot})
		if fault.Code(err) != "connection" || !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if list, err := r.Connected(ctx, owner, acme); err != nil || len(list) != 0 {
			t.Error(list, err)
		}
		if ran, err := r.PullDue(ctx); err != nil || len(ran) != 0 {
			t.Error(ran, err)
		}
	}
}

func TestWhoMayPull(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		reader := access.Actor{Account: "acc_1", Name: "Reader", Memberships: []access.Membership{{Role: access.Auditor, OrgKind: access.Client, Org: acme, Client: acme}}}
		if _, err := r.Pull(r.ctx, reader, ops.PullInput{Client: acme, System: crm.HubSpot}); !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
		if r.server.Requests() != 0 {
			t.Error("the CRM was asked")
		}
	})
}

// Given a first pull, then nothing is evidence before a person has said how each table is read; then the next pull is applied by itself.
func TestPullWaitsForAPersonAndThenForNobody(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(3)
		r.conn.Every = time.Hour
		p, err := r.Pull(r.ctx, owner, ops.PullInput{Client: acme, System: crm.HubSpot})
		if err != nil || p.State != ops.PullWaiting || r.latest() != 0 || len(r.pending()) != 4 {
			t.Fatalf("%v %+v, %d uploads", err, p, len(r.pending()))
		}
		if ran, err := r.PullDue(r.ctx); err != nil || len(ran) != 0 {
			t.Fatal(ran, err)
		}
		for range p.Tables { // a person takes one after the other
			for _, table := range r.last().Tables {
				if table.State != ops.TableWaiting {
					continue
				}
				preview, err := r.Preview(r.ctx, owner, acme, table.ImportID)
				if err != nil {
					t.Fatal(err)
				}
				m, err := preview.Choose("", crm.HubSpot, crm.Stated{Zone: "UTC", Currency: "USD", HomeCurrency: "USD", Decimal: "point"})
				if err != nil || m.Object != table.Object {
					t.Fatalf("%s is taken for %s: %v", table.Object, m.Object, err)
				}
				if err := r.SetMapping(r.ctx, owner, acme, table.ImportID, m, ""); err != nil {
					t.Fatal(err)
				}
				if ran, err := r.PullDue(r.ctx); err != nil || len(ran) != 0 {
					t.Fatalf("it went on before anybody applied: %v %v", ran, err)
				}
				if _, err := r.Apply(r.ctx, owner, acme, table.ImportID); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := r.PullDue(r.ctx); err != nil {
				t.Fatal(err)
			}
		}
		if r.last().State != ops.PullDone {
			t.Fatalf("%+v", r.last())
		}
		r.holds(1, 2, 3)
		r.fill2(4)
		r.clock.wait(2 * time.Hour)
		if ran, err := r.PullDue(r.ctx); err != nil || len(ran) != 1 {
			t.Fatal(ran, err)
		}
		if p := r.last(); p.State != ops.PullDone || !p.ByClock || p.ActorName != "the schedule of pulls" {
			t.Errorf("%+v", p)
		}
		r.holds(1, 2, 3, 4)
	})
}

// Given a CRM in which nothing has changed, then a pull makes no import.
func TestPullOfNothingNewMakesNoImport(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		r.fill(3)
		r.take()
		n := r.latest()
		p := r.take()
		if r.latest() != n {
			t.Errorf("%d imports more", r.latest()-n)
		}
		for _, table := range p.Tables {
			if table.State != ops.TableUnchanged && table.State != ops.TableBlank {
				t.Errorf("%+v", table)
			}
		}
	})
}

// Given two who pull at once, then one pull runs and the other is told so.
func TestTwoPullsAtOnceAreOne(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(2)
		begun, go1 := make(chan bool), make(chan bool)
		r.server.Before = func(n int, _ http.ResponseWriter, _ *http.Request) bool {
			if n == 2 {
				close(begun)
				<-go1
			}
			return false
		}
		first := make(chan error)
		go func() { _, err := r.tryPull(); first <- err }()
		<-begun
		if _, err := r.tryPull(); fault.Code(err) != "pull-running" || !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if ran, err := r.PullDue(r.ctx); err != nil || len(ran) != 0 {
			t.Error(ran, err)
		}
		close(go1)
		if err := <-first; err != nil {
			t.Fatal(err)
		}
		r.holds(1, 2)
	})
}

// Given a run that stands still while another takes its pull over, then only the other writes.
func TestAPullTakenOverIsWrittenByOne(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(4)
		taken := false
		r.server.Before = func(n int, _ http.ResponseWriter, _ *http.Request) bool {
			if n == 6 && !taken {
				taken = true
				r.clock.wait(3 * time.Minute)
				if _, err := r.tryPull(); err != nil {
					t.Error(err)
				}
			}
			return false
		}
		if _, err := r.tryPull(); fault.Code(err) != "pull-taken-over" {
			t.Error(err)
		}
		r.holds(1, 2, 3, 4)
	})
}

func TestPullsComeByTheClock(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(1)
		due := func(want int) {
			t.Helper()
			if ran, err := r.PullDue(r.ctx); err != nil || len(ran) != want {
				t.Fatalf("%v %v, want %d", ran, err, want)
			}
		}
		due(0) // no schedule
		r.take()
		r.conn.Every = 6 * time.Hour
		due(0)
		r.clock.wait(6 * time.Hour)
		due(1)
		due(0)
		r.onPage(func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusForbidden)
			return true
		})
		r.clock.wait(6 * time.Hour)
		due(1)
		if r.last().State != ops.PullFailed {
			t.Fatalf("%+v", r.last())
		}
		due(0)
		r.server.Before = nil
		r.clock.wait(time.Hour) // one that failed is tried again sooner
		due(1)
		if r.last().State != ops.PullDone {
			t.Fatalf("%+v", r.last())
		}
	})
}

func TestAPullInPlaceOfOneThatWaits(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(2)
		in := ops.PullInput{Client: acme, System: crm.HubSpot}
		first, err := r.Pull(r.ctx, owner, in)
		if err != nil {
			t.Fatal(err)
		}
		second, err := r.Pull(r.ctx, owner, in)
		if err != nil || second.ID == first.ID || second.State != ops.PullWaiting || len(r.pending()) != 4 {
			t.Fatalf("%v %+v, %d uploads", err, second, len(r.pending()))
		}
		r.take()
		r.holds(1, 2)
		if len(r.pending()) != 0 {
			t.Errorf("%+v", r.pending())
		}
	})
}
