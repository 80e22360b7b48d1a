package ops_test

import (
	"context"
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestAnOpenInvoiceIsOwedWithTheDiscountStillToBeHad(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k, inv := agreed(t, d, ctx)
		for day, want := range map[string]string{"2026-03-12": "280.00 until 2026-03-12", "2026-03-13": "0.00 until "} {
			k.MoveTo(day)
			o := must(k.Owing(ctx, finance, "org_acme"))(t)
			if len(o.Open) != 1 || o.Open[0].Number != inv.Number || o.Open[0].DueOn != inv.DueOn || o.Open[0].Left.String() != "14000.00" {
				t.Fatalf("%s: %+v", day, o)
			}
			if got := o.Open[0].Discount.String() + " until " + o.Open[0].Until.String(); got != want {
				t.Errorf("%s: %s, want %s", day, got, want)
			}
		}
	})
}

func TestWhatIsToInvoiceAndOverdue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newDesk(t, d, ctx)
		k.profiled()
		k.MoveTo("2026-03-02")
		owing := func() ops.Owing {
			t.Helper()
			return must(k.Owing(ctx, finance, "org_acme"))(t)
		}
		january := k.Locked("2026-01")
		if o := owing(); len(o.Waiting) != 1 || o.Waiting[0].Statement != january.ID || o.Waiting[0].Payable.String() != "14000.00" || len(o.Overdue) != 0 {
			t.Errorf("locked: %+v", o)
		}
		inv := must(k.Issue(ctx, accounts, ops.IssueInput{Statement: january.ID}))(t)
		k.MoveTo("2026-04-01")
		if o := owing(); len(o.Waiting) != 0 || len(o.Overdue) != 0 || len(o.Open) != 1 || o.Open[0].Number != inv.Number || o.Open[0].Left.String() != "14000.00" || !o.Open[0].Discount.IsZero() {
			t.Errorf("due on this day: %+v", o)
		}
		must(k.RecordPayment(ctx, accounts, paid("4,000.00", "TX-1")))(t)
		k.MoveTo("2026-04-02")
		if o := owing(); len(o.Overdue) != 1 || o.Overdue[0].Number != inv.Number || o.Overdue[0].Left.String() != "10000.00" || o.Overdue[0].DueOn.String() != "2026-04-01" || len(o.Open) != 0 {
			t.Errorf("a day later: %+v", o)
		}
		must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: inv.ID, Reason: "all"}))(t)
		if o := owing(); len(o.Overdue) != 0 || len(o.Open) != 0 || len(o.Waiting) != 1 {
			t.Errorf("taken back whole: %+v", o)
		}
		if _, err := k.Owing(ctx, sales, "org_acme"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v", err)
		}
		if _, err := k.Owing(ctx, stranger, "org_acme"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}
