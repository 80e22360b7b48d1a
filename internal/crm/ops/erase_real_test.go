package ops_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// The export of campaign members repeats street and telephone of each contact and lead.
func TestTheSalesforceExportTellsNothingOfErasedPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		r := newRoom(t, d, ctx)
		var imports []ops.Import
		for _, name := range []string{"Campaign.csv", "Contact.csv", "Lead.csv", "CampaignMember.csv"} {
			u, err := r.Upload(ctx, owner, ops.UploadInput{Client: acme, Filename: name, Reader: real(t, "salesforce/"+name)})
			if err != nil {
				t.Fatal(err)
			}
			p, err := r.Preview(ctx, owner, acme, u.ID)
			if err != nil || len(p.Candidates) == 0 {
				t.Fatalf("%s: %v", name, err)
			}
			m, _ := p.Propose(p.Candidates[0].Mapping)
			m.Convention.Zone = time.UTC
			if name == "CampaignMember.csv" {
				m.Columns["at_fallback"] = "Added_Date__c"
			}
			if err := r.SetMapping(ctx, owner, acme, u.ID, m, ""); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if u, err = r.Apply(ctx, owner, acme, u.ID); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			imports = append(imports, u)
		}
		_, before := r.replayed(imports)
		for contact, words := range map[string][]string{"003Ec00000Cz30sIAB": {"14710 Levy Stravenue", "993155722", "Ebony David"}, "00QEc00000BBafDMAT": {"6634 Brett Cliffs", "3233623825", "Judith Diaz"}} {
			for _, w := range words {
				if !strings.Contains(r.stored(), w) {
					t.Fatalf("%q is nowhere", w)
				}
			}
			done, err := r.Erase(ctx, owner, ops.EraseInput{Client: acme, Contact: contact, Reason: "request"})
			if err != nil || done.Files < 2 {
				t.Fatalf("%+v, %v", done, err)
			}
			for _, w := range words {
				if strings.Contains(r.stored(), w) {
					t.Errorf("%s: %q is still there", contact, w)
				}
			}
		}
		files, after := r.replayed(imports)
		touches := 0
		for id, is := range after {
			if files[id] != is {
				t.Errorf("%s: the file gives %s, the evidence is %s", id, files[id], is)
			}
			if strings.HasPrefix(id, "touch ") {
				if touches++; before[id] != is {
					t.Errorf("%s is %s and was %s", id, is, before[id])
				}
			}
		}
		if touches == 0 || len(after) != len(before) {
			t.Errorf("%d touches, %d records, %d before", touches, len(after), len(before))
		}
	})
}
