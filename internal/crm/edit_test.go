package crm_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

// decoded reads a file as what fits its header best.
func decoded(t testing.TB, text string) (object string, records []crm.Record, problems []crm.Problem) {
	t.Helper()
	in, err := csvin.Open(strings.NewReader(text), csvin.Options{})
	if err != nil {
		t.Fatal(err)
	}
	found := crm.Detect(in.Header())
	if len(found) == 0 {
		t.Fatalf("nothing fits %v", in.Header())
	}
	if len(found) > 1 && found[0].Score-found[1].Score < 0.05 {
		t.Fatalf("%s and %s fit as well", found[0].Mapping.Object, found[1].Mapping.Object)
	}
	m := found[0].Mapping
	m.Convention = csvin.Convention{Decimal: '.', DateOrder: csvin.YMD, Zone: time.UTC}
	d, faults := m.Bind(in.Header(), nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for in.Next() {
		r, p := d.Decode(in.Row())
		records, problems = append(records, r...), append(problems, p...)
	}
	return m.Object, records, problems
}

func TestHistoriesOfTheCRMAreRead(t *testing.T) {
	for file, c := range map[string]struct {
		object string
		want   []string // in time
	}{
		"OpportunityFieldHistory.csv": {"OpportunityFieldHistory", []string{
			"deal 0061a00000AbCdEAAV stage Proposal > Closed Won by 0051a00000OwnerAAA",
			"deal 0061a00000AbCdEAAV amount 12000.0 > 13500.0 by 0051a00000OwnerAAA",
			"deal 0061a00000AbCdEAAV closed_on 2026-03-14 > 2026-04-02 by 0051a00000OwnerAAA"}},
		// states: what a field said before comes from the state before, and what did not change is no edit
		"OpportunityHistory.csv": {"OpportunityHistory", []string{
			"deal 0061a00000AbCdEAAV amount  > 12000.0 by 0051a00000OwnerAAA",
			"deal 0061a00000AbCdEAAV closed_on  > 2026-03-14 by 0051a00000OwnerAAA",
			"deal 0061a00000AbCdEAAV stage  > Proposal by 0051a00000OwnerAAA",
			"deal 0061a00000AbCdEAAV stage Proposal > Closed Won by 0051a00000OwnerAAA",
			"deal 0061a00000AbCdEAAV amount 12000.0 > 13500.0 by 0051a00000OwnerAAA",
			"deal 0061a00000AbCdEAAV closed_on 2026-03-14 > 2026-04-02 by 0051a00000OwnerAAA"}},
		"deal_property_history.csv": {"deal_property_history", []string{
			"deal 1100390922 amount  > 12000 by userId:14400",
			"deal 1100390922 closed_on  > 2026-03-14 by userId:14400",
			"deal 1100390922 stage  > closedwon by flow 7",
			"deal 1100390922 amount 12000 > 13500 by userId:14401"}},
	} {
		body, err := os.ReadFile("../../docs/examples/history/" + file)
		if err != nil {
			t.Fatal(err)
		}
		object, records, problems := decoded(t, string(body))
		if object != c.object || len(problems) > 0 {
			t.Errorf("%s is read as %s with %v", file, object, problems)
		}
		var edits []crm.Edit
		for _, r := range records {
			e, err := r.Edit()
			if err != nil {
				t.Fatal(err)
			}
			edits = append(edits, e)
		}
		slices.Reverse(edits) // whatever the order of the file
		var got []string
		for _, e := range crm.History(edits) {
			got = append(got, fmt.Sprintf("%s %s %s %s > %s by %s", e.Of, e.RecordID, e.Field, e.Before, e.After, e.By))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", file, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestAnEditTellsWhatARecordSays(t *testing.T) {
	r := crm.Record{Kind: crm.KindDeal, ID: "d1", Values: crm.Deal{ID: "d1", Stage: "won", AmountText: "13500.00"}.Record().Values}
	e := crm.Edit{Of: crm.KindDeal, RecordID: "d1", Field: "amount", After: "13500.0"}
	if !e.Tells(r, "amount") || e.Tells(r, "stage") {
		t.Error("an amount is the same whatever its last zeros, and of its own field alone")
	}
	for _, other := range []crm.Edit{{Of: crm.KindContact, RecordID: "d1", Field: "amount", After: "13500"}, {Of: crm.KindDeal, RecordID: "d2", Field: "amount", After: "13500"},
		{Of: crm.KindDeal, RecordID: "d1", Field: "amount", After: "13501"}, {Of: crm.KindDeal, RecordID: "d1", Field: "amount", After: "13500", Deleted: true}} {
		if other.Tells(r, "amount") {
			t.Errorf("%+v tells nothing of it", other)
		}
	}
}

func TestBadRowsOfHistoriesAreToldAtTheirLine(t *testing.T) {
	_, records, problems := decoded(t, "Id,OpportunityId,CreatedById,CreatedDate,Field,OldValue,NewValue\nh1,,u,2026-01-02T00:00:00Z,Amount,1,2\nh2,o2,u,,Amount,1,2\nh3,o3,u,2026-01-02T00:00:00Z,,1,2\nh4,o4,u,2026-01-02T00:00:00Z,Custom__c,1,2\n")
	codes := []string{}
	for _, p := range problems {
		codes = append(codes, fmt.Sprintf("%d %s %v", p.Line, p.Code, p.Lost))
	}
	if want := []string{"2 id-missing true", "3 edit-undated true", "4 field-missing true"}; !slices.Equal(codes, want) || len(records) != 1 || records[0].Get("field") != "Custom__c" {
		t.Errorf("%v %v", codes, records)
	}
}

func FuzzHistory(f *testing.F) {
	f.Add("Id,OpportunityId,CreatedDate,Field,OldValue,NewValue", "h1,o1,2026-01-02T00:00:00Z,Amount,\"1,2\",3e4")
	f.Add("Id,OpportunityId,CreatedDate,StageName,Amount,CloseDate", "h1,o1,1773446400000,Won,1.5,31/12/2026")
	f.Add("deal_id,name,timestamp,value,source", "1,closedate,2026-01-02 10:00:00.1,1773446400000,UI")
	f.Add("canonical_vid,vid_to_merge,timestamp", "1,2,2026-01-02")
	f.Fuzz(func(t *testing.T, header, row string) {
		in, err := csvin.Open(strings.NewReader(header+"\n"+row+"\n"+row+"\n"), csvin.Options{})
		if err != nil {
			return
		}
		rows := []csvin.Row{}
		for in.Next() {
			rows = append(rows, in.Row())
		}
		for _, c := range crm.Detect(in.Header()) {
			if c.Kind != crm.KindEdit && c.Kind != crm.KindMerge {
				continue
			}
			m := c.Mapping
			m.Convention = csvin.Convention{Decimal: '.', DateOrder: csvin.DMY, Zone: time.UTC}
			d, faults := m.Bind(in.Header(), nil)
			if len(faults) > 0 {
				continue
			}
			var s crm.Snapshot
			for _, row := range rows {
				records, problems := d.Decode(row)
				if len(records) == 0 && len(problems) == 0 && m.Object != "OpportunityHistory" {
					t.Fatalf("%q is lost in silence", row.Cells)
				}
				for _, r := range records {
					if err := s.Add(r); err != nil {
						t.Fatalf("%+v cannot be read back: %v", r, err)
					}
				}
			}
			for _, e := range crm.History(s.Edits) {
				if e.At.IsZero() || e.RecordID == "" || e.Field == "" {
					t.Fatalf("%+v", e)
				}
			}
			s.FollowMerges()
		}
	})
}
