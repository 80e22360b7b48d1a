package ops_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
)

// Given HubSpot, where a link that was taken away and a record that was purged or merged leave no trace, then a pull that has them no more says so.
func TestWhatLeftNoTraceIsToldByItsAbsence(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(4)
		r.take()
		r.server.Purge("deals", r.id(ofDeal, 2))
		r.link(r.harness, r.server, 2)
		r.link(r.harness, r.server, 3, 1)
		r.take()
		e := r.evidence(r.latest())
		deleted := map[string]bool{}
		for _, d := range e.Deals {
			deleted[d.ID] = d.Deleted
		}
		if !deleted[r.id(ofDeal, 2)] || deleted[r.id(ofDeal, 1)] || len(deleted) != 4 {
			t.Errorf("%v", deleted)
		}
		var links []string
		for _, l := range e.DealContacts {
			if !l.Deleted {
				links = append(links, l.DealID+" "+l.ContactID)
			}
		}
		want := []string{r.id(ofDeal, 1) + " " + r.id(ofContact, 1), r.id(ofDeal, 3) + " " + r.id(ofContact, 1), r.id(ofDeal, 4) + " " + r.id(ofContact, 4)}
		if fmt.Sprint(links) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", links, want)
		}
		r.take()
		n := r.latest()
		r.take()
		if r.latest() != n {
			t.Error("what is gone is told again and again")
		}
	})
}

func TestThatMuchIsGoneWaitsForAPerson(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(40)
		r.take()
		for n := 1; n <= 25; n++ {
			r.server.Purge("deals", r.id(ofDeal, n))
		}
		p, err := r.tryPull()
		if err != nil || p.State != ops.PullWaiting {
			t.Fatalf("%v %+v", err, p)
		}
		if deals := r.stateOf("deals"); deals.State != ops.TableWaiting || !strings.Contains(deals.Message, "25 of 40 rows") {
			t.Errorf("%+v", deals)
		}
		if d := r.dealOf(1); d.Deleted {
			t.Error("it was applied")
		}
	})
}

// Given hashed addresses, when a contact is gone without a trace, then it is told with all that was known of it: its file is still found by its columns.
func TestWhoIsGoneKeepsTheHashedAddress(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(3)
		r.take()
		if _, err := r.HashAddresses(r.ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		r.server.Purge("contacts", r.id(ofContact, 2))
		r.take()
		for _, c := range r.evidence(r.latest()).Contacts {
			if !strings.HasSuffix(c.Email, "@boreal.example") || c.Deleted != (c.ID == r.id(ofContact, 2)) {
				t.Errorf("%+v", c)
			}
		}
	})
}

// Given a person who was erased and is still in the CRM, when all is pulled again, then no file with what was erased stays, though nothing changed.
func TestPullsKeepNothingOfWhoWasErased(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		r.fill(2)
		r.take()
		if _, err := r.Erase(r.ctx, owner, ops.EraseInput{Client: acme, Contact: r.id(ofContact, 1), Reason: "request"}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			r.take()
			if found := r.foundOf([]string{"p1@boreal.example"}, ""); found != nil {
				t.Errorf("found %v", found)
			}
		}
	})
}
