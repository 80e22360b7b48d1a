package ops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Where the vendor's commission is 99.99 %, the gross of a net of 100,000,000,000.00 is 10,000 times as much, and a hundred of them are more than
// money can count: the person is told, and nothing is kept.
func TestSumsThatMoneyCannotHoldAreToldOnEachPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		media := `  - media_commission: media
    rate: 15 %
    of: gross
    categories: [media]
    not_counted: []
    vendor_commission: 99.99 %
    rebate: none
    bills: media-and-commission
    lines: by-vendor
    other_currency: hold
statements:
`
		k := newDeskUnder(t, d, ctx, strings.Replace(text, "statements:\n", media, 1))
		k.MoveTo("2026-02-10")
		var spent crm.Snapshot
		for i := range 100 {
			spent.Spend = append(spent.Spend, crm.Spend{ID: "S-" + string(rune('a'+i)), SpentOn: cal.MustDate("2026-01-05"), Vendor: "Vendor", Category: "media", Net: money.New(money.MaxMinor, "USD"), NetKnown: true})
		}
		k.Imported(spent)
		_, err := k.Draft(ctx, owner, ops.DraftInput{Contract: k.Contract, Month: cal.MonthOf(cal.MustDate("2026-01-01"))})
		wantFault(t, err, fault.Conflict, "sums-refused", "too large to be added up")
		_, err = k.Worth(ctx, owner, ops.WorthInput{Contract: k.Contract, Price: true})
		wantFault(t, err, fault.Conflict, "sums-refused")
		_, err = k.WhatIf(ctx, finance, ops.WhatIfInput{Contract: k.Contract, Run: true})
		wantFault(t, err, fault.Conflict, "sums-refused")
		if list := must(k.Statements(ctx, owner, "org_acme", 1))(t); list.Total != 0 {
			t.Errorf("kept: %+v", list.Statements)
		}
	})
}
