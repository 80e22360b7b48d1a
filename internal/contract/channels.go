package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/channel"
)

// Channels is by which rules the channels of touches are named where a deal is credited.
type Channels struct {
	Said   bool
	Naming *channel.Naming // nil: a touch has the channel that it was imported with, which is also what silence means
}

// AsImported is the channel that the mapping of an import gave a touch.
const AsImported = "as-imported"

// noGrouping leaves own rules alone.
const noGrouping = "none"

var channelPattern = textOf("text, in which * stands for any", "partner*", "", nonEmpty)

var channelsSpec = spec{key: "channels", unsaid: AsImported, optional: true, instead: choice(AsImported),
	doc: "By which rules channels are named: as-imported, each touch has the one that the mapping of its import gave it; or by source, medium and campaign of its visit, whatever that mapping said. Without the key: as-imported.",
	fields: []spec{
		{key: "grouping", doc: "The published grouping with its number: ga4-1 is the default channel group of Google Analytics 4 with the list of sources number 1. none: own rules alone.", scalar: choice(channel.GA4, noGrouping)},
		{key: "rules", optional: true, doc: "Own rules, which come before the grouping. The first of which all that it states fits, in any case of letters, names the channel.", items: &spec{fields: []spec{
			{key: "channel", doc: "The name that it gives.", scalar: textScalar},
			{key: "source", doc: "The source of the visit.", scalar: channelPattern, optional: true},
			{key: "medium", doc: "The medium.", scalar: channelPattern, optional: true},
			{key: "campaign", doc: "The campaign.", scalar: channelPattern, optional: true},
		}}},
		{key: "unnamed", doc: "The channel of a visit that no rule names: a name for all of them, or as-imported. Needed with grouping: none; ga4-1 names every visit.", optional: true,
			scalar: textOf("name, or as-imported", "Other, or as-imported", "", nonEmpty)},
		{key: "without_visit", doc: "The channel of a touch of which neither source nor medium is known, such as a call that the CRM records: the one that it was imported with.", scalar: choice(AsImported)},
	}}

func (b *builder) channels(v *value) Channels {
	if v == nil {
		return Channels{}
	}
	if v.fields == nil {
		return Channels{Said: true}
	}
	n := &channel.Naming{}
	if g := v.str("grouping"); g != noGrouping {
		n.Grouping = g
	}
	if rules := v.get("rules"); rules != nil {
		for _, item := range rules.items {
			r := channel.Rule{Channel: item.str("channel"), Source: item.str("source"), Medium: item.str("medium"), Campaign: item.str("campaign")}
			if r.Source+r.Medium+r.Campaign == "" {
				b.problem(item, "channel-rule", "say by what %s is known: write at least one of source, medium and campaign", r.Channel)
			}
			n.Rules = append(n.Rules, r)
		}
	}
	if unnamed := v.str("unnamed"); unnamed != AsImported {
		n.Unnamed = unnamed
	}
	switch {
	case n.Grouping == "" && len(n.Rules) == 0:
		b.problem(v, "channels-none", "nothing names a channel: write grouping: %s, rules of your own, or channels: %s", channel.GA4, AsImported)
	case n.Grouping == "" && v.get("unnamed") == nil:
		b.problem(v, "channels-unnamed", "say what the channel of a visit is that no rule names; write unnamed: %s, or a name such as unnamed: Other", AsImported)
	case n.Grouping != "" && v.get("unnamed") != nil:
		b.problem(v.get("unnamed"), "channels-unnamed", "%s names every visit, at last Unassigned; leave unnamed out", n.Grouping)
	}
	return Channels{Said: true, Naming: n}
}

// Words are what is said, as a part of a sentence; nothing where nothing is said.
func (c Channels) Words() string {
	switch {
	case !c.Said:
		return ""
	case c.Naming == nil:
		return "the channel of a touch is the one that it was imported with"
	}
	var by []string
	if rules := ruleWords(c.Naming.Rules); rules != "" {
		by = append(by, "the first of these rules that fits ("+rules+")")
	}
	if c.Naming.Grouping == channel.GA4 {
		by = append(by, "the default channel group of Google Analytics 4 ("+channel.GA4+")")
	}
	words := "the channel of a visit is named by its source, medium and campaign: by " + strings.Join(by, ", else by ")
	switch {
	case c.Naming.Grouping != "":
	case c.Naming.Unnamed == "":
		words += ", else it is the one that it was imported with"
	default:
		words += ", else it is " + c.Naming.Unnamed
	}
	return words + "; a touch without a visit has the channel that it was imported with"
}

func ruleWords(rules []channel.Rule) string {
	var out []string
	for _, r := range rules {
		var by []string
		for _, p := range []struct{ field, pattern string }{{"source", r.Source}, {"medium", r.Medium}, {"campaign", r.Campaign}} {
			if p.pattern != "" {
				by = append(by, p.field+" "+p.pattern)
			}
		}
		out = append(out, r.Channel+": "+strings.Join(by, " and "))
	}
	return strings.Join(out, "; ")
}

