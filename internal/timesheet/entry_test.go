package timesheet_test

import (
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/timesheet"
)

var today = cal.MustDate("2026-03-31")

func entry(day string, minutes int) timesheet.Entry {
	return timesheet.Entry{ID: "te_1", Account: "acc", Person: "Ana", Day: cal.MustDate(day), Minutes: minutes, State: timesheet.Draft,
		What: timesheet.What{Client: "org_acme", Class: timesheet.Billable, Note: "copy"}}
}

func TestAnEntryIsHeldAgainstTheRules(t *testing.T) {
	with := func(e timesheet.Entry, change func(*timesheet.Entry)) timesheet.Entry {
		change(&e)
		return e
	}
	full := []timesheet.Entry{{ID: "te_0", Minutes: 1400}}
	for name, c := range map[string]struct {
		entry timesheet.Entry
		a     timesheet.Around
		code  string
		field string
	}{
		"right":                      {entry("2026-03-31", 90), timesheet.Around{}, "", ""},
		"a whole day":                {entry("2026-03-31", 1440), timesheet.Around{}, "", ""},
		"in the future":              {entry("2026-04-01", 90), timesheet.Around{}, "day-to-come", "day"},
		"in another century":         {entry("1900-01-01", 90), timesheet.Around{}, "day-long-ago", "day"},
		"more than a day":            {entry("2026-03-30", 1441), timesheet.Around{}, "minutes", "minutes"},
		"nothing":                    {entry("2026-03-30", 0), timesheet.Around{}, "minutes-missing", "minutes"},
		"24 hours with the others":   {entry("2026-03-30", 40), timesheet.Around{Others: full}, "", ""},
		"more than that":             {entry("2026-03-30", 41), timesheet.Around{Others: full}, "day-full", "minutes"},
		"as much of today as passed": {entry("2026-03-31", 605), timesheet.Around{ToCome: 835}, "", ""},
		"more of today than passed":  {entry("2026-03-31", 60), timesheet.Around{ToCome: 835, Others: []timesheet.Entry{{ID: "te_0", Minutes: 546}}}, "time-to-come", "minutes"},
		"more of a day that is over": {entry("2026-03-30", 660), timesheet.Around{ToCome: 835}, "", ""},
		"no client":                  {with(entry("2026-03-30", 5), func(e *timesheet.Entry) { e.Client = "" }), timesheet.Around{}, "client-missing", "client"},
		"internal without a client":  {with(entry("2026-03-30", 5), func(e *timesheet.Entry) { e.Client, e.Class = "", timesheet.Internal }), timesheet.Around{}, "", ""},
		"no class":                   {with(entry("2026-03-30", 5), func(e *timesheet.Entry) { e.Class = "free" }), timesheet.Around{}, "class", "class"},
		"two lines":                  {with(entry("2026-03-30", 5), func(e *timesheet.Entry) { e.Note = "a\nb" }), timesheet.Around{}, "text-letters", "note"},
		"a long text":                {with(entry("2026-03-30", 5), func(e *timesheet.Entry) { e.InternalNote = strings.Repeat("a", 501) }), timesheet.Around{}, "text-long", "internal_note"},
		"in a locked month":          {entry("2026-02-27", 5), timesheet.Around{Locked: true}, "month-locked", "day"},
		"late with a reason": {with(entry("2026-02-27", 5), func(e *timesheet.Entry) { e.Late, e.Reason = true, "was ill" }),
			timesheet.Around{Locked: true}, "", ""},
		"late without one": {with(entry("2026-02-27", 5), func(e *timesheet.Entry) { e.Late = true }), timesheet.Around{Locked: true}, "month-locked", "day"},
		"a correction to nothing": {with(entry("2026-02-27", 0), func(e *timesheet.Entry) { e.Corrects, e.Reason = "te_0", "not worked" }),
			timesheet.Around{Locked: true}, "", ""},
		"twice": {entry("2026-03-30", 60), timesheet.Around{Others: []timesheet.Entry{with(entry("2026-03-30", 60), func(e *timesheet.Entry) { e.ID = "te_2" })}}, "entry-twice", "minutes"},
		"twice on purpose": {entry("2026-03-30", 60), timesheet.Around{Again: true, Others: []timesheet.Entry{with(entry("2026-03-30", 60), func(e *timesheet.Entry) { e.ID = "te_2" })}},
			"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.a.Today = today
			err := c.entry.Check(c.a)
			if c.code == "" && err != nil {
				t.Fatalf("refused: %v", err)
			}
			if c.code != "" && (fault.Code(err) != c.code || fault.All(err)[0].Field != c.field) {
				t.Fatalf("got %v (%s), want %s at %s", err, fault.Code(err), c.code, c.field)
			}
		})
	}
}

