package ops_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

const (
	shortID, longID = "003Ec00000Cz30s", "003Ec00000Cz30sIAB"
	leadID          = "00QEc000001kJudMAE"
)

var (
	sfContacts  = "Id,AccountId,Email,FirstName,LastName,CreatedDate,MailingCity,ReportsToId\n" + longID + ",001A,Judith.Diaz@boreal.example,Judith,Diaz,2025-11-01T10:00:00Z,Angelafort,\n003Ec00000Cy99zIAB,001A,cy@boreal.example,Cy,Marsh,2025-11-01T10:00:00Z,Oslo," + longID + "\n"
	sfLeads     = "Id,ConvertedContactId,Email,FirstName,LastName,Phone,IsConverted\n" + leadID + "," + longID + ",jd@home.example,Judith,Diaz,993155722,true\n"
	sfCampaigns = "Id,Name,Type,NumberSent\n701A,Palletising,Webinar,10\n"
	sfMembers   = "Id,CampaignId,ContactId,LeadId,FirstName,LastName,Street,Phone,FirstRespondedDate,Status\n" +
		"00v1,701A," + shortID + ",,Judith,Diaz,\"14710 Levy Stravenue\nSuite 274\",993155722,2026-01-05T08:00:00Z,Sent\n" +
		"00v2,701A,," + leadID + ",Judith,Diaz,6634 Brett Cliffs,993155722,2026-01-06T08:00:00Z,Sent\n" +
		"00v3,701A,003Ec00000Cy99zIAB,,Cy,Marsh,1 Pier,44,2026-01-07T08:00:00Z,Responded\n" +
		"00v4,701A," + longID + ",,Judith,Diaz,6634 Brett Cliffs,993155722,some day,Sent\n"
	visits = "touch_id,contact_id,at,channel,first name,last name,phone\nw1," + longID + ",2026-02-01T08:00:00Z,direct,Judith,Diaz,993155722\nw2,p3,2026-02-02T08:00:00Z,direct,Cy,Marsh,44\n" +
		"w3," + longID + ",2026-02-03T08:00:00Z,direct,Judith \"\"J\"\" O\"Diaz,Diaz,993155722\n"
	visitRows = [][]any{{"touch_id", "contact_id", "at", "channel", "campaign", "who", "calls"}, {"x1", longID, "2026-02-04T08:00:00Z", "direct", "robots", "Judith Diaz", 993155722}, {"x2", "p3", "2026-02-05T08:00:00Z", "direct", "robots", "Cy", 44.5}}
	leadForms = "Entry ID,Submitted at,Email,Phone,Full address\nf1,2026-02-06T08:00:00Z,judith.diaz@boreal.example,993155722,6634 Brett Cliffs\nf2,2026-02-06T09:00:00Z,cy@boreal.example,44,1 Pier\n"
)

// personWords are what only rows of the person hold.
var personWords = []string{"judith", "jd@home", "diaz", "angelafort", "levy", "brett", "993155722"}

func (r room) takeJudith() (imports []ops.Import) {
	r.t.Helper()
	take := func(name, text string, in ops.ImportInput) {
		i, err := r.takeStated(text, ops.ImportInput{Client: acme, Filename: name, Stated: in.Stated, Profile: in.Profile, Kind: in.Kind})
		if err != nil {
			r.t.Fatalf("%s: %v", name, err)
		}
		imports = append(imports, i)
	}
	for _, f := range []struct{ name, text string }{{"Contact.csv", sfContacts}, {"Lead.csv", sfLeads}, {"Campaign.csv", sfCampaigns}, {"CampaignMember.csv", sfMembers}, {"visits.csv", visits}} {
		take(f.name, f.text, ops.ImportInput{})
	}
	book := workbook(r.t.(*testing.T), map[string][][]any{"Visits": visitRows, "Notes": {{"id", "who", "where"}, {longID, "Judith Diaz", "Angelafort"}, {"9", "Cy", "Oslo"}}})
	take("visits.xlsx", book, ops.ImportInput{Stated: crm.Stated{Sheet: "Visits"}})
	take("forms.csv", leadForms, ops.ImportInput{Stated: crm.Stated{Constants: []string{"clause=leads"}}})
	r.uploaded("waiting.csv", "who,phone,person\nJudith Diaz,993155722,"+longID+"\nCy,44,p3\n")
	return imports
}

