package app

import (
	"testing"
	"time"

	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
)

// The year of the sample company under the three pay models: what its CRM has no readings or deliveries for has no number, and nothing takes long.
func TestTheSampleYearIsTried(t *testing.T) {
	p, made := demoProgram(t)
	ctx := p.inWorkspace(t.Context())
	began := time.Now()
	w, err := p.Fees.WhatIf(ctx, p.operator(), feesops.WhatIfInput{Contract: made.Contract, Run: true, Models: true, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("tried in %s", time.Since(began))
	now, bonus, share, plan := w.Tried.Sides[0], w.Tried.Sides[1], w.Tried.Sides[2], w.Tried.Sides[3]
	if now.Total.Format() != "193,826.17" || now.Range.Low.Format() != "186,263.34" || now.Range.High.Format() != "202,927.25" || w.Tried.Numbers.Yearly.Format() != "194,000.00" {
		t.Errorf("%s, %+v; a year of the models is %s", now.Total, now.Range, w.Tried.Numbers.Yearly)
	}
	if share.Total.Format() != "148,831.98" || share.Needs != nil {
		t.Errorf("%s, %+v", share.Total, share.Needs)
	}
	if bonus.Total.Format() != "189,870.58" || bonus.Needs != nil || bonus.Varies {
		t.Errorf("%s, %+v", bonus.Total, bonus.Needs)
	}
	if most, ok := plan.Most(); !ok || most.Format() != "213,400.00" || plan.Range != nil || plan.Needs == nil {
		t.Errorf("%s: at most %s", plan.Name, most)
	}
}
