package ui_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/engagement"
	"github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/engagement/ui"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	"github.com/ofrecord/ofrecord/internal/platform/db/dbtest"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	"github.com/ofrecord/ofrecord/internal/platform/web/webtest"
)

var noon = time.Date(2026, 5, 4, 16, 0, 0, 0, time.UTC)

func of(account, name string, m access.Membership) access.Actor {
	return access.Actor{Account: account, Name: name, Workspace: dbtest.Workspace, Memberships: []access.Membership{m}}
}

var (
	owner     = of("acc_owner", "Olga Owner", access.Membership{Role: access.Owner, Org: "org_ag", OrgKind: access.Agency})
	member    = of("acc_team", "Tim Team", access.Membership{Role: access.TeamMember, Org: "org_ag", OrgKind: access.Agency, Client: "org_acme"})
	executive = of("acc_exec", "Emil Executive", access.Membership{Role: access.ClientExecutive, Org: "org_acme", OrgKind: access.Client})
)

// desk is the pages of the relationship over a fresh database.
type desk struct {
	t   *testing.T
	ctx context.Context
	ops *ops.Service
}

func newDesk(t *testing.T) desk {
	t.Helper()
	d, ctx := dbtest.SQLite(t)
	if err := d.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, o := range [][3]string{{"org_ag", "agency", "Northlight LLC"}, {"org_acme", "client", "Acme"}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO org (id, kind, name, created_at) VALUES (?, ?, ?, ?)", o[0], o[1], o[2], noon); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return noon }
	parties := partyops.New(partyops.Options{DB: d, Now: clock, PublicURL: "https://example.test"})
	contracts := &contractops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contradicts: ops.Contradicts, AfterBind: ops.Appoint}
	return desk{t, ctx, &ops.Service{DB: d, Now: clock, Random: rand.Reader, Parties: parties, Contracts: contracts}}
}

// as opens the pages as somebody sees them.
func (k desk) as(who access.Actor) *webtest.Browser {
	k.t.Helper()
	g := &web.Registry{}
	(&ui.Pages{Ops: k.ops}).Register(g)
	return webtest.Open(k.t, web.New(web.Options{Admit: func(r *http.Request, action string) (context.Context, error) {
		if err := access.RequireAny(who, access.Action(action), r.PathValue("client")); err != nil {
			return nil, err
		}
		return access.WithActor(db.WithWorkspace(r.Context(), dbtest.Workspace), who), nil
	}}, g))
}

// accepted begins a contract with these lines before its clauses, and lets both sides accept it.
func (k desk) accepted(lines string) {
	k.t.Helper()
	c, err := k.ops.Contracts.Begin(k.ctx, owner, "org_acme", "growth")
	if err != nil {
		k.t.Fatal(err)
	}
	text := strings.Replace(contract.Template("growth", "Acme", "Northlight LLC", cal.MustDate("2026-01-01")), "\nclauses:", "\n"+lines+"\nclauses:", 1)
	saved, err := k.ops.Contracts.Save(k.ctx, owner, contractops.SaveInput{Contract: c.ID, Source: text})
	if err != nil {
		k.t.Fatal(err)
	}
	v, err := k.ops.Contracts.Propose(k.ctx, owner, contractops.ProposeInput{Contract: c.ID, Revision: saved.Revision})
	if err != nil {
		k.t.Fatal(err)
	}
	if _, err := k.ops.Contracts.Accept(k.ctx, executive, contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide}); err != nil {
		k.t.Fatal(err)
	}
}

const home = "/clients/org_acme/relationship"

func TestEmptyPagesTeach(t *testing.T) {
	k := newDesk(t)
	k.as(owner).Get(home).Says(t, 200, "No contract yet", "Open the contract")
	k.as(owner).Get(home+"/leakage").Says(t, 200, "No spend is known", "spend.csv")
	k.as(owner).Get(home+"/offers").Says(t, 200, "Nothing was offered yet")
	k.as(owner).Get(home+"/who").Says(t, 200, "Choose a category")
	k.accepted("")
	k.as(owner).Get(home).Says(t, 200, "Nothing is promised by category", "appointments", "Open the contract")
}