// otherChannels reads channels as imported, or by the grouping.
func otherChannels(p passage) []reading {
	if p.value != nil && p.value.fields != nil {
		return []reading{{other: AsImported}}
	}
	return []reading{{other: channel.GA4, write: "{grouping: " + channel.GA4 + ", without_visit: " + AsImported + "}"}}
}

// otherGroupings reads own rules without the grouping, or with it.
func otherGroupings(p passage) []reading {
	out := []reading{{other: channel.GA4, with: []companion{drop("unnamed")}}}
	if rules := p.within.get("rules"); rules != nil && len(rules.items) > 0 {
		out = append(out, reading{other: noGrouping, with: []companion{also("unnamed", AsImported)}})
	}
	return out
}

// otherRules reads the grouping without own rules.
func otherRules(p passage) []reading {
	if p.within.str("grouping") == noGrouping {
		return nil
	}
	return orEmpty(p)
}

// channelsDecide says whether a name of a channel moves money under the terms.
func (a Attribution) channelsDecide() bool {
	return !a.None && (a.Credits.By != "providers" || len(a.Touched.Excluded) > 0 || a.Touched.Repeats == Collapsed || a.Model == "last-non-direct" || a.Model == DataDriven)
}

func lintChannelsUnsaid(l *linter, r RevenueShare, at *value) {
	if a := r.Attribution; a.channelsDecide() && !a.Touched.Channels.Said {
		l.found(at.find("attribution.contacts"), "channels: {grouping: "+channel.GA4+", without_visit: "+AsImported+"}, or channels: "+AsImported,
			"The text does not say by which rules channels are named. As it stands the mapping of each import decides: the same visit imported by another one may earn, or not.")
	}
}

// namedChannels are the places of the text that name channels, with what each name is for.
func namedChannels(at *value) (names []*value, why []string) {
	a := at.get("attribution")
	add := func(list *value, key, means string) {
		if list == nil {
			return
		}
		for _, item := range list.items {
			if key != "" {
				item = item.get(key)
			}
			names, why = append(names, item), append(why, means)
		}
	}
	add(a.find("credits.channels"), "", "so it earns nothing")
	add(a.find("credits.all_channels_except"), "", "so nothing is left out by it")
	add(a.find("direct_channels"), "", "so no touch is passed over by it")
	add(a.find("excluded_channels"), "", "so no touch is left out of a path by it")
	add(a.find("removal_effects.channels"), "channel", "so it weighs nothing")
	return names, why
}

// lintChannelOtherwise: a name that the naming writes with other letters.
func lintChannelOtherwise(l *linter, r RevenueShare, at *value) {
	lintNeverNamed(l, r, at, func(item *value, why, known string) {
		if known != "" {
			l.found(item, known, "No visit is called %q by the stated channels, which write %q, %s.", item.text, known, why)
		}
	})
}

// lintChannelNever: a name that only touches without a visit can have.
func lintChannelNever(l *linter, r RevenueShare, at *value) {
	lintNeverNamed(l, r, at, func(item *value, why, known string) {
		if known == "" {
			names, _ := r.Attribution.Touched.Channels.Naming.Names()
			l.found(item, "one of "+strings.Join(names, ", ")+", unless touches without a visit are imported as "+item.text,
				"No visit is ever called %q by the stated channels: where all touches have visits, no touch has it, %s.", item.text, why)
		}
	})
}

func lintNeverNamed(l *linter, r RevenueShare, at *value, tell func(item *value, why, known string)) {
	n := r.Attribution.Touched.Channels.Naming
	if r.Attribution.None || n == nil {
		return
	}
	known, closed := n.Names()
	if !closed {
		return
	}
	names, why := namedChannels(at)
	for i, item := range names {
		if slices.Contains(known, item.text) {
			continue
		}
		alike := slices.IndexFunc(known, func(k string) bool { return plainName(k) == plainName(item.text) })
		if alike < 0 {
			tell(item, why[i], "")
		} else {
			tell(item, why[i], known[alike])
		}
	}
}

// plainName is a name without its case and what parts its words.
func plainName(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" _-()", r) }), " ")
}

// NamedBy tells people by which rules a channel was named, "" where it is as it was imported.
func (c Channels) NamedBy() string {
	if c.Naming == nil {
		return ""
	}
	var by []string
	if n := len(c.Naming.Rules); n > 0 {
		by = append(by, fmt.Sprintf("%s of the contract", map[bool]string{true: "1 rule", false: fmt.Sprintf("%d rules", n)}[n == 1]))
	}
	if c.Naming.Grouping != "" {
		by = append(by, c.Naming.Grouping)
	}
	return strings.Join(by, ", then ")
}
