package contract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// openForm is the closed contract with other choices, so that between the two every choice is written that has other readings.
func openForm(t testing.TB) string {
	t.Helper()
	return edited(t, closed(t), []string{
		"late_entries: next-open-period\n    reconcile: none\n  - hourly", "late_entries: written-off\n    reconcile: none\n  - hourly",
		"malus: none", "malus: 50 %\n    total_floor: -20 %", "max: 1300000", "max: 1300000, malus: 700000..500000", "max: 12}", "max: 12, malus: none}",
		"credits: {channels: [Webinar, Paid search]}", "credits: {all_channels_except: [Direct, \"Sales: call\"]}",
		"lookback: 90 days\n      edge: drop", "lookback: none",
		"of: existing-customers, new_by: crm-type, unknown_type: hold", "of: all-customers",
		"metric_cap: none", "metric_cap: 140 %",
		"rebate: none", "rebate: 5 %", "{by: dedupe-key, within: 30 days, since: first, without_key: hold}", "{by: none}",
		"above: carried-then-billed", "above: free",
		"per_deal: {floor: none, cap: none}", "per_deal: {floor: 10.00, cap: none}",
		"      channels: as-imported\n      at_the_deal: left-out\n      earlier_deals: reset\n",
		"      channels: {grouping: none, rules: [{channel: Partners, source: partner*, medium: referral}], unnamed: Other, without_visit: as-imported}\n", "      channels: as-imported\n", "", "      excluded_channels: []\n      repeats: collapsed\n      steps: 10\n", "",
	})
}

// scheduled is the closed contract with tiers, a baseline and quarters.
func scheduled(t testing.TB) string {
	t.Helper()
	return edited(t, closed(t), []string{
		"      channels: as-imported\n      at_the_deal: counts\n", "      channels:\n        grouping: ga4-1\n        rules:\n          - {channel: Webinar, campaign: \"*webinar*\"}\n          - {channel: Paid search, medium: cpc}\n        without_visit: as-imported\n      at_the_deal: counts\n",
		"rate: 3 %\n", "rate: 3 %\n    tiers: {apply: marginal, per: quarter, above: [{from: 100000.00, rate: 4 %}]}\n", "floor: none, cap: 2500.00", "floor: none, cap: none",
		"unknown_type: hold}\n    attribution:\n      model: w-shaped",
		"unknown_type: hold, over_baseline: {amount: 300000.00 per quarter, shortfall: forgiven, partial_period: by-days, adjustments: []}}\n    attribution:\n      model: w-shaped",
		"floor: 1000.00 per month", "floor: 1000.00 per quarter", "other_currency: hold\n  - revenue_share: renewals", "other_currency: {fixed_on: deal-won, rates: [{currency: EUR, from: 2026-01-01, rate: 1.08}]}\n  - revenue_share: renewals", "cap: 60000.00 per contract-year}\n", "cap: 60000.00 per contract-year}\n    charged: quarter\n",
	})
}

func TestEveryChoiceDecidesMoneyOrSaysWhyNot(t *testing.T) {
	forms := map[string]bool{}
	var walk func(fields []spec, within string)
	walk = func(fields []spec, within string) {
		for _, s := range fields {
			form := join(within, s.key)
			forms[form] = true
			if s.scalar != nil && len(s.scalar.choices) > 1 {
				_, decides := choicesOfMoney[form]
				if _, says := undecisive[form]; decides == says {
					t.Errorf("%s (%s): put it into choicesOfMoney with its other readings, or into undecisive with the reason", form, s.scalar.write)
				}
			}
			switch {
			case s.either != nil:
				for _, k := range s.either {
					walk(k.fields, k.key)
				}
			case s.items != nil:
				walk(s.items.fields, form)
			default:
				walk(s.fields, form)
			}
		}
	}
	walk(document.fields, "")
	for form := range choicesOfMoney {
		if !forms[form] {
			t.Errorf("%s is not in the form of a contract", form)
		}
	}
	for form := range undecisive {
		if !forms[form] {
			t.Errorf("%s is not in the form of a contract", form)
		}
	}
}

