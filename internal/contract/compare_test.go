package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatTheAmendmentChanges(t *testing.T) {
	all := examples(t)
	v1, v2 := parsed(t, all["northlight-acme-v1.yaml"]), parsed(t, all["northlight-acme-v2.yaml"])
	var got []string
	for _, c := range Compare(v1, v2) {
		got = append(got, c.Name+" | "+c.Before+" | "+c.After)
	}
	want := []string{
		"Effective | 2025-12-01 | 2026-04-01",
		"Calendar: holidays | 2025-12-24..2026-01-01, 2026-01-19, 2026-05-25, 2026-07-03, 2026-09-07, 2026-11-26..2026-11-27 | 2025-12-24..2026-01-01, 2026-01-19, 2026-05-25, 2026-07-03, 2026-09-07, 2026-11-26..2026-11-27, 2026-12-24..2027-01-01",
		"Term: length | 12 months | 18 months",
		"Appointment events |  | roster",
		"Retainer growth-team: fee | 14,000.00 per month | 16,500.00 per month",
		"Revenue share closed-won: base revenue | closed | collected",
		"Revenue share closed-won: attribution model | u-shaped | w-shaped",
		"Revenue share closed-won: attribution lookback | 90 days | 180 days",
		"Revenue share closed-won: attribution edge | renormalise | re-path",
		"Revenue share closed-won: attribution anchor | deal-won | deal-created",
		"Revenue share closed-won: attribution contacts | associated | associated-or-account",
		"Revenue share closed-won: eligible carve out | none | acme-pipeline-2025-12",
		"Revenue share closed-won: per deal cap | none | 12,000.00",
		"Revenue share closed-won: period cap | 60,000.00 per contract-year | 75,000.00 per contract-year",
		"Revenue share closed-won: tail | none | 60 days",
		"Revenue share closed-won: other currency | hold | home-amount",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheSameChoiceWrittenOtherwiseIsNoChange(t *testing.T) {
	text := read(t, "testdata/good.yaml")
	retainer := text[strings.Index(text, "  - retainer"):strings.Index(text, "  - revenue_share")]
	same := strings.NewReplacer("16,500.00 per month", "16500 per month", "3 %", "3.0%", "180 days", "180  day", "version: 1", "version: 9").Replace(text)
	same = strings.Replace(same, "statements:\n", "# a note\nstatements:\n", 1)
	moved := strings.Replace(strings.Replace(text, retainer, "", 1), "statements:\n", retainer+"\nstatements:\n", 1)
	for name, other := range map[string]string{"spelling": same, "order": moved} {
		if got := Compare(parsed(t, text), parsed(t, other)); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAClauseThatComesOrGoesIsOneChange(t *testing.T) {
	text := read(t, "testdata/good.yaml")
	retainer := text[strings.Index(text, "  - retainer"):strings.Index(text, "  - revenue_share")]
	with, without := parsed(t, text), parsed(t, strings.Replace(text, retainer, "", 1))
	want := []Change{{Path: "clauses.growth-team", Name: "Retainer growth-team", Before: "16,500.00 per month"}}
	if diff := cmp.Diff(want, Compare(with, without)); diff != "" {
		t.Error(diff)
	}
	want[0].Before, want[0].After = want[0].After, want[0].Before
	if diff := cmp.Diff(want, Compare(without, with)); diff != "" {
		t.Error(diff)
	}
	direct := parsed(t, strings.Replace(text, "model: w-shaped", "model: last-non-direct\n      direct_channels: [direct]", 1))
	got := Compare(with, direct)
	if len(got) != 2 || got[1].Before != "" || got[1].After != "direct" {
		t.Errorf("a choice that comes with another: %+v", got)
	}
}
