package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/cal"
	"github.com/ofrecord/ofrecord/internal/kernel/money"
)

// DataDriven is the model that weighs channels by removal effects.
const DataDriven = "data-driven"

// RemovalEffects are what data-driven credit weighs channels by: learned of a closed period, and frozen by the text. New ones come with a new version of the
// contract, which leaves the deals of before as they were.
type RemovalEffects struct {
	Learned  cal.Period // the days of the deals that they were learned of
	Order    int        // of the chain, from 1 to 4
	Channels []ChannelEffect
}

// ChannelEffect is the part of the conversions that would not have come about without a channel.
type ChannelEffect struct {
	Channel string
	Effect  money.Ratio // from 0 to 1
}

var removalEffectsSpec = spec{key: "removal_effects", optional: true,
	doc: "The removal effect of each channel, by which data-driven weighs the channels of a deal's own path. Needed for that model. They are learned of a closed period and stay what is written; new ones come with a new version. A channel that is not named weighs nothing.",
	fields: []spec{
		{key: "from", doc: "The first day of the deals that they were learned of.", scalar: dateScalar},
		{key: "through", doc: "The last such day.", scalar: dateScalar},
		{key: "order", doc: "The order of the chain that they were learned by.", scalar: choice("1", "2", "3", "4")},
		{key: "channels", doc: "A channel each, with the part of the conversions that would not have come about without it.", items: &spec{fields: []spec{
			{key: "channel", doc: "As touches name it.", scalar: textScalar},
			{key: "effect", doc: "From 0 % to 100 %.", scalar: percentOf()},
		}}},
	}}

func (b *builder) removalEffects(v *value) *RemovalEffects {
	if v == nil || v.fields == nil {
		return nil
	}
	order, _ := strconv.Atoi(v.str("order"))
	e := RemovalEffects{Learned: cal.Period{From: v.date("from"), To: v.date("through").AddDays(1)}, Order: order}
	if e.Learned.IsEmpty() {
		b.problem(v.get("through"), "effects-days", "the last day is before the first, %s; write that day or a later one", e.Learned.From)
	}
	weighs := false
	for _, item := range v.get("channels").items {
		c := ChannelEffect{item.str("channel"), item.percent("effect")}
		if slices.ContainsFunc(e.Channels, func(o ChannelEffect) bool { return o.Channel == c.Channel }) {
			b.problem(item.get("channel"), "effect-twice", "%s has an effect already; leave one of the two", c.Channel)
		}
		weighs = weighs || c.Effect.Sign() > 0
		e.Channels = append(e.Channels, c)
	}
	if !weighs {
		b.problem(v.get("channels"), "effects-none", "no channel has an effect, so no deal could be credited; write the removal effects of at least one")
	}
	return &e
}

// Words are the effects as a sentence without its stop.
func (e *RemovalEffects) Words() string {
	if e == nil {
		return ""
	}
	parts := make([]string, len(e.Channels))
	for i, c := range e.Channels {
		parts[i] = fmt.Sprintf("%s %s", c.Channel, c.Effect)
	}
	return fmt.Sprintf("Each channel weighs its removal effect, learned by a chain of order %d of the deals from %s through %s and fixed here: %s; any other channel weighs nothing",
		e.Order, e.Learned.From.Words(), e.Learned.Last().Words(), strings.Join(parts, ", "))
}

func lintEffectsNotClosed(l *linter, r RevenueShare, at *value) {
	e := r.Attribution.Effects
	if e == nil || r.Attribution.Model != DataDriven || e.Learned.Last().Before(l.terms.Effective) {
		return
	}
	l.found(at.find("attribution.removal_effects.through"), "effects of days before "+l.terms.Effective.String(),
		"The removal effects are learned of days on which this version is in force, from %s on: whoever brings touches then moves the weights by which they are paid.", l.terms.Effective.Words())
}

func lintEarnsWithoutEffect(l *linter, r RevenueShare, at *value) {
	a := r.Attribution
	if a.Model != DataDriven || a.Effects == nil || a.Credits.By != "channels" {
		return
	}
	for i, channel := range a.Credits.Values {
		if !slices.ContainsFunc(a.Effects.Channels, func(c ChannelEffect) bool { return c.Channel == channel && c.Effect.Sign() > 0 }) {
			l.found(at.find("attribution.credits.channels").items[i], "its removal effect, or credits without it", "%s earns under credits but has no removal effect: it never holds anything.", channel)
		}
	}
}
