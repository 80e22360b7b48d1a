package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Whatever choice of a scorecard is written otherwise, its words say so, and the comparison of versions lists it.
func TestEveryChoiceOfAScorecardIsInTheWords(t *testing.T) {
	text := read(t, "testdata/scorecard.yaml")
	for was, other := range map[string]string{
		"18,000.00 per quarter": "18,000.00 per month", "pool: 18,000.00": "pool: 17,000.00", "anchor: calendar": "anchor: term-start", "0 months": "2 months",
		"partial_period: by-days": "partial_period: whole-pool", "threshold: 80\n": "threshold: 81\n", "target: 100\n": "target: 101\n", "max: 120\n": "max: 121\n",
		"malus: 70..50": "malus: 70..49", "800000, target": "800000.5, target", "at_threshold: 50 %": "at_threshold: 0 %", "at_max: 150 %": "at_max: 160 %",
		"    malus: 50 %": "    malus: 40 %", "metric_cap: 140 %": "metric_cap: none", "total_cap: 130 %": "total_cap: none", "total_floor: -20 %": "total_floor: none",
		"missing_metric: hold": "missing_metric: zero", "broken_source: last-good": "broken_source: carry", "target_change: time-weighted": "target_change: next-period",
		"restated: corrected": "restated: stays", "crm_hygiene < 80": "crm_hygiene <= 80", "then: hold": "then: lose", "      - {when: cac_payback > 24, then: lose}\n": "", "hours > 24": "hours > 48", "[mql, pipeline_value]": "[mql]",
		"weight: 20 %, better: lower, threshold: 18, target: 15, max: 12, malus: 20..24": "weight: 20 %, better: lower, threshold: 18, target: 15, max: 12, malus: none",
	} {
		if strings.Count(text, was) != 1 {
			t.Fatalf("%q stands %d times", was, strings.Count(text, was))
		}
		before, after := parsed(t, text), parsed(t, strings.Replace(text, was, other, 1))
		if cmp.Equal(Words(before), Words(after)) {
			t.Errorf("%q reads like %q", other, was)
		}
		if len(Compare(before, after)) == 0 {
			t.Errorf("%q compares like %q", other, was)
		}
	}
}

func TestWhatAnAmendmentChangesInAScorecard(t *testing.T) {
	text := read(t, "testdata/scorecard.yaml")
	changed := strings.NewReplacer("max: 120\n", "max: 125\n", "threshold: 800000", "threshold: 800000.00", "  - {when: cac_payback > 24, then: lose}", "  - {when: nps < 7, then: hold}",
		"18,000.00 per", "18000.00 per", "weight: 20 %", "weight: 20.0%").Replace(text)
	var got []string
	for _, c := range Compare(parsed(t, text), parsed(t, changed)) {
		got = append(got, c.Name+" | "+c.Before+" | "+c.After)
	}
	want := []string{
		"Scorecard growth-bonus: metric mql max | 120 | 125",
		"Scorecard growth-bonus: gate cac_payback > 24 | lose | ",
		"Scorecard growth-bonus: gate nps < 7 |  | hold",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersAreExact(t *testing.T) {
	for text, want := range map[string]string{"80": "80", "800000": "800,000", "1,300,000": "1,300,000", "4.50": "4.5", "-0.25": "-0.25", "999999999999.999999": "999,999,999,999.999999", "0": "0", "-1000": "-1,000"} {
		n, err := parseNumber(text)
		if err != nil || n.String() != want {
			t.Errorf("%q reads as %s, %v", text, n, err)
		}
	}
	for _, text := range []string{"", "1e5", "1.1234567", "1,00", "1234567890123", "+5", ".5", "5.", "1,3000", "80 %"} {
		if n, err := parseNumber(text); err == nil {
			t.Errorf("%q reads as %s", text, n)
		}
	}
}
