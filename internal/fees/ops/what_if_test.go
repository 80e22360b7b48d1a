package ops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/access"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func month(text string) cal.Month {
	m, err := cal.ParseMonth(text)
	if err != nil {
		panic(err)
	}
	return m
}

func TestOtherTermsAreTriedOnTheHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-10")
		k.Imported(won("D-1", "40000.00", "2026-01-20"), won("D-2", "60000.00", "2026-02-20"))
		ask := ops.WhatIfInput{Contract: k.Contract}

		w := must(k.WhatIf(ctx, finance, ask))(t)
		if w.Tried != nil || w.MayEdit || w.From != month("2025-03") || w.To != month("2026-02") || !strings.Contains(w.Begin, "version: 2") {
			t.Errorf("%s to %s: %s", w.From, w.To, w.Begin)
		}
		ask.Run, ask.Models, ask.Seed = true, true, 1
		ask.Source = strings.Replace(w.Begin, "rate: 3 %", "rate: 5 %", 1)
		w = must(k.WhatIf(ctx, finance, ask))(t)
		sides := w.Tried.Sides
		if len(sides) != 5 || len(w.Tried.Months) != 2 || w.Import != 1 || w.Tried.Drawn != 2 {
			t.Fatalf("%d sides over %v", len(sides), w.Tried.Months)
		}
		wantAmount(t, "as it stands", sides[0].Total, "31000.00") // 2 x 14,000 + 3 % of 100,000
		wantAmount(t, "the copy", sides[1].Total, "33000.00")
		wantAmount(t, "a year of the models", w.Tried.Numbers.Yearly, "186000.00")
		if sides[2].Needs[0].What != "months in which a performance period is billed" || sides[3].Range == nil || sides[4].Needs == nil {
			t.Errorf("%+v", sides[2:])
		}
		if got := w.Tried.Texts[4].Version; got != 2 {
			t.Errorf("the models are version %d", got)
		}
		if len(sides[1].ByMonth) != 2 || sides[1].Against.Low.Minor < 0 {
			t.Errorf("%+v", sides[1].Against)
		}

		// Nothing is kept: no draft, no entry, and what was locked is not looked at.
		if _, have, err := k.Contracts.Draft(ctx, owner, k.Contract); err != nil || have.Revision != 0 {
			t.Errorf("%+v %v", have, err)
		}
		k.Locked("2026-01")
		again := must(k.WhatIf(ctx, owner, ask))(t)
		wantAmount(t, "with January locked", again.Tried.Sides[0].Total, "31000.00")
		if len(w.Locked) != 0 || len(again.Locked) != 1 || again.Locked[0].Month != month("2026-01") || again.Locked[0].Charged != sides[0].Totals[0] {
			t.Errorf("January is locked at %+v, and comes to %s", again.Locked, sides[0].Totals[0])
		}
		if !again.MayEdit || again.Revision != 0 {
			t.Errorf("%+v", again.Revision)
		}

		_, err := k.WhatIf(ctx, stranger, ask)
		wantFault(t, err, fault.NotFound, "not-found")
		_, err = k.WhatIf(ctx, access.Actor{}, ask)
		wantFault(t, err, fault.Unauthenticated, "sign-in-needed")
		_, err = k.WhatIf(ctx, finance, ops.WhatIfInput{Contract: "nothing"})
		wantFault(t, err, fault.NotFound, "not-found")
	})
}

func TestWhatCannotBeTriedIsSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-10")
		ask := ops.WhatIfInput{Contract: k.Contract, Run: true, Source: strings.Replace(text, "rate: 3 %", "rate: 3", 1)}
		w := must(k.WhatIf(ctx, lead, ask))(t)
		if len(w.Problems) != 1 || w.Problems[0].Line == 0 || w.Tried != nil {
			t.Errorf("%+v", w.Problems)
		}
		ask.Source = text
		if w = must(k.WhatIf(ctx, lead, ask))(t); w.Tried != nil || w.Import != 0 {
			t.Errorf("without an import: %+v", w.Tried)
		}
		k.Imported(won("D-1", "40000.00", "2026-01-20"))
		for _, c := range []struct{ from, to, field, code string }{
			{"2026-02", "2026-01", "to", "months"}, {"2026-01", "2026-03", "to", "months"}, {"2020-01", "2026-02", "from", "months"},
		} {
			in := ask
			in.From, in.To = month(c.from), month(c.to)
			_, err := k.WhatIf(ctx, lead, in)
			wantFault(t, err, fault.Invalid, c.code)
			if got := fault.All(err)[0].Field; got != c.field {
				t.Errorf("%s to %s: at %q", c.from, c.to, got)
			}
		}
		ask.Models, ask.Numbers = true, ops.ModelNumbers{Yearly: "much", Fixed: "70", Reduced: "100 %", Share: "3 %"}
		_, err := k.WhatIf(ctx, lead, ask)
		var fields []string
		for _, f := range fault.All(err) {
			fields = append(fields, f.Field)
		}
		if got := strings.Join(fields, " "); got != "yearly fixed reduced" {
			t.Errorf("faults at %s", got)
		}
		ask.Models, ask.Source = false, strings.Replace(text, "currency: USD", "currency: EUR", 1)
		_, err = k.WhatIf(ctx, lead, ask)
		wantFault(t, err, fault.Invalid, "currency")

		other := must(k.Contracts.Begin(ctx, owner, "org_acme", "second"))(t)
		_, err = k.WhatIf(ctx, owner, ops.WhatIfInput{Contract: other.ID})
		wantFault(t, err, fault.Conflict, "nothing-proposed")
		k.Saved(other.ID, strings.Replace(text, "effective: ", "effective: x", 1))
		_, err = k.WhatIf(ctx, owner, ops.WhatIfInput{Contract: other.ID})
		wantFault(t, err, fault.Conflict, "draft-problems")
		k.Saved(other.ID, text)
		if w := must(k.WhatIf(ctx, owner, ops.WhatIfInput{Contract: other.ID}))(t); w.Terms.Source != text || w.Begin == "" {
			t.Errorf("the draft of a contract is not what is tried: %+v", w)
		}
		_, err = k.WhatIf(ctx, boss, ops.WhatIfInput{Contract: other.ID}) // the client's executive does not see what is not proposed
		wantFault(t, err, fault.Conflict, "nothing-proposed")
		if seen := must(k.Contracts.Contracts(ctx, boss, "org_acme"))(t); len(seen) != 1 {
			t.Errorf("the client sees %d contracts, the one that is not proposed among them", len(seen))
		}
		if seen := must(k.Contracts.Contracts(ctx, owner, "org_acme"))(t); len(seen) != 2 {
			t.Errorf("the agency sees %d contracts", len(seen))
		}

		ask.Source = text
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := k.WhatIf(gone, lead, ask); err == nil {
			t.Error("who has gone is waited for")
		}
	})
}

// What is only proposed is tried as if it were agreed, and a draft that is saved is not overwritten unseen.
func TestAProposedContractIsTried(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.MoveTo("2026-03-10")
		k.Imported(won("D-1", "40000.00", "2026-01-20"))
		other := must(k.Contracts.Begin(ctx, owner, "org_acme", "second"))(t)
		source := strings.NewReplacer("contract: growth", "contract: second", "2026-01-01", "2026-09-01").Replace(text)
		saved := must(k.Contracts.Save(ctx, owner, contractops.SaveInput{Contract: other.ID, Source: source}))(t)
		must(k.Contracts.Propose(ctx, owner, contractops.ProposeInput{Contract: other.ID, Revision: saved.Revision}))(t)
		w := must(k.WhatIf(ctx, finance, ops.WhatIfInput{Contract: other.ID, Run: true}))(t)
		if !strings.Contains(w.Begin, "version: 1") {
			t.Error("a text that nobody accepted yet has a next number")
		}
		if w.Tried.AsIfFrom != cal.MustDate("2025-03-01") || len(w.Tried.Sides) != 1 {
			t.Errorf("%s, %d sides", w.Tried.AsIfFrom, len(w.Tried.Sides))
		}
		wantAmount(t, "as if it had begun a year ago", w.Tried.Sides[0].Total, "169200.00") // 12 x 14,000 + 3 % of 40,000
	})
}
