package connect

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/crm"
)

func TestNumbersKeepEveryDigit(t *testing.T) {
	for written, want := range map[string]string{"0": "0", "12000.50": "12000.50", "3.5E8": "350000000", "1.25e3": "1250", "-4.025E1": "-40.25", "1E-2": "0.01", "12345678901234.56": "12345678901234.56",
		"1.0E0": "1.0"} {
		if got, err := plain(written); err != nil || got != want {
			t.Errorf("%s is written %q, want %q: %v", written, got, want, err)
		}
	}
	for _, absurd := range []string{"1E1000000000", "1E-999999", "1E99999999999999999999", strings.Repeat("1", 100) + "E1"} {
		if got, err := plain(absurd); err == nil {
			t.Errorf("%.40s is taken as %.40s", absurd, got)
		}
	}
}

func TestCellsHoldWhatTheCRMSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[^\x00\x{d800}-\x{dfff}]*`).Draw(t, "text")
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cellOf(raw); err != nil || got != s {
			t.Fatalf("%q became %q: %v", s, got, err)
		}
	})
	for raw, want := range map[string]string{"null": "", "": "", "true": "true", "false": "false", `{"a":1}`: `{"a":1}`, `"a\u0000b"`: "ab"} {
		if got, err := cellOf(json.RawMessage(raw)); err != nil || got != want {
			t.Errorf("%s became %q: %v", raw, got, err)
		}
	}
}

// Every table that is pulled is one of the profile, and its header is taken for that table and for no other.
func TestPulledTablesFitTheProfiles(t *testing.T) {
	for _, s := range Systems() {
		for _, table := range s.Tables {
			header := table.Header(Cursor{})
			found := slices.ContainsFunc(crm.Detect(header), func(c crm.Candidate) bool { return c.Mapping.Profile == s.Profile && c.Mapping.Object == table.Object })
			if !found || crm.Detect(header)[0].Mapping.Object != table.Object {
				t.Errorf("%s %s: the header %v fits %+v", s.Name, table.Object, header, crm.Detect(header))
			}
			if table.Gone && (table.Deleted() == "" || !slices.Contains(header, table.Deleted())) {
				t.Errorf("%s %s cannot say what is gone", s.Name, table.Object)
			}
		}
	}
}

func TestHowLongIsWaited(t *testing.T) {
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{"": 0, "7": 7 * time.Second, "0": 0, "x": 0, "-5": 0, "Wed, 01 Apr 2026 09:00:30 GMT": 30 * time.Second, "Wed, 01 Apr 2026 08:00:00 GMT": 0,
		"99999999999999": longestNamed} {
		r := Response{Status: 503, Header: func(name string) string { return map[string]string{"Retry-After": header}[name] }}
		if v := salesforce.Judge(r, now); v.Outcome != Unwell || v.After != want {
			t.Errorf("%q: %+v", header, v)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := Verdict{Outcome: Limited, After: time.Duration(rapid.Int64Range(0, int64(Longest)).Draw(t, "after"))}
		tries, chance := rapid.IntRange(1, MostTries-1).Draw(t, "tries"), rapid.Byte().Draw(t, "chance")
		d, ok := v.Wait(tries, chance)
		if !ok || d < v.After || d <= 0 || d > v.After+mostWait {
			t.Fatalf("%v %v", d, ok)
		}
		if _, ok := v.Wait(MostTries, chance); ok {
			t.Fatal("it never gives up")
		}
	})
	for _, v := range []Verdict{{Outcome: Limited, After: Longest + 1}, {Outcome: Refused}, {Outcome: Absent}, {Outcome: Fine}} {
		if _, ok := v.Wait(1, 0); ok {
			t.Errorf("%+v is waited for", v)
		}
	}
}

func TestCredentialsDoNotPrint(t *testing.T) {
	c := Credentials{Token: "s3cret-a", ID: "s3cret-b", Secret: "s3cret-c"}
	holder := struct{ C Credentials }{c}
	b, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		if text := fmt.Sprintf(verb+verb, c, holder) + string(b); strings.Contains(text, "s3cret") || strings.Contains(text, "733363726574") {
			t.Errorf("%s: %s", verb, text)
		}
	}
}

func TestIdsAreCheckedBeforeTheyEnterAQuery(t *testing.T) {
	opportunity := salesforce.Tables[4]
	for _, id := range []string{"' OR Id != '", "006000000000001AA'", "", "1", strings.Repeat("a", 19)} {
		if req, err := askSalesforce(opportunity, Cursor{Described: true, Last: id}); err == nil && id != "" {
			t.Errorf("%q entered %v", id, req.Query)
		}
		body, _ := json.Marshal(map[string]any{"done": true, "records": []any{map[string]any{"Id": id}}})
		if _, err := readSalesforce(opportunity, Cursor{Described: true}, body); err == nil {
			t.Errorf("%q was read", id)
		}
	}
}

// FuzzRead feeds answers to every reader: whatever comes, each row has the cells of its header, and a cursor that is not at its end has moved.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{"results":[{"id":"1","properties":{"amount":"1"}}],"paging":{"next":{"after":"2"}}}`, `{"done":false,"nextRecordsUrl":"/services/data/v62.0/query/x-1","records":[{"Id":"006000000000001AAA","Amount":1E3}]}`,
		`{"results":[{"from":{"id":"1"},"to":[{"toObjectId":2,"associationTypes":[{"category":"A","label":null}]}]}],"errors":[]}`, `{"results":[{"stages":[{"id":"a","metadata":{"isClosed":true,"probability":1.0}}]}]}`,
		`{"results":[{"name":"amount"}],"fields":[{"name":"Id"}],"queryable":true}`, `null`, `[]`, ``} {
		f.Add([]byte(seed), true, false)
	}
	f.Fuzz(func(t *testing.T, body []byte, described, linking bool) {
		for _, s := range Systems() {
			s.Judge(Response{Status: 403, Header: func(string) string { return string(body) }, Body: body}, time.Time{})
			for i := range 2 * len(s.Tables) {
				table := s.Tables[i/2]
				at := Cursor{Described: described}
				if i%2 == 1 && table.Partial() {
					at.Since = "2026-04-01T09:00:00Z"
				}
				if linking && table.Object == "deal_contacts" {
					at.Links = []Link{{ID: "1"}}
				}
				p, err := s.Read(table, at, Response{Status: 200, Header: func(string) string { return "" }, Body: body})
				if err != nil {
					continue
				}
				for _, row := range p.Rows {
					if len(row) != len(table.Header(at)) {
						t.Fatalf("%s: %d cells under %v", table.Object, len(row), table.Header(at))
					}
				}
				if encoded, _ := json.Marshal(p.Next); !p.Next.Done {
					if was, _ := json.Marshal(at); string(was) == string(encoded) {
						t.Fatalf("%s stands still at %s", table.Object, encoded)
					}
				}
			}
		}
	})
}
