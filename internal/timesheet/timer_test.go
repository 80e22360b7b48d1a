package timesheet_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

// A day of a change of clocks is counted like any other.
func TestWhatOfADayIsStillToCome(t *testing.T) {
	berlin, err := cal.Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]int{"2026-03-30T22:00:00Z": 1440, "2026-03-31T08:05:00Z": 835, "2026-03-31T22:00:00Z": 0, "2026-04-01T09:00:00Z": 0, "2026-03-30T09:00:00Z": 1440} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := timesheet.ToCome(cal.MustDate("2026-03-31"), now, berlin); got != want {
			t.Errorf("at %s %d minutes are to come, want %d", at, got, want)
		}
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := cal.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, text string, z *time.Location) time.Time {
	t.Helper()
	out, err := time.ParseInLocation("2006-01-02 15:04:05", text, z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTimeIsSplitAtMidnight(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	got := timesheet.Split(at(t, "2026-03-30 22:15:50", berlin), at(t, "2026-03-31 01:30:10", berlin), berlin)
	want := []timesheet.Piece{{Day: cal.MustDate("2026-03-30"), Minutes: 105}, {Day: cal.MustDate("2026-03-31"), Minutes: 90}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v", got)
	}
}

// In Berlin the clocks went from 02:00 to 03:00 on 29 Mar 2026 and back from 03:00 to 02:00 on 25 Oct 2026.
func TestAcrossAChangeOfClocksTheTrueLengthCounts(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, c := range []struct {
		from, to string
		want     int
	}{{"2026-03-29 01:30:00", "2026-03-29 03:30:00", 60}, {"2026-10-25 01:30:00", "2026-10-25 03:30:00", 180}} {
		from, to := at(t, c.from, berlin), at(t, c.to, berlin)
		if got := timesheet.Minutes(from, to); got != c.want {
			t.Errorf("%s to %s: %d minutes, want %d", c.from, c.to, got, c.want)
		}
	}
	pieces, err := timesheet.Between(cal.MustDate("2026-03-28"), "23:00", "03:30", berlin, at(t, "2026-03-30 10:20:00", berlin), false)
	if err != nil || len(pieces) != 2 || pieces[0].Minutes != 60 || pieces[1].Minutes != 150 {
		t.Errorf("over the missing hour: %v, %v", pieces, err)
	}
}

func TestNoMinuteIsLostOrMadeInASplit(t *testing.T) {
	zones := []*time.Location{zone(t, "Europe/Berlin"), zone(t, "America/New_York"), zone(t, "Asia/Kathmandu"), zone(t, "America/Sao_Paulo"), time.UTC}
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		from := time.Unix(rapid.Int64Range(1_000_000_000, 1_900_000_000).Draw(t, "from"), 0)
		to := from.Add(time.Duration(rapid.IntRange(0, 3*24*3600).Draw(t, "seconds")) * time.Second)
		sum := 0
		var before cal.Date
		for _, p := range timesheet.Split(from, to, z) {
			if !before.IsZero() && !p.Day.After(before) {
				t.Fatalf("%s after %s", p.Day, before)
			}
			before, sum = p.Day, sum+p.Minutes
			if p.Minutes < 1 || p.Minutes > 25*60 {
				t.Fatalf("%d minutes on %s", p.Minutes, p.Day)
			}
		}
		if want := timesheet.Minutes(from, to); sum != want {
			t.Fatalf("%d minutes in parts, %d together", sum, want)
		}
	})
}

func TestAForgottenTimerIsAskedAbout(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	hours := cal.WorkHours{Zone: berlin}
	hours.Week[time.Monday] = []cal.Shift{{From: 540, To: 1020}}
	timer := timesheet.Timer{Started: at(t, "2026-03-30 14:00:00", berlin)}
	now := at(t, "2026-03-31 08:00:00", berlin)
	if _, err := timer.Stop(time.Time{}, now, false); fault.Code(err) != "timer-forgotten" {
		t.Fatalf("got %v", err)
	}
	got := timer.Proposals(&hours, berlin, now)
	if len(got) != 3 || got[0] != at(t, "2026-03-30 17:00:00", berlin) || got[1] != at(t, "2026-03-31 00:00:00", berlin) || got[2] != now {
		t.Errorf("proposals: %v", got)
	}
	if ended, err := timer.Stop(time.Time{}, now, true); err != nil || ended != now {
		t.Errorf("as it ran: %v, %v", ended, err)
	}
	for name, c := range map[string]struct {
		ended time.Time
		code  string
	}{"before": {timer.Started.Add(-time.Minute), "timer-ended-before"}, "later": {now.Add(time.Minute), "timer-ended-later"}} {
		if _, err := timer.Stop(c.ended, now, false); fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := timer.Stop(time.Time{}, timer.Started.Add(25*time.Hour), true); fault.Code(err) != "timer-long" {
		t.Errorf("longer than a day: %v", err)
	}
}

func TestAStretchThatCannotBeIsRefusedWithTheReason(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	now := at(t, "2026-03-30 10:20:00", berlin)
	for name, c := range map[string]struct {
		day, from, to string
		long          bool
		field, code   string
	}{
		"it ends when it begins":      {"2026-03-27", "10:00", "10:00", true, "to", "stretch-empty"},
		"over ten hours":              {"2026-03-27", "10:00", "09:00", false, "long", "stretch-long"},
		"begins in the hour left out": {"2026-03-29", "02:30", "04:00", false, "from", "time-left-out"},
		"ends in the hour left out":   {"2026-03-28", "23:00", "02:30", false, "to", "time-left-out"},
		"ends later today":            {"2026-03-30", "09:00", "23:59", true, "to", "time-to-come"},
		"begins later today":          {"2026-03-30", "12:00", "23:59", true, "from", "time-to-come"},
		"ends tomorrow":               {"2026-03-30", "09:00", "01:00", true, "to", "time-to-come"},
	} {
		_, err := timesheet.Between(cal.MustDate(c.day), c.from, c.to, berlin, now, c.long)
		if list := fault.All(err); len(list) != 1 || list[0].Code != c.code || list[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct {
		day, from, to string
		long          bool
		minutes       int
	}{{"2026-03-27", "10:00", "20:00", false, 600}, {"2026-03-26", "10:00", "09:00", true, 1380}, {"2026-03-30", "09:00", "10:20", false, 80}, {"2026-03-26", "14:00", "24:00", false, 600}} {
		pieces, err := timesheet.Between(cal.MustDate(c.day), c.from, c.to, berlin, now, c.long)
		sum := 0
		for _, p := range pieces {
			sum += p.Minutes
		}
		if err != nil || sum != c.minutes {
			t.Errorf("%+v: %d, %v", c, sum, err)
		}
	}
}
