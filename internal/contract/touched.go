package contract

import (
	"fmt"
	"strconv"
	"strings"
)

// Touched is which touches make the path of a deal, beside those that the window cuts off. What a text does not say is empty, and means that every
// touch counts, which is how paths were made before it could be said.
type Touched struct {
	Channels     Channels // by which rules their channels are named
	AtTheDeal    string   // counts | LeftOut: touches of the anchor's day, or, of a creation whose time is known, at its very instant
	EarlierDeals string   // reused | Reset: touches up to the anchor of the latest earlier won deal of any of the contacts
	Excluded     []string // channels whose touches are none; nil: not said
	Repeats      string   // kept | Collapsed: touches in a row through one channel by one provider
	Steps        int      // at most so many, the newest; 0: no limit
	Unlimited    bool     // it is said that there is no limit
}

// The words that take touches out of a path.
const (
	LeftOut   = "left-out"
	Reset     = "reset"
	Collapsed = "collapsed"
)

var (
	atTheDealSpec = spec{key: "at_the_deal", unsaid: "counts", optional: true, scalar: choice("counts", LeftOut),
		doc: "Touches on the day of the anchor, or, where the time of a creation is known, at that very instant: they count, or they are the deal itself and left out. Without the key they count."}
	earlierDealsSpec = spec{key: "earlier_deals", unsaid: "reused", optional: true, scalar: choice("reused", Reset),
		doc: "Touches up to the anchor of an earlier won deal of any of the same contacts: they count again (reused), or the path begins after the latest such deal (reset). Without the key: reused."}
	excludedChannelsSpec = spec{key: "excluded_channels", unsaid: "[]", optional: true, items: &spec{scalar: textScalar},
		doc: "Channels whose touches are no touches of any path; credits says which of the others earn. Without the key: none."}
	repeatsSpec = spec{key: "repeats", unsaid: "kept", optional: true, scalar: choice("kept", Collapsed),
		doc: "Touches in a row through the same channel, run by the same provider: each counts, or the first stands for all of them. Without the key: kept."}
	stepsSpec = spec{key: "steps", unsaid: "none", optional: true, scalar: textOf("number of touches, or none", "10, or none", `^([1-9][0-9]{0,3}|none)$`, checkSteps),
		doc: "At most so many touches make a path, the newest; or none for no limit. Without the key: none."}
)

func checkSteps(s string) error {
	if n, err := wholeNumber(s); s == "none" || err == nil && n >= 1 && n <= 9999 {
		return nil
	}
	return fmt.Errorf("write a whole number from 1 to 9999, or none")
}

func (b *builder) touched(v *value) Touched {
	steps, _ := strconv.Atoi(v.str("steps"))
	return Touched{Channels: b.channels(v.get("channels")), AtTheDeal: v.str("at_the_deal"), EarlierDeals: v.str("earlier_deals"), Excluded: v.texts("excluded_channels"), Repeats: v.str("repeats"), Steps: steps, Unlimited: v.str("steps") == "none"}
}

// checkAnchor refuses a journey that ends with a payment where revenue counts before it.
func (b *builder) checkAnchor(v *value, r RevenueShare) {
	if r.Attribution.Anchor == DealCollected && r.Base.Revenue == "closed" {
		b.problem(v.find("attribution.anchor"), "anchor-collected", "revenue counts when the deal is won, and the first payment may come long after it; write anchor: deal-won, or revenue: collected")
	}
}

// Words are what is said, as a sentence without its stop; nothing where nothing is said.
func (t Touched) Words(anchor string) string {
	moment := map[string]string{DealCreated: "on the day when the deal is created, or at the very moment where that is known,", DealCollected: "on the day when the journey ends"}[anchor]
	if moment == "" {
		moment = "on the day when the deal is won"
	}
	var said []string
	say := func(word, which, words string) {
		if word == which {
			said = append(said, words)
		}
	}
	if words := t.Channels.Words(); words != "" {
		said = append(said, words)
	}
	say(t.AtTheDeal, "counts", "touches "+moment+" count")
	say(t.AtTheDeal, LeftOut, "touches "+moment+" are left out")
	say(t.EarlierDeals, "reused", "touches before an earlier deal of the same contacts count again")
	say(t.EarlierDeals, Reset, "the path begins after the latest earlier won deal of any of the contacts")
	switch {
	case len(t.Excluded) > 0:
		said = append(said, "touches in "+strings.Join(t.Excluded, ", ")+" are no touches of the path")
	case t.Excluded != nil:
		said = append(said, "no channel is left out of the path")
	}
	say(t.Repeats, "kept", "each of several touches in a row through one channel counts")
	say(t.Repeats, Collapsed, "of several touches in a row through one channel by one provider the first stands for all")
	switch {
	case t.Unlimited:
		said = append(said, "there is no limit of touches")
	case t.Steps == 1:
		said = append(said, "only the newest touch makes the path")
	case t.Steps > 1:
		said = append(said, fmt.Sprintf("only the newest %d touches make the path", t.Steps))
	}
	words := strings.Join(said, "; ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
