package ui

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/web/kit"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

func shownForm(t *testing.T, v tickView) string {
	t.Helper()
	var out strings.Builder
	if err := tickForm(v).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWhatWasTickedStaysTickedAfterAFault(t *testing.T) {
	var entries []timesheet.Entry
	for _, id := range []string{"te_1", "te_2", "te_3"} {
		entries = append(entries, timesheet.Entry{ID: id, Version: 2, Person: "Ana", Day: cal.MustDate("2026-03-30"), Minutes: 60,
			What: timesheet.What{Client: "org_acme", Class: timesheet.Billable, Clause: "growth-team", Request: "R-12"}})
	}
	untouched := shownForm(t, waitingForm(entries, kit.Input{}))
	if n := strings.Count(untouched, " checked"); n != 3 {
		t.Errorf("%d ticked at first", n)
	}
	for _, told := range []string{"R-12", "clause growth-team"} {
		if !strings.Contains(untouched, told) {
			t.Errorf("who approves does not see %q", told)
		}
	}
	in := kit.Input{Values: url.Values{"client": {"org_acme"}, "entry": {"te_2/2"}, "do": {"return"}}, Err: fault.New(fault.Invalid, "reason", "Say what should be otherwise.").At("reason")}
	after := shownForm(t, waitingForm(entries, inputOf(in, "org_acme")))
	if n := strings.Count(after, " checked"); n != 1 || !strings.Contains(after, `value="te_2/2" checked`) {
		t.Errorf("%d ticked after the fault: %s", n, after)
	}
	if !strings.Contains(after, "Say what should be otherwise.") {
		t.Error("the message is not at the field")
	}
	if other := shownForm(t, waitingForm(entries, inputOf(in, "org_bolt"))); strings.Contains(other, "Say what") {
		t.Error("another client's form has the message")
	}
}

func TestAPromiseOfNobodyHereIsToldOnce(t *testing.T) {
	of := timesheet.Promise{Client: "org_acme", Person: "strategist", Role: "strategist", Minutes: 600}
	var out strings.Builder
	if err := kit.Group(unmet([]timesheet.Promise{of, of})...).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "Promised and not here"); n != 1 || !strings.Contains(out.String(), "role of the rate card") {
		t.Errorf("told %d times: %s", n, out.String())
	}
}
