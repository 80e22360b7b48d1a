package ops_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/crm/ops/connecttest"
)

// changing is a rig whose pulls by the clock read only what changed, and everything once a day; its first pull has read everything.
func changing(r *rig, deals int) {
	r.t.Helper()
	r.server.Now = r.clock.now
	r.fill(deals)
	r.clock.wait(time.Hour) // what is younger than the overlap would come once more
	r.conn.Every, r.conn.Whole = time.Hour, 24*time.Hour
	r.take()
}

// byClock waits until the next pull is due, and makes it.
func (r *rig) byClock() ops.Pull {
	r.t.Helper()
	r.clock.wait(time.Hour)
	if ran, err := r.PullDue(r.ctx); err != nil || len(ran) != 1 {
		r.t.Fatalf("%v: %v", ran, err)
	}
	p := r.last()
	if p.State != ops.PullDone {
		r.t.Fatalf("%+v", p)
	}
	return p
}

func (p pulled) of(object string) ops.PulledTable {
	return p.Tables[slices.IndexFunc(p.Tables, func(t ops.PulledTable) bool { return t.Object == object })]
}

type pulled ops.Pull

func TestOnlyWhatChangedIsPulled(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		changing(r, 9)
		d := r.deal(r.harness, 4)
		d.Values[r.amount] = connecttest.Raw("77.25")
		r.clock.wait(time.Hour)
		r.server.Put(r.deals, d)
		r.server.Put(r.deals, r.deal(r.harness, 10))
		r.server.Put(r.contacts, r.contact(r.harness, 10))
		r.link(r.harness, r.server, 10, 10)
		p := r.byClock()

		if p.Since.IsZero() || pulled(p).of(r.deals).Rows != 2 || pulled(p).of(r.contacts).Rows != 1 {
			t.Fatalf("%+v", p)
		}
		if got := r.dealOf(4); got.Amount.String() != "77.25" {
			t.Fatalf("%+v", got)
		}
		r.holds(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)

		before := r.latest()
		r.clock.wait(time.Hour)
		r.byClock()
		if n := r.latest(); n != before {
			t.Fatalf("nothing changed, and import %d was made", n)
		}
	})
}

// More records changed than one search gives: none is missed.
func TestManyChangesAreAllPulled(t *testing.T) {
	conformsOnOne(t, 2, func(t *testing.T, r *rig) {
		changing(r, 12)
		r.clock.wait(time.Hour)
		for n := range 11 {
			d := r.deal(r.harness, n+1)
			d.Values[r.amount] = connecttest.Raw("5.00")
			r.server.Put(r.deals, d)
		}
		if p := r.byClock(); pulled(p).of(r.deals).Rows != 11 {
			t.Fatalf("%+v", p)
		}
		if r.dealOf(11).Amount.String() != "5.00" || r.dealOf(12).Amount.String() == "5.00" {
			t.Fatal("other deals have changed")
		}
	})
}

func TestDeletionsAmongWhatChanged(t *testing.T) {
	conforms(t, 2, func(t *testing.T, r *rig) {
		changing(r, 3)
		r.clock.wait(time.Hour)
		d := r.deal(r.harness, 2)
		d.Deleted = true
		r.server.Put(r.deals, d)
		r.byClock()
		if !r.dealOf(2).Deleted || r.dealOf(1).Deleted || r.dealOf(3).Deleted {
			t.Fatal("the archived deal is not told, or others are")
		}
	})
}

// What leaves no trace is told by the next pull that reads everything, also when it came after the last one that did.
func TestWhatLeavesNoTraceIsToldByAWholePull(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		changing(r, 3)
		r.clock.wait(time.Hour)
		r.server.Put(r.deals, r.deal(r.harness, 4)) // seen by a pull of changes only
		r.byClock()
		r.server.Purge(r.deals, r.id(ofDeal, 4))
		r.server.Purge(r.deals, r.id(ofDeal, 1))
		r.byClock()
		if r.dealOf(1).Deleted || r.dealOf(4).Deleted {
			t.Fatal("a pull of changes took silence for a deletion")
		}

		r.clock.wait(24 * time.Hour)
		p := r.byClock()

		if !p.Since.IsZero() || !r.dealOf(1).Deleted || !r.dealOf(4).Deleted || r.dealOf(2).Deleted {
			t.Fatalf("%+v", p)
		}
	})
}

// Stages are read beside the deals: when they mean something else, every deal is read again.
func TestChangedStagesReadEveryDealAgain(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		changing(r, 5)
		r.clock.wait(time.Hour)
		r.server.Before = func(_ int, w http.ResponseWriter, req *http.Request) bool {
			if req.URL.Path != "/crm/v3/pipelines/deals" {
				return false
			}
			_, _ = w.Write([]byte(`{"results":[{"id":"default","label":"Sales","stages":[{"id":"won1","label":"Signed","metadata":{"isClosed":"true","probability":"1.0"}}]}]}`))
			return true
		}
		if p := r.byClock(); p.Since.IsZero() || pulled(p).of("deals").Rows != 5 || pulled(p).of("contacts").Rows != 0 {
			t.Fatalf("%+v", p)
		}
		r.holds(1, 2, 3, 4, 5)
	})
}

func TestWhenEverythingIsReadAgain(t *testing.T) {
	conformsOnOne(t, 50, func(t *testing.T, r *rig) {
		changing(r, 2)
		if p := r.take(); !p.Since.IsZero() {
			t.Fatal("a person who asks gets everything")
		}
		if p := r.byClock(); p.Since.IsZero() {
			t.Fatal("everything was read")
		}
		r.conn.Whole = 0
		if p := r.byClock(); !p.Since.IsZero() {
			t.Fatal("nothing says that changes are enough")
		}
		r.conn.Whole = 24 * time.Hour
		r.clock.wait(25 * time.Hour)
		if p := r.byClock(); !p.Since.IsZero() {
			t.Fatal("the last pull of everything is too long ago")
		}
	})
}