func TestAllProblemsOfAnEntryAreToldTogether(t *testing.T) {
	e := entry("2026-04-02", 2000)
	e.Client, e.Class = "", "x"
	if n := len(fault.All(e.Check(timesheet.Around{Today: today}))); n != 4 {
		t.Errorf("%d problems, want 4", n)
	}
}

func TestWhatTheClientReadsHasNoInternalWords(t *testing.T) {
	e := entry("2026-03-30", 60)
	e.InternalNote, e.Reason = "margin is thin", "too slow"
	if got := e.ForClient(); got.InternalNote+got.Reason+got.Account != "" || got.Note != "copy" || got.Minutes != 60 {
		t.Errorf("%+v", got)
	}
}

func TestTimeIsReadAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]int{"": 0, "1:30": 90, "0:05": 5, "1h 30m": 90, "90m": 90, "2": 120, "1.5": 90, "1,5": 90, "7.25": 435, "2h": 120, "45 min": 45, "01:30:00": 90} {
		if got, err := timesheet.ParseMinutes(text); err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for text, code := range map[string]string{"1.28": "part-of-a-minute", "01:00:30": "part-of-a-minute", "soon": "duration", "-1": "duration", "1:60": "duration", "1e3": "duration"} {
		if _, err := timesheet.ParseMinutes(text); fault.Code(err) != code {
			t.Errorf("%q gives %v, want %s", text, err, code)
		}
	}
	for r, want := range map[timesheet.Rounding]int{timesheet.Nearest: 77, timesheet.Up: 77, timesheet.Down: 76} {
		if got, err := timesheet.ParseDuration("1.28", r); err != nil || got != want { // 76.8 minutes
			t.Errorf("%s: %d, %v", r, got, err)
		}
	}
}

func TestAClauseIsNamedAsTheContractSpellsIt(t *testing.T) {
	can, tell := []string{"growth-team", "design", "films"}, []string{"growth-team", "design"}
	for name, c := range map[string]struct {
		clause string
		class  timesheet.Class
		can    []string
		tell   []string
		runs   bool
		want   string
		code   string
	}{
		"another case":            {"Growth-Team", timesheet.Billable, can, tell, true, "growth-team", ""},
		"a name that is not told": {"films", timesheet.Billable, can, tell, true, "films", ""},
		"nonsense":                {"nonsense", timesheet.Billable, can, tell, true, "", "clause-unknown"},
		"none of several":         {"", timesheet.Billable, can, tell, true, "", "clause-missing"},
		"none, and not charged":   {"", timesheet.OverServiced, can, tell, true, "", ""},
		"none of one":             {"", timesheet.Billable, can[:1], can[:1], true, "", ""},
		"no clause takes hours":   {"growth-team", timesheet.Billable, nil, nil, true, "", "clause-unknown"},
		"no contract is accepted": {"growth-team", timesheet.Billable, nil, nil, false, "", "clause-unknown"},
	} {
		e := entry("2026-03-30", 60)
		e.Clause, e.Class = c.clause, c.class
		err := e.NameClause(c.can, c.tell, c.runs)
		if fault.Code(err) != c.code || err == nil && e.Clause != c.want {
			t.Errorf("%s: %q, %v", name, e.Clause, err)
		}
		if err != nil && strings.Contains(err.Error(), "films") {
			t.Errorf("%s: it tells of a contract with somebody else: %v", name, err)
		}
	}
}
