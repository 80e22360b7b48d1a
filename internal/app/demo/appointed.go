package demo

import (
	"context"

	"github.com/ofrecord/ofrecord/internal/access"
	"github.com/ofrecord/ofrecord/internal/crm"
	"github.com/ofrecord/ofrecord/internal/engagement"
	engagementops "github.com/ofrecord/ofrecord/internal/engagement/ops"
	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// appointed says of a row of spend who did the work and for which promise: most of it is the agency's, the retargeting of the last summer was given to another although the
// category is exclusive, the fair was promised to nobody, and one row does not say its market.
func appointed(s crm.Spend) crm.Spend {
	s.Provider, s.Service, s.Brand, s.Market = agencyName, "paid-media", "Acme", "US"
	switch {
	case s.Campaign == "trade fair":
		s.Service = "events"
	case s.Campaign == "lookalikes" && cal.MonthOf(s.SpentOn).First() == cal.MustDate("2026-08-01"):
		s.Market = ""
	case s.Campaign == "lookalikes":
		s.Market = "CA"
	case s.Campaign == "autumn series" || s.Campaign == "spring series" || s.Campaign == "launch video":
		s.Service = "brand-design"
		if s.SpentOn.Month()%3 == 0 {
			s.Provider = rosterName
		}
	case s.Campaign == "retargeting" && s.SpentOn.After(cal.MustDate("2026-05-31")):
		s.Provider = rosterName
	}
	return s
}

const (
	agencyName = "Northlight (sample)"
	rosterName = "Southgate Media (sample)"
)

// offers are two pieces of work of the preferred category: the agency took one, the other waits for its answer.
func (st *story) offers(ctx context.Context) error {
	in := engagementops.OfferInput{Client: st.client, Category: "brand-design", Brand: "Acme", Market: "US", Work: "Catalogue of the winter season"}
	taken, err := st.Engagement.OfferFirst(ctx, st.as(access.ClientExecutive), in)
	if err != nil {
		return err
	}
	if _, err := st.Engagement.AnswerOffer(ctx, st.as(access.AccountLead), engagementops.AnswerInput{Client: st.client, Offer: taken.ID, Answer: engagement.Taken}); err != nil {
		return err
	}
	in.Work = "Film for the stand in Hanover"
	_, err = st.Engagement.OfferFirst(ctx, st.as(access.ClientExecutive), in)
	return err
}
