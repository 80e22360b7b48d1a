package ops_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

func TestASettlementFromOpenToFrozen(t *testing.T) {
	const ending = "  length: 12 months\n  renewal: {kind: none}\n  notice: {period: 90 days, fee: full}\n  exit: {retainer_balance: credit}\n"
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, ending)
		open := int64(250_00)
		k.KnownFigures = func(context.Context, access.Actor, string, string) (map[engagement.PartKey]engagement.Figure, error) {
			return map[engagement.PartKey]engagement.Figure{engagement.OpenInvoices: {Amount: money.New(open, "USD"), Basis: "1 invoice", Source: "invoices"}}, nil
		}
		s := must[ops.Settlement](t)(k.Settlement(ctx, k.finance, k.client, k.contract))
		if len(s.Issues()) != 9 || s.Total != nil {
			t.Fatalf("%d issues", len(s.Issues()))
		}
		_, err := k.AcceptSettlement(ctx, k.owner, k.client, k.contract, s.SHA256)
		refused(t, err, fault.Conflict, "settlement-early")
		k.on("2027-01-11")
		_, err = k.AcceptSettlement(ctx, k.owner, k.client, k.contract, s.SHA256)
		refused(t, err, fault.Conflict, "settlement-open")
		for _, r := range engagement.PartRules() {
			in := ops.StateInput{Client: k.client, Contract: k.contract, Part: r.Key, Amount: "100.00", Basis: "as listed", Evidence: "folder Exit"}
			if r.Key == engagement.OpenInvoices {
				continue
			}
			must[ops.Settlement](t)(k.StatePart(ctx, k.owner, in))
			s = must[ops.Settlement](t)(k.StatePart(ctx, k.owner, in))
		}
		// 250 + 100 + 100 + 100 − 100 + 100 + 100 + 100 + 100 − 100.
		if s.Total == nil || s.Total.Minor != 750_00 || len(s.Stated) != 9 {
			t.Fatalf("total %v of %d statements", s.Total, len(s.Stated))
		}
		must[ops.Settlement](t)(k.AcceptSettlement(ctx, k.owner, k.client, k.contract, s.SHA256))
		must[ops.Settlement](t)(k.AcceptSettlement(ctx, k.owner, k.client, k.contract, s.SHA256))

		open = 300_00
		_, err = k.AcceptSettlement(ctx, k.executive, k.client, k.contract, s.SHA256)
		refused(t, err, fault.Conflict, "settlement-changed")
		s = must[ops.Settlement](t)(k.Settlement(ctx, k.executive, k.client, k.contract))
		if len(s.Accepted) != 0 {
			t.Error("an acceptance of another text counts")
		}
		must[ops.Settlement](t)(k.AcceptSettlement(ctx, k.owner, k.client, k.contract, s.SHA256))
		closed := must[ops.Settlement](t)(k.AcceptSettlement(ctx, k.executive, k.client, k.contract, s.SHA256))
		if closed.ClosedAt.IsZero() || len(closed.Accepted) != 2 || closed.Total.Minor != 800_00 {
			t.Fatalf("%+v", closed.Settlement)
		}

		open = 999_00
		after := must[ops.Settlement](t)(k.Settlement(ctx, k.finance, k.client, k.contract))
		if _, sha := after.Encode(); after.Total.Minor != 800_00 || sha != closed.SHA256 {
			t.Error("a frozen settlement changed")
		}
		_, err = k.StatePart(ctx, k.owner, ops.StateInput{Client: k.client, Contract: k.contract, Part: engagement.TailFees, Amount: "1.00", Basis: "x", Evidence: "x"})
		refused(t, err, fault.Conflict, "settlement-closed")
		_, err = k.Settlement(ctx, k.stranger, k.client, k.contract)
		refused(t, err, fault.NotFound, "not-found")
	})
}

func TestWhatIsWrongInAStatementIsSaidTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, "  length: 12 months\n  renewal: {kind: none}\n  notice: {period: 90 days, fee: full}\n")
		_, err := k.StatePart(ctx, k.finance, ops.StateInput{Client: k.client, Contract: k.contract, Part: engagement.ClientFunds, Amount: "many"})
		if all := fault.All(err); len(all) != 3 {
			t.Errorf("%v", err)
		}
	})
}

func TestWhatIsKeptIsHeldToTheRecord(t *testing.T) {
	const ending = "  length: 12 months\n  renewal: {kind: none}\n  notice: {period: 30 days, fee: full, ends: any-day, receipt: {in_product: 0 days}}\n  exit: {retainer_balance: forfeit}\n"
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		k := newTermDesk(t, d, ctx, ending)
		n := must[engagement.Notice](t)(k.GiveNotice(ctx, k.owner, k.give("2026-09-01")))
		must[engagement.Notice](t)(k.AcknowledgeNotice(ctx, k.executive, k.client, n.ID, ""))
		k.on("2027-01-11")
		for _, r := range engagement.PartRules() {
			must[ops.Settlement](t)(k.StatePart(ctx, k.owner, ops.StateInput{Client: k.client, Contract: k.contract, Part: r.Key, Amount: "100.00", Basis: "as listed", Evidence: "folder Exit"}))
		}
		s := must[ops.Settlement](t)(k.Settlement(ctx, k.owner, k.client, k.contract))
		for _, by := range []access.Actor{k.owner, k.executive} {
			must[ops.Settlement](t)(k.AcceptSettlement(ctx, by, k.client, k.contract, s.SHA256))
		}
		hold := func(name string, notices, settlements int) {
			t.Helper()
			err := d.Read(ctx, func(ctx context.Context, tx bun.Tx) error {
				held, altered, err := ops.VerifyNotices(ctx, tx)
				if held != notices || len(altered) != 1-notices {
					t.Errorf("%s: %d notices hold, altered %v", name, held, altered)
				}
				if err != nil {
					return err
				}
				held, altered, err = ops.VerifySettlements(ctx, tx)
				if held != settlements || len(altered) != 1-settlements {
					t.Errorf("%s: %d settlements hold, altered %v", name, held, altered)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		hold("untouched", 1, 1)
		alter := func(attack string) {
			t.Helper()
			err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
				if err := dbtest.Unprotect(ctx, tx, "engagement_notice", "engagement_settlement"); err != nil {
					return err
				}
				_, err := tx.Tx.ExecContext(ctx, attack)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		alter("UPDATE engagement_notice SET body = replace(body, '2026-09-01', '2026-08-01'), received_on = '2026-08-01'")
		hold("a notice of another day", 0, 1)
		alter("UPDATE engagement_settlement SET total_minor = 1")
		hold("another total", 0, 0)
		alter("DELETE FROM engagement_settlement")
		alter("DELETE FROM engagement_notice")
		hold("both taken away", 0, 0)
	})
}
