package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func closed(t testing.TB) string { return read(t, "testdata/closed.yaml") }

func TestNothingIsFoundWhereNothingIsOpen(t *testing.T) {
	terms := parsed(t, closed(t))
	for _, f := range Lint(terms) {
		t.Errorf("line %d: %s: %s", f.Line, f.Code, f.Text)
	}
	kinds := map[string]bool{}
	for _, c := range terms.Clauses {
		kinds[c.Kind()] = true
	}
	for _, k := range clauseKinds() {
		if !kinds[k.spec.key] {
			t.Errorf("the closed contract has no clause of the kind %s", k.spec.key)
		}
	}
}

// opened is what to write otherwise in the closed contract, what must be found then, and some of its words. Pairs of texts follow each other.
var opened = []struct {
	code  string
	edits []string
	words string
}{
	{"notice-unit", []string{"period: 45 days", "period: 90 days"}, "by 2 Oct 2026; of 3 months, by 30 Sep 2026"},
	{"notice-unit", []string{"period: 45 days", "period: 3 months"}, "of 3 months must be given by 30 Sep 2026; of 90 days, by 2 Oct 2026"},
	{"notice-too-long", []string{"each: 12 months", "each: 1 month"}, "To end on 31 Jan 2027, notice of 45 days must be given by 17 Dec 2026, before that term has begun on 1 Jan 2027"},
	{"notice-unpaid", []string{"period: 45 days, fee: full", "period: 45 days, fee: work-only",
		"  - hourly: extra\n    rates:\n      - {role: designer, rate: 150.00 per hour}\n    other_roles: hold\n    round_time: {per: person-day, up_to: 15 minutes, at_least: none}\n    cap: 5,000.00 per month\n    late_entries: next-open-statement\n", ""}, "no clause says what work costs"},
	{"notice-early-end", []string{"period: 45 days, fee: full}", "period: 45 days, fee: full, received: 2026-06-30}\n  ended: 2026-08-01"}, "is over on 14 Aug 2026, but the contract is said to end before, on 31 Jul 2026"},
	{"notice-receipt", []string{"receipt: {email: 1 working day, post: 3 working days}, ", ""}, "The period of 45 days runs from that day"},
	{"notice-ends", []string{"ends: any-day, ", ""}, "before 31 Dec 2026, the last day of its term"},
	{"exit-retainer", []string{"  exit: {retainer_balance: credit, settle_within: 45 days}\n", ""}, "what the retainer has paid for and was not used"},
	{"renewal-unlimited", []string{"at_most: 2, ", ""}, "notice by 16 Nov 2026 is bound until 31 Dec 2027"},
	{"renewal-lapses", []string{"kind: auto", "kind: mutual-written"}, "its last day is 31 Dec 2026"},
	{"renewal-unsaid", []string{"kind: auto, at_most: 2, each: 12 months", "kind: mutual-written"}, "not for how long"},
	{"renewal-idle", []string{"length: 12 months", "length: open-ended"}, "nothing to renew"},
	{"renewal-idle", []string{"kind: auto", "kind: none"}, "nothing renews"},
	{"evergreen-length", []string{"kind: auto, at_most: 2, each: 12 months", "kind: evergreen"}, "length of 12 months"},
	{"holidays-none", []string{"[2026-12-24..2027-01-01]", "[]"}, "Christmas"},
	{"holidays-end", []string{"[2026-12-24..2027-01-01]", "[2026-05-25]"}, "25 May 2026, but the term runs until 31 Dec 2026"},
	{"zone-fixed", []string{"time_zone: America/New_York", "time_zone: EST"}, "names no place"},
	{"rounding-one-sided", []string{"rounding: half-up", "rounding: down"}, "in favour of the client"},
	{"rounding-one-sided", []string{"rounding: half-up", "rounding: ceiling"}, "in favour of the agency"},
	{"preferred-share", []string{"promise: roster", "promise: preferred, first_refusal: 5 working days"}, "for 5 working days"},
	{"appointment-overlap", []string{"markets: [CA], promise: roster", "markets: [CA, us], promise: roster"}, "paid-media is roster here and exclusive above"},
	{"preferred-twice", []string{"promise: roster}", "promise: preferred, first_refusal: 5 working days, minimum_share: 60 % per quarter}\n  - {category: paid-media, brands: [acme], markets: [CA], promise: preferred, first_refusal: 2 days, minimum_share: 10 % per year, provider: Roster Two}"}, "Nobody can tell who is asked"},
	{"appointment-idle", []string{"promise: roster}", "promise: roster, until: 2025-12-31}"}, "it begins on 1 Jan 2026"},
	{"appointment-idle", []string{"promise: roster}\n", "promise: roster}\nresources:\n  - {resource: lead strategist, kind: dedicated, hours: 40, until: 2025-12-31}\n"}, "lead strategist is promised"},
	{"spelling", []string{"brands: [Acme], markets: [CA]", "brands: [Ac-me], markets: [CA]"}, `"Acme" and "Ac-me" may be one of the brands under two names`},
	{"non-competition-vague", []string{"\nclauses:\n", "\nnon_competition:\n  - {category: robots, brands: [], markets: [US], unit: office, tail: none, cool_off: none, cleared_by: waiver}\nclauses:\n"}, "robots is a word for a market"},
	{"non-competition-tail", []string{"length: 12 months", "length: open-ended", "kind: auto, at_most: 2, each: 12 months", "kind: evergreen",
		"\nclauses:\n", "\nnon_competition:\n  - {named: [Boltworks], brands: [], markets: [US], unit: office, tail: 6 months, cool_off: none, cleared_by: waiver}\nclauses:\n"}, "the tail of 6 months"},
	{"non-competition-mobility", []string{"\nclauses:\n", "\nnon_competition:\n  - {named: [Boltworks], brands: [], markets: [US], unit: team, tail: none, cool_off: none, cleared_by: wall}\nclauses:\n"}, "on the next day"},
	{"non-competition-wide", []string{"\nclauses:\n", "\nnon_competition:\n  - {named: [Boltworks], brands: [], markets: [], unit: holding, tail: none, cool_off: none, cleared_by: waiver}\nclauses:\n"}, "Every agency of the holding"},
	{"objection-short", []string{"objection: {within: 5 working days", "objection: {within: 4 working days"}, "within 4 working days"},
	{"objection-open", []string{"objection: {within: 5 working days, silence: accepted", "objection: {within: 5 working days, silence: open"}, "5 working days"},

	{"carve-out-none", []string{"{created_from: 2026-01-01, carve_out: pipeline-2026-01}\n    per_deal: {floor: none, cap: 2500", "{created_from: 2026-01-01, carve_out: none}\n    per_deal: {floor: none, cap: 2500"}, "created from 1 Jan 2026"},
	{"created-before-term", []string{"created_from: 2026-01-01, carve_out: pipeline-2026-01}\n    per_deal: {floor: none, cap: 2500", "created_from: 2025-06-01, carve_out: pipeline-2026-01}\n    per_deal: {floor: none, cap: 2500"}, "from 1 Jun 2025"},
	{"created-later", []string{"created_from: 2026-01-01, carve_out: pipeline-2026-01}\n    per_deal: {floor: none, cap: 2500", "created_from: 2026-06-01, carve_out: pipeline-2026-01}\n    per_deal: {floor: none, cap: 2500"}, "in between never pay"},
	{"attribution-none", []string{"attribution:\n      model: w-shaped\n      lookback: 180 days\n      edge: re-path\n      anchor: deal-won\n      contacts: associated\n      credits: {channels: [Webinar, Paid search]}\n      channels: as-imported\n      at_the_deal: counts\n      earlier_deals: reused\n      excluded_channels: [Internal]\n      repeats: kept\n      steps: none", "attribution: none"}, "own sales people"},
	{"tier-cliff", []string{"floor: none, cap: 2500.00", "floor: none, cap: none", "rate: 3 %\n", "rate: 3 %\n    tiers: {apply: whole, per: quarter, above: [{from: 100000.00, rate: 4 %}]}\n"}, "from 3,000.00 to 4,000.00: a deal of almost nothing can move 1,000.00"},
	{"baseline-forgiven", []string{"floor: none, cap: 2500.00", "floor: none, cap: none", "unknown_type: hold}\n    attribution:\n      model: w-shaped", "unknown_type: hold, over_baseline: {amount: 100000.00 per month, shortfall: forgiven, partial_period: by-days, adjustments: []}}\n    attribution:\n      model: w-shaped"}, "slips from one month into the next"},
	{"lookback-none", []string{"lookback: 180 days\n      edge: re-path", "lookback: none"}, "too old"},
	{"lookback-long", []string{"lookback: 180 days", "lookback: 36 months"}, "36 months"},
	{"tail-none-collected", []string{"tail: 60 days\n    clawback: 180 days\n    other_currency: hold\n  - revenue_share: renewals", "tail: none\n    clawback: 180 days\n    other_currency: hold\n  - revenue_share: renewals"}, "paid in the next"},
	{"tail-none", []string{"tail: 60 days\n    clawback: 180 days\n    other_currency: hold\n  - per_result", "tail: none\n    clawback: 180 days\n    other_currency: hold\n  - per_result"}, "pipeline"},
	{"share-uncapped", []string{"cap: 60000.00 per contract-year", "cap: none"}, "only one of 2,500.00 for each deal"},
	{"share-uncapped", []string{"cap: 20000.00 per contract-year", "cap: none"}, "none for one deal either"},
	{"clawback-unlimited", []string{"tail: 60 days\n    clawback: 180 days\n    other_currency: hold\n  - per_result", "tail: 60 days\n    clawback: unlimited\n    other_currency: hold\n  - per_result"}, "however late"},
	{"clawback-none", []string{"tail: 60 days\n    clawback: 180 days\n    other_currency: hold\n  - per_result", "tail: 60 days\n    clawback: none\n    other_currency: hold\n  - per_result"}, "never taken back"},
	{"refunds-never-deducted", []string{"tail: 60 days\n    clawback: 180 days\n    other_currency: hold\n  - revenue_share: renewals", "tail: 60 days\n    clawback: none\n    other_currency: hold\n  - revenue_share: renewals"}, "deducted from nothing"},
	{"credits-all", []string{"{channels: [Webinar, Paid search]}", "{all_channels_except: []}"}, "sales people"},
	{"at-the-deal-unsaid", []string{"      at_the_deal: counts\n", ""}, "As it stands they do"},
	{"at-the-deal-unsaid", []string{"      at_the_deal: left-out\n", ""}, "at the moment when the deal is created count"},
	{"at-the-deal-unsaid", []string{"      at_the_deal: counts\n", "", "anchor: deal-won", "anchor: deal-collected"}, "the reminder before it earns"},
	{"earlier-deals-unsaid", []string{"      earlier_deals: reset\n", ""}, "earns in the second one, too"},
	{"touches-unsaid", []string{"      excluded_channels: []\n      repeats: collapsed\n      steps: 10\n", ""}, "every touch does: whatever its channel; each one of several in a row through the same channel; however many there are"},
	{"touches-unsaid", []string{"      steps: 10\n", ""}, "every touch does: however many there are."},
	{"channels-unsaid", []string{"      channels: as-imported\n      at_the_deal: counts\n", "      at_the_deal: counts\n"}, "the same visit imported by another one may earn, or not"},
	{"channel-otherwise", []string{"      channels: as-imported\n      at_the_deal: counts\n", "      channels: {grouping: ga4-1, rules: [{channel: Webinar, campaign: webinar*}, {channel: Internal, source: intranet}], without_visit: as-imported}\n      at_the_deal: counts\n"},
		`No visit is called "Paid search" by the stated channels, which write "Paid Search", so it earns nothing.`},
	{"channel-never", []string{"      channels: as-imported\n      at_the_deal: counts\n", "      channels: {grouping: ga4-1, rules: [{channel: Paid search, medium: cpc}, {channel: Internal, source: intranet}], without_visit: as-imported}\n      at_the_deal: counts\n"},
		`No visit is ever called "Webinar" by the stated channels: where all touches have visits, no touch has it, so it earns nothing.`},
	{"effects-not-closed", []string{"model: w-shaped\n", "model: data-driven\n      removal_effects: {from: 2025-10-01, through: 2026-01-01, order: 1, channels: [{channel: Webinar, effect: 40 %}, {channel: Paid search, effect: 20 %}]}\n"}, "learned of days on which this version is in force, from 1 Jan 2026 on"},
	{"earns-without-effect", []string{"model: w-shaped\n", "model: data-driven\n      removal_effects: {from: 2025-10-01, through: 2025-12-31, order: 1, channels: [{channel: Webinar, effect: 40 %}, {channel: Paid search, effect: 0 %}]}\n"}, "Paid search earns under credits"},
	{"excluded-earns", []string{"excluded_channels: [Internal]", "excluded_channels: [Internal, Webinar]"}, "Webinar earns under credits"},
	{"unknown-type", []string{"of: new-customers, new_by: crm-type, unknown_type: hold", "of: new-customers, new_by: crm-type, unknown_type: eligible"}, "client loses"},
	{"unknown-type", []string{"of: new-customers, new_by: crm-type, unknown_type: hold", "of: new-customers, new_by: crm-type, unknown_type: excluded"}, "agency loses"},
	{"home-amount", []string{"other_currency: hold\n  - revenue_share: renewals", "other_currency: home-amount\n  - revenue_share: renewals"}, "CRM's own amount in USD"},
	{"deal-floor", []string{"floor: none, cap: 2500.00", "floor: 500.00, cap: 2500.00"}, "below 16,666.67 it pays more than 3 %"},
	{"floor-above-cap", []string{"floor: 1000.00 per month", "floor: 6000.00 per month"}, "72,000.00 per contract-year, above the cap of 60,000.00"},
	{"shares-overlap", []string{"refunds: ignored, of: existing-customers", "refunds: ignored, of: new-customers"}, "new-business and renewals"},

	{"missing-zero", []string{"missing_metric: hold", "missing_metric: zero"}, "pays nothing"},
	{"missing-renormalise", []string{"missing_metric: hold", "missing_metric: renormalise"}, "left out"},
	{"source-renormalise", []string{"broken_source: last-good", "broken_source: renormalise"}, "cannot measure"},
	{"gate-hold-endless", []string{"when: crm_hygiene < 60, then: lose", "when: crm_hygiene < 60, then: hold"}, "crm_hygiene < 60 holds"},
	{"one-metric", []string{"weight: 60 %", "weight: 100 %", "      - {metric: cac_payback, weight: 40 %, better: lower, threshold: 18, target: 15, max: 12}\n", "", "for: [cac_payback]", "for: [pipeline_value]"}, "hangs on pipeline_value"},
	{"bonus-below-threshold", []string{"below: 0 %", "below: 20 %"}, "20 % of its weight"},

	{"pieces-missing-kept", []string{"missing: carried-then-credited", "missing: kept"}, "however few pieces come"},
	{"pieces-above-free", []string{"above: carried-then-billed", "above: free"}, "is free"},
	{"work-unsaid", []string{"includes: {hours: 80, partial_period: with-fee}\n    round_time: {per: entry, up_to: 6 minutes, at_least: none}\n    rollover: {partial_period: none, cap: 50 % of base, cap_on: balance, expires_after: 1 period, burn: oldest-first}\n    deficit: billed\n    overage: {rate: 150.00 per hour, approval: before-work, approved_hours: overage-approved}\n    alerts: none\n    late_entries: next-open-period\n    reconcile: none", "includes: none"}, "10,000.00"},
	{"proration-none", []string{"effective: 2026-01-01", "effective: 2026-01-11"}, "only 21 of 31 days are in force, and the whole 1,000.00 is owed; by days it were 677.42"},
	{"overage-unapproved", []string{"approval: before-work, approved_hours: overage-approved", "approval: none-needed", "clauses: [team, studio, bench, bonus, media, commitment]", "clauses: [studio]"}, "billed at 150.00 each"},
	{"deficit-written-off", []string{"deficit: billed", "deficit: written-off", "overage: {rate: 150.00 per hour, approval: before-work, approved_hours: overage-approved}", "overage: not-allowed"}, "80 hours"},
	{"rollover-endless", []string{"cap: 50 % of base, cap_on: balance, expires_after: 1 period", "cap: none, expires_after: none"}, "quiet year"},
	{"debt-endless", []string{"starts_with: 1 hour", "starts_with: none"}, "debt"},
	{"reconcile-one-sided", []string{"how: credit-and-bill", "how: bill-only"}, "only cost the client"},
	{"reconcile-cliff", []string{"beyond: excess", "beyond: whole"}, "12 hours more than included move nothing, one minute more moves all of it: 1,200.00 at once"},
	{"hourly-uncapped", []string{"cap: 5,000.00 per month", "cap: none"}, "rate card"},
	{"late-entries-lost", []string{"late_entries: next-open-statement", "late_entries: written-off"}, "never paid"},
	{"late-entries-lost", []string{"late_entries: next-open-period\n    reconcile: none\n  - retainer: studio", "late_entries: written-off\n    reconcile: none\n  - retainer: studio"}, "never paid"},
	{"round-each-entry", []string{"{per: entry, up_to: 6 minutes, at_least: none}", "{per: entry, up_to: 15 minutes, at_least: none}"}, "ten calls of one minute count 2 hours 30 minutes. Adding a day's entries first would count 15 minutes"},

	{"duplicate-none", []string{"{by: dedupe-key, within: 30 days, since: first, without_key: hold}", "{by: none}"}, "same lead delivered twice is paid twice"},
	{"duplicate-keyless", []string{"without_key: hold", "without_key: eligible"}, "every lead new"},
	{"result-silence-short", []string{"within: 5 working days, after_window: accepted", "within: 48 hours, after_window: accepted"}, "within 48 hours"},
	{"result-silence-rejected", []string{"after_window: accepted", "after_window: rejected"}, "by not looking"},
	{"dispute-free", []string{"reasons: [wrong number], fee_if_denied: 10.00", "reasons: [any], fee_if_denied: none"}, "every lead"},
	{"result-restated-unsaid", []string{"    restated: corrected\n    cap: 50", "    cap: 50"}, "a lead that was billed and turns out to be a duplicate"},
	{"restated-unsaid", []string{"    restated: corrected\n    gates", "    gates"}, "stays paid, or unpaid"},
	{"results-uncapped", []string{"cap: 50 per month", "cap: none"}, "as many times 85.00"},
	{"milestone-criteria", []string{", criteria: \"hygiene of 80 or more, no duplicates\"", ""}, "8,000.00 hang on it"},
	{"milestone-acceptor", []string{"by: VP of Sales, ", ""}, "another can return"},
	{"milestone-silence-open", []string{"within: 5 working days, silence: accepted}\n    partial", "within: 5 working days, silence: open}\n    partial"}, "does not pay"},
	{"milestone-silence-short", []string{"within: 5 working days, silence: accepted}\n    partial", "within: 3 days, silence: accepted}\n    partial"}, "within 3 days"},
	{"milestone-date", []string{"due: 2026-03-31, bonus: 500.00, bonus_by: 2026-03-20", "bonus: 500.00, bonus_by: 2025-03-20"}, "nobody can earn it"},
	{"milestone-date", []string{"due: 2026-03-31", "due: 2029-03-31"}, "after the last day of the contract, 31 Dec 2028"},

	{"vendor-commission-none", []string{"vendor_commission: 15 %", "vendor_commission: none"}, "each row that states only net is held"},
	{"vendor-commission-none", []string{"rate: 10 %\n    of: net", "rate: 10 %\n    of: gross"}, "each row that states only net is held"},
	{"two-margins", []string{"categories: [production]", "categories: [production, talent]", "bills: cost-and-markup", "bills: markup-only"}, "talent earns a commission under media and a mark-up under production"},
	{"credit-unlimited", []string{"counted: together", "counted: by-target", "monthly_limit: 10 %", "monthly_limit: none"}, "the whole of its fee"},
	{"credit-of-bonus", []string{"base: [team]", "base: [team, bonus]"}, "taken of bonus"},
	{"credit-varies", []string{"base: [team]", "base: [team, new-business]"}, "taken of new-business"},
	{"minimum-tops-credits", []string{"clauses: [team, media]", "clauses: [team, media, service]"}, "tops them up again"},
	{"minimum-idle", []string{"amount: 45,000.00 per quarter", "amount: 29,000.00 per quarter"}, "come to 30,000.00 anyway"},
	{"ceiling-below-certain", []string{"amount: 500,000.00 per contract-year", "amount: 200,000.00 per contract-year"}, "alone come to 240,000.00"},

	{"payment-unsaid", []string{"payment:\n  due: 30 days\n  counted_from: issue\n  late_charge:\n    rate: 1.5 % per month\n    on: with-tax\n    grace: {within: 5 days, then_from: due}\n    counted: days/30\n    compounding: none\n    at_most: 10 %\n    credited: from-the-start\n    tax: none\n  discount: {rate: 2 %, within: 10 days, on: with-tax, partial: pro-rata}\n", ""}, "no late charge can be made"},
	{"late-charge-compounds", []string{"compounding: none", "compounding: monthly"}, "1.5 % per month come to 19.56 % in a year, not 18.00 %"},
	{"late-charge-compounds", []string{"rate: 1.5 % per month", "rate: 12 % per year", "compounding: none", "compounding: monthly"}, "12 % per year come to 12.68 % in a year, not 12.00 %"},
	{"late-charge-compounds", []string{"compounding: none", "compounding: yearly"}, "whole year of paying late"},
	{"late-charge-unlimited", []string{"at_most: 10 %", "at_most: none"}, "The late charge has no limit"},

	{"paid-twice", []string{"metric: pipeline_value", "metric: mql"}, "mql is a metric of the bonus, and webinar-leads pays for the same (85.00 per lead)"},
	{"paid-twice", []string{"metric: pipeline_value", "metric: new-revenue"}, "new-business pays for the same (3 %)"},
	{"paid-twice", []string{"per lead", "per acquisition"}, "An acquisition pays 85.00"},
	{"credit-and-bonus", []string{"metric: cac_payback", "metric: first_response", "for: [cac_payback]", "for: [first_response]"}, "Misses of first-response give a credit here"},
	{"credit-unpromised", []string{"promise: launch, by: agency, until: resolution", "promise: reporting, by: agency, until: resolution"}, "Misses of launch give a credit, but no promise of the agency has that name"},
	{"promise-uncredited", []string{"promise: feedback, by: client, until: feedback", "promise: first-draft, by: agency, until: first-draft"}, "The agency promises first-draft, and the clause service does not say whether its misses count"},
	{"feedback-twice", []string{"within: 40 hours", "within: 5 working days"}, "The client has 5 working days for feedback here, and promises it within 40 hours under feedback"},
	{"priority-unsaid", []string{"  priority:\n    impact: {high: a launch or the site stands still, medium: work of several people waits, low: one person is hindered}\n    urgency: {high: before the end of the day, medium: within the week, low: it can wait}\n    matrix:\n      - {impact: high, high: urgent, medium: high, low: normal}\n      - {impact: medium, high: high, medium: normal, low: low}\n      - {impact: low, high: normal, medium: low, low: low}\n", ""}, "whoever opens it chooses"},
	{"matrix-falls", []string{"{impact: medium, high: high, medium: normal, low: low}", "{impact: medium, high: low, medium: normal, low: low}"}, "A request of medium impact and high urgency is low, and one of low impact and high urgency is normal"},
	{"round-unpriced", []string{"deficit: billed", "deficit: written-off", "overage: {rate: 150.00 per hour, approval: before-work, approved_hours: overage-approved}", "overage: not-allowed",
		"deficit: carried\n    starts_with: 1 hour", "deficit: written-off", "overage: {rate: 120.00 per hour, approval: none-needed}", "overage: not-allowed",
		"  - hourly: extra\n    rates:\n      - {role: designer, rate: 150.00 per hour}\n    other_roles: hold\n    round_time: {per: person-day, up_to: 15 minutes, at_least: none}\n    cap: 5,000.00 per month\n    late_entries: next-open-statement\n", ""}, "no clause says what an hour costs"},
}

