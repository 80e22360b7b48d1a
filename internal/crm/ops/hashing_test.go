package ops_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const (
	addressed = "contact_id,company_id,email,name,created_at,private e-mail\np1,,Ann.Howe@boreal.example,Ann,2025-11-01T10:00:00Z,ann.howe@home.example\n" +
		"p2,,ann.howe@gmail.com,Bo,2025-11-02T10:00:00Z,\np3,,cy@nobody.example,Cy,2025-12-01T10:00:00Z,\np4,,ANN.HOWE@boreal.example,Di,no date,\n"
	addressedLeads = "lead_id,delivered_at,dedupe_key,reason\nl1,2026-01-05T00:00:00Z,ann.howe@boreal.example,asked ann.howe@boreal.example\nl2,2026-01-06T00:00:00Z,Ann.Howe@Boreal.example,\nl3,2026-01-07T00:00:00Z,+1 555 7788,\n"
)

// addresses are what nobody may find once they are hashed. The domain that a contact's company may have stays in the contact's row and cell.
var addresses = []string{"ann.howe", "cy@", "gmail.com", "home.example"}

func (r room) takeAddressed() {
	r.t.Helper()
	r.take("companies.csv", companies)
	r.take("contacts.csv", addressed)
	r.take("deals.csv", deals+"d3,Robots for Ann.Howe@boreal.example,c1,100.00,USD,2026-01-05T00:00:00Z,2026-06-30,open,false,false\n")
	r.take("deal_contacts.csv", dealContacts)
	r.take("touches.csv.gz", packed(r.t.(*testing.T), touches+"t9,p2,2026-01-08T08:00:00Z,e-mail,to ann.howe@gmail.com\n"))
	r.take("leads.csv", addressedLeads)
	r.take("edits.csv", "edit_id,of,record_id,field,at,by,before,after\ne1,contact,p1,email,2026-01-05T00:00:00Z,u1,ann.howe@gmail.com,ann.howe@boreal.example\n")
	r.take("contacts.csv", strings.Replace(addressed, "cy@nobody", "cy@kestrel", 1)) // a sample of what changed tells both
}

// matched is what addresses decide.
func (r room) matched(n int64) (accounts map[string]string, alike []crm.Alike, repeated []bool) {
	e := r.evidence(n)
	accounts = map[string]string{}
	for id, a := range crm.Accounts(&e.Snapshot) {
		accounts[id] = a.CompanyID + " " + string(a.By)
	}
	for _, one := range e.Leads {
		for _, other := range e.Leads {
			repeated = append(repeated, one.Key == other.Key)
		}
	}
	return accounts, crm.Duplicates(&e.Snapshot), repeated
}

func (r room) foundOf(wanted []string, database string) []string {
	was := traces
	traces = wanted
	defer func() { traces = was }()
	files, err := r.FilesForTest(r.ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.traces(files, database)
}

// When addresses are hashed none is left, what they match is as before, the next export changes nothing, and a file that came before is known.
func TestHashedAddressesAreNowhereAndMatchAsBefore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeAddressed()
		database := databaseFile(t, d, ctx)
		if len(r.foundOf(addresses, database)) == 0 {
			t.Fatal("the test finds nothing where there is something")
		}
		last := r.latest()
		accounts, alike, repeated := r.matched(last)
		if accounts["p1"] != "c1 domain" || len(alike) == 0 {
			t.Fatalf("%v, %v", accounts, alike)
		}
		was := r.evidence(last)

		got, err := r.HashAddresses(ctx, owner, acme)
		if err != nil || got.Rows == 0 || got.Notes == 0 || got.Files == 0 {
			t.Fatalf("%+v, %v", got, err)
		}

		if found := r.foundOf(addresses, database); found != nil {
			t.Errorf("found %v", found)
		}
		same := func(n int64) {
			t.Helper()
			a, b, c := r.matched(n)
			if diff := cmp.Diff(accounts, a) + cmp.Diff(alike, b) + cmp.Diff(repeated, c); diff != "" {
				t.Error(diff)
			}
		}
		same(last)
		now := r.evidence(last)
		if !reflect.DeepEqual(now.DealContacts, was.DealContacts) || !reflect.DeepEqual(now.Payments, was.Payments) || !reflect.DeepEqual(now.Touches[0], was.Touches[0]) || len(now.Touches) != len(was.Touches) {
			t.Error("something else changed")
		}
		if now.Leads[0].Key != now.Contacts[0].Email || !strings.HasSuffix(now.Leads[0].Key, "@boreal.example") || now.Leads[2].Key != "+1 555 7788" {
			t.Errorf("%+v, %+v", now.Leads, now.Contacts[0])
		}
		for _, s := range mustSegments(t, r) {
			if s.State != ops.SegmentSound {
				t.Errorf("%+v", s)
			}
		}
		// the CRM says the same again
		contacts := strings.Replace(addressed, "cy@nobody", "cy@kestrel", 1)
		for name, text := range map[string]string{"contacts.csv": contacts, "leads.csv": addressedLeads, "touches.csv": touches} {
			if i := r.take(name, text); i.Tally.New+i.Tally.Changed != 0 || i.Tally.Unchanged == 0 {
				t.Errorf("%s: %+v", name, i.Tally)
			}
		}
		same(r.latest())
		sum := sha256.Sum256([]byte(contacts))
		if no, err := r.TakenAs(ctx, owner, acme, hex.EncodeToString(sum[:])); err != nil || no == 0 {
			t.Errorf("the file is not known again: %d, %v", no, err)
		}
		// an export of several tables in another form, with a person who came under another id
		wide, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewEncoder().String(strings.ReplaceAll("contact_id,email,name\np7,Ann.Howe@boreal.example,Änn\n", ",", "\t"))
		if err != nil {
			t.Fatal(err)
		}
		r.take("contacts.txt", wide)
		r.take("contacts.xlsx", workbook(t, map[string][][]any{"Contacts": {{"contact_id", "email", "name", "note"}, {"p8", "ann.howe@boreal.example", "Ann", "or ann.howe@home.example"}}}))
		if found := r.foundOf(addresses, database); found != nil {
			t.Errorf("came back: %v", found)
		}
		e := r.evidence(r.latest())
		for _, c := range e.Contacts {
			if (c.ID == "p7" || c.ID == "p8") && c.Email != now.Contacts[0].Email {
				t.Errorf("got %+v", c)
			}
		}
		if again, err := r.HashAddresses(ctx, owner, acme); err != nil || again != (ops.Hashed{}) {
			t.Errorf("repeated: %+v, %v", again, err)
		}
		view, err := r.Addresses(ctx, owner, acme)
		if err != nil || !view.Hashed || !view.KeyIsHere || view.Untidied || view.IDs != 0 || view.By != "operator" {
			t.Errorf("%+v, %v", view, err)
		}
	})
}

