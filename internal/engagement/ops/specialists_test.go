package ops_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/engagement/ops/engagementtest"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
)

var (
	brightpath = of("acc_bright", "Stella Specialist", access.Membership{Role: access.SpecialistPartner, Org: "org_bright", OrgKind: access.Specialist, Client: "org_acme"})
	rival      = of("acc_rival", "Rita Rival", access.Membership{Role: access.SpecialistPartner, Org: "org_rival", OrgKind: access.Specialist, Client: "org_acme"})
	acmeBooks  = of("acc_fin", "Fay Finance", access.Membership{Role: access.ClientFinance, Org: "org_acme", OrgKind: access.Client})
)

// engaged is a bench with a contract of Brightpath, at 13,579.24 a month, that both accepted, and one of its rival that is a draft.
func engaged(t *testing.T, d *db.DB, ctx context.Context) *engagementtest.Bench {
	t.Helper()
	b := engagementtest.New(t, d, ctx)
	err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for i, who := range []access.Actor{brightpath, rival} {
			m := who.Memberships[0]
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, 'specialist', ?, ?)", m.Org, []string{"Brightpath", "Rival"}[i], time.Unix(0, 0)); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO account (id, email, name, password_hash, session_epoch, created_at) VALUES (?, ?, ?, '', 0, ?)", who.Account, who.Account+"@example.test", who.Name, time.Unix(0, 0)); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO membership (id, account_id, org_id, role, client_id, from_at) VALUES (?, ?, ?, ?, ?, ?)", "mem_"+who.Account, who.Account, m.Org, string(m.Role), m.Client, time.Unix(0, 0)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := must[contractops.Contract](t)(b.Contracts.Engage(ctx, engagementtest.Owner, "org_acme", "org_bright", "brightpath-social"))
	text := strings.ReplaceAll(contract.UnderpinningTemplate(c.Name, "Northlight", "Brightpath", cal.MustDate("2026-01-01")), "14,000.00 per month", "13,579.24 per month")
	saved := must[contractops.Draft](t)(b.Contracts.Save(ctx, engagementtest.Owner, contractops.SaveInput{Contract: c.ID, Source: text}))
	v := must[contract.Version](t)(b.Contracts.Propose(ctx, engagementtest.Owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision}))
	must[contract.Version](t)(b.Contracts.Accept(ctx, brightpath, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.AgencySide}))
	must[contractops.Contract](t)(b.Contracts.Engage(ctx, engagementtest.Owner, "org_acme", "org_rival", "rival-search"))
	return b
}

func TestWhoWorksUnderTheAgency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		b := engaged(t, d, ctx)
		var asked []string
		b.UsedWith = func(_ context.Context, _ access.Actor, client, provider string, since time.Time) ([]engagement.Used, error) {
			asked = append(asked, client+" "+provider+" "+since.UTC().Format("2006-01"))
			return []engagement.Used{{Priority: contract.Normal, Requests: 1, Client: time.Hour, Agency: 2 * time.Hour, Specialist: 3 * time.Hour}}, nil
		}
		b.Score = func(context.Context, access.Actor, contractops.Contract, contract.Agreement) (engagement.Score, error) {
			return engagement.Score{Statements: 1, Paid: money.New(13_579_24, "USD"), Charged: money.New(20_000_00, "USD"), PaidThen: money.New(13_579_24, "USD"), ForMonth: 1}, nil
		}
		all := must[[]ops.Specialist](t)(b.Specialists(ctx, engagementtest.Owner, "org_acme"))
		if len(all) != 2 || all[0].With.Name != "Brightpath" || all[0].Terms == nil || all[1].With.Name != "Rival" || all[1].Terms != nil {
			t.Fatalf("%+v", all)
		}
		if left, ok := all[0].Score.Margin(); !ok || left.Minor != 6_420_76 {
			t.Errorf("left %v, %v", left, ok)
		}
		if len(all[0].Used) != 1 || all[0].Used[0].Whole() != 6*time.Hour || len(asked) != 1 || asked[0] != "org_acme org_bright 2026-01" {
			t.Errorf("used %+v, asked %v", all[0].Used, asked)
		}
		if all[1].Score != nil || all[1].Used != nil {
			t.Error("a draft has done something")
		}
	})
}

// Whoever is not of the agency, and whoever sees no money in it, learns neither who is engaged nor for how much; a specialist sees its own contract and no other.
func TestNobodySeesAnothersRates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, ctx context.Context) {
		b := engaged(t, d, ctx)
		for _, who := range []access.Actor{engagementtest.Executive, engagementtest.Product, engagementtest.Stranger, acmeBooks, brightpath, rival} {
			if all, err := b.Specialists(ctx, who, "org_acme"); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) || all != nil {
				t.Errorf("%s: %d, %v", who.Name, len(all), err)
			}
		}
		for who, want := range map[*access.Actor]string{&brightpath: "brightpath-social", &rival: "rival-search"} {
			own := must[[]contractops.Contract](t)(b.Contracts.Engaged(ctx, *who, "org_acme"))
			for _, c := range own {
				if c.Name != want {
					t.Errorf("%s sees %s", who.Name, c.Name)
				}
			}
		}
		contracts := must[[]contractops.Contract](t)(b.Contracts.Contracts(ctx, engagementtest.Executive, "org_acme"))
		for _, c := range contracts {
			if c.Provider != "" {
				t.Errorf("the client sees %s", c.Name)
			}
		}
		agreed, _, err := b.Terms(ctx, engagementtest.Executive, "org_acme")
		if err != nil || len(agreed) != 1 {
			t.Errorf("%d terms, %v", len(agreed), err)
		}
	})
}