// besides are findings that an edit cannot do without.
var besides = map[string][]string{"renewal-unsaid": {"renewal-lapses"}, "round-unpriced": {"deficit-written-off"}}

func edited(t testing.TB, text string, edits []string) string {
	t.Helper()
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("%q is not in the contract", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	return text
}

func TestEachThingLeftOpenIsFound(t *testing.T) {
	for _, o := range opened {
		found := Lint(parsed(t, edited(t, closed(t), o.edits)))
		i := slices.IndexFunc(found, func(f Finding) bool { return f.Code == o.code && strings.Contains(f.Text, o.words) })
		if i < 0 {
			t.Errorf("%s with %q is not found; found is %+v", o.code, o.words, found)
			continue
		}
		if f := found[i]; f.Line == 0 || f.Column == 0 || f.Path == "" || f.Write == "" || (f.Clause != "") != strings.HasPrefix(f.Path, "clauses[") {
			t.Errorf("%s: %+v", o.code, f)
		}
		for _, f := range found {
			if f.Code != o.code && !slices.Contains(besides[o.code], f.Code) {
				t.Errorf("%s: a false alarm: %s: %s", o.code, f.Code, f.Text)
			}
		}
	}
}

func TestEveryRuleIsTried(t *testing.T) {
	tried := map[string]bool{}
	for _, o := range opened {
		tried[o.code] = true
	}
	for _, r := range lintRules() {
		if !tried[r.code] {
			t.Errorf("no example opens %s", r.code)
		}
	}
	for _, r := range nameRules(Known{}) {
		if !slices.ContainsFunc(misnamed, func(m misname) bool { return m.code == r.code }) {
			t.Errorf("no example misnames for %s", r.code)
		}
	}
}

func TestAFindingStandsAtItsPlace(t *testing.T) {
	found := Lint(parsed(t, edited(t, closed(t), []string{"    late_entries: next-open-statement", "    late_entries: written-off"})))
	want := []Finding{{Severity: Note, Code: "late-entries-lost", Clause: "extra", Path: "clauses[4].late_entries", Line: 73, Column: 19,
		Text: "Hours that are entered late are never paid: the agency loses work that was done, by a date that the month end decides.", Write: "late_entries: next-open-statement"}}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Error(diff)
	}
}

