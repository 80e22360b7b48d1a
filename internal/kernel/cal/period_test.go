package cal

import (
	"slices"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"pgregory.net/rapid"
)

func period(from, to string) Period { return Period{MustDate(from), MustDate(to)} }

func TestPeriods(t *testing.T) {
	if n := InclusiveDays(MustDate("2026-07-10"), MustDate("2026-07-31")); n != 22 {
		t.Errorf("10 to 31 July is %d days", n)
	}
	if n := period("2026-02-17", "2026-03-01").Days360(); n != 14 {
		t.Errorf("17 Feb to the end of February is %d days of 360", n)
	}
	if n := period("2026-01-01", "2027-01-01").Days360(); n != 360 {
		t.Errorf("a year has %d days of 360", n)
	}
	for _, c := range []struct {
		a, b Period
		want string
	}{
		{period("2026-01-01", "2026-02-01"), period("2026-01-15", "2026-03-01"), "2026-01-15..2026-02-01"},
		{period("2026-01-01", "2026-02-01"), period("2026-02-01", "2026-03-01"), "2026-02-01..2026-02-01"},
		{period("2026-01-01", "2026-02-01"), period("2026-05-01", "2026-06-01"), "2026-05-01..2026-05-01"},
	} {
		if got := c.a.Overlap(c.b); got.String() != c.want || got != c.b.Overlap(c.a) {
			t.Errorf("%s and %s overlap %s, want %s", c.a, c.b, got, c.want)
		}
	}
	if w := period("2026-01-15", "2026-02-15").Words(); w != "15 Jan 2026 – 14 Feb 2026" {
		t.Error(w)
	}
	if w := period("2026-03-01", "2026-04-01").Words(); w != "March 2026" {
		t.Error(w)
	}
	if back := period("2026-03-02", "2026-03-01"); back.Days() != 0 || !back.IsEmpty() || back.Contains(MustDate("2026-03-01")) {
		t.Error("a period that ends before it starts is empty")
	}
}

func TestOverlapIsTheDaysInBoth(t *testing.T) {
	near := rapid.Map(rapid.IntRange(0, 60), func(n int) Date { return MustDate("2026-01-01").AddDays(n) })
	rapid.Check(t, func(t *rapid.T) {
		a := Period{near.Draw(t, "from"), near.Draw(t, "to")}
		b := Period{near.Draw(t, "other from"), near.Draw(t, "other to")}
		o, n := a.Overlap(b), 0
		for d := MustDate("2025-12-31"); d.Before(MustDate("2026-03-10")); d = d.AddDays(1) {
			both := a.Contains(d) && b.Contains(d)
			if both {
				n++
			}
			if both != o.Contains(d) {
				t.Fatalf("%s and %s overlap %s: %s", a, b, o, d)
			}
		}
		if o.Days() != n {
			t.Fatalf("%s and %s overlap in %d days, %d counted", a, b, o.Days(), n)
		}
	})
}

func TestMonths(t *testing.T) {
	m, err := ParseMonth("2026-12")
	if err != nil || m.Next().String() != "2027-01" || m.Previous().Words() != "November 2026" || m.Period().Days() != 31 || MonthOf(m.First()) != m {
		t.Fatal(m, err)
	}
	for _, bad := range []string{"", "2026", "2026-13", "2026-00", "2026-1", "26-01", "2026/01", "1899-12", "2026-01-01"} {
		if m, err := ParseMonth(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q reads %s, %v", bad, m, err)
		}
	}
}

func TestBroadcastMonthsOf2026(t *testing.T) {
	for month, want := range map[time.Month]struct {
		words string
		days  int
	}{
		time.January: {"29 Dec 2025 – 25 Jan 2026", 28},
		time.March:   {"23 Feb 2026 – 29 Mar 2026", 35},
		time.May:     {"27 Apr 2026 – 31 May 2026", 35},
	} {
		if p := (Month{2026, month}).Broadcast(); p.Words() != want.words || p.Days() != want.days {
			t.Errorf("%s is %s, %d days", month, p.Words(), p.Days())
		}
	}
}

func TestBroadcastMonthsTile(t *testing.T) {
	for m := (Month{1990, time.January}); m.Year < 2040; m = m.Next() {
		p := m.Broadcast()
		if p.To != m.Next().Broadcast().From || (p.Days() != 28 && p.Days() != 35) || p.From.Weekday() != time.Monday || MonthOf(p.Last()) != m {
			t.Fatalf("%s is %s", m, p)
		}
	}
}