func mustSegments(t *testing.T, r room) []ops.SegmentReport {
	t.Helper()
	list, err := r.Segments(r.ctx, owner, acme)
	if err != nil || len(list) == 0 {
		t.Fatalf("%v, %v", list, err)
	}
	return list
}

// The workbook that stands in the place of the one that came is read as that one was, but for the addresses.
func TestAWorkbookIsKeptWithHashes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		book := workbook(t, map[string][][]any{"Contacts": {{"contact_id", "email", "name"}, {"p8", "ann.howe@boreal.example", "Ann"}, {"p9", "ann.howe@gmail.com", "Bo & Co"}}})
		i := r.take("contacts.xlsx", book)
		p, err := r.Preview(ctx, owner, acme, i.ID)
		if err != nil || !p.Layout.Workbook || len(p.Rows) != 2 || p.Rows[1][2] != "Bo & Co" {
			t.Fatalf("%+v, %v", p.Rows, err)
		}
		e := r.evidence(1)
		for n, c := range e.Contacts {
			if p.Rows[n][1] != c.Email || !strings.HasPrefix(c.Email, "hashed-") {
				t.Errorf("the file has %s, the evidence %s", p.Rows[n][1], c.Email)
			}
		}
		if found := r.foundOf(addresses, databaseFile(t, d, ctx)); found != nil {
			t.Errorf("found %v", found)
		}
	})
}

// takeLinked takes addresses that stand elsewhere than in columns of addresses: in links, in what a contact has to do with a deal, and in notes.
func (r room) takeLinked() {
	r.t.Helper()
	r.take("companies.csv", companies)
	r.take("contacts.csv", "contact_id,email,name\np1,ann.howe@boreal.example,Ann\np2,bo@x.example,link=ann.howe%40boreal.example\n")
	r.take("deals.csv", deals+"d3,Robots for ann.howe%2540boreal.example,,100.00,USD,2026-01-05T00:00:00Z,2026-06-30,open,false,false\n")
	r.take("deal_contacts.csv", "deal_id,contact_id,role\nd1,p1,ann.howe@boreal.example\n")
	r.take("touches.csv", touches+"t9,p2,2026-01-08T08:00:00Z,webinar,utm_email%3DAnn.Howe%40boreal.example%26x\n")
	r.take("time_entries.csv", "entry_id,worked_on,person,role,minutes,clause,note\nh1,2026-01-05,eva,analyst,60,,call ann.howe@boreal.example\n")
	r.take("leads.csv", "lead_id,delivered_at,dedupe_key\nl1,2026-01-05T00:00:00Z,ann.howe%40boreal.example\nl2,2026-01-05T00:00:00Z,ann.howe@boreal.example\n")
}

