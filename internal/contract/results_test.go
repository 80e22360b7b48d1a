package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const resultClauses = `  - per_result: webinar-leads
    price: 85.00 per lead
    acceptance: {within: 5 working days, after_window: accepted}
    duplicate: {by: dedupe-key, within: 30 days, since: first, without_key: hold}
    disputes: {within: 45 days, reasons: [wrong number], fee_if_denied: 10.00}
    cap: 50 per month
  - milestones: launch
    list:
      - {milestone: crm-cleanup, amount: 8000.00, due: 2026-03-31, bonus: 500.00, bonus_by: 2026-03-20}
      - {milestone: go-live, amount: 4000.00, bonus: none}
    acceptance: {within: 6 working days, silence: open}
    partial: by-part
`

// withResults is the good contract with these clauses in place of its own.
func withResults(t *testing.T, clauses string) Terms {
	t.Helper()
	good := read(t, "testdata/good.yaml")
	head, rest, _ := strings.Cut(good, "clauses:\n")
	_, tail, _ := strings.Cut(rest, "statements:\n")
	return parsed(t, head+"clauses:\n"+clauses+"statements:\n"+tail)
}

func TestResultsInWords(t *testing.T) {
	var got []string
	for _, s := range Words(withResults(t, resultClauses)) {
		if s.ID != "" {
			got = append(append(got, s.Heading), s.Sentences...)
		}
	}
	want := []string{
		"Per result: webinar-leads",
		"The agency earns USD 85.00 for each accepted lead, on the statement of the month in which it is accepted.",
		"The client accepts or rejects it within 5 working days of its delivery, the day of delivery not counted; after that it is accepted, whatever is said later.",
		"One whose key was delivered in the 30 days before, and was not found invalid by then, is a duplicate and is not billed (counted from the first delivery, which pays); one without a key is held until the key is known.",
		"The client may dispute it within 45 days of its delivery, the day of delivery not counted, for \"wrong number\" only.",
		"While it is disputed it is not billed; a denied dispute bills it then, an upheld one never.",
		"Where it was billed before, an upheld dispute gives a credit.",
		"A denied dispute costs the client 10.00.",
		"It is billed once, ever, by the version in force on the day of its delivery.",
		"At most 50 of a month are billed; those beyond are free, also when one that was billed is credited later.",
		"Milestones: launch",
		"The agency is paid, on the statement of the month of acceptance: USD 8,000.00 for crm-cleanup, due 31 Mar 2026, and 500.00 more when all of it is delivered by 20 Mar 2026; USD 4,000.00 for go-live.",
		"The client accepts a delivery or returns it within 6 working days, the day of delivery not counted; one that was neither stays open until the client accepts it.",
		"An accepted part pays its part of the amount.",
		"What is returned counts for nothing, and no milestone ever pays more than its whole amount.",
		"The version in force on the day of delivery governs.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	want = []string{"85.00 per lead", "12,000.00 for 2 milestones"}
	terms := withResults(t, resultClauses)
	if diff := cmp.Diff(want, []string{RateOf(terms.Clauses[0]), RateOf(terms.Clauses[1])}); diff != "" {
		t.Error(diff)
	}
}

// Whatever choice of a result is written otherwise, the words say so, and it is one change.
func TestEveryChoiceOfResultsIsInTheWords(t *testing.T) {
	whole := withResults(t, resultClauses)
	for was, other := range map[string]string{
		"85.00 per lead": "90.00 per lead", "per lead": "per appointment", "within: 5 working": "within: 5", "after_window: accepted": "after_window: rejected", "within: 30 days": "within: ever",
		"since: first": "since: latest", "without_key: hold": "without_key: eligible", "within: 45 days": "within: 45 hours", "reasons: [wrong number]": "reasons: [any]", "fee_if_denied: 10.00": "fee_if_denied: none",
		"cap: 50 per month": "cap: none", "amount: 8000.00": "amount: 9000.00", "due: 2026-03-31": "due: 2026-03-30", "bonus: 500.00": "bonus: 600.00", "bonus_by: 2026-03-20": "bonus_by: 2026-03-19",
		"within: 6 working days": "within: 6 days", "silence: open": "silence: accepted", "partial: by-part": "partial: whole-only",
	} {
		if strings.Count(resultClauses, was) != 1 {
			t.Fatalf("%q stands %d times", was, strings.Count(resultClauses, was))
		}
		changed := withResults(t, strings.Replace(resultClauses, was, other, 1))
		if cmp.Equal(Words(whole), Words(changed)) {
			t.Errorf("%q reads like %q", other, was)
		}
		if n := len(Compare(whole, changed)); n != 1 {
			t.Errorf("%q for %q is %d changes", other, was, n)
		}
	}
}

func TestAMilestoneThatComesIsOneChange(t *testing.T) {
	more := strings.Replace(resultClauses, "    acceptance: {within: 6", "      - {milestone: report, amount: 100.00, bonus: none}\n    acceptance: {within: 6", 1)
	want := []Change{{Path: "clauses.launch.list.report", Name: "Milestones launch: list report", After: "100.00"}}
	if diff := cmp.Diff(want, Compare(withResults(t, resultClauses), withResults(t, more))); diff != "" {
		t.Error(diff)
	}
}

func TestTheDocsShowResultsThatAreRead(t *testing.T) {
	_, clauses, _ := strings.Cut(read(t, referenceFile), "\n## Clauses\n")
	for heading, kind := range map[string]string{"### Per result\n": "per_result", "### Milestones\n": "milestones"} {
		_, section, _ := strings.Cut(clauses, heading)
		_, block, _ := strings.Cut(section, "```yaml\n")
		block, _, _ = strings.Cut(block, "```")
		if terms := withResults(t, block); len(terms.Clauses) != 1 || terms.Clauses[0].Kind() != kind {
			t.Errorf("%s%s", heading, block)
		}
	}
}
