package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

func amended(t testing.TB, changes ...string) Terms {
	t.Helper()
	text := strings.NewReplacer(append(changes, "version: 1", "version: 2", "effective: 2025-12-01", "effective: 2026-04-01")...).Replace(read(t, "testdata/good.yaml"))
	return parsed(t, text)
}

func TestAVersionIsInForceUntilTheNext(t *testing.T) {
	first, second := parsed(t, read(t, "testdata/good.yaml")), amended(t)
	a, err := NewAgreement(second, first)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]int{"2025-11-30": 0, "2025-12-01": 1, "2026-03-31": 1, "2026-04-01": 2, "2027-06-01": 2, "2030-01-01": 2} {
		terms, ok := a.InForce(cal.MustDate(day))
		if terms.Version != want || ok != (want > 0) {
			t.Errorf("%s is under version %d", day, terms.Version)
		}
	}
	var got []string
	for _, s := range a.Segments(cal.Period{From: cal.MustDate("2026-03-01"), To: cal.MustDate("2028-01-01")}) {
		got = append(got, s.Period.From.String()+" "+s.Period.To.String())
	}
	if diff := cmp.Diff([]string{"2026-03-01 2026-04-01", "2026-04-01 2027-06-01"}, got); diff != "" {
		t.Error(diff)
	}
	if len(a.Segments(cal.Period{From: cal.MustDate("2027-06-01"), To: cal.MustDate("2027-07-01")})) != 0 {
		t.Error("after the end nothing runs")
	}
}

func TestAnEarlyEndCutsTheContract(t *testing.T) {
	a, err := NewAgreement(parsed(t, read(t, "testdata/good.yaml")), amended(t, "length: 18 months", "length: 18 months\n  ended: 2026-05-16"))
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Running(); got.To != cal.MustDate("2026-05-16") {
		t.Errorf("%v", got)
	}
}

func TestWhatIsNoAmendmentIsToldAtItsLine(t *testing.T) {
	_, err := NewAgreement(parsed(t, read(t, "testdata/good.yaml")), amended(t, "currency: USD", "currency: EUR"))
	if faults := fault.All(err); len(faults) != 1 || faults[0].Field != "currency" || faults[0].Line == 0 {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNoAmendment(t *testing.T) {
	first := parsed(t, read(t, "testdata/good.yaml"))
	for want, other := range map[string]Terms{
		"contract":   amended(t, "contract: northlight-acme-growth", "contract: other"),
		"version":    parsed(t, strings.Replace(read(t, "testdata/good.yaml"), "effective: 2025-12-01", "effective: 2026-04-01", 1)),
		"effective":  parsed(t, strings.Replace(read(t, "testdata/good.yaml"), "version: 1", "version: 2", 1)),
		"currency":   amended(t, "currency: USD", "currency: EUR"),
		"time_zone":  amended(t, "time_zone: America/New_York", "time_zone: Europe/Berlin"),
		"term.start": amended(t, "start: 2025-12-01", "start: 2025-11-01"),
	} {
		_, err := NewAgreement(first, other)
		all := fault.All(err)
		if len(all) != 1 || all[0].Field != want || all[0].Kind != fault.Invalid {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := NewAgreement(); !fault.Is(err, fault.Invalid) {
		t.Error("no version is no agreement")
	}
	several := amended(t, "currency: USD", "currency: EUR", "start: 2025-12-01", "start: 2025-11-01")
	if _, err := NewAgreement(first, several); len(fault.All(err)) != 2 {
		t.Errorf("every problem at once: %v", err)
	}
}

func TestAScheduleChangesWithItsWindow(t *testing.T) {
	text := strings.NewReplacer("version: 1", "version: 2", "effective: 2026-01-01", "effective: 2026-05-01").Replace
	first := parsed(t, scheduled(t))
	for from, edits := range map[string][]string{
		"2026-04-01 or 2026-07-01": {"rate: 4 %}", "rate: 5 %}"},
		"":                         {"adjustments: []", "adjustments: [{from: 2026-07-01, through: 2026-09-30, amount: 250000.00, because: summer}]"},
	} {
		_, err := NewAgreement(first, parsed(t, text(edited(t, scheduled(t), edits))))
		if from == "" && err != nil || from != "" && (err == nil || !strings.Contains(err.Error(), from)) {
			t.Errorf("%v: %v", edits, err)
		}
	}
	term := func(rate string) string {
		return strings.NewReplacer("per: quarter, above: [{from: 100000.00, rate: 4 %}]", "per: term, above: [{from: 100000.00, rate: "+rate+"}]").Replace(scheduled(t))
	}
	if _, err := NewAgreement(parsed(t, term("4 %")), parsed(t, text(term("5 %")))); err == nil || !strings.Contains(err.Error(), "another name") {
		t.Errorf("tiers of the whole term are changed: %v", err)
	}
}

func TestCheckNextPlacesEachProblem(t *testing.T) {
	first := parsed(t, read(t, "testdata/good.yaml"))
	next := amended(t, "currency: USD", "currency: EUR")
	err := CheckNext(first.Key, []Terms{first}, next, cal.MustDate("2026-06-01"))
	want := "line 3, column 12: effective: statements up to 31 May 2026 are locked and do not change; write effective: 2026-06-01 or a later day\n" +
		"line 7, column 11: currency: version 1 is in USD, version 2 in EUR; a change of currency needs a new contract"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if err := CheckNext(first.Key, nil, first, cal.Date{}); err != nil {
		t.Error(err)
	}
	if err := CheckNext("other", []Terms{first}, first, cal.Date{}); len(fault.All(err)) != 3 {
		t.Errorf("the name, the number and the day: %v", err)
	}
}

func TestEndOfTheTerm(t *testing.T) {
	const renewal = "renewal: {kind: mutual-written, at_most: 2, each: 12 months}"
	for written, want := range map[string]string{
		renewal: "2027-06-01", "renewal: {kind: none}": "2027-06-01", "renewal: {kind: evergreen}": "", "renewal: {kind: auto, each: 12 months}": "",
		"renewal: {kind: auto, at_most: 2, each: 12 months}": "2029-06-01",
	} {
		end, ok := parsed(t, strings.Replace(read(t, "testdata/good.yaml"), renewal, written, 1)).End()
		if end.String() != want || ok != (want != "") {
			t.Errorf("%s: %s", written, end)
		}
	}
}
