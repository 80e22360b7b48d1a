package timesheet_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

func TestAWeekBeginsOnMonday(t *testing.T) {
	for day, want := range map[string]string{"2026-03-30": "2026-03-30", "2026-04-05": "2026-03-30", "2026-04-06": "2026-04-06", "2026-01-01": "2025-12-29"} {
		if got := timesheet.WeekOf(cal.MustDate(day)); got.String() != want {
			t.Errorf("%s is in the week of %s, want %s", day, got, want)
		}
	}
}

func TestAWeekIsRowsByDays(t *testing.T) {
	monday := cal.MustDate("2026-03-23")
	other := entry("2026-03-24", 30)
	other.Note = "design"
	sent := entry("2026-03-25", 15)
	sent.State = timesheet.Submitted
	g := timesheet.GridOf(monday, []timesheet.Entry{entry("2026-03-23", 60), entry("2026-03-23", 20), other, sent, entry("2026-03-30", 99)})
	if len(g.Lines) != 2 || g.Lines[0].Days[0].Minutes != 80 || g.Sum() != 125 || g.Day(1) != 30 {
		t.Fatalf("%+v", g)
	}
	if !g.Lines[0].Days[0].Editable() || g.Lines[0].Days[2].Editable() {
		t.Error("only what was not submitted can be changed")
	}
	sets := g.Lines[0].Days[0].Setting(monday, g.Lines[0].What, 45)
	if len(sets) != 2 || sets[0].Entry.Minutes != 45 || sets[1].Entry.Minutes != 0 {
		t.Errorf("%+v", sets)
	}
	if sets := g.Lines[0].Days[0].Setting(monday, g.Lines[0].What, 80); sets != nil {
		t.Errorf("nothing changes: %+v", sets)
	}
}

// Working hours 9 to 17 on five days are 40 hours; a holiday on a Wednesday leaves 32, a half day 36.
func TestCapacityIsWorkingHoursLessClosures(t *testing.T) {
	hours := cal.WorkHours{Zone: zone(t, "Europe/Berlin"), Days: map[cal.Date][]cal.Shift{cal.MustDate("2026-04-01"): nil, cal.MustDate("2026-04-09"): {{From: 540, To: 780}}}}
	for d := time.Monday; d <= time.Friday; d++ {
		hours.Week[d] = []cal.Shift{{From: 540, To: 1020}}
	}
	for monday, want := range map[string]int{"2026-03-23": 40 * 60, "2026-03-30": 32 * 60, "2026-04-06": 36 * 60} {
		if got := timesheet.Capacity(hours, cal.MustDate(monday)); got != want {
			t.Errorf("week of %s: %d, want %d", monday, got, want)
		}
	}
	promises := []timesheet.Promise{{Person: "Ana", Minutes: 600, From: cal.MustDate("2026-01-01")}, {Role: "designer", Minutes: 300, From: cal.MustDate("2026-04-02")},
		{Person: "Ben", Minutes: 999, From: cal.MustDate("2026-01-01")}, {Person: "Ana", Minutes: 60, From: cal.MustDate("2026-01-01"), To: cal.MustDate("2026-03-30")}}
	l := timesheet.LoadOf(cal.MustDate("2026-03-30"), "Ana", "designer", &hours, promises, 2000, 100)
	if l.Promised != 900 || !l.Over() || l.Free() != 32*60-2000 {
		t.Errorf("%+v", l)
	}
	if l := timesheet.LoadOf(cal.MustDate("2026-03-30"), "Ana", "", nil, nil, 2000, 0); l.Known || l.Over() {
		t.Errorf("a capacity that nobody stated is unknown: %+v", l)
	}
}

// 80 % of 20 hours are 16.
func TestAnAlertIsReachedAtItsShare(t *testing.T) {
	b := timesheet.Burn{Alerts: true, AtHand: 1200, Warn: money.NewRatio(8, 10), Soft: money.NewRatio(11, 10), Hard: money.NewRatio(13, 10)}
	for used, want := range map[int]int{0: 0, 959: 0, 960: 1, 1319: 1, 1320: 2, 1560: 3} {
		b.Used = used
		if got := b.Reached(); len(got) != want {
			t.Errorf("%d minutes reach %v", used, got)
		}
	}
	b.AtHand, b.Used = 0, 1
	if got := b.Reached(); len(got) != 3 {
		t.Errorf("with nothing at hand every minute is too many: %v", got)
	}
}

