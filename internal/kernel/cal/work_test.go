package cal

import (
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"pgregory.net/rapid"
)

func TestWorkingDays(t *testing.T) {
	easter := WorkCalendar{Closed: []Date{MustDate("2026-04-03"), MustDate("2026-04-06")}}
	gulf := WorkCalendar{Weekend: []time.Weekday{time.Friday, time.Saturday}}
	for _, c := range []struct {
		calendar WorkCalendar
		from     string
		n        int
		want     string
	}{
		{WorkCalendar{}, "2026-04-02", 1, "2026-04-03"},
		{easter, "2026-04-02", 1, "2026-04-07"},
		{easter, "2026-04-02", 5, "2026-04-13"},
		{easter, "2026-04-07", -1, "2026-04-02"},
		{easter, "2026-04-04", 1, "2026-04-07"}, // from a Saturday
		{easter, "2026-04-04", 0, "2026-04-04"},
		{gulf, "2026-04-02", 1, "2026-04-05"},
	} {
		if got := (Span{c.n, WorkingDays}).After(MustDate(c.from), c.calendar); got.String() != c.want {
			t.Errorf("%d working days after %s is %s, want %s", c.n, c.from, got, c.want)
		}
	}
	if got := span("5 working days").Before(MustDate("2026-04-13"), easter); got.String() != "2026-04-02" {
		t.Error(got)
	}
}

func TestWorkingDaysAgreeWithCounting(t *testing.T) {
	near := rapid.Map(rapid.IntRange(0, 60), func(n int) Date { return MustDate("2026-01-01").AddDays(n) })
	rapid.Check(t, func(t *rapid.T) {
		w := WorkCalendar{
			Weekend: rapid.SliceOfNDistinct(rapid.Map(rapid.IntRange(0, 6), func(n int) time.Weekday { return time.Weekday(n) }), 0, 6, rapid.ID).Draw(t, "weekend"),
			Closed:  rapid.SliceOfN(near, 0, 20).Draw(t, "closed"),
		}
		if err := w.Check(); err != nil {
			t.Fatal(err)
		}
		from, n := near.Draw(t, "from"), rapid.IntRange(1, 30).Draw(t, "n")
		to := w.AddWorkingDays(from, n)
		worked := 0
		for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
			if w.IsWorking(d) {
				worked++
			}
		}
		if worked != n || !w.IsWorking(to) {
			t.Fatalf("%d working days after %s is %s, with %d worked", n, from, to, worked)
		}
		if back := w.AddWorkingDays(to, -n); w.IsWorking(from) && back != from {
			t.Fatalf("and back is %s", back)
		}
	})
}

func TestCalendarWithoutWork(t *testing.T) {
	never := WorkCalendar{Weekend: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}
	if err := never.Check(); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if d := MustDate("2026-01-01"); never.AddWorkingDays(d, 1) != d {
		t.Error("a calendar without work gives the date back")
	}
}
