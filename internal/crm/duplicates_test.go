package crm

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func lookalikes() Snapshot {
	deal := func(id, name, company string, minor int64, day int) Deal {
		return Deal{ID: id, Name: name, CompanyID: company, Amount: money.New(minor, "USD"), AmountKnown: true, ClosedOn: cal.MustDate(fmt.Sprintf("2026-03-%02d", day))}
	}
	return Snapshot{
		Contacts: []Contact{
			{ID: "p1", CompanyID: "c1", Email: "ann@bolt.example", Name: "Ann Müller"}, {ID: "p2", Email: "ann@bolt.example"},
			{ID: "p3", CompanyID: "c1", Name: "muller, ANN"}, {ID: "p4", CompanyID: "c1", Name: "Ann Mueller"}, {ID: "p5", CompanyID: "c2", Name: "Ann Müller"},
			{ID: "p6", CompanyID: "c2", Name: "Bo Li"}, {ID: "p7", CompanyID: "c2", Name: "Bo Lu"}, // too short to be similar
			{ID: "p8", Email: "x@bolt.example", MergedIDs: []string{"p9"}}, {ID: "p9", Email: "x@bolt.example"}, {ID: "p10", Email: "x@bolt.example", Deleted: true},
		},
		Companies: []Company{{ID: "c1", Name: "Boltworks GmbH", Domain: "bolt.example"}, {ID: "c2", Name: "Kestrel Foods Ltd.", Domain: "gmail.com"}, {ID: "c3", Name: "BOLTWORKS, Inc.", Domain: "bolt.test"},
			{ID: "c4", Name: "Kestrel Fodds", Domain: "gmail.com"}, {ID: "c5", Name: "Other", Domain: "bolt.example"}, {ID: "c6", Name: "Alder Works 2"}, {ID: "c7", Name: "Alder Works 3"}},
		Deals: []Deal{deal("d1", "Line 2", "c1", 100, 1), deal("d2", "line 2", "c1", 100, 1), deal("d3", "Line 2", "c1", 100, 2), deal("d4", "Line 2", "c1", 200, 1)},
	}
}

func TestWhatIsAlikeIsGroupedWithItsReason(t *testing.T) {
	s := lookalikes()
	want := []Alike{
		{KindCompany, SameName, []string{"c1", "c3"}}, {KindCompany, SameDomain, []string{"c1", "c5"}}, {KindCompany, SimilarName, []string{"c2", "c4"}},
		{KindContact, SameEmail, []string{"p1", "p2"}}, {KindContact, SameName, []string{"p1", "p3"}}, {KindContact, SimilarName, []string{"p1", "p3", "p4"}},
		{KindDeal, SameDeal, []string{"d1", "d2"}}, {KindDeal, AlikeDeal, []string{"d1", "d2", "d3"}},
	}
	if got := Duplicates(&s); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v\nwant\n%v", got, want)
	}
}

func TestWhatIsStatedToDifferIsNotAskedAgain(t *testing.T) {
	s := lookalikes()
	s.Different = []Different{NewDifferent(KindDeal, "d3", "d1", ""), NewDifferent(KindDeal, "d2", "d3", ""), NewDifferent(KindContact, "p2", "p1", "")}
	reasons := map[LikeReason]int{}
	for _, a := range Duplicates(&s) {
		if a.Of == KindDeal || a.Reason == SameEmail {
			reasons[a.Reason]++
		}
	}
	if !reflect.DeepEqual(reasons, map[LikeReason]int{SameDeal: 1}) { // d3 differs from both, d1 and d2 are still asked for
		t.Errorf("got %v", reasons)
	}
	for i := range s.Different {
		s.Different[i].Deleted = true
	}
	bare := lookalikes()
	if !reflect.DeepEqual(Duplicates(&s), Duplicates(&bare)) {
		t.Error("what was taken back still holds")
	}
}

func TestTheOrderOfRowsChangesNoDuplicate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := lookalikes()
		want := Duplicates(&s)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		shuffle(r, s.Contacts)
		shuffle(r, s.Companies)
		shuffle(r, s.Deals)
		if got := Duplicates(&s); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// Names differ by one letter exactly where one edit leads from one to the other.
func TestNamesDifferByOneLetter(t *testing.T) {
	name := rapid.StringMatching(`[ab ]{0,5}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := name.Draw(t, "a"), name.Draw(t, "b")
		if got, want := differByOne(a, b), distance(a, b) == 1; got != want {
			t.Fatalf("%q and %q: %v", a, b, got)
		}
	})
}

func distance(a, b string) int {
	switch {
	case a == "":
		return len(b)
	case b == "":
		return len(a)
	case a[0] == b[0]:
		return distance(a[1:], b[1:])
	}
	return 1 + min(distance(a[1:], b), distance(a, b[1:]), distance(a[1:], b[1:]))
}

// BenchmarkDuplicates looks for duplicates where everybody has one address: it costs no more than others, and twice as many contacts about twice as much.
func BenchmarkDuplicates(b *testing.B) {
	for _, n := range []int{25_000, 50_000} {
		var s Snapshot
		for i := range n {
			s.Contacts = append(s.Contacts, Contact{ID: fmt.Sprint(i), CompanyID: fmt.Sprint(i / 50), Email: "info@bolt.example", Name: fmt.Sprintf("Ann %c%c%c%c Howe", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, 'a'+i/17576%26)})
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				Duplicates(&s)
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "contacts/s")
		})
	}
}
