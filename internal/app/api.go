package app

import (
	"context"
	"net/http"

	"github.com/ofrecord/ofrecord/internal/access"
	attributionapi "github.com/ofrecord/ofrecord/internal/attribution/api"
	billingapi "github.com/ofrecord/ofrecord/internal/billing/api"
	contractapi "github.com/ofrecord/ofrecord/internal/contract/api"
	crmapi "github.com/ofrecord/ofrecord/internal/crm/api"
	engagementapi "github.com/ofrecord/ofrecord/internal/engagement/api"
	feesapi "github.com/ofrecord/ofrecord/internal/fees/api"
	partyapi "github.com/ofrecord/ofrecord/internal/party/api"
	partyui "github.com/ofrecord/ofrecord/internal/party/ui"
	"github.com/ofrecord/ofrecord/internal/platform/api"
	timesheetapi "github.com/ofrecord/ofrecord/internal/timesheet/api"
	workapi "github.com/ofrecord/ofrecord/internal/work/api"
)

// api is every operation for programs.
func (p *Program) api(people *partyui.Pages) *api.API {
	admit := p.admit(people)
	a := api.New(api.Options{
		Title: "Ofrecord", Version: "1", Log: p.Log, DB: p.DB, Now: p.Now,
		Admit: func(ctx context.Context, r *http.Request, action, _ string) (context.Context, error) {
			return admit(r.WithContext(ctx), action)
		},
		Caller: func(ctx context.Context) string { return access.ActorFrom(ctx).Account },
	})
	(&partyapi.Operations{Party: p.Party}).Register(a)
	(&contractapi.Operations{Contracts: p.Contracts}).Register(a)
	(&engagementapi.Operations{Engagement: p.Engagement}).Register(a)
	(&timesheetapi.Operations{Timesheet: p.Timesheet}).Register(a)
	(&engagementapi.Conflicts{Engagement: p.Engagement}).Register(a)
	(&crmapi.Operations{CRM: p.CRM, MaxUpload: int64(p.Config.MaxUpload), Zone: p.zoneOf}).Register(a)
	(&attributionapi.Operations{Attribution: p.attribution()}).Register(a)
	(&feesapi.Operations{Fees: p.Fees, Contracts: p.contractIDs}).Register(a)
	(&billingapi.Operations{Billing: p.Billing}).Register(a)
	(&workapi.Deliverables{Work: p.Work}).Register(a)
	(&workapi.Operations{Work: p.Work}).Register(a)
	return a
}

// contractIDs are the ids of a client's contracts, those with specialists too for who may see them.
func (p *Program) contractIDs(ctx context.Context, actor access.Actor, client string) ([]string, error) {
	list, err := p.Contracts.Contracts(ctx, actor, client)
	if err != nil {
		return nil, err
	}
	engaged, err := p.Contracts.Engaged(ctx, actor, client)
	var ids []string
	for _, c := range append(list, engaged...) {
		ids = append(ids, c.ID)
	}
	return ids, err
}
