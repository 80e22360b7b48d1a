package crm

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAContactBelongsToOneCompanyByTheRulesInTheirOrder(t *testing.T) {
	companies := []Company{{ID: "bolt", Domain: "bolt.example"}, {ID: "kestrel", Domain: "kestrel.example"}, {ID: "kestrel-uk", Domain: "kestrel.example"},
		{ID: "gone", Domain: "gone.example", Deleted: true}, {ID: "post", Domain: "gmail.com"}}
	links := []AccountLink{{ContactID: "linked", CompanyID: "kestrel"}, {ContactID: "back", CompanyID: "kestrel", Deleted: true}, {Domain: "bolt-robotics.example", CompanyID: "bolt"},
		{Domain: "kestrel-de.example", CompanyID: "kestrel"}, {ContactID: "was", CompanyID: "bolt"}, {ContactID: "was-too", CompanyID: "kestrel"}, {ContactID: "says", CompanyID: "bolt"}}
	for _, c := range []struct {
		name string
		of   []Contact
		want Account
	}{
		{"the CRM comes first", []Contact{{ID: "linked", CompanyID: "acme", Email: "a@bolt.example"}}, Account{"acme", ByCRM, ""}},
		{"then a manual link", []Contact{{ID: "linked", Email: "a@bolt.example"}}, Account{"kestrel", ByLink, ""}},
		{"a link that was taken back says nothing", []Contact{{ID: "back", Email: "a@bolt.example"}}, Account{"bolt", ByDomain, "bolt.example"}},
		{"then a stated rule", []Contact{{ID: "x", Email: "A@Bolt-Robotics.example"}}, Account{"bolt", ByRule, "bolt-robotics.example"}},
		{"then the domain of one company", []Contact{{ID: "x", Email: "a@bolt.example"}}, Account{"bolt", ByDomain, "bolt.example"}},
		{"a domain of several is never guessed", []Contact{{ID: "x", Email: "a@kestrel.example"}}, Account{"", Ambiguous, "kestrel.example"}},
		{"free mail tells nothing", []Contact{{ID: "x", Email: "a@gmail.com"}}, Account{"", FreeMail, "gmail.com"}},
		{"nor does a deleted company", []Contact{{ID: "x", Email: "a@gone.example"}}, Account{"", NoCompany, "gone.example"}},
		{"nor a part of a domain", []Contact{{ID: "x", Email: "a@eu.bolt.example"}}, Account{"", NoCompany, "eu.bolt.example"}},
		{"nor no address", []Contact{{ID: "x"}}, Account{"", NoAddress, ""}},
		{"nor what is no address", []Contact{{ID: "x", Email: "bolt.example"}}, Account{"", NoAddress, ""}},
		{"a merged contact speaks where the one that remains is silent", []Contact{{ID: "x", MergedIDs: []string{"y"}}, {ID: "y", Email: "a@bolt.example"}}, Account{"bolt", ByDomain, "bolt.example"}},
		{"links of merged contacts hold", []Contact{{ID: "x", MergedIDs: []string{"was"}}}, Account{"bolt", ByLink, ""}},
		{"but not when they disagree", []Contact{{ID: "x", MergedIDs: []string{"was", "was-too"}, Email: "a@bolt.example"}}, Account{"", Ambiguous, ""}},
		{"the link of the one that remains wins", []Contact{{ID: "says", MergedIDs: []string{"was-too"}}}, Account{"bolt", ByLink, ""}},
	} {
		got := Accounts(&Snapshot{Companies: companies, AccountLinks: links, Contacts: c.of})
		if len(got) != 1 || got[c.of[0].ID] != c.want {
			t.Errorf("%s: got %+v", c.name, got)
		}
	}
}

func accountSnapshot(t *rapid.T) Snapshot {
	var s Snapshot
	id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
	company := rapid.SampledFrom([]string{"", "x", "y"})
	domain := rapid.SampledFrom([]string{"", "x.example", "y.example", "gmail.com"})
	for range rapid.IntRange(0, 6).Draw(t, "contacts") {
		c := Contact{ID: id.Draw(t, "id"), CompanyID: company.Draw(t, "company"), Deleted: rapid.Bool().Draw(t, "gone") && rapid.Bool().Draw(t, "really")}
		if d := domain.Draw(t, "domain"); d != "" {
			c.Email = "p@" + d
		}
		if m := id.Draw(t, "merged"); rapid.Bool().Draw(t, "merges") {
			c.MergedIDs = []string{m}
		}
		s.Contacts = append(s.Contacts, c)
	}
	for range rapid.IntRange(0, 4).Draw(t, "companies") {
		s.Companies = append(s.Companies, Company{ID: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "company"), Domain: domain.Draw(t, "domain")})
	}
	for range rapid.IntRange(0, 4).Draw(t, "links") {
		l := AccountLink{CompanyID: company.Draw(t, "company"), Deleted: rapid.Bool().Draw(t, "back")}
		if rapid.Bool().Draw(t, "by hand") {
			l.ContactID = id.Draw(t, "id")
		} else {
			l.Domain = domain.Draw(t, "domain")
		}
		s.AccountLinks = append(s.AccountLinks, l)
	}
	return s
}

func shuffle[T any](r *rand.Rand, rows []T) {
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
}

func TestTheOrderOfRowsChangesNoAccount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := accountSnapshot(t)
		want := Accounts(&s)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		shuffle(r, s.Contacts)
		shuffle(r, s.Companies)
		shuffle(r, s.AccountLinks)
		if got := Accounts(&s); !maps.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

// What leaves the house has neither the addresses nor the other companies.
func TestInferredLinksTellTheSameWithoutAddresses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := accountSnapshot(t)
		companies := func(s *Snapshot) map[string]string {
			out := map[string]string{}
			for id, a := range Accounts(s) {
				if a.CompanyID != "" {
					out[id] = a.CompanyID
				}
			}
			return out
		}
		want, links := companies(&s), InferredLinks(&s)
		part := Snapshot{Contacts: slices.Clone(s.Contacts), AccountLinks: links}
		for i := range part.Contacts {
			part.Contacts[i].Email = ""
		}
		if got := companies(&part); !maps.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if again := InferredLinks(&part); !slices.Equal(again, links) {
			t.Fatalf("again %v, first %v", again, links)
		}
	})
}

func TestTheFreeMailListHoldsWhatPeopleUse(t *testing.T) {
	for _, d := range []string{"gmail.com", "outlook.com", "gmx.de", "web.de", "icloud.com", "proton.me", "qq.com"} {
		if !IsFreeMail(d) {
			t.Errorf("%s is not listed", d)
		}
	}
	for _, d := range []string{"", "com", "boreal.example", "siemens.com"} {
		if IsFreeMail(d) {
			t.Errorf("%s is listed", d)
		}
	}
}
