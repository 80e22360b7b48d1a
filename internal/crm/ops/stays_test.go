package ops_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// What was counted import by import is what is counted over all rows, whatever versions came, was decided, erased or hashed.
func TestWhatStaysIsCountedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		both := func(when string, want ops.AddressesView) {
			t.Helper()
			view := func() ops.AddressesView {
				v, err := r.Addresses(ctx, owner, acme)
				if err != nil {
					t.Fatal(err)
				}
				return ops.AddressesView{IDs: v.IDs, Stay: v.Stay, Journal: v.Journal}
			}
			kept := view()
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				_, err := tx.ExecContext(ctx, "DELETE FROM crm_stay")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if anew := view(); !reflect.DeepEqual(kept, anew) || !reflect.DeepEqual(kept, want) {
				t.Errorf("%s: kept %+v, anew %+v, want %+v", when, kept, anew, want)
			}
		}
		touch := func(id, channel string) string {
			return fmt.Sprintf("%s,ann@x.example,2026-01-06T10:00:00Z,%s\n", id, channel)
		}
		const head = "touch_id,contact_id,at,channel\n"
		r.take("contacts.csv", "contact_id,email,name\nann@x.example,ann@x.example,Ann Howe\np2,bo@x.example,Bo\n")
		r.take("touches.csv", head+touch("t1", "webinar")+touch("t2", "bo@x.example"))
		both("at first", ops.AddressesView{IDs: 1, Stay: []ops.Stay{{Table: "touches.contact_id", Rows: 2}, {Table: "touches.channel", Rows: 1}}})
		// a channel becomes an address, another one is none any more and becomes one again
		r.take("touches.csv", head+touch("t1", "cy@x.example")+touch("t2", "webinar"))
		r.take("touches.csv", head+touch("t2", "bo@x.example")+touch("t3", "call%40x.example"))
		r.take("contacts.csv", "contact_id,email,name\nann@x.example,ann@y.example,Ann Howe\ndi@x.example,di@x.example,Di\n")
		both("versions", ops.AddressesView{IDs: 2, Stay: []ops.Stay{{Table: "touches.contact_id", Rows: 3}, {Table: "touches.channel", Rows: 3}}})
		r.take("touches.csv", head+touch("t4", "di@x.example"))
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, Of: crm.KindContact, IDs: []string{"di@x.example"}, Into: "p2"}); err != nil {
			t.Fatal(err)
		}
		all := []ops.Stay{{Table: "touches.contact_id", Rows: 4}, {Table: "touches.channel", Rows: 4}, {Table: "merges.merged_id", Rows: 1}}
		both("stated", ops.AddressesView{IDs: 2, Stay: all, Journal: 1})
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		both("hashed", ops.AddressesView{IDs: 2, Stay: all, Journal: 1})
		r.take("touches.csv", head+touch("t5", "call"))
		if _, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "di@x.example", Reason: "request"}); err != nil {
			t.Fatal(err)
		}
		// who was erased stands in channels no more; in ids, and where the record of changes tells of them, the address stays
		both("erased", ops.AddressesView{IDs: 2, Stay: []ops.Stay{{Table: "touches.contact_id", Rows: 5}, {Table: "touches.channel", Rows: 2}, {Table: "merges.merged_id", Rows: 1}}, Journal: 2})
	})
}

// A stage that is an address stays in the mapping that states it, and is told.
func TestWhatStaysInMappingsIsCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("contacts.csv", "contact_id,email,name\np1,ann@x.example,Ann Howe\n")
		r.takeStaged("bo@x.example")
		r.takeStaged("lead")
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		want := []ops.Stay{{Table: "crm_import.mapping", Rows: 1}, {Table: "crm_progress.mapping", Rows: 1}}
		if v, err := r.Addresses(ctx, owner, acme); err != nil || !reflect.DeepEqual(v.Mappings, want) {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// BenchmarkWhatStays looks, with what imports counted and without, at the page of a client with 200,000 touches of 10,000 contacts, which have addresses, and a hundred imports.
func BenchmarkWhatStays(b *testing.B) {
	d, ctx := dbtest.SQLite(b)
	r := newRoom(b, d, ctx)
	var people, touches strings.Builder
	people.WriteString("contact_id,email,name\n")
	touches.WriteString("touch_id,contact_id,at,channel\n")
	for i := range 10_000 {
		fmt.Fprintf(&people, "p%d,p%d@x.example,P %d\n", i, i, i)
	}
	for i := range 200_000 {
		fmt.Fprintf(&touches, "t%d,p%d,2026-01-06T10:00:00Z,call\n", i, i%10_000)
	}
	r.take("contacts.csv", people.String())
	r.take("touches.csv", touches.String())
	for i := range 98 {
		r.take("touches.csv", fmt.Sprintf("touch_id,contact_id,at,channel\nu%d,p1,2026-01-06T10:00:00Z,call\n", i))
	}
	for _, kept := range []bool{true, false} {
		b.Run(fmt.Sprintf("kept=%t", kept), func(b *testing.B) {
			for b.Loop() {
				if !kept {
					err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
						_, err := tx.ExecContext(ctx, "DELETE FROM crm_stay")
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
				if _, err := r.Addresses(ctx, owner, acme); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
