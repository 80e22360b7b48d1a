package ops_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// reading is what one other reading of a choice comes to.
func reading(t *testing.T, w ops.Worth, path, other string) fees.ReadingPrice {
	t.Helper()
	for _, c := range w.Prices.Choices {
		for _, r := range c.Readings {
			if c.Path == path && r.Other == other {
				return r
			}
		}
	}
	t.Fatalf("%s is not read as %s", path, other)
	return fees.ReadingPrice{}
}

func codes(found []contract.Finding) string {
	var out []string
	for _, f := range found {
		out = append(out, f.Code)
	}
	return strings.Join(out, " ")
}

func TestTheChoicesOfAnAgreementArePriced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-10")
		k.Imported(won("D-1", "40000.00", "2026-01-20"), won("D-2", "60000.00", "2026-02-20"))
		ask := ops.WorthInput{Contract: k.Contract}

		w := must(k.Worth(ctx, finance, ask))(t)
		if w.Prices != nil || w.Version != nil || w.Draft || !strings.Contains(codes(w.Findings), "carve-out-none") || strings.Contains(codes(w.Findings), "channel-unknown") {
			t.Errorf("%+v %s", w.Prices, codes(w.Findings))
		}
		ask.Price = true
		w = must(k.Worth(ctx, finance, ask))(t)
		wantAmount(t, "two months as written", w.Prices.Written.Total, "31000.00") // 2 x 14,000 + 3 % of 100,000
		if len(w.Prices.Months) != 2 || w.Import != 1 || !w.AsIfFrom.IsZero() || w.Terms.Version != 1 {
			t.Errorf("%+v", w)
		}
		wantAmount(t, "as collected", reading(t, w, "clauses.share.base.revenue", "collected").Total, "28000.00")
		if r := reading(t, w, "clauses.share.attribution.credits.all_channels_except", "none"); r.Difference.Minor != 0 {
			t.Errorf("%+v", r)
		}
		if got := codes(w.Findings); !strings.Contains(got, "channel-unknown") || !slices.IsSortedFunc(w.Findings, func(a, b contract.Finding) int { return a.Line - b.Line }) {
			t.Errorf("found %s", got)
		}

		// What was locked is not looked at, and nothing is kept of it.
		k.Locked("2026-01")
		again := must(k.Worth(ctx, finance, ask))(t)
		wantAmount(t, "with January locked", again.Prices.Written.Total, "31000.00")

		_, err := k.Worth(ctx, stranger, ask)
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Worth(ctx, access.Actor{}, ask)
		wantFault(t, err, fault.Unauthenticated, "sign-in-needed")
		_, err = k.Worth(ctx, finance, ops.WorthInput{Contract: "nothing"})
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.Worth(ctx, finance, ops.WorthInput{Contract: k.Contract, Version: "nothing"})
		wantFault(t, err, fault.NotFound, "not-found")
	})
}

func TestATextIsPricedBeforeItIsSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-10")
		k.Imported(won("D-1", "40000.00", "2026-01-20"), won("D-2", "60000.00", "2026-02-20"))
		ofDraft := ops.WorthInput{Contract: k.Contract, Draft: true, Price: true}

		k.Saved(k.Contract, text+"more: 1\n")
		w := must(k.Worth(ctx, lead, ofDraft))(t)
		if len(w.Problems) != 1 || w.Prices != nil || len(w.Findings) > 0 {
			t.Errorf("%+v", w)
		}
		amended := strings.NewReplacer("version: 1", "version: 2", "effective: 2026-01-01", "effective: 2026-09-01", "rate: 3 %", "rate: 5 %").Replace(text)
		saved := k.Saved(k.Contract, amended)
		w = must(k.Worth(ctx, lead, ofDraft))(t)
		if w.AsIfFrom != cal.MustDate("2025-03-01") || len(w.Prices.Months) != 12 || !w.Draft || !w.HasDraft {
			t.Errorf("%s %v", w.AsIfFrom, w.Prices.Months)
		}
		wantAmount(t, "twelve months of the draft", w.Prices.Written.Total, "173000.00") // 12 x 14,000 + 5 % of 100,000
		if source := w.Terms.Source; source != amended {
			t.Error("the findings are not those of the text as it stands")
		}
		_, err := k.Worth(ctx, finance, ofDraft)
		wantFault(t, err, fault.Forbidden, "not-allowed")
		if seen := must(k.Worth(ctx, finance, ops.WorthInput{Contract: k.Contract}))(t); seen.HasDraft {
			t.Error("the client is told of the draft")
		}

		v := must(k.Contracts.Propose(ctx, owner, contractops.ProposeInput{Contract: k.Contract, Revision: saved.Revision}))(t)
		w = must(k.Worth(ctx, finance, ops.WorthInput{Contract: k.Contract, Version: v.ID, Price: true}))(t)
		wantAmount(t, "twelve months of what is proposed", w.Prices.Written.Total, "173000.00")
		if w.Version == nil || w.Version.ID != v.ID {
			t.Errorf("%+v", w.Version)
		}
	})
}

func TestWhatCannotBePricedIsSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-10")
		w := must(k.Worth(ctx, finance, ops.WorthInput{Contract: k.Contract, Price: true}))(t)
		if w.Prices != nil || w.Import != 0 || len(w.Findings) == 0 {
			t.Errorf("without an import: %+v", w)
		}
		other := must(k.Contracts.Begin(ctx, owner, "org_acme", "second"))(t)
		_, err := k.Worth(ctx, finance, ops.WorthInput{Contract: other.ID})
		wantFault(t, err, fault.Conflict, "nothing-proposed")
		_, err = k.Worth(ctx, owner, ops.WorthInput{Contract: other.ID, Draft: true})
		wantFault(t, err, fault.Conflict, "no-draft")

		// Before the first month of the agreement is over, it is priced as if it had begun a year ago.
		k.Imported(won("D-1", "40000.00", "2026-01-20"))
		k.MoveTo("2026-01-15")
		w = must(k.Worth(ctx, finance, ops.WorthInput{Contract: k.Contract, Price: true}))(t)
		if w.AsIfFrom != cal.MustDate("2025-01-01") || len(w.Prices.Months) != 12 {
			t.Errorf("%s %v", w.AsIfFrom, w.Prices.Months)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := k.Worth(gone, finance, ops.WorthInput{Contract: k.Contract, Price: true}); err == nil {
			t.Error("who has gone is waited for")
		}
	})
}
