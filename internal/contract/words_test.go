package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheExampleInWords(t *testing.T) {
	var got strings.Builder
	for _, s := range Words(parsed(t, examples(t)["northlight-acme-v2.yaml"])) {
		got.WriteString(s.Heading + "\n")
		for _, sentence := range s.Sentences {
			got.WriteString("- " + sentence + "\n")
		}
	}
	if *update {
		write(t, "testdata/northlight-acme-v2.words", got.String())
	}
	if diff := cmp.Diff(read(t, "testdata/northlight-acme-v2.words"), got.String()); diff != "" {
		t.Error(diff)
	}
}

// Whatever choice is written otherwise, the words say so.
func TestEveryChoiceThatDecidesMoneyIsInTheWords(t *testing.T) {
	text := read(t, "testdata/good.yaml")
	for was, other := range map[string]string{
		"rounding: half-up": "rounding: down", "fee: full": "fee: work-only", "fee: 16,500.00 per month": "fee: 16,500.00 per quarter",
		"anchor: 1": "anchor: 15", "billed: at-start": "billed: at-end", "proration: actual-days": "proration: 30/360", "rate: 3 %": "rate: 4 %",
		"revenue: collected": "revenue: closed", "refunds: deducted": "refunds: ignored", "of: new-customers": "of: existing-customers",
		"unknown_type: hold": "unknown_type: excluded", "model: w-shaped": "model: linear", "lookback: 180 days": "lookback: 6 months",
		"edge: re-path": "edge: drop", "anchor: deal-created": "anchor: deal-won", "contacts: associated-or-account": "contacts: associated",
		"all_channels_except: [direct, sales-outbound]": "channels: [direct, sales-outbound]", "created_from: 2025-12-01": "created_from: 2025-12-02",
		"carve_out: acme-pipeline-2025-12": "carve_out: none", "cap: 12000.00": "cap: none", "floor: none, cap": "floor: 1.00, cap",
		"cap: 75,000.00 per contract-year": "cap: 75,000.00 per year", "tail: 60 days": "tail: 2 months", "other_currency: home-amount": "other_currency: hold",
		"issue_within: 10 working days": "issue_within: 10 days", "silence: accepted": "silence: open", "within: 5 working": "within: 6 working",
		"currency: USD": "currency: EUR", "time_zone: America/New_York": "time_zone: UTC", "length: 18 months": "length: open-ended",
		"kind: mutual-written": "kind: auto", "period: 90 days": "period: 3 months", "work_week: mon-fri": "work_week: mon-sat", "    - 2026-01-19\n": "",
	} {
		if strings.Count(text, was) != 1 {
			t.Fatalf("%q stands %d times", was, strings.Count(text, was))
		}
		changed := parsed(t, strings.Replace(text, was, other, 1))
		if cmp.Equal(Words(parsed(t, text)), Words(changed)) {
			t.Errorf("%q reads like %q", other, was)
		}
	}
}

// What can be said since later reads otherwise than silence, whatever is said; and silence reads as it always did.
func TestWhatIsSaidOfTouchesIsInTheWords(t *testing.T) {
	text := read(t, "testdata/good.yaml")
	seen := map[string]string{}
	for _, line := range []string{"", "channels: as-imported", "channels: {grouping: ga4-1, without_visit: as-imported}",
		"channels: {grouping: ga4-1, rules: [{channel: P, source: p*}], without_visit: as-imported}", "channels: {grouping: ga4-1, rules: [{channel: P, medium: p*}], without_visit: as-imported}",
		"channels: {grouping: none, rules: [{channel: P, source: p*}], unnamed: as-imported, without_visit: as-imported}", "channels: {grouping: none, rules: [{channel: P, source: p*}], unnamed: Other, without_visit: as-imported}",
		"at_the_deal: counts", "at_the_deal: left-out", "earlier_deals: reused", "earlier_deals: reset", "excluded_channels: []", "excluded_channels: [direct]",
		"repeats: kept", "repeats: collapsed", "steps: none", "steps: 1", "steps: 10", "anchor: deal-collected", "anchor: deal-won"} {
		changed := strings.Replace(text, "      anchor: deal-created", "      anchor: deal-created\n      "+line, 1)
		if strings.HasPrefix(line, "anchor") {
			changed = strings.Replace(text, "anchor: deal-created", line, 1)
		}
		terms := parsed(t, changed)
		c, _ := terms.Clause("closed-won")
		words := c.Words(terms)
		if before, same := seen[words]; same {
			t.Errorf("%q reads like %q", line, before)
		}
		seen[words] = line
	}
}

func TestAppointmentsAndResourcesInWords(t *testing.T) {
	text := strings.Replace(closed(t), "markets: [CA], promise: roster}", `markets: [CA], promise: preferred, first_refusal: 5 working days, minimum_share: 60 % per quarter, provider: Roster Two, from: 2026-03-01, until: 2026-08-31}
resources:
  - {resource: lead strategist, kind: dedicated, share: 50 %}
  - {resource: designer, kind: priority, hours: 40, from: 2026-02-01}`, 1)
	got := map[string][]string{}
	for _, s := range Words(parsed(t, text)) {
		got[s.Heading] = s.Sentences
	}
	want := map[string][]string{
		"Appointments": {"Exclusive: all paid-media of Acme in US goes to the agency.",
			"Preferred: paid-media of Acme in CA is offered to Roster Two first, for 5 working days, from 1 Mar 2026, until 31 Aug 2026; at least 60 % per quarter of what is spent on it goes to Roster Two."},
		"People promised": {"Dedicated: lead strategist works for the client with 50 % of the working time.", "Priority: designer works for the client before others, with up to 40 hours a month, from 1 Feb 2026."},
	}
	for heading, sentences := range want {
		if diff := cmp.Diff(sentences, got[heading]); diff != "" {
			t.Errorf("%s: %s", heading, diff)
		}
	}
}
