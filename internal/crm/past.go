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

// PastOf is the past of one deal by what imports said of it, the oldest first, and by what the CRM's own history tells of its fields, in the order of
// History. Where both tell of a field, the CRM's history is the closer one: it knows what was between two imports, and at the start. Days are
// those of the zone.
func PastOf(said []SaidDeal, edits []Edit, zone *time.Location) Past {
	p := pastByImports(said, zone)
	first := map[string]Edit{}
	pushes := 0
	for _, e := range edits {
		if _, known := first[e.Field]; !known {
			first[e.Field] = e
		}
		switch e.Field {
		case "stage":
			p.Stages = true
		case "source":
			p.SourceChanged = p.SourceChanged || e.Before != ""
		case "closed_on":
			if pushed(e, zone) {
				pushes++
			}
		}
	}
	p.Pushes = max(p.Pushes, pushes)
	if e, known := first["source"]; known {
		p.SourceKnown = p.SourceKnown || e.Before != "" || len(said) > 0 && early(SaidDeal{cal.DateOf(e.At, zone), said[0].Deal}, zone)
	}
	if e, known := first["closed_on"]; known {
		forecast := e.Before
		if forecast == "" && len(said) > 0 && early(SaidDeal{cal.DateOf(e.At, zone), said[0].Deal}, zone) {
			forecast = e.After
		}
		if day, err := cal.ParseDate(forecast); err == nil {
			p.Forecast = day
		}
	}
	return p
}

// pushed says whether an edit moved a close date to a later day that was then to come: the day of closing itself, which CRMs write, is no push.
func pushed(e Edit, zone *time.Location) bool {
	before, err := cal.ParseDate(e.Before)
	after, wrong := cal.ParseDate(e.After)
	return err == nil && wrong == nil && after.After(before) && after.After(cal.DateOf(e.At, zone))
}

// pastByImports is the past of a deal as far as imports alone tell it.
func pastByImports(said []SaidDeal, zone *time.Location) Past {
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