func TestCycleOfThe31stNeverDrifts(t *testing.T) {
	for _, c := range []Cycle{MonthlyOn(31), {Anchor: MustDate("2023-10-31"), Months: 1}, {Anchor: MustDate("2024-02-29"), Months: 1, AnchorDay: 31}} {
		k := c.Index(MustDate("2024-01-31"))
		var got []string
		for i := range 4 {
			got = append(got, c.Start(k+i).String())
		}
		if want := []string{"2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"}; !slices.Equal(got, want) {
			t.Errorf("%v: %v", c, got)
		}
	}
	leap := Cycle{Anchor: MustDate("2024-02-29"), Months: 12}
	if leap.Start(1).String() != "2025-02-28" || leap.Start(4).String() != "2028-02-29" || leap.Start(-4).String() != "2020-02-29" {
		t.Error("29 February comes back in leap years")
	}
}

// Every anchor day and length over ten years, before and after the anchor, against a walk day by day.
func TestCyclesTile(t *testing.T) {
	for day := 1; day <= 31; day++ {
		for _, months := range []int{1, 3, 12} {
			c := Cycle{Anchor: Date{2023, 1, int8(day)}, Months: months}
			last := MustDate("2028-06-01")
			k := c.Index(MustDate("2018-06-01"))
			for d := MustDate("2018-06-01"); d.Before(last); d = d.AddDays(1) {
				if d == c.At(k).To { // the next period starts where this one ends
					k++
				}
				p := c.At(k)
				if c.Index(d) != k || c.Containing(d) != p || !p.Contains(d) {
					t.Fatalf("anchor %s every %d: %s is in period %d, %s; want %d", c.Anchor, months, d, c.Index(d), c.Containing(d), k)
				}
				if p.From.Day() != min(day, DaysIn(p.From.Year(), p.From.Month())) {
					t.Fatalf("anchor %s every %d: %s drifted", c.Anchor, months, p)
				}
			}
		}
	}
}

// However statements cut the time, each period of a cycle starts in exactly one and ends in exactly one.
func TestEachPeriodStartsAndEndsInOneStatement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.IntRange(1, 31).Draw(t, "anchor day")
		c := Cycle{Anchor: Date{2024, int8(rapid.IntRange(1, 12).Draw(t, "month")), 1}, Months: rapid.SampledFrom([]int{1, 3, 12}).Draw(t, "months"), AnchorDay: day}
		at := MustDate("2022-01-01").AddDays(rapid.IntRange(0, 400).Draw(t, "from"))
		whole := Period{From: at}
		var starting, ending []Period
		for range rapid.IntRange(1, 30).Draw(t, "statements") {
			p := Period{at, at.AddDays(rapid.IntRange(0, 100).Draw(t, "days"))}
			starting = append(starting, c.StartingIn(p)...)
			ending = append(ending, c.EndingIn(p)...)
			at = p.To
		}
		whole.To = at
		var wantStarting, wantEnding []Period
		for k := c.Index(whole.From) - 2; !c.Start(k).After(whole.To); k++ {
			if p := c.At(k); whole.Contains(p.From) {
				wantStarting = append(wantStarting, p)
			}
			if p := c.At(k); whole.Contains(p.Last()) {
				wantEnding = append(wantEnding, p)
			}
		}
		if !slices.Equal(starting, wantStarting) || !slices.Equal(ending, wantEnding) {
			t.Fatalf("in %s start %v, want %v; end %v, want %v", whole, starting, wantStarting, ending, wantEnding)
		}
	})
}

func FuzzParseMonth(f *testing.F) {
	for _, s := range []string{"2026-03", "0001-01", "9999-12", "0000-01", "2026-13", "2026-3", "２026-03"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMonth(text)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if m.String() != text {
			t.Fatalf("%q reads %s", text, m)
		}
		if p := m.Period(); !p.Contains(m.First()) || MonthOf(p.Last()) != m {
			t.Fatalf("%s has the days %s", m, p)
		}
		if m.Next().Previous() != m {
			t.Fatalf("%s comes before %s", m.Next().Previous(), m.Next())
		}
	})
}