// Addresses that links write with percent signs, and those of roles, are left nowhere.
func TestAddressesInLinksAndRolesAreHashed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.takeLinked()
		was := r.evidence(r.latest())
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		database := databaseFile(t, d, ctx)
		if found := r.foundOf([]string{"ann.howe"}, database); found != nil {
			t.Errorf("found %v", found)
		}
		now := r.evidence(r.latest())
		if (was.Leads[0].Key == was.Leads[1].Key) != (now.Leads[0].Key == now.Leads[1].Key) || !strings.HasPrefix(now.DealContacts[0].Role, "hashed-") {
			t.Errorf("%+v, %+v", now.Leads, now.DealContacts)
		}
		r.takeLinked()
		if found := r.foundOf([]string{"ann.howe"}, database); found != nil {
			t.Errorf("came back: %v", found)
		}
		if v, err := r.Addresses(ctx, owner, acme); err != nil || v.Stay != nil || v.Journal != 0 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// A channel that is an address, and the name of a file that the record of changes has, stay and are counted.
func TestAddressesThatStayAreCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("of ann.howe@boreal.example touches.csv", "touch_id,contact_id,at,channel\nt1,p1,2025-11-18T08:00:00Z,ann.howe@boreal.example\nt2,p1,2025-11-19T08:00:00Z,ann.howe%40boreal.example\nt3,cy@x.example,2025-11-19T08:00:00Z,webinar\n")
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		v, err := r.Addresses(ctx, owner, acme)
		if diff := cmp.Diff([]ops.Stay{{Table: "touches.contact_id", Rows: 1}, {Table: "touches.channel", Rows: 2}}, v.Stay); err != nil || diff != "" || v.Journal != 1 {
			t.Errorf("%s%+v, %v", diff, v, err)
		}
		// the name of a file that comes later is hashed before anything is written
		r.take("for cy@x.example contacts.csv", contacts)
		if later, err := r.Addresses(ctx, owner, acme); err != nil || later.Journal != 1 {
			t.Errorf("%+v, %v", later, err)
		}
	})
}

// Erased after hashing, a person is as gone as erased before: no hash of the address is left, nor an address that stayed, and a name of a file is told.
func TestAnErasureAfterHashingDoesAsMuch(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
			r := newRoom(t, d, ctx)
			r.takeLinked()
			r.take("touches.csv", "touch_id,contact_id,at,channel\nt10,p1,2025-11-18T08:00:00Z,ann.howe@boreal.example\n")
			if _, err := r.LinkAccount(ctx, owner, ops.AccountInput{Client: acme, Contact: "p2", Company: "c1", Reason: "ann.howe@boreal.example said so"}); err != nil {
				t.Fatal(err)
			}
			token := "ann.howe"
			if hashed {
				if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
					t.Fatal(err)
				}
				token, _, _ = strings.Cut(r.evidence(r.latest()).Contacts[0].Email, "@")
			}
			database := databaseFile(t, d, ctx)
			if len(r.foundOf([]string{token}, database)) == 0 {
				t.Fatal("the test finds nothing where there is something")
			}
			done, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"})
			if err != nil || done.Stays != nil {
				t.Fatalf("%+v, %v", done, err)
			}
			if found := r.foundOf([]string{token, "ann.howe"}, database); found != nil {
				t.Errorf("hashed %v: found %v", hashed, found)
			}
		})
	}
}

// The name of a file in the record of changes is told to whoever erases, hashed or not.
func TestAnErasureTellsTheNameOfAFile(t *testing.T) {
	for _, hashed := range []bool{false, true} {
		dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
			r := newRoom(t, d, ctx)
			r.take("of ann.howe%40boreal.example contacts.csv", addressed)
			if hashed {
				if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
					t.Fatal(err)
				}
			}
			done, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: "p1", Reason: "request"})
			if diff := cmp.Diff([]ops.Stay{{Table: "journal_entry", Rows: 1}}, done.Stays); err != nil || diff != "" {
				t.Errorf("hashed %v: %s%v", hashed, diff, err)
			}
		})
	}
}

// Given a file of which it was stated that no column holds something, then its columns are found when it is hashed: a text that is no address is one in its column.
func TestHashedFilesOfWhichSomethingIsStatedToBeNowhere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		_, err := r.Import(ctx, owner, ops.ImportInput{Client: acme, Filename: "contacts.csv", Reader: strings.NewReader("contact_id,email,name\np1,Ann.Howe at boreal,Ann\n"), Stated: crm.Stated{Columns: []string{"company_id="}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.HashAddresses(ctx, owner, acme); err != nil {
			t.Fatal(err)
		}
		if found := r.foundOf([]string{"ann.howe at boreal"}, databaseFile(t, d, ctx)); found != nil {
			t.Errorf("found %v", found)
		}
	})
}