func TestTheFileOfTimeSaysNothingInternal(t *testing.T) {
	e := entry("2026-03-30", 90)
	e.InternalNote, e.Reason, e.Role = "margin is thin", "too slow", "designer"
	gone := entry("2026-03-31", 0)
	over := entry("2026-03-31", 20)
	over.Class = timesheet.OverServiced
	got := string(timesheet.HandOverFile([]timesheet.Handed{{"te_1", e}, {"te_2", gone}, {"te_3", over}}))
	want := "entry_id,worked_on,person,role,minutes,clause,note,deleted\nte_1,2026-03-30,Ana,designer,90,,copy,\nte_2,2026-03-31,Ana,,1,,copy,true\nte_3,2026-03-31,Ana,,20,,copy,true\n"
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestTablesOfOtherProgramsAreUnderstood(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		want  timesheet.Row
	}{
		"Toggl Track": {"User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags\nAna Roe,Ana@x.example,Acme,Search,Q-1,copy,Yes,2026-03-30,09:00:00,2026-03-30,10:30:00,01:30:00,a",
			timesheet.Row{Person: "Ana Roe", Email: "ana@x.example", Client: "Acme"}},
		"Harvest": {"Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,Invoiced?,First Name,Last Name\n2026-03-30,Acme,Search,S,Q-1,copy,1.5,Yes,No,Ana,Roe",
			timesheet.Row{Person: "Ana Roe", Client: "Acme"}},
		"Clockify": {"Project,Client,Description,Task,User,Group,Email,Tags,Billable,Start Date,Start Time,End Date,End Time,Duration (h),Duration (decimal),Billable Rate (USD)\nSearch,Acme,copy,Q-1,Ana Roe,,ana@x.example,,Yes,2026-03-30,09:00,2026-03-30,10:30,01:30:00,1.50,99",
			timesheet.Row{Person: "Ana Roe", Email: "ana@x.example", Client: "Acme"}},
	} {
		t.Run(name, func(t *testing.T) {
			table, err := csv.NewReader(strings.NewReader(c.table)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			columns, err := timesheet.FindColumns(table[0])
			if err != nil {
				t.Fatal(err)
			}
			got, err := columns.ReadRow(2, table[1], timesheet.Reading{Day: cal.ParseDate})
			if err != nil {
				t.Fatal(err)
			}
			c.want.Line = 2
			c.want.Entry = timesheet.Entry{Day: cal.MustDate("2026-03-30"), Minutes: 90, State: timesheet.Draft,
				What: timesheet.What{Class: timesheet.Billable, Category: "Search", Request: "Q-1", Note: "copy"}}
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestEachProblemOfARowNamesItsPlace(t *testing.T) {
	columns, err := timesheet.FindColumns([]string{"worked_on", "client", "hours", "class"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = columns.ReadRow(7, []string{"31/03/2026", "Acme", "1.28", "maybe"}, timesheet.Reading{Day: cal.ParseDate})
	var places []string
	for _, f := range fault.All(err) {
		places = append(places, fmt.Sprintf("%s %d %d", f.Field, f.Line, f.Column))
	}
	if got := strings.Join(places, "; "); got != "worked_on 7 1; class 7 4; duration 7 3" {
		t.Errorf("got %q", got)
	}
	if _, err := timesheet.FindColumns([]string{"a", "b"}); len(fault.All(err)) != 3 {
		t.Errorf("a table without any of it: %v", err)
	}
}

// What is written is read again as it was.
func TestATableOfEntriesComesBackAsItWas(t *testing.T) {
	text := rapid.StringMatching(`[A-Za-z=+@,"; ]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		word := func(label string) string { return strings.Join(strings.Fields(text.Draw(t, label)), " ") }
		e := timesheet.Entry{ID: "te_1", Person: "Ana", Role: word("role"), Day: cal.MustDate("2026-01-01").AddDays(rapid.IntRange(0, 700).Draw(t, "day")),
			Minutes: rapid.IntRange(1, 1440).Draw(t, "minutes"), State: timesheet.Draft, What: timesheet.What{Class: rapid.SampledFrom(timesheet.Classes()).Draw(t, "class"),
				Clause: word("clause"), Category: word("category"), Request: word("request"), Note: word("note"), InternalNote: word("internal")}}
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		head := make([]string, len(timesheet.ExportColumns))
		for i, c := range timesheet.ExportColumns {
			head[i] = string(c)
		}
		if err := w.WriteAll([][]string{head, e.Cells("Acme", "ana@x.example")}); err != nil {
			t.Fatal(err)
		}
		table, err := csv.NewReader(&file).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		columns, err := timesheet.FindColumns(table[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := columns.ReadRow(2, table[1], timesheet.Reading{Day: cal.ParseDate})
		if err != nil {
			t.Fatal(err)
		}
		if got.Key != "te_1" || got.Client != "Acme" || got.Email != "ana@x.example" {
			t.Fatalf("%+v", got)
		}
		e.ID, e.Person = "", ""
		if got.Entry != e {
			t.Fatalf("got  %+v\nwant %+v", got.Entry, e)
		}
	})
}

func TestAPromiseIsKeptByTheNameOrTheRole(t *testing.T) {
	for name, c := range map[string]struct {
		promise      timesheet.Promise
		person, role string
		want         bool
	}{
		"the name":                         {timesheet.Promise{Person: "Ana Adler"}, "ana adler", "", true},
		"another name":                     {timesheet.Promise{Person: "Ana Adler", Role: "designer"}, "Bea", "designer", false},
		"the role":                         {timesheet.Promise{Role: "designer"}, "Bea", "Designer", true},
		"no role":                          {timesheet.Promise{}, "Bea", "", false},
		"one word, which is the role here": {timesheet.Promise{Person: "strategist", Role: "strategist"}, "Bea", "strategist", true},
		"one word, which is nobody's here": {timesheet.Promise{Person: "strategist", Role: "strategist"}, "Bea", "designer", false},
	} {
		if got := c.promise.By(c.person, c.role); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
