package work

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/contract"
)

// 9 to 17: the agency has it for two hours, a specialist for five over lunchless noon, the client for a day, and the agency for the rest.
func TestWhoHadTheRequestWhen(t *testing.T) {
	l := levels(t, "UTC", "09:00-17:00")
	at := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }
	events := []Event{{At: at(2, 9), Kind: Opened, Priority: contract.Normal}, {At: at(2, 10), Kind: Triaged, Provider: "org_spec"}, {At: at(2, 11), Kind: Waits, On: OnSpecialist},
		{At: at(2, 16), Kind: Delivered}, {At: at(3, 16), Kind: Feedback}, {At: at(3, 17), Kind: Resolved}}
	got, err := Holdings(l, events, at(9, 9))
	if err != nil {
		t.Fatal(err)
	}
	want := []Holding{
		{contract.ByAgency, "", at(2, 9), at(2, 10), time.Hour}, {contract.ByAgency, "org_spec", at(2, 10), at(2, 11), time.Hour}, {contract.BySpecialist, "org_spec", at(2, 11), at(2, 16), 5 * time.Hour},
		{contract.ByClient, "org_spec", at(2, 16), at(3, 16), 8 * time.Hour}, {contract.ByAgency, "org_spec", at(3, 16), at(3, 17), time.Hour},
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

// The parts sum to the whole: holdings follow each other without a gap while the request is open, and add up by side to what the clocks say was used.
func TestHoldingsTileTheOpenTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := levels(t, rapid.SampledFrom(someZones).Draw(t, "zone"), "09:00-12:00, 13:00-17:30")
		events := drawEvents(t, time.Date(2026, 3, 1, 0, 0, 0, 0, l.Hours.Zone))
		now := events[len(events)-1].At.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "now")) * time.Minute)
		x, err := ClocksOf(l, events, now)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Holdings(l, events, now)
		if err != nil {
			t.Fatal(err)
		}
		used := map[contract.Party]time.Duration{}
		closed := map[time.Time]bool{}
		for _, e := range events {
			closed[e.At] = closed[e.At] || e.Kind == Reopened
		}
		for i, h := range got {
			used[h.By] += h.Worked
			if h.Worked != l.Hours.Between(h.From, h.To) || !h.From.Before(h.To) {
				t.Fatalf("%+v", h)
			}
			if i > 0 && !got[i-1].To.Equal(h.From) && !closed[h.From] {
				t.Fatalf("a gap before %+v", h)
			}
		}
		for _, by := range []contract.Party{contract.ByAgency, contract.ByClient, contract.BySpecialist} {
			if used[by] != x.Used[by] {
				t.Fatalf("%s: %s in holdings, %s used", by, used[by], x.Used[by])
			}
		}
	})
}
