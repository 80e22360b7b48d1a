package demo

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"path"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	billingops "github.com/ofrecord/ofrecord/internal/billing/ops"
	"github.com/ofrecord/ofrecord/internal/contract"
	contractops "github.com/ofrecord/ofrecord/internal/contract/ops"
	"github.com/ofrecord/ofrecord/internal/crm"
	crmops "github.com/ofrecord/ofrecord/internal/crm/ops"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	partyops "github.com/ofrecord/ofrecord/internal/party/ops"
	"github.com/ofrecord/ofrecord/internal/platform/db"
	timesheetops "github.com/ofrecord/ofrecord/internal/timesheet/ops"
	workops "github.com/ofrecord/ofrecord/internal/work/ops"
)

//go:embed contracts
var contracts embed.FS

// Seed of the sample year.
const Seed = 2026

// Workspace is the short name of the demo's workspace.
const Workspace = "demo"

// Stage is the services that the story is played on.
type Stage struct {
	Party     *partyops.Service
	Contracts *contractops.Service
	CRM       *crmops.Service
	Fees      *feesops.Service
	Billing   *billingops.Service
	Timesheet *timesheetops.Service
	Work      *workops.Service
	Clock     *Clock

	Engagement *engagementops.Service
}

// Persona is a person of the story who can sign in.
type Persona struct {
	Role  access.Role
	Name  string
	Email string
	actor access.Actor
}

// Made is what the story left behind.
type Made struct {
	Client    string // id of the sample client
	Contract  string // id of its contract
	Statement string // id of the newest statement
	Invoice   string // id of the newest invoice
	Payment   string // id of the newest payment
	Request   string // id of the newest request
	Personas  []Persona
}

// story carries the play from scene to scene.
type story struct {
	Stage
	year     *year
	client   string
	contract string
	people   map[access.Role]*Persona
	order    []access.Role
	latest   string
	invoice  billingops.Invoice // the newest
	payment  string

	specialist string // id of its organisation
	request    string // the newest
}

// Play makes the sample year in an empty workspace.
func Play(ctx context.Context, s Stage) (Made, error) {
	st := &story{Stage: s, year: newYear(Seed), people: map[access.Role]*Persona{}}
	ctx = db.WithWorkspace(ctx, Workspace)
	st.at(First.AddDays(-24), 9)
	for _, scene := range []func(context.Context) error{st.openWorkspace, st.meetPeople, st.signFirst, st.enterProfiles, st.months, st.engage, st.requests, st.spendTime, st.today, st.conflicts, st.offers, st.lookAhead} {
		if err := scene(ctx); err != nil {
			return Made{}, fmt.Errorf("make the demo: %w", err)
		}
	}
	out := Made{Client: st.client, Contract: st.contract, Statement: st.latest, Invoice: st.invoice.ID, Payment: st.payment, Request: st.request}
	for _, role := range st.order {
		out.Personas = append(out.Personas, *st.people[role])
	}
	return out, nil
}

// at moves the story to an hour of a day in the contract's zone.
func (st *story) at(d cal.Date, hour int) {
	st.Clock.Set(d.Start(zone).Add(time.Duration(hour) * time.Hour))
}

func (st *story) openWorkspace(ctx context.Context) error {
	out, err := st.Party.Bootstrap(ctx, partyops.BootstrapInput{
		Workspace: Workspace, AgencyName: "Northlight (sample)", OwnerName: "Sample Owner", OwnerEmail: "owner@northlight.example",
	})
	if err != nil {
		return err
	}
	st.people[access.Owner] = &Persona{Role: access.Owner, Name: out.Owner.Name, Email: "owner@northlight.example"}
	st.order = append(st.order, access.Owner)
	return st.know(ctx, access.Owner, out.Owner.ID)
}

// know refreshes what a persona may do.
func (st *story) know(ctx context.Context, role access.Role, account string) (err error) {
	st.people[role].actor, err = st.Party.ActorOf(ctx, account, Workspace)
	return err
}

func (st *story) as(role access.Role) access.Actor { return st.people[role].actor }

