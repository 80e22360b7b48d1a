package party

import (
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func TestParseEmail(t *testing.T) {
	for in, want := range map[string]string{
		" Ada@Example.COM ":               "ada@example.com",
		"ada+fees@example.com":            "ada+fees@example.com",
		"ada":                             "",
		"":                                "",
		"ada@example.com, b@example.com":  "",
		"Ada <ada@example.com>":           "",
		"\"a b\"@example.com":             "",
		"ada@exämple.com":                 "",
		"ada@example.com\r\nBcc: x@y.com": "",
		strings.Repeat("a", 250) + "@example.com": "",
	} {
		got, err := ParseEmail(in)
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for in, code := range map[string]string{
		"correct horse battery":   "",
		"çøŕŕéčţ ĥøŕš":            "",
		"short":                   "password-short",
		"elevenchars":             "password-short",
		strings.Repeat("ab", 101): "password-long",
		"aaaaaaaaaaaaaa":          "password-guessable",
		"longname@example.com":    "password-guessable",
		"LONGNAME@example.com":    "password-guessable",
	} {
		if got := fault.Code(CheckPassword(in, "longname@example.com")); got != code {
			t.Errorf("%q: got %q, want %q", in, got, code)
		}
	}
}

func TestCheckNameKeepsItOnOneLine(t *testing.T) {
	got, err := CheckName("name", "  Ada \r\n Lovelace ")
	if got != "Ada Lovelace" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"", " \n", "a\x00b", strings.Repeat("é", 121), "a\xff"} {
		if _, err := CheckName("name", bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCheckMembership(t *testing.T) {
	host := Org{ID: "ag", Kind: access.Agency, Name: "Northlight"}
	client := Org{ID: "c1", Kind: access.Client, Name: "Acme"}
	specialist := Org{ID: "sp", Kind: access.Specialist, Name: "Searchers"}
	vendor := Org{ID: "v", Kind: access.Vendor, Name: "Paper"}
	for _, c := range []struct {
		name   string
		role   access.Role
		org    Org
		client string
		want   string
		code   string
	}{
		{"owner covers all", access.Owner, host, "", "", ""},
		{"owner of one client", access.Owner, host, "c1", "", "client-misfit"},
		{"lead of one client", access.AccountLead, host, "c1", "c1", ""},
		{"client's people cover the client", access.ClientFinance, client, "", "c1", ""},
		{"client's people elsewhere", access.ClientFinance, client, "c2", "", "client-misfit"},
		{"specialist for a client", access.SpecialistPartner, specialist, "c1", "c1", ""},
		{"specialist for all", access.SpecialistPartner, specialist, "", "", "client-missing"},
		{"agency role at a client", access.Owner, client, "", "", "role-misfit"},
		{"nobody at a vendor", access.Auditor, vendor, "c1", "", "role-misfit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := CheckMembership(c.role, c.org, c.client)
			if got != c.want || fault.Code(err) != c.code {
				t.Errorf("got %q, %v; want %q, %q", got, err, c.want, c.code)
			}
		})
	}
}

func TestMembershipIsHalfOpen(t *testing.T) {
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	m := Membership{From: from, Until: from.Add(time.Hour)}
	for at, want := range map[time.Duration]bool{-1: false, 0: true, time.Hour - 1: true, time.Hour: false} {
		if got := m.InForce(from.Add(at)); got != want {
			t.Errorf("%v: got %v", at, got)
		}
	}
	if !(Membership{From: from}).InForce(from.AddDate(99, 0, 0)) {
		t.Error("without an end it goes on")
	}
}

func TestRetrySlidesWithTheClock(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	limit := Limit{Attempts: 3, Window: 15 * time.Minute}
	at := func(minutes ...int) []time.Time {
		var out []time.Time
		for _, m := range minutes {
			out = append(out, noon.Add(time.Duration(m)*time.Minute))
		}
		return out
	}
	for _, c := range []struct {
		name    string
		earlier []time.Time
		want    time.Time
	}{
		{"none", nil, time.Time{}},
		{"two", at(-1, -2), time.Time{}},
		{"three", at(-1, -2, -5), noon.Add(10 * time.Minute)},
		{"the oldest has just left", at(-1, -2, -15), time.Time{}},
		{"four: the second oldest decides", at(-5, -1, -10, -2), noon.Add(10 * time.Minute)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := limit.Retry(c.earlier, noon); !got.Equal(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
