package crm

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var dealMerges = []DealMerge{{MergedID: "d3", Into: "d2"}, {MergedID: "d2", Into: "d1"}, {MergedID: "d9", Into: "d1", Deleted: true}, {MergedID: "x", Into: "y"}, {MergedID: "y", Into: "x"}}

func TestDealsThatAreOneHaveOneID(t *testing.T) {
	merges := slices.Clone(dealMerges)
	for range 2 {
		j := JoinDeals(merges)
		if !j.Joins() || !slices.Equal(j.Merged(), []string{"d2", "d3", "y"}) || j.Into("d3") != "d1" || j.Into("d1") != "" || j.Into("y") != "x" {
			t.Fatalf("merged %v", j.Merged())
		}
		under := j.Under([]string{"d1", "d9"})
		if slices.Sort(under); !slices.Equal(under, []string{"d1", "d2", "d3", "d9"}) {
			t.Errorf("under d1: %v", under)
		}
		for _, c := range []struct {
			in             Record
			column, want   string
			saysAgain, not bool
		}{
			{in: Deal{ID: "d3", Won: true, OutcomeKnown: true}.Record(), column: "deleted", want: "true"},
			{in: Deal{ID: "d1"}.Record(), column: "deleted", want: ""},
			{in: Deal{ID: "d9"}.Record(), column: "deleted", want: ""},
			{in: Payment{ID: "p", DealID: "d3"}.Record(), column: "deal_id", want: "d1"},
			{in: Payment{ID: "q", DealID: "d9"}.Record(), column: "deal_id", want: "d9"},
			{in: DealContact{DealID: "d9", ContactID: "p"}.Record(), column: "deal_id", want: "d9"},
			{in: DealContact{DealID: "d2", ContactID: "p"}.Record(), not: true},
			{in: CarveOut{List: "house", DealID: "d2"}.Record(), column: "deal_id", want: "d1"},
			{in: CarveOut{List: "house", DealID: "d1"}.Record(), not: true},
			{in: CarveOut{List: "house", CompanyID: "c"}.Record(), column: "deal_id", want: ""},
		} {
			got, ok := j.Record(c.in)
			if ok == c.not || ok && got.Get(c.column) != c.want || got.ID != c.in.ID {
				t.Errorf("%v: %v, %v", c.in, got, ok)
			}
		}
		slices.Reverse(merges)
	}
	if (DealsAsOne{}).Joins() {
		t.Error("nothing joins something")
	}
}

// Whoever was associated with one of the deals is associated with the one that remains, once: as the CRM says of that, else as it says of the merged one with the least id.
func TestContactsOfDealsThatAreOneAreThoseOfTheOneThatRemains(t *testing.T) {
	rows := []Record{
		DealContact{DealID: "d1", ContactID: "a", Role: "buyer"}.Record(), DealContact{DealID: "d2", ContactID: "a", Role: "user"}.Record(),
		DealContact{DealID: "d3", ContactID: "b", Role: "later"}.Record(), DealContact{DealID: "d2", ContactID: "b", Role: "sooner"}.Record(),
		DealContact{DealID: "d1", ContactID: "c", Deleted: true}.Record(), DealContact{DealID: "d3", ContactID: "c", Role: "there"}.Record(),
		DealContact{DealID: "d1", ContactID: "e", Deleted: true}.Record(), DealContact{DealID: "d2", ContactID: "e", Deleted: true}.Record(),
		DealContact{DealID: "d2", ContactID: "f", Deleted: true}.Record(),
	}
	want := []DealContact{{"d1", "a", "buyer", false}, {"d1", "b", "sooner", false}, {"d1", "c", "there", false}, {"d1", "e", "", true}}
	rapid.Check(t, func(t *rapid.T) {
		j := JoinDeals(dealMerges)
		for _, r := range rapid.Permutation(rows).Draw(t, "rows") {
			if _, ok := j.Record(r); ok {
				t.Errorf("%v is not held", r)
			}
		}
		var got []DealContact
		for _, r := range j.Held() {
			dc, err := r.DealContact()
			if err != nil || r.ID != dc.Record().ID {
				t.Errorf("%v, %v", r, err)
			}
			got = append(got, dc)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
	})
}

// Followed, a snapshot names no deal twice and no merged one but as deleted, and no payment is lost.
func TestASnapshotFollowsWhatIsStatedOfDeals(t *testing.T) {
	s := Snapshot{Deals: []Deal{{ID: "d1"}, {ID: "d2"}, {ID: "d4"}}, Payments: []Payment{{ID: "p1", DealID: "d2"}, {ID: "p2", DealID: "d4"}},
		DealContacts: []DealContact{{DealID: "d1", ContactID: "a"}, {DealID: "d2", ContactID: "a"}, {DealID: "d2", ContactID: "b"}, {DealID: "d4", ContactID: "a"}},
		DealMerges:   []DealMerge{{MergedID: "d2", Into: "d1"}}}
	if err := s.FollowDealMerges(); err != nil {
		t.Fatal(err)
	}
	if len(s.DealMerges) != 0 || s.Deals[0].Deleted || !s.Deals[1].Deleted || s.Deals[2].Deleted || s.Payments[0].DealID != "d1" || s.Payments[1].DealID != "d4" {
		t.Errorf("%+v", s)
	}
	if want := []DealContact{{DealID: "d4", ContactID: "a"}, {DealID: "d1", ContactID: "a"}, {DealID: "d1", ContactID: "b"}}; !slices.Equal(s.DealContacts, want) {
		t.Errorf("%+v", s.DealContacts)
	}
}
