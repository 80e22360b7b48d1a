package ops_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const handedOver = "delivery_id,milestone,delivered_on,accepted_on\nDLV-1,website-launch,2026-03-03,\n"

var finance = access.Actor{Account: "acc_fin", Name: "Finn Finance"}

func accepted(on string) crm.Record {
	return crm.Delivery{ID: "DLV-1", Milestone: "website-launch", DeliveredOn: cal.MustDate("2026-03-03"), AcceptedOn: cal.MustDate(on)}.Record()
}

// decide accepts the delivery on a day, as seen in an import.
func (r room) decide(on string, seen int64, then func(context.Context, bun.Tx, []ops.Decision) error) (ops.Decision, error) {
	if then == nil {
		then = func(context.Context, bun.Tx, []ops.Decision) error { return nil }
	}
	at := r.clock.now()
	made, err := r.Decide(r.ctx, finance, acme, func(context.Context, bun.Tx) (ops.DecisionInput, error) {
		return ops.DecisionInput{Act: crm.ActAccept, Side: access.Client, Role: access.ClientFinance, Rows: []ops.DecidedRow{{Row: accepted(on), Seen: seen}}, At: at}, nil
	}, then)
	if err != nil {
		return ops.Decision{}, err
	}
	return made[0], nil
}

// A decision is an import like any other: numbered, with its file, its tally and its version of the row.
func TestADecisionIsAnImportOfItsOwn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("deliveries.csv", handedOver)
		made, err := r.decide("2026-03-10", 1, nil)
		if err != nil || made.No != 2 || made.Seq != 1 {
			t.Fatalf("%v, %+v", err, made)
		}
		i, err := r.ShowNo(ctx, owner, acme, 2)
		if err != nil {
			t.Fatal(err)
		}
		if i.ActorName != "Finn Finance" || i.Tally.Changed != 1 || i.Tally.Fields["accepted_on"] != 1 || i.Tally.Rows != 1 || i.Kind != crm.KindDelivery || i.State != ops.Applied {
			t.Errorf("got %+v", i)
		}
		if was, is := r.evidence(1).Deliveries[0].AcceptedOn, r.evidence(2).Deliveries[0].AcceptedOn; !was.IsZero() || is != cal.MustDate("2026-03-10") {
			t.Errorf("as of import 1 %s, as of import 2 %s", was, is)
		}
		again := r.take("same.csv", string(read(t, r, i)))
		if !again.Unchanging() {
			t.Errorf("its own file says the same: %+v", again.Tally)
		}
		if pending, err := r.Pending(ctx, owner, acme); err != nil || len(pending) != 0 {
			t.Errorf("%v, %+v", err, pending)
		}
	})
}

// What fails in the same transaction leaves nothing: no import, no version, no decision, no file. Neither does a row that moved.
func TestADecisionIsWholeOrNotAtAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("deliveries.csv", handedOver)
		before := r.hash(9)
		broken := errors.New("the disk broke")
		if _, err := r.decide("2026-03-10", 1, func(context.Context, bun.Tx, []ops.Decision) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if _, err := r.decide("2026-03-10", 0, nil); !fault.Is(err, fault.Conflict) || fault.Code(err) != "decision-moved" {
			t.Errorf("got %v", err)
		}
		if r.latest() != 1 || r.hash(9) != before {
			t.Error("something is left")
		}
		if made := r.decisions(); len(made) != 0 {
			t.Errorf("got %+v", made)
		}
		kept := r.uploaded("deliveries.csv", handedOver).SHA256
		for ref := range r.Files.All() {
			if d.Engine() == db.SQLite && ref.SHA256 != kept {
				t.Errorf("the file %s is left", ref.SHA256)
			}
		}
	})
}

// A file that is being imported has its number already: a decision waits until it has ended.
func TestADecisionWaitsForAnImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("deliveries.csv", handedOver)
		i := r.uploaded("more.csv", "delivery_id,milestone,delivered_on\nDLV-2,crm-cleanup,2026-03-04\n")
		m := crm.Plain(crm.KindDelivery)
		m.Columns = map[string]string{"delivery_id": "delivery_id", "milestone": "milestone", "delivered_on": "delivered_on"}
		if err := r.SetMapping(ctx, owner, acme, i.ID, m, ""); err != nil {
			t.Fatal(err)
		}
		err := r.DB.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE crm_progress SET state = 'applying', holder = 'run_x', no = 2, beat_at = ? WHERE import_id = ?", r.clock.now(), i.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.decide("2026-03-10", 1, nil); !fault.Is(err, fault.Conflict) || fault.Code(err) != "import-running" {
			t.Errorf("got %v", err)
		}
	})
}

func (r room) decisions() (out []ops.Decision) {
	r.t.Helper()
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = ops.DecisionsOf(ctx, tx, acme, 10)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func read(t *testing.T, r room, i ops.Import) []byte {
	t.Helper()
	f, err := r.File(r.ctx, owner, acme, i.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
