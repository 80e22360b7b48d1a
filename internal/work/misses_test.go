package work

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// The client has until Wednesday 09:00 for its word on a version and gives it on Friday; the agency, which had an hour left, resolves on Monday.
func TestTheContractExcusesAMissAfterALateClient(t *testing.T) {
	at := func(text string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	within := func(hours int) map[contract.Priority]cal.Span {
		return map[contract.Priority]cal.Span{contract.Urgent: {N: hours, Unit: cal.Hours}}
	}
	always := []contract.Priority{contract.Urgent}
	levels := &contract.ServiceLevels{Hours: cal.WorkHours{Zone: time.UTC}, Promises: []contract.Promised{
		{Name: "launch", By: contract.ByAgency, Until: contract.UntilResolution, Within: within(1), Always: always},
		{Name: "feedback", By: contract.ByClient, Until: contract.UntilFeedback, Within: within(24), Always: always}}}
	events := []Event{{At: at("2026-03-03 09:00"), Kind: Opened, Priority: contract.Urgent}, {At: at("2026-03-03 09:00"), Kind: Delivered},
		{At: at("2026-03-06 09:00"), Kind: Feedback}, {At: at("2026-03-09 09:00"), Kind: Resolved}}
	for _, c := range []struct {
		excuses  []string
		feedback string
		want     string
	}{
		{[]string{contract.ClientLate}, "2026-03-06 09:00", "by the contract: the client missed its own feedback, which was due 4 Mar 2026 09:00"},
		{nil, "2026-03-06 09:00", ""},
		{[]string{contract.ClientLate}, "2026-03-04 09:00", ""}, // in time
	} {
		levels.Excuses, events[2].At = c.excuses, at(c.feedback)
		x, err := ClocksOf(levels, events, at("2026-03-10 09:00"))
		if err != nil {
			t.Fatal(err)
		}
		misses := x.Misses("R-1")
		if len(misses) != 1 || misses[0].Promise != "launch" || misses[0].Excused != c.want || x.Settled()[0].Excused != (c.want != "") {
			t.Errorf("%v: %+v", c, misses)
		}
		var file bytes.Buffer
		if err := WriteMisses(&file, misses); err != nil || strings.Contains(file.String(), ",true") != (c.want != "") {
			t.Errorf("%s, %v", file.String(), err)
		}
	}
	// what the agency missed before is not excused by what the client missed after
	levels.Excuses = []string{contract.ClientLate}
	x, err := ClocksOf(levels, []Event{{At: at("2026-03-03 09:00"), Kind: Opened, Priority: contract.Urgent}, {At: at("2026-03-03 11:00"), Kind: Delivered}}, at("2026-03-10 09:00"))
	if misses := x.Misses("R-1"); err != nil || len(misses) != 1 || misses[0].Excused != "" {
		t.Errorf("%+v, %v", misses, err)
	}
}