func TestRelationshipFromPromiseToAnswer(t *testing.T) {
	k := newDesk(t)
	k.accepted(`appointments:
  - {category: paid-media, brands: [Acme], markets: [US], promise: exclusive, until: 2026-06-30}
  - {category: brand-design, brands: [Acme], markets: [US], promise: preferred, first_refusal: 5 working days, minimum_share: 60 % per quarter}
resources:
  - {resource: lead strategist, kind: dedicated, hours: 40}`)
	k.ops.SpendOf = func(context.Context, bun.Tx, string) ([]engagement.Spend, error) {
		row := func(id, provider, market string, minor int64) engagement.Spend {
			return engagement.Spend{ID: id, On: cal.MustDate("2026-03-31"), Provider: provider, Vendor: "=Search", Cell: engagement.Cell{Category: "paid-media", Brand: "Acme", Market: market}, Amount: money.New(minor, "USD"), Known: true}
		}
		return []engagement.Spend{row("row-a", "Northlight LLC", "US", 75_000), row("row-b", "Roster Two", "US", 25_000), row("row-c", "Roster Two", "", 5)}, nil
	}
	client, agency := k.as(executive), k.as(owner)

	client.Get(home).Says(t, 200, "Of record on 4 May 2026", "exclusive", "30 Jun 2026", "asked first, for 5 working days; at least 60 % per quarter", "growth, version 1, entry 2",
		"no time is known; promised are 40 h", "not known", "nothing spent is known; promised are 60 % per quarter")
	k.as(member).Get(home).Says(t, 200, "paid-media", "Acme appoints Northlight LLC")
	if words := k.as(member).Get(home).Words(); strings.Contains(words, "permonth") || strings.Contains(words, "Minimumshare") || strings.Contains(words, "Leakage") {
		t.Errorf("the team sees money: %s", words)
	}
	k.as(member).Get(home+"/leakage").Says(t, 403)

	client.Get(home+"/leakage").Says(t, 200, "25.0 %", "1,000.00", "250.00", "1 row of spend says too little", "The row names no market", "March 2026", "growth, version 1, entry 1")
	only := client.Get(home + "/leakage?fate=leaked")
	only.Says(t, 200, "row-b")
	if strings.Contains(only.Words(), "row-c") {
		t.Error("the filter lets others through")
	}
	csv := client.Get(home + "/leakage?format=csv").Body
	if !strings.Contains(csv, "2026-03-31,row-b,'=Search,Roster Two,paid-media,Acme,US,250.00,USD,leaked,Northlight LLC,\"growth, version 1, appointments, entry 1\",") {
		t.Errorf("%s", csv)
	}

	client.Get(home+"/who?category=paid-media&brand=Acme&market=US").Says(t, 200, "All paid-media of Acme in US goes to Northlight LLC.")
	client.Get(home+"/who?category=paid-media&brand=Acme&market=US&day=2026-07-01").Says(t, 200, "Nobody was promised this work on that day.")
	client.Get(home+"/who?category=brand-design&brand=Acme&market=US").Says(t, 200, "Northlight LLC is asked first", "the end of Monday 11 May 2026 in America/New_York")
	client.Get(home+"/who?category=brand-design&brand=Acme&market=US&day=soon").Says(t, 422, "The day cannot be read")

	form := client.Get(home + "/offers")
	client.Press(form, "/offers", "category", "brand-design", "brand", "Acme", "market", "US", "work", "").Says(t, 422, "Name the work in a few words")
	client.Press(form, "/offers", "category", "paid-media", "brand", "Acme", "market", "US", "work", "search").Says(t, 409, "There is nobody to ask first")
	client.Press(form, "/offers", "category", "brand-design", "brand", "Acme", "market", "US", "work", "fair booth").Says(t, 200, "fair booth", "waits for an answer")
	offers := agency.Get(home + "/offers")
	offers.Says(t, 200, "Answer…")
	to := offers.Find("a[href$='/answer']").AttrOr("href", "")
	client.Get(to).Says(t, 403)
	answer := agency.Get(to)
	agency.Press(answer, "/answer", "answer", "maybe").Says(t, 422, "Answer an offer with taken or declined")
	agency.Press(answer, "/answer", "answer", "declined", "reason", "no hands free").Says(t, 200, "Olga Owner", "no hands free", "declined")
	agency.Press(answer, "/answer", "answer", "taken").Says(t, 409, "The offer was declined")
	client.Get(home).Says(t, 200, "First refusal: fair booth", "the work may go to others")
}
