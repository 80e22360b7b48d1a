package ui_test

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
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

func TestTheSpecialistsPageIsTheAgencysAlone(t *testing.T) {
	k := newDesk(t)
	specialist := of("acc_spec", "Stella Specialist", access.Membership{Role: access.SpecialistPartner, Org: "org_spec", OrgKind: access.Specialist, Client: "org_acme"})
	err := k.ops.DB.Write(k.ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES ('org_spec', 'specialist', 'Brightpath', ?)", noon)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page := home + "/specialists"
	k.as(owner).Get(page).Says(t, 200, "Nobody is engaged", "Engage a specialist")
	k.accepted("")
	c, err := k.ops.Contracts.Engage(k.ctx, owner, "org_acme", "org_spec", "brightpath-social")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(contract.UnderpinningTemplate(c.Name, "Northlight LLC", "Brightpath", cal.MustDate("2026-01-01")), "14,000.00 per month", "13,579.24 per month")
	saved, err := k.ops.Contracts.Save(k.ctx, owner, contractops.SaveInput{Contract: c.ID, Source: text})
	if err != nil {
		t.Fatal(err)
	}
	v, err := k.ops.Contracts.Propose(k.ctx, owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.ops.Contracts.Accept(k.ctx, specialist, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.AgencySide}); err != nil {
		t.Fatal(err)
	}
	k.ops.Score = func(context.Context, access.Actor, contractops.Contract, contract.Agreement) (engagement.Score, error) {
		return engagement.Score{Statements: 1, Paid: money.New(13_579_24, "USD"), Charged: money.New(20_000_00, "USD"), PaidThen: money.New(13_579_24, "USD"), ForMonth: 1}, nil
	}
	k.as(owner).Get(page).Says(t, 200, "Brightpath", "13,579.24", "6,420.76", "No request was given to Brightpath under the contract")
	k.ops.UsedWith = func(context.Context, access.Actor, string, string, time.Time) ([]engagement.Used, error) {
		return []engagement.Used{{Priority: contract.Normal, Requests: 2, Client: time.Hour, Agency: 2 * time.Hour, Specialist: 3*time.Hour + 30*time.Minute}}, nil
	}
	k.as(owner).Get(page).Says(t, 200, "Working time that each side had its requests", "3 h 30 min", "6 h 30 min")
	for _, who := range []access.Actor{executive, specialist, member} {
		got := k.as(who).Get(page)
		if got.Status == 200 || strings.Contains(got.Body, "13,579.24") || strings.Contains(got.Body, "brightpath-social") {
			t.Errorf("%s gets %d", who.Name, got.Status)
		}
		if words := k.as(who).Get(home).Body; strings.Contains(words, "13,579.24") || strings.Contains(words, "brightpath-social") {
			t.Errorf("%s reads of it on the map", who.Name)
		}
	}
}
