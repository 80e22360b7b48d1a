package ops_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// Switched off, later imports keep addresses as they come, and results that were told apart by hashes still are.
func TestSwitchedOffAddressesComeBackWithTheNextExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		if err := r.KeepAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		r.takeAddressed()
		key := r.evidence(r.latest()).Leads[0].Key
		if err := r.KeepAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		r.take("contacts.csv", addressed)
		r.take("leads.csv", addressedLeads+"l4,2026-02-05T00:00:00Z,ANN.howe@boreal.example,\n")
		e := r.evidence(r.latest())
		if e.Contacts[0].Email != "ann.howe@boreal.example" || len(e.Leads) != 4 || e.Leads[3].Key != key || !strings.HasPrefix(key, "hashed-") {
			t.Errorf("%+v, %+v", e.Contacts[0], e.Leads)
		}
		view, err := r.Addresses(ctx, owner, acme)
		if err != nil || view.Hashed || !view.Ever {
			t.Errorf("%+v, %v", view, err)
		}
	})
}

// Without the key nothing is matched by mistake: whoever would import is told, and the key put back mends it.
func TestAnotherKeyIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAddressed()
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		var path string
		err := filepath.WalkDir(r.dir, func(p string, e os.DirEntry, err error) error {
			if err == nil && e.Name() == "key" {
				path = p
			}
			return err
		})
		if err != nil || path == "" {
			t.Fatalf("%q, %v", path, err)
		}
		key, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil { // as after a restore
			t.Fatal(err)
		}
		if _, err := r.try("leads.csv", addressedLeads); fault.Code(err) != "hash-key" {
			t.Errorf("got %v", err)
		}
		if err := os.WriteFile(path, []byte(strings.Repeat("x", len(key))), 0o600); err != nil {
			t.Fatal(err)
		}
		before := r.latest()
		_, importing := r.try("leads.csv", addressedLeads+"l9,2026-02-05T00:00:00Z,ann.howe@boreal.example,\n")
		_, stating := r.LinkAccount(ctx, owner, ops.AccountInput{Client: acme, Contact: "p2", Company: "c1", Reason: "said so"})
		_, erasing := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"})
		_, hashing := r.HashAddresses(ctx, owner, acme)
		for _, err := range []error{importing, stating, erasing, hashing} {
			if fault.Code(err) != "hash-key" || !fault.Is(err, fault.Unavailable) {
				t.Errorf("got %v", err)
			}
		}
		foreign, err := r.ForeignKeys(ctx)
		if err != nil || !slices.Equal(foreign, []string{acme}) || r.latest() != before {
			t.Errorf("%v, %v", foreign, err)
		}
		if err := os.WriteFile(path, key, 0o600); err != nil {
			t.Fatal(err)
		}
		r.clock.wait(ops.QuietForTest)
		if _, err := r.ResumeInterrupted(ctx); err != nil {
			t.Fatal(err)
		}
		if i := r.take("leads.csv", addressedLeads); i.Tally.Changed != 0 {
			t.Errorf("%+v", i.Tally)
		}
	})
}

// Whose address was hashed is erased all the same, and known again by the address under another id.
func TestAPersonWithAHashedAddressIsErased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAddressed()
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		hashed := r.evidence(r.latest()).Contacts[0].Email
		done, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"})
		if err != nil || done.Rows == 0 || done.Files == 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		database := databaseFile(t, d, ctx)
		if found := r.foundOf([]string{hashed}, database); found != nil {
			t.Errorf("found %v", found)
		}
		r.take("contacts.csv", addressed+"p8,,ann.howe@boreal.example,Ann,2025-11-01T10:00:00Z,\n")
		e := r.evidence(r.latest())
		for _, c := range e.Contacts {
			if c.ID == "p8" && (c.Email != e.Contacts[0].Email || !strings.HasPrefix(c.Email, done.Pseudonym)) {
				t.Errorf("p8 is %+v, p1 %+v", c, e.Contacts[0])
			}
		}
		if e.Leads[0].Key != e.Leads[1].Key || e.Leads[0].Key != e.Contacts[0].Email {
			t.Errorf("%+v", e.Leads)
		}
		if found := r.foundOf(append(slices.Clone(addresses), hashed), database); found != nil {
			t.Errorf("came back: %v", found)
		}
	})
}

func TestWhoMayHashAddresses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		_, hashing := r.HashAddresses(ctx, access.Actor{}, acme)
		_, seeing := r.Addresses(ctx, access.Actor{}, acme)
		for _, err := range []error{hashing, r.KeepAddresses(ctx, access.Actor{}, acme), seeing} {
			if err == nil {
				t.Error("nobody may")
			}
		}
	})
}

// What people write when they decide or state something is hashed as what files bring.
func TestWrittenAddressesAreHashed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		r.take("companies.csv", companies)
		r.take("contacts.csv", contacts)
		r.take("deliveries.csv", handedOver)
		row := crm.Delivery{ID: "DLV-1", Milestone: "website-launch", DeliveredOn: cal.MustDate("2026-03-03"), ReturnedOn: cal.MustDate("2026-03-04"), Note: "see ann.howe@boreal.example"}.Record()
		at := r.clock.now()
		_, err := r.Decide(ctx, finance, acme, func(context.Context, bun.Tx) (ops.DecisionInput, error) {
			return ops.DecisionInput{Act: crm.ActReturn, Side: access.Client, Role: access.ClientFinance, Rows: []ops.DecidedRow{{Row: row, Seen: 3}}, Words: "ask ann.howe@boreal.example", At: at}, nil
		}, func(context.Context, bun.Tx, []ops.Decision) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.LinkAccount(ctx, owner, ops.AccountInput{Client: acme, Contact: "p2", Company: "c2", Reason: "ann.howe@boreal.example said so"}); err != nil {
			t.Fatal(err)
		}
		if found := r.foundOf(addresses, databaseFile(t, d, ctx)); found != nil {
			t.Errorf("found %v", found)
		}
		if e := r.evidence(r.latest()); !strings.HasPrefix(e.Deliveries[0].Note, "see hashed-") || !strings.HasPrefix(e.AccountLinks[0].Reason, "hashed-") {
			t.Errorf("%+v, %+v", e.Deliveries, e.AccountLinks)
		}
	})
}
