package crm

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/csvin"
)

func TestWhatIsStatedTakesThePlaceOfWhatWasKept(t *testing.T) {
	kept := Mapping{Profile: HubSpot, Object: "deals", Columns: map[string]string{"deal_id": "Record ID", "currency": "Currency"}, Convention: csvin.Convention{Decimal: '.', DateOrder: csvin.MDY},
		DefaultCurrency: "USD", WonStages: []string{"closedwon"}, OpenStages: []string{"in talks", "demo"}, CustomerTypes: map[string]CustomerType{"Partner": CustomerNew}}
	before := maps.Clone(kept.Columns)
	got, err := Stated{Decimal: "comma", Zone: "UTC", Currency: "eur", Won: []string{"in talks"}, Lost: []string{"gone, for now"}, Existing: []string{"Partner"},
		Columns: []string{"amount=Amount = net", "currency="}, Constants: []string{"owner = Ana"}}.Over(kept)
	if err != nil {
		t.Fatal(err)
	}
	want := Mapping{Profile: HubSpot, Object: "deals", Columns: map[string]string{"deal_id": "Record ID", "amount": "Amount = net", "currency": ""}, Constants: map[string]string{"owner": "Ana"},
		Convention: csvin.Convention{Decimal: ',', DateOrder: csvin.MDY, Zone: time.UTC}, DefaultCurrency: "EUR",
		WonStages: []string{"closedwon", "in talks"}, LostStages: []string{"gone, for now"}, OpenStages: []string{"demo"}, CustomerTypes: map[string]CustomerType{"Partner": CustomerExisting}}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b *time.Location) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	if !maps.Equal(before, kept.Columns) || kept.CustomerTypes["Partner"] != CustomerNew || len(kept.OpenStages) != 2 {
		t.Errorf("the kept mapping was changed: %+v", kept)
	}
}

func TestAllThatIsStatedWronglyIsToldAtOnce(t *testing.T) {
	_, err := Stated{Decimal: "x", DateOrder: "year", Zone: "Mars", Columns: []string{"amount"}, Constants: []string{"=form"}}.Over(Mapping{})
	var at []string
	for _, f := range fault.All(err) {
		at = append(at, f.Field)
	}
	if !slices.Equal(at, []string{"decimal", "date_order", "zone", "column", "constant"}) {
		t.Errorf("%v", err)
	}
}

func TestPlacesOfAMappingHaveTheNameTheyAreStatedBy(t *testing.T) {
	for place, want := range map[string]string{"convention.date_order": "date_order", "columns.amount": "column", "constants.channel": "constant", "default_currency": "currency",
		"home_currency": "home_currency", "won_stages": "won", "kind": "kind", "zone": "zone"} {
		if got := StatedAs(place); got != want {
			t.Errorf("%s is stated as %s", place, got)
		}
	}
}

func TestWhatAFileLeavesOpenIsAsked(t *testing.T) {
	members := []string{"Id", "CampaignId", "ContactId", "FirstRespondedDate", "Added_Date__c"}
	responded, silent := []string{"m1", "k1", "c1", "2026-01-02T10:00:00Z", "2026-01-01"}, []string{"m2", "k1", "c2", "", "2026-01-01"}
	opportunities := []string{"Id", "AccountId", "Amount", "CreatedDate", "CloseDate", "StageName", "IsWon"}
	deal := func(amount, created, closed string) []string {
		return []string{"o1", "a1", amount, created, closed, "Won", "true"}
	}
	forms := []string{"conversion_id", "contact_id", "timestamp", "form_id", "title", "page_url"}
	tests := []struct {
		name    string
		headers []string
		row     []string
		stated  Stated
		want    []string // places
	}{
		{"a member who responded", members, responded, Stated{}, nil},
		{"one without a response", members, silent, Stated{}, []string{"columns.at_fallback"}},
		{"dated by a column of days", members, silent, Stated{Columns: []string{"at_fallback=Added_Date__c"}}, []string{"convention.zone"}},
		{"whose days begin in a zone", members, silent, Stated{Columns: []string{"at_fallback=Added_Date__c"}, Zone: "UTC"}, nil},
		{"left undated", members, silent, Stated{Columns: []string{"at_fallback="}}, nil},
		{"an amount in no currency", opportunities, deal("1200.00", "2026-01-02T10:00:00Z", "2026-02-01"), Stated{Decimal: "point"}, []string{"default_currency"}},
		{"and with no decimal mark", opportunities, deal("1,200", "2026-01-02T10:00:00Z", "2026-02-01"), Stated{}, []string{"default_currency"}},
		{"a dollar sign is no currency", opportunities, deal("$1,200.50", "", "2026-02-01"), Stated{Decimal: "point"}, []string{"default_currency"}},
		{"a code is", opportunities, deal("USD 1,200.50", "", "2026-02-01"), Stated{Decimal: "point"}, nil},
		{"stated", opportunities, deal("1200.00", "", "2026-02-01"), Stated{Decimal: "point", Currency: "USD"}, nil},
		{"left unknown", opportunities, deal("1200.00", "", "2026-02-01"), Stated{Decimal: "point", Columns: []string{"currency="}}, nil},
		{"no amount", opportunities, deal("", "", "2026-02-01"), Stated{}, nil},
		{"a day of creation", opportunities, deal("", "2026-01-02", "2026-02-01"), Stated{}, []string{"convention.zone"}},
		{"an instant of closing", opportunities, deal("", "", "2026-02-01T23:30:00Z"), Stated{}, []string{"convention.zone"}},
		{"forms without a channel", forms, []string{"f1", "c1", "2026-01-02T10:00:00Z", "9", "Trial", "/"}, Stated{}, []string{"constants.channel"}},
		{"forms of a channel", forms, []string{"f1", "c1", "2026-01-02T10:00:00Z", "9", "Trial", "/"}, Stated{Constants: []string{"channel=form"}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			candidates := Detect(test.headers)
			if len(candidates) == 0 {
				t.Fatal("not recognised")
			}
			m, err := test.stated.Over(candidates[0].Mapping)
			if err != nil {
				t.Fatal(err)
			}
			var at []string
			for _, f := range m.Open(test.headers, [][]string{test.row}) {
				at = append(at, f.Field)
			}
			if !slices.Equal(at, test.want) {
				t.Errorf("asked at %v, want %v", at, test.want)
			}
		})
	}
}
