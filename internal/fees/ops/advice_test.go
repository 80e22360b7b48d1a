package ops_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// Given 24 deals of a clean CRM that were seen open and then won, each first touched by the agency, the advisor says that a share of revenue is
// feasible; after a few of them it says that it cannot tell.
func TestTheAdvisorMeasuresTheNewestEvidence(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.WithRows()
		k.MoveTo("2026-03-05")
		if got := must(k.Advise(ctx, owner, k.Contract))(t); got.Import != 0 || got.Advice.Model != "" || got.Paid.Tried != nil {
			t.Errorf("without evidence: %+v", got)
		}
		bring := func(won bool, deals int) {
			var rows strings.Builder
			rows.WriteString("deal_id,name,company_id,amount,currency,created_at,closed_on,stage,is_won,is_closed,source,owner,customer_type\n")
			for i := range deals {
				fmt.Fprintf(&rows, "d%d,Deal %d,co%d,1000.00,USD,2026-03-01T10:00:00Z,2026-04-%02d,offer,%t,%t,Webinar,Ana,new\n", i, i, i, 10+i%5, won, won)
			}
			k.File("deals.csv", rows.String())
		}
		bring(false, 24)
		var companies, contacts, links, touches strings.Builder
		companies.WriteString("company_id,name,domain\n")
		contacts.WriteString("contact_id,company_id,email,name\n")
		links.WriteString("deal_id,contact_id\n")
		touches.WriteString("touch_id,contact_id,at,channel,campaign,provider\n")
		for i := range 24 {
			fmt.Fprintf(&companies, "co%d,Company %d,co%d.example\n", i, i, i)
			fmt.Fprintf(&contacts, "c%d,co%d,a@co%d.example,Ann %d\n", i, i, i, i)
			fmt.Fprintf(&links, "d%d,c%d\n", i, i)
			fmt.Fprintf(&touches, "t%d,c%d,2026-02-20T10:00:00Z,webinar,spring,Northlight\n", i, i)
		}
		k.File("companies.csv", companies.String())
		k.File("contacts.csv", contacts.String())
		k.File("deal_contacts.csv", links.String())
		k.File("touches.csv", touches.String())
		k.MoveTo("2026-05-05")
		bring(true, 24)

		got := must(k.Advise(ctx, finance, k.Contract))(t)
		for i, g := range got.Advice.Graded {
			if g.Grade != fees.Good {
				t.Errorf("measure %d: %+v", i, g)
			}
		}
		if got.Advice.Model != contract.RetainerAndShare || got.Advice.Cadence.Every != contract.EveryQuarter || got.Import != 6 || got.Measured.Clarity.Deals != 24 || got.Measured.Spread != 0 {
			t.Errorf("advised %q: %+v", got.Advice.Model, got.Measured)
		}
		if got.Paid.Tried == nil || len(got.Paid.Tried.Sides) != 4 || got.Untried != nil {
			t.Errorf("paid %+v, %v", got.Paid.Tried, got.Untried)
		}
		wantAmount(t, "as it stands", got.Paid.Tried.Sides[0].Total, "56720.00") // 4 x 14,000 and 3 % of 24,000

		// Months later nothing has been imported: the months that the evidence does not reach are not months without a deal.
		k.MoveTo("2026-11-26")
		later := must(k.Advise(ctx, finance, k.Contract))(t)
		if later.Paid.From != month("2025-05") || later.Paid.To != month("2026-04") || later.Paid.On != later.On {
			t.Errorf("from %s to %s on %s", later.Paid.From, later.Paid.To, later.Paid.On)
		}
		wantAmount(t, "as it stands, later", later.Paid.Tried.Sides[0].Total, "56720.00")
		tried := must(k.WhatIf(ctx, finance, ops.WhatIfInput{Contract: k.Contract}))(t)
		if tried.From != later.Paid.From || tried.To != later.Paid.To {
			t.Errorf("what if begins with %s to %s", tried.From, tried.To)
		}
		worth := must(k.Worth(ctx, finance, ops.WorthInput{Contract: k.Contract, Price: true}))(t)
		if n := len(worth.Prices.Months); n != 4 || worth.Prices.Months[n-1] != later.Paid.To {
			t.Errorf("priced are %v", worth.Prices.Months)
		}
		_, err := k.WhatIf(ctx, finance, ops.WhatIfInput{Contract: k.Contract, To: month("2026-05")})
		wantFault(t, err, fault.Invalid, "months")

		_, err = k.Advise(ctx, stranger, k.Contract)
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Advise(ctx, access.Actor{}, k.Contract)
		wantFault(t, err, fault.Unauthenticated, "sign-in-needed")
	})
}
