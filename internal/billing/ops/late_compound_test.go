package ops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// 14,000.00 are due on 1 Apr 2026. The first month bears 210.00, the second 213.15 on 14,210.00, the third 216.35 on 14,423.15, or 213.20 on 14,213.15
// where the 210.00 were settled on 16 May.
func TestAChargeThatIsSettledBearsNoneOfTheNext(t *testing.T) {
	for _, c := range []struct {
		name, want string
		settle     func(t *testing.T, k *desk, ctx context.Context, charge ops.Invoice)
	}{
		{"open", "429.50", func(*testing.T, *desk, context.Context, ops.Invoice) {}},
		{"paid", "426.35", func(t *testing.T, k *desk, ctx context.Context, charge ops.Invoice) {
			in := paidOn("210.00", "2026-05-16")
			in.Invoice = charge.ID
			must(k.RecordPayment(ctx, accounts, in))(t)
		}},
		{"waived", "426.35", func(t *testing.T, k *desk, ctx context.Context, charge ops.Invoice) {
			must(k.Credit(ctx, accounts, ops.CreditInput{Invoice: charge.ID, Reason: "goodwill"}))(t)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
				k, _ := agreed(t, d, ctx, "compounding: none", "compounding: monthly", "counted: days/30", "counted: full-months")
				k.MoveTo("2026-05-16")
				charge := must(k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme", AsOf: cal.MustDate("2026-05-01")}))(t)
				c.settle(t, k, ctx, charge)
				k.MoveTo("2026-07-16")
				next := must(k.IssueLate(ctx, accounts, ops.LateInput{Client: "org_acme", AsOf: cal.MustDate("2026-07-01")}))(t)
				detail := next.Document.Lines[0].Detail
				if charge.Payable.String() != "210.00" || next.Payable.String() != c.want || !strings.Contains(detail, "less 210.00 charged before") {
					t.Errorf("%s, then %s, want %s: %s", charge.Payable, next.Payable, c.want, detail)
				}
				k.inBalance()
			})
		})
	}
}
