package cal

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"pgregory.net/rapid"
)

var anyDate = rapid.Map(rapid.IntRange(0, 109_572), func(n int) Date { return MustDate("1900-01-01").AddDays(n) })

func TestDates(t *testing.T) {
	for _, good := range []string{"2026-03-31", "2024-02-29", "1900-01-01", "2199-12-31", "2000-02-29"} {
		if d, err := ParseDate(good); err != nil || d.String() != good {
			t.Errorf("%q reads %s, %v", good, d, err)
		}
	}
	for _, bad := range []string{"", "2026-2-3", "2026-02-30", "2023-02-29", "1900-02-29", "31.03.2026", "03/31/2026", "2026-03-31T00:00", "1899-12-31", "2200-01-01", "2026-00-10", "2026-13-10", "2026-01-00", "20260331", "-026-03-31", "٢٠٢٦-٠١-٠١"} {
		if d, err := ParseDate(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q reads %s, %v; want a refusal", bad, d, err)
		}
	}
	if MustDate("2026-03-31").Words() != "31 Mar 2026" || (Date{}).Words() != "" || (Date{}).String() != "" || !(Date{}).IsZero() {
		t.Error("words")
	}
}

func TestDaysAreCountedExactly(t *testing.T) {
	if n := MustDate("2199-12-31").DaysSince(MustDate("1900-01-01")); n != 109_572 {
		t.Errorf("three centuries have %d days", n)
	}
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate.Draw(t, "date"), rapid.IntRange(-40_000, 40_000).Draw(t, "days")
		e := d.AddDays(n)
		if e.DaysSince(d) != n || d.DaysSince(e) != -n || e.AddDays(-n) != d {
			t.Fatalf("%s and %d days is %s", d, n, e)
		}
		if (e.Cmp(d) > 0) != (n > 0) || e.Before(d) != (n < 0) || e.After(d) != (n > 0) || Earlier(d, e).After(Later(d, e)) {
			t.Fatalf("%s against %s", d, e)
		}
		if d.Weekday() != time.Weekday((int(e.Weekday())-n%7+14)%7) {
			t.Fatalf("%s is a %s", d, d.Weekday())
		}
	})
}

// TestDatesAreThoseOfTheCalendar holds what is counted without package time to what package time says.
func TestDatesAreThoseOfTheCalendar(t *testing.T) {
	for d := MustDate("1900-01-01"); d.Before(MustDate("2199-12-31")); d = d.AddDays(1) {
		at := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC)
		if d.String() != at.Format("2006-01-02") || d.Words() != at.Format("2 Jan 2006") || !d.AddDays(1).Start(time.UTC).Equal(at.AddDate(0, 0, 1)) {
			t.Fatalf("%s, %q, next %s, want %s", d, d.Words(), d.AddDays(1), at)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d, n, anchor := anyDate.Draw(t, "date"), rapid.IntRange(-2000, 2000).Draw(t, "months"), rapid.IntRange(1, 31).Draw(t, "anchor")
		if days := rapid.IntRange(-1000, 1000).Draw(t, "days"); d.AddDays(days).String() != time.Date(d.Year(), d.Month(), d.Day()+days, 0, 0, 0, 0, time.UTC).Format("2006-01-02") {
			t.Fatalf("%s and %d days is %s", d, days, d.AddDays(days))
		}
		first := time.Date(d.Year(), d.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, n, 0)
		last := first.AddDate(0, 1, -1).Day()
		if got := d.AddMonths(n, anchor); got.Year() != first.Year() || got.Month() != first.Month() || got.Day() != min(anchor, last) || DaysIn(got.Year(), got.Month()) != last {
			t.Fatalf("%s and %d months is %s", d, n, got)
		}
	})
}

func TestDateJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, back := anyDate.Draw(t, "date"), Date{}
		text, err := json.Marshal(d)
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back != d {
			t.Fatalf("%s reads %s, %v", text, back, err)
		}
	})
	d := MustDate("2026-01-01")
	if err := json.Unmarshal([]byte(`""`), &d); err != nil || !d.IsZero() {
		t.Error("the empty text is no date")
	}
	for _, bad := range []string{`"tomorrow"`, `20260101`, `"2026-02-30"`} {
		if json.Unmarshal([]byte(bad), &d) == nil {
			t.Errorf("%s reads %s", bad, d)
		}
	}
}

func TestStartOfDayWhereClocksSkipMidnight(t *testing.T) {
	for _, c := range []struct {
		zone, day, start string // start in local time
		hours            float64
	}{
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00", 23},
		{"America/Sao_Paulo", "2018-02-17", "2018-02-17T00:00:00-02:00", 25},
		{"Asia/Beirut", "2021-03-28", "2021-03-28T01:00:00+03:00", 23},
		{"Africa/Cairo", "2024-04-26", "2024-04-26T01:00:00+03:00", 23},
		{"America/Havana", "2024-11-03", "2024-11-03T00:00:00-04:00", 25},
		{"Europe/Berlin", "2026-03-29", "2026-03-29T00:00:00+01:00", 23},
		{"Europe/Berlin", "2026-10-25", "2026-10-25T00:00:00+02:00", 25},
		{"America/New_York", "2026-03-08", "2026-03-08T00:00:00-05:00", 23},
		{"Australia/Lord_Howe", "2026-04-05", "2026-04-05T00:00:00+11:00", 24.5},
		{"Asia/Kathmandu", "2026-01-01", "2026-01-01T00:00:00+05:45", 24},
		{"Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00", 24},
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00", 0}, // a day that was left out
		{"UTC", "2026-01-01", "2026-01-01T00:00:00Z", 24},
	} {
		zone, err := Zone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		d := MustDate(c.day)
		start := d.Start(zone)
		if got := start.Format(time.RFC3339); got != c.start {
			t.Errorf("%s in %s starts %s, want %s", d, c.zone, got, c.start)
		}
		if length := d.AddDays(1).Start(zone).Sub(start); length.Hours() != c.hours {
			t.Errorf("%s in %s lasts %s, want %g hours", d, c.zone, length, c.hours)
		}
	}
}

func TestDaysOfAZoneTile(t *testing.T) {
	for _, name := range []string{"America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Europe/Berlin", "America/New_York", "Asia/Tehran", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza"} {
		zone, err := Zone(name)
		if err != nil {
			t.Fatal(err)
		}
		for d := MustDate("2012-01-01"); d.Before(MustDate("2027-01-01")); d = d.AddDays(1) {
			start := d.Start(zone)
			if DateOf(start, zone) != d || DateOf(start.Add(-1), zone) != d.AddDays(-1) {
				t.Errorf("%s in %s starts at %s", d, name, start)
			}
		}
	}
}

func TestZones(t *testing.T) {
	for _, bad := range []string{"", "Local", "Mars/Olympus", "../etc/passwd", "EDT+4"} {
		if _, err := Zone(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is a zone", bad)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-03-31")
	f.Add("2024-02-30")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDate(text); err == nil && d.String() != text {
			t.Fatalf("%q reads %s", text, d)
		}
	})
}
