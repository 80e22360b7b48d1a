package ops_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/blob"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const personal = "contact_id,company_id,email,name,created_at,phone\np1,c1,Ann.Howe@boreal.example,Ann Howe,2025-11-01T10:00:00Z,+1 555 0100\np2,,ann.howe@gmail.com,\"Howe, Ann\",2025-11-02T10:00:00Z,\np3,c2,cy@kestrel.example,Cy Marsh,2025-12-01T10:00:00Z,\n"

const personalLater = "contact_id,company_id,email,name,created_at,phone\np1,c1,ann.howe@boreal.example,Ann Howe-Li,2025-11-01T10:00:00Z,+1 555 0101\nz9,c1,not-read,x,no date,\n"

// traces are what nobody may find any more.
var traces = []string{"ann.howe@", "ann howe", "howe, ann", "555 010"}

func (r room) traces(kept *blob.Store, database string) (found []string) {
	r.t.Helper()
	look := func(where string, content []byte) {
		if unpacked, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
			content, _ = io.ReadAll(unpacked)
		}
		for _, trace := range traces {
			if bytes.Contains(bytes.ToLower(content), []byte(trace)) {
				found = append(found, where+": "+trace)
			}
		}
	}
	for ref, err := range kept.All() {
		if err != nil {
			r.t.Fatal(err)
		}
		f, err := kept.Get(ref.SHA256)
		if err != nil {
			r.t.Fatal(err)
		}
		content, err := io.ReadAll(f)
		if err != nil {
			r.t.Fatal(err)
		}
		_ = f.Close()
		look("file "+ref.SHA256[:8], content)
	}
	if r.DB.Engine() == db.SQLite {
		for _, name := range []string{database, database + "-wal"} {
			content, err := os.ReadFile(name)
			if err != nil && !os.IsNotExist(err) {
				r.t.Fatal(err)
			}
			look(filepath.Base(name), content)
		}
		return found
	}
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) error {
		tables, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			for values, err := range t.Rows(ctx, tx, "") {
				if err != nil {
					return err
				}
				look("table "+t.Name, fmt.Append(nil, values...))
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return found
}

// databaseFile is where SQLite keeps the test's database.
func databaseFile(t *testing.T, d *db.DB, ctx context.Context) (path string) {
	t.Helper()
	if d.Engine() != db.SQLite {
		return ""
	}
	err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path)
	})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// After an erasure no stored byte tells of the person, what is credited stays, and the CRM does not bring the person back.
func TestAnErasedPersonIsNowhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("companies.csv", companies)
		r.take("contacts.csv", personal)
		r.take("deals.csv", deals+"d3,Robots for Ann Howe,c1,100.00,USD,2026-01-05T00:00:00Z,2026-06-30,open,false,false\n")
		r.take("deal_contacts.csv", dealContacts)
		r.take("touches.csv.gz", packed(t, touches+"t9,p2,2026-01-08T08:00:00Z,e-mail,to ann.howe@gmail.com\n"))
		r.take("leads.csv", "lead_id,delivered_at,dedupe_key\nl1,2026-01-05T00:00:00Z,ann.howe@boreal.example\nl2,2026-01-06T00:00:00Z,ann.howe@boreal.example\n")
		r.take("contacts.csv", personalLater)
		r.take("edits.csv", "edit_id,of,record_id,field,at,by,before,after\ne1,contact,p1,name,2026-01-05T00:00:00Z,u1,Ann Howe,Ann Howe-Li\n")
		if _, err := r.SaySame(ctx, owner, ops.SameInput{Client: acme, IDs: []string{"p2"}, Into: "p1"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.LinkAccount(ctx, owner, ops.AccountInput{Client: acme, Contact: "p2", Company: "c1", Reason: "Ann Howe said so"}); err != nil {
			t.Fatal(err)
		}
		files, err := r.FilesForTest(ctx)
		if err != nil {
			t.Fatal(err)
		}
		database := databaseFile(t, d, ctx)
		if len(r.traces(files, database)) == 0 {
			t.Fatal("the test finds nothing where there is something")
		}
		before, last := r.evidence(10), r.latest()
		// when the person is erased
		in := ops.EraseInput{Client: acme, Contact: "p1", Reason: "request of 3 March 2026"}
		got, err := r.Erase(ctx, owner, in)
		if err != nil || !reflect.DeepEqual(got.Contacts, []string{"p1", "p2"}) || got.Files == 0 || got.Rows == 0 || got.Stays != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		// then nothing tells of it
		if found := r.traces(files, database); found != nil {
			t.Errorf("found %v", found)
		}
		// and what bears fees is as it was
		after := r.evidence(10)
		if !reflect.DeepEqual(after.Touches[:1], before.Touches[:1]) || len(after.Touches) != len(before.Touches) || !reflect.DeepEqual(after.DealContacts, before.DealContacts) ||
			!reflect.DeepEqual(companiesOf(after), companiesOf(before)) || !reflect.DeepEqual(after.Payments, before.Payments) {
			t.Errorf("before\n%+v\nafter\n%+v", before, after)
		}
		if after.Leads[0].Key != after.Leads[1].Key || after.Leads[0].Key != after.Contacts[0].Email || !strings.HasSuffix(after.Contacts[0].Email, "@boreal.example") {
			t.Errorf("%+v, %+v", after.Leads, after.Contacts[0])
		}
		// and nothing can be changed that could not be changed before
		err = d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE crm_row SET body = '{}' WHERE kind = 'contact'")
			return err
		})
		if fault.Code(err) != "immutable" {
			t.Errorf("the evidence is open: %v", err)
		}
		// when the CRM says the same again, and the person comes back under another id
		r.take("contacts.csv", personal+"p8,c1,ANN.HOWE@boreal.example,Ann Howe,2025-11-01T10:00:00Z,+1 555 0102\n")
		if found := r.traces(files, database); found != nil {
			t.Errorf("came back: %v", found)
		}
		now := r.evidence(last + 1)
		for _, c := range now.Contacts {
			if c.ID == "p8" && c.Email != after.Contacts[0].Email {
				t.Errorf("p8 is %+v", c)
			}
		}
		// and an erasure that is repeated finds nothing more to do
		if again, err := r.Erase(ctx, owner, in); err != nil || again.Pseudonym != got.Pseudonym || again.Rows != 0 || again.Files != 0 {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

func companiesOf(e crm.Evidence) map[string]crm.Account { return crm.Accounts(&e.Snapshot) }

func TestAnErasureIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAll()
		r.take("contacts.csv", personal)
		for _, c := range []struct {
			in   ops.EraseInput
			want string
		}{
			{ops.EraseInput{Contact: "p1"}, "required"},
			{ops.EraseInput{Contact: "p77", Reason: "request"}, "contact"},
			{ops.EraseInput{Contact: "p1", Reason: "Ann Howe asked"}, "reason-names-person"},
		} {
			c.in.Client = acme
			if _, err := r.Erase(ctx, owner, c.in); fault.Code(err) != c.want {
				t.Errorf("%+v: %v", c.in, err)
			}
		}
		if _, err := r.Erase(ctx, access.Actor{}, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"}); err == nil {
			t.Error("nobody may erase")
		}
		if e := r.evidence(7); e.Contacts[0].Name != "Ann Howe" {
			t.Errorf("got %+v", e.Contacts[0])
		}
	})
}

