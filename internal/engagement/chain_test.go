package engagement_test

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// levels is a contract between two parties with promises until a first draft, and until a response.
func levels(t *testing.T, client, agency, draft, response, always string) contract.Terms {
	t.Helper()
	text := contract.Template("growth", client, agency, cal.MustDate("2026-01-01"))
	text += `
service_levels:
  hours: [{days: mon-fri, shifts: "09:00-17:00"}]
  other_days: []
  working_day: 8 hours
  promises:
    - {promise: first-draft, by: agency, until: first-draft, urgent: none, high: none, normal: ` + draft + `, low: none, around_the_clock: []}
    - {promise: answer, by: agency, until: response, urgent: ` + response + `, high: none, normal: none, low: none, around_the_clock: ` + always + `}
  escalate: []
`
	terms, err := contract.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// The client is promised a first draft in 5 working days; what the specialist promises decides what is left of them.
func TestClientsPromiseStandsOnTheSpecialists(t *testing.T) {
	client := levels(t, "Acme", "Northlight", "5 working days", "4 hours", "[]")
	for _, c := range []struct {
		name, draft, response, always string
		held                          [2]engagement.Holding
		words                         string
	}{
		{"six days are one too many", "6 working days", "2 hours", "[]", [2]engagement.Holding{engagement.TooLate, engagement.WithinTime},
			"the client is promised a first draft in 5 working days, Brightpath promises 6 working days: 8 h of working time later"},
		{"three days leave two", "3 working days", "4 hours", "[]", [2]engagement.Holding{engagement.WithinTime, engagement.NoTimeLeft},
			"the client is promised a first draft in 5 working days, Brightpath promises 3 working days: 16 h of working time are left for the agency"},
	} {
		t.Run(c.name, func(t *testing.T) {
			links := engagement.Chain(client, levels(t, "Northlight", "Brightpath", c.draft, c.response, c.always))
			if len(links) != 2 || links[0].Held != c.held[0] || links[1].Held != c.held[1] {
				t.Fatalf("%+v", links)
			}
			if got := links[0].Words(); got != c.words {
				t.Errorf("got %q, want %q", got, c.words)
			}
		})
	}
}

func TestAroundTheClockIsNotHeldByWorkingTime(t *testing.T) {
	client := levels(t, "Acme", "Northlight", "5 working days", "4 hours", "[urgent]")
	links := engagement.Chain(client, levels(t, "Northlight", "Brightpath", "3 working days", "1 hours", "[]"))
	if links[1].Held != engagement.OtherHours || !links[1].Held.Gap() {
		t.Errorf("%+v", links[1])
	}
}

func TestAPromiseWithNothingUnderItIsAGap(t *testing.T) {
	client := levels(t, "Acme", "Northlight", "5 working days", "4 hours", "[]")
	bare, err := contract.Parse([]byte(contract.UnderpinningTemplate("social", "Northlight", "Brightpath", cal.MustDate("2026-01-01"))))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range engagement.Chain(client, bare) {
		if l.Held != engagement.NothingPromised || !strings.HasSuffix(l.Words(), "Brightpath promises nothing towards it") {
			t.Errorf("%s: %s", l.Held, l.Words())
		}
	}
	if own := engagement.Promises(client); len(own) != 2 || own[0] != "first-draft: a first draft within normal 5 working days." {
		t.Errorf("%q", own)
	}
	if links := engagement.Chain(bare, client); links != nil {
		t.Errorf("a client that was promised nothing: %+v", links)
	}
}