// What is found in the contracts that people see first is what is open in them, and no more.
func TestWhatIsOpenInTheSamples(t *testing.T) {
	frame := []string{"notice-unit", "notice-receipt", "notice-ends", "preferred-share", "renewal-lapses", "work-unsaid", "at-the-deal-unsaid", "earlier-deals-unsaid", "touches-unsaid", "channels-unsaid"}
	samples := map[string][]string{
		"../../docs/examples/northlight-acme-v1.yaml": append(slices.Clone(frame), "payment-unsaid", "carve-out-none", "clawback-unlimited", "tail-none"),
		"../../docs/examples/northlight-acme-v2.yaml": append(slices.Clone(frame), "payment-unsaid", "clawback-unlimited", "home-amount"),
		"../app/demo/contracts/v1.yaml":               append(slices.Clone(frame), "payment-unsaid", "clawback-unlimited", "holidays-end"),
		"../app/demo/contracts/v2.yaml":               append(without(frame, "preferred-share"), "clawback-unlimited", "holidays-end", "priority-unsaid"),
	}
	for file, want := range samples {
		var got []string
		for _, f := range Lint(parsed(t, read(t, file))) {
			got = append(got, f.Code)
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

// without is the list but for one of it.
func without(list []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == one })
}

type misname struct {
	code  string
	known Known
	words string
	write string
}

var misnamed = []misname{
	{"channel-unknown", Known{Channels: []string{"webinar", "Paid search", "Direct"}}, `No touch on the way to a deal that was won has the channel "Webinar", so it earns nothing.`, "webinar"},
	{"channel-unknown", Known{Channels: []string{"Webinar", "Paid serch", "Direct"}}, `the channel "Paid search"`, "Paid serch"},
	{"channel-unknown", Known{Channels: []string{"Webinar", "Paid search", "none"}}, `the channel "Direct", so no touch is passed over by it`, "one of Webinar, Paid search, none"},
	{"channel-unknown", Known{Channels: []string{"Webinar", "Paid search", "Direct", "internal"}}, `the channel "Internal", so no touch is left out of a path by it`, "internal"},
	{"provider-unknown", Known{Providers: []string{"northlight"}}, `the provider "Northlight"`, "northlight"},
	{"list-unknown", Known{Lists: []string{}}, `no carve-out list "pipeline-2026-01"`, "import the list pipeline-2026-01"},
	{"list-unknown", Known{Lists: []string{"old"}}, `no carve-out list "pipeline-2026-01"`, "one of old, or import the list pipeline-2026-01"},
	{"metric-unread", Known{Metrics: []string{"pipeline_value", "cac_payback", "client_response_hours", "overage-approved"}}, "Nobody has read crm_hygiene yet, and a gate without a reading holds the whole bonus.", "one of pipeline_value, cac_payback, client_response_hours, overage-approved, or import readings of crm_hygiene"},
	{"category-unnamed", Known{Categories: []string{"Media", "data", "influencers"}}, "The client buys influencers", "the category in the categories of a clause, or in not_counted"},
	{"role-unnamed", Known{Roles: map[string][]string{"extra": {"Designer", "intern"}, "": {"partner"}, "team": {"anybody"}}}, `role "intern"`, "- {role: intern, rate: 150.00 per hour}, or a rate for other_roles"},
	{"target-unnamed", Known{Targets: []string{"First-Response", "weekly report"}}, `"weekly report"`, "the target in targets or in not_counted"},
}

func TestNamesThatTheEvidenceDoesNotHave(t *testing.T) {
	terms := parsed(t, closed(t))
	for _, m := range misnamed {
		var of []Finding
		for _, f := range LintNames(terms, m.known) {
			if f.Code != m.code {
				t.Errorf("a false alarm: %+v", f)
			}
			of = append(of, f)
		}
		if !slices.ContainsFunc(of, func(f Finding) bool { return strings.Contains(f.Text, m.words) && f.Write == m.write }) {
			t.Errorf("%s with %q, %q is not found; found is %+v", m.code, m.words, m.write, of)
		}
	}
	if found := LintNames(terms, Known{}); len(found) > 0 {
		t.Errorf("without evidence nothing is looked at: %+v", found)
	}
}

// With evidence, nothing is supposed of a channel any more: a name that touches without a visit have is no finding, and one that no touch has is one finding.
func TestTheEvidenceSettlesWhatChannelsThereAre(t *testing.T) {
	text := edited(t, closed(t), []string{"      channels: as-imported\n      at_the_deal: counts\n",
		"      channels: {grouping: ga4-1, rules: [{channel: Paid search, medium: cpc}], without_visit: as-imported}\n      at_the_deal: counts\n"})
	terms := parsed(t, text)
	codes := func(found []Finding) (out []string) {
		for _, f := range found {
			out = append(out, f.Code+" "+f.Write)
		}
		return out
	}
	alone := Lint(terms)
	if !slices.ContainsFunc(alone, func(f Finding) bool { return f.Code == "channel-never" }) {
		t.Fatal(codes(alone))
	}
	came := func(names ...string) (k Known) {
		k.Channels = names
		for _, n := range names {
			k.Came = append(k.Came, Came{Imported: n})
		}
		return k
	}
	if found := WithNames(alone, terms, came("Webinar", "Paid search", "Direct", "Internal")); len(found) != 0 {
		t.Errorf("all are there: %q", codes(found))
	}
	found := WithNames(alone, terms, came("Webinar", "Paid search", "Direct"))
	if len(found) != 1 || found[0].Code != "channel-unknown" {
		t.Errorf("Internal is not there: %q", codes(found))
	}
	if got := WithNames(alone, terms, Known{}); len(got) != len(alone) {
		t.Errorf("without evidence: %q", codes(got))
	}
}

// Whatever the amounts, nothing breaks over them.
func TestExtremeAmountsAreLookedAt(t *testing.T) {
	most := "9999999999.00"
	text := edited(t, closed(t), []string{"floor: none, cap: 2500.00", "floor: " + most + ", cap: none", "rate: 3 %", "rate: 0.0000001 %", "beyond: excess, rate: 100.00", "beyond: whole, rate: " + most,
		"hours: 40,", "hours: 876000,", "amount: 45,000.00 per quarter", "amount: " + most + " per quarter", "500,000.00 per contract-year", "1.00 per contract-year",
		"fee: 10,000.00", "fee: " + most, "1000.00 per month, partial_floor: by-days, cap: 60000.00 per contract-year", most + " per month, partial_floor: by-days, cap: " + most + " per contract-year", "length: 12 months", "length: 50 years"})
	found := Lint(parsed(t, text))
	if !slices.ContainsFunc(found, func(f Finding) bool { return f.Code == "ceiling-below-certain" }) {
		t.Errorf("%+v", found)
	}
}
