package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ofSpend is the good contract with clauses about spend, service and limits over the whole.
func ofSpend(t testing.TB) string {
	t.Helper()
	return strings.Replace(read(t, "testdata/good.yaml"), "\nstatements:\n", `
  - media_commission: media
    rate: 15 %
    of: gross
    categories: [media, talent]
    not_counted: [data]
    vendor_commission: 12.5 %
    rebate: none
    bills: media-and-commission
    lines: by-category
    other_currency: hold
  - markup: production
    rate: 10 %
    of: net
    categories: [production]
    not_counted: [travel]
    vendor_commission: none
    bills: cost-and-markup
    lines: by-vendor
    other_currency: hold
  - pass_through: technology
    categories: [ad-tech]
    not_counted: [hosting]
    vendor_commission: 11 %
    lines: by-category
    other_currency: hold
  - service_credits: service
    base: [growth-team]
    targets: [first-response, launch]
    not_counted: [reporting]
    counted: together
    ladder: [5 misses = 5 %, 10 misses = 7.5 %]
    monthly_limit: 40 %
  - minimum: commitment
    amount: 45,000.00 per quarter
    clauses: [growth-team, media]
    costs: not-counted
    proration: actual-days
  - not_to_exceed: ceiling
    amount: 310,000.00 per term
    all_clauses_except: [technology]
    costs: counted

statements:
`, 1)
}

func TestClausesOfSpendServiceAndLimitsInWords(t *testing.T) {
	terms := parsed(t, ofSpend(t))
	var got strings.Builder
	for _, c := range terms.Clauses[2:] {
		got.WriteString(KindName(c.Kind()) + ": " + c.RateWords() + "\n")
		for _, sentence := range sentences(c.Words(terms)) {
			got.WriteString("- " + sentence + "\n")
		}
	}
	got.WriteString(Promise(terms) + "\n")
	if *update {
		write(t, "testdata/spend.words", got.String())
	}
	if diff := cmp.Diff(read(t, "testdata/spend.words"), got.String()); diff != "" {
		t.Error(diff)
	}
}

func TestEveryChoiceOfSpendServiceAndLimitsIsInTheWords(t *testing.T) {
	text := ofSpend(t)
	for was, other := range map[string]string{
		"rate: 15 %": "rate: 10 %", "of: gross": "of: net", "[media, talent]": "[media]", "[data]": "[]", "vendor_commission: 12.5 %": "vendor_commission: none",
		"rebate: none": "rebate: 5 %", "bills: media-and-commission": "bills: commission-only", "lines: by-vendor": "lines: by-category",
		"rate: 10 %": "rate: 11 %", "of: net": "of: gross", "[production]": "[production, stock]", "[travel]": "[]", "vendor_commission: none": "vendor_commission: 15 %",
		"bills: cost-and-markup": "bills: markup-only", "[ad-tech]": "[ad-tech, data]", "[hosting]": "[]", "vendor_commission: 11 %": "vendor_commission: 12 %",
		"base: [growth-team]": "base: [growth-team, media]", "[first-response, launch]": "[launch]", "[reporting]": "[]", "counted: together": "counted: by-target",
		"[5 misses = 5 %, 10 misses = 7.5 %]": "[5 misses = 5 %]", "monthly_limit: 40 %": "monthly_limit: none",
		"45,000.00 per quarter": "45,000.00 per month", "clauses: [growth-team, media]": "clauses: [growth-team]", "costs: not-counted": "costs: counted",
		"costs: not-counted\n    proration: actual-days": "costs: not-counted\n    proration: none", "310,000.00 per term": "310,000.00 per contract-year",
		"all_clauses_except: [technology]": "all_clauses_except: [technology, service]", "costs: counted\n": "costs: not-counted\n",
	} {
		if strings.Count(text, was) != 1 {
			t.Fatalf("%q stands %d times", was, strings.Count(text, was))
		}
		if cmp.Equal(Words(parsed(t, text)), Words(parsed(t, strings.Replace(text, was, other, 1)))) {
			t.Errorf("%q reads like %q", other, was)
		}
	}
}

func TestEveryLineOfClausesOfSpendServiceAndLimitsCounts(t *testing.T) {
	text := ofSpend(t)
	before, mine, _ := strings.Cut(text, "  - media_commission")
	lines := strings.SplitAfter("  - media_commission"+mine, "\n")
	for i, line := range lines {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "statements") {
			continue
		}
		if strings.HasPrefix(line, "  cadence") {
			break
		}
		if _, err := Parse([]byte(before + strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), ""))); err == nil {
			t.Errorf("without %q it is still read", strings.TrimSpace(line))
		}
	}
}

// An amendment of such a clause is told in its own words, and what conforms is what is read.
func TestAmendmentsOfSpendServiceAndLimits(t *testing.T) {
	text := ofSpend(t)
	later := strings.NewReplacer("310,000.00 per term", "350,000.00 per term", "[5 misses = 5 %, 10 misses", "[4 misses = 5 %, 10 misses").Replace(text)
	got := Compare(parsed(t, text), parsed(t, later))
	want := []Change{
		{"clauses.service.ladder", "Service credits service: ladder", "5 misses = 5 %, 10 misses = 7.5 %", "4 misses = 5 %, 10 misses = 7.5 %"},
		{"clauses.ceiling.amount", "Not to exceed ceiling: amount", "310,000.00 per term", "350,000.00 per term"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := conforms(t, compiled(t), text); err != nil {
		t.Error(err)
	}
}

// The clauses that docs/contract.md shows can be written as they stand.
func TestClausesOfTheDocsAreRead(t *testing.T) {
	_, page, _ := strings.Cut(read(t, referenceFile), "\n## Clauses\n")
	var clauses strings.Builder
	for _, section := range []string{"### Spend: media commission, mark-up, pass-through\n", "### Service credits\n", "### Minimum commitment and not to exceed\n"} {
		_, text, found := strings.Cut(page, section)
		_, text, begins := strings.Cut(text, "```yaml\n")
		yaml, _, ends := strings.Cut(text, "```\n")
		if !found || !begins || !ends {
			t.Fatalf("docs/contract.md has no example under %q", section)
		}
		clauses.WriteString(yaml)
	}
	terms := parsed(t, strings.Replace(read(t, "testdata/good.yaml"), "\nstatements:\n", clauses.String()+"\nstatements:\n", 1))
	if len(terms.Clauses) != 8 {
		t.Errorf("%d clauses", len(terms.Clauses))
	}
}