// Every alternative differs from the text in its choice, and otherwise only in what that choice needs beside it.
func TestAnAlternativeChangesItsChoiceOnly(t *testing.T) {
	beside := map[string][]string{
		"base.of": {"base.new_by", "base.unknown_type"}, "base.new_by": {"base.unknown_type"}, "attribution.model": {"attribution.direct_channels"},
		"attribution.lookback": {"attribution.edge"}, "period.floor": {"period.partial_floor"}, "duplicate.by": {"duplicate.within", "duplicate.since", "duplicate.without_key"},
		"rollover.cap": {"rollover.cap_on"}, "deficit": {"starts_with", "overage", "reconcile"}, "overage.approval": {"overage.approved_hours"},
		"channels.grouping": {"channels.unnamed"}, "payout.between": {"metrics"}, "malus": {"metrics", "total_floor"}, "bonus": {"bonus_by"}, "missing": {"list"},
	}
	seen := map[string]bool{}
	for name, text := range map[string]string{"closed": closed(t), "open": openForm(t), "scheduled": scheduled(t), "demo": read(t, "../app/demo/contracts/v2.yaml")} {
		terms := parsed(t, text)
		for _, a := range Alternatives(terms) {
			own := false
			for _, c := range Compare(terms, a.Terms) {
				within := c.Path == a.Path || strings.HasPrefix(c.Path, a.Path+".")
				own = own || within
				for choice, others := range beside {
					prefix, ok := strings.CutSuffix(a.Path, choice)
					within = within || ok && slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(c.Path, prefix+o) })
				}
				if !within {
					t.Errorf("%s: %s as %s changes %s from %q to %q", name, a.Path, a.Other, c.Path, c.Before, c.After)
				}
			}
			if !own || a.Written == a.Other || a.Name == "" {
				t.Errorf("%s: %s as %s: %+v", name, a.Path, a.Other, Compare(terms, a.Terms))
			}
			if strings.Count(a.Terms.Source, "#") != strings.Count(text, "#") {
				t.Errorf("%s: %s as %s loses a note", name, a.Path, a.Other)
			}
			seen[a.form] = true
		}
	}
	for form := range choicesOfMoney {
		if !seen[form] {
			t.Errorf("no sample has another reading of %s", form)
		}
	}
}

func TestTheReadingsOfAChoice(t *testing.T) {
	of := func(text string) map[string][]string {
		out := map[string][]string{}
		for _, a := range Alternatives(parsed(t, text)) {
			out[a.Path] = append(out[a.Path], a.Other)
		}
		return out
	}
	shut, open, named := of(closed(t)), of(openForm(t)), of(scheduled(t))
	for _, c := range []struct {
		in   map[string][]string
		path string
		want []string
	}{
		{shut, "rounding", []string{"half-even", "down", "up"}},
		{shut, "clauses.team.proration", []string{"30-day-month", "30/360", "annual-365", "none"}},
		{shut, "clauses.team.deficit", []string{"written-off", "carried"}},
		{shut, "clauses.bench.deficit", []string{"written-off", "billed"}},
		{shut, "clauses.studio.deficit", []string{"written-off", "carried"}},
		{shut, "clauses.team.rollover.burn", []string{"base-first"}},
		{shut, "clauses.team.rollover", []string{"none"}},
		{shut, "clauses.bench.rollover", []string{"50 % of base, 1 period"}},
		{shut, "clauses.new-business.attribution.lookback", []string{"30 days", "90 days", "365 days", "none"}},
		{open, "clauses.renewals.attribution.lookback", []string{"90 days", "180 days", "365 days"}},
		{shut, "clauses.new-business.attribution.model", []string{"first", "last", "linear", "u-shaped", "full-path", "j-shaped", "inverse-j-shaped", "time-decay:7d"}},
		{open, "clauses.new-business.attribution.model", []string{"first", "last", "linear", "u-shaped", "full-path", "j-shaped", "inverse-j-shaped", "time-decay:7d", "last-non-direct"}},
		{shut, "clauses.new-business.attribution.anchor", []string{"deal-created", "deal-collected"}},
		{shut, "clauses.renewals.attribution.anchor", []string{"deal-won"}}, // its revenue is closed
		{shut, "clauses.new-business.attribution.earlier_deals", []string{"reset"}},
		{shut, "clauses.renewals.attribution.at_the_deal", []string{"counts"}},
		{shut, "clauses.new-business.attribution.excluded_channels", []string{"none"}},
		{shut, "clauses.renewals.attribution.steps", []string{"3", "5", "none"}},
		{open, "clauses.new-business.attribution.excluded_channels", []string{"none", "Direct, Sales: call"}},
		{shut, "clauses.renewals.attribution.channels", []string{"ga4-1"}},
		{open, "clauses.new-business.attribution.channels", []string{"ga4-1"}},
		{open, "clauses.renewals.attribution.channels", []string{"as-imported"}},
		{open, "clauses.renewals.attribution.channels.grouping", []string{"ga4-1"}},
		{open, "clauses.renewals.attribution.channels.unnamed", []string{"as-imported"}},
		{named, "clauses.new-business.attribution.channels", []string{"as-imported"}},
		{named, "clauses.new-business.attribution.channels.grouping", []string{"none"}},
		{named, "clauses.new-business.attribution.channels.rules", []string{"none"}},
		{open, "clauses.renewals.attribution.at_the_deal", []string{"left-out"}}, // silent, as all below
		{open, "clauses.renewals.attribution.earlier_deals", []string{"reset"}},
		{open, "clauses.renewals.attribution.repeats", []string{"collapsed"}},
		{open, "clauses.renewals.attribution.steps", []string{"3", "5", "10"}},
		{shut, "clauses.new-business.base.of", []string{"existing-customers", "all-customers"}},
		{open, "clauses.renewals.base.of", []string{"new-customers", "existing-customers"}},
		{shut, "clauses.new-business.period.floor", []string{"none"}},
		{shut, "clauses.bonus.missing_metric", []string{"zero", "renormalise", "carry"}},
		{shut, "clauses.bonus.payout.between", []string{"stepped"}},
		{open, "clauses.bonus.malus", []string{"none"}},
		{shut, "clauses.webinar-leads.duplicate.by", []string{"none"}},
		{open, "clauses.webinar-leads.duplicate.by", []string{"dedupe-key"}},
		{shut, "clauses.media.of", []string{"net", "working-media"}},
	} {
		if diff := cmp.Diff(c.want, c.in[c.path]); diff != "" {
			t.Errorf("%s: %s", c.path, diff)
		}
	}
}

