package crm

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var dealMerges = []DealMerge{{MergedID: "d3", Into: "d2"}, {MergedID: "d2", Into: "d1"}, {MergedID: "d9", Into: "d1", Deleted: true}, {MergedID: "x", Into: "y"}, {MergedID: "y", Into: "x"}}

var joinedDeals = []Deal{{ID: "d1"}, {ID: "d2"}, {ID: "d3"}, {ID: "x"}, {ID: "y"}}

// A merge behind which no deal is there has no effect and is doubtful; a chain ends at the last deal that is there, and a won deal that counts as one that is not is doubtful.
func TestAMergeCountsAsFarAsDealsAreThere(t *testing.T) {
	won := func(id string) Deal { return Deal{ID: id, Won: true, Closed: true, OutcomeKnown: true} }
	gone := func(d Deal) Deal { d.Deleted = true; return d }
	lost := Deal{ID: "C", Closed: true, OutcomeKnown: true}
	merge := func(a, b string) DealMerge { return DealMerge{MergedID: a, Into: b, Reason: "twice"} }
	for name, c := range map[string]struct {
		deals    []Deal
		merges   []DealMerge
		ends     map[string]string
		doubtful []DealMerge
	}{
		"the end is unknown":                {[]Deal{won("B")}, []DealMerge{merge("B", "Z")}, nil, []DealMerge{merge("B", "Z")}},
		"the end is deleted":                {[]Deal{won("B"), gone(won("A"))}, []DealMerge{merge("B", "A")}, nil, []DealMerge{merge("B", "A")}},
		"neither is there":                  {[]Deal{gone(won("B"))}, []DealMerge{merge("B", "A")}, nil, nil},
		"the merged one is deleted":         {[]Deal{gone(won("B")), won("A")}, []DealMerge{merge("B", "A")}, map[string]string{"B": "A"}, nil},
		"the merged one is unknown":         {[]Deal{won("A")}, []DealMerge{merge("B", "A")}, map[string]string{"B": "A"}, nil},
		"a chain loses its end":             {[]Deal{won("A"), won("B"), gone(lost)}, []DealMerge{merge("A", "B"), merge("B", "C")}, map[string]string{"A": "B"}, []DealMerge{merge("B", "C")}},
		"a chain loses its middle":          {[]Deal{won("A"), gone(won("B")), won("C")}, []DealMerge{merge("A", "B"), merge("B", "C")}, map[string]string{"A": "C", "B": "C"}, nil},
		"a chain loses all but the first":   {[]Deal{won("A"), gone(won("B"))}, []DealMerge{merge("A", "B"), merge("B", "C")}, nil, []DealMerge{merge("A", "B")}},
		"a chain ends in a lost deal":       {[]Deal{won("A"), won("B"), lost}, []DealMerge{merge("A", "B"), merge("B", "C")}, map[string]string{"A": "C", "B": "C"}, []DealMerge{merge("A", "C"), merge("B", "C")}},
		"lost and lost":                     {[]Deal{lost, {ID: "D", Closed: true, OutcomeKnown: true}}, []DealMerge{merge("D", "C")}, map[string]string{"D": "C"}, nil},
		"a circle loses the least":          {[]Deal{gone(won("A")), won("B"), won("D")}, []DealMerge{merge("A", "B"), merge("B", "D"), merge("D", "A")}, map[string]string{"A": "B", "D": "B"}, nil},
		"a circle of which nothing is left": {[]Deal{won("T"), gone(won("A"))}, []DealMerge{merge("T", "A"), merge("A", "B"), merge("B", "A")}, nil, []DealMerge{merge("T", "A")}},
	} {
		t.Run(name, func(t *testing.T) {
			s := Snapshot{Deals: c.deals, DealMerges: c.merges, Payments: []Payment{{ID: "pA", DealID: "A"}, {ID: "pB", DealID: "B"}}}
			rapid.Check(t, func(t *rapid.T) {
				j := JoinDeals(rapid.Permutation(c.merges).Draw(t, "merges"), rapid.Permutation(c.deals).Draw(t, "deals"))
				if len(j.Merged()) != len(c.ends) || !slices.Equal(j.Doubtful(), c.doubtful) {
					t.Errorf("merged %v, doubtful %v", j.Merged(), j.Doubtful())
				}
				for merged, end := range c.ends {
					if j.Into(merged) != end {
						t.Errorf("%s is one with %q", merged, j.Into(merged))
					}
				}
			})
			if err := s.FollowDealMerges(); err != nil {
				t.Fatal(err)
			}
			once := s.Clone()
			if err := s.FollowDealMerges(); err != nil || !reflect.DeepEqual(once, s) {
				t.Errorf("followed twice: %+v, %v", s, err)
			}
			if len(s.DealMergeDoubts()) != len(c.doubtful) {
				t.Errorf("%+v", s.DealMergeDoubts())
			}
		})
	}
}

func TestDoubtsAboutMergesAreToldByName(t *testing.T) {
	s := Snapshot{Deals: []Deal{{ID: "A", Name: "Line 2", Won: true, Closed: true, OutcomeKnown: true}, {ID: "B", Won: true, Closed: true, OutcomeKnown: true}, {ID: "C", Won: true, Closed: true, OutcomeKnown: true}, {ID: "O", OutcomeKnown: true}, {ID: "X", Deleted: true}},
		DealMerges: []DealMerge{{MergedID: "A", Into: "Z"}, {MergedID: "B", Into: "X"}, {MergedID: "C", Into: "O"}}}
	if err := s.FollowDealMerges(); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, i := range Hygiene(&s, time.UTC, nil) {
		if i.Code == MergeWithoutEnd || i.Code == WonMergedIntoNotWon {
			told = append(told, string(i.Severity)+" "+i.Text)
		}
	}
	want := []string{"warns Deal Line 2 (A) was stated to be one sale with Z, which the evidence does not have: A counts by itself.",
		"warns Deal B was stated to be one sale with X, which the CRM has deleted: B counts by itself.",
		"warns Won deal C was stated to be one sale with O, which is open: it counts as that one, so that nobody is charged for the sale. Take the statement back if C is the sale."}
	if !slices.Equal(told, want) {
		t.Errorf("got %q", told)
	}
}

func TestWhoImportedAMergeAnswersForIt(t *testing.T) {
	for want, got := range map[string]string{"Ann: twice": SaidBy("Ann", "Ann", "twice"), "Ann": SaidBy("Ann", "", ""), "imported by Ann; the file says: Bo: twice": SaidBy("Ann", "Bo", "twice")} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDealsThatAreOneHaveOneID(t *testing.T) {
	merges := slices.Clone(dealMerges)
	for range 2 {
		j := JoinDeals(merges, joinedDeals)
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
		j := JoinDeals(dealMerges, joinedDeals)
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
