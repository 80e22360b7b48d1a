package contract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// clauseExamples are the examples of the page about contracts under a heading, each put into the good contract in place of its clauses.
func clauseExamples(t *testing.T, heading string) []string {
	t.Helper()
	_, section, _ := strings.Cut(read(t, referenceFile), "### "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n### ")
	good := read(t, "testdata/good.yaml")
	before, rest, _ := strings.Cut(good, "clauses:\n")
	_, after, _ := strings.Cut(rest, "\nstatements:")
	var out []string
	for _, block := range strings.Split(section, "```yaml\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		out = append(out, before+"clauses:\n"+block+"\nstatements:"+after)
	}
	if len(out) == 0 {
		t.Fatalf("no example under %q", heading)
	}
	return out
}

func retainerWithHours(t *testing.T) string { return clauseExamples(t, "Hours of a retainer")[0] }

func TestTheExamplesOfHoursAreRead(t *testing.T) {
	r := parsed(t, retainerWithHours(t)).Clauses[0].(Retainer)
	if r.Hours == nil || r.Hours.Minutes != 1200 || r.Hours.Rollover.CapMinutes != 600 || r.Hours.Overage.Rate.Minor != 200_00 || r.Hours.Rollover.Periods != 1 {
		t.Errorf("%+v", r.Hours)
	}
	h := parsed(t, clauseExamples(t, "Hourly")[0]).Clauses[0].(Hourly)
	if len(h.Rates) != 2 || h.Round.UpTo != 15 || h.Cap.Amount.Minor != 20_000_00 || h.RateWords() != "150.00 to 225.00 per hour" {
		t.Errorf("%+v", h)
	}
	if role, rate, ok := h.RateOf(" Designer "); role != "designer" || rate.Minor != 150_00 || !ok {
		t.Errorf("%s %s %v", role, rate, ok)
	}
	if _, _, ok := h.RateOf("intern"); ok {
		t.Error("a role that is not on the card is held")
	}
}

func TestARetainerThatSaysNothingOfHoursCountsNone(t *testing.T) {
	for _, c := range parsed(t, read(t, "testdata/good.yaml")).Clauses {
		if CountsHours(c) {
			t.Errorf("%s counts hours", c.ClauseID())
		}
	}
	none := parsed(t, strings.Replace(read(t, "testdata/good.yaml"), "    proration: actual-days\n", "    proration: actual-days\n    includes: none\n", 1))
	if CountsHours(none.Clauses[0]) {
		t.Error("includes: none counts hours")
	}
}

// Whatever choice of hours is written otherwise, the words say so.
func TestEveryChoiceOfHoursIsInTheWords(t *testing.T) {
	carried := strings.NewReplacer("deficit: billed", "deficit: carried\n    starts_with: 1 hour").Replace(retainerWithHours(t))
	approved := strings.Replace(retainerWithHours(t), "approval: none-needed", "approval: before-work, approved_hours: approved", 1)
	reconciled := strings.NewReplacer("deficit: billed", "deficit: reconciled", "overage: {rate: 200.00 per hour, approval: none-needed}", "overage: not-allowed",
		"rollover: {partial_period: none, cap: 10 hours, cap_on: base, expires_after: 1 period, burn: oldest-first}", "rollover: none",
		"reconcile: none", "reconcile: {every: quarter, dead_band: 10 %, beyond: whole, rate: 150.00 per hour, how: credit-and-bill}").Replace(retainerWithHours(t))
	rounded := strings.Replace(retainerWithHours(t), "round_time: none", "round_time: {per: entry, up_to: 15 minutes, at_least: none}", 1)
	hourly := clauseExamples(t, "Hourly")[0]
	for _, c := range []struct{ text, was, other string }{
		{retainerWithHours(t), "hours: 20", "hours: 20.5"}, {retainerWithHours(t), "partial_period: with-fee", "partial_period: whole"},
		{retainerWithHours(t), "partial_period: none", "partial_period: allowed"}, {retainerWithHours(t), "cap: 10 hours", "cap: 50 % of base"},
		{retainerWithHours(t), "cap: 10 hours, cap_on: base", "cap: none"}, {retainerWithHours(t), "cap_on: base", "cap_on: balance"},
		{retainerWithHours(t), "expires_after: 1 period", "expires_after: 2 periods"}, {retainerWithHours(t), "expires_after: 1 period", "expires_after: 31 days"},
		{retainerWithHours(t), "expires_after: 1 period", "expires_after: none"}, {retainerWithHours(t), "burn: oldest-first", "burn: base-first"},
		{retainerWithHours(t), "rollover: {partial_period: none, cap: 10 hours, cap_on: base, expires_after: 1 period, burn: oldest-first}", "rollover: none"},
		{retainerWithHours(t), "rate: 200.00", "rate: 210.00"}, {retainerWithHours(t), "approval: none-needed", "approval: before-work, approved_hours: approved"},
		{retainerWithHours(t), "soft: 110 %", "soft: 111 %"}, {retainerWithHours(t), "alerts: {warn: 80 %, soft: 110 %, hard: 130 %}", "alerts: none"},
		{retainerWithHours(t), "late_entries: next-open-period", "late_entries: written-off"},
		{carried, "starts_with: 1 hour", "starts_with: none"}, {carried, "starts_with: 1 hour", "starts_with: 30 minutes"},
		{carried, "deficit: carried\n    starts_with: 1 hour", "deficit: billed"}, {approved, "approved_hours: approved", "approved_hours: others"},
		{reconciled, "every: quarter", "every: year"}, {reconciled, "dead_band: 10 %", "dead_band: 5 %"}, {reconciled, "beyond: whole", "beyond: excess"},
		{reconciled, "rate: 150.00", "rate: 151.00"}, {reconciled, "how: credit-and-bill", "how: bill-only"},
		{reconciled, "deficit: reconciled", "deficit: written-off"},
		{rounded, "per: entry", "per: person-day"}, {rounded, "per: entry", "per: person-month"}, {rounded, "up_to: 15 minutes", "up_to: 6 minutes"}, {rounded, "at_least: none", "at_least: 1 hour"},
		{hourly, "rate: 150.00", "rate: 151.00"}, {hourly, "role: designer", "role: writer"}, {hourly, "other_roles: hold", "other_roles: 90.00 per hour"},
		{hourly, "per: entry", "per: person-day"}, {hourly, "cap: 20,000.00 per month", "cap: none"}, {hourly, "late_entries: next-open-statement", "late_entries: written-off"},
	} {
		if strings.Count(c.text, c.was) != 1 {
			t.Fatalf("%q stands %d times", c.was, strings.Count(c.text, c.was))
		}
		other := strings.Replace(c.text, c.was, c.other, 1)
		if c.was == "deficit: reconciled" {
			other = strings.Replace(other, "reconcile: {every: quarter, dead_band: 10 %, beyond: whole, rate: 150.00 per hour, how: credit-and-bill}", "reconcile: none", 1)
		}
		if cmp.Equal(Words(parsed(t, c.text)), Words(parsed(t, other))) {
			t.Errorf("%q reads like %q", c.other, c.was)
		}
	}
}

func TestWhatAnAmendmentOfHoursChanges(t *testing.T) {
	var got []string
	compare := func(a, b string) {
		for _, c := range Compare(parsed(t, a), parsed(t, b)) {
			got = append(got, c.Name+" | "+c.Before+" | "+c.After)
		}
	}
	text, hourly := retainerWithHours(t), clauseExamples(t, "Hourly")[0]
	compare(text, strings.NewReplacer("hours: 20,", "hours: 30,", "alerts: {warn: 80 %, soft: 110 %, hard: 130 %}", "alerts: none", "burn: oldest-first", "burn: base-first").Replace(text))
	compare(hourly, strings.NewReplacer("rate: 150.00", "rate: 160.00", "role: strategist", "role: writer").Replace(hourly))
	want := []string{
		"Retainer growth-team: includes hours | 20 | 30",
		"Retainer growth-team: rollover burn | oldest-first | base-first",
		"Retainer growth-team: alerts warn | 80 % | ",
		"Retainer growth-team: alerts soft | 110 % | ",
		"Retainer growth-team: alerts hard | 130 % | ",
		"Retainer growth-team: alerts |  | none",
		"Hourly studio: rate strategist | 225.00 per hour | ",
		"Hourly studio: rate writer |  | 225.00 per hour",
		"Hourly studio: rate designer rate | 150.00 per hour | 160.00 per hour",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
