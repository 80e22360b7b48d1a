package feestest

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

// The people: of the agency, of its client Acme Robotics, and of a client that this is no business of.
var (
	Owner    = Of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	Lead     = Of("acc_lead", "Lea Lead", access.Membership{Role: access.AccountLead, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	Boss     = Of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
	Finance  = Of("acc_fin", "Finn Finance", access.Membership{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client})
	Sales    = Of("acc_sales", "Sal Sales", access.Membership{Role: access.ClientSales, Org: "org_acme", OrgKind: access.Client})
	Stranger = Of("acc_str", "Sam Stranger", access.Membership{Role: access.ClientExecutive, Org: "org_bolt", OrgKind: access.Client})
)

// Of is a person of the workspace with one membership.
func Of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

// enter stores the organisations, and the people but the stranger, who mails may go to.
func enter(d *db.DB, ctx context.Context, at time.Time) error {
	emails := []struct {
		who   access.Actor
		email string
	}{
		{Owner, "olga@northlight.example"}, {Lead, "lea@northlight.example"},
		{Boss, "emil@acme.example"}, {Finance, "finn@acme.example"}, {Sales, "sal@acme.example"},
	}
	return d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme Robotics, Inc."}, {"org_bolt", "client", "Boltworks"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], at); err != nil {
				return err
			}
		}
		for _, e := range emails {
			p, m := e.who, e.who.Memberships[0]
			covers := m.Client
			if m.OrgKind == access.Client {
				covers = m.Org
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO account (id, email, name, created_at) VALUES (?, ?, ?, ?)", p.Account, e.email, p.Name, at); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO membership (id, account_id, org_id, role, client_id, from_at) VALUES (?, ?, ?, ?, ?, ?)",
				"mem_"+p.Account, p.Account, m.Org, string(m.Role), covers, at); err != nil {
				return err
			}
		}
		return nil
	})
}
