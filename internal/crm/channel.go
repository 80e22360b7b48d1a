package crm

import (
	_ "embed"
	"regexp"
	"strings"

	"github.com/ofrecord/ofrecord/internal/kernel/fault"
)

// category is what sort of site a source is.
type category string

const (
	search   category = "SOURCE_CATEGORY_SEARCH"
	social   category = "SOURCE_CATEGORY_SOCIAL"
	shopping category = "SOURCE_CATEGORY_SHOPPING"
	video    category = "SOURCE_CATEGORY_VIDEO"
)

// sourceCategories is the list of sources that Google publishes with the default channel group, from github.com/Velir/dbt-ga4 (MIT, see
// ga4/LICENSE). A newer list gets a number of its own, and this one stays: channels that were told by it stay what they were.
//
//go:embed ga4/source_categories_1.csv
var sourceCategories string

var categories = func() map[string]category {
	out := map[string]category{}
	for _, line := range strings.Split(sourceCategories, "\n") {
		if source, c, ok := strings.Cut(strings.TrimSpace(line), ","); ok && strings.HasPrefix(c, "SOURCE_CATEGORY_") {
			out[strings.ToLower(source)] = category(c)
		}
	}
	return out
}()

// sourceCategory finds a source as it is listed, or the site behind a host: "news.google.de" is "google".
func sourceCategory(source string) category {
	source = strings.TrimPrefix(strings.ToLower(source), "www.")
	if c, ok := categories[source]; ok {
		return c
	}
	for labels := strings.Split(source, "."); len(labels) > 1; labels = labels[1:] {
		if c, ok := categories[strings.Join(labels, ".")]; ok {
			return c
		}
		if c, ok := categories[labels[0]]; ok && len(labels) <= 3 {
			return c
		}
	}
	return ""
}

// Channels settles the channel of a visit: own rules first, in their order, then a published grouping.
type Channels struct {
	Grouping string // "" or GA4Channels
	Rules    []ChannelRule
}

// GA4Channels is the default channel group of Google Analytics 4 with the list of sources number 1.
// Source: support.google.com/analytics/answer/9756891.
const GA4Channels = "ga4-1"

// ChannelRule names a channel by patterns, in which * stands for any text. All that are stated must fit, in any case of letters.
type ChannelRule struct {
	Channel                  string
	Source, Medium, Campaign string
}

// ParseChannels reads what is stated: a grouping, and rules such as "Partners: source=partner*, medium=referral; Fairs: campaign=*fair*". Fault: Invalid.
func ParseChannels(grouping, rules string) (Channels, error) {
	c := Channels{Grouping: strings.TrimSpace(grouping)}
	var faults fault.List
	if c.Grouping != "" && c.Grouping != GA4Channels {
		faults.Add(fault.New(fault.Invalid, "channel-grouping", "There is no channel grouping %q. Write %s, the default channel group of Google Analytics 4.", grouping, GA4Channels).At("constants.channel_grouping"))
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

func parseChannelRule(text string) (rule ChannelRule, ok bool) {
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

// Channel is the channel of a visit, "" where neither a rule nor a grouping is stated that tells it.
func (c Channels) Channel(o Origin) string {
	for _, r := range c.Rules {
		if fits(r.Source, o.Source) && fits(r.Medium, o.Medium) && fits(r.Campaign, o.Campaign) {
			return r.Channel
		}
	}
	if c.Grouping == GA4Channels {
		return ga4Channel(o)
	}
	return ""
}

// fits compares a text with a pattern in which * stands for any text; no pattern fits all.
func fits(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	pieces := strings.Split(strings.ToLower(pattern), "*")
	text = strings.ToLower(text)
	rest, ok := strings.CutPrefix(text, pieces[0])
	if !ok || len(pieces) == 1 {
		return ok && rest == ""
	}
	for _, p := range pieces[1 : len(pieces)-1] {
		_, after, found := strings.Cut(rest, p)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, pieces[len(pieces)-1])
}

var (
	paidMedium   = regexp.MustCompile(`^(.*cp.*|ppc|retargeting|paid.*)$`)
	shopCampaign = regexp.MustCompile(`^(.*(([^a-df-z]|^)shop|shopping).*)$`)
	emailWord    = regexp.MustCompile(`^(email|e-mail|e_mail|e mail)$`)
)

// ga4Channel applies the rules of the default channel group in their published order; the first that fits counts.
func ga4Channel(o Origin) string {
	source, medium, campaign := strings.ToLower(o.Source), strings.ToLower(o.Medium), strings.ToLower(o.Campaign)
	c, paid := sourceCategory(source), paidMedium.MatchString(medium)
	shops := c == shopping || shopCampaign.MatchString(campaign)
	one := func(text string, of ...string) bool {
		for _, s := range of {
			if text == s {
				return true
			}
		}
		return false
	}
	switch {
	case one(source, "(direct)", "") && one(medium, "(none)", "(not set)", ""):
		return "Direct"
	case strings.Contains(campaign, "cross-network"):
		return "Cross-network"
	case shops && paid:
		return "Paid Shopping"
	case c == search && paid:
		return "Paid Search"
	case c == social && paid:
		return "Paid Social"
	case c == video && paid:
		return "Paid Video"
	case one(medium, "display", "banner", "expandable", "interstitial", "cpm"):
		return "Display"
	case paid:
		return "Paid Other"
	case shops:
		return "Organic Shopping"
	case c == social || one(medium, "social", "social-network", "social-media", "sm", "social network", "social media"):
		return "Organic Social"
	case c == video || strings.Contains(medium, "video"):
		return "Organic Video"
	case c == search || medium == "organic":
		return "Organic Search"
	case one(medium, "referral", "app", "link"):
		return "Referral"
	case emailWord.MatchString(source) || emailWord.MatchString(medium):
		return "Email"
	case medium == "affiliate":
		return "Affiliates"
	case medium == "audio":
		return "Audio"
	case source == "sms" || medium == "sms":
		return "SMS"
	case strings.HasSuffix(medium, "push") || strings.Contains(medium, "mobile") || strings.Contains(medium, "notification") || source == "firebase":
		return "Mobile Push Notifications"
	}
	return "Unassigned"
}
