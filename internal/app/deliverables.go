package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/fees"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

// deliverableDoors are what deliverables ask of billing and of the evidence.
func (p *Program) deliverableDoors() workops.DeliverableDoors {
	return workops.DeliverableDoors{RequestEvent: p.Work.TellRequest, RequestOf: p.Work.RequestOf, FeePaid: feePaid, Acceptors: p.acceptors, Orders: engagementops.AcceptedOrders, HandOver: p.acceptanceAsEvidence}
}

// feePaid says whether all invoices of a contract up to a month are paid.
func feePaid(ctx context.Context, tx bun.Tx, client, contract string, through cal.Month) (workops.FeePaid, error) {
	on, paid, err := billingops.PaidThrough(ctx, tx, client, contract, through)
	return workops.FeePaid{Paid: paid, On: on, Words: "all invoices up to " + through.Words()}, err
}

// acceptors are those of a client whom the words of a contract name, or all who decide about deliveries.
func (p *Program) acceptors(ctx context.Context, tx bun.Tx, client, by string) ([]workops.Acceptor, error) {
	people, err := partyops.PeopleOf(ctx, tx, client, p.Now())
	if err != nil {
		return nil, err
	}
	var deciders []fees.Person
	for _, l := range people {
		if m := l.Membership; m.Org.Kind == access.Client && access.GrantOf(m.Role, access.DeliveryDecide) == access.OfClient {
			deciders = append(deciders, fees.Person{Account: l.Account.ID, Name: cmp.Or(l.Account.Name, string(l.Account.Email)), Role: m.Role})
		}
	}
	var out []workops.Acceptor
	for _, a := range fees.Acceptors(by, deciders) {
		out = append(out, workops.Acceptor{Account: a.Account, Name: a.Name})
	}
	return out, nil
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