// The text is edited where the value stands: other places that say the same stay, whatever signs are around.
func TestATextIsEditedInPlace(t *testing.T) {
	for name, text := range map[string]string{
		"quoted":  strings.Replace(closed(t), "revenue: collected, refunds: deducted, of: new-customers", `"revenue": "collected", refunds: 'deducted' , of: new-customers # hold collected`+"\n      ", 1),
		"accents": strings.Replace(closed(t), "{revenue: collected, refunds", "{revenue: collected, # Ünïcödé — collected\n      refunds", 1),
		"crlf":    strings.ReplaceAll(closed(t), "\n", "\r\n"),
		"mark":    "\ufeff" + closed(t),
		"client":  strings.Replace(closed(t), "{client: Acme Robotics,", "{client: Äcmé – 株式会社 “collected”,", 1),
	} {
		terms := parsed(t, text)
		i := slices.IndexFunc(Alternatives(terms), func(a Alternative) bool { return a.Path == "clauses.new-business.base.revenue" })
		if i < 0 {
			t.Errorf("%s: there is no other reading", name)
			continue
		}
		a := Alternatives(terms)[i]
		if c, _ := a.Terms.Clause("new-business"); c.(RevenueShare).Base.Revenue != "closed" || len(Compare(terms, a.Terms)) != 1 {
			t.Errorf("%s: %+v", name, Compare(terms, a.Terms))
		}
		if got := strings.Count(a.Terms.Source, "collected"); got != strings.Count(text, "collected")-1 {
			t.Errorf("%s: %d are left", name, got)
		}
	}
}

func TestAFaultStandsOnItsLineWhateverEndsTheLines(t *testing.T) {
	_, err := Parse([]byte(strings.ReplaceAll(strings.Replace(closed(t), "rounding: half-up", "rounding: any", 1), "\n", "\r\n")))
	if err == nil || !strings.Contains(err.Error(), "line 8, column 11") {
		t.Error(err)
	}
}

func TestAContractIsBackdated(t *testing.T) {
	terms := parsed(t, edited(t, closed(t), []string{"version: 1", "version: 3", "effective: 2026-01-01", "effective: 2026-06-01", "  notice:", "  ended: 2026-12-01\n  notice:"}))
	moved, ok := Backdated(terms, cal.MustDate("2025-03-01"))
	if !ok {
		t.Fatal("it cannot be backdated")
	}
	var got []string
	for _, c := range Compare(terms, moved) {
		got = append(got, fmt.Sprint(c.Path, ": ", c.After))
	}
	want := []string{"effective: 2025-03-01", "term.start: 2025-03-01", "term.ended: ", "clauses.new-business.eligible.created_from: 2025-03-01", "clauses.renewals.eligible.created_from: 2025-03-01"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAReadingHoldsInEveryVersion(t *testing.T) {
	a, err := NewAgreement(parsed(t, read(t, "../app/demo/contracts/v1.yaml")), parsed(t, read(t, "../app/demo/contracts/v2.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	says := func(r Reading, f func(RevenueShare) string) []string {
		var out []string
		for _, v := range r.Agreement.Versions {
			c, _ := v.Clause("closed-won")
			out = append(out, f(c.(RevenueShare)))
		}
		return out
	}
	got := map[string][]string{}
	paths := []string{}
	for _, r := range a.Readings(nil) {
		switch r.Path {
		case "clauses.closed-won.base.revenue":
			got[r.Written+" -> "+r.Other] = says(r, func(s RevenueShare) string { return s.Base.Revenue })
		case "clauses.closed-won.attribution.contacts":
			got[r.Written+" -> "+r.Other] = says(r, func(s RevenueShare) string { return s.Attribution.Contacts })
		}
		if n := len(paths); n == 0 || paths[n-1] != r.Path {
			paths = append(paths, r.Path)
		}
	}
	want := map[string][]string{
		"closed (version 1), collected (version 2) -> closed":    {"closed", "closed"},
		"closed (version 1), collected (version 2) -> collected": {"collected", "collected"},
		"associated -> associated-or-account":                    {"associated-or-account", "associated-or-account"},
		"associated -> associated-or-inferred-account":           {"associated-or-inferred-account", "associated-or-inferred-account"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	slices.Sort(paths)
	if n := len(paths); len(slices.Compact(paths)) != n {
		t.Error("the readings of a choice do not stand together")
	}
}