// replayed are the hashes of the records that stored files give, and those of the evidence.
func (r room) replayed(imports []ops.Import) (files, evidence map[string]string) {
	r.t.Helper()
	files, evidence = map[string]string{}, map[string]string{}
	ref := &crm.Reference{}
	for _, was := range imports {
		i, err := r.Show(r.ctx, owner, acme, was.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		table, err := csvin.Open(bytes.NewReader(r.bytesOf(i.SHA256)), i.Mapping.Reading())
		if err != nil {
			r.t.Fatalf("%s: %v", i.Filename, err)
		}
		d, faults := i.Mapping.Bind(table.Header(), ref)
		if err := faults.Err(); err != nil {
			r.t.Fatalf("%s: %v", i.Filename, err)
		}
		for table.Next() {
			line := table.Row().Line
			records, _ := d.Decode(table.Row())
			for _, rec := range records {
				files[fmt.Sprint(rec.Kind, " ", rec.ID)] = fmt.Sprint(line, " ", rec.Hash())
			}
		}
		if table.Err() != nil {
			r.t.Fatal(table.Err())
		}
	}
	err := r.DB.Read(r.ctx, func(ctx context.Context, tx bun.Tx) error {
		var rows []struct {
			Kind, ExtID, Hash string
			Line              int64
		}
		if err := tx.NewRaw(`SELECT kind, ext_id, hash, line FROM crm_row WHERE client_id = ?`, acme).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, row := range rows {
			evidence[row.Kind+" "+row.ExtID] = fmt.Sprint(row.Line, " ", row.Hash)
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return files, evidence
}

func (r room) told(imports []ops.Import) string {
	text := r.stored()
	for _, i := range imports {
		text += fmt.Sprintln(r.rejects(i))
		now, err := r.Show(r.ctx, owner, acme, i.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		text += fmt.Sprintf("%+v", now.Tally)
	}
	return strings.ToLower(text)
}

func (r room) tellsNoWord(when string, imports []ops.Import) {
	r.t.Helper()
	text := r.told(imports)
	for _, w := range personWords {
		if i := strings.Index(text, w); i >= 0 {
			r.t.Errorf("%s: %q in %q", when, w, text[max(0, i-200):min(len(text), i+60)])
		}
	}
	for _, w := range []string{"marsh", "1 pier", "oslo", "44.5"} { // others stay
		if !strings.Contains(text, w) {
			r.t.Errorf("%s: %q is gone", when, w)
		}
	}
}

// In stored files of every kind a row of an erased person keeps only what evidence was read from, and the file still gives the same records.
func TestRowsOfAnErasedPersonKeepOnlyWhatWasRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		imports := r.takeJudith()
		files, evidence := r.replayed(imports)
		if !maps.Equal(files, evidence) || len(files) < 10 {
			t.Fatalf("before:\n%v\n%v", files, evidence)
		}
		ids := slices.Sorted(maps.Keys(files))
		// when the person is erased, with the lead that became the contact
		in := ops.EraseInput{Client: acme, Contact: longID, Reason: "request of 3 March 2026"}
		done, err := r.Erase(ctx, owner, in)
		if err != nil || done.Files < 6 {
			t.Fatalf("%+v, %v", done, err)
		}
		// then no file, preview or rejected row tells more than ids
		r.tellsNoWord("erased", imports)
		for _, reject := range r.rejects(imports[3]) {
			if reject.Line == 6 && (reject.Raw != "(erased)" || strings.Contains(reject.Reason, "some day")) {
				t.Errorf("%+v", reject)
			}
		}
		// and files give what the evidence has
		files, evidence = r.replayed(imports)
		for id := range files {
			if files[id] != evidence[id] {
				t.Errorf("%s: the file gives %s, the evidence is %s", id, files[id], evidence[id])
			}
		}
		if !reflect.DeepEqual(slices.Sorted(maps.Keys(files)), ids) {
			t.Errorf("got %v", files)
		}
		// a repeated erasure changes nothing
		if again, err := r.Erase(ctx, owner, in); err != nil || again.Files != 0 || again.Notes != 0 || again.Rows != 0 {
			t.Errorf("%+v, %v", again, err)
		}
		// and a later file of the same rows is redacted when it is applied
		later := r.take("CampaignMember.csv", strings.ReplaceAll(sfMembers, "00v3,", "00v9,"))
		r.tellsNoWord("later", append(imports, later))
		if said := fmt.Sprint(r.rejects(later)); !strings.Contains(said, "(erased)") || strings.Contains(said, "some day") {
			t.Error(said)
		}
		if later, err = r.Show(ctx, owner, acme, later.ID); err != nil || later.Tally.Erased == 0 {
			t.Errorf("%+v, %v", later.Tally, err)
		}
	})
}

// Somebody who was erased by a program that left other cells of such rows in their files is taken out of them by the same erasure once more.
func TestARepeatedErasureMendsOldFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		r.take("Contact.csv", sfContacts)
		in := ops.EraseInput{Client: acme, Contact: longID, Reason: "request"}
		done, err := r.Erase(ctx, owner, in)
		if err != nil {
			t.Fatal(err)
		}
		// given a file as it was left: the name is gone, the rest is not
		u := r.uploaded("forms.csv", strings.NewReplacer("judith.diaz@", done.Pseudonym+"-0123456789ab@").Replace(leadForms))
		v := r.uploaded("visits.csv", strings.ReplaceAll(visits, "Judith", "(erased)"))
		again, err := r.Erase(ctx, owner, in)
		if err != nil || again.Files != 2 || again.Pseudonym != done.Pseudonym {
			t.Errorf("%+v, %v", again, err)
		}
		for _, i := range []ops.Import{u, v} {
			now, err := r.Show(ctx, owner, acme, i.ID)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.ToLower(string(r.bytesOf(now.SHA256)))
			for _, w := range personWords {
				if strings.Contains(text, w) {
					t.Errorf("%q in %s", w, text)
				}
			}
		}
	})
}
