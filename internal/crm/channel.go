package crm

import (
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/channel"
	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// ParseChannels reads what is stated: a grouping, and rules such as "Partners: source=partner*, medium=referral; Fairs: campaign=*fair*". Fault: Invalid.
func ParseChannels(grouping, rules string) (channel.Naming, error) {
	c := channel.Naming{Grouping: strings.TrimSpace(grouping)}
	var faults fault.List
	if c.Grouping != "" && c.Grouping != channel.GA4 {
		faults.Add(fault.New(fault.Invalid, "channel-grouping", "There is no channel grouping %q. Write %s, the default channel group of Google Analytics 4.", grouping, channel.GA4).At("constants.channel_grouping"))
	}
	for _, text := range strings.FieldsFunc(rules, func(r rune) bool { return r == ';' || r == '\n' }) {
		if strings.TrimSpace(text) == "" {
			continue
		}
		rule, ok := parseChannelRule(text)
		if !ok {
			faults.Add(fault.New(fault.Invalid, "channel-rule", "The rule %q cannot be read. Write the channel, a colon and what it is known by: Partners: source=partner*, medium=referral.", strings.TrimSpace(text)).At("constants.channel_rules"))
			continue
		}
		c.Rules = append(c.Rules, rule)
	}
	return c, faults.Err()
}

func parseChannelRule(text string) (rule channel.Rule, ok bool) {
	name, patterns, found := strings.Cut(text, ":")
	rule.Channel = strings.TrimSpace(name)
	if !found || rule.Channel == "" {
		return rule, false
	}
	for _, p := range strings.Split(patterns, ",") {
		field, pattern, found := strings.Cut(p, "=")
		to := map[string]*string{"source": &rule.Source, "medium": &rule.Medium, "campaign": &rule.Campaign}[strings.TrimSpace(strings.ToLower(field))]
		if pattern = strings.TrimSpace(pattern); !found || to == nil || pattern == "" || *to != "" {
			return rule, false
		}
		*to = pattern
	}
	return rule, true
}
