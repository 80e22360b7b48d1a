package demo

import (
	"context"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/contract"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// conflicts checks a prospect of the sample agency, and asks the client for its consent. The sample contract promises nothing of competitors; it is the prospect that asks.
func (st *story) conflicts(ctx context.Context) error {
	first := cal.DateOf(st.Clock.Now(), zone).AddDays(30)
	_, err := st.Engagement.CheckConflict(ctx, st.as(access.AccountLead), engagementops.CheckInput{
		Newcomer: engagement.Account{Name: "Cargobots (sample)", Categories: []string{"warehouse-robots"}, Markets: []string{"US"}, Shared: contract.Office,
			Served: cal.Period{From: first, To: first.AddDays(365)}},
		Asks: &contract.NonCompetition{Category: "warehouse-robots", Named: []string{"Acme Robotics (sample)"}, Markets: []string{"US"}, Unit: contract.AgencyBrand, ClearedBy: contract.RemedyWaiver},
	})
	if err != nil {
		return err
	}
	_, err = st.Engagement.AskWaiver(ctx, st.as(access.AccountLead), engagementops.WaiverInput{
		Waiver: engagement.Waiver{Client: st.client, Category: "warehouse-robots", Markets: []string{"US"}, Unit: contract.Office, For: "Cargobots (sample)", Period: cal.Period{From: first, To: first.AddDays(365)}},
		Words:  "We have been asked to work for a maker of robots for small shops. Another team would do it, and it would not see your account.",
	})
	return err
}