// A workbook goes only where it tells of the person, on any of its sheets; one of several sheets, or with an empty one, that does not is left alone.
func TestAnErasureLeavesOtherWorkbooksAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("contacts.csv", personal)
		others := r.take("deals.xlsx", workbook(t, map[string][][]any{"Deals": dealRows}))
		two, err := r.Upload(ctx, owner, ops.UploadInput{Client: acme, Filename: "two.xlsx", Reader: strings.NewReader(workbook(t, map[string][][]any{"Deals": dealRows, "More": dealRows}))})
		if err != nil {
			t.Fatal(err)
		}
		named, err := r.Upload(ctx, owner, ops.UploadInput{Client: acme, Filename: "named.xlsx", Reader: strings.NewReader(workbook(t, map[string][][]any{"Deals": dealRows, "More": {{"id", "who"}, {"1", "Ann Howe"}}}))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"}); err != nil {
			t.Fatal(err)
		}
		for _, was := range []ops.Import{others, two} {
			if now, err := r.Show(ctx, owner, acme, was.ID); err != nil || now.SHA256 != was.SHA256 {
				t.Errorf("%s was replaced, %v", was.Filename, err)
			}
		}
		if now, err := r.Show(ctx, owner, acme, named.ID); err != nil || now.SHA256 == named.SHA256 {
			t.Errorf("%s stays, %v", named.Filename, err)
		}
	})
}

// Of a person who is erased it is told what stays of that person, and not what stays of somebody who was erased before.
func TestAnErasureTellsWhatStaysOfThatPersonAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("contacts.csv", personal+"p5,c2,hank@other.example,Hank Orr,2025-12-01T10:00:00Z,\n")
		r.takeStaged("ann.howe@boreal.example")
		stays := func(contact string) []ops.Stay {
			t.Helper()
			done, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: contact, Reason: "request"})
			if err != nil {
				t.Fatal(err)
			}
			return done.Stays
		}
		ann := stays("p1")
		if !slices.Contains(ann, ops.Stay{Table: "crm_import", Rows: 1}) || !slices.Contains(ann, ops.Stay{Table: "crm_progress", Rows: 1}) {
			t.Errorf("of the first person %+v", ann)
		}
		if hank := stays("p5"); hank != nil {
			t.Errorf("of another one %+v", hank)
		}
		if again := stays("p1"); !slices.Contains(again, ops.Stay{Table: "crm_import", Rows: 1}) { // when only the hash of the address is known
			t.Errorf("of the first person again %+v", again)
		}
	})
}

// An id that is an address itself stays, and what is joined by it stays joined: touches and deals are those of the contact, under the pseudonym that its id is.
func TestAnErasureKeepsRowsJoinedByAnAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("contacts.csv", "contact_id,email,name\nann.howe@boreal.example,ann.howe@boreal.example,Ann Howe\n")
		r.take("deals.csv", deals)
		r.take("deal_contacts.csv", "deal_id,contact_id\nd1,ann.howe@boreal.example\n")
		r.take("touches.csv", "touch_id,contact_id,at,channel\nt1,ann.howe@boreal.example,2025-11-18T08:00:00Z,paid-search\n")
		before := r.evidence(4)
		done, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "ann.howe@boreal.example", Reason: "request"})
		if err != nil || len(done.Stays) == 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		after := r.evidence(4)
		if !reflect.DeepEqual(after.DealContacts, before.DealContacts) || !reflect.DeepEqual(after.Touches, before.Touches) || after.Contacts[0].ID != before.Contacts[0].ID ||
			after.Contacts[0].Name != done.Pseudonym {
			t.Errorf("%+v", after)
		}
	})
}

func mustFiles(t *testing.T, r room) *blob.Store {
	t.Helper()
	files, err := r.FilesForTest(r.ctx)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