func (st *story) meetPeople(ctx context.Context) error {
	owner := st.as(access.Owner)
	host, err := st.Party.Host(ctx, owner)
	if err != nil {
		return err
	}
	acme, err := st.Party.CreateClient(ctx, owner, "Acme Robotics (sample)")
	if err != nil {
		return err
	}
	st.client = acme.ID
	brightpath, err := st.Party.CreateOrg(ctx, owner, access.Specialist, "Brightpath (sample)")
	if err != nil {
		return err
	}
	st.specialist = brightpath.ID
	if _, err := st.Party.CreateClient(ctx, owner, "Bluebell Foods (sample)"); err != nil {
		return err
	}
	for _, p := range []struct {
		role   access.Role
		org    string
		client string
		name   string
		email  string
	}{
		{access.AccountLead, host.ID, "", "Sample Account Lead", "lead@northlight.example"},
		{access.FractionalCMO, host.ID, "", "Sample Fractional CMO", "cmo@northlight.example"},
		{access.AgencyFinance, host.ID, "", "Sample Agency Finance", "finance@northlight.example"},
		{access.TeamMember, host.ID, "", "Sample Team Member", "team@northlight.example"},
		{access.SpecialistPartner, brightpath.ID, acme.ID, "Sample Specialist", "specialist@brightpath.example"},
		{access.ClientExecutive, acme.ID, "", "Sample Client Executive", "executive@acme.example"},
		{access.ClientFinance, acme.ID, "", "Sample Client Finance", "finance@acme.example"},
		{access.ClientSales, acme.ID, "", "Sample Client Sales", "sales@acme.example"},
		{access.ClientProduct, acme.ID, "", "Sample Client Product", "product@acme.example"},
		{access.Auditor, acme.ID, "", "Sample Auditor", "auditor@acme.example"},
	} {
		m, err := st.Party.Invite(ctx, owner, partyops.InviteInput{Email: p.email, Name: p.name, Org: p.org, Client: p.client, Role: p.role})
		if err != nil {
			return fmt.Errorf("invite %s: %w", p.name, err)
		}
		st.people[p.role] = &Persona{Role: p.role, Name: p.name, Email: p.email}
		st.order = append(st.order, p.role)
		if err := st.know(ctx, p.role, m.Account); err != nil {
			return err
		}
	}
	for _, role := range []access.Role{access.Owner, access.AccountLead, access.FractionalCMO, access.AgencyFinance, access.ClientExecutive, access.ClientFinance} {
		if err := st.signIn(ctx, role); err != nil {
			return err
		}
	}
	return nil
}

// signIn lets a person come who acts in the year; the others are invited and come when the visitor is one of them.
func (st *story) signIn(ctx context.Context, role access.Role) error {
	link, err := st.Party.IssueLink(ctx, access.Machine(Workspace, "the operator at the command line"), st.people[role].Email)
	if err != nil {
		return err
	}
	in, err := st.Party.UseLink(ctx, path.Base(link))
	if err != nil {
		return fmt.Errorf("sign in %s: %w", st.people[role].Name, err)
	}
	return st.Party.Enter(ctx, in.Account, Workspace, "link")
}

func (st *story) signFirst(ctx context.Context) error {
	c, err := st.Contracts.Begin(ctx, st.as(access.AccountLead), st.client, "northlight-acme-growth")
	if err != nil {
		return err
	}
	st.contract = c.ID
	st.at(First.AddDays(-14), 11)
	return st.sign(ctx, "contracts/v1.yaml")
}

// sign takes a version through draft, proposal and acceptance.
func (st *story) sign(ctx context.Context, file string) error {
	source, err := contracts.ReadFile(file)
	if err != nil {
		return err
	}
	_, draft, err := st.Contracts.Draft(ctx, st.as(access.AccountLead), st.contract)
	if err != nil {
		return err
	}
	saved, err := st.Contracts.Save(ctx, st.as(access.AccountLead), contractops.SaveInput{Contract: st.contract, Source: string(source), Revision: draft.Revision})
	if err != nil {
		return err
	}
	v, err := st.Contracts.Propose(ctx, st.as(access.FractionalCMO), contractops.ProposeInput{Contract: st.contract, Revision: saved.Revision})
	if err != nil {
		return err
	}
	_, err = st.Contracts.Accept(ctx, st.as(access.ClientExecutive), contractops.AcceptInput{Version: v.ID, SHA256: v.SHA256, Side: contract.ClientSide})
	return err
}

// months plays the year: at the beginning of each month the CRM of the month before is imported and its statement made.
func (st *story) months(ctx context.Context) error {
	amendment := cal.MustDate("2026-04-16")
	var before cal.Date
	for m := cal.MonthOf(First); !m.First().After(Last); m = m.Next() {
		if m.Period().Contains(amendment) {
			st.at(amendment.AddDays(-9), 15)
			if err := st.sign(ctx, "contracts/v2.yaml"); err != nil {
				return err
			}
		}
		if m == cal.MonthOf(Last) {
			if err := st.deliverables(ctx); err != nil {
				return err
			}
		}
		on := importOf(m)
		st.at(on, 8)
		if err := st.importAll(ctx, on, before); err != nil {
			return err
		}
		before = on
		st.at(on, 15)
		if err := st.collect(ctx, m); err != nil {
			return fmt.Errorf("payment in %s: %w", m.Next(), err)
		}
		st.at(on.AddDays(1), 10)
		if err := st.statement(ctx, m); err != nil {
			return fmt.Errorf("statement of %s: %w", m, err)
		}
	}
	return nil
}

// importOf is the day on which the CRM of a month is imported.
func importOf(m cal.Month) cal.Date { return m.Next().First().AddDays(1) }

func (st *story) importAll(ctx context.Context, on, before cal.Date) error {
	exports, err := st.year.exports(on, before)
	if err != nil {
		return err
	}
	for _, e := range exports {
		mapping := crm.Plain(e.Kind)
		if _, err := st.CRM.Import(ctx, st.as(access.AccountLead), crmops.ImportInput{
			Client: st.client, Filename: e.Name, Reader: bytes.NewReader(e.CSV), Kind: e.Kind, Mapping: &mapping,
		}); err != nil {
			return fmt.Errorf("import %s: %w", e.Name, err)
		}
	}
	return nil
}

// Account is the id of the persona's account.
func (p Persona) Account() string { return p.actor.Account }
