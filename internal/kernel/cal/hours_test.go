package cal

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func mustShifts(t testing.TB, text string) []Shift {
	t.Helper()
	s, err := ParseShifts(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// office works Monday to Friday.
func office(t testing.TB, zone, shifts string) WorkHours {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	w := WorkHours{Zone: loc, Days: map[Date][]Shift{}}
	for day := time.Monday; day <= time.Friday; day++ {
		w.Week[day] = mustShifts(t, shifts)
	}
	return w
}

func instant(t testing.TB, text string, zone *time.Location) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestWorkingTime(t *testing.T) {
	plain := office(t, "America/New_York", "09:00-17:00")
	lunch := office(t, "Europe/Berlin", "09:00-12:00, 13:00-17:30")
	holidays := office(t, "America/New_York", "09:00-17:00")
	holidays.Days[MustDate("2026-12-24")] = mustShifts(t, "09:00-12:00") // a half day
	holidays.Days[MustDate("2026-12-25")] = nil
	always := WorkHours{Zone: lunch.Zone}
	for day := range always.Week {
		always.Week[day] = mustShifts(t, "00:00-24:00")
	}
	for name, c := range map[string]struct {
		hours    WorkHours
		from, to string
		want     time.Duration
	}{
		"a day":                          {plain, "2026-03-02 09:00", "2026-03-02 17:00", 8 * time.Hour},
		"a night":                        {plain, "2026-03-02 17:00", "2026-03-03 09:00", 0},
		"a weekend":                      {plain, "2026-03-06 16:30", "2026-03-09 09:30", time.Hour},
		"lunch is not worked":            {lunch, "2026-03-02 11:30", "2026-03-02 13:30", time.Hour},
		"a half day and a holiday":       {holidays, "2026-12-24 09:00", "2026-12-28 10:00", 4 * time.Hour},
		"the day of 23 hours":            {always, "2026-03-29 00:00", "2026-03-30 00:00", 23 * time.Hour},
		"the day of 25 hours":            {always, "2026-10-25 00:00", "2026-10-26 00:00", 25 * time.Hour},
		"backwards":                      {plain, "2026-03-03 09:00", "2026-03-02 09:00", 0},
		"an office day over the change":  {plain, "2026-03-07 09:00", "2026-03-09 17:00", 8 * time.Hour},
		"before work, and after the end": {plain, "2026-03-02 03:00", "2026-03-02 23:00", 8 * time.Hour},
	} {
		if got := c.hours.Between(instant(t, c.from, c.hours.Zone), instant(t, c.to, c.hours.Zone)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	at, ok := plain.After(instant(t, "2026-03-06 16:30", plain.Zone), time.Hour)
	if want := instant(t, "2026-03-09 09:30", plain.Zone); !ok || !at.Equal(want) {
		t.Errorf("an hour after Friday 16:30 is %s, want %s", at, want)
	}
	never := WorkHours{Zone: time.UTC}
	if _, ok := never.After(time.Unix(0, 0), time.Hour); ok {
		t.Error("work comes where nobody works")
	}
	if err := never.Check(); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

// A shift from 02:00 to 04:00 on the night on which the clock goes from 02:00 to 03:00 has one hour, and one from 01:00 to 03:00 on the night on which it
// goes back from 03:00 to 02:00 ends when it first shows 03:00.
func TestShiftsOverTheChangeOfClocks(t *testing.T) {
	night := office(t, "Europe/Berlin", "09:00-17:00")
	night.Week[time.Sunday] = mustShifts(t, "02:00-04:00")
	spring := night.Worked(MustDate("2026-03-29"))
	if len(spring) != 1 || spring[0].Length() != time.Hour {
		t.Errorf("spring: %v", spring)
	}
	night.Week[time.Sunday] = mustShifts(t, "02:15-02:45")
	if spring := night.Worked(MustDate("2026-03-29")); len(spring) != 0 {
		t.Errorf("a shift that the clock skips: %v", spring)
	}
	night.Week[time.Sunday] = mustShifts(t, "01:00-02:30, 02:30-03:30")
	autumn := night.Worked(MustDate("2026-10-25"))
	if len(autumn) != 2 || autumn[0].Length() != 90*time.Minute || autumn[1].Length() != 2*time.Hour {
		t.Errorf("autumn: %v", autumn)
	}
}

func TestHoursThatCannotBe(t *testing.T) {
	for _, text := range []string{"", "9:00-17:00", "09:00-25:00", "09:00", "17:00-09:00", "09:00-12:00, 11:00-17:00", "13:00-17:00, 09:00-12:00", "24:30-24:40", "09:00-09:00"} {
		if _, err := ParseShifts(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]int{"mon-fri": 5, "sat": 1, "fri-mon": 4, "mon, wed": 2} {
		if got, err := ParseWeekdays(text); err != nil || len(got) != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "monday", "mon-", "mon-wed, tue"} {
		if _, err := ParseWeekdays(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

var someZones = []string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "America/Havana", "Africa/Casablanca"}

// drawHours are hours in some zone, and a day near a change of its clocks.
func drawHours(t *rapid.T) (WorkHours, Date) {
	loc, err := time.LoadLocation(rapid.SampledFrom(someZones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	w := WorkHours{Zone: loc, Days: map[Date][]Shift{}}
	shifts := func(name string) (out []Shift) {
		at := Minute(0)
		for range rapid.IntRange(0, 3).Draw(t, name) {
			from := at + Minute(rapid.IntRange(0, 500).Draw(t, "from"))
			to := from + Minute(rapid.IntRange(1, 700).Draw(t, "long"))
			if to > EndOfDay {
				break
			}
			out, at = append(out, Shift{from, to}), to
		}
		return out
	}
	for day := range w.Week {
		w.Week[day] = shifts("week")
	}
	year := rapid.SampledFrom([]int{2010, 2011, 2018, 2026}).Draw(t, "year")
	near, _ := NewDate(year, 1, 1)
	near = near.AddDays(rapid.IntRange(0, 364).Draw(t, "day"))
	probe := near.Start(loc)
	if _, change := probe.ZoneBounds(); !change.IsZero() && change.Sub(probe) < 370*24*time.Hour && rapid.Bool().Draw(t, "change") {
		near = DateOf(change, loc).AddDays(-rapid.IntRange(0, 2).Draw(t, "before"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "others") {
		w.Days[near.AddDays(rapid.IntRange(0, 4).Draw(t, "other"))] = shifts("day")
	}
	return w, near
}

// minutes is the slow way: of each minute it asks whether it lies between the first minute of its day that shows the beginning of a shift and that of its end.
func minutes(w WorkHours, from, to time.Time) time.Duration {
	first := func(d Date, m Minute) time.Time {
		end := d.AddDays(1).Start(w.Zone)
		for t := d.Start(w.Zone); t.Before(end); t = t.Add(time.Minute) {
			if h, min, _ := t.In(w.Zone).Clock(); DateOf(t, w.Zone) != d || Minute(h*60+min) >= m {
				return t
			}
		}
		return end
	}
	var begins, ends []time.Time
	for d := DateOf(from, w.Zone).AddDays(-1); !d.After(DateOf(to, w.Zone).AddDays(1)); d = d.AddDays(1) {
		for _, s := range w.On(d) {
			begins, ends = append(begins, first(d, s.From)), append(ends, first(d, s.To))
		}
	}
	var sum time.Duration
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		for i := range begins {
			if !t.Before(begins[i]) && t.Before(ends[i]) {
				sum += time.Minute
				break
			}
		}
	}
	return sum
}

func TestWorkingTimeAgreesWithCountingMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, near := drawHours(t)
		from := near.Start(w.Zone).Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "from")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "long")) * time.Minute)
		if got, want := w.Between(from, to), minutes(w, from, to); got != want {
			t.Fatalf("between %s and %s: %s, want %s\n%v", from, to, got, want, w)
		}
	})
}

// Working time adds up, whatever instant it is cut at, and After is its inverse.
func TestWorkingTimeIsConserved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, near := drawHours(t)
		at := func(name string) time.Time {
			return near.Start(w.Zone).Add(time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(t, name)))
		}
		a, b, c := at("a"), at("b"), at("c")
		if a.After(b) {
			a, b = b, a
		}
		if b.After(c) {
			b, c = c, b
		}
		if a.After(b) {
			a, b = b, a
		}
		if w.Between(a, b)+w.Between(b, c) != w.Between(a, c) {
			t.Fatalf("%s + %s is not %s", w.Between(a, b), w.Between(b, c), w.Between(a, c))
		}
		work := w.Between(a, c)
		end, ok := w.After(a, work)
		if !ok || end.After(c) && work > 0 || w.Between(a, end) != work {
			t.Fatalf("%s of work after %s end at %s, before %s", work, a, end, c)
		}
		if work > 0 && w.Between(a, end.Add(-time.Nanosecond)) >= work {
			t.Fatalf("%s is not the first instant", end)
		}
	})
}
