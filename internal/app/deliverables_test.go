package app

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// The acceptance of a milestone comes through the door of every file, and however often it is handed over it is evidence once.
func TestAcceptancesBecomeEvidenceOnce(t *testing.T) {
	eachDesk(t, func(t *testing.T, k *desk) {
		client, ctx := mustClient(t, k), k.inWorkspace(t.Context())
		file := []byte("delivery_id,milestone,delivered_on,accepted_on,returned_on,part,note\ndel_1,go-live,2026-03-06,2026-03-10,,50 %,\"Website, version 1\"\n")
		for range 2 {
			if err := k.Work.Deliverables.HandOver(ctx, client, "acceptance-of-del_1.csv", file); err != nil {
				t.Fatal(err)
			}
		}
		var evidence crm.Evidence
		var newest int64
		if err := k.DB.Read(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
			if newest, err = crmops.LatestImport(ctx, tx, client); err != nil {
				return err
			}
			evidence, err = new(crmops.Memory).EvidenceAt(ctx, tx, client, newest)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if newest != 1 || len(evidence.Deliveries) != 1 || evidence.Deliveries[0].AcceptedOn != cal.MustDate("2026-03-10") || evidence.Deliveries[0].Part != "50 %" {
			t.Errorf("import %d: %+v", newest, evidence.Deliveries)
		}
	})
}

// The fee of a month is paid when all invoices up to it are: those of the sample's first month, and not those of a month that is still under review.
func TestFeesThatArePaid(t *testing.T) {
	p, made := demoOn(t, t.TempDir()+"/demo.db")
	paid := func(month string) (out workops.FeePaid) {
		m, err := cal.ParseMonth(month)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.DB.Read(p.inWorkspace(t.Context()), func(ctx context.Context, tx bun.Tx) (err error) {
			out, err = p.Work.Deliverables.FeePaid(ctx, tx, made.Client, made.Contract, m)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := paid("2025-10"); !got.Paid || got.On.IsZero() || got.Words != "all invoices up to October 2025" {
		t.Errorf("%+v", got)
	}
	for _, month := range []string{"2026-08", "2026-09", "2026-10", "2025-09"} {
		if got := paid(month); got.Paid {
			t.Errorf("%s: %+v", month, got)
		}
	}
}
