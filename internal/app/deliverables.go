package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// deliverableDoors are what deliverables ask of billing and of the evidence.
func (p *Program) deliverableDoors() workops.DeliverableDoors {
	return workops.DeliverableDoors{FeePaid: feePaid, HandOver: p.acceptanceAsEvidence}
}

// feePaid says whether all invoices of a contract up to a month are paid.
func feePaid(ctx context.Context, tx bun.Tx, client, contract string, through cal.Month) (workops.FeePaid, error) {
	on, paid, err := billingops.PaidThrough(ctx, tx, client, contract, through)
	return workops.FeePaid{Paid: paid, On: on, Words: "all invoices up to " + through.Words()}, err
}

// acceptanceAsEvidence takes the acceptance of a milestone in as a file of deliveries. The same file twice is evidence once.
func (p *Program) acceptanceAsEvidence(ctx context.Context, client, name string, file []byte) error {
	workspace, _ := db.Workspace(ctx)
	by := access.Machine(workspace, "accepted deliverables")
	sum := sha256.Sum256(file)
	if no, err := p.CRM.TakenAs(ctx, by, client, hex.EncodeToString(sum[:])); err != nil || no > 0 {
		return err
	}
	_, err := p.CRM.Import(ctx, by, crmops.ImportInput{Client: client, Filename: name, Reader: bytes.NewReader(file), Kind: crm.KindDelivery})
	return err
}

// settleDeliverables records, in every workspace, what happened to deliverables without anybody.
func (p *Program) settleDeliverables(ctx context.Context) error {
	return p.eachWorkspace(ctx, func(ctx context.Context, _ string) error { return p.Work.SettleDeliverables(ctx) })
}
