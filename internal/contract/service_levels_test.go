package contract

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

const policyFile = "../../docs/examples/service/promises.yaml"

// The promises that docs/contract.md shows are those of the example, and can be read in a contract as they stand.
func TestServiceLevelsOfTheGuide(t *testing.T) {
	_, page, _ := strings.Cut(read(t, referenceFile), "\n## Service levels: how fast\n")
	_, page, _ = strings.Cut(page, "```yaml\n")
	shown, _, _ := strings.Cut(page, "```")
	alone := read(t, policyFile)
	if !strings.HasSuffix(alone, shown) {
		t.Fatal("docs/examples/service/promises.yaml does not end with what docs/contract.md shows")
	}
	levels, err := ParseServiceLevels([]byte(alone))
	if err != nil {
		t.Fatal(err)
	}
	good := read(t, "testdata/good.yaml")
	terms, err := Parse([]byte(good + shown))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*ServiceLevels{levels, terms.Service} {
		if len(l.Promises) != 4 || len(l.Escalate) != 2 || l.WorkingDay != 7*time.Hour {
			t.Fatalf("%+v", l)
		}
		draft, _ := l.Promise("first-draft")
		if allowed, _, ok := l.Allowed(draft, Normal); !ok || allowed != 35*time.Hour {
			t.Errorf("5 working days are %s", allowed)
		}
		if _, _, ok := l.Allowed(draft, Low); ok {
			t.Error("nothing is promised for low")
		}
		if got := l.Hours.On(cal.MustDate("2026-08-14")); len(got) != 0 {
			t.Errorf("a closure is worked: %v", got)
		}
	}
	response, _ := levels.Promise("first-response")
	saturday := time.Date(2026, 3, 7, 3, 0, 0, 0, levels.Hours.Zone)
	for priority, want := range map[Priority]time.Duration{Urgent: time.Hour, Normal: 0} {
		_, hours, _ := levels.Allowed(response, priority)
		if got := hours.Between(saturday, saturday.Add(time.Hour)); got != want {
			t.Errorf("%s runs for %s on a Saturday at 3", priority, got)
		}
	}
	words := strings.Join(levels.Words(), " ")
	for _, say := range []string{
		"first-response: the agency promises a response within urgent 30 minutes around the clock, high 2 hours of working time, normal 4 hours of working time, low 1 working day.",
		"Working time is Monday to Friday 09:00-12:00, 13:00-17:30, but 23 Dec 2026 09:00-12:00, and not on holidays.", "A working day of a promise is 7 h of it.",
		"What has medium impact is high with high urgency, normal with medium urgency, low with low urgency.", "A promise that the agency missed is excused where the client missed one of its own on the same request before.",
	} {
		if !strings.Contains(words, say) {
			t.Errorf("lacks %q in %s", say, words)
		}
	}
	if p, ok := levels.Priority.Of(Heavy, Light); !ok || p != Normal {
		t.Errorf("high impact and low urgency are %s", p)
	}
	if got := levels.Priority.Clause(Light, Heavy); got != "low impact (one person is hindered) and high urgency (before the end of the day) make it normal" {
		t.Error(got)
	}
	if _, ok := levels.Priority.Of("enormous", Light); ok {
		t.Error("an unknown impact has a priority")
	}
	if _, err := ParseServiceLevels([]byte(good)); fault.Code(err) != "service-levels" {
		t.Errorf("a contract that promises nothing: %v", err)
	}
	if terms, err := Parse([]byte(good)); err != nil || terms.Service != nil {
		t.Error(err)
	}
}

func TestServiceLevelsThatCannotBe(t *testing.T) {
	good := read(t, policyFile)
	for name, c := range map[string]struct{ instead, write, code string }{
		"no working day":            {"  working_day: 7 hours\n", "", "working-day"},
		"an hour that ends first":   {"13:00-17:30", "17:30-13:00", "value"},
		"a lunch that overlaps":     {"09:00-12:00, 13:00-17:30", "09:00-13:30, 13:00-17:30", "value"},
		"a day twice":               {"days: mon-fri", `days: "mon-fri, fri"`, "value"},
		"no hours":                  {`shifts: "09:00-12:00, 13:00-17:30"`, "shifts: closed", "work-hours"},
		"the same day with others":  {"day: 2026-08-14", "day: 2026-12-23", "hours-twice"},
		"a holiday that is worked":  {"day: 2026-12-23", "day: 2026-12-25", "hours-of-a-holiday"},
		"two of one name":           {"promise: first-draft", "promise: first-response", "promise-twice"},
		"within nothing":            {"high: 2 hours", "high: 0 hours", "promise-of-nothing"},
		"days around the clock":     {"around_the_clock: [urgent]", "around_the_clock: [low]", "working-days-always"},
		"around the clock, no time": {"low: none, around_the_clock: []", "low: none, around_the_clock: [low]", "promise-none-always"},
		"feedback of the agency":    {"by: client, until: feedback", "by: agency, until: feedback", "promise-by"},
		"a specialist that answers": {"by: specialist, until: return", "by: specialist, until: response", "promise-by"},
		"told at once":              {"at: 75 %", "at: 0 %", "escalation-at-once"},
		"calendar days":             {"high: 2 hours", "high: 2 days", "value"},
		"an unknown zone":           {"America/New_York", "Eastern", "value"},
		"an impact without a line":  {"      - {impact: low, high: normal, medium: low, low: low}\n", "", "matrix-missing"},
		"an impact twice":           {"{impact: low, high", "{impact: high, high", "matrix-twice"},
		"an urgency without words":  {", low: it can wait}", "}", "missing"},
		"another excuse":            {"[client-late]", "[weather]", "value"},
	} {
		if !strings.Contains(good, c.instead) {
			t.Fatalf("%s: %q does not stand in the example", name, c.instead)
		}
		_, err := ParseServiceLevels([]byte(strings.Replace(good, c.instead, c.write, 1)))
		if !slices.ContainsFunc(fault.All(err), func(f *fault.Fault) bool { return f.Code == c.code && f.Line > 0 }) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
