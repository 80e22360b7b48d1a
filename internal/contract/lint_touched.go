package contract

import (
	"slices"
	"strings"
)

func lintAtTheDealUnsaid(l *linter, r RevenueShare, at *value) {
	a := r.Attribution
	if a.None || a.Touched.AtTheDeal != "" {
		return
	}
	day, touch := "on the day of the deal", "the call or the visit in which the customer signs"
	switch a.Anchor {
	case DealCreated:
		day, touch = "at the moment when the deal is created", "the form or the call that created it"
	case DealCollected:
		day, touch = "on the day of the first payment", "the reminder before it"
	}
	l.found(at.find("attribution.anchor"), "at_the_deal: counts, or at_the_deal: left-out", "The text does not say whether touches %s count. As it stands they do: %s earns as any other touch.", day, touch)
}

func lintEarlierDealsUnsaid(l *linter, r RevenueShare, at *value) {
	if a := r.Attribution; !a.None && a.Touched.EarlierDeals == "" {
		l.found(at.find("attribution.anchor"), "earlier_deals: reset, or earlier_deals: reused",
			"The text does not say what becomes of touches when a customer buys again. As it stands they count again: what led to the first deal earns in the second one, too.")
	}
}

// lintTouchesUnsaid is one finding for what few people think of.
func lintTouchesUnsaid(l *linter, r RevenueShare, at *value) {
	a := at.get("attribution")
	if r.Attribution.None {
		return
	}
	var open, write []string
	for _, k := range []struct {
		spec  spec
		words string
	}{
		{excludedChannelsSpec, "whatever its channel"}, {repeatsSpec, "each one of several in a row through the same channel"}, {stepsSpec, "however many there are"},
	} {
		if a.get(k.spec.key) == nil {
			open, write = append(open, k.words), append(write, k.spec.key+": "+k.spec.unsaid)
		}
	}
	if len(open) > 0 {
		l.found(a.get("anchor"), strings.Join(write, ", ")+", or what else was meant", "The text does not say which touches make a path. As it stands every touch does: %s.", strings.Join(open, "; "))
	}
}

func lintExcludedEarns(l *linter, r RevenueShare, at *value) {
	a := r.Attribution
	if a.Credits.By != "channels" {
		return
	}
	for i, channel := range a.Touched.Excluded {
		if slices.Contains(a.Credits.Values, channel) {
			l.found(at.find("attribution.excluded_channels").items[i], "the channel in one of the two lists", "%s earns under credits, but its touches are no touches of any path: they never earn.", channel)
		}
	}
}
