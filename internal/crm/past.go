package crm

import (
	"time"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
)

// SaidDeal is what an import said of a deal, and the day on which it did.
type SaidDeal struct {
	On   cal.Date
	Deal Deal
}

// earlyDays is how long after its creation a deal may first have been seen for what was said then to be what it was created with.
const earlyDays = 30

// PastOf is the past of one deal by what imports said of it, the oldest first. Days are those of the zone.
func PastOf(said []SaidDeal, zone *time.Location) Past {
	var p Past
	if len(said) == 0 {
		return p
	}
	first := said[0]
	if early(first, zone) {
		if open(first.Deal) {
			p.Forecast = first.Deal.ClosedOn
		}
		p.Stages = first.Deal.Stage != ""
	}
	source := ""
	for i, s := range said {
		if s.Deal.Deleted {
			continue
		}
		switch {
		case source == "":
			source = s.Deal.Source
			p.SourceKnown = source != "" && early(s, zone)
		case s.Deal.Source != source:
			p.SourceChanged = true
		}
		if i == 0 {
			continue
		}
		before := said[i-1].Deal
		if before.Stage != "" && s.Deal.Stage != before.Stage {
			p.Stages = true
		}
		if open(before) && open(s.Deal) && !before.ClosedOn.IsZero() && s.Deal.ClosedOn.After(before.ClosedOn) {
			p.Pushes++
		}
	}
	return p
}

// early says whether an import that said something of a deal came soon after the deal was created.
func early(s SaidDeal, zone *time.Location) bool {
	return !s.Deal.CreatedAt.IsZero() && !s.On.After(cal.DateOf(s.Deal.CreatedAt, zone).AddDays(earlyDays))
}
