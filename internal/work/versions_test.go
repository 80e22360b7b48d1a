package work

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// of names the deliverables of events, one after the other.
func of(events []Event, names ...string) []Event {
	for i := range events {
		if k := events[i].Kind; k == Delivered || k == Feedback || k == TakenBack {
			events[i].Of, names = names[0], names[1:]
		}
	}
	return events
}

// TestTwoDeliverablesOfARequest: 2 March 2026 is a Monday; of 8 hours for feedback each version has its own.
func TestTwoDeliverablesOfARequest(t *testing.T) {
	l := levels(t, "America/New_York", "09:00-17:00")
	at := func(text string) time.Time { return happened(t, l.Hours.Zone, text+" responded")[0].At }
	clocks := func(events []Event, now string) Clocks {
		t.Helper()
		x, err := ClocksOf(l, events, at(now))
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	// given two deliverables that both wait for the client's word
	both := of(happened(t, l.Hours.Zone, "2026-03-02 09:00 opened urgent; 2026-03-02 10:00 delivered; 2026-03-02 10:00 delivered"), "A", "B")
	x := clocks(both, "2026-03-02 12:00")
	for round := range 2 {
		if c := clockOf(t, x, "feedback", round+1); c.State != Running || c.Elapsed != 2*time.Hour {
			t.Errorf("version %d: %s after %s", round+1, c.State, c.Elapsed)
		}
	}
	// when only A is approved, then B runs on, and the agency's time stands still
	one := append(slices.Clone(both), of(happened(t, l.Hours.Zone, "2026-03-02 12:00 feedback"), "A")...)
	x = clocks(one, "2026-03-02 15:00")
	if a, b, r := clockOf(t, x, "feedback", 1), clockOf(t, x, "feedback", 2), clockOf(t, x, "resolution", 0); a.State != Kept || a.Elapsed != 2*time.Hour || b.State != Running || b.Elapsed != 5*time.Hour ||
		r.State != Paused || r.Elapsed != time.Hour || x.Request.Stage() != InReview {
		t.Errorf("A %s after %s, B %s after %s, resolution %s after %s, %s", a.State, a.Elapsed, b.State, b.Elapsed, r.State, r.Elapsed, x.Request.Stage())
	}
	// when B is withdrawn, then its clock ends without a miss and the agency's goes on
	x = clocks(append(slices.Clone(one), of(happened(t, l.Hours.Zone, "2026-03-02 15:00 taken-back"), "B")...), "2026-03-04 10:00")
	if b, r := clockOf(t, x, "feedback", 2), clockOf(t, x, "resolution", 0); b.State != Ended || !b.Late.IsZero() || r.Stood != 5*time.Hour || x.Request.Waiting != OnNobody || x.Request.Stage() == InReview {
		t.Errorf("B %s, late %s; resolution stood %s; waits on %s", b.State, b.Late, r.Stood, x.Request.Waiting)
	}
	// feedback on what does not wait, or a wait on somebody else meanwhile, cannot be
	for text, name := range map[string]string{"2026-03-02 13:00 feedback": "A", "2026-03-02 13:00 taken-back": "A", "2026-03-02 13:00 waiting nobody": "", "2026-03-02 13:00 waiting specialist": ""} {
		if _, err := ClocksOf(l, append(slices.Clone(one), of(happened(t, l.Hours.Zone, text), name)...), at("2026-03-02 15:00")); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s of %s: %v", text, name, err)
		}
	}
	// resolved with a version that waits, and reopened, it waits for the word again
	x = clocks(append(slices.Clone(one), happened(t, l.Hours.Zone, "2026-03-02 13:00 resolved; 2026-03-03 09:00 reopened")...), "2026-03-03 10:00")
	if b := clockOf(t, x, "feedback", 2); b.State != Running || b.Elapsed != 4*time.Hour || x.Request.Waiting != OnClient {
		t.Errorf("B %s after %s, waits on %s", b.State, b.Elapsed, x.Request.Waiting)
	}
}

// A version that was told of without a name has its word by whichever comes.
func TestAVersionWithoutAName(t *testing.T) {
	l := levels(t, "UTC", "09:00-17:00")
	x, err := ClocksOf(l, of(happened(t, time.UTC, "2026-03-02 09:00 opened urgent; 2026-03-02 10:00 delivered; 2026-03-02 12:00 feedback"), "", "A"), time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC))
	if c := clockOf(t, x, "feedback", 1); err != nil || c.State != Kept || x.Request.AwaitsFeedback() {
		t.Errorf("%v, %s", err, c.State)
	}
}

// While a version waits the request waits on the client; each that waits has one clock that runs; and the clocks of a deliverable are the same whatever
// happens to the others.
func TestEachVersionHasItsOwnClock(t *testing.T) {
	l := levels(t, "UTC", "09:00-17:00")
	rapid.Check(t, func(t *rapid.T) {
		events := drawEvents(t, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		now := events[len(events)-1].At.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "now")) * time.Minute)
		x, err := ClocksOf(l, events, now)
		if err != nil {
			t.Fatal(err)
		}
		if x.Request.AwaitsFeedback() && x.Request.Waiting != OnClient {
			t.Fatalf("waits on %s", x.Request.Waiting)
		}
		open := 0
		for _, c := range x.Clocks {
			if c.Until == contract.UntilFeedback && c.Stopped.IsZero() {
				open++
			}
		}
		if x.Request.Phase == Open && open != len(x.Request.Awaited) || x.Request.Phase != Open && open > 0 {
			t.Fatalf("%d clocks for %v", open, x.Request.Awaited)
		}
		for _, name := range []string{"A", "B"} {
			alone := slices.DeleteFunc(slices.Clone(events), func(e Event) bool {
				other := e.Kind == Delivered || e.Kind == Feedback || e.Kind == TakenBack
				return other && e.Of != name || e.Kind == Waits
			})
			y, err := ClocksOf(l, alone, now)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := feedbackOn(x, name), feedbackOn(y, name); !slices.Equal(a, b) {
				t.Fatalf("%s: %v among others, %v alone", name, a, b)
			}
		}
	})
}

// feedbackOn tells the clocks of a deliverable.
func feedbackOn(x Clocks, name string) (out []string) {
	for _, c := range x.Clocks {
		if c.Until == contract.UntilFeedback && c.Of == name {
			out = append(out, c.Started.String()+c.Stopped.String()+c.Elapsed.String()+c.Late.String()+string(c.State))
		}
	}
	return out
}
