package app

import (
	"context"
	"time"

	"github.com/ofrecord/ofrecord/internal/access"
	attributionops "github.com/ofrecord/ofrecord/internal/attribution/ops"
	attributionui "github.com/ofrecord/ofrecord/internal/attribution/ui"
	billingui "github.com/ofrecord/ofrecord/internal/billing/ui"
	contractui "github.com/ofrecord/ofrecord/internal/contract/ui"
	crmui "github.com/ofrecord/ofrecord/internal/crm/ui"
	engagementui "github.com/ofrecord/ofrecord/internal/engagement/ui"
	feesops "github.com/ofrecord/ofrecord/internal/fees/ops"
	feesui "github.com/ofrecord/ofrecord/internal/fees/ui"
	"github.com/ofrecord/ofrecord/internal/journal"
	journalui "github.com/ofrecord/ofrecord/internal/journal/ui"
	partyui "github.com/ofrecord/ofrecord/internal/party/ui"
	"github.com/ofrecord/ofrecord/internal/platform/web"
	portfolioops "github.com/ofrecord/ofrecord/internal/portfolio/ops"
	portfolioui "github.com/ofrecord/ofrecord/internal/portfolio/ui"
	timesheetui "github.com/ofrecord/ofrecord/internal/timesheet/ui"
	workui "github.com/ofrecord/ofrecord/internal/work/ui"
)

// registry is every address of the program.
func (p *Program) registry(people *partyui.Pages) *web.Registry {
	g := &web.Registry{}
	people.Register(g)
	(&portfolioui.Pages{Ops: &portfolioops.Service{Now: p.Now, Party: p.Party, Contracts: p.Contracts, CRM: p.CRM, Fees: p.Fees, Billing: p.Billing, Daily: p.waitsOf, Ending: p.Engagement.Ending}}).Register(g)
	(&contractui.Pages{Ops: p.Contracts, Priced: true}).Register(g)
	(&engagementui.Pages{Ops: p.Engagement}).Register(g)
	(&timesheetui.Pages{Ops: p.Timesheet}).Register(g)
	(&workui.Pages{Ops: p.Work}).Register(g)
	(&crmui.Pages{Ops: p.CRM, Zone: p.zoneOf, Weighing: p.weighingOf, MaxUpload: int64(p.Config.MaxUpload), PublicURL: p.Config.URL()}).Register(g)
	(&attributionui.Pages{Ops: p.attribution(), ClientName: p.clientName}).Register(g)
	(&feesui.Pages{Ops: p.Fees, Contracts: p.contractChoices, NoMail: !p.Config.Mail().Configured()}).Register(g)
	(&billingui.Pages{Ops: p.Billing}).Register(g)
	(&journalui.Pages{Ops: p.Journal, ClientName: p.clientName, Subject: subjectPath}).Register(g)
	p.api(people).Mount(g)
	return g
}

// contractChoices are the contracts that a statement can be drafted under.
func (p *Program) contractChoices(ctx context.Context, actor access.Actor, client string) ([]feesui.Contract, error) {
	list, err := p.Contracts.Contracts(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	var out []feesui.Contract
	for _, c := range list {
		if len(c.Accepted()) > 0 {
			out = append(out, feesui.Contract{ID: c.ID, Name: c.Name})
		}
	}
	engaged, err := p.Contracts.Engaged(ctx, actor, client)
	for _, c := range engaged {
		if with, err := p.Party.Provider(ctx, actor, client, c.Provider); err == nil && len(c.Accepted()) > 0 {
			out = append(out, feesui.Contract{ID: c.ID, Name: c.Name + ", with " + with.Name})
		}
	}
	return out, err
}

// attribution is the use cases of credit.
func (p *Program) attribution() *attributionops.Service {
	return &attributionops.Service{DB: p.DB, Now: p.Now, FeesOf: feesops.FeesByMonth, OpenSegment: p.CRM.OpenSegment}
}

// zoneOf is where a client's days begin and end: as its first contract says, UTC while there is none.
func (p *Program) zoneOf(ctx context.Context, client string) *time.Location {
	list, err := p.Contracts.Contracts(ctx, access.ActorFrom(ctx), client)
	if err != nil {
		return time.UTC
	}
	for _, c := range list {
		if agreement, err := c.Agreement(); err == nil {
			return agreement.First().Zone
		}
	}
	return time.UTC
}

func (p *Program) clientName(ctx context.Context, actor access.Actor, id string) (string, error) {
	org, err := p.Party.Client(ctx, actor, id)
	return org.Name, err
}

// subjectPath is the page of what an entry of the record is about.
func subjectPath(e journal.Entry) string {
	if e.Subject.Kind == "month-end" {
		return "/month-ends/" + e.Subject.ID
	}
	if e.Client == "" {
		return ""
	}
	home := "/clients/" + e.Client
	switch e.Subject.Kind {
	case "contract":
		return home + "/contract/" + e.Subject.ID
	case "first-refusal":
		return home + "/relationship/offers"
	case "statement":
		return home + "/statements/" + e.Subject.ID
	case "invoice":
		return home + "/invoices/" + e.Subject.ID
	case "request":
		return home + "/work/" + e.Subject.ID
	case "mail", "mail-address":
		return home + "/mail"
	case "delivery", "result", "hours":
		return home + "/approvals"
	case "deliverable":
		return home + "/deliverables/" + e.Subject.ID
	case "pull":
		return home + "/evidence/pulls"
	case "notice":
		return home + "/relationship/notice"
	case "renewal", "calendar":
		return home + "/relationship/term"
	case "transition":
		return home + "/relationship/exit"
	case "settlement":
		return home + "/relationship/settlement"
	case "payment", "account":
		return home + "/account"
	case "billing-profile":
		return home + "/billing-profile"
	case "time":
		return home + "/time"
	case "membership":
		return home + "/people"
	default:
		return ""
	}
}
