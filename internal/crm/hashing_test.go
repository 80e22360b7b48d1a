package crm

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func testHashing() *Hashing {
	return &Hashing{Hash: func(email string) string {
		mac := hmac.New(sha256.New, []byte("a key"))
		mac.Write([]byte(email))
		return hex.EncodeToString(mac.Sum(nil))
	}}
}

func TestAnAddressBecomesAHashAndItsDomain(t *testing.T) {
	h := testHashing()
	ann := h.Address("ann@boreal.example")
	if !strings.HasSuffix(ann, "@boreal.example") || len(ann) != len("hashed-@boreal.example")+MailHashDigits {
		t.Errorf("got %s", ann)
	}
	for _, c := range []struct{ in, domain string }{
		{"ann@boreal.example", "boreal.example"}, {"ann@gmail.com", "free-mail.invalid"}, {"ann", ""}, {"@ann", ""}, {"ann@work.com, or 555 0100", "unreadable.invalid"},
	} {
		got := h.Address(c.in)
		if DomainOf(got) != c.domain || strings.Contains(got, "ann") || h.Address(got) != got {
			t.Errorf("%s: %s", c.in, got)
		}
	}
	for in, want := range map[string]string{" Ann@Boreal.Example ": ann, ann: ann, "": "", "erased-0123456789ab@boreal.example": "erased-0123456789ab@boreal.example",
		"erased-0123456789ab-0123456789ab@erased.invalid": "erased-0123456789ab-0123456789ab@erased.invalid"} {
		if got := h.Address(in); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
	if got := ShownAddress(ann); got != "hashed-"+h.Hash("ann@boreal.example")[:8]+"…@boreal.example" || ShownAddress("ann@boreal.example") != "ann@boreal.example" {
		t.Errorf("shown as %s", got)
	}
	hidden := strings.Replace(ann, "boreal.example", "hidden.invalid", 1)
	for in, want := range map[string]string{
		"to ann@boreal.example, again": "to " + hidden + ", again", "'Ann@boreal.example'": "'" + hidden + "'", "mailto://ann@boreal.example": "mailto://" + hidden,
		"at 5 @ noon": "at 5 @ noon", "see " + ann + ".": "see " + ann + ".",
		"?utm_email=Ann%40boreal.example&x=1": "?utm_email=" + hidden + "&x=1", "u=%3Futm%3Dann%2540boreal.example%26y%3D1": "u=%3Futm%3D" + hidden + "%26y%3D1",
		"a%6En%40boreal.example": hidden, "%20ann@boreal.example": "%20" + hidden, "save 40% today": "save 40% today", "ann%40boreal.example%2Cann%40boreal.example": hidden + "%2C" + hidden,
	} {
		if got := h.Text(in); got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
}

// A key that a link wrote is hidden, and no two keys become one that were not.
func TestAKeyWithAPercentSignIsHidden(t *testing.T) {
	h := testHashing()
	plain, written := h.Key("ann@boreal.example"), h.Key("ann%40boreal.example")
	if strings.Contains(written, "ann") || plain == written || h.Key(written) != written || h.Key("50%") != "50%" {
		t.Errorf("%s, %s", plain, written)
	}
}

// A channel that is an address, and a row joined by one, are told; what a contact has to do with a deal is hashed.
func TestWhatStaysOfAddressesIsTold(t *testing.T) {
	h := testHashing()
	const mail = "ann%40boreal.example"
	role, changed := h.Record(DealContact{DealID: "d", ContactID: "p", Role: mail}.Record())
	if !changed || strings.Contains(role.Get("role"), "ann") {
		t.Errorf("%v", role)
	}
	got := h.Unhashed(Touch{ID: "t", ContactID: "ann@boreal.example", Channel: mail, Campaign: mail}.Record())
	if diff := cmp.Diff([]string{"contact_id", "channel"}, got); diff != "" {
		t.Error(diff)
	}
}

// Whoever is erased is known by a hash that stands in the place of the address, and by an address as links write it.
func TestAnErasingKnowsHashesAndLinks(t *testing.T) {
	h := testHashing()
	e := &Erasing{IDs: map[string]string{"p": "erased-0123456789ab"}, Mails: map[string]string{h.Hash("ann@boreal.example")[:MailHashDigits]: "erased-0123456789ab"}, Hash: h.Hash,
		Keeps: func(string) bool { return false }}
	for _, said := range []string{"ann@boreal.example", "ann%40boreal.example", h.Text("ann@boreal.example"), "from/ann@boreal.example"} {
		if got := e.Text("to " + said); strings.Contains(got, "hashed-") || strings.Contains(got, "ann") || !strings.Contains(got, "erased-0123456789ab@erased.invalid") {
			t.Errorf("%s: %s", said, got)
		}
	}
	bare, _, _ := strings.Cut(h.Address("ann@boreal.example"), "@")
	if got := e.Text("x=" + bare); got != "x=erased-0123456789ab" {
		t.Errorf("got %s", got)
	}
}

// Ids, and what money is counted by or a contract names, are not hashed; everything else is, and once more changes nothing.
func TestARecordKeepsWhatRowsAreJoinedAndCountedBy(t *testing.T) {
	h := testHashing()
	const mail = "ann@boreal.example"
	for _, k := range Kinds() {
		r := Record{Kind: k, ID: mail, Values: make([]string, len(Columns(k)))}
		for i := range r.Values {
			r.Values[i] = mail
		}
		once, changed := h.Record(r)
		again, more := h.Record(once)
		if more || !cmp.Equal(once, again) {
			t.Errorf("%s: hashed again it is %v", k, again)
		}
		for i, column := range Columns(k) {
			if kept := once.Values[i] == mail; kept != Stays(k, column) {
				t.Errorf("%s of %s is %s", column, k, once.Values[i])
			}
		}
		if once.ID != mail || changed == (slices.IndexFunc(Columns(k), func(c string) bool { return !Stays(k, c) }) < 0) {
			t.Errorf("%s: %v, %v", k, once, changed)
		}
	}
	off := testHashing()
	off.KeysOnly = true
	lead, _ := off.Record(Lead{ID: "l", Key: mail, Reason: mail}.Record())
	contact, changed := off.Record(Contact{ID: "p", Email: mail}.Record())
	if lead.Get("dedupe_key") != h.Address(mail) || lead.Get("reason") != mail || changed || contact.Get("email") != mail {
		t.Errorf("switched off: %v, %v", lead, contact)
	}
}

// Whatever the evidence is, with hashes contacts belong to the same companies by the same rules, the same records look alike for the same reasons, and the same
// results repeat each other.
func TestHashesMatchAsAddressesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		domain := rapid.SampledFrom([]string{"boreal.example", "kestrel.example", "gmail.com", "web.de", "Boreal.example", "", "a b", "x.example."})
		local := rapid.SampledFrom([]string{"ann", "Ann", "bo", "o'neil", "", "a+b", "ann@x"})
		address := func() string {
			d := domain.Draw(t, "domain")
			return strings.ToLower(strings.TrimSpace(rapid.SampledFrom([]string{local.Draw(t, "local") + "@" + d, local.Draw(t, "local"), d}).Draw(t, "address")))
		}
		company := rapid.SampledFrom([]string{"", "", "c1", "c2"})
		var s Snapshot
		for _, id := range []string{"c1", "c2", "c3"} {
			s.Companies = append(s.Companies, Company{ID: id, Name: "Company " + id, Domain: rapid.SampledFrom([]string{"boreal.example", "kestrel.example", "gmail.com", "x.example", ""}).Draw(t, "company's domain")})
		}
		for _, id := range []string{"p1", "p2", "p3", "p4", "p5"} {
			s.Contacts = append(s.Contacts, Contact{ID: id, CompanyID: company.Draw(t, "company"), Email: address(), Name: rapid.SampledFrom([]string{"Ann Howe", "Bo Li"}).Draw(t, "name")})
		}
		if into := rapid.SampledFrom([]string{"", "p2"}).Draw(t, "merged into"); into != "" {
			s.Merges = append(s.Merges, Merge{MergedID: "p1", Into: into})
		}
		s.AccountLinks = []AccountLink{{Domain: rapid.SampledFrom([]string{"kestrel.example", "other.example"}).Draw(t, "rule"), CompanyID: "c3", Reason: "said"}}
		for _, id := range []string{"l1", "l2", "l3", "l4"} {
			s.Leads = append(s.Leads, Lead{ID: id, DeliveredAt: time.Unix(1, 0), Key: address()})
		}
		var hashed Snapshot
		h := testHashing()
		for _, r := range s.Records() {
			r, _ = h.Record(r)
			if err := hashed.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		s.FollowMerges()
		hashed.FollowMerges()
		want, got := Accounts(&s), Accounts(&hashed)
		for id, a := range want {
			b := got[id]
			if a.CompanyID != b.CompanyID || a.By != b.By || a.By != FreeMail && plainDomain.MatchString(a.Domain) && a.Domain != b.Domain {
				t.Fatalf("%s: %+v, with hashes %+v", id, a, b)
			}
		}
		if diff := cmp.Diff(Duplicates(&s), Duplicates(&hashed)); diff != "" {
			t.Fatal(diff)
		}
		for i := range s.Leads {
			for j := range s.Leads {
				if (s.Leads[i].Key == s.Leads[j].Key) != (hashed.Leads[i].Key == hashed.Leads[j].Key) || (s.Leads[i].Key == "") != (hashed.Leads[i].Key == "") {
					t.Fatalf("%q and %q are %q and %q", s.Leads[i].Key, s.Leads[j].Key, hashed.Leads[i].Key, hashed.Leads[j].Key)
				}
			}
			for _, c := range s.Contacts {
				other := hashed.Contacts[slices.IndexFunc(hashed.Contacts, func(x Contact) bool { return x.ID == c.ID })].Email
				if strings.Contains(c.Email, "@") && (c.Email == s.Leads[i].Key) != (other == hashed.Leads[i].Key) {
					t.Fatalf("%q of a contact and %q of a result are %q and %q", c.Email, s.Leads[i].Key, other, hashed.Leads[i].Key)
				}
			}
		}
	})
}
