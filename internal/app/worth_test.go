package app

import (
	"testing"
	"time"

	"github.com/ofrecord/ofrecord/internal/fees"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
)

// The year of the sample company prices more than ten kinds of silence. The figures stand in the guides too.
func TestTheSampleYearPricesItsChoices(t *testing.T) {
	p, made := demoProgram(t)
	ctx := p.inWorkspace(t.Context())
	began := time.Now()
	w, err := p.Fees.Worth(ctx, p.operator(), feesops.WorthInput{Contract: made.Contract, Price: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("priced in %s", time.Since(began))
	if got := w.Prices.Written.Total.Format(); len(w.Prices.Months) != 12 || got != "193,826.17" {
		t.Errorf("%d months come to %s", len(w.Prices.Months), got)
	}
	kinds := map[string]fees.ReadingPrice{}
	for _, c := range w.Prices.Choices {
		if w.Prices.Moves(c) {
			kinds[c.Path] = c.MovesMost()
		}
	}
	if len(kinds) < 15 {
		t.Errorf("only %d kinds of silence have a price", len(kinds))
	}
	for path, want := range map[string]string{
		"clauses.closed-won.base.of":               "all-customers +18256.59",
		"clauses.closed-won.attribution.edge":      "drop -15953.82",
		"clauses.closed-won.base.new_by":           "first-won-deal +10837.91",
		"clauses.closed-won.per_deal.cap":          "none +6966.12",
		"clauses.closed-won.attribution.contacts":  "associated-or-account +5331.96",
		"clauses.closed-won.attribution.lookback":  "30 days -4745.23",
		"clauses.growth-team.proration":            "none -1250.00",
		"clauses.closed-won.attribution.anchor":    "deal-created -1114.24",
		"clauses.closed-won.base.revenue":          "closed +803.66",
		"time_zone":                                "UTC -743.80",
		"clauses.closed-won.eligible.created_from": "2000-01-01 +636.00",
		"clauses.closed-won.base.unknown_type":     "eligible +272.04",
		"clauses.closed-won.base.refunds":          "ignored +200.00",
		"rounding":                                 "up +0.27",
	} {
		r := kinds[path]
		sign := ""
		if r.Difference.Minor > 0 {
			sign = "+"
		}
		if got := r.Other + " " + sign + r.Difference.String(); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	for _, f := range w.Findings {
		if f.Code == "channel-unknown" || f.Code == "list-unknown" {
			t.Errorf("a false alarm: %s", f.Text)
		}
	}
}
