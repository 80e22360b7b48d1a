package demo

import (
	"github.com/ofrecord/ofrecord/internal/crm"
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
