package work

import (
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/contract"
)

// A response within 4 working hours from Tuesday 09:00: 75 % of it is used at 12:00, all of it at 13:00.
func TestTheNextMomentOfAClock(t *testing.T) {
	l := levels(t, "UTC", "09:00-17:00")
	events := happened(t, time.UTC, "2026-03-03 09:00 opened normal")
	for _, c := range []struct {
		now, next string
		reached   int
		state     State
	}{
		{"2026-03-03 09:00", "2026-03-03 12:00:00.000000", 0, Running},
		{"2026-03-03 12:00", "2026-03-03 13:00:00.000000", 1, Running},
		{"2026-03-03 13:00", "2026-03-03 13:00:00.000001", 2, Running},
		{"2026-03-03 13:01", "", 2, Missed},
	} {
		now, _ := time.Parse("2006-01-02 15:04", c.now)
		x, err := ClocksOf(l, events, now)
		if err != nil {
			t.Fatal(err)
		}
		clock := clockOf(t, x, "first-response", 0)
		at, ok := clock.Next(l)
		if got := at.Format("2006-01-02 15:04:05.000000"); ok != (c.next != "") || ok && got != c.next {
			t.Errorf("at %s: next %s, want %s", c.now, got, c.next)
		}
		if got := len(clock.Reached(l)); got != c.reached || clock.State != c.state {
			t.Errorf("at %s: %d reached, %s", c.now, got, clock.State)
		}
	}
}

func TestWhoDoesARequest(t *testing.T) {
	at := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	var r Request
	for _, e := range []Event{
		{Kind: Opened, Priority: contract.Normal}, {Kind: Triaged}, {Kind: Assigned, Assignee: "acc_lead"}, {Kind: Triaged, Provider: "org_special"},
	} {
		e.At = at
		var err error
		if r, err = r.After(e); err != nil {
			t.Fatal(err)
		}
	}
	if r.Provider != "org_special" || r.Assignee != "" {
		t.Errorf("who works for the agency does not do what a specialist was given: %+v", r)
	}
	if r.Can(Reopened) || r.Can(Feedback) || !r.Can(Declined) {
		t.Error("what can happen")
	}
	r, err := r.After(Event{At: at, Kind: Declined})
	if err != nil || r.Phase != Refused || r.Can(Resolved) || r.Ended != at {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestARequestOfWhichNothingIsPromisedHasNoClocks(t *testing.T) {
	events := happened(t, time.UTC, "2026-03-03 09:00 opened normal; 2026-03-03 10:00 delivered")
	x, err := ClocksOf(NoPromises(), events, events[1].At.Add(time.Hour))
	if _, near := x.Nearest(); err != nil || near || len(x.Clocks) != 0 {
		t.Errorf("%+v, %v", x, err)
	}
}
