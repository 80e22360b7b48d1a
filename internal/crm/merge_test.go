package crm_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/crm"
)

func known(s crm.Snapshot) string {
	var out []string
	for _, c := range s.Contacts {
		out = append(out, c.ID+"="+strings.Join(c.MergedIDs, "+"))
	}
	return strings.Join(out, " ")
}

func TestMergesAreFollowedToTheirEnd(t *testing.T) {
	merge := func(pairs ...string) (out []crm.Merge) {
		for _, p := range pairs {
			from, into, _ := strings.Cut(p, ">")
			out = append(out, crm.Merge{MergedID: from, Into: into})
		}
		return out
	}
	for name, c := range map[string]struct {
		merges []crm.Merge
		want   string
	}{
		"one":                        {merge("b>a"), "a=b b= c="},
		"a chain":                    {merge("b>a", "c>b"), "a=b+c b= c="},
		"a circle":                   {merge("b>c", "c>b"), "a= b=c c="},
		"a tail into a circle":       {merge("b>c", "c>b", "d>c"), "a= b=c+d c="},
		"into one that is not there": {merge("b>z"), "a= b= c= z=b"},
		"into itself":                {merge("b>b"), "a= b= c="},
		"taken back":                 {[]crm.Merge{{MergedID: "b", Into: "a", Deleted: true}}, "a= b= c="},
	} {
		s := crm.Snapshot{Contacts: []crm.Contact{{ID: "a"}, {ID: "b"}, {ID: "c"}}, Merges: c.merges}
		before := s
		s.FollowMerges()
		if got := known(s); got != c.want || len(s.Merges) != 0 {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := known(before); got != "a= b= c=" {
			t.Errorf("%s: the contacts that others hold were changed: %s", name, got)
		}
	}
}

// Whatever the order of the audit, every contact ends in exactly one survivor, and nobody both survives and is merged, but for whom a circle makes stand.
func TestMergesDoNotDependOnTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		into := rapid.MapOf(rapid.SampledFrom(strings.Split("abcdefghij", "")), rapid.SampledFrom(strings.Split("abcdefghijk", ""))).Draw(t, "into")
		var merges []crm.Merge
		for from, to := range into {
			merges = append(merges, crm.Merge{MergedID: from, Into: to})
		}
		one := crm.Snapshot{Contacts: []crm.Contact{{ID: "a", MergedIDs: []string{"x"}}, {ID: "b"}}, Merges: rapid.Permutation(merges).Draw(t, "one")}
		other := crm.Snapshot{Contacts: one.Contacts, Merges: rapid.Permutation(merges).Draw(t, "other")}
		one.FollowMerges()
		other.FollowMerges()
		if known(one) != known(other) {
			t.Fatalf("%s\n%s", known(one), known(other))
		}
		ended := map[string]string{}
		for _, c := range one.Contacts {
			for _, id := range c.MergedIDs {
				if id == "x" { // by its own row: who makes journeys follows on from there
					continue
				}
				if by, twice := ended[id]; twice {
					t.Fatalf("%s ends in %s and in %s", id, by, c.ID)
				}
				ended[id] = c.ID
			}
		}
		for id, end := range ended {
			if further, merged := ended[end]; merged {
				t.Fatalf("%s ends in %s, which ends in %s", id, end, further)
			}
		}
		for from, to := range into {
			if from != to && ended[from] == "" && !slices.ContainsFunc(one.Contacts, func(c crm.Contact) bool { return c.ID == from && len(c.MergedIDs) > 0 }) {
				t.Fatalf("the merge of %s into %s is lost: %s", from, to, fmt.Sprint(known(one)))
			}
		}
	})
}

// A table of Salesforce tells by its column MasterRecordId who was merged, whatever row comes first.
func TestSalesforceTellsMergesWithContacts(t *testing.T) {
	rows := []string{"0031a00000SurvivAAA,0011a00000AccounAAA,ann@boreal.example,,false", "0031a00000MergedAAAA,0011a00000AccounAAA,ann@b.example,0031a00000SurvivAAA,true"}
	for range 2 {
		_, records, _ := decoded(t, "Id,AccountId,Email,MasterRecordId,IsDeleted\n"+strings.Join(rows, "\n")+"\n")
		var s crm.Snapshot
		for _, r := range records {
			if err := s.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		s.FollowMerges()
		i := slices.IndexFunc(s.Contacts, func(c crm.Contact) bool { return strings.HasPrefix(c.ID, "0031a00000Surviv") })
		if len(s.Contacts) != 2 || len(s.Contacts[i].MergedIDs) != 1 || !strings.HasPrefix(s.Contacts[i].MergedIDs[0], "0031a00000Merged") {
			t.Errorf("%s", known(s))
		}
		slices.Reverse(rows)
	}
}
